"""The audit shares no code with the rewriting: one mistake must not blind both.

What it may use of the package is listed here: errors, its own modules, and in the outer rooms what reads ZIP files,
writes private files and runs threads. The format of the map and the tables are all that both sides know.
"""

from __future__ import annotations

import ast
import sys
from collections.abc import Iterator

import pytest

from tests.rules.source import Module, assert_kept, modules, sample_breaks

OWN = ("vmexporter.core.privacy.audit", "vmexporter.core.privacy.auditing")
CORE = ("src/vmexporter/core/privacy/audit.py", "src/vmexporter/core/privacy/auditing/")
ALLOWED = {
    "core": frozenset({"ahocorasick_rs", "vmexporter.errors"}),
    "src/vmexporter/bundle/audit_reader.py": frozenset({"isal", "vmexporter.errors"}),
    "src/vmexporter/flows/auditing.py": frozenset(
        {
            "vmexporter.errors",
            "vmexporter.bundle.audit_reader",
            "vmexporter.bundle.files",
            "vmexporter.flows.allocator",
            "vmexporter.flows.readahead",
        }
    ),
}


def imported(module: Module) -> Iterator[tuple[int, str]]:
    """Line and name of each module that *module* imports."""
    for node in ast.walk(module.tree):
        if isinstance(node, ast.Import):
            yield from ((node.lineno, alias.name) for alias in node.names)
        elif isinstance(node, ast.ImportFrom):
            yield node.lineno, node.module or ""


def stands_apart(module: Module) -> Iterator[tuple[int, str]]:
    """The audit imports nothing of the rewriting."""
    room = "core" if module.name.startswith(CORE) else module.name
    for number, name in imported(module):
        standard = name.split(".")[0] in sys.stdlib_module_names
        if not (standard or name in ALLOWED.get(room, frozenset()) or name.startswith(OWN)):
            yield number, f"the audit imports {name}"


def test_the_audit_stands_apart() -> None:
    audit = [module for module in modules("src") if module.name.startswith(CORE) or module.name in ALLOWED]
    assert len(audit) > 10
    assert_kept(stands_apart, audit)


def test_the_rewriting_uses_nothing_of_the_audit() -> None:
    rewriting = [
        module for module in modules("src/vmexporter/core", "src/vmexporter/tsdb") if not module.name.startswith(CORE)
    ]
    assert [module.name for module in rewriting for _, name in imported(module) if name.startswith(OWN)] == []


@pytest.mark.parametrize(
    ("code", "breaks"),
    [
        ("from vmexporter.core.privacy.mapping import PseudonymMap", True),
        ("from vmexporter.core.privacy.catalogue import Catalogue", True),
        ("from vmexporter.core.lines import LABELS_END", True),
        ("import isal", True),
        ("import re, json\nfrom vmexporter.errors import LeakFound", False),
        ("from ahocorasick_rs import BytesAhoCorasick", False),
        ("from vmexporter.core.privacy.auditing.known import KnownMap", False),
    ],
)
def test_samples(code: str, breaks: bool) -> None:
    assert sample_breaks(stands_apart, code, "src/vmexporter/core/privacy/auditing/sample.py") is breaks

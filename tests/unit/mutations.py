"""The privacy engine with one part broken, and what stands behind it: the guard in the pipe, the audit of the ZIP."""

from __future__ import annotations

import json
import sys
import zipfile
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

import pytest

from tests.policies import KEY, guarded, policy
from vmexporter.bundle.tables import read_tables
from vmexporter.core.privacy.mapping import PseudonymMap
from vmexporter.core.request import ObfuscationChoice
from vmexporter.flows.auditing import AuditReport, audit_file

ENGINE = "vmexporter.core.privacy."
NOT_THE_ENGINE = (ENGINE + "audit", ENGINE + "reveal", ENGINE + "merging", ENGINE + "guard", ENGINE + "catalogue")


def replace_everywhere(patch: pytest.MonkeyPatch, original: object, mutant: object) -> None:
    """Put *mutant* in *original*'s place in every module of the engine; the guard and the audit keep theirs."""
    places = 0
    for name, module in list(sys.modules.items()):
        if name.startswith(ENGINE) and not name.startswith(NOT_THE_ENGINE):
            for attribute, value in list(vars(module).items()):
                if value is original:
                    patch.setattr(module, attribute, mutant)
                    places += 1
    assert places, "there is nothing to break"


def verdict(labels: Mapping[str, str], choice: ObfuscationChoice, known: PseudonymMap) -> tuple[str, dict[str, str]]:
    """What the guard says of these labels after the policy, and how they would leave."""
    after = policy(choice, known).rewrite_labels(labels)
    return guarded(choice, known)(after), after


def audited(labels: Mapping[str, str], choice: ObfuscationChoice, known: PseudonymMap, folder: Path) -> AuditReport:
    """What the audit says of a finished bundle that holds one series with these labels, as they stand in it."""
    manifest: dict[str, Any] = {
        "obfuscated": choice.enabled,
        "map_id": known.map_id if choice.enabled else "",
        "label_policy": {
            "level": choice.level,
            "mapped_labels": [],
            "kept_labels": list(choice.keep_labels),
            "dropped_labels": list(choice.drop_labels),
        },
    }
    series = json.dumps({"metric": labels, "values": [1], "timestamps": [1]}, ensure_ascii=False, separators=(",", ":"))
    with zipfile.ZipFile(folder / "b.zip", "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("metadata.json", json.dumps(manifest))
        archive.writestr("metrics.jsonl", series.encode("utf-8", "surrogateescape") + b"\n")
        archive.writestr("README.txt", "")
    document = json.loads(known.to_json()) if choice.enabled else {}
    return audit_file(folder / "b.zip", document, read_tables())


def same_text(*arguments: Any, **_: object) -> Any:
    """The mutant of most functions: the last text that was given comes back as it was."""
    return arguments[-1]


Break = Callable[[pytest.MonkeyPatch], None]


def fresh_map() -> PseudonymMap:
    """A map with nothing in it."""
    return PseudonymMap(KEY)

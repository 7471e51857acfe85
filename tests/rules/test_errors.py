"""Each error a user can meet is told apart by its code and by the command's exit status."""

from __future__ import annotations

import ast
from collections import Counter
from collections.abc import Iterable, Iterator

import pytest

from tests.rules.source import ROOT, Module, assert_kept, modules, sample_breaks
from vmexporter import errors

USUAL_FAILURE = 1  # what Python itself exits with after a mistake of ours


def error_classes() -> list[type[errors.VmexporterError]]:
    """Every error class of the package but the base, by name."""
    found = [each for each in vars(errors).values() if isinstance(each, type)]
    return [each for each in found if issubclass(each, errors.VmexporterError) and each is not errors.VmexporterError]


def confusions(classes: Iterable[type[errors.VmexporterError]]) -> list[str]:
    """What makes one of *classes* look like another, or like a mistake of ours."""
    classes = list(classes)
    codes = Counter([errors.VmexporterError.code, *(each.code for each in classes)])
    statuses = Counter(each.exit_status for each in classes)
    found = []
    for each in classes:
        if codes[each.code] > 1:
            found.append(f"{each.__name__}: code {each.code} stands twice")
        if statuses[each.exit_status] > 1:
            found.append(f"{each.__name__}: exit status {each.exit_status} stands twice")
        if each.exit_status <= USUAL_FAILURE:
            found.append(f"{each.__name__}: exit status {each.exit_status} is not its own")
    return found


def one_place(module: Module) -> Iterator[tuple[int, str]]:
    """What is told to the user is defined in errors.py."""
    ours = {"VmexporterError", *(each.__name__ for each in error_classes())}
    for node in ast.walk(module.tree):
        if isinstance(node, ast.ClassDef) and module.name != "src/vmexporter/errors.py":
            bases = {ast.unparse(base).split(".")[-1] for base in node.bases}
            if bases & ours:
                yield node.lineno, f"{node.name} is an error for the user: it belongs into errors.py"


def test_every_error_is_told_apart() -> None:
    assert len(error_classes()) >= 10
    assert confusions(error_classes()) == []


def test_every_error_is_defined_in_one_place() -> None:
    assert_kept(one_place, modules("src"))


def test_an_error_elsewhere_is_found() -> None:
    assert sample_breaks(one_place, "class Odd(InvalidInput): ...")
    assert sample_breaks(one_place, "class Odd(errors.VmexporterError): ...")
    assert not sample_breaks(one_place, "class Odd(ValueError): ...")


def test_confusions_are_found() -> None:
    forgotten = type("Forgotten", (errors.VmexporterError,), {})
    same = type("Same", (errors.InvalidInput,), {})
    assert len(confusions([forgotten])) == 2
    assert len(confusions([errors.InvalidInput, same])) == 4


@pytest.mark.parametrize("each", error_classes())
def test_an_error_has_an_http_status(each: type[errors.VmexporterError]) -> None:
    assert 400 <= each.http_status < 600


def test_the_document_has_a_row_for_each() -> None:
    text = (ROOT / "docs" / "errors.md").read_text()
    for each in error_classes():
        name = each.__name__
        row = f"| {each.exit_status} | {each.http_status} | [{name}](#{name.lower()}) | `{each.code}` |"
        assert row in text and f"\n### {name}\n" in text, row

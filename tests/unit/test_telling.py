"""What a run says on standard error as JSON lines, and the statuses it ends with: those of docs/errors.md."""

from __future__ import annotations

import json
import re
from typing import Any

import pytest

from tests.lab.commandline import Ran, run_here
from tests.rules.source import ROOT
from tests.rules.test_errors import error_classes
from vmexporter.cli import looking, render, telling
from vmexporter.errors import VmexporterError
from vmexporter.flows import events

RUN = ("validate", "http://vm")


def told(ran: Ran) -> list[dict[str, Any]]:
    """The lines, each checked to have what every line has."""
    lines = [json.loads(line) for line in ran.err.split("\n") if line]
    for line in lines:
        assert re.fullmatch(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z", line["time"])
        assert line["level"] in {"info", "warning", "error"} and line["message"]
    return lines


def failing(monkeypatch: pytest.MonkeyPatch, error: BaseException) -> None:
    def fails(*given: object) -> None:
        del given
        raise error

    monkeypatch.setattr(looking, "validate", fails)


@pytest.mark.parametrize("kind", error_classes())
def test_each_error_ends_with_its_status_in_either_form(
    monkeypatch: pytest.MonkeyPatch, kind: type[VmexporterError]
) -> None:
    failing(monkeypatch, kind("cannot do it: why", hint="try that"))
    text = run_here(*RUN)
    assert (text.status, text.err) == (kind.exit_status, "Error: cannot do it: why\nHint: try that\n")
    json_form = run_here(*RUN, "--log-format", "json")
    [line] = told(json_form)
    assert json_form.status == line["exit_status"] == kind.exit_status
    assert (line["code"], line["message"], line["hint"]) == (kind.code, "cannot do it: why", "try that")


def test_a_mistake_of_ours_ends_with_70_and_without_its_data(monkeypatch: pytest.MonkeyPatch) -> None:
    failing(monkeypatch, ValueError("s3cret"))
    text = run_here(*RUN)
    [line] = told(json_form := run_here(*RUN, "--log-format", "json"))
    assert text.status == json_form.status == line["exit_status"] == 70
    assert "(ValueError)" in text.err and "(ValueError)" in line["message"] and line["code"] == "unexpected"
    assert "s3cret" not in text.err + json_form.err


@pytest.mark.parametrize("status", ["0", "70", "130, 143"])
def test_the_statuses_that_are_no_error_of_its_own_are_documented(status: str) -> None:
    assert f"\n| {status} |" in (ROOT / "docs/errors.md").read_text()


def test_the_form_of_one_run_is_not_that_of_the_next(monkeypatch: pytest.MonkeyPatch) -> None:
    failing(monkeypatch, ValueError())
    run_here(*RUN, env={"VMEXPORTER_LOG_FORMAT": "json"})
    assert run_here(*RUN).err.startswith("Error: ") and not telling.in_json()


def test_a_line_is_one_line_of_ascii(monkeypatch: pytest.MonkeyPatch) -> None:
    failing(monkeypatch, VmexporterError("cannot: \u202eé\n\x9b2J"))
    ran = run_here(*RUN, "--log-format", "json")
    assert ran.err.isascii() and ran.err.count("\n") == 1 and told(ran)[0]["message"] == "cannot: \u202eé\n\x9b2J"


def test_events_are_named_in_words() -> None:
    seen: list[str] = []
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(render, "in_json", lambda: True)
        patch.setattr(render, "_log", lambda level, message, **facts: seen.append(f"{level} {facts['event']}"))
        with render.watching(quiet=False) as watcher:
            watcher.show(events.RungChanged("raw", "why"))
            watcher.show(events.Note("text"))
    assert seen == ["warning rung_changed", "warning note"]


def test_an_unknown_form_is_refused() -> None:
    assert run_here(*RUN, "--log-format", "xml").status == 2

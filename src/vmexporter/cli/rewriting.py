"""Drives what makes a bundle of a bundle, and tells what became of it: the other form, or the originals put back."""

from __future__ import annotations

import sys
from collections.abc import Iterator
from contextlib import closing
from dataclasses import dataclass
from pathlib import Path

from vmexporter.bundle.writer import BundlePaths
from vmexporter.cli import render
from vmexporter.cli.options import FormatOptions
from vmexporter.cli.stopping import StopSwitch
from vmexporter.errors import InvalidInput
from vmexporter.flows.events import Event, Finished


@dataclass(frozen=True)
class Words:
    """What is said of the result: a title, what its file is called, and what to know of that file."""

    title: str
    file: str
    remark: str = ""


def require_zip(output: Path) -> None:
    """Nothing, if *output* may be the name of a bundle.

    Raises:
        InvalidInput: it does not end as one.
    """
    if output.suffix != ".zip":
        raise InvalidInput(f"cannot write to {output}: its name does not end in .zip", field="output")


def rewrite(events: Iterator[Event], output: Path, words: Words, form: FormatOptions) -> None:
    """Drive *events* to their end and tell of the bundle at *output*; a signal ends the process and leaves nothing.

    Raises:
        VmexporterError: it could not be finished.
    """
    done = _to_the_end(events, form)
    if form.json:
        files = {"bundle": output, "checksum": BundlePaths(output).checksum, "sha256": done.sha256}
        manifest = done.manifest.model_dump(mode="json")
        render.print_json({**files, "bundle_bytes": done.bundle_bytes, "manifest": manifest})
        return
    counts = done.manifest.counts
    facts: list[tuple[str, object]] = [
        (words.file, f"{output} ({render.size(done.bundle_bytes)}{words.remark})"),
        ("sha256", done.sha256),
        ("series", render.count(counts.series)),
        ("samples", f"{render.count(counts.samples)} in {render.units(counts)}"),
        ("took", f"{done.elapsed_s:.1f} s"),
    ]
    render.print_facts(words.title, facts)


def _to_the_end(events: Iterator[Event], form: FormatOptions) -> Finished:
    with (
        StopSwitch() as switch,
        closing(events) as running,  # type: ignore[type-var]
        render.watching(quiet=form.quiet) as watcher,
    ):
        for event in running:
            if isinstance(event, Finished):
                return event
            if switch.pressed:
                break
            watcher.show(event)
    render.say("Stopped.")
    sys.exit(switch.exit_status)

"""Interrupted exports that lie in the output folder when the server starts, told from their journals."""

from __future__ import annotations

import hashlib
from collections.abc import Iterator
from pathlib import Path

from vmexporter.bundle.files import lock
from vmexporter.bundle.journal import JournalState, read_journal
from vmexporter.bundle.writer import BundlePaths
from vmexporter.core.addresses import origin_of
from vmexporter.core.plan import Plan, read_plan
from vmexporter.errors import BundleDamaged, InvalidInput, OutputFailed
from vmexporter.flows.leftover import slice_of, slices_left
from vmexporter.web.answers import ErrorDocument
from vmexporter.web.outputs import OutputFolder
from vmexporter.web.refusals import error_document
from vmexporter.web.snapshots import RangeAnswer, Snapshot, cells, lengths

PART = ".part"


def run_id(bundle: Path, folder: OutputFolder) -> str:
    """The same for the same bundle, also after a restart: a page finds its run again."""
    return hashlib.sha256(bundle.relative_to(folder.root).as_posix().encode()).hexdigest()[:16]


def leftovers(folder: OutputFolder) -> Iterator[tuple[Path, Snapshot]]:
    """Bundle and snapshot of each export that was interrupted and is nobody's now."""
    for part in folder.paths(f".zip{PART}"):
        paths = BundlePaths(part.with_name(part.name.removesuffix(PART)))
        if paths.journal.is_file() and _is_free(paths.part):
            yield paths.bundle, _snapshot(paths, run_id(paths.bundle, folder))


def _is_free(part: Path) -> bool:
    try:
        with part.open("r+b", buffering=0) as file:
            lock(file, part)
    except (OSError, OutputFailed):
        return False
    return True


def _snapshot(paths: BundlePaths, identity: str) -> Snapshot:
    modified_ms = paths.part.stat().st_mtime_ns // 1_000_000
    bare = Snapshot(
        id=identity,
        state="interrupted",
        created_ms=modified_ms,
        started_ms=modified_ms,
        ended_ms=modified_ms,
        file_name=paths.bundle.name,
        folder=str(paths.bundle.parent),
        part_path=str(paths.part),
        resumable=True,
        server="",
        time_range=None,
        bundle_bytes=paths.part.stat().st_size,
        phase="exporting",
    )
    try:
        state = read_journal(paths.journal)
        return _filled(bare, state, read_plan(state.header.get("plan")))
    except InvalidInput:  # it is encrypted
        return bare.model_copy(update={"needs_passphrase": True})
    except BundleDamaged as error:
        return bare.model_copy(update={"resumable": False, "error": ErrorDocument(**error_document(error))})


def _filled(bare: Snapshot, state: JournalState, plan: Plan) -> Snapshot:
    done = len(state.windows)
    slices = [*map(slice_of, state.windows), *slices_left(plan, state)]
    shares_ms = tuple(map(plan.share_ms, slices))
    return bare.model_copy(
        update={
            "created_ms": int(state.header.get("created_ms", bare.created_ms)),
            "server": origin_of(str(state.header.get("url", ""))).partition("://")[2],
            "time_range": RangeAnswer(start_ms=plan.time_range.start_ms, end_ms=plan.time_range.end_ms),
            "windows_done": done,
            "windows": len(slices),
            "window_states": cells(done, len(slices), running=False),
            "window_lengths_ms": lengths(shares_ms),
            "done": min(sum(shares_ms[:done]) / plan.time_range.length_ms, 1.0),
            "samples": sum(window.samples for window in state.windows),
            "estimated_samples": plan.estimated_samples,
            "text_bytes": state.windows[-1].text_bytes if state.windows else 0,
            "rung": state.windows[-1].rung if state.windows else "",
        }
    )

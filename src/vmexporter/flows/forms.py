"""In which form samples are fetched, and how a range is cut for native blocks.

Native blocks are stored ones: they cannot be thinned, evaluated or cut at a window's border. A window is therefore a
month, and smaller pieces are made by dividing the targets.
"""

from __future__ import annotations

import contextlib
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

from vmexporter.core.formats import Format
from vmexporter.core.request import ExportRequest, TimeRange
from vmexporter.core.windows import Slice, divide_targets, split_by_month
from vmexporter.errors import EndpointMissing, InvalidInput, PartialData, ServerUnreachable, VmexporterError
from vmexporter.flows.session import Session
from vmexporter.tsdb.victoria import ExportApi

MOST_SAMPLES: Final = 250_000_000
"""Of a native slice: half a gigabyte of blocks, the most that a retry repeats."""
LONGEST_WINDOW_MS: Final = 12 * 3_600_000
"""Of JSON lines."""
_SHORTEST_WINDOW_MS: Final = 300_000
_FEWEST_WINDOWS: Final = 2
_MOST_LINE_SAMPLES: Final = 25_000_000  # of a window: half a gigabyte of lines, the most that a retry repeats
_ATTEMPTS: Final = 3
_WINDOW_UNUSED: Final = "windows of native blocks are months: the length that was asked for is not used"


@dataclass(frozen=True, slots=True)
class ChosenForm:
    """The form, and what the operator should know about the choice."""

    form: Format
    notes: tuple[str, ...] = ()


def choose_form(session: Session, request: ExportRequest) -> ChosenForm:
    """The form that *request* asks for, if the server has it; ``auto`` takes the other one where not.

    Raises:
        InvalidInput: blocks are wanted of what is no stored samples.
        EndpointMissing: the server has no native export for us.
        PartialData: it has one, and a part of the server is down.
        ServerUnreachable: it does not answer now.
    """
    if request.format == "jsonl":
        return ChosenForm("jsonl")
    try:
        _require_native(session, request)
    except VmexporterError as error:
        if request.format == "native":
            raise
        return ChosenForm("jsonl", (f"samples come as JSON lines, not as native blocks: {_why(error)}",))
    return ChosenForm("native", (_WINDOW_UNUSED,) if request.window_ms else ())


def _require_native(session: Session, request: ExportRequest) -> None:
    if request.selection.query or request.selection.step_ms:
        raise InvalidInput(
            "cannot export natively: native blocks hold every sample as it is stored, none at steps",
            hint="leave --step and --query out, or use --format jsonl",
            field="format",
        )
    if session.export is None:
        raise _missing("the server has no export API at this address")
    try:
        has_native = _has_native(session.export)
    except ServerUnreachable as error:
        if error.status == 503 and session.api.instant("count(vm_app_version)", request.time_range.end_ms).partial:
            raise PartialData(
                "cannot export natively: a part of the server is down, so it sends no blocks",
                hint="wait until all vmstorage nodes are up, or use --format jsonl for a partial bundle",
            ) from error
        error.message = f"cannot export natively: {_why(error)}"
        error.args = (error.message,)
        raise
    except VmexporterError as error:
        raise _missing(_why(error)) from error
    if not has_native:
        raise _missing("the server answers with something else")


def _has_native(api: ExportApi) -> bool:
    """Whether there is a native export; what may be passing trouble is no answer, so it is asked again at once."""
    for _ in range(_ATTEMPTS - 1):
        with contextlib.suppress(ServerUnreachable):
            return api.has_native()
    return api.has_native()


def _missing(why: str) -> EndpointMissing:
    return EndpointMissing(
        f"cannot export natively: {why}", hint="use --format jsonl, or --format auto to have it chosen"
    )


def _why(error: VmexporterError) -> str:
    return error.message.partition(": ")[2] or error.message


def line_window_ms(time_range: TimeRange, estimated_samples: int | None) -> int:
    """Half of the range, so that an interrupted export has something to go on from, but at most twelve hours.

    Longer windows cost the server less; more samples in one cost more when it has to be asked for again. See
    docs/decisions/0002-window-length.md for the figures.
    """
    windows = max(_FEWEST_WINDOWS, -(-(estimated_samples or 0) // _MOST_LINE_SAMPLES))
    share_ms = -(-(time_range.length_ms - 1) // windows)
    return min(max(share_ms, _SHORTEST_WINDOW_MS), LONGEST_WINDOW_MS)


def native_slices(time_range: TimeRange, jobs: Sequence[str], estimated_samples: int | None) -> list[Slice]:
    """Months of *time_range*, divided by job, and then by target, where they hold more than a retry should repeat.

    *jobs* holds the job of each target.
    """
    pieces = split_by_month(time_range)
    share = (estimated_samples or 0) / max(time_range.length_ms, 1)
    done: list[Slice] = []
    while pieces:
        piece = pieces.pop(0)
        of_targets = len(piece.targets) / len(jobs) if piece.targets else 1.0
        smaller = divide_targets(piece, jobs) if share * piece.length_ms * of_targets > MOST_SAMPLES else []
        pieces[:0] = smaller
        if not smaller:
            done.append(piece)
    return done

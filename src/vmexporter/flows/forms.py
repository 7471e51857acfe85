"""In which form samples are fetched, and how a range is cut for native blocks.

Native blocks are stored ones: they cannot be thinned, evaluated or cut at a window's border. A window is therefore a
month, and smaller pieces are made by dividing the targets.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

from vmexporter.core.formats import Format
from vmexporter.core.request import ExportRequest, TimeRange
from vmexporter.core.windows import Slice, divide_targets, split_by_month
from vmexporter.errors import EndpointMissing, InvalidInput, VmexporterError
from vmexporter.flows.session import Session

MOST_SAMPLES: Final = 250_000_000
"""Of a native slice: half a gigabyte of blocks, the most that a retry repeats."""


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
    """
    if request.format == "jsonl":
        return ChosenForm("jsonl")
    if request.selection.query or request.selection.step_ms:
        if request.format == "native":
            raise InvalidInput(
                "cannot export natively: native blocks hold every sample as it is stored, none at steps",
                hint="leave --step and --query out, or use --format jsonl",
                field="format",
            )
        return ChosenForm("jsonl")
    why = native_refusal(session)
    if not why:
        return ChosenForm("native")
    if request.format == "native":
        raise EndpointMissing(
            f"cannot export natively: {why}", hint="use --format jsonl, or --format auto to have it chosen"
        )
    return ChosenForm("jsonl", (f"samples come as JSON lines, not as native blocks: {why}",))


def native_refusal(session: Session) -> str:
    """Why the server has no native export for us now; "" if it has."""
    if session.export is None:
        return "the server has no export API at this address"
    try:
        return "" if session.export.has_native() else "the server answers with something else"
    except VmexporterError as error:
        return error.message.partition(": ")[2] or error.message


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

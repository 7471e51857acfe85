"""What an interrupted export still has to fetch: its plan's slices, without those that the journal has."""

from __future__ import annotations

from typing import Any

from vmexporter.bundle.journal import JournalState, WindowRecord
from vmexporter.core.plan import Plan
from vmexporter.core.windows import Slice
from vmexporter.errors import BundleDamaged


def slices_left(plan: Plan, state: JournalState) -> list[Slice]:
    """The slices that are not in the bundle yet, in order, after all divisions that were made.

    Raises:
        BundleDamaged: the windows in the bundle are not the first ones of the plan.
    """
    slices = list(plan.slices)
    try:
        for split in state.splits:
            at = slices.index(_slice(split["slice"]))
            slices[at : at + 1] = [_slice(part) for part in split["into"]]
    except (KeyError, TypeError, ValueError) as error:
        raise BundleDamaged("cannot resume: the journal divides a window that it does not have") from error
    done = [slice_of(window) for window in state.windows]
    if done != slices[: len(done)]:
        raise BundleDamaged("cannot resume: the windows in the journal are not those of its plan")
    return slices[len(done) :]


def slice_of(window: WindowRecord) -> Slice:
    """The slice that a window in the bundle was made of."""
    return Slice(window.start_ms, window.end_ms, window.targets)


def _slice(value: dict[str, Any]) -> Slice:
    return Slice(value["start_ms"], value["end_ms"], tuple(value["targets"]))

"""Whether an export may go on at another address than the one that it was begun at: only if the same data is there.

Another vmselect or a forwarded port is another address of the same data. Another server is not, and its answers would
make a bundle that looks whole.
"""

from __future__ import annotations

from collections.abc import Sequence

from vmexporter.bundle.journal import WindowRecord
from vmexporter.core.plan import Plan
from vmexporter.errors import InvalidInput
from vmexporter.flows.discovery import discover
from vmexporter.flows.session import Session


def has_moved(session: Session, begun_at: str) -> bool:
    """Whether another base answers now than *begun_at*."""
    return session.found.query_base != begun_at


def same_source(session: Session, plan: Plan, windows: Sequence[WindowRecord]) -> str:
    """What to tell when the server has what the export is of; *windows* are those that the bundle holds already.

    Raises:
        InvalidInput: it does not.
        VmexporterError: it cannot be asked.
    """
    if plan.targets:
        found = {instance.target for instance in discover(session, plan.time_range, count_series=False).instances}
        missing = sum(target not in found for target in plan.targets)
        if missing:
            raise _another(f"it does not know {missing} of the {len(plan.targets)} instances that the export is of")
    elif plan.selection.mode == "selectors":
        full = next((window for window in windows if window.samples), None)
        if full and not session.api.label_values("__name__", plan.selectors, full.start_ms, full.end_ms):
            raise _another("it has nothing in a time of which the export has samples already")
    return f"it goes on at {session.found.query_base}, which is another address than the one that it was begun at"


def _another(why: str) -> InvalidInput:
    return InvalidInput(
        f"cannot go on at this address: {why}",
        hint="name the server and the tenant that the export was begun with, or leave the address out",
        field="url",
    )

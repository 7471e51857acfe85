"""Gets slices from the server, one after the other, by the rung of the ladder that is in use.

Rungs: ``export`` (the export API: every sample, as stored), ``raw`` (an instant query of a range selector: every
sample), ``query_range`` (values at steps: for expressions, or where a part of the server is down). ``native`` stands
beside them: a bundle of blocks can hold nothing else.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from vmexporter.core.lines import RawChunk, with_name
from vmexporter.core.manifest import Rung
from vmexporter.core.plan import Plan
from vmexporter.core.windows import Slice
from vmexporter.errors import EndpointMissing, PartialData
from vmexporter.flows.session import Session


@dataclass(frozen=True, slots=True)
class Fetched:
    """A piece of a slice's answer; the last one of a slice has no chunk, and says whether the answer was partial."""

    piece: Slice
    chunk: RawChunk | None
    partial: bool = False


def fetch(session: Session, plan: Plan, pieces: Sequence[Slice], rung: Rung) -> Iterator[Fetched]:
    """All of *pieces* in order, each ended by a ``Fetched`` without a chunk.

    Raises:
        PartialData: an answer was partial, and the plan wants complete ones only.
        VmexporterError: what the server or the way to it did; pieces that were ended before are whole.
    """
    for piece in pieces:
        partial = False
        for chunk in _chunks(session, plan, piece, rung):
            if isinstance(chunk, bool):
                partial = chunk
            else:
                yield Fetched(piece, chunk)
        if partial and plan.require_complete:
            raise PartialData("cannot export completely: the server answered with a part of its data")
        yield Fetched(piece, None, partial)


def _chunks(session: Session, plan: Plan, piece: Slice, rung: Rung) -> Iterator[RawChunk | bool]:
    selectors, start_ms, end_ms = plan.selectors_for(piece), piece.start_ms, piece.end_ms
    if rung == "query_range":
        sampled = session.api.sampled(selectors, start_ms, end_ms, plan.sampling_step_ms)
        if plan.selection.mode != "query":
            return sampled
        return (chunk if isinstance(chunk, bool) else with_name(chunk) for chunk in sampled)
    if rung == "raw":
        return session.api.raw_samples(selectors, start_ms, end_ms)
    if session.export is None:
        raise EndpointMissing("cannot export: the server has no export API at this address")
    if rung == "native":
        return session.export.native(selectors, start_ms, end_ms)
    return session.export.export(selectors, start_ms, end_ms, whole_lines=bool(plan.selection.step_ms))

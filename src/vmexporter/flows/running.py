"""The export loop: slices in order, each one whole in the bundle or absent; what happens on the way comes as events.

One thread drives: it takes what the read-ahead thread has fetched, rewrites it, and hands it to the sink. A slice that
fails is rolled back, judged by the ladder, and asked for again in the way that the ladder says.
"""

from __future__ import annotations

from collections import deque
from collections.abc import Callable, Iterator, Sequence
from dataclasses import asdict, dataclass, field
from functools import partial
from itertools import takewhile
from typing import Any, Protocol

from vmexporter.bundle.journal import WindowRecord
from vmexporter.core.formats import Edges, PairsRewrite, Rewriter, Shaping, label_cache, rewriter, stream_head
from vmexporter.core.lines import Counts, SafeChunk
from vmexporter.core.manifest import Rung
from vmexporter.core.plan import Plan
from vmexporter.core.samples import thin_to_step
from vmexporter.core.times import format_utc
from vmexporter.core.windows import Slice
from vmexporter.errors import VmexporterError
from vmexporter.flows.events import Divided, Event, Progress, Retrying, RungChanged
from vmexporter.flows.fetching import Fetched, fetch
from vmexporter.flows.ladder import Divide, Ladder, Retry, UseRung
from vmexporter.flows.readahead import TICK_S, Exhausted, ReadAhead, in_background
from vmexporter.flows.session import Session
from vmexporter.flows.world import World

_GROUP_BYTES = 2 << 20


class Sink(Protocol):
    """Where safe lines go: a ``BundleWriter`` or a ``LineSink``."""

    def write(self, chunk: SafeChunk) -> None: ...
    def note_map(self, entries: Sequence[Sequence[str]]) -> None: ...
    def note_split(self, record: dict[str, Any]) -> None: ...
    def commit(self, window: WindowRecord) -> None: ...
    def rollback(self) -> None: ...
    def drain(self) -> None: ...
    def text_sha256(self) -> str: ...
    def finish(self, entries: dict[str, bytes]) -> str: ...
    def publish(self) -> None: ...
    def abandon(self) -> None: ...
    def discard(self) -> None: ...
    @property
    def compressed_bytes(self) -> int: ...


@dataclass(slots=True)
class Tally:
    """What is in the bundle so far."""

    counts: Counts = field(default_factory=Counts)
    windows: list[WindowRecord] = field(default_factory=list)
    sizes: list[int] = field(default_factory=list)

    def add(self, window: WindowRecord, counts: Counts) -> None:
        """Count a committed window; ``sizes`` are the bytes of its text."""
        self.windows.append(window)
        self.sizes.append(counts.text_bytes)
        self.counts.add(counts)


def _first_rung(session: Session, plan: Plan) -> Rung:
    if plan.selection.mode == "query":
        return "query_range"
    if plan.form == "native":
        return "native"
    return "export" if session.export else "raw"


class Run:
    """One export under way; ``events`` drives it to the end of its slices."""

    def __init__(self, session: Session, plan: Plan, rewrite: PairsRewrite, sink: Sink, world: World) -> None:
        """*rewrite* makes the labels of each series fit to leave."""
        self._session, self._plan, self._sink, self._world = session, plan, sink, world
        self._labels = label_cache(plan.form, rewrite)
        self._thin = thin_to_step(plan.selection.step_ms) if plan.selection.step_ms else None
        self._rung = _first_rung(session, plan)
        self._ladder = Ladder(session, plan)
        self._pending: deque[Slice] = deque()
        self._started_s = self._told_s = world.monotonic_s()
        self._before = Counts()
        self.tally = Tally()

    def events(
        self, pending: Sequence[Slice], tally: Tally, take_map: Callable[[], Sequence[Sequence[str]]]
    ) -> Iterator[Event]:
        """Fetch all of *pending*; *tally* says what the bundle holds already, *take_map* gives new pseudonyms.

        Raises:
            VmexporterError: the export cannot go on; the committed windows stay.
        """
        self._pending, self.tally = deque(pending), tally
        self._before = Counts(tally.counts.lines, tally.counts.samples, tally.counts.text_bytes)
        if self._rung == "raw":
            yield RungChanged("raw", "the server has no export API at this address")
        rung, only_here = self._rung, False
        while self._pending:
            while smaller := self._ladder.known_too_heavy(self._pending[0]):
                yield from self._apply(Divide(smaller), "as much as this was too much for the server before")
            pieces = [self._pending[0]] if only_here else self._at_once()
            try:
                yield from self._stream(pieces, rung, take_map)
            except VmexporterError as error:
                self._sink.rollback()
                yield self._progress(Counts(), 0.0)  # what is kept, told before this may end it
                piece = self._pending[0]
                judge = partial(self._ladder.judge, self._named(error, piece), piece, rung, self._world.jitter())
                decision = yield from in_background(judge, self._session.client.interrupt)
                yield from self._apply(decision, error.message)
                if isinstance(decision, UseRung):
                    rung, only_here = decision.rung, decision.only_here
                    self._rung = self._rung if only_here else rung
                    continue
            rung, only_here = self._rung, False
        yield self._progress(Counts(), 0.0)

    def _at_once(self) -> list[Slice]:
        """The slices to ask for one after the other: up to the first that has to be divided."""
        return [*takewhile(lambda piece: not self._ladder.known_too_heavy(piece), self._pending)]

    def _stream(
        self, pieces: list[Slice], rung: Rung, take_map: Callable[[], Sequence[Sequence[str]]]
    ) -> Iterator[Event]:
        """Fetch *pieces*, committing each as it ends."""
        ahead: ReadAhead[Fetched] = ReadAhead(
            fetch(self._session, self._plan, pieces, rung), self._session.client.interrupt
        )
        current = self._rewriter(pieces[0], rung)
        try:
            while True:
                fetched = ahead.get(TICK_S)
                if fetched is not None and fetched.chunk is not None:
                    if safe := current.feed(fetched.chunk):
                        self._sink.write(safe)
                elif fetched is not None:
                    self._sink.write(current.finish())
                    self._commit(fetched, current.counts, rung, take_map())
                    if self._pending:
                        current = self._rewriter(self._pending[0], rung)
                yield from self._tick(current.counts)
        except Exhausted:
            return
        finally:
            ahead.close()

    def _rewriter(self, piece: Slice, rung: Rung) -> Rewriter:
        form, whole = self._plan.form, self._plan.time_range
        thin = self._thin if rung != "query_range" else None
        edges = Edges(
            piece.start_ms,
            piece.end_ms,
            expected=stream_head(form, piece.start_ms, piece.end_ms),
            given=b"" if self.tally.windows else stream_head(form, whole.start_ms, whole.end_ms),
        )
        return rewriter(form, self._labels, edges, Shaping(thin, _GROUP_BYTES))

    def _commit(self, fetched: Fetched, counts: Counts, rung: Rung, entries: Sequence[Sequence[str]]) -> None:
        piece = self._pending.popleft()
        sampled = self._plan.sampling_step_ms if rung == "query_range" else self._plan.selection.step_ms
        window = WindowRecord(
            start_ms=piece.start_ms,
            end_ms=piece.end_ms,
            targets=piece.targets,
            rung=rung,
            step_ms=sampled,
            partial=fetched.partial or (rung == "query_range" and self._plan.selection.mode != "query"),
            lines=counts.lines,
            samples=counts.samples,
        )
        self._sink.note_map(entries)
        self._sink.commit(window)
        self.tally.add(window, counts)
        self._ladder.passed(piece)

    def _apply(self, decision: Retry | Divide | UseRung, why: str) -> Iterator[Event]:
        if isinstance(decision, Retry):
            yield Retrying(why, decision.attempt, decision.wait_s)
            until_s = self._world.monotonic_s() + decision.wait_s
            while (left_s := until_s - self._world.monotonic_s()) > 0:
                self._world.sleep(min(left_s, TICK_S))
                yield from self._tick(Counts())
        elif isinstance(decision, Divide):
            piece = self._pending.popleft()
            self._pending.extendleft(reversed(decision.into))
            self._sink.note_split({"slice": asdict(piece), "into": [asdict(part) for part in decision.into]})
            shares_ms = tuple(map(self._plan.share_ms, decision.into))
            yield Divided(why, len(decision.into), len(self._pending) + len(self.tally.windows), shares_ms)
        else:
            yield RungChanged(decision.rung, decision.why)

    def _tick(self, current: Counts) -> Iterator[Event]:
        if self._world.monotonic_s() - self._told_s >= TICK_S:
            yield self._progress(current, self._within(current))

    def _progress(self, current: Counts, within: float) -> Progress:
        """*within* is the fraction of the current slice that is done."""
        self._told_s = self._world.monotonic_s()
        elapsed_s = self._told_s - self._started_s
        whole_ms = self._plan.time_range.length_ms
        left = sum(self._weight(piece) for piece in self._pending)
        done_ms = whole_ms - left + (within * self._weight(self._pending[0]) if self._pending else 0)
        done = min(max(done_ms / whole_ms, 0.0), 1.0)
        samples = self.tally.counts.samples + current.samples
        rate = (samples - self._before.samples) / elapsed_s if elapsed_s > 0 else 0.0
        text_bytes = self.tally.counts.text_bytes + current.text_bytes - self._before.text_bytes
        expected = samples / done if done > 0 else 0.0
        return Progress(
            windows_done=len(self.tally.windows),
            windows=len(self.tally.windows) + len(self._pending),
            done=done,
            samples=samples,
            text_bytes_per_s=text_bytes / elapsed_s if elapsed_s > 0 else 0.0,
            bundle_bytes=self._sink.compressed_bytes,
            elapsed_s=elapsed_s,
            eta_s=(expected - samples) / rate if rate and done > 0.01 else None,
        )

    def _weight(self, piece: Slice) -> float:
        """The slice's share of the range, in milliseconds."""
        return self._plan.share_ms(piece)

    def _within(self, current: Counts) -> float:
        if not self._pending or not current.samples:
            return 0.0
        estimate = self._plan.estimated_samples
        whole_ms = self._plan.time_range.length_ms
        expected = (estimate or 0) * self._weight(self._pending[0]) / whole_ms
        done_ms = whole_ms - sum(self._weight(piece) for piece in self._pending)
        if self.tally.counts.samples and done_ms > 0:
            expected = self.tally.counts.samples * self._weight(self._pending[0]) / done_ms
        return min(current.samples / expected, 0.99) if expected else 0.0

    def _named(self, error: VmexporterError, piece: Slice) -> VmexporterError:
        """The same error, with the window in its sentence, and without a secret that the server repeated."""
        error.message = self._session.client.strike_out(error.message)
        window = f" (window {format_utc(piece.start_ms)} to {format_utc(piece.end_ms)})"
        if not error.message.endswith(window):
            error.message += window
        error.args = (error.message,)
        return error

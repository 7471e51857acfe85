"""The import loop: a text, cut into pieces, several under way at once; what was sent is remembered until it is kept.

When the target was started anew, what it may have lost is sent again in another pass over the text: read back first,
like everything whose fate is not known.
"""

from __future__ import annotations

from collections.abc import Generator, Iterator
from dataclasses import dataclass, field
from typing import Final

from vmexporter.bundle.importjournal import ImportJournal, Span, without
from vmexporter.bundle.metricsfile import MetricsFile
from vmexporter.core.importing.edits import Edits, editor_for
from vmexporter.core.importing.pieces import TARGET_BYTES, Piece, Pieces
from vmexporter.core.importing.tally import Tally
from vmexporter.flows.delivering import SETTLE_S, Delivery, Gate, Told
from vmexporter.flows.events import Event, Note, Waiting
from vmexporter.flows.importevents import ImportProgress
from vmexporter.flows.keeping import Keeping, Life
from vmexporter.flows.readahead import TICK_S, in_background
from vmexporter.flows.sending import Arrived, Sending
from vmexporter.flows.target import Target
from vmexporter.flows.world import World

_LOOK_EVERY_S: Final = 5.0
_PROMISED_BYTES: Final = 16 << 20  # one sync of the journal for so many bytes
_LEAST_BYTES: Final = 4096
_END: Final = 1 << 62


@dataclass(frozen=True, slots=True)
class Source:
    """What is sent: an open file, what becomes of it, and how many bytes of text it has."""

    file: MetricsFile
    edits: Edits
    text_bytes: int
    force: bool = False


@dataclass(frozen=True, slots=True)
class Manner:
    """How an import is done, whatever it brings: only looked at, not verified; bodies at once, and how large each."""

    check_only: bool = False
    verify: bool = True
    parallel: int = 2
    body_bytes: int = TARGET_BYTES


@dataclass(slots=True)
class ImportRun:
    """One import under way. ``tally`` counts what arrived and what was left out, once."""

    source: Source
    target: Target
    journal: ImportJournal | None
    world: World
    manner: Manner
    tally: Tally = field(default_factory=Tally)
    _told: Told = field(init=False)
    _gate: Gate = field(init=False)
    _keeping: Keeping = field(init=False)
    _target_bytes: int = 0
    _started_s: float = 0.0
    _looked_s: float = 0.0
    _progress_s: float = 0.0
    _bytes_before: int = 0
    _is_continued: bool = False  # the piece before: what is submitted next belongs to it

    def __post_init__(self) -> None:
        self._target_bytes = self.manner.body_bytes
        self._told = Told(self._too_large)
        self._gate = Gate(self.manner.parallel)
        self._keeping = Keeping(self.journal)

    @property
    def doubtful(self) -> int:
        """Samples that were sent though the target may have them."""
        return self._told.doubtful

    def events(self) -> Iterator[Event]:
        """Send everything that is not done.

        Raises:
            VmexporterError: the import cannot go on; what arrived stays.
        """
        self._started_s = self._looked_s = self.world.monotonic_s()
        self._bytes_before = self._keeping.there_bytes
        self._keeping.life = yield from self._look()
        yield from self._pass(self._keeping.done, self.tally)
        yield from self.again_if_restarted()

    def again_if_restarted(self) -> Generator[Event, None, bool]:
        """Look whether the target lives on; send again what it may have lost, as often as that is needed.

        Returns whether that was needed.

        Raises:
            VmexporterError: as ``events``.
        """
        again = False
        while True:
            yield from self._settle()
            if not self._keeping.in_doubt:
                return again
            again = True
            yield Note("the target was started anew: what it may have lost is compared with what was sent")
            yield from self._pass(without([(0, _END)], self._keeping.in_doubt), Tally())

    def _pass(self, passed: list[Span], tally: Tally) -> Iterator[Event]:
        """Send all bytes that are not in *passed*."""
        source = self.source
        in_doubt, self._keeping.in_doubt = self._keeping.in_doubt, []
        editor = editor_for(source.file.form, source.edits, head=source.file.head, force=source.force)
        pieces = Pieces(editor, passed=passed, target_bytes=self._target_bytes)
        sending = Sending(
            Delivery(self.target, source.file.form, self.world, self._gate, self._told), self.manner.parallel
        )
        if in_doubt:
            yield from self._pause(SETTLE_S)  # what was under way when it was lost has come to rest then
        end = passed[-1][0] if passed and passed[-1][1] == _END else _END
        try:
            for piece in self._cut(pieces):
                tally.add(piece.tally)
                yield from self._submit(sending, piece, in_doubt)
                if piece.end >= end and not piece.is_continued:
                    break
            while sending.under_way:
                yield from self._take(sending, TICK_S)
        finally:
            sending.close()

    def _cut(self, pieces: Pieces) -> Iterator[Piece]:
        for block in self.source.file.blocks(pieces.offset):
            pieces.target_bytes = self._target_bytes
            yield from pieces.feed(block)
        yield from pieces.finish()

    def _submit(self, sending: Sending, piece: Piece, in_doubt: list[Span]) -> Iterator[Event]:
        was_continued, self._is_continued = self._is_continued, piece.is_continued
        while was_continued and not piece.is_continued and sending.under_way:
            yield from self._take(sending, TICK_S)  # the last of a unit stands for all of it
        if not piece.body:
            self._keeping.arrived(piece, self.world.monotonic_s())
            return
        if self.journal is not None and piece.end > self.journal.state.upto:
            self.journal.promise(max(piece.end, piece.start + _PROMISED_BYTES))
        while not sending.has_room:
            yield from self._take(sending, TICK_S)
        sending.submit(piece, suspect=any(start < piece.end and piece.start < end for start, end in in_doubt))
        yield from self._take(sending, 0)

    def _take(self, sending: Sending, timeout_s: float) -> Iterator[Event]:
        """What came back from the threads, and now and then how far it is and whether the target lives on."""
        yield from self._collected(sending, timeout_s)
        if self.world.monotonic_s() - self._looked_s >= _LOOK_EVERY_S:
            yield from self._settle(sending)
        yield from self._tick()

    def _collected(self, sending: Sending, timeout_s: float) -> list[Event]:
        """Take note of what arrived; the events that came with it."""
        events = []
        while (told := sending.get(timeout_s)) is not None:
            timeout_s = 0
            if isinstance(told, Arrived):
                self._keeping.arrived(told.piece, self.world.monotonic_s())
            else:
                events.append(told)
        return events

    def _settle(self, sending: Sending | None = None) -> Iterator[Event]:
        """Look whether the target lives on, and tell from that what of the bytes it keeps."""
        life = yield from self._look()
        if sending is not None:  # what the former life has acknowledged was told before the next one could answer
            yield from self._collected(sending, 0)
        self._looked_s = self.world.monotonic_s()
        self._keeping.settle(life, self._looked_s)

    def _look(self) -> Generator[Event, None, Life]:
        failures = self._told.failures
        started = yield from in_background(lambda: (self.target.started(),))
        return Life(started[0], failures)

    def _pause(self, wait_s: float) -> Iterator[Event]:
        until_s = self.world.monotonic_s() + wait_s
        while self.world.monotonic_s() < until_s:
            self.world.sleep(TICK_S)
            yield Waiting()

    def _too_large(self, size_bytes: int) -> None:
        self._target_bytes = max(min(self._target_bytes, size_bytes), _LEAST_BYTES)

    def _tick(self) -> Iterator[Event]:
        now_s = self.world.monotonic_s()
        if now_s - self._progress_s < TICK_S:
            return
        self._progress_s = now_s
        elapsed_s = now_s - self._started_s
        there = self._keeping.there_bytes
        rate = (there - self._bytes_before) / elapsed_s if elapsed_s > 0 else 0.0
        left = max(self.source.text_bytes - there, 0)
        yield ImportProgress(
            done=min(there / self.source.text_bytes, 1.0) if self.source.text_bytes else 1.0,
            samples=self.tally.samples,
            text_bytes_per_s=rate,
            elapsed_s=elapsed_s,
            eta_s=left / rate if rate else None,
            at_once=self._gate.allowed,
        )

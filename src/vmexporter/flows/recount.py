"""Counts the windows that an interrupted bundle holds, line by line, as they are read back from its ``.part``.

A window counts when it has ended well: what was read of a damaged one is forgotten. ``stop`` ends the reading at the
next piece of text, for whoever does not want to wait until all of it was read.
"""

from __future__ import annotations

from vmexporter.bundle.journal import WindowRecord
from vmexporter.core.formats import Edges, Rewriter, label_cache, rewriter, stream_head
from vmexporter.core.lines import Counts, RawChunk
from vmexporter.core.plan import Plan
from vmexporter.core.privacy.labels import Pair
from vmexporter.errors import BadExportLine, LeakFound, OutputFailed
from vmexporter.flows.counting import SeriesCounter
from vmexporter.flows.running import Tally


class Recount:
    """Adds to *counter* and *tally*; ``on_text`` is a ``partfile.OnText``."""

    def __init__(self, counter: SeriesCounter, tally: Tally, plan: Plan) -> None:
        self._labels = label_cache(plan.form, self._note)
        self._counter, self._tally, self._plan = counter, tally, plan
        self._rewriter: Rewriter | None = None
        self._found: set[int] = set()
        self._stopped = False

    def on_text(self, window: WindowRecord, text: bytes) -> None:
        """Take a piece of a window's text, or its end (``b""``).

        Raises:
            BadExportLine, QueryRejected: it is not what an export writes, so it is damaged.
            OutputFailed: it was stopped.
        """
        if self._stopped:
            raise OutputFailed("cannot resume: it was stopped")
        if self._rewriter is None:
            whole = self._plan.time_range
            head = b"" if self._tally.windows else stream_head(self._plan.form, whole.start_ms, whole.end_ms)
            edges = Edges(window.start_ms, window.end_ms, expected=head, given=head)
            self._rewriter = rewriter(self._plan.form, self._labels, edges)
        if text:
            try:
                self._rewriter.feed(RawChunk(text))
            except LeakFound as error:  # it was clean when it was written: what is no number now is damage
                raise BadExportLine("cannot read the bundle back: a window of it is damaged") from error
            return
        counts: Counts = self._rewriter.counts
        self._rewriter = None
        self._tally.add(window, counts)
        self._counter.recount(self._found)
        self._found.clear()

    def stop(self) -> None:
        """Let the next ``on_text`` fail; for any thread."""
        self._stopped = True

    def _note(self, pairs: list[Pair]) -> list[Pair]:
        self._found.add(self._counter.note(pairs))
        return pairs

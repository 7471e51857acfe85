"""Fills a private VictoriaMetrics with metrics of whatever kind an import takes, in bounded memory.

It is an import without its precautions: nobody else uses the server, and when anything fails, all of it is thrown away.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Final, NamedTuple

from vmexporter.bundle.metricsfile import MetricsFile
from vmexporter.core.importing.edits import Edits, Watch, editor_for
from vmexporter.core.importing.pieces import Piece, Pieces
from vmexporter.core.importing.tally import Tally
from vmexporter.errors import InvalidInput, ServerUnreachable
from vmexporter.flows.events import Event, Progress
from vmexporter.flows.readahead import TICK_S, Exhausted, ReadAhead
from vmexporter.flows.world import World
from vmexporter.tsdb.insertion import InsertApi, force_flush
from vmexporter.tsdb.private import PrivateServer

_BODY_BYTES: Final = 4 << 20


class _Sent(NamedTuple):
    """A piece that the server has, and which share of the file lies before its end."""

    tally: Tally
    share: float


class Load:
    """One file on its way into the server; ``tally`` counts what is there already and what was left out."""

    def __init__(self, server: PrivateServer, file: MetricsFile, edits: Edits, watch: Watch | None = None) -> None:
        """*watch* is told of each unit, from another thread."""
        self._client, self._file = server.client, file
        self._insert = InsertApi(server.client, server.client.origin)
        editor = editor_for(file.form, edits, head=file.head, force=file.force, watch=watch)
        self._pieces = Pieces(editor, target_bytes=_BODY_BYTES)
        self.tally = Tally()
        self._done = 0.0

    def events(self, world: World) -> Iterator[Event]:
        """Load all of it; it is visible to queries afterwards.

        Raises:
            BundleDamaged: it cannot be read.
            InvalidInput: the server cannot read samples of this form.
            QueryRejected: the server does not take it.
            VmexporterError: the server is gone, or cannot store it.
        """
        ahead: ReadAhead[_Sent] = ReadAhead(self._sent(), self._client.interrupt)
        started_s = world.monotonic_s()
        try:
            while True:
                if sent := ahead.get(TICK_S):
                    self.tally.add(sent.tally)
                    self._done = sent.share
                yield self._progress(world.monotonic_s() - started_s)
        except Exhausted:
            return
        finally:
            ahead.close()

    def _sent(self) -> Iterator[_Sent]:
        self._require_readable()
        for piece in self._cut():
            if piece.body:
                self._insert.send(self._file.form, piece.body, is_plain=piece.is_plain)
            yield _Sent(piece.tally, self._share(piece.end))
        if not force_flush(self._client, self._client.origin):
            raise ServerUnreachable("cannot load the bundle: the server does not make visible what it has stored")

    def _require_readable(self) -> None:
        try:
            self._insert.require_readable(self._file.form)
        except InvalidInput as error:
            error.hint = "name a newer VictoriaMetrics with --victoria-metrics"
            raise

    def _share(self, end: int) -> float:
        if whole := self._file.text_bytes:
            return min(end / whole, 1.0)
        return min(self._file.read_bytes / (self._file.file_bytes or 1), 1.0)  # gzip does not say how long its text is

    def _cut(self) -> Iterator[Piece]:
        for text in self._file.blocks(self._pieces.offset):
            yield from self._pieces.feed(text)
        yield from self._pieces.finish()

    def _progress(self, elapsed_s: float) -> Progress:
        done = self._done
        return Progress(
            windows_done=0,
            windows=0,
            done=done,
            samples=self.tally.samples,
            text_bytes_per_s=self._pieces.offset / elapsed_s if elapsed_s > 0 else 0.0,
            bundle_bytes=0,
            elapsed_s=elapsed_s,
            eta_s=elapsed_s * (1 - done) / done if done > 0.01 else None,
        )

"""Fills a private VictoriaMetrics with the metrics of a checked bundle, whatever its form, in bounded memory."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Final

from vmexporter.bundle.reader import metrics_text
from vmexporter.core.formats import PairsRewrite, label_cache, stream_head
from vmexporter.core.manifest import Manifest
from vmexporter.core.spelling import importable
from vmexporter.errors import QueryRejected
from vmexporter.flows.events import Event, Progress
from vmexporter.flows.readahead import TICK_S, Exhausted, ReadAhead
from vmexporter.flows.rereading import reread
from vmexporter.flows.world import World
from vmexporter.tsdb.private import PrivateServer

_BODY_BYTES: Final = 4 << 20
_NEEDED: Final = "native blocks are read by VictoriaMetrics v1.82 and later: name one with --victoria-metrics"


@dataclass(slots=True)
class Load:
    """One bundle on its way into the server; ``lost`` counts samples that no server keeps, since they are NaN.

    ``learn`` sees the labels of each series. Several bundles are told apart by ``extra_label``.
    """

    server: PrivateServer
    bundle: Path
    manifest: Manifest
    learn: PairsRewrite
    extra_label: tuple[str, str] | None = None
    windows: int = 0
    samples: int = 0
    text_bytes: int = 0
    lost: int = field(default=0, init=False)

    def events(self, world: World) -> Iterator[Event]:
        """Load all of it; what was loaded is visible to queries afterwards.

        Raises:
            BundleDamaged: it is not what its manifest says.
            QueryRejected: the server does not take it.
            VmexporterError: the server is gone, or cannot store it.
        """
        ahead: ReadAhead[int] = ReadAhead(self._posts(), self.server.client.interrupt)
        started_s = world.monotonic_s()
        try:
            while True:
                ahead.get(TICK_S)
                yield self._progress(world.monotonic_s() - started_s)
        except Exhausted:
            self.server.flush()
        finally:
            ahead.close()

    def _posts(self) -> Iterator[int]:
        """Post the metrics in bodies of a few megabytes; how many bytes wait for the next one."""
        manifest, whole = self.manifest, self.manifest.time_range
        head = stream_head(manifest.format, whole.start_ms, whole.end_ms)
        body: list[bytes] = []
        size = whole_windows = 0
        for read in reread(manifest, metrics_text(self.bundle), label_cache(manifest.format, self.learn)):
            chunk = read.chunk.removeprefix(head) if not self.text_bytes else read.chunk
            body.append(chunk)
            size += len(chunk)
            self.text_bytes += len(read.chunk)
            self.samples = whole_windows + read.counts.samples
            if read.is_last:
                self.windows += 1
                whole_windows = self.samples
            if size >= _BODY_BYTES:
                self._post(head, b"".join(body))
                body, size = [], 0
            yield size
        if size:
            self._post(head, b"".join(body))

    def _post(self, head: bytes, text: bytes) -> None:
        if self.manifest.format == "jsonl":
            text, lost = importable(text)
            self.lost += lost
        try:
            self.server.load(self.manifest.format, head + text, self.extra_label)
        except QueryRejected as error:
            error.hint = _NEEDED if self.manifest.format == "native" else error.hint
            raise

    def _progress(self, elapsed_s: float) -> Progress:
        whole_bytes = self.manifest.counts.bytes
        done = min(self.text_bytes / whole_bytes, 1.0) if whole_bytes else 1.0
        return Progress(
            windows_done=self.windows,
            windows=len(self.manifest.windows),
            done=done,
            samples=self.samples,
            text_bytes_per_s=self.text_bytes / elapsed_s if elapsed_s > 0 else 0.0,
            bundle_bytes=0,
            elapsed_s=elapsed_s,
            eta_s=elapsed_s * (1 - done) / done if done > 0.01 else None,
        )

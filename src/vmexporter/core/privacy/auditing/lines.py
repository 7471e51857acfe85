r"""Takes the lines of ``metrics.jsonl`` apart: each distinct label part is handed on once, samples are only numbers.

Nothing but digits, signs, ``null``, ``"NaN"`` and ``"Infinity"`` may stand in a sample part. The timestamps of a line
are mostly those of a line before, so they are compared with them and read only when they differ.
"""

from __future__ import annotations

import json
import re
from collections.abc import Callable
from typing import Final

_START: Final = b'{"metric":{'
_LABELS_END: Final = b'},"values":['
_TIMESTAMPS: Final = b'],"timestamps":['
_END: Final = b"]}"
_NUMBERS: Final = b"0123456789,.-+eE"
_INTEGERS: Final = b"0123456789,-"
_NO_NUMBERS: Final = re.compile(rb'(?:null|"NaN"|"Infinity")*')  # the minus sign has gone with the digits
_KEY_BYTES: Final = 13
_MOST_TIMESTAMPS: Final = 256
_MOST_PART_BYTES: Final = 8 << 20
_MOST_LINE_BYTES: Final = 64 << 20

Labels = list[tuple[str, str]]


class LineAudit:
    """Reads blocks of text; ``lines`` counts them, ``bad_samples`` and ``bad_lines`` what is of no known form."""

    def __init__(self, on_labels: Callable[[Labels], None]) -> None:
        """*on_labels* gets the labels of each distinct label part (again, when very many have come between)."""
        self._on_labels = on_labels
        self._decode = json.JSONDecoder(object_pairs_hook=_Pairs).decode
        self._seen: set[bytes] = set()
        self._seen_bytes = 0
        self._timestamps: dict[bytes, bytes] = {}
        self._rest = b""
        self.lines = self.bad_samples = self.bad_lines = 0

    def feed(self, block: bytes) -> None:
        """The next block; lines may go on in the one after it."""
        position = 0
        if self._rest:
            position = block.find(b"\n") + 1 or len(block)
            self._rest += block[:position]
            if self._rest.endswith(b"\n"):
                self._line(self._rest, 0, len(self._rest) - 1)
                self._rest = b""
        while (end := block.find(b"\n", position)) >= 0:
            self._line(block, position, end)
            position = end + 1
        self._rest += block[position:]
        if len(self._rest) > _MOST_LINE_BYTES:
            self.bad_lines += 1
            self._rest = b""

    def finish(self) -> None:
        """The text has ended."""
        if self._rest:
            self.bad_lines += 1

    def _line(self, block: bytes, start: int, end: int) -> None:
        self.lines += 1
        cut = block.find(_LABELS_END, start, end)
        values = cut + len(_LABELS_END)
        close = block.find(b"]", values, end)
        if cut < 0 or close < 0 or not block.startswith(_START, start):
            self.bad_lines += 1
            return
        part = block[start : cut + 1]
        if part not in self._seen:
            self._labels(part)
        left = block[values:close].translate(None, _NUMBERS)
        if left and not _NO_NUMBERS.fullmatch(left):
            self.bad_samples += 1
        timestamps = close + len(_TIMESTAMPS)
        known = self._timestamps.get(block[timestamps : timestamps + _KEY_BYTES])
        if (
            known is not None
            and block.startswith(_TIMESTAMPS, close)
            and len(known) == end - timestamps
            and block.startswith(known, timestamps)
        ):
            return
        self._new_timestamps(block[close:end])

    def _new_timestamps(self, tail: bytes) -> None:
        numbers = tail[len(_TIMESTAMPS) :]
        sound = tail.startswith(_TIMESTAMPS) and numbers.endswith(_END)
        if not sound or numbers[: -len(_END)].translate(None, _INTEGERS):
            self.bad_samples += 1
            return
        if len(self._timestamps) >= _MOST_TIMESTAMPS:
            self._timestamps.clear()
        self._timestamps[numbers[:_KEY_BYTES]] = numbers

    def _labels(self, part: bytes) -> None:
        self._seen_bytes += len(part)
        if self._seen_bytes > _MOST_PART_BYTES:
            self._seen.clear()
            self._seen_bytes = len(part)
        self._seen.add(part)
        try:
            text = part[len(_START) - 1 :].decode("utf-8", "surrogateescape")
            pairs = self._decode(text)
        except (ValueError, RecursionError):
            self.bad_lines += 1
            return
        if all(isinstance(value, str) for _, value in pairs):
            self._on_labels(pairs)
        else:
            self.bad_lines += 1


class _Pairs(Labels):
    """The pairs of a JSON object as they stand there, one name twice included."""

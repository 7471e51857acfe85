r"""The native format's name of a series ⇄ its labels as a JSON line has them, so that one policy rewrites both.

A name is the metric's name and then name and value of each label; each text ends in byte 1. Bytes 0, 1 and 2 inside a
text are escaped: byte 0 and the digit. A cluster writes the same form, without the tenant. Nothing of a name gets into
a rewritten one but through these pairs, which are what policy and guard look at.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from types import MappingProxyType
from typing import Final

from vmexporter.core.privacy.labels import Pair, decode, encode
from vmexporter.errors import BadExportLine

_METRIC: Final = b"__name__"
_TEXT: Final = re.compile(rb"[^\x00-\x02]*+(?:\x00[012][^\x00-\x02]*+)*")
_ESCAPED: Final = re.compile(rb"\x00([012])")
_TO_ESCAPE: Final = re.compile(rb"[\x00-\x02]")
# In most names nothing needs an escape, neither here nor in JSON.
_PLAIN_NAME: Final = re.compile(rb'[^"\\\x00\x02-\x1f]*+')

# What storage is read by most comes first in a name; those of one line are equals, as is their form with a capital.
_FIRST_LABELS: Final = """
    namespace
    ns
    datacenter
    dc
    environment
    env
    cluster
    service
    job
    model
    type
    sensor_type SensorType
    db
    instance
    host
    server
    pod
    node
    device
    tenant
    client
    name
    measurement
""".strip().split("\n")
_RANKS: Final[Mapping[bytes, int]] = MappingProxyType(
    {
        spelled.encode(): rank
        for rank, line in enumerate(_FIRST_LABELS)
        for label in line.split()
        for spelled in (label, label[0].upper() + label[1:])
    }
)


def pairs_of(name: bytes) -> list[Pair]:
    """The labels of *name* in their order, as pairs of JSON strings' bytes.

    Raises:
        BadExportLine: it is no name of the native format.
    """
    texts = name.split(b"\1")
    if len(texts) % 2 or texts.pop():
        raise _unreadable()
    plain = _PLAIN_NAME.fullmatch(name) is not None
    if not plain:
        texts = [_unescaped(text) for text in texts]
    labels = texts[1::2]
    if b"" in labels or _METRIC in labels:
        raise _unreadable()
    pairs = [pair for pair in zip((_METRIC, *labels), (texts[0], *texts[2::2]), strict=True) if pair[1]]
    return pairs if plain else [(_json(label), _json(value)) for label, value in pairs]


def name_of(pairs: Iterable[Pair]) -> bytes:
    """The name of the native format for these labels, in the servers' order.

    Raises:
        BadExportLine: two of them have the same name, or one has none.
    """
    pairs = [pair for pair in pairs if pair[1]]
    escaped = any(b"\\" in label or b"\\" in value for label, value in pairs)  # else there is nothing to escape
    if escaped:
        pairs = [(_text(label), _text(value)) for label, value in pairs]
    labels = dict(pairs)
    if len(labels) != len(pairs) or b"" in labels:
        raise BadExportLine(
            "cannot export: two labels of one series have the same name, or a label has none",
            hint="see which labels the policy renames: vmexporter policy",
        )
    texts = [labels.pop(_METRIC, b"")]
    for pair in sorted(labels.items(), key=_rank):
        texts += pair
    if escaped:
        texts = [_TO_ESCAPE.sub(_escape, text) for text in texts]
    return b"\1".join(texts) + b"\1"


def _unreadable() -> BadExportLine:
    return BadExportLine("cannot read the export: the name of a series is not of the native format")


def _rank(pair: Pair) -> tuple[int, bytes]:
    rank = _RANKS.get(pair[0])
    return (len(_RANKS), pair[0]) if rank is None else (rank, b"")


def _unescaped(text: bytes) -> bytes:
    if not _TEXT.fullmatch(text):
        raise _unreadable()
    return _ESCAPED.sub(lambda found: bytes([found[1][0] - ord("0")]), text)


def _escape(found: re.Match[bytes]) -> bytes:
    return b"\0%d" % found[0][0]


def _json(text: bytes) -> bytes:
    return encode(text.decode("utf-8", "surrogateescape"))


def _text(raw: bytes) -> bytes:
    return decode(raw).encode("utf-8", "surrogateescape")

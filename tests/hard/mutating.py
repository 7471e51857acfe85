"""Hostile bytes made of good ones: cut, repeated, moved, sprinkled with what parsers stumble over, at any place."""

from __future__ import annotations

from collections.abc import Sequence

from hypothesis import strategies as st

TOKENS = (
    b"", b"\0", b"\n", b"\r\n", b'"', b"'", b"\\", b"{", b"}", b"[" * 2000, b"]", b":", b",", b"=", b"\\u0000",
    b"\\ud800", b"null", b"true", b"NaN", b"Infinity", b"-1", b"0", b"1e999", b"9" * 400, b"18446744073709551616",
    b"-9223372036854775808", b"\xff", b"\xc0\x80", b"\xed\xa0\x80", b"\xe2\x80\xa8", b"../../etc/passwd", b"%00",
    b"%2e%2e%2f", b"@", b"//", b"://", b"[::1]", b"\xff\xff\xff\xff", b"\x00\x00\x00\x00", b"\x7f\xff\xff\xff",
    b"PK\x03\x04", b"PK\x01\x02", b"PK\x05\x06", b"__name__", b'"values":[', b'},"values":[', b'"timestamps":[',
    b"${jndi:x}", b"<script>", b"' OR 1=1", b"x" * 5000,
)  # fmt: skip


@st.composite
def hostile(draw: st.DrawFn, seeds: Sequence[bytes]) -> bytes:
    """One of *seeds*, changed at up to six places; now and then anything at all."""
    text = bytearray(draw(st.sampled_from(seeds)))
    if draw(st.integers(0, 19)) == 0:
        return draw(st.binary(max_size=300))
    for _ in range(draw(st.integers(1, 6))):
        begin = draw(st.integers(0, len(text)))
        end = min(begin + draw(st.sampled_from((0, 1, 2, 4, 8, 50, 10_000))), len(text))
        match draw(st.integers(0, 5)):
            case 0:
                text[begin:end] = draw(st.sampled_from(TOKENS))
            case 1:
                del text[begin:end]
            case 2:
                text[begin:end] = text[begin:end] * 3
            case 3:
                text[begin:begin] = draw(st.binary(max_size=8))
            case 4 if begin < len(text):
                text[begin] ^= 1 << draw(st.integers(0, 7))
            case _:
                other = draw(st.sampled_from(seeds))
                start = draw(st.integers(0, len(other)))
                text[begin:end] = other[start : start + 200]
    return bytes(text)

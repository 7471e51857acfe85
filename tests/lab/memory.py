"""What stands in the memory of another process: all that it may write to, live objects and freed ones alike."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

from tests.lab.processes import LabError


def copies(pid: int, text: str) -> int:
    """How often *text* stands in the memory of a process. Raises: LabError where it cannot be read."""
    needle = text.encode()
    return sum(block.count(needle) for block in _writable(pid))


def _writable(pid: int) -> Iterator[bytes]:
    place = Path("/proc", str(pid))
    try:
        regions = (place / "maps").read_text().split("\n")
        with (place / "mem").open("rb", 0) as memory:
            for region in filter(None, regions):
                addresses, rights, *_ = region.split()
                begin, end = (int(address, 16) for address in addresses.split("-"))
                if rights.startswith("rw"):
                    memory.seek(begin)
                    yield memory.read(end - begin)
    except OSError as error:
        raise LabError(f"the memory of {pid} cannot be read: {error.strerror}") from error

"""The page's server in a process that can be asked which of its objects hold a text: ``python -m`` this, as ``serve``.

It waits for a file ``<question>`` (texts as JSON, each reversed, so that the question is no answer), walks everything
that the garbage collector knows, and the frames of all threads can reach, and writes ``<question>.found``.
"""

from __future__ import annotations

import gc
import json
import sys
import threading
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from vmexporter.cli.serving import ServeOptions, serve

TEXTS = (str, bytes, bytearray, memoryview)


def everything() -> Iterator[Any]:
    """Every object that can be reached."""
    gc.collect()
    frames = list(sys._current_frames().values())
    heap: list[Any] = [*gc.get_objects(), *(frame.f_locals for frame in frames if frame.f_globals is not globals())]
    seen = {id(heap), id(frames)}
    while heap:
        one = heap.pop()
        if id(one) in seen:
            continue
        seen.add(id(one))
        yield one
        if not isinstance(one, TEXTS):
            heap.extend(gc.get_referents(one))


def holders(texts: list[str]) -> dict[str, list[str]]:
    """For each of *texts* (reversed), what kinds of objects hold it, and who holds those."""
    found: dict[str, list[str]] = {text: [] for text in texts}
    for one in everything():
        if isinstance(one, TEXTS):
            content = one.encode("utf-8", "replace") if isinstance(one, str) else bytes(one)
            turned = content[::-1]
            for text in texts:
                if text.encode() in turned:
                    found[text].append(f"{type(one).__name__} in {_around(one)}")
    return found


def _around(one: Any) -> str:
    kinds = [type(holder).__name__ for holder in gc.get_referrers(one)]
    return ", ".join(sorted(set(kinds) - {"frame"}))


def watch(question: Path) -> None:
    """Answer each question that comes."""
    while True:
        time.sleep(0.05)
        if question.exists():
            texts = json.loads(question.read_text())
            question.unlink()
            answer = question.with_name(f"{question.name}.new")
            answer.write_text(json.dumps(holders(texts)))
            answer.replace(question.with_name(f"{question.name}.found"))


if __name__ == "__main__":
    threading.Thread(target=watch, args=(Path(sys.argv[1]),), daemon=True).start()
    serve(ServeOptions(port=int(sys.argv[2]), output=Path(sys.argv[3]), no_browser=True))

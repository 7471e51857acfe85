"""What the ``metadata.json`` of another tool's bundle says, as far as it can be read."""

from __future__ import annotations

import json
from dataclasses import dataclass
from typing import Any


@dataclass(frozen=True, slots=True)
class Told:
    """The fields that older bundles have; what is missing or of another type is empty. Nothing of it is proven."""

    export_id: str = ""
    export_date: str = ""
    start: str = ""
    end: str = ""
    components: tuple[str, ...] = ()
    jobs: tuple[str, ...] = ()
    metrics_count: int | None = None
    obfuscated: bool | None = None


def read_told(text: bytes) -> Told | None:
    """What *text* tells; None when it is no JSON object."""
    try:
        found = json.loads(text)
    except (ValueError, RecursionError):
        return None
    if not isinstance(found, dict):
        return None
    times = found.get("time_range")
    times = times if isinstance(times, dict) else {}
    count, obfuscated = found.get("metrics_count"), found.get("obfuscated")
    return Told(
        export_id=_text(found.get("export_id")),
        export_date=_text(found.get("export_date")),
        start=_text(times.get("start")),
        end=_text(times.get("end")),
        components=_texts(found.get("components")),
        jobs=_texts(found.get("jobs")),
        metrics_count=count if isinstance(count, int) and not isinstance(count, bool) else None,
        obfuscated=obfuscated if isinstance(obfuscated, bool) else None,
    )


def _text(found: Any) -> str:
    return found if isinstance(found, str) else ""


def _texts(found: Any) -> tuple[str, ...]:
    return tuple(text for text in found if isinstance(text, str)) if isinstance(found, list) else ()

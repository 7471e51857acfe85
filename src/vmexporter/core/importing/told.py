"""What the ``metadata.json`` of another tool's bundle says, as far as it can be read."""

from __future__ import annotations

from dataclasses import dataclass


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
    raise NotImplementedError

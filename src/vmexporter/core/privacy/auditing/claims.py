"""What the manifest says, as far as the audit goes by it; whatever has an unexpected form says nothing."""

from __future__ import annotations

import json
import re
from collections.abc import Mapping
from typing import Any, Final, NamedTuple

_ID: Final = re.compile("vmexporter-[0-9]{8}T[0-9]{6}Z-[a-z0-9]{6}|[0-9a-f]{64}|[0-9a-f]{16}")
LINES: Final = "metrics.jsonl"
BLOCKS: Final = "metrics.native"
NO_LEVEL: Final = "none"


class Claims(NamedTuple):
    """The level, and labels by their names in the bundle.

    ``ids`` look like chance, so originals may be in them; so may ``versions``, if the tables find them public.
    ``jobs`` stand in clear where the label is kept. ``metrics`` is the name of the entry that holds the series.
    """

    level: str
    mapped: frozenset[str] = frozenset()
    kept: frozenset[str] = frozenset()
    dropped: frozenset[str] = frozenset()
    ids: tuple[str, ...] = ()
    versions: tuple[str, ...] = ()
    jobs: tuple[str, ...] = ()
    metrics: str = LINES

    @classmethod
    def of_manifest(cls, manifest: Mapping[str, Any]) -> Claims:
        """From the parsed ``metadata.json``; without obfuscation every label was kept by choice."""
        policy, sums = _object(manifest.get("label_policy")), _object(manifest.get("sha256"))
        before = _object(manifest.get("converted"))
        ids = _strings([manifest.get("export_id"), manifest.get("map_id"), *sums.values(), before.get("sha256")])
        details = manifest.get("component_details")
        builds = [_object(each).get("versions") for each in (details if isinstance(details, list) else ())]
        builds += [_object(manifest.get("source")).get("versions"), [before.get("server")]]
        return cls(
            metrics=BLOCKS if manifest.get("format") == "native" else LINES,
            level=str(policy.get("level") or "support") if manifest.get("obfuscated") else NO_LEVEL,
            mapped=frozenset(_strings(policy.get("mapped_labels"))),
            kept=frozenset(_strings(policy.get("kept_labels"))),
            dropped=frozenset(_strings(policy.get("dropped_labels"))),
            ids=tuple(text for text in ids if _ID.fullmatch(text)),
            versions=tuple(text for each in builds for text in _strings(each)),
            jobs=_strings(manifest.get("jobs")),
        )

    def texts(self) -> list[str]:
        """What the manifest and the README may hold as it is, versions left aside."""
        jobs = [spelt for job in self.jobs for spelt in (job, json.dumps(job)[1:-1])] if "job" in self.kept else []
        return [text for text in (*self.ids, *jobs) if text]


def _object(value: object) -> Mapping[str, Any]:
    return value if isinstance(value, Mapping) else {}


def _strings(value: object) -> tuple[str, ...]:
    return tuple(each for each in value if isinstance(each, str)) if isinstance(value, list | tuple) else ()

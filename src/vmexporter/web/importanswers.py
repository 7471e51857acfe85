"""What the API gives about imports: files, targets, what a preflight found, and runs as they are now."""

from __future__ import annotations

from typing import Literal

from vmexporter.web.answers import Given, StageAnswer
from vmexporter.web.snapshots import RunSnapshot

ImportPhase = Literal["connecting", "checking", "sending", "verifying", "finished"]
Verdict = Literal["same", "different", "unverified"]


class SourceFile(Given):
    """A file that can be imported: an ``upload`` by its id, or a ``path`` below the output folder."""

    upload: str
    path: str
    name: str
    bytes: int
    modified_ms: int


class SourcesAnswer(Given):
    """The files that can be imported, the newest first, and how large another upload may be."""

    sources: tuple[SourceFile, ...]
    room_bytes: int


class SourceAnswer(Given):
    """A file that can be imported, and what it tells of itself; what it does not tell is null or empty.

    ``checked``: its checksums were compared, and are right. ``damage`` is what ``force`` makes the best of.
    """

    name: str
    kind: Literal["bundle", "foreign bundle", "gzip", "text"]
    form: Literal["jsonl", "native"]
    bytes: int
    text_bytes: int | None
    checked: bool
    damage: tuple[str, ...]
    notes: tuple[str, ...]
    series: int | None
    samples: int | None
    first_ms: int | None
    last_ms: int | None
    components: tuple[str, ...]
    jobs: tuple[str, ...]
    versions: tuple[str, ...]
    obfuscated: bool | None
    made_by: str


class TargetFacts(Given):
    """A target that takes data in; "" and null for what it does not tell. ``retention`` is its flag."""

    kind: str
    version: str
    insert_base: str
    query_base: str
    tenant: str
    retention: str
    retention_ms: int | None
    label_limit: int | None


class TargetAnswer(TargetFacts):
    """The same as a test found it."""

    success: Literal[True] = True
    tenants: tuple[str, ...]
    stages: tuple[StageAnswer, ...]
    notes: tuple[str, ...]


class RecentTarget(Given):
    """A target that was imported to, without credentials; ``insert_url`` and ``tenant`` are "" where none was given."""

    id: str
    url: str
    insert_url: str
    tenant: str


class RecentTargetsAnswer(Given):
    """The latest first; ``remember``: whether they are kept."""

    targets: tuple[RecentTarget, ...]
    remember: bool


class JobAnswer(Given):
    """Series and samples of one job."""

    job: str
    series: int
    samples: int


class LeftOut(Given):
    """What of the file is not sent, counted."""

    bad_lines: int
    other_jobs_samples: int
    outside_range: int
    before_retention: int
    in_the_future: int


class PreflightAnswer(Given):
    """What an import would bring. Times are the file's own, before a shift by ``shift_ms``.

    The target would drop ``too_old`` and ``in_the_future`` of the samples for their time, about (none and all are
    exact); ``too_old_at_now`` if the last sample became one of now. ``series_over_limit``: more labels than it takes.
    ``lost``: samples that a damaged bundle's manifest promises and that cannot be read.
    """

    target: TargetFacts
    warnings: tuple[str, ...]
    series: int
    merged_series: int
    samples: int
    first_ms: int
    last_ms: int
    shift_ms: int
    jobs: tuple[JobAnswer, ...]
    labels: dict[str, int]
    most_labels: int
    series_over_limit: int
    too_old: int
    too_old_at_now: int
    in_the_future: int
    lost: int
    left_out: LeftOut


class PreflightSnapshot(RunSnapshot):
    """A preflight at one moment; ``done`` is a fraction of the file."""

    file_name: str
    done: float = 0.0
    result: PreflightAnswer | None = None


class JobVerdict(Given):
    """A job as it was sent and as the target has it; null where that was not counted."""

    job: str
    series_sent: int
    series_found: int | None
    samples_sent: int
    samples_found: int | None


class ImportAnswer(Given):
    """A finished import. ``doubtful`` samples may stand at the target twice. ``reasons`` may explain a difference.

    ``lost``: samples that a damaged bundle's manifest promises and that could not be read.
    """

    verdict: Verdict
    series: int
    samples: int
    samples_found: int | None
    jobs: tuple[JobVerdict, ...]
    reasons: tuple[str, ...]
    left_out: LeftOut
    lost: int
    doubtful: int
    elapsed_s: float


class ImportSnapshot(RunSnapshot):
    """One import at one moment.

    ``done`` is a fraction of the file's text, ``at_once`` how many requests may be under way. ``pauses`` counts how
    often the target had to be waited for, ``expected_samples`` is null while unknown.
    """

    file_name: str
    phase: ImportPhase = "connecting"
    done: float = 0.0
    samples: int = 0
    expected_samples: int | None = None
    text_bytes_per_s: float = 0.0
    elapsed_s: float = 0.0
    at_once: int = 0
    pauses: int = 0
    result: ImportAnswer | None = None


class ImportsAnswer(Given):
    """All imports, the newest first."""

    runs: tuple[ImportSnapshot, ...]

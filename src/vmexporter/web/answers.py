"""What the API gives where it looks: one model for each answer, so that documentation and answers cannot differ."""

from __future__ import annotations

from typing import Any, Literal

from pydantic import BaseModel, ConfigDict

from vmexporter.flows.labeltable import LabelRow
from vmexporter.flows.queryjudging import JobCount


def legible(value: Any) -> Any:
    """*value* with bytes that are no UTF-8 replaced: label values may hold some, JSON may not."""
    if isinstance(value, str):
        return value if value.isascii() else value.encode("utf-8", "surrogateescape").decode("utf-8", "replace")
    if isinstance(value, dict):
        return {legible(key): legible(part) for key, part in value.items()}
    return tuple(map(legible, value)) if isinstance(value, list | tuple) else value


class Given(BaseModel):
    """Base of all answers."""

    model_config = ConfigDict(frozen=True)


class ErrorDocument(Given):
    """What went wrong; ``hint`` says what to try, ``field`` which part of the request it is about."""

    code: str
    message: str
    hint: str = ""
    field: str = ""


class ErrorAnswer(Given):
    """Every error leaves in this shape."""

    error: ErrorDocument


class Health(Given):
    """The server lives."""

    status: Literal["ok"] = "ok"
    version: str


class Config(Given):
    """What the page needs to know beforehand."""

    version: str
    output_folder: str
    free_bytes: int
    max_runs: int
    time_zone: str
    now_ms: int
    levels: tuple[str, ...]
    address: str
    metrics_server: str


class AddressAnswer(Given):
    """What an address was understood as; nothing was asked yet."""

    ok: Literal[True] = True
    base: str
    tenant: str
    also_tried: tuple[str, ...]
    has_credentials: bool


class AttemptAnswer(Given):
    """One question to one base; status 0: no answer came."""

    asked: str
    url: str
    status: int
    words: str


class StageAnswer(Given):
    """One stage of the test of a connection."""

    name: str
    state: str
    words: str
    took_s: float
    attempts: tuple[AttemptAnswer, ...]


class ValidateAnswer(Given):
    """A connection that works; ``export`` says whether the export API is there."""

    success: Literal[True] = True
    version: str
    versions: tuple[str, ...]
    vm_components: tuple[str, ...]
    kind: str
    query_base: str
    export_base: str | None
    export: str
    partial: bool
    tenant: str
    tenants: tuple[str, ...]
    stages: tuple[StageAnswer, ...]
    notes: tuple[str, ...]


class TenantsAnswer(Given):
    """The tenants that a cluster tells."""

    tenants: tuple[str, ...]


class InstanceAnswer(Given):
    """One target that ran a component; unknown numbers are null."""

    job: str
    instance: str
    tenant: str
    versions: tuple[str, ...]
    series: int | None
    samples: int | None
    first_ms: int
    last_ms: int


class ComponentAnswer(Given):
    """One component; ``family``: it is exported unless something else is chosen."""

    name: str
    family: bool
    jobs: tuple[str, ...]
    versions: tuple[str, ...]
    series: int | None
    samples: int | None
    first_ms: int
    last_ms: int
    instances: tuple[InstanceAnswer, ...]


class TotalsAnswer(Given):
    """Sums of all components."""

    instances: int
    series: int | None
    samples: int | None
    bundle_bytes: int | None


class DiscoverAnswer(Given):
    """The components of a range; ``partial``: a part of the server was down, so some may be missing."""

    components: tuple[ComponentAnswer, ...]
    totals: TotalsAnswer
    partial: bool
    notes: tuple[str, ...]


class LaneAnswer(Given):
    """When a target was not there."""

    job: str
    instance: str
    tenant: str
    down: tuple[tuple[int, int], ...]


class ChartAnswer(Given):
    """Rows per second at the ends of steps, of ``rows_metric``; and a lane for each target."""

    step_ms: int
    times_ms: tuple[int, ...]
    rows_per_s: tuple[float | None, ...]
    rows_metric: str
    up: tuple[LaneAnswer, ...]


class SeriesAnswer(Given):
    """One real series; ``labels`` are those of ``after``, as support would see them."""

    name: str
    labels: dict[str, str]
    before: dict[str, str]
    after: dict[str, str]
    value: str


class SampleAnswer(Given):
    """A few real series of every job."""

    metrics: tuple[SeriesAnswer, ...]


class LabelsAnswer(Given):
    """Every label of a selection and what becomes of it."""

    labels: tuple[LabelRow, ...]


class QueryAnswer(Given):
    """What a text was taken for, and what it finds."""

    kind: Literal["selector", "expression"]
    ok: bool
    series: int
    jobs: tuple[JobCount, ...]
    message: str
    samples: int | None

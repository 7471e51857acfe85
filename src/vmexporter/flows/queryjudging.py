"""Judges what was typed as selector or expression, by the server's own parser and data; narrows selectors to targets.

Which of the two it is, the grammar decides; whether it finds something, a count over the whole range.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal

from vmexporter.core.request import Selection, TargetChoice, TimeRange
from vmexporter.core.selectors import Selector, Target, parse_selector, require_selector, target_selectors
from vmexporter.errors import EndpointMissing, InvalidInput, QueryRejected, VmexporterError
from vmexporter.flows.session import Session

_SHOWN_CHARACTERS = 300
_LOOKED_AT_MS = 300_000
_TENANT_LABELS = ("vm_account_id", "vm_project_id")


@dataclass(frozen=True, slots=True)
class JobCount:
    """A job among the series found."""

    job: str
    instances: tuple[str, ...]
    series: int


@dataclass(frozen=True, slots=True)
class Judgement:
    """What the server makes of a text; *message* says what is wrong with it, or what to mind.

    *samples* of a selector are estimated by those of the range's last minutes; None where they tell nothing.
    """

    kind: Literal["selector", "expression"]
    ok: bool
    series: int = 0
    jobs: tuple[JobCount, ...] = ()
    message: str = ""
    samples: int | None = None


def judge(session: Session, text: str, time_range: TimeRange) -> Judgement:
    """What *text* is and what it finds in the range.

    Raises:
        VmexporterError: the server cannot be asked.
    """
    selector = parse_selector(text)
    kind: Literal["selector", "expression"] = "expression" if selector is None else "selector"
    if selector is None:
        if why := session.api.refusal_of(text):
            return Judgement(kind, ok=False, message=_fit(session, why))
        question, time_ms = text, time_range.end_ms
    else:
        try:
            require_selector(text)
        except InvalidInput as error:
            return Judgement(kind, ok=False, message=f"{error.message}; {error.hint}")
        window = f"{selector}[{time_range.length_ms}ms]"
        question, time_ms = f"count(last_over_time({window})) by (job,instance)", time_range.end_ms
    try:
        found = session.api.instant(question, time_ms).series
    except QueryRejected as error:
        return Judgement(kind, ok=False, message=_fit(session, error.message))
    except EndpointMissing:
        return Judgement(kind, ok=False, message="its result is no list of series, but a range vector or a text")
    counted = [(labels, round(float(value)) if selector else 1) for labels, value in found]
    jobs, series = _jobs(counted), sum(count for _, count in counted)
    nothing = "nothing in this range" if selector else "no result at the end of this range"
    samples = _estimated_samples(session, selector, time_range) if selector and series else None
    message = "" if series else f"it finds {nothing}"
    return Judgement(kind, ok=True, series=series, jobs=jobs, message=message, samples=samples)


def _estimated_samples(session: Session, selector: Selector, time_range: TimeRange) -> int | None:
    """Samples of the range at the rate of its last minutes: counting all of them would read all of them."""
    looked_at_ms = min(time_range.length_ms, _LOOKED_AT_MS)
    try:
        found = session.api.instant(f"sum(count_over_time({selector}[{looked_at_ms}ms]))", time_range.end_ms).series
    except VmexporterError:
        return None
    counted = sum(float(value) for _, value in found)
    return round(counted * time_range.length_ms / looked_at_ms) or None


def narrowed_selection(selection: Selection, chosen: Sequence[TargetChoice]) -> Selection:
    """*selection*, of whose series only those of the *chosen* targets are left.

    Raises:
        InvalidInput: it is an expression, or a target has neither job nor instance.
    """
    if selection.mode == "query":
        raise InvalidInput("cannot choose targets of an expression", hint="write them into it", field="targets")
    if selection.mode == "selectors":
        of_targets = [require_selector(text) for text in target_selectors(list(map(chosen_target, chosen)))]
        selectors = [require_selector(text) for text in selection.selectors]
        texts = tuple(str(_both(selector, narrow)) for selector in selectors for narrow in of_targets)
        return selection.model_copy(update={"selectors": texts})
    return Selection(step_ms=selection.step_ms, targets=tuple(chosen))


def chosen_target(choice: TargetChoice) -> Target:
    """The target that *choice* means, as discovery has it."""
    values = choice.tenant.split(":") if choice.tenant else []
    return Target(choice.job, choice.instance, tuple(zip(_TENANT_LABELS, values, strict=False)))


def _both(one: Selector, other: Selector) -> Selector:
    """The series that both select."""
    return Selector(tuple((*left, *right) for left in one.groups for right in other.groups))


def _jobs(found: Sequence[tuple[dict[str, str], int]]) -> tuple[JobCount, ...]:
    instances: dict[str, set[str]] = {}
    series: dict[str, int] = {}
    for labels, count in found:
        job = labels.get("job", "")
        instances.setdefault(job, set()).add(labels.get("instance", ""))
        series[job] = series.get(job, 0) + count
    return tuple(
        JobCount(job, tuple(sorted(of_job - {""})), series[job])
        for job, of_job in sorted(instances.items())
        if job or of_job != {""}
    )


def _fit(session: Session, words: str) -> str:
    """The server's words about what its user typed: on one line, not too long, without a credential."""
    return " ".join(session.client.strike_out(words).split())[:_SHOWN_CHARACTERS]

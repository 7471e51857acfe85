"""Every label of a selection and what becomes of it: from the server's own label API over the whole range.

A label that the tables treat differently from metric to metric (``path``, ``name``, ``url``) gets a row for each way in
which it is treated. Values are judged one by one, by the policy that makes the bundle.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from vmexporter.core.components import choose, components_of_jobs
from vmexporter.core.privacy.decisions import METRIC_LABEL, Action
from vmexporter.core.privacy.mapping import PseudonymMap
from vmexporter.core.privacy.policy import LabelPolicy
from vmexporter.core.request import ExportRequest, TimeRange
from vmexporter.core.selectors import Matcher, Selector, escape_regex, narrowed, require_selector, target_selectors
from vmexporter.errors import InvalidInput
from vmexporter.flows.discovery import Discovery, discover, require_components
from vmexporter.flows.obfuscation import enrolled, obfuscation
from vmexporter.flows.session import Session

_EXAMPLES = 2
_METRICS_PER_SELECTOR = 50
_FLAG = "flag"
_FLAG_VALUE = "value"


@dataclass(frozen=True, slots=True)
class LabelRow:
    """What becomes of a label at the metrics that are treated alike.

    ``values`` are its distinct values there, of which ``mapped`` do not stay as they are. ``metric`` is one of its
    ``metrics`` metrics, or "" where all are treated alike. ``action`` is ``keep`` where all values found are public.
    ``examples`` are (before, after); None is: left out.
    """

    label: str
    label_after: str
    metric: str
    metrics: int
    values: int
    mapped: int
    action: Action
    why: str
    examples: tuple[tuple[str, str | None], ...]


def label_table(session: Session, request: ExportRequest, known_map: PseudonymMap) -> Iterator[LabelRow]:
    """All labels of the selection in their order, the metric name first.

    Raises:
        InvalidInput: the selection is an expression, whose labels the server does not list.
        VmexporterError: as discovery and the query API have it.
    """
    if request.selection.mode == "query":
        raise InvalidInput("cannot list the labels of an expression", hint="use --selector, or sample without it")
    found = discover(session, request.time_range, count_series=False)
    targets = enrolled(found.instances, request.selection)
    policy = obfuscation(request.obfuscation, known_map, components_of_jobs(found.instances), targets).policy
    table = _Table(session, policy, _selectors(found, request), request.time_range)
    names = session.api.label_names(table.texts(), request.time_range.start_ms, request.time_range.end_ms)
    for label in sorted(names, key=lambda name: (name != METRIC_LABEL, name)):
        yield from table.rows(label)


def _selectors(found: Discovery, request: ExportRequest) -> list[Selector]:
    texts: Sequence[str] = request.selection.selectors
    if request.selection.mode == "components":
        chosen = choose(require_components(found).instances, request.selection)
        named = [instance.target for instance in chosen if instance.target.job or instance.target.instance]
        texts = target_selectors(named)
    return [require_selector(text) for text in texts]


class _Table:
    def __init__(
        self, session: Session, policy: LabelPolicy, selectors: Sequence[Selector], time_range: TimeRange
    ) -> None:
        self._api, self._policy, self._selectors, self._range = session.api, policy, selectors, time_range

    def texts(self, *matchers: Matcher) -> list[str]:
        """The selectors' texts, with *matchers* added."""
        narrow = list(self._selectors)
        for matcher in matchers:
            narrow = [narrowed(selector, matcher) for selector in narrow]
        return list(map(str, narrow))

    def rows(self, label: str) -> Iterator[LabelRow]:
        """One row for each way in which *label* is treated."""
        if not self._policy.decisions.depends_on_metric(label):
            yield self._row(label, [], self._values(label))
            return
        by_ground: dict[object, list[str]] = {}
        for metric in self._values(METRIC_LABEL, Matcher(label, "!=", "")):
            by_ground.setdefault(self._policy.decisions.ground(metric, label), []).append(metric)
        for metrics in by_ground.values():
            values: set[str] = set()
            for start in range(0, len(metrics), _METRICS_PER_SELECTOR):
                some = "|".join(map(escape_regex, metrics[start : start + _METRICS_PER_SELECTOR]))
                values.update(self._values(label, Matcher(METRIC_LABEL, "=~", some)))
            yield self._row(label, metrics, sorted(values))

    def _values(self, label: str, *matchers: Matcher) -> list[str]:
        return self._api.label_values(label, self.texts(*matchers), self._range.start_ms, self._range.end_ms)

    def _row(self, label: str, metrics: list[str], values: list[str]) -> LabelRow:
        metric = metrics[0] if metrics else ""
        decision = self._policy.decisions.decide(metric, label)
        pairs = [(value, after) for value in values for after in self._after(label, value, metric)]
        changed = [pair for pair in pairs if pair[0] != pair[1]]
        public = self._public_whys(label, values, metric) if decision.action == "map" else []
        all_public = bool(public) and not changed
        why = [*public, *([] if all_public else [decision.why])]
        return LabelRow(
            label=label,
            label_after=self._policy.label_name(label),
            metric=metric,
            metrics=len(metrics),
            values=len(values),
            mapped=len({before for before, _ in changed}),
            action="keep" if all_public else decision.action,
            why="; else ".join(why),
            examples=tuple((changed + [pair for pair in pairs if pair[0] == pair[1]])[:_EXAMPLES]),
        )

    def _public_whys(self, label: str, values: list[str], metric: str) -> list[str]:
        """Why some of *values* are public, the first reason only; none if none is."""
        decisions = self._policy.decisions
        if label == METRIC_LABEL:
            return ["VictoriaMetrics' own names are public"] if any(map(decisions.is_public_metric, values)) else []
        rows = (decisions.public_row(metric, label, value) for value in values)
        return [f"public: {row.why}" for row in rows if row is not None][:1]

    def _after(self, label: str, value: str, metric: str) -> list[str | None]:
        """What *value* becomes; the value of a flag can become several things, one for each flag that has it."""
        flags = [""]
        if metric == _FLAG and label == _FLAG_VALUE and value:
            of_value = (Matcher(METRIC_LABEL, "=", _FLAG), Matcher(_FLAG_VALUE, "=", value))
            flags = self._values("name", *of_value) or flags
        after = (self._policy.rewrite_value(label, value, metric, flag=flag) for flag in flags)
        return list(dict.fromkeys(after))

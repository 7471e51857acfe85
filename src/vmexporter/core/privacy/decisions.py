"""What is to be done with a label of a metric, and why: the tables' word, and above it the owner's.

No value is made here. ``policy`` does what is decided, ``vmexporter policy`` and the preview show it.
"""

from __future__ import annotations

from typing import Final, Literal, NamedTuple

from vmexporter.core.privacy.catalogue import EXPORTED, Catalogue, PublicRow
from vmexporter.core.privacy.wording import ANY_METRIC
from vmexporter.core.request import ObfuscationChoice

Action = Literal["keep", "map", "drop"]

METRIC_LABEL: Final = "__name__"
FLAG_NAME: Final = "name"
"""The label that says which flag a value of the metric ``flag`` is of."""
_FLAG_KIND: Final = "flag_value"
_FLAG_METRIC: Final = "flag"
_BY_CHOICE: Final = "chosen by you"


class Decision(NamedTuple):
    """``map`` means: mapped unless the value is public. ``of_flag``: a flag's value; another label names the flag."""

    action: Action
    kind: str
    why: str
    of_flag: bool = False


class Decisions:
    """What *choice* and the tables decide."""

    def __init__(self, choice: ObfuscationChoice, catalogue: Catalogue) -> None:
        self._catalogue: Final = catalogue
        self._level: Final = choice.level
        self._chosen: Final[dict[str, Action]] = dict.fromkeys(choice.keep_labels, "keep")
        self._chosen.update((label, "map") for label in choice.map_labels)
        self._chosen.update((label, "drop") for label in choice.drop_labels)

    def decide(self, metric: str, label: str) -> Decision:
        """What happens to *label* of *metric*."""
        rule = self._catalogue.rule(metric, label)
        of_flag = self._is_of_flag(metric, label)
        chosen = self._chosen.get(label)
        if chosen is not None:
            return Decision(chosen, rule.kind, _BY_CHOICE, of_flag)
        if self._level == "none":
            return Decision("keep", rule.kind, "no obfuscation: only secrets are removed", of_flag)
        if label == METRIC_LABEL:
            return Decision("map", "metric", "names outside VictoriaMetrics' own vocabulary are private")
        where = "any metric" if rule.metric_pattern == ANY_METRIC else rule.metric_pattern
        why = f"{rule.kind} ({where})" if rule.label != "*" else "no table knows this label: private"
        return Decision("map", rule.kind, why, of_flag)

    def ground(self, metric: str, label: str) -> tuple[int, bool]:
        """What decides about *label* of *metric*: where it is equal, a value is treated alike."""
        return self._catalogue.ground(metric, label), self._is_of_flag(metric, label)

    def _is_of_flag(self, metric: str, label: str) -> bool:
        return metric == _FLAG_METRIC and self._catalogue.kind(metric, label) == _FLAG_KIND

    def depends_on_metric(self, label: str) -> bool:
        """Whether the tables treat *label* differently from metric to metric."""
        return label not in self._chosen and self._level != "none" and self._catalogue.depends_on_metric(label)

    def public_row(self, metric: str, label: str, value: str) -> PublicRow | None:
        """The row by which *value* may stay, unless its owner wants it mapped."""
        if self._chosen.get(label) == "map":
            return None
        return self._catalogue.public_row(metric, label, value, self._level)

    def is_mapped(self, metric: str, label: str, value: str) -> bool:
        """Whether *value*, as it stands in the bundle, is there because it was mapped."""
        return self.decide(metric, label).action == "map" and self.public_row(metric, label, value) is None

    def is_public_name(self, label: str) -> bool:
        """Whether the label's name may stay."""
        return label == METRIC_LABEL or self._catalogue.is_public_label(label)

    def is_public_metric(self, name: str) -> bool:
        """Whether the metric's name may stay: the tables know it, or its owner keeps all names."""
        return self._chosen.get(METRIC_LABEL) == "keep" or self._catalogue.is_public_metric(name)

    @staticmethod
    def prefix(label: str) -> str:
        """The word in front of the number of a plain value: ``exported_team`` and ``team`` share theirs."""
        return label.removeprefix(EXPORTED) or label

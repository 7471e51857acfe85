"""A series' name in a legend: a template such as ``{{job}} {{instance}}``, filled with its labels."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence

_PLACE = re.compile(r"\{\{(\w+)\}\}")


def legend(template: str, labels: Mapping[str, str]) -> str:
    """The template with a label's value in each place, empty where it is absent; "" when nothing is left."""
    return " ".join(_PLACE.sub(lambda place: labels.get(place[1], ""), template).split())


def legend_of(labels: Mapping[str, str]) -> str:
    """A name for a series that has no template: job and instance, then what else tells it from the others."""
    first = [labels[name] for name in ("job", "instance") if labels.get(name)]
    return " ".join(first + [f"{name}={labels[name]}" for name in elsewhere(labels)])


def elsewhere(labels: Mapping[str, str]) -> Sequence[str]:
    """The names of the labels that say where, beyond job and instance."""
    return [name for name in sorted(labels) if name not in {"job", "instance", "__name__"} and labels[name]]

"""The command policy: the effective policy, row by row, with the reason for each."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import asdict, dataclass

from vmexporter.bundle.tables import read_tables
from vmexporter.cli import render
from vmexporter.cli.options import FormatOptions
from vmexporter.cli.privacy_options import PolicyOptions
from vmexporter.core.privacy.catalogue import Catalogue
from vmexporter.core.request import ObfuscationChoice

_SHORT = 48


@dataclass(frozen=True)
class PolicyRow:
    """One rule: which values of a label of which metrics are kept, mapped or dropped, and why."""

    action: str
    label: str
    metrics: str
    values: str
    why: str


def show(privacy: PolicyOptions, form: FormatOptions) -> None:
    """Run the command."""
    choice = privacy.resolve()
    rows = list(_rows(choice, Catalogue(read_tables())))
    if form.json:
        render.print_json(
            {"level": choice.level, "own_words": len(choice.words), "rules": [asdict(row) for row in rows]}
        )
        return
    words = f"; {len(choice.words)} words of your own vanish wherever they stand" if choice.words else ""
    render.say(f"Level {choice.level}{words}. The first row that fits a value decides.", "bold")
    columns = ("action", "label", "metrics", "values", "why")
    render.print_table(columns, ((row.action, row.label, row.metrics, _short(row.values), row.why) for row in rows))


def _rows(choice: ObfuscationChoice, catalogue: Catalogue) -> Iterator[PolicyRow]:
    chosen = (("keep", choice.keep_labels), ("map", choice.map_labels), ("drop", choice.drop_labels))
    for action, labels in chosen:
        for label in labels:
            yield PolicyRow(action, label, "any", "all" if action != "keep" else "all but secrets", "chosen by you")
    if not choice.enabled:
        yield PolicyRow("keep", "any", "any", "all but secrets", "level none: only secrets are removed")
        return
    for metrics, label, values, level, why in catalogue.rows("public_labels.tsv"):
        if choice.level != "strict" or level == "strict":
            yield PolicyRow("keep", label, _told(metrics), values, why)
    private = sorted(catalogue.rows("sensitive_labels.tsv"), key=lambda row: (row[1] == "*", row[0] == ".*"))
    for metrics, label, _, kind, _ in private:
        name = "any other" if label == "*" else label
        yield PolicyRow("map", name, _told(metrics), "all others", f"it is a {kind.replace('_', ' ')}")


def _short(values: str) -> str:
    """An expression as it fits into a table; the JSON output has it whole."""
    words = {"@words": "public words", "@flags": "names of flags"}
    return words.get(values, values if len(values) <= _SHORT else values[:_SHORT] + "…")


def _told(metric_pattern: str) -> str:
    return "any" if metric_pattern == ".*" else metric_pattern

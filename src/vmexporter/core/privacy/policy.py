"""The label policy: what happens to each label of a series, and the only place where it is done.

Default deny: a value stays when the tables know it to be public at its metric and label, or when its owner says so;
every other one is mapped. Secrets are removed in any case. Export, sample, manifest and ``vmexporter policy`` ask the
same object, so a preview cannot differ from the bundle. The work is per distinct label part and, through bounded
caches, mostly per distinct value.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Final

from vmexporter.core.privacy.catalogue import EXPORTED, Catalogue
from vmexporter.core.privacy.credentials import REMOVED_TEXT
from vmexporter.core.privacy.decisions import FLAG_NAME, METRIC_LABEL, Decision, Decisions
from vmexporter.core.privacy.flags import Known, flag_value, flag_without_secrets, value_without_secrets
from vmexporter.core.privacy.identifiers import label_name_pseudonym, metric_pseudonym
from vmexporter.core.privacy.kinds import KINDS, STRICT_KINDS
from vmexporter.core.privacy.labels import Pair, build, decode, encode, parse
from vmexporter.core.privacy.pseudonyms import Pseudonyms
from vmexporter.core.request import ObfuscationChoice

_CACHED_VALUES: Final = 8192
_CACHED_METRICS: Final = 4096
_METRIC: Final = METRIC_LABEL.encode()
_FLAG: Final = FLAG_NAME.encode()
_EXPORTED_FLAG: Final = (EXPORTED + FLAG_NAME).encode()
_FLAG_END: Final = b"\0"  # no label holds it raw, so a flag and its value cannot run together
_NOTHING: Final = re.compile(r"(?!)")


class _Column:
    """One label of all metrics for which the same holds: what its name becomes, what its values became."""

    __slots__ = ("decision", "is_dropped", "name", "of_flag", "place", "values")

    def __init__(self, decision: Decision, metric: str, label: str, name: bytes) -> None:
        self.decision, self.place, self.name = decision, (metric, label), name
        self.is_dropped, self.of_flag = decision.action == "drop", decision.of_flag
        self.values: dict[bytes, bytes] = {}


def _flag_of(pairs: list[Pair]) -> bytes:
    """The flag that a value belongs to, ended; a target's own label ``name`` moves it to ``exported_name``."""
    found = dict(pairs)
    return (found.get(_EXPORTED_FLAG) or found.get(_FLAG, b"")) + _FLAG_END


class LabelPolicy:
    """What *choice* says, done to label parts and label sets, with pseudonyms of one map and the tables' knowledge."""

    def __init__(self, choice: ObfuscationChoice, pseudonyms: Pseudonyms, catalogue: Catalogue) -> None:
        self.choice: Final = choice
        self.decisions: Final = Decisions(choice, catalogue)
        self._pseudonyms: Final = pseudonyms
        self._known: Final = Known(pseudonyms, catalogue, choice.level)
        spelled = ((word, word.upper(), word.casefold()) for word in map(str.strip, choice.words))  # ß, SS, ss
        words = sorted({word for spellings in spelled for word in spellings}, key=len, reverse=True)
        self._words: Final = re.compile("|".join(map(re.escape, words)), re.IGNORECASE) if words else _NOTHING
        self._columns: Final[dict[bytes, dict[bytes, _Column]]] = {}
        self._shared: Final[dict[object, _Column]] = {}
        self._cached = 0
        self._mapped: Final[set[str]] = set()

    def rewrite(self, label_part: bytes) -> bytes:
        """*label_part* (a line up to and including the ``}`` of its metric object) with the policy applied.

        Raises:
            BadExportLine: it is not exactly of that form.
        """
        pairs = parse(label_part)
        after = self.rewrite_pairs(pairs)
        return label_part if after is pairs else build(after)

    def rewrite_labels(self, labels: Mapping[str, str]) -> dict[str, str]:
        """The same decisions for a label set that is not a line: name -> value, dropped labels absent."""
        metric = labels.get(METRIC_LABEL, "")
        flag = labels.get(EXPORTED + FLAG_NAME) or labels.get(FLAG_NAME, "")
        rewritten = {}
        for label, value in labels.items():
            if (new := self.rewrite_value(label, value, metric, flag=flag)) is not None:
                rewritten[self.label_name(label)] = new
        return rewritten

    def rewrite_value(self, label: str, value: str, metric: str = "", *, flag: str = "") -> str | None:
        """What *value* of *label* of *metric* becomes, None if the label is dropped; *flag* is a flag's name."""
        decision = self.decisions.decide(metric, label)
        return None if decision.action == "drop" else self._rewritten(decision, (metric, label), value, flag)

    def _rewritten(self, decision: Decision, place: tuple[str, str], value: str, flag: str) -> str:
        metric, label = place
        if not value:
            return value
        if label == METRIC_LABEL:
            return self._metric_name(value)
        if decision.action == "map" and self.decisions.public_row(metric, label, value) is not None:
            return self._without_words(value)
        if decision.action == "map":
            self._mapped.add(self.label_name(label))
        is_flag, known = decision.of_flag, self._known
        clean = flag_without_secrets(known, flag, value) if is_flag else value_without_secrets(value)
        if decision.action == "keep":
            result = clean
        elif is_flag:
            result = flag_value(known, flag, value)
        else:
            prefix = self.decisions.prefix(label) if self.label_name(label) == label else "label"
            kinds = STRICT_KINDS if self.choice.level == "strict" else KINDS
            result = kinds[decision.kind](self._pseudonyms, prefix, clean)
            if result == value and label in self.choice.map_labels:  # all of it is structure, but it has to go
                result = self._pseudonyms.plain(prefix, value)
        result = self._without_words(result)
        if clean != value and REMOVED_TEXT not in result:
            result += REMOVED_TEXT
        return self._pseudonyms.kept_apart(value, result) if REMOVED_TEXT in result else result

    def _without_words(self, text: str) -> str:
        return self._words.sub(lambda found: self._pseudonyms.word(found[0]), text)

    def label_name(self, label: str) -> str:
        """What the label's name becomes: itself, or ``label_N`` when it could hold private words."""
        if not self.choice.enabled or (self.decisions.is_public_name(label) and not self._words.search(label)):
            return label
        return label_name_pseudonym(self._pseudonyms.map, label)

    def note(self, metric: str, label: str, value: str) -> None:
        """Remember what a pair of the bundle says of the policy; all are names and values as they stand there."""
        if value and label != METRIC_LABEL and self.decisions.is_mapped(metric, label, value):
            self._mapped.add(label)

    def describe(self) -> dict[str, tuple[str, ...]]:
        """For the manifest, names as they stand in the bundle: labels with mapped values, those kept or left out."""
        choice = self.choice
        return {
            "mapped": tuple(sorted(self._mapped)),
            "kept": tuple(map(self.label_name, choice.keep_labels)),
            "dropped": tuple(map(self.label_name, choice.drop_labels)),
        }

    def _metric_name(self, name: str) -> str:
        is_public = self.decisions.is_public_metric(name) and not self._words.search(name)
        return name if is_public or not self.choice.enabled else metric_pseudonym(self._pseudonyms.map, name)

    def rewrite_pairs(self, pairs: list[Pair]) -> list[Pair]:
        """The labels of one series with the policy applied: *pairs* itself if nothing changes, else a new list."""
        metric = next((value for name, value in pairs if name == _METRIC), b"")
        columns = self._columns.get(metric)
        if columns is None:
            columns = self._new_columns(metric)
        result: list[Pair] = []
        changed = False
        for pair in pairs:
            name, value = pair
            column = columns.get(name)
            if column is None:
                column = columns[name] = self._column(metric, name)
            if column.is_dropped:
                changed = True
                continue
            flag = _flag_of(pairs) if column.of_flag else b""
            new = column.values.get(flag + value if flag else value)
            if new is None:
                new = self._resolve(column, flag, value)
            if new == value and column.name == name:
                result.append(pair)
            else:
                changed = True
                result.append((column.name, new))
        return result if changed else pairs

    def _new_columns(self, metric: bytes) -> dict[bytes, _Column]:
        if len(self._columns) >= _CACHED_METRICS:
            self._columns.clear()
            self._shared.clear()
            self._cached = 0
        columns: dict[bytes, _Column] = {}
        self._columns[metric] = columns
        return columns

    def _column(self, metric: bytes, name: bytes) -> _Column:
        """The column of a label; metrics that the tables do not tell apart share it, and so what they have met."""
        label, of_metric = decode(name), decode(metric)
        same = (name, *self.decisions.ground(of_metric, label))
        column = self._shared.get(same)
        if column is None:
            after = self.label_name(label)
            decision = self.decisions.decide(of_metric, label)
            column = _Column(decision, of_metric, label, name if after == label else encode(after))
            self._shared[same] = column
        return column

    def _resolve(self, column: _Column, flag: bytes, raw: bytes) -> bytes:
        value = decode(raw)
        new = self._rewritten(column.decision, column.place, value, decode(flag.removesuffix(_FLAG_END)))
        if self._cached >= _CACHED_VALUES:
            for each in self._shared.values():
                each.values.clear()
            self._cached = 0
        self._cached += 1
        # An unchanged value keeps its spelling, too: there is more than one way to escape a character.
        result = column.values[flag + raw] = raw if new == value else encode(new)
        return result

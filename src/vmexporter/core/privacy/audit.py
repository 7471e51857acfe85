"""The audit of a bundle's content: everything in it is accounted for, and no original of the map stands anywhere.

Two proofs that do not need each other. Each value, name and word must be a pseudonym of the map or public by the
tables; and each original is searched in every reading of every text, beside shapes that no pseudonym has. Pure: texts
go in, findings come out, and no finding holds a value. Of the rewriting's code nothing is used.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any, Final

from vmexporter.core.privacy.auditing.accounting import Accounting
from vmexporter.core.privacy.auditing.batch import Batch, Found, Source
from vmexporter.core.privacy.auditing.claims import NO_LEVEL, Claims
from vmexporter.core.privacy.auditing.evidence import Evidence
from vmexporter.core.privacy.auditing.flagging import Flagging
from vmexporter.core.privacy.auditing.known import LABEL_PREFIX, OWN_WORD, KnownMap
from vmexporter.core.privacy.auditing.lines import Labels
from vmexporter.core.privacy.auditing.prose import PROSE_WORDS, prose_words
from vmexporter.core.privacy.auditing.publicity import Context, Publicity
from vmexporter.core.privacy.auditing.search import OriginalSearch, shown_kind
from vmexporter.core.privacy.auditing.shapes import private_shapes, secret_shapes
from vmexporter.core.privacy.auditing.spellings import CODINGS
from vmexporter.core.privacy.auditing.templates import Templates

_MOST_PAIRS_BYTES: Final = 16 << 20
#: Kinds of values that have kinds of the map to themselves, whatever their label.
_MAP_KINDS: Final = {
    "alert_name": ("label:alertname",),
    "job_name": ("job",),
    "recording_rule_name": ("metric",),
    "rule_fingerprint": ("rule-id", "fingerprint"),
    "rule_group": ("label:group",),
    "tenant_id": ("tenant",),
    "username": ("label:user",),
    "username_or_token_fingerprint": ("label:user",),
}


@dataclass(frozen=True, slots=True, order=True)
class Finding:
    """What is wrong, where, in how many distinct values; never the value itself."""

    kind: str
    place: str
    count: int


class Audit:
    """Judges the texts of one bundle. ``visible_by_choice``: originals in labels that the user keeps."""

    def __init__(self, tables: Mapping[str, str], document: Mapping[str, Any], claims: Claims) -> None:
        """*tables* by file name, *document* the parsed map.

        Raises:
            BundleDamaged: *document* is no map.
        """
        self._claims: Final = claims
        self._known: Final = KnownMap(document)
        self._public: Final = Publicity(tables, claims.level)
        self._accounting: Final = Accounting(self._known, self._public)
        self._flagging: Final = Flagging(self._accounting, self._public)
        self._templates: Final = Templates(self._known)
        self._evidence: Final = Evidence(self._known)
        self._words: Final = self._public.words | self._public.structure
        named = filter(self._public.is_public_label, claims.kept | claims.dropped | claims.mapped)
        labels = {word.lower() for name in named for word in prose_words(name)}
        self._prose: Final = self._public.metric_words | self._public.structure | PROSE_WORDS | labels
        allowed = {*claims.texts(), *filter(self._is_public_version, claims.versions)}
        self._allowed: Final = sorted(allowed, key=len, reverse=True)  # one may begin with another
        self._search: Final = OriginalSearch(self._known, self._is_common)
        self._batch: Final = Batch(self._search, self._accounting.of_run, self._judge, self._shapes)
        self._pairs: Final[set[tuple[Context, str, str]]] = set()
        self._pairs_bytes = 0
        self._names: Final[set[str]] = set()
        self._found: Final[Counter[tuple[str, str]]] = Counter()
        self.visible_by_choice = 0

    @property
    def level(self) -> str:
        """The level that the bundle was judged by."""
        return self._claims.level

    @property
    def originals(self) -> int:
        """How many originals were looked for."""
        return self._known.originals

    @property
    def spellings(self) -> int:
        """How many spellings that makes: every pattern in every coding, every other original as a whole value."""
        whole = self._known.originals - self._search.patterns
        return self._search.patterns * (len(CODINGS) - 1) + max(whole, 0)

    def labels(self, labels: Labels) -> None:
        """One distinct set of labels."""
        named = dict(labels)
        metric = named.get("__name__", "")
        if len(named) < len(labels):
            self.note("label-twice", self._claims.metrics)
        for label, value in labels:
            context = self._public.context(metric, label)
            of_flag = metric == "flag" and context.kind == "flag_value"
            flag = (named.get("exported_name") or named.get("name", "")) if of_flag else ""
            pair = (context, flag, value)
            if pair not in self._pairs:
                self._remember(pair)
                self._label(metric, context, flag, value)
            if label not in self._names:
                self._names.add(label)
                self._label_name(label)

    def text(self, place: str, text: str) -> None:
        """A text beside the samples: the manifest, the README, a name, a comment."""
        shown = text
        for each in self._allowed:
            shown = shown.replace(each, "")
        self._batch.add(Source(place, "text"), shown)
        if self._claims.level != NO_LEVEL:
            for word in prose_words(shown, self._known.is_pseudonym):
                if word.lower() not in self._prose:
                    self.note("unaccounted", place)

    def note(self, kind: str, place: str, count: int = 1) -> None:
        """Add to the findings."""
        if count:
            self._found[kind, place] += count

    def findings(self) -> list[Finding]:
        """Everything found, when all texts are in."""
        self._batch.flush()
        return sorted(Finding(kind, place, count) for (kind, place), count in self._found.items())

    def _remember(self, pair: tuple[Context, str, str]) -> None:
        self._pairs_bytes += len(pair[2]) + 200
        if self._pairs_bytes > _MOST_PAIRS_BYTES:
            self._pairs.clear()
            self._names.clear()
            self._pairs_bytes = 0
        self._pairs.add(pair)

    def _label(self, metric: str, context: Context, flag: str, value: str) -> None:
        standing = self._standing(context, value)
        template = self._templates.of((context, flag), value) if standing == "mapped" else None
        if self._templates.is_good(template):
            return
        place = self._place(metric, context.label)
        self._batch.add(Source(place, standing), self._flagging.without_public(flag, value) if flag else value)
        if not self._flagging.is_removed(flag, value):
            self.note("secret-flag", place)
        elif standing == "mapped":
            is_accounted, is_whole = self._is_accounted(context, flag, value), self._is_whole_original(context, value)
            self.note("unaccounted", place, not is_accounted)
            self.note("whole-value", place, is_whole)
            if is_accounted and not is_whole:
                self._templates.remember(template)

    def _standing(self, context: Context, value: str) -> str:
        if self._claims.level == NO_LEVEL or context.label in self._claims.kept:
            return "kept"
        if context.label == "__name__":
            return "public" if self._public.is_public_metric(value) else "mapped"
        return "public" if self._public.is_public(context, value) else "mapped"

    def _is_accounted(self, context: Context, flag: str, value: str) -> bool:
        if context.label == "__name__":
            stem, _, end = value.rpartition("_")
            return self._known.is_pseudonym(value) or (
                end in {"bucket", "sum", "count", "total"} and self._known.is_pseudonym(stem)
            )
        return self._flagging.of_flag(flag, value) if flag else self._accounting.of_label(context, value)

    def _is_whole_original(self, context: Context, value: str) -> bool:
        """Whether it is an original that is too common to be searched elsewhere."""
        if not value or self._known.is_pseudonym(value):
            return False
        kinds = [LABEL_PREFIX + context.label.removeprefix("exported_"), *_MAP_KINDS.get(context.kind, ())]
        kinds += ["metric"] if context.label == "__name__" else []
        return any(self._search.is_whole(kind, value) for kind in kinds)

    def _label_name(self, name: str) -> None:
        public = self._public.is_public_label(name)
        if name in self._claims.dropped:
            self.note("dropped-label", self._claims.metrics)
        if self._claims.level == NO_LEVEL:
            return
        if not (public or self._known.is_pseudonym(name)):
            self.note("unaccounted", f"{self._claims.metrics}: name of a label")
        self._batch.add(Source(f"{self._claims.metrics}: name of a label", "public"), name)

    def _place(self, metric: str, label: str) -> str:
        shown = label if self._public.is_public_label(label) else "(private)"
        of = metric if self._public.is_public_metric(metric) else "(private)"
        return f"{self._claims.metrics}: label {shown} of {of}"

    def _is_public_version(self, version: str) -> bool:
        labels = ("short_version", "version")
        return any(self._public.is_public(self._public.context("vm_app_version", label), version) for label in labels)

    def _is_common(self, text: str) -> bool:
        return text.isascii() and self._accounting.of_run(text) if text.isalnum() else self._public.is_worded(text)

    def _judge(self, found: Found) -> None:
        standing, kind = found.source.standing, found.hit.kind
        if standing == "public" and kind != OWN_WORD:
            return  # the tables say so: a place or an environment may be the original of another level's export
        words = self._prose if standing == "text" else self._words
        if not self._evidence.is_leak(found.hit, found.reading, words, everywhere=standing != "text"):
            return
        if standing == "kept" and kind != OWN_WORD:
            self.visible_by_choice += 1
        else:
            self.note(shown_kind(kind, self._public.is_public_label), found.source.place)

    def _shapes(self, texts: list[tuple[Source, str]]) -> None:
        """Shapes are looked for in all texts at once, and one by one only when there is something."""
        for kind in _any_shape(secret_shapes("\n".join(text for _, text in texts))):
            for source, text in texts:
                self.note(kind, source.place, sum(1 for found in secret_shapes(text) if found == kind))
        private = [(source, text) for source, text in texts if source.standing in {"mapped", "text"}]
        if self._claims.level == NO_LEVEL:
            return
        is_pseudonym = self._known.is_pseudonym
        for kind in _any_shape(private_shapes("\n".join(text for _, text in private), is_pseudonym)):
            for source, text in private:
                self.note(kind, source.place, sum(1 for found in private_shapes(text, is_pseudonym) if found == kind))


def _any_shape(kinds: Iterable[str]) -> list[str]:
    return sorted(set(kinds))

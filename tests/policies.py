"""Label policies as the product makes them, with its own tables and a map whose key is fixed."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from functools import cache

from vmexporter.bundle.tables import read_tables
from vmexporter.core.privacy.catalogue import Catalogue
from vmexporter.core.privacy.guard import Guard
from vmexporter.core.privacy.labels import encode
from vmexporter.core.privacy.mapping import PseudonymMap
from vmexporter.core.privacy.policy import LabelPolicy
from vmexporter.core.privacy.pseudonyms import Pseudonyms
from vmexporter.core.request import ObfuscationChoice
from vmexporter.errors import LeakFound
from vmexporter.flows.counting import SeriesCounter

KEY = bytes(range(32))


@cache
def catalogue() -> Catalogue:
    """The tables that come with the package."""
    return Catalogue(read_tables())


def policy(choice: ObfuscationChoice | None = None, pseudonyms: PseudonymMap | None = None) -> LabelPolicy:
    """A policy of *choice* (the default one) with a map of its own, unless one is given."""
    made = Pseudonyms(PseudonymMap(KEY) if pseudonyms is None else pseudonyms)
    return LabelPolicy(choice or ObfuscationChoice(), made, catalogue())


def counter(choice: ObfuscationChoice | None = None, *, watch_merges: bool = False) -> SeriesCounter:
    """A counter with policy and guard of *choice*, by default one that maps nothing."""
    choice, pseudonyms = choice or ObfuscationChoice(level="none"), PseudonymMap(KEY)
    return SeriesCounter(policy(choice, pseudonyms), Guard(choice, pseudonyms, catalogue()), watch_merges=watch_merges)


def guarded(choice: ObfuscationChoice, pseudonyms: PseudonymMap) -> Callable[[Mapping[str, str]], str]:
    """One guard: a function of labels as they would leave, which gives its error's text, "" for none."""
    guard = Guard(choice, pseudonyms, catalogue())

    def checked(labels: Mapping[str, str]) -> str:
        try:
            guard.check([(encode(name), encode(value)) for name, value in labels.items()])
        except LeakFound as error:
            return f"{error.message} {error.hint} {error.kind} {error.place}"
        return ""

    return checked


def leak_of(labels: Mapping[str, str], choice: ObfuscationChoice, pseudonyms: PseudonymMap) -> str:
    """What a new guard says of *labels*."""
    return guarded(choice, pseudonyms)(labels)

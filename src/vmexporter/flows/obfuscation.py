"""Puts together what makes labels safe: the policy that rewrites them and the guard that looks at the result."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

from vmexporter.bundle.tables import read_tables
from vmexporter.core.components import Instance, choose
from vmexporter.core.privacy.catalogue import Catalogue
from vmexporter.core.privacy.guard import Guard
from vmexporter.core.privacy.mapping import PseudonymMap
from vmexporter.core.privacy.policy import LabelPolicy
from vmexporter.core.privacy.pseudonyms import Pseudonyms
from vmexporter.core.request import ObfuscationChoice, Selection
from vmexporter.core.selectors import Target


@dataclass(frozen=True, slots=True)
class Obfuscation:
    """One map in use. Preview and export make it alike, so that they cannot differ."""

    policy: LabelPolicy
    guard: Guard
    catalogue: Catalogue


def enrolled(instances: Sequence[Instance], selection: Selection) -> list[Target]:
    """The targets that get the small numbers: those that will be exported, so that previews show the bundle's."""
    if selection.mode != "components" or not instances:
        return []
    chosen = choose(instances, selection)
    return [one.target for one in chosen if one.target.job or one.target.instance]


def obfuscation(
    choice: ObfuscationChoice,
    pseudonyms: PseudonymMap,
    components_of_job: Mapping[str, frozenset[str]],
    targets: Iterable[Target] = (),
) -> Obfuscation:
    """Policy and guard for *choice*; jobs and instances that are known beforehand get the small numbers."""
    catalogue = Catalogue(read_tables())
    made = Pseudonyms(pseudonyms, components_of_job)
    if choice.enabled:
        known = list(targets)
        made.enroll({target.job for target in known} or components_of_job, (target.instance for target in known))
    return Obfuscation(LabelPolicy(choice, made, catalogue), Guard(choice, pseudonyms, catalogue), catalogue)

"""The words in front of a job's pseudonym: which programs it holds, in words that dashboards and alert rules know."""

from __future__ import annotations

from vmexporter.core.privacy.vocabulary import COMPONENT_NAMES, COMPONENT_WORDS, DASHBOARD_WORDS, JOB_COMPONENTS


def job_prefix(name: str, components: frozenset[str]) -> str:
    """The words in front of ``job-N``: who it is first, then whatever component words the name has itself."""
    components = components & JOB_COMPONENTS
    found = {word for word in COMPONENT_WORDS if word in name}
    words = sorted(word for word in found if not any(word != other and word in other for other in found))
    if len(components) > 1:
        words = ["vm", *words]
    for component in components if len(components) == 1 else ():
        names = COMPONENT_NAMES.get(component, (component,))
        own = next((word for word in words if any(alias in word for alias in names)), "")
        first = own or next(
            filter(lambda word: _adds_nothing(word, name), (component, component.removeprefix("vm"))), "vm"
        )
        words = [first, *(word for word in words if word != first)]
    return "".join(f"{word}-" for word in words)


def _adds_nothing(prefix: str, name: str) -> bool:
    """Whether *prefix* has no word that the official alert rules look for and do not find in *name*."""
    return not any(word in prefix and word not in name for word in DASHBOARD_WORDS)

"""Questions about one view of a bundle: what fails becomes a note, and an empty answer; the rest is told."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

from vmexporter.core.components import target_of
from vmexporter.core.selectors import Target
from vmexporter.errors import VmexporterError
from vmexporter.flows.bundleview import View
from vmexporter.flows.curves import Curve, Grid, curves

BY_TARGET = "by (job, instance, vm_account_id, vm_project_id)"


@dataclass(slots=True)
class Questions:
    """Asks for the series that *selector* (without braces) fits; ``notes`` are what failed, in words."""

    view: View
    selector: str
    grid: Grid
    notes: list[str] = field(default_factory=list)

    def numbers(self, query: str, about: str) -> dict[Target, float]:
        """One number for each target at the end of the range."""
        return {target_of(labels): value for labels, value in self.series(query, about)}

    def series(self, query: str, about: str) -> list[tuple[Mapping[str, str], float]]:
        """The series at the end of the range."""
        try:
            vector = self.view.session.api.instant(query, self.view.time_range.end_ms)
        except VmexporterError as error:
            self._note(about, error.message)
            return []
        if vector.partial:
            self._note(about, "a part of the server is down")
        return [(labels, float(value)) for labels, value in vector.series]

    def curves(self, query: str, about: str) -> list[Curve]:
        """The curves over the range."""
        try:
            found, partial = curves(self.view.session.api, query, self.grid)
        except VmexporterError as error:
            self._note(about, error.message)
            return []
        if partial:
            self._note(about, "a part of the server is down")
        return found

    def _note(self, about: str, why: str) -> None:
        self.notes.append(f"cannot tell {about}: {why}")

"""What one export will ask for, as data: it is made once, kept in the journal, and read back to resume."""

from __future__ import annotations

from dataclasses import dataclass, field

from pydantic import TypeAdapter, ValidationError

from vmexporter.core.components import Instance
from vmexporter.core.formats import Format
from vmexporter.core.request import ObfuscationChoice, Selection, TimeRange
from vmexporter.core.selectors import Target, target_selectors
from vmexporter.core.windows import Slice
from vmexporter.errors import BundleDamaged

DEFAULT_STEP_MS = 15_000


@dataclass(frozen=True, slots=True)
class Plan:
    """What will be asked for. ``targets`` is empty for selectors and expressions, ``selectors`` for components.

    ``sampling_step_ms`` is used where samples have to be evaluated at steps. ``slices`` cover the range in order.
    ``partial``: a part of the server was down when targets were looked for, so some may be missing. ``form`` is what
    the bundle will hold.
    """

    time_range: TimeRange
    selection: Selection
    obfuscation: ObfuscationChoice
    require_complete: bool = False
    targets: tuple[Target, ...] = ()
    selectors: tuple[str, ...] = ()
    slices: tuple[Slice, ...] = ()
    instances: tuple[Instance, ...] = ()
    components_of_job: dict[str, frozenset[str]] = field(default_factory=dict)
    sampling_step_ms: int = DEFAULT_STEP_MS
    estimated_samples: int | None = None
    notes: tuple[str, ...] = ()
    partial: bool = False
    form: Format = "jsonl"

    @property
    def jobs(self) -> tuple[str, ...]:
        """The job of each target."""
        return tuple(target.job for target in self.targets)

    def selectors_for(self, piece: Slice) -> list[str]:
        """The selectors to ask for in one slice; no two of them share a series in component mode."""
        if not self.targets:
            return list(self.selectors)
        return target_selectors([self.targets[i] for i in piece.targets] if piece.targets else self.targets)

    def share_ms(self, piece: Slice) -> float:
        """How much of the range a slice is, in milliseconds: one of some targets only counts in proportion."""
        return piece.length_ms * (len(piece.targets) / len(self.targets) if piece.targets else 1)

    def to_json(self) -> object:
        """The plan as plain JSON values."""
        return _PLAN.dump_python(self, mode="json")


_PLAN = TypeAdapter(Plan)


def read_plan(value: object) -> Plan:
    """The plan that ``Plan.to_json`` gave.

    Raises:
        BundleDamaged: it is none.
    """
    try:
        return _PLAN.validate_python(value)
    except ValidationError as error:
        raise BundleDamaged("cannot resume: the journal's plan is not of a form that this version knows") from error

"""What to import, whither, and what becomes of labels and times on the way.

The models stand beside those of ``core.request`` and keep their manners: frozen, and an unknown key is an error.
"""

from __future__ import annotations

from typing import Final, Literal, Self

from pydantic import Field, model_validator

from vmexporter.core.request import Connection, Model, TimeRange

PROTECTED_LABELS: Final = ("__name__", "job", "instance")
"""Labels that are neither dropped nor replaced: without them nothing of the bundle can be told apart."""
_MOST_LABEL_BYTES: Final = 16 << 10
"""Servers cut longer label values off by default, and so would keep another one than was asked for."""


class Shift(Model):
    """How far every sample moves in time, exactly and in whole milliseconds.

    ``end-at-now``: the last sample of the bundle becomes one of now; ``start-at``: the first one gets the time *ms*
    (Unix milliseconds); ``by``: all move by *ms*, backwards when negative. ``none`` leaves them.
    """

    mode: Literal["none", "end-at-now", "start-at", "by"] = "none"
    ms: int = 0

    @model_validator(mode="after")
    def _meant(self) -> Self:
        if self.mode in {"none", "end-at-now"} and self.ms:
            raise ValueError(f"a shift of the kind {self.mode} takes no milliseconds")
        return self

    def by_ms(self, first_ms: int, last_ms: int, now_ms: int) -> int:
        """The shift in milliseconds for samples from *first_ms* to *last_ms*, at the moment *now_ms*."""
        moved = {"none": 0, "end-at-now": now_ms - last_ms, "start-at": self.ms - first_ms, "by": self.ms}
        return moved[self.mode]


class Label(Model):
    """One label that every imported series gets; it takes the place of a label of that name."""

    name: str
    value: str

    @model_validator(mode="after")
    def _usable(self) -> Self:
        if not self.name or not self.value:
            raise ValueError("an extra label needs a name and a value: name=value")
        if self.name in PROTECTED_LABELS:
            raise ValueError(f"the label {self.name} of the bundle cannot be replaced")
        if any(len(text.encode("utf-8", "surrogatepass")) > _MOST_LABEL_BYTES for text in (self.name, self.value)):
            raise ValueError("an extra label is longer than servers store")
        return self


class ImportOptions(Model):
    """What becomes of the samples; the defaults change nothing.

    ``jobs`` are the jobs to import (empty: all), by their names in the bundle. ``time_range`` is in the bundle's own
    time, before the shift; both ends belong to it.
    """

    shift: Shift = Shift()
    extra_labels: tuple[Label, ...] = ()
    drop_labels: tuple[str, ...] = ()
    jobs: tuple[str, ...] = ()
    time_range: TimeRange | None = None

    @model_validator(mode="after")
    def _one_decision_each(self) -> Self:
        names = [label.name for label in self.extra_labels]
        if len(set(names)) < len(names):
            raise ValueError("two extra labels have one name")
        if both := set(names) & set(self.drop_labels):
            raise ValueError(f"a label is both dropped and added: {', '.join(sorted(both))}")
        if kept := set(PROTECTED_LABELS) & set(self.drop_labels):
            raise ValueError(f"labels that cannot be dropped: {', '.join(sorted(kept))}")
        if "" in self.drop_labels:
            raise ValueError("a label to drop has no name")
        return self


class ImportRequest(Model):
    """One import, whole.

    ``connection`` is the address for both ways, or for queries alone when ``insert_url`` names another one to send to
    (a cluster's vminsert). ``force`` imports what is sound of a damaged bundle.
    """

    connection: Connection
    insert_url: str = Field(default="", repr=False)  # what was typed may hold credentials
    options: ImportOptions = ImportOptions()
    force: bool = False

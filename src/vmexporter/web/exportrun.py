"""An export as a run: its ``.part`` and journal are what it can go on with, its bundle is its result."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Any, ClassVar, Final

from vmexporter.bundle.files import remove_idle
from vmexporter.bundle.writer import BundlePaths
from vmexporter.flows.events import Event, Finished
from vmexporter.flows.world import World
from vmexporter.web.bundlesample import export_answer
from vmexporter.web.run import Run
from vmexporter.web.snapshots import RunState, Snapshot, Told, after, cells, told


class ExportRun(Run[Snapshot, Event]):
    """One export into *bundle*."""

    stopped: ClassVar[Mapping[RunState, Told]] = {
        "paused": ("paused", "Paused. What is complete so far is kept; credentials are not", "note"),
        "cancelled": ("cancelled", "Cancelled. Nothing of it is left in the folder", "note"),
    }

    def __init__(self, first: Snapshot, bundle: Path, world: World) -> None:
        super().__init__(first, world)
        self.paths: Final = BundlePaths(bundle)

    def after(self, before: Snapshot, event: Event) -> Snapshot:
        """As ``snapshots.after``; the last event brings the result."""
        if isinstance(event, Finished):
            return before.model_copy(update={"result": export_answer(event)})
        return after(before, event)

    def told(self, before: Snapshot, event: Event) -> Told | None:
        """As ``snapshots.told``."""
        return told(before, event)

    def can_go_on(self) -> bool:
        """Whether both files are there."""
        return self.paths.part.exists() and self.paths.journal.exists()

    def remove_files(self) -> None:
        """Remove both.

        Raises:
            OutputFailed: another process goes on with them, or one cannot be removed.
        """
        remove_idle(self.paths.part, self.paths.journal)

    def at_end(self, now: Snapshot, state: RunState) -> Mapping[str, Any]:
        """The windows stand still; a finished export has its bundle's size."""
        changed: dict[str, Any] = {"window_states": cells(now.windows_done, now.windows, running=False)}
        if state == "finished" and now.result:
            changed |= {"phase": "finished", "done": 1.0, "bundle_bytes": now.result.bundle_bytes}
        return changed

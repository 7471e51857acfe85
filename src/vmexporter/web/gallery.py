"""What the page of opened bundles shows: the bundles in one server, each looked at once, when it is first asked for."""

from __future__ import annotations

import threading
from dataclasses import dataclass, field

from vmexporter.errors import InvalidInput
from vmexporter.flows.bundleview import OpenedBundle, SupportTables, View, look, read_support_tables
from vmexporter.flows.session import Session
from vmexporter.flows.world import World


@dataclass(slots=True)
class Gallery:
    """The bundles, the server that holds them, and the address of its own page ("" for none)."""

    session: Session
    bundles: tuple[OpenedBundle, ...]
    vmui_url: str = ""
    world: World = field(default_factory=World)
    tables: SupportTables = field(default_factory=read_support_tables)
    _views: dict[str, View] = field(default_factory=dict)
    _lock: threading.Lock = field(default_factory=threading.Lock)

    def view(self, label: str = "") -> View:
        """What there is of one bundle; of the first when *label* is "".

        Raises:
            InvalidInput: there is none of this label, or nothing in it.
            VmexporterError: the server cannot be asked.
        """
        wanted = next((one for one in self.bundles if label in {"", one.label}), None)
        if wanted is None:
            raise InvalidInput("cannot show the bundle: none of this name is open", field="bundle")
        with self._lock:
            if wanted.label not in self._views:
                self._views[wanted.label] = look(self.session, wanted, self.world.now_ms())
            return self._views[wanted.label]

"""Tests a connection and tells its stages: at once when all is over, or one by one as they happen."""

from __future__ import annotations

import queue
from abc import ABC, abstractmethod
from collections.abc import Iterator
from dataclasses import asdict
from typing import Any

from vmexporter.core.components import FAMILY
from vmexporter.core.request import Connection, TimeRange
from vmexporter.errors import VmexporterError
from vmexporter.flows.discovery import discover
from vmexporter.flows.readahead import ReadAhead
from vmexporter.flows.session import Session, open_session
from vmexporter.flows.world import World
from vmexporter.tsdb.probe import Probe, Stage
from vmexporter.tsdb.transport import HttpClient
from vmexporter.tsdb.victoria import list_tenants
from vmexporter.web.answers import Given, StageAnswer, ValidateAnswer
from vmexporter.web.refusals import UNEXPECTED_DOCUMENT, error_document

_LOOK_BACK_MS = 3_600_000
_CLUSTER = frozenset({"vmselect"})


class StagedTest(ABC):
    """One test. ``stages`` holds those that have ended so far, each once."""

    def __init__(self) -> None:
        self.stages: list[StageAnswer] = []
        self._told: queue.SimpleQueue[dict[str, Any] | None] = queue.SimpleQueue()

    @abstractmethod
    def result(self) -> Given:
        """What the test found; each of its stages is told to ``hear``.

        Raises:
            VmexporterError: it failed; ``stages`` says how far it came.
        """

    @abstractmethod
    def interrupt(self) -> None:
        """End what it waits for."""

    def live(self) -> Iterator[dict[str, Any]]:
        """``{"stage": …}`` as it begins and as it ends, then ``{"result": …}`` or ``{"error": …}``."""
        ahead = ReadAhead((run() for run in (self._run,)), self.interrupt)
        try:
            while (document := self._told.get()) is not None:
                yield document
        finally:
            ahead.close()  # the page may have gone on

    def hear(self, stage: Stage) -> None:
        """Take one stage."""
        answer = StageAnswer.model_validate(asdict(stage))
        if stage.state != "running":
            self.stages.append(answer)
        self._told.put({"stage": answer.model_dump(mode="json")})

    def _run(self) -> None:
        last: dict[str, Any] = {"error": UNEXPECTED_DOCUMENT}
        try:
            last = {"result": self.result().model_dump(mode="json")}
        except VmexporterError as error:
            last = {"error": error_document(error)}
        finally:
            self._told.put(last)
            self._told.put(None)


class ConnectionTest(StagedTest):
    """The test of a server to export from."""

    def __init__(self, connection: Connection, world: World) -> None:
        super().__init__()
        self._connection = connection
        self._world = world
        self._client: HttpClient | None = None

    def result(self) -> ValidateAnswer:
        """What the test found.

        Raises:
            VmexporterError: the connection does not work; ``stages`` says how far it came.
        """
        with HttpClient(self._connection) as self._client:
            session = open_session(self._client, self._connection, self.hear)
            components, tenants = self._components(session), known_tenants(session.client, session.found)
        found = session.found
        return ValidateAnswer(
            version=found.versions[-1] if found.versions else "",
            versions=found.versions,
            vm_components=components,
            kind=found.kind,
            query_base=found.query_base,
            export_base=found.export_base,
            export=found.export,
            partial=found.partial,
            tenant=found.tenant,
            tenants=tenants,
            stages=tuple(self.stages),
            notes=found.notes,
        )

    def interrupt(self) -> None:
        """As there."""
        if self._client:
            self._client.interrupt()

    def _components(self, session: Session) -> tuple[str, ...]:
        """The components that reported in the last hour, and the one that answers."""
        now_ms = self._world.now_ms()
        names = {session.found.kind} & FAMILY
        try:
            found = discover(session, TimeRange(start_ms=now_ms - _LOOK_BACK_MS, end_ms=now_ms), count_series=False)
        except VmexporterError:
            return tuple(names)
        return tuple(sorted(names | {one.component for one in found.instances if one.component in FAMILY}))


def known_tenants(client: HttpClient, found: Probe) -> tuple[str, ...]:
    """The tenants of a cluster, where it tells them."""
    if found.kind not in _CLUSTER and "/select/" not in found.query_base:
        return ()
    try:
        return tuple(list_tenants(client, found.query_base))
    except VmexporterError:
        return ()

"""Tests a target: takes it an empty body, asks what it is and what it keeps, and tells the stages as they happen."""

from __future__ import annotations

from vmexporter.core.formats import Format
from vmexporter.core.importing.request import ImportRequest
from vmexporter.flows.target import Target, Ways, open_target, ways_of
from vmexporter.flows.world import World
from vmexporter.web.connecting import StagedTest, known_tenants
from vmexporter.web.importanswers import TargetAnswer


class TargetTest(StagedTest):
    """One test of where *request* goes, for samples in this *form*."""

    def __init__(self, request: ImportRequest, form: Format, world: World) -> None:
        super().__init__()
        self._request, self._form, self._world = request, form, world
        self._ways: Ways | None = None

    def interrupt(self) -> None:
        """As there."""
        if self._ways:
            self._ways.interrupt()

    def result(self) -> TargetAnswer:
        """As there."""
        with ways_of(self._request) as self._ways:
            target = open_target(self._ways, self._form, self._world, self.hear)
            tenants = known_tenants(self._ways.asking, target.found) if target.found else ()
            return self._answer(target, self._ways.points.tenant, tenants)

    def _answer(self, target: Target, tenant: str, tenants: tuple[str, ...]) -> TargetAnswer:
        facts, found = target.facts, target.found
        return TargetAnswer(
            kind=found.kind if found else facts.program.name,
            version=facts.program.release or (found.versions[-1] if found and found.versions else ""),
            insert_base=target.insert.base,
            query_base=found.query_base if found else "",
            tenant=tenant or (found.tenant if found else ""),
            retention=facts.retention,
            retention_ms=facts.retention_ms,
            label_limit=facts.label_limit,
            tenants=tenants,
            stages=tuple(self.stages),
            notes=target.notes,
        )

"""One probe of one address, with everything it told."""

from __future__ import annotations

from dataclasses import dataclass, field

from vmexporter.core.request import Connection
from vmexporter.errors import VmexporterError
from vmexporter.tsdb.probe import Probe, Stage, probe
from vmexporter.tsdb.transport import HttpClient


@dataclass
class Probing:
    """What came of it: ``found`` or ``error``, and the stages on the way."""

    found: Probe | None = None
    error: VmexporterError | None = None
    stages: list[Stage] = field(default_factory=list)

    @property
    def there(self) -> Probe:
        """The probe; what it failed with is raised."""
        if self.error is not None:
            raise self.error
        assert self.found is not None
        return self.found

    @property
    def failed(self) -> VmexporterError:
        """The error it failed with."""
        assert self.error is not None, self.found
        return self.error

    def stage(self, name: str) -> Stage:
        """How the stage *name* ended."""
        return [stage for stage in self.stages if stage.name == name and stage.state != "running"][-1]

    @property
    def ended(self) -> list[str]:
        """The stages that ended, as ``name state``."""
        return [f"{stage.name} {stage.state}" for stage in self.stages if stage.state != "running"]


def probe_at(url: str, **settings: object) -> Probing:
    """Probe *url* with the other settings of a ``Connection``."""
    connection = Connection(url=url, **settings)
    result = Probing()
    try:
        with HttpClient(connection) as client:
            result.found = probe(client, connection, result.stages.append)
    except VmexporterError as error:
        result.error = error
    return result

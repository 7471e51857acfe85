"""What the API takes: the request models of core, in the groups that its endpoints need.

A connection may stand under ``connection`` or flat beside the rest: ``{"url": …, "auth": …}``. Numbers are bounded
here to what a server can mean, since they come from anywhere.
"""

from __future__ import annotations

from typing import Annotated, Any, Literal, Self

from pydantic import Field, SecretStr, field_validator, model_validator

from vmexporter.core.request import (
    Connection,
    ExportRequest,
    Model,
    ObfuscationChoice,
    Selection,
    TargetChoice,
    TimeRange,
)
from vmexporter.errors import InvalidInput
from vmexporter.flows.queryjudging import narrowed_selection

LATEST_MS = 253_402_300_799_999  # 9999-12-31T23:59:59.999Z
_LONGEST_MS = 10 * 366 * 86_400_000
_LONGEST_TIMEOUT_S = 3600.0
_MOST_TARGETS = 100_000

Text = Annotated[str, Field(max_length=4096)]


class SelectionBody(Model):
    """As core's selection; ``targets`` narrows it to exactly these."""

    components: tuple[Text, ...] = ()
    jobs: tuple[Text, ...] = ()
    instances: tuple[Text, ...] = ()
    targets: tuple[TargetChoice, ...] | None = Field(default=None, max_length=_MOST_TARGETS)
    selectors: tuple[Annotated[str, Field(max_length=1 << 16)], ...] = ()
    query: str = Field(default="", max_length=1 << 16)
    step_ms: int = Field(default=0, ge=0, le=_LONGEST_MS)

    def resolve(self) -> Selection:
        """The selection that flows understand.

        Raises:
            InvalidInput: it is none.
        """
        fields = {name: getattr(self, name) for name in type(self).model_fields if name != "targets"}
        try:
            plain = Selection(**fields)
        except ValueError as error:
            raise invalid(error, "selection") from None
        if self.targets is None:
            return plain
        if not self.targets:
            raise InvalidInput("cannot export: no target is chosen", hint="choose at least one", field="targets")
        return narrowed_selection(plain, self.targets)


class RangeBody(Model):
    """Unix milliseconds; both ends belong to it."""

    start_ms: int = Field(ge=0, le=LATEST_MS)
    end_ms: int = Field(ge=0, le=LATEST_MS)

    @model_validator(mode="after")
    def _ordered(self) -> Self:
        if self.end_ms <= self.start_ms:
            raise ValueError("the range ends before it starts, or is empty")
        if self.end_ms - self.start_ms > _LONGEST_MS:
            raise ValueError("the range is longer than ten years")
        return self

    def resolve(self) -> TimeRange:
        """The range that flows understand."""
        return TimeRange(start_ms=self.start_ms, end_ms=self.end_ms)


class AddressBody(Model):
    """What was typed as an address so far."""

    url: str = Field(max_length=1 << 16)
    tenant: Text = ""


class ConnectionBody(Model):
    """How to reach the server."""

    connection: Connection

    @model_validator(mode="before")
    @classmethod
    def _gathered(cls, value: Any) -> Any:
        """The flat form as the other one."""
        if not isinstance(value, dict) or "connection" in value or "url" not in value:
            return value
        connection = {key: part for key, part in value.items() if key in Connection.model_fields}
        return {"connection": connection, **{key: part for key, part in value.items() if key not in connection}}

    @field_validator("connection")
    @classmethod
    def _bounded(cls, connection: Connection) -> Connection:
        for seconds in (connection.connect_timeout_s, connection.stall_timeout_s):
            if not 0 < seconds <= _LONGEST_TIMEOUT_S:
                raise ValueError(f"a timeout lies between 0 and {_LONGEST_TIMEOUT_S:g} seconds")
        return connection


class RangedBody(ConnectionBody):
    """A server and a range."""

    time_range: RangeBody


class ChartBody(RangedBody):
    """What the chart is of: all targets found, or these."""

    targets: tuple[TargetChoice, ...] = Field(default=(), max_length=_MOST_TARGETS)


class QueryBody(RangedBody):
    """A selector or an expression to be judged."""

    text: str = Field(max_length=1 << 16)


class LookBody(RangedBody):
    """A selection and what becomes of its labels; ``map`` is a file below the output folder."""

    selection: SelectionBody = SelectionBody()
    obfuscation: ObfuscationChoice = ObfuscationChoice()
    map: Text = ""
    map_passphrase: SecretStr = SecretStr("")

    def request(self) -> ExportRequest:
        """The request that flows understand.

        Raises:
            InvalidInput: its parts contradict each other.
        """
        if self.map and not self.obfuscation.enabled:
            raise InvalidInput("cannot use a map without obfuscation: they contradict", field="map")
        return ExportRequest(
            connection=self.connection,
            time_range=self.time_range.resolve(),
            selection=self.selection.resolve(),
            obfuscation=self.obfuscation,
        )


class ExportBody(LookBody):
    """An export: also where it goes, and how it behaves. ``encrypt_map`` takes ``map_passphrase``."""

    window_ms: int = Field(default=0, ge=0, le=_LONGEST_MS)
    require_complete: bool = False
    format: Literal["jsonl", "native", "auto"] = "jsonl"
    encrypt_map: bool = False
    file_name: Text = ""
    folder: Text = ""

    def request(self) -> ExportRequest:
        """As there, with the rest."""
        if self.obfuscation.one_way and (self.map or self.encrypt_map):
            raise InvalidInput("cannot use a map: a one-way export keeps none", field="map")
        if self.encrypt_map and not self.obfuscation.enabled:
            raise InvalidInput("cannot encrypt the map: without obfuscation there is none", field="encrypt_map")
        if self.encrypt_map and not self.map_passphrase.get_secret_value():
            raise InvalidInput("cannot encrypt the map: the passphrase is missing", field="map_passphrase")
        more = {"window_ms": self.window_ms, "require_complete": self.require_complete, "format": self.format}
        return super().request().model_copy(update=more)


class ResumeBody(ConnectionBody):
    """What an interrupted export needs again; without a connection, the address it was begun with."""

    connection: Connection = Connection(url="")
    map_passphrase: SecretStr = SecretStr("")


class DestinationBody(Model):
    """Where a bundle would go."""

    file_name: Text = ""
    folder: Text = ""


class PathBody(Model):
    """A file below the output folder."""

    path: Text


def invalid(error: ValueError, field: str) -> InvalidInput:
    """What a model has against its values, as our error."""
    problems = error.errors() if hasattr(error, "errors") else []
    why = str(problems[0]["msg"]).removeprefix("Value error, ") if problems else "it is none"
    return InvalidInput(f"cannot use the {field}: {why}", field=field)

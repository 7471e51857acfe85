"""The one set of models for API, configuration file, command line and documentation: what to export, from where, how.

Models are frozen and refuse unknown keys. Secrets are ``SecretStr``: never in ``repr``, never in a dump unless
``get_secret_value`` is called for the request itself.
"""

from __future__ import annotations

from typing import Literal, Self

from pydantic import BaseModel, ConfigDict, Field, SecretStr, model_validator


class Model(BaseModel):
    """Base of all request models: frozen, and an unknown key is an error."""

    model_config = ConfigDict(frozen=True, extra="forbid", hide_input_in_errors=True)


class Header(Model):
    """One extra request header; its value counts as a secret."""

    name: str
    value: SecretStr


class Auth(Model):
    """How to prove who asks: nothing, basic (RFC 7617), bearer (RFC 6750); headers are in ``Connection.headers``."""

    type: Literal["none", "basic", "bearer"] = "none"
    username: str = ""
    password: SecretStr = SecretStr("")
    token: SecretStr = SecretStr("")

    @model_validator(mode="after")
    def _complete(self) -> Self:
        if self.type == "basic" and not self.username:
            raise ValueError("basic authentication needs a user name")
        if self.type == "bearer" and not self.token.get_secret_value():
            raise ValueError("bearer authentication needs a token")
        return self


class Tls(Model):
    """Whom to trust: the system's store, or ``ca_file`` (PEM) in its place; a client certificate; or nobody checked."""

    ca_file: str = ""
    client_cert: str = ""
    client_key: str = ""
    insecure: bool = False


class Connection(Model):
    """Where the server is and how to talk to it; ``url`` is what the user typed (see core.endpoints).

    ``tenant`` is ``accountID[:projectID]`` or ``multitenant``, for an address that does not name one itself.
    ``stall_timeout_s`` bounds the wait for the next bytes, never the whole answer. ``gzip`` asks for compressed
    answers: less traffic, more work for the server, and a proof of the answer's end where a proxy loses it.
    """

    url: str = Field(repr=False)  # what was typed may hold credentials
    auth: Auth = Auth()
    headers: tuple[Header, ...] = ()
    tenant: str = ""
    tls: Tls = Tls()
    connect_timeout_s: float = 10.0
    stall_timeout_s: float = 120.0
    gzip: bool = False


class TimeRange(Model):
    """A time range in Unix milliseconds; both ends belong to it, as the servers have it."""

    start_ms: int
    end_ms: int

    @model_validator(mode="after")
    def _ordered(self) -> Self:
        if self.end_ms < self.start_ms:
            raise ValueError("the range ends before it starts")
        return self

    @property
    def length_ms(self) -> int:
        """Milliseconds in the range, both ends counted."""
        return self.end_ms - self.start_ms + 1


class Selection(Model):
    """What to export: VictoriaMetrics components (the default), selectors, or one expression; only one of the three.

    ``components``, ``jobs`` and ``instances`` narrow the components found; empty means all of them.
    ``step_ms`` thins to one sample a step (0: every sample); an expression is evaluated at it.
    """

    components: tuple[str, ...] = ()
    jobs: tuple[str, ...] = ()
    instances: tuple[str, ...] = ()
    selectors: tuple[str, ...] = ()
    query: str = ""
    step_ms: int = 0

    @model_validator(mode="after")
    def _one_way(self) -> Self:
        by_component = bool(self.components or self.jobs or self.instances)
        if by_component + bool(self.selectors) + bool(self.query) > 1:
            raise ValueError("choose components, or selectors, or a query, not several of them")
        if self.step_ms < 0:
            raise ValueError("a step cannot be negative")
        return self

    @property
    def mode(self) -> Literal["components", "selectors", "query"]:
        """Which of the three ways this selection uses."""
        if self.query:
            return "query"
        return "selectors" if self.selectors else "components"


class ObfuscationChoice(Model):
    """What happens to label values: ``map_labels`` get pseudonyms when ``enabled``; ``drop_labels`` go in any case."""

    enabled: bool = True
    map_labels: tuple[str, ...] = ("instance", "job")
    drop_labels: tuple[str, ...] = ()

    @model_validator(mode="after")
    def _name_stays(self) -> Self:
        for label in (*self.drop_labels, *self.map_labels):
            if label == "__name__":
                raise ValueError("the metric name (__name__) can be neither dropped nor mapped")
        return self


class ExportRequest(Model):
    """One export, whole: everything that decides what the bundle holds.

    ``window_ms`` is the longest slice of the range asked for at once (0: chosen by the tool).
    ``require_complete`` makes an incomplete answer an error in place of a bundle marked as partial.
    """

    connection: Connection
    time_range: TimeRange
    selection: Selection = Selection()
    obfuscation: ObfuscationChoice = ObfuscationChoice()
    window_ms: int = 0
    require_complete: bool = False

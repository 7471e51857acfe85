"""The one set of models for API, configuration file, command line and documentation: what to export, from where, how.

Models are frozen and refuse unknown keys. Secrets are ``SecretStr``: never in ``repr``, never in a dump unless
``get_secret_value`` is called for the request itself.
"""

from __future__ import annotations

from typing import Literal, Self

from pydantic import BaseModel, ConfigDict, Field, SecretStr, model_validator

MIN_WORD = 3
PSEUDONYM_HEADS = tuple("name job dir user branch word label metric arg group alertname value removed".split())
"""The words in front of the pseudonyms' numbers."""


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


class TargetChoice(Model):
    """One target out of those found; ``tenant`` (``accountID[:projectID]``) where several tenants are read at once."""

    job: str = ""
    instance: str = ""
    tenant: str = ""


class Selection(Model):
    """What to export: VictoriaMetrics components (the default), selectors, or one expression; only one of the three.

    ``components``, ``jobs`` and ``instances`` narrow the components found; empty means all of them. ``targets`` names
    exactly which.
    ``step_ms`` thins to one sample a step (0: every sample); an expression is evaluated at it.
    """

    components: tuple[str, ...] = ()
    jobs: tuple[str, ...] = ()
    instances: tuple[str, ...] = ()
    targets: tuple[TargetChoice, ...] = ()
    selectors: tuple[str, ...] = ()
    query: str = ""
    step_ms: int = 0

    @model_validator(mode="after")
    def _one_way(self) -> Self:
        by_component = bool(self.components or self.jobs or self.instances or self.targets)
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
    """What becomes of label values. ``level`` decides by the tables, the rest is the owner's own word.

    ``support``: everything private is mapped. ``strict``: locations, environments, kernel releases and source paths
    too. ``none``: only secrets are removed. ``keep_labels``, ``map_labels`` and ``drop_labels`` name labels whose
    values stay (but for secrets), are mapped in any case, or go with the label. ``words`` vanish wherever they stand,
    in whatever case. ``one_way``: no map is kept. Keeping ``__name__`` keeps the names of foreign programs' metrics.
    """

    level: Literal["support", "strict", "none"] = "support"
    keep_labels: tuple[str, ...] = ()
    map_labels: tuple[str, ...] = ()
    drop_labels: tuple[str, ...] = ()
    words: tuple[str, ...] = ()
    one_way: bool = False

    @property
    def enabled(self) -> bool:
        """Whether anything is mapped."""
        return self.level != "none"

    @model_validator(mode="after")
    def _one_decision_each(self) -> Self:
        lists = (self.keep_labels, self.map_labels, self.drop_labels)
        if "__name__" in self.map_labels + self.drop_labels:
            raise ValueError("the metric name (__name__) can be neither mapped nor dropped by choice, only kept")
        named = [label for labels in lists for label in set(labels)]
        if len(named) > len(set(named)):
            twice = sorted({label for label in named if named.count(label) > 1})
            raise ValueError(f"a label is named for two things at once: {', '.join(twice)}")
        if not self.enabled and (self.map_labels or self.words):
            raise ValueError("without obfuscation nothing is mapped: neither labels nor words can be chosen for it")
        if any(len(word.strip()) < MIN_WORD for word in self.words):
            raise ValueError(f"a word that has to vanish needs at least {MIN_WORD} characters")
        if any(word.strip().casefold() in head for word in self.words for head in PSEUDONYM_HEADS):
            raise ValueError("a word that has to vanish stands in pseudonyms themselves, such as name-1 or user-1")
        return self


class ExportRequest(Model):
    """One export, whole: everything that decides what the bundle holds.

    ``window_ms`` is the longest slice of the range asked for at once (0: chosen by the tool).
    ``require_complete`` makes an incomplete answer an error in place of a bundle marked as partial.
    ``format``: JSON lines, which everybody can read; native blocks, which cost the server next to nothing, or an error
    where it has none; or ``auto``, native where it works and JSON lines where not.
    """

    connection: Connection
    time_range: TimeRange
    selection: Selection = Selection()
    obfuscation: ObfuscationChoice = ObfuscationChoice()
    window_ms: int = 0
    require_complete: bool = False
    format: Literal["jsonl", "native", "auto"] = "jsonl"

"""What the programs of a real VictoriaMetrics v1.150.0 cluster answered, replayed word for word.

An answer is found by path, parameters and kind of authentication; times and limits of work do not count. A path that
the program does not know is answered as the recording says that this program answers such a path, with the asked path
in place of the recorded one. A question that nobody recorded gets status 500 and stands in ``unrecorded``.
"""

from __future__ import annotations

import json
import re
from base64 import b64decode
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from typing import Any, Literal, TypeAlias
from urllib.parse import parse_qs, urlsplit

from tests.fakes.exchange import Request, Responder
from tests.fakes.serving import LoopbackServer
from tests.lab.lines import DATA_FOLDER
from tests.lab.processes import Address

Role: TypeAlias = Literal["vmselect", "vminsert", "vmstorage", "vmagent", "vmauth", "vmsingle"]
Params: TypeAlias = tuple[tuple[str, tuple[str, ...]], ...]

HOSTS: dict[str, Role] = {
    "127.0.0.31": "vmselect",
    "127.0.0.21": "vminsert",
    "127.0.0.11": "vmstorage",
    "127.0.0.41": "vmagent",
    "127.0.0.61": "vmauth",
    "127.0.0.71": "vmsingle",
}
USERNAME, PASSWORD = "acme-monitoring", "right-password"
TOKEN = "right-token"
IGNORED = {"time", "start", "end", "nocache", "timeout"}
TUNING = {"max_rows_per_line", "reduce_mem_usage", "format", "limit", "step", "topN", "trace"}
"""Parameters that must be equal only when the recordings differ in nothing else."""
ONE_DOWN = 5  # so many recordings at the end of the file were made with one of two vmstorage stopped
END_MS = 1_795_424_338_000
"""The moment to which most recordings belong (``time`` and ``end``); exports and series go a minute back from it."""


@dataclass(frozen=True)
class Recording:
    """One question and its answer."""

    name: str
    role: Role
    path: str
    params: Params
    auth: str
    status: int
    headers: dict[str, str]
    body: str


def recordings() -> list[Recording]:
    """All recordings in the order of the file."""
    with (DATA_FOLDER / "acme_api.jsonl").open(encoding="utf-8", newline="\n") as file:
        return [_parse(json.loads(text)) for text in file]


def _parse(entry: dict[str, Any]) -> Recording:
    url = urlsplit(entry["url"])
    params = _significant((name, tuple(values)) for name, values in parse_qs(url.query).items())
    answer = (entry["status"], entry["headers"], entry["body"])
    return Recording(entry["name"], HOSTS[url.hostname or ""], url.path, params, entry["auth"], *answer)


def _significant(params: Iterable[tuple[str, tuple[str, ...]]]) -> Params:
    named = (("match[]" if name == "match" else name, tuple(sorted(values))) for name, values in params)
    return tuple(sorted((name, values) for name, values in named if name not in IGNORED))


def _without_tuning(params: Params) -> Params:
    return tuple((name, values) for name, values in params if name not in TUNING)


class RecordedServer(LoopbackServer):
    """Answers as the program *role* did; with *one_down* as vmselect did while a vmstorage was stopped.

    vmauth knows ``USERNAME`` with ``PASSWORD`` and ``TOKEN``. With *empty_for_unrecorded* a query or an export that
    nobody recorded has an empty answer, as for a selector that matches nothing.
    """

    def __init__(
        self,
        role: Role,
        *,
        one_down: bool = False,
        empty_for_unrecorded: bool = False,
        address: Address | None = None,
    ) -> None:
        super().__init__(address)
        self.role = role
        self.empty_for_unrecorded = empty_for_unrecorded
        self.unrecorded: list[Request] = []
        known = recordings()
        usual, down = known[:-ONE_DOWN], known[-ONE_DOWN:]
        self._all = {entry.name: entry for entry in known}
        self._own = [entry for entry in ([*down, *usual] if one_down else usual) if entry.role == role]

    def answer(self, request: Request, responder: Responder) -> None:
        found = self._refusal(request) or self._find(request) or self._unknown_path(request) or self._empty(request)
        if found is None:
            self.unrecorded.append(request)
            text = f"no recording of {self.role} answers {request.method} {request.target}\n"
            found = Recording("unrecorded", self.role, "", (), "", 500, {"Content-Type": "text/plain"}, text)
        responder.whole(found.status, found.headers, found.body.encode())

    def _find(self, request: Request) -> Recording | None:
        asked = _significant(request.params.items())
        auth = request.headers.get("authorization", "none").split(" ")[0].lower() if self.role == "vmauth" else "none"
        same_path = [entry for entry in self._own if (entry.path, entry.auth) == (request.path, auth)]
        ways: tuple[Callable[[Params], Params], ...] = (lambda params: params, _without_tuning)
        for way in ways:
            for entry in same_path:
                if way(entry.params) == way(asked):
                    return entry
        return None

    def _refusal(self, request: Request) -> Recording | None:
        """Whom vmauth does not let in."""
        if self.role != "vmauth":
            return None
        kind, _, secret = request.headers.get("authorization", "").partition(" ")
        if not kind:
            return self._all["vmauth: no credentials"]
        wanted = f"{USERNAME}:{PASSWORD}".encode()
        known = secret == TOKEN if kind == "Bearer" else b64decode(secret) == wanted
        return None if known else self._all["vmauth: wrong password"]

    def _unknown_path(self, request: Request) -> Recording | None:
        if any(entry.path == request.path for entry in self._own) and self.role != "vmauth":
            return None
        match self.role:
            case "vmselect" if not request.path.startswith("/select/"):
                return self._about("cluster: vmselect, no tenant in the path", request.path)
            case "vmselect" if self._serves(request):
                return None
            case "vmselect":
                return self._about("cluster: vmselect, tenant not a number", request.path)
            case "vmauth" if re.match(r"(/1011/rw)?(/prometheus)?/api/v1/", request.path):
                return None
            case "vmauth":
                return self._about("vmauth: basic, route not configured", request.target)
            case _:
                return self._about("single: unknown path", request.path)

    def _serves(self, request: Request) -> bool:
        """Whether vmselect has such a path for a tenant, recorded or not."""
        tenant, _, suffix = request.path.removeprefix("/select/").partition("/")
        recorded = {entry.path.split("/", 3)[3] for entry in self._own if entry.path.startswith("/select/0/")}
        return bool(re.fullmatch(r"\d+(:\d+)?|multitenant", tenant)) and suffix in recorded

    def _about(self, name: str, asked: str) -> Recording:
        """The recording *name* with the asked path (or path and query) where it speaks of its own, in quotes."""
        entry = self._all[name]
        body = re.sub(r'"/[^"]*"', lambda found: json.dumps(asked, ensure_ascii=False), entry.body)
        return Recording(entry.name, self.role, entry.path, (), entry.auth, entry.status, entry.headers, body)

    def _empty(self, request: Request) -> Recording | None:
        if not self.empty_for_unrecorded:
            return None
        names = {"query": "cluster: empty tenant", "export": "cluster: export, nothing matches"}
        return self._all.get(names.get(request.endpoint, ""))

"""Questions whose right answers are known, put to a base: does it serve queries, does it serve the export?

Rule: POST first, since long selectors need it; where that alone is refused, GET is tried, and remembered by the client.
"""

from __future__ import annotations

import email.utils
import time
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Literal

from vmexporter.errors import EndpointMissing, QueryRejected, ServerUnreachable, VmexporterError
from vmexporter.tsdb.faults import is_denial, refusal, said
from vmexporter.tsdb.hints import page_hint, program_hint, unserved_hint, words_hint
from vmexporter.tsdb.identity import Program, query_answer
from vmexporter.tsdb.stages import Attempt
from vmexporter.tsdb.transport import Answer, HttpClient, Limits
from vmexporter.tsdb.victoria import NOTHING

ExportState = Literal["available", "missing", "denied", "incomplete", "unanswered"]

QUERY = "vm_app_version"
LIMITS = Limits(stall_timeout_s=30.0, total_s=90.0)
MAY_ALLOW_GET = frozenset({403, 405, 501})
BUSY = frozenset({408, 425, 429})
NO_ROUTE = frozenset({404, 405, 501})
STATES_BY_WEIGHT: tuple[ExportState, ...] = ("available", "incomplete", "unanswered", "denied", "missing")


@dataclass(frozen=True)
class Tried:
    """A base and what it answered to a query."""

    base: str
    answer: Answer

    @property
    def attempt(self) -> Attempt:
        """What to show of it."""
        return Attempt("query", self.base, self.answer.status, self.answer.words)


@dataclass(frozen=True)
class ExportRoute:
    """Whether there is an export API, and at which base; *base* is None when it is missing or denied."""

    state: ExportState
    base: str | None
    attempts: tuple[Attempt, ...]


def ask_query(client: HttpClient, base: str) -> Answer:
    """Ask *base* an instant query that every such API can answer. Raises: as ``HttpClient.get``."""
    params = [("query", QUERY), ("nocache", "1")]  # nocache: VictoriaMetrics answers for now, not for 30 s ago
    return _ask(client, base, f"{base}/api/v1/query", params)


def most_telling(tried: Sequence[Tried], program: Program, tenant: str) -> VmexporterError:
    """The error for *tried*, none of which was the query API: the most telling one, the first of equals.

    *program* answers at the root of the address; *tenant* is the one that was asked for, or "".
    """
    worst = max(tried, key=lambda one: _weight(one.answer))
    answer, doing = worst.answer, f"query {worst.base}"
    if is_denial(answer.status, answer.words) or _is_ill(answer.status):
        return refusal(answer, doing)
    if answer.status == 422:
        return QueryRejected(f"cannot {doing}: {said(answer.status, answer.words)}")
    hint = words_hint(answer.words) or ("" if program.name == "vmselect" and tenant else program_hint(program.name))
    hint = hint or unserved_hint(answer.words) or page_hint(answer.moved_to)
    if 200 <= answer.status < 300:
        what = answer.words or "something that is not the query API"
        return EndpointMissing(f"cannot {doing}: it answered with {what}", hint=hint)
    # The question was a valid one, so a 400 can only be about the path.
    return EndpointMissing(f"cannot {doing}: {said(answer.status, answer.words)}", hint=hint)


def find_export(client: HttpClient, bases: Sequence[str], answered: Answer, *, partial: bool) -> ExportRoute:
    """Ask each of *bases* for the export API until one has it; *answered* came from the first, maybe *partial*."""
    found: list[tuple[ExportState, str]] = []
    attempts: list[Attempt] = []
    for base in bases:
        try:
            answer = _ask(client, f"{base}/api/v1/export", f"{base}/api/v1/export", _export_params(answered.headers))
        except VmexporterError as error:
            found.append(("unanswered" if isinstance(error, ServerUnreachable) else "missing", base))
            attempts.append(Attempt("export", base, 0, error.message.partition(": ")[2]))
            continue
        found.append((_export_state(client, bases[0], answer, partial=partial), base))
        attempts.append(Attempt("export", base, answer.status, answer.words))
        if found[-1][0] == "available":
            break
    state, base = min(found, key=lambda one: STATES_BY_WEIGHT.index(one[0]))
    return ExportRoute(state, None if state in {"missing", "denied"} else base, tuple(attempts))


def is_partial(answer: dict[str, object] | None) -> bool:
    """Whether a query's answer says that a part of the cluster did not answer."""
    return answer is not None and answer.get("isPartial") is True


def _export_state(client: HttpClient, query_base: str, answer: Answer, *, partial: bool) -> ExportState:
    if answer.status == 200:
        return "available" if not answer.body.strip() or answer.body.startswith(b'{"metric"') else "missing"
    if is_denial(answer.status, answer.words):
        return "denied"
    if answer.status == 503 and (partial or _is_partial_now(client, query_base)):
        return "incomplete"
    if _is_ill(answer.status):
        return "unanswered"
    return "missing"  # the question was a valid one: 400 is how gateways and VictoriaMetrics say that there is no route


def _is_partial_now(client: HttpClient, base: str) -> bool:
    try:
        return is_partial(query_answer(ask_query(client, base)))
    except VmexporterError:
        return False


def _ask(client: HttpClient, area: str, url: str, params: Sequence[tuple[str, str]]) -> Answer:
    answer = client.post(url, params, LIMITS)
    if answer.status in MAY_ALLOW_GET:
        other = client.get(url, params, LIMITS)
        if 200 <= other.status < 300 and other.moved_to == answer.moved_to:
            client.use_get(area)
            return other
    return answer


def _export_params(headers: Mapping[str, str]) -> list[tuple[str, str]]:
    try:  # the server's clock
        now_s = int(email.utils.parsedate_to_datetime(headers.get("Date", "")).timestamp())
    except (TypeError, ValueError, OverflowError):
        now_s = int(time.time())
    return [("match[]", NOTHING), ("start", str(now_s)), ("end", str(now_s))]


def _is_ill(status: int) -> bool:
    """Whether *status* tells of the server's state and not of the path: it may be another one in a minute."""
    return status in BUSY or (status >= 500 and status != 501)


def _weight(answer: Answer) -> int:
    if is_denial(answer.status, answer.words):
        return 5
    if _is_ill(answer.status):
        return 4
    if answer.status in NO_ROUTE:
        return 2
    return 3 if answer.status >= 400 else 1

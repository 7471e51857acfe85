"""What went wrong between us and a server → the error a user can act on: the only place with the library's errors.

Rule: a message names the server by its origin and never by a whole URL, and holds nothing that was sent; a status
decides the class of an error, never the words beside it. (One exception: vmauth up to v1.79 and some after it answer
unknown credentials with 400 where everybody answers 401; see ``is_denial``.)
"""

from __future__ import annotations

import errno
import http.client
import socket
import ssl

from urllib3 import exceptions

from vmexporter.errors import AccessDenied, EndpointMissing, QueryRejected, ServerUnreachable, VmexporterError
from vmexporter.tsdb.hints import UNKNOWN_USER, Refusal, denial_hint, refused_connection_hint, tls_hint, words_hint

LIBRARY_ERRORS = (exceptions.HTTPError, OSError, http.client.HTTPException)
CUT_OFF = "the answer was cut off"
PLAIN_HTTP_REASONS = frozenset(
    {"WRONG_VERSION_NUMBER", "HTTP_REQUEST", "PACKET_LENGTH_TOO_LONG", "RECORD_LAYER_FAILURE", "UNKNOWN_PROTOCOL"}
)


def raise_for(answer: Refusal, doing: str) -> None:
    """Nothing for a 2xx; else the error that the status stands for, as ``cannot <doing>: …``.

    Raises:
        AccessDenied: 401, 403, 407, and what ``is_denial`` knows.
        EndpointMissing: 404, 405, 501, or a redirect that leads nowhere.
        ServerUnreachable: 408, 425, 429 and all other 5xx, with what the server asked to wait.
        QueryRejected: every other 4xx.
    """
    if not 200 <= answer.status < 300:
        raise refusal(answer, doing)


def is_denial(status: int, words: str) -> bool:
    """Whether a server refuses whoever asks, and not what is asked."""
    return status in {401, 403, 407} or (status == 400 and UNKNOWN_USER in words)


def refusal(answer: Refusal, doing: str) -> VmexporterError:
    """The error that the status of *answer* stands for."""
    status, why = answer.status, f"cannot {doing}: {said(answer.status, answer.words)}"
    if is_denial(status, answer.words):
        return AccessDenied(why, hint=denial_hint(answer))
    if status in {404, 405, 501} or status < 400:
        return EndpointMissing(why, hint=words_hint(answer.words))
    if status in {408, 425, 429} or status >= 500:
        return ServerUnreachable(why, hint=words_hint(answer.words), retry_after_s=answer.retry_after_s, status=status)
    return QueryRejected(why, hint=words_hint(answer.words), status=status)


def said(status: int, words: str) -> str:
    """A status with the server's words: ``the server answered 404 (Not Found)``."""
    shown = words or http.client.responses.get(status, "")
    return f"the server answered {status}" + (f" ({shown})" if shown else "")


def cut_short(origin: str, error: BaseException | None) -> ServerUnreachable:
    """The error for an answer that began and did not end."""
    if isinstance(error, exceptions.ReadTimeoutError):
        return ServerUnreachable(f"cannot read the answer of {origin}: nothing more came in time", stalled=True)
    return ServerUnreachable(f"cannot read the answer of {origin}: {CUT_OFF}")


def unreachable(origin: str, error: BaseException) -> ServerUnreachable:
    """The error for a request that no answer came to."""
    if isinstance(error, exceptions.ProxyError):
        inner = unreachable(origin, error.original_error)
        why = inner.message.partition(": ")[2]
        if isinstance(error.original_error, OSError) and "Tunnel connection failed: " in str(error.original_error):
            why = "it answered " + str(error.original_error).rpartition("Tunnel connection failed: ")[2]
        return ServerUnreachable(
            f"cannot reach {origin} through the proxy: {why}",
            hint="the proxy comes from HTTP_PROXY, HTTPS_PROXY or ALL_PROXY; NO_PROXY leads around it",
        )
    if isinstance(error, exceptions.ReadTimeoutError):
        return ServerUnreachable(
            f"cannot get an answer from {origin}: nothing came in time",
            hint="the server may be overloaded, or the port may not speak HTTP",
            stalled=True,
        )
    tls_error = _tls_error(error)
    if tls_error is not None:
        return _tls_fault(origin, tls_error)
    why, hint = _connection_fault(error)
    fault = ServerUnreachable(f"cannot reach {origin}: {why}", hint=hint)
    fault.unsent = isinstance(error, exceptions.ConnectTimeoutError | exceptions.NewConnectionError)
    return fault


def _connection_fault(error: BaseException) -> tuple[str, str]:
    root = _root(error)
    if isinstance(error, exceptions.NameResolutionError) or isinstance(root, socket.gaierror):
        return "the name of the host is not known", "check the spelling; some names are only known inside their cluster"
    if isinstance(error, exceptions.ConnectTimeoutError) and not isinstance(error, exceptions.NewConnectionError):
        return "no connection in time", "a firewall may drop the packets; check host and port"
    if isinstance(root, http.client.RemoteDisconnected | ConnectionError) and not isinstance(
        root, ConnectionRefusedError
    ):
        return "the connection was closed before an answer came", "the port may want https://, or not speak HTTP"
    if isinstance(root, http.client.HTTPException):
        return "what answered does not speak HTTP", "check the port; a TLS port needs https://"
    code = getattr(root, "errno", None)
    if code == errno.ECONNREFUSED:
        return "connection refused", refused_connection_hint()
    text = getattr(root, "strerror", None)
    return (str(text).lower() if text else "the connection failed"), "check host and port"


def _tls_fault(origin: str, error: ssl.SSLError) -> ServerUnreachable:
    if isinstance(error, ssl.SSLCertVerificationError):
        why = f"its TLS certificate is not trusted ({error.verify_message.rstrip('.')})"
    elif error.reason in PLAIN_HTTP_REASONS:
        why = "the port does not speak TLS"
    elif isinstance(error, ssl.SSLEOFError):
        why = "the server closed the TLS connection"
    else:
        why = f"TLS failed ({(error.reason or 'unknown reason').replace('_', ' ').lower()})"
    return ServerUnreachable(f"cannot reach {origin}: {why}", hint=tls_hint(error))


def _tls_error(error: BaseException) -> ssl.SSLError | None:
    for one in (error, *error.args, error.__cause__):
        if isinstance(one, ssl.SSLError):
            return one
    return None


def _root(error: BaseException) -> BaseException:
    """The innermost error: the library wraps the system's own in its arguments or as the cause."""
    inner = [one for one in (*error.args, error.__cause__) if isinstance(one, BaseException)]
    return _root(inner[0]) if inner else error

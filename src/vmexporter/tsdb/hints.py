"""Mistakes people make when they connect → what to try.

Rule: words of a server may pick a hint, here and nowhere else; they never decide what happens.
"""

from __future__ import annotations

import ssl
from typing import Final, Protocol

HOSTNAME_MISMATCH = 62  # X509_V_ERR_HOSTNAME_MISMATCH
IP_MISMATCH = 64  # X509_V_ERR_IP_ADDRESS_MISMATCH
EXPIRED = 10  # X509_V_ERR_CERT_HAS_EXPIRED

SELECT_FORM = (
    "a cluster is read at http://<vmselect>:8481/select/<accountID>/prometheus, for example /select/0/prometheus"
)

UNKNOWN_USER: Final = "cannot find the provided auth token"
UNKNOWN_USER_HINT: Final = "this vmauth does not know these credentials: check them"

WORDS = (
    ("unsupported URL format for path", f"this is a vmselect, and its address needs a tenant: {SELECT_FORM}"),
    ("missing route for", "this is a vmauth, and its configuration has no route for this path and this user"),
    ("HTTP request to an HTTPS server", "this port speaks TLS: give the address with https://"),
    ("HTTP request was sent to HTTPS port", "this port speaks TLS: give the address with https://"),
    ("No required SSL certificate", "the server wants a client certificate (--client-cert, --client-key)"),
    ("SSL certificate error", "the server does not accept the client certificate"),
    (UNKNOWN_USER, UNKNOWN_USER_HINT),
    ("missing 'Authorization'", "the server wants a user name and a password, or a token"),
    ("missing `Authorization`", "the server wants a user name and a password, or a token"),
)

PROGRAMS: Final = {
    "vminsert": f"this is a vminsert, which only takes data in; name the vmselect: {SELECT_FORM}",
    "vmstorage": f"this is a vmstorage, which answers no queries over HTTP; name the vmselect: {SELECT_FORM}",
    "vmagent": "this is a vmagent, which only sends data on; name the server that it writes to",
    "vmalert": "this is a vmalert, which only evaluates rules; name the server that it queries (-datasource.url)",
    "vmselect": f"this is a vmselect, and its address needs a tenant: {SELECT_FORM}",
    "vmauth": "this is a vmauth; give the path of a route that its configuration has for this user",
    "victoria-metrics": "this is a single-node VictoriaMetrics: give its address alone, without path and tenant",
    "prometheus": "this is a Prometheus: give its address alone, with the path of -web.external-url if it has one",
}


class Refusal(Protocol):
    """What an answer tells of itself."""

    @property
    def status(self) -> int:
        """The HTTP status."""

    @property
    def words(self) -> str:
        """The server's short words, fit to be shown."""

    @property
    def retry_after_s(self) -> float | None:
        """How long the server asks to wait, if it does."""

    @property
    def authorized(self) -> bool:
        """Whether credentials were sent."""

    @property
    def moved_to(self) -> str:
        """The other origin that a redirect led to, "" when none did."""


def words_hint(words: str) -> str:
    """A hint for what a server said, "" when there is none."""
    return next((hint for part, hint in WORDS if part in words), "")


def program_hint(program: str) -> str:
    """A hint for a query API that was looked for at *program* (the name before the date in its version), or ""."""
    if program and program not in PROGRAMS:
        return f"this is {program}, which has no query API for metrics"
    return PROGRAMS.get(program, "")


def unserved_hint(words: str) -> str:
    """A hint for a program of VictoriaMetrics that tells not which it is, and serves no queries at this path, or ""."""
    if "unsupported path requested" not in words:
        return ""
    return f"vminsert (8480), vmstorage (8482), vmagent (8429) and vmalert (8880) answer no queries; {SELECT_FORM}"


def denial_hint(answer: Refusal) -> str:
    """A hint for 401, 403 or 407."""
    if answer.status == 407:
        return "the proxy wants credentials: http://user:password@proxy:port in HTTPS_PROXY or HTTP_PROXY"
    if answer.moved_to:
        return f"the address leads on to {answer.moved_to}, where no credentials are sent; give that address itself"
    if not answer.authorized:
        return "no credentials were sent: give a user name and a password, a token, or a header"
    if UNKNOWN_USER in answer.words:
        return UNKNOWN_USER_HINT
    if answer.status == 401:
        return "the server does not accept these credentials: check user name and password, or the token"
    return "these credentials are known but may not read here: another user, tenant or route is needed"


def refused_connection_hint() -> str:
    """A hint for a port that nothing listens on."""
    return (
        "is it running, and is the port right? Usual ones: vmsingle 8428, vmselect 8481, vmauth 8427, Prometheus 9090"
    )


def tls_hint(error: ssl.SSLError) -> str:
    """A hint for a TLS connection that did not come about."""
    if isinstance(error, ssl.SSLCertVerificationError):
        if error.verify_code in {HOSTNAME_MISMATCH, IP_MISMATCH}:
            return "the certificate is for another name: give the address by the name that stands in it"
        if error.verify_code == EXPIRED:
            return "the certificate has expired: the server needs a new one"
        return "give the certificate of the authority that signed it: --ca-file FILE.pem"
    reason = error.reason or ""
    if "CERTIFICATE_REQUIRED" in reason or "HANDSHAKE_FAILURE" in reason:
        return "the server may want a client certificate: --client-cert, --client-key"
    if "ALERT" in reason:
        return "the server does not accept the client certificate"
    if isinstance(error, ssl.SSLEOFError):
        return "the server may want a client certificate (--client-cert, --client-key), or speak plain HTTP (http://)"
    return "if the server speaks plain HTTP, give the address with http://"


def page_hint(moved_to: str) -> str:
    """A hint for a web page in place of an API."""
    if moved_to:
        return (
            f"the address leads on to {moved_to}, which looks like a login page: a token or another address is needed"
        )
    return "give the address of the query API, for example http://localhost:8428, not that of a page or a dashboard"

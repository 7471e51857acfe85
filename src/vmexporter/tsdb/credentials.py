"""Who asks: the headers that prove it, checked before anything is sent, and the words to strike out of any answer.

Rule: a header that would end early (CR, LF) or that decides how a message is framed is refused; a secret that a server
echoes is never shown.
Facts: https://www.rfc-editor.org/rfc/rfc7617 (basic), https://www.rfc-editor.org/rfc/rfc6750 (bearer)
"""

from __future__ import annotations

import base64
import json
import re
from collections.abc import Iterable
from urllib.parse import quote, quote_plus

from urllib3 import HTTPHeaderDict

from vmexporter.core.addresses import Address
from vmexporter.core.request import Auth, Connection
from vmexporter.errors import InvalidInput

STRUCK_OUT = "***"
MIN_STRUCK_CHARACTERS = 4  # striking out shorter ones would tear ordinary words apart
OWN_HEADERS = frozenset(
    "accept-encoding connection content-encoding content-length content-type expect keep-alive te trailer "
    "transfer-encoding upgrade".split()
)

_TOKEN = re.compile(r"[!#$%&'*+.^_`|~0-9A-Za-z-]+")
_CONTROL = re.compile(r"[\x00-\x08\x0a-\x1f\x7f]")


class Credentials:
    """The headers of one connection that only its own server may see."""

    def __init__(self, connection: Connection, address: Address) -> None:
        auth = connection.auth
        other_ways = auth.type != "none" or any(one.name.lower() == "authorization" for one in connection.headers)
        if address.username.get_secret_value() and not other_ways:
            auth = Auth(type="basic", username=address.username.get_secret_value(), password=address.password)
        self.headers = HTTPHeaderDict()
        secrets = {address.password.get_secret_value()}
        self._add_auth(auth, secrets)
        for header in connection.headers:
            value = header.value.get_secret_value()
            self._add_header(header.name, value)
            secrets |= {value, value.strip(), value.split(" ")[-1]}
        self._secrets = _longest_first(secrets)

    def __bool__(self) -> bool:
        return bool(self.headers)

    def strike_out(self, text: str) -> str:
        """*text* without any of the secrets."""
        for secret in self._secrets:
            text = text.replace(secret, STRUCK_OUT)
        return text

    def _add_auth(self, auth: Auth, secrets: set[str]) -> None:
        if auth.type == "basic":
            password = auth.password.get_secret_value()
            if ":" in auth.username:
                raise InvalidInput("cannot use this user name: it holds a colon", field="auth.username")
            encoded = base64.b64encode(f"{auth.username}:{password}".encode()).decode()
            self.headers["Authorization"] = f"Basic {encoded}"
            secrets |= {password, encoded}
        elif auth.type == "bearer":
            token = auth.token.get_secret_value()
            if not token.isascii() or re.search(r"\s", token) or _CONTROL.search(token):
                raise InvalidInput(
                    "cannot use this token: it holds blanks, line breaks or characters that no token has",
                    hint="a token from a file is read without the line break at its end",
                    field="auth.token",
                )
            self.headers["Authorization"] = f"Bearer {token}"
            secrets.add(token)

    def _add_header(self, name: str, value: str) -> None:
        if not _TOKEN.fullmatch(name):
            raise InvalidInput("cannot use a header: its name is no header name", field="headers")
        if _CONTROL.search(value):
            raise InvalidInput(f"cannot use the header {name}: its value holds line breaks", field="headers")
        if name.lower() in OWN_HEADERS:
            raise InvalidInput(f"cannot use the header {name}: it is set by the program itself", field="headers")
        if name.lower() == "authorization" and "Authorization" in self.headers:
            raise InvalidInput(
                "cannot use the header Authorization: there already is a user name or a token", field="headers"
            )
        # The library writes latin-1; this way the bytes on the wire are UTF-8, and nothing can fail to encode.
        self.headers.add(name, value.strip().encode("utf-8", "replace").decode("latin-1"))


def _longest_first(secrets: Iterable[str]) -> tuple[str, ...]:
    forms = {form for secret in secrets if len(secret) >= MIN_STRUCK_CHARACTERS for form in _forms(secret)}
    return tuple(sorted(forms, key=len, reverse=True))


def _forms(secret: str) -> set[str]:
    """The ways in which a server may repeat *secret*: as it is, read as latin-1, escaped."""
    plain = {secret, secret.encode().decode("latin-1")}
    escaped = {json.dumps(text, ensure_ascii=ascii_only)[1:-1] for text in plain for ascii_only in (True, False)}
    return plain | escaped | {quote(secret), quote(secret, safe=""), quote_plus(secret)}

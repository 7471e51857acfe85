"""Where secrets come from: a file, the environment, or a prompt; never an argument of the command line."""

from __future__ import annotations

import getpass
import os
import sys
from pathlib import Path

from pydantic import SecretStr

from vmexporter.cli.options import AccessOptions, ConnectionOptions, ResumeOptions
from vmexporter.core.addresses import parse_address
from vmexporter.core.request import Auth, Connection, Header, Tls
from vmexporter.core.times import parse_span_ms
from vmexporter.errors import InvalidInput

PASSWORD_VARIABLE = "VMEXPORTER_PASSWORD"
TOKEN_VARIABLE = "VMEXPORTER_BEARER_TOKEN"
HEADER_VARIABLE = "VMEXPORTER_HEADER_"


def connection_of(options: ConnectionOptions | ResumeOptions) -> Connection:
    """The connection that the options mean, its secrets filled in.

    Raises:
        InvalidInput: a secret is missing or cannot be read, or two kinds of authentication are given.
    """
    return Connection(
        url=options.url,
        auth=_auth(options),
        headers=_headers(options),
        tenant=options.tenant,
        tls=Tls(
            ca_file=options.ca_file,
            client_cert=options.client_cert,
            client_key=options.client_key,
            insecure=options.insecure,
        ),
        stall_timeout_s=parse_span_ms(options.stall_timeout, field="stall-timeout") / 1000,
        gzip=options.gzip,
    )


def _auth(options: ConnectionOptions | ResumeOptions) -> Auth:
    if options.user and options.token_file:
        raise InvalidInput("cannot use --user with --token-file: choose one kind of authentication", field="user")
    if options.token_file:
        return Auth(type="bearer", token=SecretStr(_read(options.token_file, "token-file")))
    user, has_password = (options.user, False) if options.user else _user_in(options.url)
    if user and has_password and not options.password_file:
        return Auth()  # the client takes both out of the address
    if user:
        return Auth(type="basic", username=user, password=SecretStr(_password(user, options)))
    if options.password_file:
        raise InvalidInput("cannot use --password-file without a user name", hint="add --user", field="user")
    token = os.environ.get(TOKEN_VARIABLE, "")
    return Auth(type="bearer", token=SecretStr(token)) if token else Auth()


def _user_in(url: str) -> tuple[str, bool]:
    """The user name in an address, and whether a password stands beside it."""
    if not url:
        return "", False
    address = parse_address(url)
    return address.username.get_secret_value(), bool(address.password.get_secret_value())


def _password(user: str, options: AccessOptions) -> str:
    if options.password_file:
        return _read(options.password_file, "password-file")
    if (password := os.environ.get(PASSWORD_VARIABLE)) is not None:
        return password
    return _ask(f"Password of {user}", f"use --password-file or ${PASSWORD_VARIABLE}")


def _headers(options: AccessOptions) -> tuple[Header, ...]:
    headers = []
    for name in options.header or ():
        if ":" in name or "=" in name:
            raise InvalidInput(
                "cannot take a header's value from the command line: other users of this machine could read it",
                hint="give the name only, and its value in the environment, or use --headers-file",
                field="header",
            )
        variable = HEADER_VARIABLE + name.upper().replace("-", "_")
        value = os.environ.get(variable)
        headers.append((name, _ask(f"Value of header {name}", f"set ${variable}") if value is None else value))
    if options.headers_file:
        for line in _read(options.headers_file, "headers-file").split("\n"):
            name, colon, value = line.partition(":")
            if line.strip() and not colon:
                raise InvalidInput("cannot read --headers-file: a line is not 'Name: value'", field="headers-file")
            if colon:
                headers.append((name.strip(), value.strip()))
    return tuple(Header(name=name, value=SecretStr(value)) for name, value in headers)


def _read(path: Path, option: str) -> str:
    try:
        return path.read_text("utf-8").rstrip("\r\n")
    except (OSError, UnicodeDecodeError) as error:
        why = (getattr(error, "strerror", "") or "it is not text").lower()
        raise InvalidInput(f"cannot read {path}: {why}", field=option) from None


def _ask(prompt: str, otherwise: str) -> str:
    if not sys.stdin.isatty():
        raise InvalidInput(f"cannot ask for it: {prompt.lower()} is missing and there is no terminal", hint=otherwise)
    return getpass.getpass(f"{prompt}: ")

"""Whom to trust over TLS: the system's store, or a CA file in its place; and which certificate is our own.

Rule: verification is off only when it was switched off in so many words, never because a certificate did not fit.
"""

from __future__ import annotations

import ssl
from pathlib import Path

import truststore

from vmexporter.core.request import Tls
from vmexporter.errors import InvalidInput


def server_context(tls: Tls) -> ssl.SSLContext:
    """The TLS settings for the server.

    Raises:
        InvalidInput: a file cannot be read, or does not hold what it should.
    """
    if tls.insecure:
        context = ssl.create_default_context()
        context.check_hostname = False
        context.verify_mode = ssl.CERT_NONE
    elif tls.ca_file:
        context = _file_context(tls.ca_file)
    else:
        context = truststore.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
    if tls.client_cert:
        _load_client_certificate(context, tls)
    elif tls.client_key:
        raise InvalidInput("cannot use the client key: there is no client certificate to it", field="tls.client_cert")
    return context


def proxy_context(tls: Tls) -> ssl.SSLContext:
    """The TLS settings for a proxy that is itself reached over https: always verified, without our certificate."""
    context = truststore.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
    if tls.ca_file:
        _load(context, tls.ca_file)
    return context


def _file_context(ca_file: str) -> ssl.SSLContext:
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
    context.minimum_version = ssl.TLSVersion.TLSv1_2
    _load(context, ca_file)
    return context


def _load(context: ssl.SSLContext, ca_file: str) -> None:
    try:
        context.load_verify_locations(cafile=ca_file)
    except ssl.SSLError:
        raise InvalidInput(
            f"cannot read the CA file {ca_file}: it holds no certificate in PEM form", field="tls.ca_file"
        ) from None
    except OSError as error:
        raise InvalidInput(f"cannot read the CA file {ca_file}: {error.strerror}", field="tls.ca_file") from None


def _load_client_certificate(context: ssl.SSLContext, tls: Tls) -> None:
    for name, file in (("client_cert", tls.client_cert), ("client_key", tls.client_key)):
        _check_readable(name, file)
    try:
        # Without a password the library would ask for it on the terminal.
        context.load_cert_chain(tls.client_cert, tls.client_key or None, password="")
    except (ssl.SSLError, ValueError):
        raise InvalidInput(
            f"cannot use the client certificate {tls.client_cert}: certificate and key are not a pair of PEM files",
            hint="the key must not be encrypted; name it when it is not in the same file",
            field="tls.client_cert",
        ) from None


def _check_readable(name: str, file: str) -> None:
    try:
        if file:
            with Path(file).open("rb"):
                pass
    except OSError as error:
        what = "client certificate" if name == "client_cert" else "client key"
        raise InvalidInput(f"cannot read the {what} {file}: {error.strerror}", field=f"tls.{name}") from None

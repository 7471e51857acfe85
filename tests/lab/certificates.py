"""Certificates of the lab's own authority, made with the openssl program: for servers on loopback and for clients."""

from __future__ import annotations

import ssl
import subprocess
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from tests.lab.processes import LabError
from tests.lab.programs import find_program

KEY_OPTIONS = ("-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:prime256v1", "-nodes")


@dataclass(frozen=True)
class Certificate:
    """Paths of a PEM certificate and its unencrypted PEM key."""

    cert_file: Path
    key_file: Path


class CertificateAuthority:
    """A self-made authority that no system trusts; its files live in *folder*."""

    def __init__(self, folder: Path, name: str = "vmexporter lab authority") -> None:
        self.folder = folder
        self._own = Certificate(folder / "authority.pem", folder / "authority.key")
        self._openssl(
            *("req", "-x509", "-days", "30", "-subj", f"/CN={name}", *KEY_OPTIONS),
            *("-addext", "basicConstraints=critical,CA:TRUE", "-addext", "keyUsage=critical,keyCertSign,cRLSign"),
            *("-keyout", str(self._own.key_file), "-out", str(self._own.cert_file)),
        )

    @property
    def ca_file(self) -> Path:
        """The authority's certificate: what a client must trust."""
        return self._own.cert_file

    def issue(self, name: str = "localhost", hosts: Sequence[str] = ("localhost", "127.0.0.1", "::1")) -> Certificate:
        """A certificate for *hosts* (DNS names and IP addresses), good for servers and for clients."""
        made = Certificate(self.folder / f"{name}.pem", self.folder / f"{name}.key")
        request, extensions = self.folder / f"{name}.csr", self.folder / f"{name}.ext"
        sans = ",".join(("IP:" if host.replace(".", "").isdigit() or ":" in host else "DNS:") + host for host in hosts)
        extensions.write_text(f"subjectAltName={sans}\nextendedKeyUsage=serverAuth,clientAuth\n")
        self._openssl(
            *("req", "-new", "-subj", f"/CN={name}", *KEY_OPTIONS),
            *("-keyout", str(made.key_file), "-out", str(request)),
        )
        self._openssl(
            *("x509", "-req", "-days", "30", "-in", str(request), "-extfile", str(extensions), "-CAcreateserial"),
            *("-CA", str(self._own.cert_file), "-CAkey", str(self._own.key_file), "-out", str(made.cert_file)),
        )
        return made

    def client_context(self, certificate: Certificate | None = None) -> ssl.SSLContext:
        """A client's TLS settings that trust this authority alone and show *certificate*, if any."""
        context = ssl.create_default_context(cafile=str(self.ca_file))
        if certificate:
            context.load_cert_chain(certificate.cert_file, certificate.key_file)
        return context

    def _openssl(self, *arguments: str) -> None:
        done = subprocess.run([find_program("openssl"), *arguments], capture_output=True, text=True, check=False)
        if done.returncode:
            raise LabError(f"openssl {' '.join(arguments)} failed: {done.stderr}")


def apr1_hash(password: str) -> str:
    """A password as an htpasswd file holds it."""
    done = subprocess.run(
        [find_program("openssl"), "passwd", "-apr1", "-stdin"],
        input=password, capture_output=True, text=True, check=True,
    )  # fmt: skip
    return done.stdout.strip()

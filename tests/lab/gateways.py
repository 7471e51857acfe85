"""What stands before a server in real life: vmauth and nginx, each with the configuration a test gives it.

vmauth: https://docs.victoriametrics.com/victoriametrics/vmauth/ (both 1.79 and current versions read what is here).
nginx talks HTTP/1.0 to its upstream unless a location's ``directives`` say otherwise, as it does in real life: such an
upstream's answer ends with the connection, so nginx cannot tell a cut answer from a whole one.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from tests.lab.certificates import Certificate, apr1_hash
from tests.lab.processes import Address, Launch, Server
from tests.lab.programs import find_program

OPERATOR = ("operator", "operator-password")
"""Basic authentication: every path of the first backend."""
BEARER_TOKEN = "lab-bearer-token"
"""Bearer authentication: every path of the first backend."""
READER = ("reader", "reader-password")
"""Basic authentication: queries, series and labels of the first backend, but no export."""
TENANT_USER = ("tenants", "tenants-password")
"""Basic authentication: ``/select/<tenant>/...`` goes to that tenant's backend, nothing else has a route."""

QUERY_PATHS = ("query", "query_range", "series", "labels", "label/[^/]+/values", "status/buildinfo")


def usual_vmauth_config(backend: str, tenants: Mapping[str, str] | None = None) -> str:
    """A configuration with the four users above.

    *tenants* maps a tenant to its backend as ``http://host:port``, to which vmauth adds the path as it came; such a
    backend is a vmselect, or a single node with the path prefix ``/select/<tenant>``.
    """
    users = [
        _user(OPERATOR) + f"  url_prefix: {backend}\n",
        f"- bearer_token: {BEARER_TOKEN}\n  url_prefix: {backend}\n",
        _user(READER) + "  url_map:\n" + _route([f"(/prometheus)?/api/v1/{path}" for path in QUERY_PATHS], backend),
    ]
    if tenants:
        routes = [_route([f"/select/{tenant}/.+"], place) for tenant, place in tenants.items()]
        users.append(_user(TENANT_USER) + "  url_map:\n" + "".join(routes))
    return "users:\n" + "".join(users)


def _user(credentials: tuple[str, str]) -> str:
    return f"- username: {credentials[0]}\n  password: {credentials[1]}\n"


def _route(src_paths: Sequence[str], backend: str) -> str:
    paths = "".join(f'    - "{path}"\n' for path in src_paths)
    return f"  - src_paths:\n{paths}    url_prefix: {backend}\n"


class VmAuth(Server):
    """A vmauth with the given YAML configuration."""

    def __init__(self, config: str, *flags: str, address: Address | None = None) -> None:
        super().__init__("vmauth", address)
        self.config = config
        self.flags = flags

    def launch(self) -> Launch:
        config_file = self.folder / "auth.yml"
        config_file.write_text(self.config)
        arguments = (f"-httpListenAddr={self.address}", f"-auth.config={config_file}", *self.flags)
        return Launch(find_program("vmauth"), arguments, f"{self.url}/health")


@dataclass(frozen=True)
class Location:
    """Requests below *path* go to *upstream*, with *path* cut off when *upstream* ends in a slash (nginx's rule).

    *directives* are more lines for the location, such as ``proxy_http_version 1.1;``.
    """

    path: str
    upstream: str
    directives: str = ""


@dataclass(frozen=True)
class Protection:
    """What nginx asks of its clients: TLS, basic authentication by (user, password), a client certificate."""

    tls: Certificate | None = None
    users: tuple[tuple[str, str], ...] = ()
    client_ca_file: str = ""


class Nginx(Server):
    """An nginx as one foreground process that uses nothing of the system's configuration."""

    def __init__(
        self, *locations: Location, protection: Protection | None = None, address: Address | None = None
    ) -> None:
        super().__init__("nginx", address)
        self.locations = locations
        self.protection = protection or Protection()

    @property
    def url(self) -> str:
        """``http(s)://host:port``."""
        return f"{'https' if self.protection.tls else 'http'}://{self.address}"

    def launch(self) -> Launch:
        (self.folder / "htpasswd").write_text(
            "".join(f"{user}:{apr1_hash(password)}\n" for user, password in self.protection.users)
        )
        config_file = self.folder / "nginx.conf"
        config_file.write_text(self._config())
        return Launch(find_program("nginx"), ("-p", f"{self.folder}/", "-c", str(config_file), "-e", "stderr"))

    def _config(self) -> str:
        kinds = ("client_body", "proxy", "fastcgi", "uwsgi", "scgi")
        scratch = "".join(f"  {kind}_temp_path {self.folder}/{kind};\n" for kind in kinds)
        locations = "".join(
            f"    location {place.path} {{ proxy_pass {place.upstream}; {place.directives} }}\n"
            for place in self.locations
        )
        return (
            f"daemon off;\nmaster_process off;\npid {self.folder}/nginx.pid;\nerror_log stderr;\n"
            f"events {{ worker_connections 512; }}\nhttp {{\n  access_log off;\n{scratch}"
            f"  server {{\n    listen {self.address}{' ssl' if self.protection.tls else ''};\n"
            f"    server_name localhost;\n{self._guards()}{locations}  }}\n}}\n"
        )

    def _guards(self) -> str:
        guards = ""
        if self.protection.tls:
            tls = self.protection.tls
            guards += f"    ssl_certificate {tls.cert_file};\n    ssl_certificate_key {tls.key_file};\n"
        if self.protection.client_ca_file:
            guards += f"    ssl_client_certificate {self.protection.client_ca_file};\n    ssl_verify_client on;\n"
        if self.protection.users:
            guards += f'    auth_basic "lab";\n    auth_basic_user_file {self.folder}/htpasswd;\n'
        return guards

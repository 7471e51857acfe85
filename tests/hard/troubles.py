"""The rows of the fault matrix: how each trouble strikes, and how often the long form lets it.

Half of the seeds of a trouble on the wire strike once, as trouble that passes; the others stay until the operation has
given up.
"""

from __future__ import annotations

import signal
import socket
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from typing import Any, Final, NamedTuple

from tests.fakes.exchange import CutKind, Request
from tests.fakes.faults import (
    Answer,
    Drop,
    Fault,
    Refuse,
    too_many_requests,
    unavailable,
)
from tests.fakes.outages import REFUSED
from tests.hard.killing import killed_server, signalled
from tests.hard.scene import Scene
from tests.lab.certificates import Certificate, CertificateAuthority
from tests.lab.disks import DISK_KB, SmallDisk

DAY_MS: Final = 86_400_000
HOUR_S: Final = 3_600


class Trouble(NamedTuple):
    """One row: how it strikes, and the number of seeds in the long form."""

    strike: Callable[[Scene], str]
    seeds: int = 10


def answered(fault: Callable[[Scene], Fault | Callable[[], Fault]]) -> Callable[[Scene], str]:
    """A fault of a request's samples or of its answer."""

    def strike(scene: Scene) -> str:
        scene.stall_timeout_s = 0.2
        return scene.meet(fault(scene))

    return strike


def refused(scene: Scene) -> str:
    """Nobody listens; or nobody does until the third attempt."""
    if scene.passes:
        scene.third_attempt_brings(scene.proxy.open)
    return scene.meet(Refuse(HOUR_S))


def unknown_name(scene: Scene) -> str:
    """The name of the host is not known any more."""
    look_up, failures = socket.getaddrinfo, iter(range(3 if scene.passes else 10**6))

    def unknown(*arguments: Any, **options: Any) -> Any:
        ours = arguments[1] == scene.proxy.address.port  # the proxy itself asks for its server
        if ours and scene.struck.is_set() and next(failures, None) is not None:
            raise socket.gaierror(socket.EAI_AGAIN, "Temporary failure in name resolution")
        return look_up(*arguments, **options)

    scene.patch.setattr(socket, "getaddrinfo", unknown)
    scene.lift = scene.patch.undo
    return scene.meet(Drop())


def bad_tls(scene: Scene) -> str:
    """The server comes back with a certificate that nobody trusts, or without TLS."""
    good, bad = (CertificateAuthority(scene.new_folder(name)) for name in ("good", "bad"))
    trusted, strange = good.issue(), bad.issue()

    def listen(certificate: Certificate | None) -> None:
        scene.proxy.close()
        scene.proxy.certificate = certificate
        scene.proxy.open()

    other = iter([scene.chance.choice([strange, None])])

    def change() -> Fault:
        for certificate in other:  # once, by whichever request comes first
            listen(certificate)
        return Drop()

    listen(trusted)
    scene.ca_file, scene.lift = str(good.ca_file), lambda: listen(trusted)
    if scene.passes:
        scene.third_attempt_brings(scene.lift)
    return scene.meet(change)


def credentials_that_end(scene: Scene) -> str:
    """They are good for an hour, and each request takes so long that an hour is over at the step."""
    step_s = HOUR_S / scene.operation.steps * 2

    def plan(request: Request, count: int) -> Fault | None:
        if scene.operation.carries(request):
            scene.clock.slept_s += step_s
        return Answer(401, b"the token has expired\n") if scene.clock.slept_s > HOUR_S else None

    scene.proxy.plan = plan
    outcome = scene.operation.run(scene.connection(), scene.folder, scene.clock)
    assert outcome.error is not None and outcome.error.code == "access_denied"
    return scene.gone_on(outcome)


@contextmanager
def small_disk(scene: Scene) -> Iterator[SmallDisk]:
    """The scene, moved to a disk of its own with what its folder holds."""
    usual = scene.folder
    with SmallDisk(usual.with_name("disk")) as disk:
        for path in list(usual.iterdir()):
            (disk.folder / path.name).write_bytes(path.read_bytes())
            (disk.folder / path.name).chmod(0o600)
        scene.folder = disk.folder
        yield disk
        scene.folder = usual


def full_disk(scene: Scene) -> str:
    """So much is free as the place of the seed says, between nothing and more than enough."""
    whole_kb = scene.operation.whole_kb(scene.proxy.url, scene.folder)
    with small_disk(scene) as disk:
        disk.leave(int(scene.place * 1.05 * whole_kb))
        scene.lift = lambda: disk.leave(DISK_KB)
        return scene.gone_on(scene.operation.run(scene.connection(), scene.folder, scene.clock))


def read_only(scene: Scene) -> str:
    """Nothing can be written to the folder from the beginning."""
    with small_disk(scene) as disk:
        disk.allow_writing(allowed=False)
        scene.lift = lambda: disk.allow_writing(allowed=True)
        return scene.gone_on(scene.operation.run(scene.connection(), scene.folder, scene.clock))


def jumping_clock(scene: Scene) -> str:
    """The calendar jumps by days or years, and the machine may have slept for one; the connection is gone, too."""
    jumps_ms = [sign * days * DAY_MS for sign in (-1, 1) for days in (1, 3650)]

    def jump() -> Fault:
        scene.clock.ahead_ms += scene.chance.choice(jumps_ms)
        scene.clock.slept_s += scene.chance.choice([0.0, DAY_MS / 1000])
        return Drop()

    return scene.meet(jump)


def broken(scene: Scene) -> Fault:
    """The connection ends without an answer, or in the middle."""
    faults = [Drop(), Drop("fin"), scene.operation.cut(scene.byte, "rst")]
    return scene.chance.choice(faults)


def stalled(scene: Scene) -> Fault | Callable[[], Fault]:
    """Nothing comes, or nothing more."""
    return scene.operation.stall(scene.chance.choice([0, scene.byte]), scene.proxy)


def cut(scene: Scene) -> Fault:
    """The samples of a request end behind any byte."""
    kinds: list[CutKind] = ["fin", "rst"]
    return scene.operation.cut(scene.byte, scene.chance.choice(kinds))


def failing(scene: Scene) -> Fault:
    """As servers and the proxies before them fail."""
    return unavailable(scene.chance.choice([500, 502, 503, 504]), "no")


TROUBLES: Final[Mapping[str, Trouble]] = {
    "connection refused": Trouble(refused),
    "name of the host not known": Trouble(unknown_name),
    "certificate not trusted, or no TLS": Trouble(bad_tls),
    "connection broken": Trouble(answered(broken)),
    "answer stalled": Trouble(answered(stalled)),
    "answer dripping": Trouble(answered(lambda scene: scene.slow), 3),
    "answer cut at any byte": Trouble(answered(cut), 50),
    "401 after an hour": Trouble(credentials_that_end, 3),
    "429": Trouble(answered(lambda scene: too_many_requests(scene.chance.choice([17, None])))),
    "500, 502, 503, 504": Trouble(answered(failing)),
    "error text after 200": Trouble(answered(lambda scene: scene.operation.error_text(scene.byte, scene.chance))),
    "server killed and started again": Trouble(killed_server),
    "a vmstorage lost": Trouble(answered(lambda scene: Answer(503, REFUSED.encode()))),
    "disk full at any page": Trouble(full_disk, 20),
    "folder read-only": Trouble(read_only, 2),
    "SIGINT at any moment": Trouble(signalled(signal.SIGINT)),
    "SIGTERM at any moment": Trouble(signalled(signal.SIGTERM)),
    "SIGKILL at any moment": Trouble(signalled(signal.SIGKILL), 50),
    "clock jumping": Trouble(jumping_clock),
}

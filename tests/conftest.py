"""Fixtures of the lab: each ``start_…`` starts a server for one test and stops it at the test's end.

What is started is described in tests/lab/__init__.py and tests/fakes/__init__.py; the arguments of a ``start_…`` are
those of the class it starts. A session that leaves a process behind fails.
"""

from __future__ import annotations

import os
import signal
import uuid
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, ExitStack
from typing import ParamSpec, TypeVar

import pytest
from hypothesis import settings

from tests.fakes.proxy import FaultProxy
from tests.fakes.recorded import RecordedServer
from tests.lab.certificates import CertificateAuthority
from tests.lab.cluster import Cluster
from tests.lab.gateways import Nginx, VmAuth
from tests.lab.hosts import ManyHosts
from tests.lab.processes import leftover_folders, leftover_processes, remove_stale_folders
from tests.lab.scraping import Prometheus, VmAgent
from tests.lab.victoria import VictoriaMetrics

P = ParamSpec("P")
S = TypeVar("S", bound=AbstractContextManager[object])
# The same examples in every run: a change that breaks nothing must not fail by chance. `make test-hard` searches on.
settings.register_profile("steady", derandomize=True, deadline=None)  # a busy machine is slow
settings.register_profile("searching", print_blob=True, deadline=None)
settings.load_profile("searching" if os.environ.get("VMEXPORTER_TEST_SEARCH") else "steady")

PROXY_VARIABLES = ("http_proxy", "https_proxy", "all_proxy", "no_proxy")


def pytest_make_parametrize_id(val: object, argname: str) -> str | None:
    """Bytes that are no text name a test by their parameter: packed ones hold the time, and tests abreast need names
    that are the same in each process.
    """
    return argname if isinstance(val, bytes) and not (val.isascii() and val.decode().isprintable()) else None


@pytest.fixture(scope="session", autouse=True)
def nothing_left_behind() -> Iterator[None]:
    """No process or folder of the lab and no child of this process outlives the session."""
    remove_stale_folders()
    before = set(leftover_processes())
    yield
    left = [process for process in leftover_processes() if process not in before]
    assert not left, f"processes left behind: {left}"
    assert not leftover_folders(), f"folders left behind: {leftover_folders()}"


@pytest.fixture(scope="session", autouse=True)
def ctrl_c_is_heard() -> None:
    """Also where the tests run as a job that is to ignore it: the programs that they start would inherit that."""
    signal.signal(signal.SIGINT, signal.default_int_handler)


@pytest.fixture(scope="session", autouse=True)
def no_proxy_in_the_environment() -> Iterator[None]:
    """A proxy of the developer's machine is not asked for loopback addresses; tests of proxies set their own."""
    with pytest.MonkeyPatch.context() as patch:
        for name in PROXY_VARIABLES:
            patch.delenv(name, raising=False)
            patch.delenv(name.upper(), raising=False)
        yield


@pytest.fixture(scope="session", autouse=True)
def no_state_of_the_user(tmp_path_factory: pytest.TempPathFactory) -> Iterator[None]:
    """What an import remembers for its user, it does not remember for whoever runs the tests."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("XDG_STATE_HOME", str(tmp_path_factory.mktemp("state")))
        yield


@pytest.fixture(scope="session")
def shared_victoria() -> Iterator[VictoriaMetrics]:
    """One single node for the whole session, empty at first: mark what you import with ``unique_job``."""
    with VictoriaMetrics("-search.latencyOffset=0s") as server:
        yield server


@pytest.fixture
def unique_job() -> str:
    """A job name that no other test uses."""
    return f"job-{uuid.uuid4().hex[:12]}"


@pytest.fixture(scope="session")
def authority(tmp_path_factory: pytest.TempPathFactory) -> CertificateAuthority:
    """A certificate authority that no system trusts."""
    return CertificateAuthority(tmp_path_factory.mktemp("authority"))


@pytest.fixture
def started() -> Iterator[ExitStack]:
    """Whatever a test enters here is left again at its end, the last one first."""
    with ExitStack() as stack:
        yield stack


def _starter(stack: ExitStack, kind: Callable[P, S]) -> Callable[P, S]:
    def start(*args: P.args, **kwargs: P.kwargs) -> S:
        server = kind(*args, **kwargs)
        stack.enter_context(server)
        return server

    return start


@pytest.fixture
def start_victoria(started: ExitStack) -> Callable[..., VictoriaMetrics]:
    """``start_victoria(*flags, address=, path_prefix=, program=)``."""
    return _starter(started, VictoriaMetrics)


@pytest.fixture
def start_vmauth(started: ExitStack) -> Callable[..., VmAuth]:
    """``start_vmauth(config, *flags, address=)``."""
    return _starter(started, VmAuth)


@pytest.fixture
def start_nginx(started: ExitStack) -> Callable[..., Nginx]:
    """``start_nginx(*locations, protection=, address=)``."""
    return _starter(started, Nginx)


@pytest.fixture
def start_prometheus(started: ExitStack) -> Callable[..., Prometheus]:
    """``start_prometheus(*flags, jobs=, openmetrics=, address=)``."""
    return _starter(started, Prometheus)


@pytest.fixture
def start_vmagent(started: ExitStack) -> Callable[..., VmAgent]:
    """``start_vmagent(jobs, remote_write_urls, *flags, address=)``."""
    return _starter(started, VmAgent)


@pytest.fixture
def start_cluster(started: ExitStack) -> Callable[..., Cluster]:
    """``start_cluster(*select_flags)``; skips where there are no cluster programs."""
    return _starter(started, Cluster)


@pytest.fixture
def start_many_hosts(started: ExitStack) -> Callable[..., ManyHosts]:
    """``start_many_hosts()``."""
    return _starter(started, ManyHosts)


@pytest.fixture
def start_fault_proxy(started: ExitStack) -> Callable[..., FaultProxy]:
    """``start_fault_proxy(upstream, plan, until_close=, address=)``."""
    return _starter(started, FaultProxy)


@pytest.fixture
def start_recorded(started: ExitStack) -> Callable[..., RecordedServer]:
    """``start_recorded(role, one_down=, empty_for_unrecorded=, address=)``."""
    return _starter(started, RecordedServer)

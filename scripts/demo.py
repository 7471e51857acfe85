"""Shows the whole way once: a real VictoriaMetrics that scrapes itself, an export, the bundle and what is in it.

Server and data live in a temporary folder and go with this script, however it ends; the bundle stays in demo-output/.
The server is asked past every proxy, in a session of its own, so that Ctrl-C reaches the export and not the server.
"""

from __future__ import annotations

import json
import os
import shutil
import signal
import socket
import subprocess
import sys
import tempfile
import time
import urllib.parse
import urllib.request
import zipfile
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from types import FrameType

ROOT = Path(__file__).resolve().parents[1]
OUTPUT = ROOT / "demo-output"
VARIABLE = "VMEXPORTER_VICTORIA_METRICS"
PROGRAMS = ("victoria-metrics", "victoria-metrics-prod")
WANTED_SAMPLES = 15  # at one a second
START_TIMEOUT_S = 30
DATA_TIMEOUT_S = 90
STOP_TIMEOUT_S = 20
DIRECT = urllib.request.build_opener(urllib.request.ProxyHandler({}))


class DemoFailed(Exception):
    """The demo cannot go on; the message says why."""


def find_server() -> str:
    """The VictoriaMetrics that the environment names, else the one on PATH, else Debian's.

    Raises:
        DemoFailed: there is none.
    """
    named = os.environ.get(VARIABLE)
    found = shutil.which(named) if named else next(filter(None, map(shutil.which, PROGRAMS)), None)
    found = found or (None if named else shutil.which(PROGRAMS[0], path="/usr/bin"))
    if not found:
        raise DemoFailed(f"cannot find VictoriaMetrics: {named or PROGRAMS[0]} is no program; {VARIABLE} may name one")
    return found


def free_port() -> int:
    """A loopback port that nobody listens on at this moment."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


@contextmanager
def running_server(program: str) -> Iterator[str]:
    """Run *program* on data of its own and give its URL; stop it and remove the data at the end.

    Raises:
        DemoFailed: it does not answer.
    """
    with tempfile.TemporaryDirectory(prefix="vmexporter-demo-", ignore_cleanup_errors=True) as name:
        folder, address = Path(name), f"127.0.0.1:{free_port()}"
        scrape = folder / "scrape.yml"
        scrape.write_text(
            "global: {scrape_interval: 1s}\n"
            f"scrape_configs: [{{job_name: victoria-metrics, static_configs: [{{targets: ['{address}']}}]}}]\n"
        )
        command = [program, f"-httpListenAddr={address}", f"-storageDataPath={folder / 'data'}"]
        command += [f"-promscrape.config={scrape}", "-retentionPeriod=1", "-search.latencyOffset=1s"]
        with (folder / "log").open("wb") as log:
            server = subprocess.Popen(
                command, stdin=subprocess.DEVNULL, stdout=log, stderr=log, cwd=folder, start_new_session=True
            )
        try:
            wait_until_up(server, f"http://{address}", folder / "log")
            yield f"http://{address}"
        finally:
            before = signal.signal(signal.SIGINT, signal.SIG_IGN)  # a second Ctrl-C would leave the server behind
            stop(server)
            signal.signal(signal.SIGINT, before)


def stop(server: subprocess.Popen[bytes]) -> None:
    """End *server*: politely at first, it has data to write."""
    server.terminate()
    try:
        server.wait(STOP_TIMEOUT_S)
    except subprocess.TimeoutExpired:
        server.kill()
        server.wait()


def wait_until_up(server: subprocess.Popen[bytes], url: str, log: Path) -> None:
    """Wait until *server* says that it is healthy.

    Raises:
        DemoFailed: it ended, or says nothing; the message has the end of its log.
    """
    deadline = time.monotonic() + START_TIMEOUT_S
    while time.monotonic() < deadline and server.poll() is None:
        try:
            with DIRECT.open(f"{url}/health", timeout=5):
                return
        except OSError:
            time.sleep(0.1)
    last = "\n  ".join(log.read_text("utf-8", "replace").rstrip().split("\n")[-5:])
    raise DemoFailed(f"cannot start VictoriaMetrics: it does not answer at {url}; its last words:\n  {last}")


def wait_for_data(url: str) -> None:
    """Wait until the server has scraped itself often enough for an export worth looking at.

    Raises:
        DemoFailed: no data came.
    """
    say(f"Waiting until it has scraped itself for {WANTED_SAMPLES} s (job victoria-metrics, once a second)")
    deadline = time.monotonic() + DATA_TIMEOUT_S
    while (samples := sample_count(url)) < WANTED_SAMPLES:
        if time.monotonic() > deadline:
            raise DemoFailed(f"cannot get data: only {samples} samples of vm_app_version came in {DATA_TIMEOUT_S} s")
        time.sleep(1)


def sample_count(url: str) -> int:
    """How many samples of vm_app_version a query sees."""
    query = urllib.parse.urlencode({"query": "count_over_time(vm_app_version[5m])", "nocache": "1"})
    try:
        with DIRECT.open(f"{url}/api/v1/query?{query}", timeout=5) as answer:
            result = json.load(answer)["data"]["result"]
    except OSError:
        return 0
    return max((int(float(series["value"][1])) for series in result), default=0)


def run(*arguments: str | Path) -> int:
    """Run vmexporter on this terminal and give its exit status; Ctrl-C is the child's to answer."""
    own_words = ["vmexporter", *map(str, arguments)]
    say("$ " + " ".join(own_words))
    before = signal.signal(signal.SIGINT, leave_it_to_the_child)
    child = subprocess.Popen([sys.executable, "-m", *own_words], env=finds_loopback_itself(), cwd=ROOT)
    try:
        return child.wait()
    finally:
        signal.signal(signal.SIGINT, before)
        if child.poll() is None:
            stop(child)


def finds_loopback_itself() -> dict[str, str]:
    """The environment of a child that asks 127.0.0.1 past every proxy."""
    passed = os.environ.get("NO_PROXY", os.environ.get("no_proxy", ""))
    no_proxy = ",".join(filter(None, (passed, "127.0.0.1")))
    return {**os.environ, "NO_PROXY": no_proxy, "no_proxy": no_proxy}


def leave_it_to_the_child(_signal: int, _frame: FrameType | None) -> None:
    """The terminal sends Ctrl-C to both; a handler, unlike SIG_IGN, is not inherited."""


def end_in_order(number: int, _frame: FrameType | None) -> None:
    """Let a termination run through every ``finally``."""
    sys.exit(128 + number)


def newest_bundle(before: frozenset[Path]) -> Path:
    """The one bundle in the output folder that is not among *before*.

    Raises:
        DemoFailed: there is none, or several.
    """
    made = sorted(set(OUTPUT.glob("*.zip")) - before)
    if len(made) != 1:
        raise DemoFailed(f"cannot show the bundle: {len(made)} new ones are in {OUTPUT.name}/")
    return made[0]


def show(bundle: Path) -> None:
    """Say where the results are, what the bundle holds, and whether the checksum is right.

    Raises:
        DemoFailed: a part of the result is missing or wrong.
    """
    secret = bundle.with_suffix(".obfuscation_map.json")
    checksum = bundle.with_name(bundle.name + ".sha256")
    say(f"Written to {OUTPUT.name}/:")
    for what, path in (("bundle", bundle), ("its checksum", checksum), ("the map: keep it, never send it", secret)):
        if not path.is_file():
            raise DemoFailed(f"cannot find {what}: {path.name} was not written")
        say(f"  {path.name:<56} {path.stat().st_size:>10,} bytes  {what}")
    say("In the bundle:")
    with zipfile.ZipFile(bundle) as archive:
        for entry in archive.infolist():
            say(f"  {entry.filename:<56} {entry.file_size:>10,} bytes  packed {entry.compress_size:,}")
    tool = ("sha256sum",) if shutil.which("sha256sum") else ("shasum", "-a", "256")
    say(f"$ {' '.join(tool)} -c {checksum.name}")
    if subprocess.run([*tool, "-c", checksum.name], cwd=bundle.parent, check=False).returncode:
        raise DemoFailed(f"cannot trust {bundle.name}: its checksum is wrong")


def say(words: str) -> None:
    """Print at once, in order with what the children print."""
    print(words, flush=True)


def demo() -> int:
    """Start, wait, export, inspect, show; give the exit status of the export.

    Raises:
        DemoFailed: a step cannot be done.
    """
    program = find_server()
    OUTPUT.mkdir(exist_ok=True)
    before = frozenset(OUTPUT.glob("*.zip"))
    say(f"Starting {program} on a free port, with a temporary data folder")
    with running_server(program) as url:
        wait_for_data(url)
        status = run("export", url, "--last", "5m", "-o", f"{OUTPUT.name}/")
    if status:
        say(f"The export ended with status {status}.")
        return status
    bundle = newest_bundle(before)
    inspected = run("inspect", f"{OUTPUT.name}/{bundle.name}")
    show(bundle)
    return inspected


def play(demo: Callable[[], int]) -> int:
    """Run *demo* and give its status: 1 when it cannot be done, 130 when it was interrupted."""
    for ending in (signal.SIGTERM, signal.SIGHUP):
        signal.signal(ending, end_in_order)
    try:
        return demo()
    except DemoFailed as error:
        print(error, file=sys.stderr)
        return 1
    except KeyboardInterrupt:
        print("Interrupted; the server is stopped and its data removed.", file=sys.stderr)
        return 130


if __name__ == "__main__":
    sys.exit(play(demo))

"""Opens the wizard on a real VictoriaMetrics that scrapes itself; Ctrl-C ends both.

Without a terminal nobody could click: then the same export goes through the REST API that the page uses, its result is
checked and shown, and the demo ends by itself. Either way the bundle is in demo-output/.
"""

from __future__ import annotations

import json
import os
import subprocess
import sys
import time
import urllib.parse
import urllib.request
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from scripts.demo import (
    DIRECT,
    OUTPUT,
    ROOT,
    DemoFailed,
    find_server,
    finds_loopback_itself,
    play,
    run,
    running_server,
    say,
    show,
    stop,
    wait_for_data,
)

SPAN_MS = 5 * 60_000
ANSWER_TIMEOUT_S = 120


@contextmanager
def page(url: str) -> Iterator[urllib.parse.SplitResult]:
    """Serve the page for *url* on a free port and give its address, token included; stop it at the end.

    Raises:
        DemoFailed: it does not start.
    """
    words = ["vmexporter", "serve", url, "--no-browser", "--port", "0", "-o", f"{OUTPUT.name}/"]
    say("$ " + " ".join(words))
    child = subprocess.Popen(
        [sys.executable, "-m", *words], stdout=subprocess.PIPE, cwd=ROOT, env=finds_loopback_itself()
    )
    try:
        assert child.stdout is not None
        address = child.stdout.readline().decode().strip()
        if not address:
            raise DemoFailed("cannot serve the page: it ended before it said its address")
        say(address)
        yield urllib.parse.urlsplit(address)
    finally:
        stop(child)


def ask(address: urllib.parse.SplitResult, route: str, body: dict[str, Any]) -> dict[str, Any]:
    """The JSON answer of the API below *address* to *body*.

    Raises:
        DemoFailed: it refuses; the message has its words.
    """
    token = urllib.parse.parse_qs(address.query)["token"][0]
    request = urllib.request.Request(
        f"{address.scheme}://{address.netloc}/api/{route}",
        json.dumps(body).encode(),
        {"Content-Type": "application/json", "Authorization": f"Bearer {token}"},
    )
    say(f"POST /api/{route}")
    try:
        with DIRECT.open(request, timeout=ANSWER_TIMEOUT_S) as answer:
            document: dict[str, Any] = json.load(answer)
            return document
    except OSError as error:
        words = error.read().decode("utf-8", "replace") if hasattr(error, "read") else str(error)
        raise DemoFailed(f"cannot {route}: {words}") from None


def through_the_api(url: str) -> int:
    """Do with requests what an operator does with clicks.

    Raises:
        DemoFailed: a step cannot be done.
    """
    with page(url) as address:
        connection = {"url": url, "auth": {"type": "none"}}
        now_ms = time.time_ns() // 1_000_000
        time_range = {"start_ms": now_ms - SPAN_MS, "end_ms": now_ms}
        found = ask(address, "validate", {"connection": connection})
        say(f"  {found['kind']} {found['version'] or '(it does not tell its version)'}")
        for component in ask(address, "discover", {"connection": connection, "time_range": time_range})["components"]:
            say(f"  {component['name']}, jobs {', '.join(component['jobs'])}")
        made = ask(address, "export", {"connection": connection, "time_range": time_range})
    show(Path(made["archive_path"]))
    return 0


def with_clicks(url: str) -> int:
    """Let the operator at it, until Ctrl-C."""
    return run("serve", url, "-o", f"{OUTPUT.name}/")


def demo() -> int:
    """Start a server, wait for its data, and open the wizard on it.

    Raises:
        DemoFailed: a step cannot be done.
    """
    program = find_server()
    OUTPUT.mkdir(exist_ok=True)
    is_watched = sys.stdin.isatty() and sys.stdout.isatty() and "CI" not in os.environ
    say(f"Starting {program} on a free port, with a temporary data folder")
    with running_server(program) as url:
        wait_for_data(url)
        return with_clicks(url) if is_watched else through_the_api(url)


if __name__ == "__main__":
    sys.exit(play(demo))

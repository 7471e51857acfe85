"""Rows of the fault matrix in which somebody is killed: the server, or the process at work."""

from __future__ import annotations

import signal
import threading
import time
from collections.abc import Callable
from typing import Final

from tests.fakes.faults import Fault
from tests.hard.scene import AT_ONCE, Scene
from tests.integration.driving import SteadyClock, wait_until_it_listens_to
from tests.integration.faulty import ended

ABOUT_S: Final = 2.5
"""How long an operation takes by the slow way, without the start of the process."""


def killed_server(scene: Scene) -> str:
    """It dies in the middle of an answer (SIGKILL), and is there again at the third attempt, or later."""
    fate = threading.Lock()  # from the moment it is to die until it is dead, and while it is started

    def die() -> Fault:
        fate.acquire()
        scene.proxy.in_thread(kill)
        return scene.slow()

    def kill() -> None:
        try:
            time.sleep(scene.chance.uniform(0, 0.2))
            if scene.server.running:
                scene.server.kill()
        finally:
            fate.release()

    def start() -> None:
        with fate:
            if not scene.server.running:
                scene.server.start()

    if scene.operation.needs_time:
        scene.passes, scene.clock = True, SteadyClock()
    if scene.passes:
        scene.third_attempt_brings(start)
    scene.lift = start
    return scene.meet(die)


def signalled(number: signal.Signals) -> Callable[[Scene], str]:
    """The process gets a signal at any moment from its first request on; the process is one of its own."""

    def strike(scene: Scene) -> str:
        scene.proxy.plan = lambda request, count: scene.slow() if scene.operation.carries(request) else None
        before = len(scene.proxy.requests)
        process = scene.operation.start(scene.proxy.url, scene.folder)
        while len(scene.proxy.requests) == before and process.poll() is None:
            time.sleep(0.01)
        if number != signal.SIGKILL:
            wait_until_it_listens_to(number, process.pid)
        time.sleep(scene.place * ABOUT_S)
        process.send_signal(number)
        ran = ended(process, scene.folder)
        killed = ran.status == -number  # which is what a late signal does, too, when all is done
        assert killed or ran.status in {0, 128 + number}, ran
        scene.clear()
        if ran.status == 0:
            scene.operation.check(scene.folder)
            return AT_ONCE
        return f"{number.name}, {scene.finish(killed=killed)}"

    return strike

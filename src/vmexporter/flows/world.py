"""The clock, sleep and randomness that flows use: given by the caller, so that a test can give its own."""

from __future__ import annotations

import random
import secrets
import time
from collections.abc import Callable
from dataclasses import dataclass


def _now_ms() -> int:
    return time.time_ns() // 1_000_000


@dataclass(frozen=True, slots=True)
class World:
    """What a flow may not take from the air by itself; the defaults are the real ones."""

    now_ms: Callable[[], int] = _now_ms
    monotonic_s: Callable[[], float] = time.monotonic
    sleep: Callable[[float], None] = time.sleep
    jitter: Callable[[], float] = random.random
    secret_bytes: Callable[[int], bytes] = secrets.token_bytes

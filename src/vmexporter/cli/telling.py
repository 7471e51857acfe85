"""In which form standard error is written: sentences for people, or JSON lines for whoever collects logs.

The form belongs to one run of the command line; ``cli.main`` gives each its own context.
"""

from __future__ import annotations

import json
from contextvars import ContextVar
from datetime import UTC, datetime
from enum import StrEnum
from typing import Final


class LogFormat(StrEnum):
    """The forms there are."""

    TEXT = "text"
    JSON = "json"


_CHOSEN: Final[ContextVar[LogFormat]] = ContextVar("log_format", default=LogFormat.TEXT)


def tell_in(form: LogFormat) -> LogFormat:
    """Callback of ``--log-format``: what is said from now on is said in *form*."""
    _CHOSEN.set(form)
    return form


def in_json() -> bool:
    """Whether standard error takes JSON lines."""
    return _CHOSEN.get() is LogFormat.JSON


def json_line(level: str, message: str, **facts: object) -> str:
    """One line: the time, *level* (info, warning or error), the sentence, and what there is to know beside it.

    It is ASCII: what a server said must not move the cursor of whoever reads the log.
    """
    moment = datetime.now(UTC).isoformat(timespec="milliseconds").replace("+00:00", "Z")
    return json.dumps({"time": moment, "level": level, "message": message, **facts})

"""What a tab keeps over a reload, changed for a test: another server, another range, another mode."""

from __future__ import annotations

import copy
from datetime import UTC, datetime
from typing import Any

State = dict[str, Any]
Kept = dict[str, State]
"""Such a state for each step."""


def through(state: State, url: str) -> State:
    """The same with another address, which the test of before stands for."""
    changed = copy.deepcopy(state)
    changed["connection"]["url"] = url
    changed["contacted"] = url
    return changed


def over(state: State, range_ms: tuple[int, int]) -> State:
    """The same before anything was chosen, over another range."""
    changed = copy.deepcopy(state)
    start, end = (datetime.fromtimestamp(ms / 1000, UTC).strftime("%Y-%m-%d %H:%M:%S") for ms in range_ms)
    ends = {"start_ms": range_ms[0], "end_ms": range_ms[1]}
    changed["range"] = {"preset": "", "from": start, "to": end, "zone": "", "problem": None, **ends}
    changed["selection"] = {"key": "", "off": [], "body": None, "totals": None}
    return changed


def in_query_mode(state: State) -> State:
    """The same with a selector or an expression still to be written."""
    return {**over(state, (state["range"]["start_ms"], state["range"]["end_ms"])), "mode": "query"}

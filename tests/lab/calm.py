"""The cluster of ``troubled`` a week before its troubles, for an hour and a half: to be compared with it.

Both storage nodes answer throughout, the vmagent has not been updated, its queue is a tenth as long. The old program is
not there yet; a vmauth is, which could not read its configuration.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from typing import Final

from tests.lab import troubled
from tests.lab.lines import line

FIRST_MS: Final = troubled.FIRST_MS - 7 * 86_400_000
SCRAPES: Final = 361
LAST_MS: Final = FIRST_MS + (SCRAPES - 1) * troubled.STEP_MS

AUTH = {"job": "gates", "instance": "10.0.0.5:8427"}
TIMES: Final = [FIRST_MS + place * troubled.STEP_MS for place in range(SCRAPES)]


def calm_lines(extra: Mapping[str, str] | None = None, *, mark: str = "agents") -> Iterator[bytes]:
    """The series; *extra* labels for each of them, *mark* is the remote write address's name of the vmagent."""

    def series(name: str, labels: Mapping[str, str], value: Callable[[int], float] = lambda _: 1) -> bytes:
        return line({"__name__": name, **labels, **(extra or {})}, [value(place) for place in range(SCRAPES)], TIMES)

    for target, program, version in (
        (troubled.GOOD, "vmstorage", "v1.150.0-cluster"),
        (troubled.GONE, "vmstorage", "v1.150.0-cluster"),
        (troubled.AGENT, "vmagent", "v1.149.0"),
        (AUTH, "vmauth", "v1.150.0"),
    ):
        build = f"{program}-20260821-150511-tags-{version}-0-g7d1b6a5f2c"
        yield series("up", target)
        yield series("vm_app_version", {**target, "short_version": version, "version": build})
        yield series("vm_app_start_timestamp", target, lambda _: 1_700_000_000)
    yield series(
        "vmagent_remotewrite_pending_data_bytes",
        {**troubled.AGENT, "url": f"1:{mark}"},
        lambda place: 1e4 * min(place, 240),
    )
    yield series("vmauth_config_last_reload_successful", AUTH, lambda _: 0)

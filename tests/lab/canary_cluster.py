"""A cluster full of canaries: lists of storage nodes with every kind of quoting, tenants, path prefixes."""

from __future__ import annotations

from tests.lab.canaries import Canaries
from tests.lab.canary_programs import Recipe, pushing

HOSTS = {"vmstorage": ".12", "vminsert": ".21", "vmselect": ".31"}
PORTS = {"vmstorage": 8482, "vminsert": 8480, "vmselect": 8481}
TENANT = ("3107308001", "3107309001")
"""A tenant that somebody writes to and reads from."""


def cluster(canaries: Canaries, net: str) -> dict[str, Recipe]:
    """The recipes of one vmstorage, a vminsert and a vmselect; they look for more storage nodes than there are."""
    word = canaries.word
    for number, what in zip(TENANT, ("account", "project"), strict=True):
        canaries.known(number, f"tenant, {what}")
    storage = f"{net}{HOSTS['vmstorage']}"
    missing = f"{net}.13"
    canaries.known(missing, "a storage node that is not there")
    return {
        "vmstorage": Recipe(
            [
                f"-storageDataPath={{folder}}/{word('vmstorage -storageDataPath')}/data",
                f"-vminsertAddr={storage}:8400",
                f"-vmselectAddr={storage}:8401",
                *pushing(canaries, "vmstorage"),
            ]
        ),
        "vminsert": Recipe(
            [
                f'-storageNode="{storage}:8400","{missing}:8400"',
                f"-influxDBLabel={word('vminsert -influxDBLabel')}",
                f"-clusternativeListenAddr={net}.22:8400",
                *pushing(canaries, "vminsert"),
            ]
        ),
        "vmselect": Recipe(
            [
                f"-storageNode={storage}:8401",
                f"-storageNode={missing}:8401",
                f"-selectNode=vmselect-0.{word('vmselect -selectNode')}:8481,'{canaries.host('vmselect -selectNode')}'",
                f"-cacheDataPath={{folder}}/{word('vmselect -cacheDataPath')}/cache",
                f"-http.pathPrefix=/{word('vmselect -http.pathPrefix')}",
                *pushing(canaries, "vmselect"),
            ]
        ),
    }

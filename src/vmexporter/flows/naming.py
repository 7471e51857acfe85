"""The name of a bundle that nobody named: when it was begun, and a few letters that no other has."""

from __future__ import annotations

from datetime import UTC, datetime

from vmexporter.flows.world import World

_LETTERS = "abcdefghijklmnopqrstuvwxyz0123456789"
_RANDOM_LETTERS = 6


def new_bundle_name(world: World) -> str:
    """``vmexporter-20261123T122004Z-p7x2cd.zip``."""
    moment = datetime.fromtimestamp(world.now_ms() / 1000, UTC)
    letters = "".join(_LETTERS[byte % len(_LETTERS)] for byte in world.secret_bytes(_RANDOM_LETTERS))
    return f"vmexporter-{moment:%Y%m%dT%H%M%SZ}-{letters}.zip"

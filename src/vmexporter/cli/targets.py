"""The commands about recent targets: addresses without any secret, kept for the user alone."""

from __future__ import annotations

from vmexporter.bundle.recenttargets import RecentTargets, state_folder
from vmexporter.cli import render
from vmexporter.cli.options import FormatOptions
from vmexporter.errors import InvalidInput


def show(form: FormatOptions) -> None:
    """Run the command."""
    known = RecentTargets(state_folder())
    if form.json:
        render.print_json({"on": known.is_on, "targets": known.addresses()})
        return
    for address in known.addresses():
        render.print_text(render.shown(address) + "\n")
    if not known.is_on:
        render.say("No addresses are kept: vmexporter targets on")


def forget(address: str) -> None:
    """Run the command.

    Raises:
        InvalidInput: this address is not among them.
    """
    if not RecentTargets(state_folder()).forget(address) and address:
        raise InvalidInput("cannot forget this address: it is not among those kept", hint="vmexporter targets list")


def switch(*, on: bool) -> None:
    """Run the command."""
    RecentTargets(state_folder()).switch(on)

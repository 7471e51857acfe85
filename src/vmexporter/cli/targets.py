"""The commands about recent targets: addresses and tenants without any secret, kept for the user alone."""

from __future__ import annotations

from dataclasses import asdict

from vmexporter.bundle.recenttargets import RecentTarget, RecentTargets, state_folder
from vmexporter.cli import render
from vmexporter.cli.options import FormatOptions
from vmexporter.errors import InvalidInput


def show(form: FormatOptions) -> None:
    """Run the command."""
    known = RecentTargets(state_folder())
    if form.json:
        render.print_json({"on": known.is_on, "targets": [asdict(one) for one in known.targets()]})
        return
    for target in known.targets():
        render.print_text(render.shown(_as_typed(target)) + "\n")
    if not known.is_on:
        render.say("No addresses are kept: vmexporter targets on")


def _as_typed(target: RecentTarget) -> str:
    """As the command import takes it."""
    insert_url = f" --insert-url {target.insert_url}" if target.insert_url else ""
    return f"{target.url}{insert_url}{f' --tenant {target.tenant}' if target.tenant else ''}"


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

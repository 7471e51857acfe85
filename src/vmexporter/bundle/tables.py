"""The tables and styles that come with the package, as texts; core reads no files, so it is given them."""

from __future__ import annotations

from importlib.resources import files
from typing import Final

_STYLES: Final = ("tokens", "base", "shell", "controls", "panels", "charts", "narrow", "open", "report")


def read_tables() -> dict[str, str]:
    """File name → text of every table in ``vmexporter/tables``."""
    folder = files("vmexporter") / "tables"
    return {entry.name: entry.read_text("utf-8") for entry in folder.iterdir() if entry.name.endswith((".tsv", ".txt"))}


def read_style() -> str:
    """The style sheets of the page, as far as a report needs them, as one."""
    folder = files("vmexporter") / "web" / "static" / "css"
    return "".join((folder / f"{name}.css").read_text("utf-8") for name in _STYLES)

"""The tables of public knowledge that come with the package, as texts; core reads no files, so it is given them."""

from __future__ import annotations

from importlib.resources import files


def read_tables() -> dict[str, str]:
    """File name → text of every table in ``vmexporter/tables``."""
    folder = files("vmexporter") / "tables"
    return {entry.name: entry.read_text("utf-8") for entry in folder.iterdir() if entry.name.endswith((".tsv", ".txt"))}

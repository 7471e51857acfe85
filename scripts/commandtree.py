"""The command line as data: every command with its arguments and options, for what is generated from it."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from enum import Enum
from pathlib import Path
from typing import Any, Final

import typer.main

from vmexporter.cli.main import with_commands
from vmexporter.cli.settling import variable

_PATHS: Final = frozenset({"output", "client_cert", "client_key"})  # texts that name a file all the same


@dataclass(frozen=True)
class Parameter:
    """An argument (no *flags*) or an option; *metavar* is empty for a switch, *choices* and *variable* where none."""

    name: str
    flags: tuple[str, ...]
    metavar: str
    choices: tuple[str, ...]
    variable: str
    is_path: bool
    default: str
    about: str


@dataclass(frozen=True)
class Command:
    """One command; *path* is what is typed after ``vmexporter``, with a space for one of a group."""

    path: str
    about: str
    parameters: tuple[Parameter, ...]

    @property
    def options(self) -> tuple[Parameter, ...]:
        """The options alone."""
        return tuple(each for each in self.parameters if each.flags)


@dataclass(frozen=True)
class Group:
    """Commands under one word; *path* is empty for all of ``vmexporter``."""

    path: str
    about: str
    words: tuple[tuple[str, str], ...]


def tree() -> tuple[list[Group], list[Command]]:
    """All groups and all commands, in the order of the help."""
    groups: list[Group] = []
    found: list[Command] = []
    for path, node in _walk("", typer.main.get_command(with_commands())):
        if inner := getattr(node, "commands", None):
            words = tuple((name, _first_line(each.help)) for name, each in inner.items())
            groups.append(Group(path, _first_line(node.help), words))
        else:
            parameters = tuple(_parameter(each) for each in node.params if each.name != "help")
            found.append(Command(path, _first_line(node.help), parameters))
    return groups, found


def _walk(path: str, node: Any) -> Iterator[tuple[str, Any]]:
    yield path, node
    for name, inner in getattr(node, "commands", {}).items():
        yield from _walk(f"{path} {name}".strip(), inner)


def _parameter(given: Any) -> Parameter:
    option = given.param_type_name == "option"
    switch = bool(getattr(given, "is_flag", False))
    kind = given.type_descriptor.annotation
    choices = tuple(each.value for each in kind) if isinstance(kind, type) and issubclass(kind, Enum) else ()
    default = given.default
    told = default not in (None, "", False, True, ()) and not callable(default)
    return Parameter(
        name=given.name,
        flags=(*given.opts, *given.secondary_opts) if option else (),
        metavar="" if switch else (given.metavar or given.name).upper().replace("_", "-"),
        choices=choices,
        variable=variable(given),
        is_path=kind is Path or given.name.endswith("_file") or given.name in _PATHS,
        default=str(default) if told else "",
        about=_first_line(getattr(given, "help", "") or ""),
    )


def _first_line(text: str | None) -> str:
    return " ".join((text or "").split())

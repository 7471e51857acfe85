"""Where the value of an option comes from: the command line, else the environment, else the configuration file.

Every option has a variable, ``--keep-label`` for example ``VMEXPORTER_KEEP_LABEL``; of a repeatable one it holds one
value a line. An option that must be given has none: what it names is said each time. The configuration file joins in
as the callback of ``--config``.
"""

from __future__ import annotations

import os
from collections.abc import Mapping, Sequence
from enum import IntEnum
from pathlib import Path
from typing import Any, Final

import typer
from typer.core import TyperCommand

from vmexporter.errors import InvalidInput

PREFIX: Final = "VMEXPORTER_"

RIVALS: Final = (
    (("last",), ("start", "end")),
    (("component", "job", "instance"), ("selector",), ("query",)),
    (("user",), ("token_file",)),
    (("level",), ("obfuscate",)),
    (("one_way",), ("map", "encrypt_map")),
)
"""Ways to say the same thing that contradict each other. Of two, the one said nearer to the call is meant: ``--start``
on the command line in spite of ``last`` in the file. Within one source they stay a contradiction."""


class Source(IntEnum):
    """Who gave a value; the greater one wins."""

    NOBODY = 0
    FILE = 1
    ENVIRONMENT = 2
    COMMAND_LINE = 3


class SettledCommand(TyperCommand):
    """A command whose options are also taken from the environment and from a configuration file."""

    def parse_args(self, ctx: Any, args: list[str]) -> list[str]:
        """As its base, the other sources joined in."""
        environment = from_environment(self.params, os.environ)
        ctx.default_map = environment
        rest = super().parse_args(ctx, args)  # the callback of --config puts the file's values below these
        defaults = {parameter.name: parameter.default for parameter in self.params}
        sources = {name: _source(ctx, name, environment) for name in defaults}
        ctx.params.update({name: defaults[name] for name in outdone(sources)})
        return rest


def variable(parameter: Any) -> str:
    """The name of the variable of a command's *parameter*, empty where it has none."""
    if parameter.param_type_name == "argument":
        return f"{PREFIX}URL" if parameter.name == "url" else ""
    name = next((option for option in parameter.opts if option.startswith("--")), "")
    without = parameter.required or name in {"", "--help"}
    return "" if without else PREFIX + name.removeprefix("--").replace("-", "_").upper()


def from_environment(parameters: Sequence[Any], environment: Mapping[str, str]) -> dict[str, Any]:
    """Name of a parameter → its value; an empty variable counts as none."""
    found: dict[str, Any] = {}
    for parameter in parameters:
        if value := environment.get(variable(parameter), ""):
            lines = [line for line in value.split("\n") if line.strip()]
            found[parameter.name] = lines if parameter.nargs != 1 or getattr(parameter, "multiple", False) else value
    return found


def outdone(sources: Mapping[str, Source]) -> list[str]:
    """The names of options that lose to a rival from a greater source."""
    lost: list[str] = []
    for ways in RIVALS:
        best = max(_best(way, sources) for way in ways)
        for way in ways:
            if Source.NOBODY < _best(way, sources) < best:
                lost += [name for name in way if name in sources]
    return lost


def _best(way: Sequence[str], sources: Mapping[str, Source]) -> Source:
    return max(sources.get(name, Source.NOBODY) for name in way)


def _source(context: typer.Context, name: str, environment: Mapping[str, Any]) -> Source:
    given = context.get_parameter_source(name)
    if given is None or given.name == "DEFAULT":
        return Source.NOBODY
    if given.name == "DEFAULT_MAP":
        return Source.ENVIRONMENT if name in environment else Source.FILE
    return Source.COMMAND_LINE


def read_config(context: typer.Context, path: Path | None) -> Path | None:
    """Callback of ``--config``: the file's values stand below those of the environment.

    Raises:
        InvalidInput: it cannot be read, or says what it cannot mean.
    """
    if path is None or context.resilient_parsing:
        return path
    from vmexporter.cli.configuration import option_values
    from vmexporter.core.configfile import parse_config

    try:
        text = path.read_text("utf-8")
    except (OSError, UnicodeDecodeError) as error:
        why = (getattr(error, "strerror", "") or "it is not text").lower()
        raise InvalidInput(f"cannot read {path}: {why}", field="config") from None
    config = parse_config(text, str(path), "json" if path.suffix.lower() == ".json" else "toml")
    context.default_map = {**option_values(config), **(context.default_map or {})}
    return path

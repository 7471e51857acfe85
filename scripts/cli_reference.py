"""The reference of the command line as Markdown, made from the commands themselves.

What it says is what ``--help`` says: a command or an option that is added appears by itself.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any, Final

import typer.main

from vmexporter import errors
from vmexporter.cli.main import with_commands
from vmexporter.cli.settling import SettledCommand, variable

_HEAD: Final = """\
# Command line

Every command with its options, as `--help` tells them. Written by `make generated`; changes by hand are lost. Results
go to standard output, progress and errors to standard error. What the commands are good for is told in the guides
[for operators](guide-operators.md) and [for support engineers](guide-support.md).

"""
_STATUSES: Final = """\
## Exit statuses

[Errors](errors.md) tells what each of them means, [Troubleshooting](troubleshooting.md) what to do.

| status | when |
|---|---|
| 0 | done as asked |
"""
_OTHER_STATUSES: Final = """\
| 70 | a mistake in vmexporter itself |
| 130, 143 | stopped by Ctrl-C (SIGINT), by SIGTERM |
"""
_ARGUMENTS: Final = "Arguments"
_OTHERS: Final = "Other"


def reference() -> str:
    """The whole page."""
    root = typer.main.get_command(with_commands())
    every = list(_commands(root, "vmexporter"))
    contents = "".join(f"- [`{name}`](#{_anchor(name)}): {_first(command)}\n" for name, command in every)
    return _HEAD + contents + "\n" + "\n".join(_section(name, command) for name, command in every) + "\n" + _statuses()


def _commands(command: Any, name: str) -> Iterator[tuple[str, Any]]:
    """*command* and all below it, the root first; mere groups are no commands."""
    below: dict[str, Any] = getattr(command, "commands", {})
    if not below or command.invoke_without_command:
        yield name, command
    for each in sorted(below):
        if not below[each].hidden:
            yield from _commands(below[each], f"{name} {each}")


def _section(name: str, command: Any) -> str:
    context = typer.Context(command, info_name=name)
    usage = command.get_usage(context).removeprefix("Usage:")
    text = f"## {name}\n\n{_prose(command.help or '')}\n\n```text\n{' '.join(usage.split())}\n```\n"
    panels: dict[str, list[str]] = {}
    for parameter in command.get_params(context):
        if parameter.name != "help" and (record := parameter.get_help_record(context)):
            declared, told = f"`{' '.join(record[0].split())}`", _prose(record[1])
            if isinstance(command, SettledCommand) and (name := variable(parameter)):
                told += f" Environment: `{name}`."
            panels.setdefault(_panel(parameter), []).append(row(declared, told))
    for panel in sorted(panels, key=lambda each: (each != _ARGUMENTS, each == _OTHERS)):
        text += f"\n| {panel} | meaning |\n|---|---|\n{''.join(panels[panel])}"
    return text


def row(*cells: str) -> str:
    """A row of a table in Markdown."""
    return "".join(f"| {cell.replace('|', chr(92) + '|')} " for cell in cells) + "|\n"


def _panel(parameter: Any) -> str:
    if parameter.param_type_name == "argument":
        return _ARGUMENTS
    return str(getattr(parameter, "rich_help_panel", None) or _OTHERS)


def _prose(words: str) -> str:
    """Help as Markdown: one line, what looks like a tag of HTML kept as text."""
    return " ".join(words.split()).replace("``", "`").replace("<", "&lt;").replace(">", "&gt;").replace("*", "\\*")


def _first(command: Any) -> str:
    return _prose((command.help or "").partition("\n\n")[0])


def _anchor(heading: str) -> str:
    return heading.replace(" ", "-")


def _statuses() -> str:
    classes = [each for each in vars(errors).values() if isinstance(each, type)]
    told = [each for each in classes if issubclass(each, errors.VmexporterError) and each is not errors.VmexporterError]
    rows = [
        row(str(each.exit_status), _prose((each.__doc__ or "").partition("\n")[0]))
        for each in sorted(told, key=lambda each: each.exit_status)
    ]
    return _STATUSES + "".join(rows) + _OTHER_STATUSES

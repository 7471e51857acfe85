"""The manual page vmexporter(1), made of the command line's own help; roff of man(7)."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from scripts.commandtree import Command, Group, Parameter
from vmexporter import __version__
from vmexporter.errors import VmexporterError

DESCRIPTION = """\
Takes the metrics that VictoriaMetrics' components report about themselves out of a running VictoriaMetrics (or
Prometheus), puts pseudonyms in the place of private label values, and packs the result into a ZIP for support.
Without a command it serves a wizard on this machine and says its address.\
"""
SOURCES = """\
The value of an option comes from the command line, else from its environment variable, else from the file of
\\fB\\-\\-config\\fR. The variable of a repeatable option holds one value a line. Secrets are never arguments:\
"""
SECRETS = (
    ("VMEXPORTER_PASSWORD", "The password of --user, unless --password-file names its file."),
    ("VMEXPORTER_BEARER_TOKEN", "A bearer token, unless --token-file names its file."),
    ("VMEXPORTER_HEADER_<NAME>", "The value of --header NAME, its dashes as underscores."),
    ("VMEXPORTER_MAP_PASSPHRASE", "The passphrase of a map, unless --passphrase-file names its file."),
)


def man_page(groups: Sequence[Group], commands: Sequence[Command], errors: Sequence[type[VmexporterError]]) -> str:
    """The whole page."""
    lines = [f'.TH VMEXPORTER 1 "" "vmexporter {__version__}" "User Commands"']
    lines += [".SH NAME", f"vmexporter \\- {_text(groups[0].about)}"]
    lines += [".SH SYNOPSIS", ".B vmexporter", "[\\fICOMMAND\\fR] [\\fIOPTIONS\\fR]"]
    lines += [".SH DESCRIPTION", *map(_text, DESCRIPTION.split("\n")), ".SH COMMANDS"]
    for command in commands:
        lines += _command(command)
    lines += [".SH ENVIRONMENT", *SOURCES.split("\n")]
    for name, about in SECRETS:
        lines += [".TP", f".B {_text(name)}", _text(about)]
    lines += [".SH EXIT STATUS", ".TP", ".B 0", "Done as asked."]
    for error in errors:
        about = (error.__doc__ or "").partition("\n")[0]
        lines += [".TP", f".B {error.exit_status}", _text(about)]
    lines += [".TP", ".B 70", _text("A mistake in vmexporter itself.")]
    lines += [".TP", ".B 130, 143", _text("Stopped by Ctrl-C, by SIGTERM; what is complete can be resumed.")]
    return "\n".join(lines) + "\n"


def _command(command: Command) -> Iterator[str]:
    arguments = "".join(f" \\fI{_text(each.metavar)}\\fR" for each in command.parameters if not each.flags)
    yield f".SS vmexporter {_text(command.path)}{arguments}"
    yield _text(command.about)
    for parameter in command.parameters:
        yield ".TP"
        yield _heading(parameter)
        yield _text(parameter.about or "See above.") + _notes(parameter)


def _heading(parameter: Parameter) -> str:
    value = f" \\fI{_text(parameter.metavar)}\\fR" if parameter.metavar else ""
    if not parameter.flags:
        return value.strip()
    return ", ".join(f"\\fB{_text(flag)}\\fR" for flag in parameter.flags) + value


def _notes(parameter: Parameter) -> str:
    notes = [f"one of {', '.join(parameter.choices)}"] if parameter.choices else []
    notes += [f"default {parameter.default}"] if parameter.default else []
    notes += [f"${parameter.variable}"] if parameter.variable else []
    return f" ({_text('; '.join(notes))})" if notes else ""


def _text(text: str) -> str:
    """*text* with nothing in it that roff would take for its own."""
    escaped = text.replace("\\", "\\e").replace("-", "\\-")
    return f"\\&{escaped}" if escaped.startswith((".", "'")) else escaped

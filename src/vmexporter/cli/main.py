"""The command line: ``vmexporter <command>``. Every error ends here as a sentence, a hint and an exit status."""

from __future__ import annotations

import contextvars
import io
import sys

import typer

from vmexporter.cli.telling import in_json, json_line
from vmexporter.errors import VmexporterError

if sys.platform != "win32":
    import resource

_UNEXPECTED = 70  # EX_SOFTWARE of sysexits.h

app = typer.Typer(
    name="vmexporter",
    help="Export VictoriaMetrics' own metrics as an obfuscated bundle that can be sent to support.",
    add_completion=False,
    pretty_exceptions_enable=False,
    rich_markup_mode="rich",
    context_settings={"help_option_names": ["-h", "--help"]},
)

map_app = typer.Typer(help="Look at, merge, encrypt or decrypt obfuscation maps.", no_args_is_help=True)
app.add_typer(map_app, name="map")

config_app = typer.Typer(help="About the configuration file of --config.", no_args_is_help=True)
app.add_typer(config_app, name="config")

targets_app = typer.Typer(help="Recent targets of imports: list them, forget them, or keep none.", no_args_is_help=True)
app.add_typer(targets_app, name="targets")


def _version(wanted: bool) -> None:
    if wanted:
        from vmexporter.cli.version import version_text

        sys.stdout.write(version_text())
        raise typer.Exit


@app.callback(invoke_without_command=True)
def _root(
    context: typer.Context,
    version: bool = typer.Option(False, "--version", help="Show version and commit.", callback=_version, is_eager=True),
) -> None:
    del version
    if context.invoked_subcommand is None:
        from vmexporter.cli import serving

        serving.serve(serving.ServeOptions())


def with_commands() -> typer.Typer:
    """The program with all its commands, which their modules put into it when they are imported."""
    from vmexporter.cli import commands, map_commands, support_commands

    del commands, map_commands, support_commands
    return app


def main() -> None:
    """Run the command line and exit with its status."""
    contextvars.copy_context().run(_run)  # what one run chooses is not the next one's


def _run() -> None:
    program = with_commands()
    _leave_no_core()
    _say_anything()
    try:
        program()
    except VmexporterError as error:
        from vmexporter.cli import render

        render.print_error(error)
        sys.exit(error.exit_status)
    except KeyboardInterrupt:
        sys.stderr.write("\nStopped.\n")
        sys.exit(130)
    except Exception as error:  # the last resort of a command line: a sentence, no traceback with data in it
        words = f"something unexpected went wrong ({type(error).__name__}); this is a bug of vmexporter"
        line = json_line("error", words, code="unexpected", exit_status=_UNEXPECTED) if in_json() else f"Error: {words}"
        sys.stderr.write(f"{line}\n")
        sys.exit(_UNEXPECTED)


def _leave_no_core() -> None:
    """A crash writes no image of the memory to the disk: credentials and private labels stand in it."""
    if sys.platform != "win32":
        resource.setrlimit(resource.RLIMIT_CORE, (0, resource.getrlimit(resource.RLIMIT_CORE)[1]))


def _say_anything() -> None:
    """A character that the terminal's encoding does not have, or a byte that is no character, is no reason to fail."""
    for stream in (sys.stdout, sys.stderr):
        if isinstance(stream, io.TextIOWrapper):
            stream.reconfigure(errors="backslashreplace")

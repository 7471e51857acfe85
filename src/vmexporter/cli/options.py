"""The command line's options, in groups that several commands share, and how they become the request models.

A group is a frozen dataclass of annotated fields, as ``grouping.command`` wants it. The models are imported when they
are made: ``--help`` must not wait for them.
"""

from __future__ import annotations

import dataclasses
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from vmexporter.cli.models import build_model
from vmexporter.cli.settling import read_config
from vmexporter.cli.telling import LogFormat, tell_in

if TYPE_CHECKING:
    from vmexporter.core.request import Selection, TimeRange

_CONNECTION, _RANGE, _WHAT, _OUT = "Connection", "Time range", "What to export", "Output"


@dataclasses.dataclass(frozen=True, kw_only=True)
class AccessOptions:
    """How to be let in; secrets come from files, the environment or a prompt."""

    user: Annotated[
        str,
        typer.Option(help="User name for basic authentication.", rich_help_panel=_CONNECTION),
    ] = ""
    password_file: Annotated[
        Path | None,
        typer.Option(
            help="File with the password; else $VMEXPORTER_PASSWORD, else a prompt.", rich_help_panel=_CONNECTION
        ),
    ] = None
    token_file: Annotated[
        Path | None,
        typer.Option(help="File with a bearer token; else $VMEXPORTER_BEARER_TOKEN.", rich_help_panel=_CONNECTION),
    ] = None
    header: Annotated[
        list[str] | None,
        typer.Option(
            metavar="NAME",
            help="Extra header; its value is in $VMEXPORTER_HEADER_<NAME> (dashes as _), else a prompt. Repeatable.",
            rich_help_panel=_CONNECTION,
        ),
    ] = None
    headers_file: Annotated[
        Path | None,
        typer.Option(help="File with extra headers, one 'Name: value' a line.", rich_help_panel=_CONNECTION),
    ] = None
    tenant: Annotated[str, typer.Option(help="accountID[:projectID] or multitenant.", rich_help_panel=_CONNECTION)] = ""
    ca_file: Annotated[
        str, typer.Option(help="Trust this CA (PEM) in place of the system's.", rich_help_panel=_CONNECTION)
    ] = ""
    client_cert: Annotated[str, typer.Option(help="Client certificate (PEM).", rich_help_panel=_CONNECTION)] = ""
    client_key: Annotated[
        str, typer.Option(help="Key of the client certificate (PEM).", rich_help_panel=_CONNECTION)
    ] = ""
    insecure: Annotated[
        bool, typer.Option("--insecure", help="Do not check the server's certificate.", rich_help_panel=_CONNECTION)
    ] = False
    gzip: Annotated[
        bool,
        typer.Option("--gzip", help="Ask for compressed answers: for slow networks.", rich_help_panel=_CONNECTION),
    ] = False
    stall_timeout: Annotated[
        str, typer.Option(help="Give a connection up when nothing comes for so long.", rich_help_panel=_CONNECTION)
    ] = "2m"


@dataclasses.dataclass(frozen=True, kw_only=True)
class ConnectionOptions(AccessOptions):
    """Which server, and how to be let in."""

    url: Annotated[str, typer.Argument(help="Address of the server, as you would open it: any form is understood.")]


@dataclasses.dataclass(frozen=True, kw_only=True)
class SourceOptions(ConnectionOptions):
    """The same for commands about an export: a configuration file may say it, and the rest of the export, too."""

    config: Annotated[
        Path | None,
        typer.Option(
            help="File (TOML or JSON) with what is not said here; see docs/unattended.md.",
            callback=read_config,
            is_eager=True,
            rich_help_panel=_CONNECTION,
        ),
    ] = None


@dataclasses.dataclass(frozen=True, kw_only=True)
class ResumeOptions(AccessOptions):
    """The same for an export that knows its server, and perhaps has an encrypted map."""

    passphrase_file: Annotated[
        Path | None,
        typer.Option(help="File with the passphrase, where the map is encrypted.", rich_help_panel=_CONNECTION),
    ] = None

    url: Annotated[
        str, typer.Option(help="Another address than the one the export was begun with.", rich_help_panel=_CONNECTION)
    ] = ""


@dataclasses.dataclass(frozen=True, kw_only=True)
class RangeOptions:
    """Which time."""

    last: Annotated[str, typer.Option(help="The time up to now: 15m, 6h, 7d.", rich_help_panel=_RANGE)] = ""
    start: Annotated[
        str, typer.Option(help="now-6h, 2026-11-23T10:00:00Z, or Unix seconds or ms.", rich_help_panel=_RANGE)
    ] = ""
    end: Annotated[str, typer.Option(help="As --start; now if it is left out.", rich_help_panel=_RANGE)] = ""

    def resolve(self, now_ms: int, default_last: str = "") -> TimeRange:
        """The range, *default_last* when nothing was given.

        Raises:
            InvalidInput: the options contradict each other or cannot be read.
        """
        last = default_last if not (self.last or self.start or self.end) else self.last
        from vmexporter.core.times import resolve_range

        return resolve_range(now_ms, last=last, start=self.start, end=self.end)


@dataclasses.dataclass(frozen=True, kw_only=True)
class SelectionOptions:
    """Which series."""

    component: Annotated[
        list[str] | None,
        typer.Option(help="Only this component, such as vmstorage. Repeatable.", rich_help_panel=_WHAT),
    ] = None
    job: Annotated[list[str] | None, typer.Option(help="Only this job. Repeatable.", rich_help_panel=_WHAT)] = None
    instance: Annotated[
        list[str] | None, typer.Option(help="Only this instance. Repeatable.", rich_help_panel=_WHAT)
    ] = None
    selector: Annotated[
        list[str] | None,
        typer.Option(
            help="Series by selector, such as '{job=~\"a|b\"}', in place of components.", rich_help_panel=_WHAT
        ),
    ] = None
    query: Annotated[str, typer.Option(help="Values of a MetricsQL expression, at --step.", rich_help_panel=_WHAT)] = ""
    step: Annotated[
        str, typer.Option(help="Keep one sample a step; every sample if left out.", rich_help_panel=_WHAT)
    ] = ""

    def resolve(self) -> Selection:
        """The selection.

        Raises:
            InvalidInput: the options contradict each other or cannot be read.
        """
        from vmexporter.core.request import Selection
        from vmexporter.core.times import parse_span_ms

        return build_model(
            Selection,
            components=self.component or (),
            jobs=self.job or (),
            instances=self.instance or (),
            selectors=self.selector or (),
            query=self.query,
            step_ms=parse_span_ms(self.step, field="step") if self.step else 0,
        )


@dataclasses.dataclass(frozen=True, kw_only=True)
class FormatOptions:
    """How results are told."""

    json: Annotated[bool, typer.Option("--json", help="Print the result as JSON.", rich_help_panel=_OUT)] = False
    quiet: Annotated[
        bool, typer.Option("--quiet", "-q", help="No progress, only results and errors.", rich_help_panel=_OUT)
    ] = False
    log_format: Annotated[
        LogFormat,
        typer.Option(
            help="How progress and errors are told on standard error: text, or one JSON object a line.",
            callback=tell_in,
            rich_help_panel=_OUT,
        ),
    ] = LogFormat.TEXT


@dataclasses.dataclass(frozen=True, kw_only=True)
class OutputOptions(FormatOptions):
    """Where the result goes, and how the export behaves."""

    output: Annotated[
        str, typer.Option("--output", "-o", help="FILE.zip, FOLDER/, or - for the metrics alone.", rich_help_panel=_OUT)
    ] = "."
    window: Annotated[str, typer.Option(help="Longest slice asked for at once.", rich_help_panel=_OUT)] = ""
    format: Annotated[
        str,
        typer.Option(
            help="jsonl; native: stored blocks, which cost the server next to nothing and are read by v1.82 and later;"
            " auto: native where it works.",
            rich_help_panel=_OUT,
        ),
    ] = "jsonl"
    require_complete: Annotated[
        bool,
        typer.Option("--require-complete", help="An error in place of a partial bundle.", rich_help_panel=_OUT),
    ] = False

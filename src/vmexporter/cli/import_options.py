"""The options of an import, in groups, and how they become the request."""

from __future__ import annotations

import dataclasses
from typing import TYPE_CHECKING, Annotated

import typer

from vmexporter.cli.models import build_model
from vmexporter.cli.options import FormatOptions
from vmexporter.errors import InvalidInput

if TYPE_CHECKING:
    from vmexporter.core.importing.request import ImportOptions, Shift

_WHERE, _WHAT, _HOW = "Connection", "What to import", "How"


@dataclasses.dataclass(frozen=True, kw_only=True)
class InsertOptions:
    """Where data goes in, when that is another address."""

    insert_url: Annotated[
        str,
        typer.Option(
            help="Address that takes data in (a vminsert), when URL is only for queries.", rich_help_panel=_WHERE
        ),
    ] = ""


@dataclasses.dataclass(frozen=True, kw_only=True)
class ContentOptions:
    """What of the bundle, and how it changes on the way."""

    shift_to_now: Annotated[
        bool,
        typer.Option("--shift-to-now", help="Move all samples in time: the last one is of now.", rich_help_panel=_WHAT),
    ] = False
    align_start: Annotated[
        str,
        typer.Option(metavar="TIME", help="Move all samples: the first one is of this time.", rich_help_panel=_WHAT),
    ] = ""
    shift: Annotated[
        str, typer.Option(metavar="DURATION", help="Move all samples by this: 90m, -7d.", rich_help_panel=_WHAT)
    ] = ""
    extra_label: Annotated[
        list[str] | None,
        typer.Option(
            metavar="NAME=VALUE",
            help="A label for all series, such as bundle=case-123. Repeatable.",
            rich_help_panel=_WHAT,
        ),
    ] = None
    drop_label: Annotated[
        list[str] | None, typer.Option(help="Leave this label out. Repeatable.", rich_help_panel=_WHAT)
    ] = None
    job: Annotated[list[str] | None, typer.Option(help="Only this job. Repeatable.", rich_help_panel=_WHAT)] = None
    start: Annotated[
        str, typer.Option(help="Only samples from here on, in the bundle's own time.", rich_help_panel=_WHAT)
    ] = ""
    end: Annotated[str, typer.Option(help="Only samples up to here.", rich_help_panel=_WHAT)] = ""

    def resolve(self, now_ms: int) -> ImportOptions:
        """The options of the request.

        Raises:
            InvalidInput: they contradict each other or cannot be read.
        """
        from vmexporter.core.importing.request import ImportOptions, Label
        from vmexporter.core.request import TimeRange
        from vmexporter.core.times import parse_moment_ms

        labels = []
        for text in self.extra_label or ():
            name, equals, value = text.partition("=")
            if not equals:
                raise InvalidInput("cannot use --extra-label: it is not NAME=VALUE", field="extra-label")
            labels.append(build_model(Label, name=name, value=value))
        within = None
        if self.start or self.end:
            start_ms = parse_moment_ms(self.start, now_ms, field="start") if self.start else _FIRST_MS
            end_ms = parse_moment_ms(self.end, now_ms, field="end") if self.end else _LAST_MS
            within = build_model(TimeRange, start_ms=start_ms, end_ms=end_ms)
        return build_model(
            ImportOptions,
            shift=self._shift(now_ms),
            extra_labels=tuple(labels),
            drop_labels=tuple(self.drop_label or ()),
            jobs=tuple(self.job or ()),
            time_range=within,
        )

    def _shift(self, now_ms: int) -> Shift:
        from vmexporter.core.importing.request import Shift
        from vmexporter.core.times import parse_moment_ms, parse_span_ms

        if sum((self.shift_to_now, bool(self.align_start), bool(self.shift))) > 1:
            raise InvalidInput(
                "cannot move samples in two ways: choose one of --shift-to-now, --align-start and --shift",
                field="shift",
            )
        if self.shift_to_now:
            return Shift(mode="end-at-now")
        if self.align_start:
            return Shift(mode="start-at", ms=parse_moment_ms(self.align_start, now_ms, field="align-start"))
        if self.shift:
            sign, text = (-1, self.shift[1:]) if self.shift.startswith("-") else (1, self.shift.removeprefix("+"))
            return Shift(mode="by", ms=sign * parse_span_ms(text, field="shift"))
        return Shift()


@dataclasses.dataclass(frozen=True, kw_only=True)
class MannerOptions(FormatOptions):
    """How the import behaves, and how it is told."""

    check_only: Annotated[
        bool,
        typer.Option(
            "--check-only", help="Look through the bundle and the target, send nothing.", rich_help_panel=_HOW
        ),
    ] = False
    force: Annotated[
        bool, typer.Option("--force", help="Import what is sound of a damaged bundle.", rich_help_panel=_HOW)
    ] = False
    no_verify: Annotated[
        bool, typer.Option("--no-verify", help="Do not count afterwards what the target has.", rich_help_panel=_HOW)
    ] = False
    parallel: Annotated[int, typer.Option(min=1, max=16, help="Requests under way at once.", rich_help_panel=_HOW)] = 2


_FIRST_MS, _LAST_MS = -(1 << 53), 1 << 53

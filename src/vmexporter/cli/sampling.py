"""The command sample: a few series before and after, or every label and what becomes of it."""

from __future__ import annotations

from dataclasses import asdict, dataclass

from vmexporter.bundle.mapfile import read_map
from vmexporter.cli import render
from vmexporter.cli.credentials import connection_of
from vmexporter.cli.exporting import warn_of_risks
from vmexporter.cli.maps import passphrase_source
from vmexporter.cli.options import ConnectionOptions, FormatOptions, RangeOptions, SelectionOptions
from vmexporter.cli.privacy_options import PrivacyOptions
from vmexporter.core.privacy.mapping import PseudonymMap
from vmexporter.core.request import ExportRequest
from vmexporter.flows import labeltable, preview
from vmexporter.flows.exporting import MAP_KEY_BYTES
from vmexporter.flows.session import connect
from vmexporter.flows.world import World

_SAMPLES_PER_JOB = 3


@dataclass(frozen=True)
class Options:
    """All options of the command."""

    connection: ConnectionOptions
    time: RangeOptions
    what: SelectionOptions
    privacy: PrivacyOptions
    form: FormatOptions


def sample(options: Options, *, all_labels: bool) -> None:
    """Run the command.

    Raises:
        VmexporterError: the server cannot be asked, or the options contradict each other.
    """
    warn_of_risks(options.connection)
    world = World()
    request = ExportRequest(
        connection=connection_of(options.connection),
        time_range=options.time.resolve(world.now_ms(), default_last="1h"),
        selection=options.what.resolve(),
        obfuscation=options.privacy.choice(),
    )
    known_map = PseudonymMap(world.secret_bytes(MAP_KEY_BYTES))
    if options.privacy.map:
        known_map = read_map(options.privacy.map, passphrase_source(options.privacy.passphrase_file))
    with connect(request.connection) as session:
        if all_labels:
            _print_labels(list(labeltable.label_table(session, request, known_map)), options.form)
        else:
            _print_series(list(preview.sample(session, request, known_map, _SAMPLES_PER_JOB)), options.form)


def _print_series(series: list[preview.SampleSeries], form: FormatOptions) -> None:
    if form.json:
        render.print_json({"metrics": [{**asdict(one), "labels": one.after} for one in series]})
        return
    for one in series:
        facts = [("before", _labels(one.before)), ("after", _labels(one.after))]
        render.print_facts(f"{one.name or '(no name)'} = {one.value}", facts)


def _labels(labels: dict[str, str]) -> str:
    return ", ".join(f'{name}="{value}"' for name, value in sorted(labels.items()) if name != "__name__")


def _print_labels(rows: list[labeltable.LabelRow], form: FormatOptions) -> None:
    if form.json:
        render.print_json({"labels": [asdict(row) for row in rows]})
        return
    columns = ("label", "of", "values", "mapped", "what and why", "for example")
    render.print_table(columns, map(_row, rows), right=(2, 3))


def _row(row: labeltable.LabelRow) -> tuple[str, ...]:
    name = row.label if row.label == row.label_after else f"{row.label} → {row.label_after}"
    of = "" if not row.metric else row.metric + (f" and {row.metrics - 1} more" if row.metrics > 1 else "")
    examples = "; ".join(
        before if before == after else f"{before} → {'(left out)' if after is None else after}"
        for before, after in row.examples
    )
    return name, of, render.count(row.values), render.count(row.mapped), f"{row.action}: {row.why}", examples

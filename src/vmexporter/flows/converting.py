"""A bundle of the other form: its metrics go into a private VictoriaMetrics, and come back as blocks or as lines.

No label policy and no map is at work: the labels of the bundle are as they may be already. What comes back from the
server has to be a series of the checked bundle, label for label, or the conversion stops.
"""

from __future__ import annotations

from collections.abc import Generator, Iterable, Iterator
from contextlib import ExitStack, closing
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime
from functools import partial
from pathlib import Path
from typing import Final

from vmexporter import __version__
from vmexporter.bundle.files import scratch_folder
from vmexporter.bundle.metricsfile import MetricsFile, open_metrics
from vmexporter.bundle.writer import BundlePaths, BundleWriter, Head
from vmexporter.core.formats import ENTRIES, Format, label_cache
from vmexporter.core.importing.edits import Edits
from vmexporter.core.lines import LabelCache
from vmexporter.core.manifest import ConversionEntry, Manifest, WindowEntry
from vmexporter.core.plan import Plan
from vmexporter.core.privacy.labels import Pair, fingerprint
from vmexporter.core.request import ObfuscationChoice, Selection, TimeRange
from vmexporter.core.times import format_utc
from vmexporter.core.windows import split_by_month, split_range
from vmexporter.errors import InvalidInput, LeakFound, PartialData
from vmexporter.flows.events import Event, Finished, Progress
from vmexporter.flows.finishing import counts_entry, window_entry
from vmexporter.flows.forms import line_window_ms
from vmexporter.flows.loading import Load
from vmexporter.flows.readahead import in_background
from vmexporter.flows.readme import readme
from vmexporter.flows.running import Run, Tally
from vmexporter.flows.session import open_session
from vmexporter.flows.starting import start_server
from vmexporter.flows.world import World
from vmexporter.tsdb.private import find_program

_EVERYTHING: Final = '{__name__!=""}'


@dataclass(frozen=True, slots=True)
class Conversion:
    """Which bundle becomes which one; *program* is the VictoriaMetrics to use, "" for the one on PATH."""

    bundle: Path
    form: Format
    output: Path
    program: str = ""


@dataclass(slots=True)
class KnownSeries:
    """The series of the checked bundle, of one form, by fingerprint; and those that have come back."""

    form: Format
    known: set[int] = field(default_factory=set)
    returned: set[int] = field(default_factory=set)
    _parts: LabelCache = field(init=False)

    def __post_init__(self) -> None:
        self._parts = label_cache(self.form, self._learn)

    def watch(self, label_part: bytes, *_: int) -> None:
        """Note the series of a line or block of the bundle."""
        self._parts.get(label_part)

    def _learn(self, pairs: list[Pair]) -> list[Pair]:
        self.known.add(_name(pairs))
        return pairs

    def require(self, pairs: list[Pair]) -> list[Pair]:
        """The labels that the server gave, if they are those of a series of the bundle.

        Raises:
            LeakFound: they are not.
        """
        name = _name(pairs)
        if name not in self.known:
            raise LeakFound(
                "cannot convert the bundle: the server gave a series that is not in it",
                hint="nothing of it was written; a newer VictoriaMetrics may keep all labels as they are",
                kind="a series that nobody has checked",
                place="labels",
            )
        self.returned.add(name)
        return pairs


def _name(pairs: list[Pair]) -> int:
    return fingerprint([pair for pair in pairs if pair[1]])  # an empty label is none: servers leave it out


def convert(conversion: Conversion, world: World) -> Iterator[Event]:
    """Write the bundle in its other form; the last event is ``Finished``. Nothing is left when it does not come to it.

    Raises:
        BundleDamaged: the bundle is not what its checksums and its manifest say.
        InvalidInput: it has that form already, or there is no VictoriaMetrics that can read it.
        QueryRejected: the VictoriaMetrics does not take it.
        LeakFound: something else than the bundle's series came back.
        PartialData: not all of it came back.
        OutputFailed: the output exists, or cannot be written.
    """
    started_s = world.monotonic_s()
    program = find_program(conversion.program)
    head = Head(datetime.fromtimestamp(world.now_ms() / 1000, UTC), ENTRIES[conversion.form])
    # First, so that a name that is taken is told before the bundle is read.
    writer = BundleWriter.create(BundlePaths(conversion.output), {}, head)
    with ExitStack() as undoing:
        undoing.callback(writer.discard)
        passed = yield from _pass_through(replace(conversion, program=program), writer, world)
        _require_whole(passed)
        manifest = _converted(conversion.form, passed).model_copy(
            update={
                "sha256": {ENTRIES[conversion.form]: writer.text_sha256()},
                "converted": _conversion_entry(passed.before, passed.release, world.now_ms()),
            }
        )
        entries = {"metadata.json": manifest.to_json().encode(), "README.txt": readme(manifest).encode()}
        sha256 = writer.close(entries)
        undoing.pop_all()
    yield Finished(manifest, conversion.output, sha256, writer.compressed_bytes, None, world.monotonic_s() - started_s)


@dataclass(frozen=True, slots=True)
class _Passed:
    """What went through the server: what it was before, what is in the new bundle, which server it was."""

    before: Manifest
    tally: Tally
    series: int
    release: str


def _pass_through(conversion: Conversion, writer: BundleWriter, world: World) -> Generator[Event, None, _Passed]:
    with ExitStack() as stack:
        file = stack.enter_context((yield from in_background(partial(open_metrics, conversion.bundle))))
        before = _manifest_of(file, conversion.form)
        folder = stack.enter_context(scratch_folder())
        server = yield from start_server(stack, conversion.program, folder)
        known = KnownSeries(file.form)
        yield from _half(Load(server, file, Edits(), known.watch).events(world), 0.0)
        session = yield from in_background(lambda: open_session(server.client, server.connection))
        plan = _plan(before, conversion.form)
        run = Run(session, plan, known.require, writer, world)
        yield from _half(run.events(plan.slices, Tally(), tuple), 0.5)
        return _Passed(before, run.tally, len(known.returned), server.release)


def _manifest_of(file: MetricsFile, form: Format) -> Manifest:
    if file.manifest is None:
        raise InvalidInput("cannot convert: only bundles that vmexporter has made can be", field="bundle")
    if file.form == form:
        raise InvalidInput(f"cannot convert the bundle: it holds {ENTRIES[form]} already", field="to")
    return file.manifest


def _half(events: Iterator[Event], begin: float) -> Iterator[Event]:
    """*events*, whose progress is one half of the whole."""
    with closing(events):  # type: ignore[type-var]
        for event in events:
            if isinstance(event, Progress):
                yield replace(event, done=begin + event.done / 2, eta_s=None)
            else:
                yield event


def _plan(manifest: Manifest, form: Format) -> Plan:
    """What to ask the private server for: everything."""
    whole, samples = manifest.time_range, manifest.counts.samples
    time_range = TimeRange(start_ms=whole.start_ms, end_ms=whole.end_ms)
    if form == "native":
        slices = split_by_month(time_range)
    else:
        slices = split_range(time_range, line_window_ms(time_range, samples))
    return Plan(
        time_range=time_range,
        selection=Selection(selectors=(_EVERYTHING,)),
        obfuscation=ObfuscationChoice(level="none"),
        require_complete=True,
        selectors=(_EVERYTHING,),
        slices=tuple(slices),
        estimated_samples=samples,
        form=form,
    )


def _conversion_entry(before: Manifest, release: str, now_ms: int) -> ConversionEntry:
    return ConversionEntry(
        format=before.format,
        sha256=before.sha256[before.entry],
        samples=before.counts.samples,
        rungs=before.rungs,
        server=release,
        version=__version__,
        date=format_utc(now_ms),
    )


def _converted(form: Format, passed: _Passed) -> Manifest:
    """The manifest of the result: what is said of source, selection and privacy stays as it is."""
    before, tally = passed.before, passed.tally
    windows = map(window_entry, tally.windows, tally.sizes)
    return before.model_copy(
        update={
            "format": form,
            "metrics_count": tally.counts.lines,
            "rungs": tuple(dict.fromkeys(window.rung for window in tally.windows)),
            "counts": counts_entry(form, passed.series, tally.counts),
            "windows": tuple(_inherited(window, before.windows) for window in windows),
        }
    )


def _inherited(window: WindowEntry, before: Iterable[WindowEntry]) -> WindowEntry:
    """*window*, as coarse and as partial as the windows were that its samples come from."""
    sources = [one for one in before if one.start_ms <= window.end_ms and one.end_ms >= window.start_ms]
    return window.model_copy(
        update={
            "partial": any(one.partial for one in sources),
            "step_ms": max((one.step_ms for one in sources), default=0),
        }
    )


def _require_whole(passed: _Passed) -> None:
    expected, given = passed.before.counts.samples, passed.tally.counts.samples
    if given != expected:
        raise PartialData(
            f"cannot convert the bundle: VictoriaMetrics gave back {given:,} of {expected:,} samples",
            hint="name another VictoriaMetrics with --victoria-metrics",
        )

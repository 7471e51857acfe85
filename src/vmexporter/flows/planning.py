"""From a request to a plan: which selectors, in which slices, and what is known of them beforehand.

In component mode the selectors are exact (job, instance) pairs that reported ``vm_app_version`` inside the range, so
that no other program's series can come along.
"""

from __future__ import annotations

from vmexporter.core.components import Instance, choose, components_of_jobs
from vmexporter.core.plan import DEFAULT_STEP_MS, Plan
from vmexporter.core.request import ExportRequest, Selection
from vmexporter.core.selectors import parse_selector, require_selector
from vmexporter.core.windows import split_by_month, split_range
from vmexporter.errors import InvalidInput, PartialData, VmexporterError
from vmexporter.flows.discovery import Discovery, discover, estimate_samples, require_components
from vmexporter.flows.forms import ChosenForm, choose_form, line_window_ms, native_slices
from vmexporter.flows.session import Session

_MOST_WINDOWS = 100_000
_MAX_POINTS = 10_000  # of a query_range: Prometheus refuses more than 11,000 a series


def make_plan(session: Session, request: ExportRequest) -> Plan:
    """Look at the server and decide what will be asked for.

    Raises:
        InvalidInput: the selection names nothing that exists, or is not what it should be.
        PartialData: a complete export is wanted, and a part of the server cannot say what there is.
        VmexporterError: the server cannot be asked.
    """
    if request.selection.mode == "components":
        found = discover(session, request.time_range)
        if found.partial and request.require_complete:
            raise PartialData(
                "cannot export completely: a part of the server is down, so components may be missing",
                hint="wait until all vmstorage nodes are up, or leave --require-complete out for a partial bundle",
            )
        try:
            return _components_plan(require_components(found), request, choose_form(session, request))
        except InvalidInput as error:
            if found.partial:
                error.hint = "a part of the server is down: it may be found when all vmstorage nodes are up"
            raise
    return _selected_plan(session, request)


def _selected_plan(session: Session, request: ExportRequest) -> Plan:
    form = choose_form(session, request)
    selectors = _checked_selectors(session, request.selection)
    window_ms = _window_ms(request)
    step_ms = request.selection.step_ms
    if request.selection.mode == "query":
        step_ms = step_ms or DEFAULT_STEP_MS
        window_ms = min(window_ms, step_ms * _MAX_POINTS)
    if form.form == "native":
        slices = split_by_month(request.time_range)
    else:
        slices = split_range(request.time_range, window_ms, step_ms=step_ms)
    return Plan(
        time_range=request.time_range,
        selection=request.selection,
        obfuscation=request.obfuscation,
        require_complete=request.require_complete,
        selectors=selectors,
        slices=tuple(slices),
        components_of_job=_known_components(session, request),
        sampling_step_ms=step_ms or DEFAULT_STEP_MS,
        notes=form.notes,
        form=form.form,
    )


def _components_plan(found: Discovery, request: ExportRequest, form: ChosenForm) -> Plan:
    chosen = choose(found.instances, request.selection)
    named = [instance for instance in chosen if instance.target.job or instance.target.instance]
    notes = found.notes + form.notes
    if len(named) < len(chosen):
        notes += ("a component without job and instance labels is left out: nothing tells its series from all others",)
    if not named:
        raise InvalidInput(
            "cannot export: the components found have neither job nor instance labels",
            hint="give their series with --selector",
        )
    step_ms = request.selection.step_ms
    estimated = estimate_samples(named)
    if form.form == "native":
        slices = native_slices(request.time_range, [instance.target.job for instance in named], estimated)
    else:
        slices = split_range(request.time_range, _window_ms(request, estimated), step_ms=step_ms)
    return Plan(
        time_range=request.time_range,
        selection=request.selection,
        obfuscation=request.obfuscation,
        require_complete=request.require_complete,
        targets=tuple(instance.target for instance in named),
        slices=tuple(slices),
        instances=tuple(named),
        components_of_job=components_of_jobs(found.instances),
        sampling_step_ms=step_ms or _scrape_interval_ms(named),
        estimated_samples=estimated if not step_ms else None,
        notes=notes,
        partial=found.partial,
        form=form.form,
    )


def _checked_selectors(session: Session, selection: Selection) -> tuple[str, ...]:
    if selection.mode == "selectors":
        return tuple(str(require_selector(text)) for text in selection.selectors)
    if parse_selector(selection.query) is not None:
        raise InvalidInput(
            "cannot use the query: it is a selector, whose raw samples can be had",
            hint="give it with --selector; add --step to thin the samples",
            field="query",
        )
    if why := session.api.refusal_of(selection.query):
        raise InvalidInput(f"cannot use the query: the server cannot parse it: {why}", field="query")
    return (selection.query,)


def _window_ms(request: ExportRequest, estimated_samples: int | None = None) -> int:
    """The window that was asked for, else the one of ``line_window_ms``.

    Raises:
        InvalidInput: the window that was asked for is so short that nobody can mean it.
    """
    if request.window_ms:
        if request.time_range.length_ms // request.window_ms > _MOST_WINDOWS:
            raise InvalidInput(
                f"cannot use the window: the range would come in more than {_MOST_WINDOWS:,} windows",
                hint="give a longer --window, or none",
                field="window",
            )
        return request.window_ms
    return line_window_ms(request.time_range, estimated_samples)


def _known_components(session: Session, request: ExportRequest) -> dict[str, frozenset[str]]:
    """The components of jobs, for their pseudonyms; without them a job is just ``job-N``."""
    if not request.obfuscation.enabled:
        return {}
    try:
        return components_of_jobs(discover(session, request.time_range, count_series=False).instances)
    except VmexporterError:
        return {}


def _scrape_interval_ms(instances: list[Instance]) -> int:
    """The shortest mean distance of two samples of an instance, in whole seconds; the default where none is known."""
    distances = [
        (instance.last_ms - instance.first_ms) // (instance.scrapes - 1)
        for instance in instances
        if instance.scrapes > 1 and instance.last_ms > instance.first_ms
    ]
    return max(1000, round(min(distances) / 1000) * 1000) if distances else DEFAULT_STEP_MS

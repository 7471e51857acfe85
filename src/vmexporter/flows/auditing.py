"""Audits a finished bundle, or one just before it gets its name: reopens the ZIP and lets core judge all that is in it.

Inflating and judging take turns in two threads. A bundle is clean when nothing at all was found: fail closed.
"""

from __future__ import annotations

import json
import sys
from collections import Counter
from collections.abc import Generator, Iterator, Mapping
from contextlib import closing
from dataclasses import asdict, dataclass
from pathlib import Path
from threading import Semaphore
from typing import Any

from vmexporter.bundle.audit_reader import AuditReader
from vmexporter.bundle.files import write_private
from vmexporter.core.privacy.audit import Audit, Finding
from vmexporter.core.privacy.auditing.blocks import BlockAudit
from vmexporter.core.privacy.auditing.claims import BLOCKS, LINES, Claims
from vmexporter.core.privacy.auditing.lines import LineAudit
from vmexporter.errors import BundleDamaged, InvalidInput, LeakFound
from vmexporter.flows.allocator import keep_freed_memory
from vmexporter.flows.readahead import Exhausted, ReadAhead

MANIFEST = "metadata.json"
_MOST_TEXT_BYTES = 64 << 20
_WAIT_S = 1.0
_BLOCKS = 2  # of a megabyte each: one is looked at while the other one is inflated
_SWITCH_S = 0.000_05  # the thread that inflates needs the interpreter often and briefly; by default it waits 5 ms
_MOST_KINDS_TOLD = 6
MapDocument = bytes | Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class AuditReport:
    """What was searched and what was found: no value is in it. ``lines`` are lines or blocks of ``entry``."""

    bundle: str
    level: str
    originals: int
    spellings: int
    lines: int
    entry: str
    found: int
    visible_by_choice: int
    findings: tuple[Finding, ...]

    @property
    def by_kind(self) -> dict[str, int]:
        """How many findings there are of each kind."""
        counts: Counter[str] = Counter()
        for finding in self.findings:
            counts[finding.kind] += finding.count
        return dict(sorted(counts.items()))

    def report_json(self) -> str:
        """The report as a JSON document."""
        return json.dumps({**asdict(self), "by_kind": self.by_kind}, indent=1) + "\n"


def audit_file(path: Path, map_document: MapDocument, tables: Mapping[str, str]) -> AuditReport:
    """Search all of *path*; *map_document* is the map as JSON or parsed, *tables* are texts by file name.

    Raises:
        BundleDamaged: it is no bundle, or the map is none.
        InvalidInput: the map is another export's.
    """
    document = _parsed(map_document)
    keep_freed_memory()
    try:
        with AuditReader(path) as reader:
            manifest = _manifest(reader)
            _require_map_of(manifest, document, path)
            claims = Claims.of_manifest(manifest)
            audit = Audit(tables, document, claims)
            lines = _search(reader, audit)
    except OSError as error:
        raise BundleDamaged(f"cannot read the bundle {path}: {(error.strerror or '').lower()}") from error
    findings = tuple(audit.findings())
    return AuditReport(
        bundle=path.name,
        level=audit.level,
        originals=audit.originals,
        spellings=audit.spellings,
        lines=lines,
        entry=claims.metrics,
        found=sum(finding.count for finding in findings),
        visible_by_choice=audit.visible_by_choice,
        findings=findings,
    )


def _require_map_of(manifest: Mapping[str, Any], document: Mapping[str, Any], path: Path) -> None:
    is_known = manifest.get("map_id") == document.get("map_id") if document else not manifest.get("obfuscated")
    if not is_known:
        raise InvalidInput(
            f"cannot audit {path.name} with this map: it is another export's",
            hint="give the map that lies beside the bundle",
            field="map",
        )


def require_clean(path: Path, map_document: MapDocument, tables: Mapping[str, str]) -> AuditReport:
    """Audit *path*, and write a report beside it if anything was found.

    Raises:
        LeakFound: something was found; *path* must not get its final name.
        BundleDamaged, InvalidInput: it cannot be audited.
        OutputFailed: the report cannot be written.
    """
    report = audit_file(path, map_document, tables)
    if report.found:
        beside = report_path(path)
        beside.unlink(missing_ok=True)
        write_report(beside, report)
        raise leak(report, f"nothing leaves this machine; {beside} says where, and stays here")
    return report


def leak(report: AuditReport, hint: str) -> LeakFound:
    """The error that says how much was found, by kind."""
    kinds = sorted(report.by_kind.items(), key=lambda kind: -kind[1])
    told = ", ".join(f"{count} {kind}" for kind, count in kinds[:_MOST_KINDS_TOLD])
    more = f" and {len(kinds) - _MOST_KINDS_TOLD} more kinds" if len(kinds) > _MOST_KINDS_TOLD else ""
    return LeakFound(f"cannot vouch for the bundle: its audit found private content: {told}{more}", hint=hint)


def report_path(path: Path) -> Path:
    """Where the report on *path* is written."""
    return path.with_name(path.name.removesuffix(".part").removesuffix(".zip") + ".leak_report.json")


def write_report(path: Path, report: AuditReport) -> None:
    """Write the report to a new file of mode 0600.

    Raises:
        OutputFailed: the file exists, or cannot be written.
    """
    write_private(path, report.report_json().encode())


def _search(reader: AuditReader, audit: Audit) -> int:
    """Judge everything; the number of lines."""
    for around in reader.surroundings():
        if around.stray:
            audit.note("stray-bytes", around.place)
        if around.content:
            audit.text(around.place, around.content.decode("utf-8", "surrogateescape"))
    entry = _metrics_entry(reader)
    metrics = BlockAudit(audit.labels) if entry == BLOCKS else LineAudit(audit.labels)
    for number, name in enumerate(reader.names):
        if name == entry:
            with closing(_ahead(reader.texts(number))) as blocks:
                for block in blocks:
                    metrics.feed(block)
        else:
            known = name in {MANIFEST, "README.txt"}
            audit.text(name if known else f"entry {number + 1}", _small(reader, number))
    metrics.finish()
    if isinstance(metrics, BlockAudit):
        audit.note("not-a-name", entry, metrics.bad_names)
        audit.note("not-a-block", entry, metrics.bad_blocks)
        return metrics.blocks
    audit.note("not-a-line", entry, metrics.bad_lines)
    audit.note("not-a-number", entry, metrics.bad_samples)
    return metrics.lines


def _ahead(blocks: Iterator[bytes]) -> Generator[bytes]:
    """*blocks*, each made while the one before is looked at, and no more than that: they are large."""
    room = Semaphore(_BLOCKS)
    ahead = ReadAhead(_paced(blocks, room), room.release)
    switch_s = sys.getswitchinterval()
    sys.setswitchinterval(_SWITCH_S)
    try:
        while True:
            try:
                block = ahead.get(_WAIT_S)
            except Exhausted:
                return
            if block is not None:
                yield block
                del block
                room.release()
    finally:
        sys.setswitchinterval(switch_s)
        ahead.close()


def _paced(blocks: Iterator[bytes], room: Semaphore) -> Iterator[bytes]:
    while room.acquire():
        try:
            yield next(blocks)
        except StopIteration:
            return


def _small(reader: AuditReader, number: int) -> str:
    size, blocks = 0, []
    for block in reader.texts(number):
        size += len(block)
        if size > _MOST_TEXT_BYTES:
            raise BundleDamaged(f"cannot audit the bundle: its entry {number + 1} is too large to be searched")
        blocks.append(block)
    return b"".join(blocks).decode("utf-8", "surrogateescape")


def _manifest(reader: AuditReader) -> dict[str, Any]:
    if reader.names.count(MANIFEST) != 1:
        raise BundleDamaged(f"cannot audit the bundle: it does not hold one {MANIFEST}")
    _metrics_entry(reader)
    return _object(
        _small(reader, reader.names.index(MANIFEST)), f"cannot audit the bundle: its {MANIFEST} is no JSON object"
    )


def _metrics_entry(reader: AuditReader) -> str:
    found = [name for name in reader.names if name in {LINES, BLOCKS}]
    if len(found) != 1:
        raise BundleDamaged(f"cannot audit the bundle: it does not hold one {LINES} or one {BLOCKS}")
    return found[0]


def _parsed(document: MapDocument) -> Mapping[str, Any]:
    if isinstance(document, Mapping):
        return document
    return _object(document.decode("utf-8", "replace"), "cannot audit with this map: it is no JSON object")


def _object(text: str, why: str) -> dict[str, Any]:
    try:
        found = json.loads(text)
    except (ValueError, RecursionError) as error:
        raise BundleDamaged(why) from error
    if not isinstance(found, dict):
        raise BundleDamaged(why)
    return found

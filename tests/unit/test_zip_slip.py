"""Names in a ZIP that lead out of its folder: no command makes a file of such a name, anywhere."""

from __future__ import annotations

import contextlib
import zipfile
from pathlib import Path

import pytest

from tests.unit import audit_bundles, bundles
from vmexporter.bundle.reader import inspect, metrics_text
from vmexporter.core.privacy.mapping import PseudonymMap
from vmexporter.errors import BundleDamaged, VmexporterError
from vmexporter.flows.auditing import audit_file
from vmexporter.flows.revealing import reveal_bundle
from vmexporter.flows.world import World

NAMES = [
    "../evil",
    "../../evil",
    "/evil",
    "sub/../../evil",
    "..\\evil",
    "C:\\evil",
    "metrics.jsonl/../../evil",
    "sub/evil",
]


@pytest.mark.parametrize("name", NAMES)
def test_nothing_is_made_of_such_a_name(tmp_path: Path, name: str) -> None:
    place = tmp_path / "deep" / "er"
    place.mkdir(parents=True)
    path = bundles.make_bundle(place, bundles.TEXTS)
    with zipfile.ZipFile(path, "a") as archive:
        archive.writestr(name.replace("/evil", f"{tmp_path}/evil") if name == "/evil" else name, b"evil")
    before = set(tmp_path.rglob("*"))
    with pytest.raises(BundleDamaged):
        inspect(path)
    for read in (
        lambda: list(metrics_text(path)),
        lambda: audit_file(path, audit_bundles.document(), audit_bundles.TABLES),
        lambda: list(reveal_bundle(path, place / "revealed.zip", PseudonymMap(bytes(32)), World())),
    ):
        with contextlib.suppress(VmexporterError):
            read()
    assert set(tmp_path.rglob("*")) - before <= {place / "revealed.zip", place / "revealed.zip.sha256"}
    assert not list(Path.cwd().glob("*evil*"))

"""Exports again and again, eight at once, pages open all the while: nothing grows, nothing is left (see endurance)."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.hard.endurance import under_load

pytestmark = pytest.mark.real

LASTS_S = 120  # `make endurance` takes thirty minutes


@pytest.mark.timeout(600)
def test_nothing_grows_and_nothing_is_left(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    temporary = tmp_path / "temporary"
    temporary.mkdir()
    monkeypatch.setenv("TMPDIR", str(temporary))  # of the page's server
    with under_load(tmp_path) as endurance:
        endurance.last(LASTS_S)
        assert list(endurance.findings()) == []
        assert not [path for path in temporary.iterdir() if not path.name.startswith("vmexporter-lab-")]
    assert endurance.asked > 20

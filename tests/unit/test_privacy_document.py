"""The lines of docs/privacy.md with which anybody can check a bundle do what the page says."""

from __future__ import annotations

import json
import re
import subprocess
import sys
import zipfile
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
PAGE = (ROOT / "docs" / "privacy.md").read_text("utf-8")


@pytest.fixture
def check(tmp_path: Path) -> Path:
    """The script, as it stands on the page."""
    found = re.search(r"```python\n(.*?)```", PAGE, re.DOTALL)
    assert found
    assert found[1].count("\n") <= 10
    path = tmp_path / "check.py"
    path.write_text(found[1])
    return path


def run(check: Path, text: str, *words: str) -> str:
    folder = check.parent
    with zipfile.ZipFile(folder / "bundle.zip", "w") as bundle:
        bundle.writestr("metrics.jsonl", text)
        bundle.writestr("README.txt", "nothing")
    kinds = {
        "name": {"name-1": "acme.shop"},
        "tenant": {"777000001": "4242"},
        "removed": {"x<removed>": "0123456789abcdef"},
    }
    (folder / "map.json").write_text(json.dumps({"kinds": kinds}))
    command = [sys.executable, *map(str, (check, folder / "bundle.zip", folder / "map.json")), *words]
    told: str = subprocess.run(command, capture_output=True, text=True, check=True).stdout
    return told


def test_a_clean_bundle(check: Path) -> None:
    assert run(check, "name-1 4242 0123456789abcdef acmexshop Secret Customers", "secret customer") == (
        "3 private values, 0 found\n"
    )


def test_originals_and_own_words_in_any_case(check: Path) -> None:
    told = run(check, 'x="ACME.Shop", y="a Secret Customer"', "secret customer")
    assert told == (
        "acme.shop stands in metrics.jsonl\nsecret customer stands in metrics.jsonl\n3 private values, 2 found\n"
    )


def test_every_option_on_the_page_exists() -> None:
    told = ""
    for command in ("export", "sample", "policy", "audit", "reveal", "map"):
        told += subprocess.run(
            [sys.executable, "-m", "vmexporter", command, "--help"],
            capture_output=True, text=True, check=True, env={"PYTHONPATH": str(ROOT / "src"), "COLUMNS": "200"},
        ).stdout  # fmt: skip
    for option in sorted(set(re.findall(r"(?<=[` ])--[a-z-]+", PAGE))):
        assert option in told, option

"""The completions at work in the shells they are for; bash is everywhere, the others where they are installed."""

from __future__ import annotations

import shutil
import subprocess

import pytest

from tests.rules.source import ROOT

FOLDER = ROOT / "packaging" / "completions"
COMPLETED = [
    ("vmexporter exp", "export"),
    ("vmexporter map me", "merge"),
    ("vmexporter export http://vm --require", "--require-complete"),
    ("vmexporter export http://vm --log-format j", "json"),
    ("vmexporter map show m.json --pass", "--passphrase-file"),
]


def answers(shell: str, script: str) -> list[str]:
    if not shutil.which(shell):
        pytest.skip(f"there is no {shell}")
    ended = subprocess.run([shell, "-c", script], capture_output=True, check=True, encoding="utf-8", timeout=30)
    assert ended.stderr == ""
    return ended.stdout.split()


@pytest.mark.parametrize(("typed", "completed"), COMPLETED)
def test_bash(typed: str, completed: str) -> None:
    words = typed.split(" ")
    array = " ".join(f'"{word}"' for word in words)
    script = f"source {FOLDER}/vmexporter.bash; COMP_WORDS=({array}); COMP_CWORD={len(words) - 1}; _vmexporter"
    assert answers("bash", f'{script}; printf "%s\\n" "${{COMPREPLY[@]}}"') == [completed]


@pytest.mark.parametrize(("typed", "completed"), COMPLETED)
def test_fish(typed: str, completed: str) -> None:
    script = f"source {FOLDER}/vmexporter.fish; complete -C '{typed}'"
    assert answers("fish", script)[:1] == [completed]


def test_zsh_reads_it() -> None:
    answers("zsh", f"zsh -n {FOLDER}/_vmexporter")


def test_bash_offers_files_where_a_file_is_meant() -> None:
    script = f'compopt() {{ echo "$@"; }}; source {FOLDER}/vmexporter.bash; COMP_WORDS=(vmexporter export --map x)'
    assert answers("bash", f"{script}; COMP_CWORD=3; _vmexporter") == ["-o", "default"]

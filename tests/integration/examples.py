"""The shell examples of the documents, and how they are run: as one shell that follows a page from top to bottom.

An example is a fenced block ``sh`` (a script) or ``console`` (commands behind ``$``, and what they print). A comment
right above it says more: ``<!-- not run: why -->`` leaves it out, ``<!-- until: text -->`` ends its command once it has
printed the text. A command has to succeed unless ``echo $?`` and another status stand behind it; the words that begin
the lines which a console shows have to come.
"""

from __future__ import annotations

import re
import shlex
import subprocess
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
LANGUAGES = frozenset({"sh", "console"})
OTHER_SHELLS = frozenset({"bash", "shell", "zsh", "shell-session", "terminal"})
BLOCK = re.compile(
    r"(?:^<!-- *(?P<note>[^\n]*?) *-->\n)?^ *```(?P<language>[\w-]+)[^\n]*\n(?P<text>.*?)^ *```$",
    re.MULTILINE | re.DOTALL,
)
STATUS_ASKED = "echo $?"
FIRST_WORD = re.compile(r" *([A-Za-z]{3,})(?![\w-])")
TIMEOUT_S = 240.0  # three dozen programs start, one after the other, on whatever machine


@dataclass(frozen=True)
class Command:
    """A command of a console, the status it has to end with, and the lines it is shown to print."""

    text: str
    status: int
    shown: tuple[str, ...]


@dataclass(frozen=True)
class Example:
    """A block of a page; ``note`` is the comment above it."""

    page: str
    number: int
    language: str
    text: str
    note: str

    @property
    def place(self) -> str:
        """``docs/api.md:21``."""
        return f"{self.page}:{self.number}"

    @property
    def left_out(self) -> str:
        """Why it is not run; nothing if it is."""
        kind, _, why = self.note.partition(":")
        return why.strip() if kind == "not run" else ""

    @property
    def until(self) -> str:
        """The text after which its command is ended; nothing if it ends by itself."""
        kind, _, text = self.note.partition(":")
        return text.strip() if kind == "until" else ""


def documents() -> list[Path]:
    """The pages that have examples for their readers."""
    outside = (ROOT / name for name in ("README.md", "CONTRIBUTING.md", "bench/README.md"))
    return [*outside, *sorted(ROOT.glob("docs/**/*.md"))]


def blocks(page: str, text: str) -> Iterator[Example]:
    """All fenced blocks of a page that name a language."""
    for found in BLOCK.finditer(text):
        number = text.count("\n", 0, found.start("language")) + 1
        yield Example(page, number, found["language"], found["text"], found["note"] or "")


def commands(console: str) -> list[Command]:
    """The commands of a console."""
    parts = [part.split("\n") for part in re.split(r"^\$ ", console, flags=re.MULTILINE)[1:]]
    found: list[Command] = []
    for lines in parts:
        length = next((place for place, line in enumerate(lines, 1) if not line.endswith("\\")), len(lines))
        text, shown = "\n".join(lines[:length]), tuple(line for line in lines[length:] if line.strip())
        if text == STATUS_ASKED:
            found[-1] = Command(found[-1].text, int(shown[0]), found[-1].shown)
        else:
            found.append(Command(text, 0, shown))
    return found


def script(examples: list[Example], folder: Path) -> str:
    """A shell script that follows *examples*; what it prints goes to ``folder/printed``, a file for each command."""
    steps = []
    for example in examples:
        steps.append(f"at={shlex.quote(example.place)}")
        if example.language == "sh":
            steps += ["set -e", example.text, "set +e"]
        for command in commands(example.text) if example.language == "console" else ():
            printed = shlex.quote(str(folder / "printed"))
            steps += [_step(command, example.until, printed), f"check {printed} {_words(command.shown)}"]
    return "\n".join((_PRELUDE, *steps, "at=end\n"))


def _step(command: Command, until: str, printed: str) -> str:
    if until:
        return f"{command.text} > {printed} 2>&1 &\nended_after {shlex.quote(until)} {printed}"
    return f"{{ {command.text}\n}} > {printed} 2>&1 < /dev/null\nended_with $? {command.status} {printed}"


def _words(shown: tuple[str, ...]) -> str:
    """The first words of what is shown, as arguments; a line that begins with no word promises nothing."""
    return " ".join(dict.fromkeys(word[1] for word in map(FIRST_WORD.match, shown) if word))


_PRELUDE = """
fail() { echo "$at: $1" >&2; [ -z "$2" ] || tail -n 20 "$2" >&2; trap - EXIT; exit 1; }
trap '[ "$at" = end ] || echo "$at: a command of this example failed" >&2' EXIT
ended_with() { [ "$1" = "$2" ] || fail "ended with status $1 in place of $2" "$3"; }
ended_after() {
    for _ in $(seq 300); do ! grep -q -e "$1" "$2" || break; kill -0 $! 2>/dev/null || break; sleep 0.1; done
    kill $! 2>/dev/null
    wait $!
    grep -q -e "$1" "$2" || fail "never printed $1" "$2"
}
check() {
    file=$1; shift
    for word; do grep -q -w -e "$word" "$file" || fail "printed no line with the word $word" "$file"; done
}
"""


def follow(examples: list[Example], folder: Path, environment: Mapping[str, str], places: Mapping[str, str]) -> str:
    """Run *examples* in *folder*, names of *places* replaced; what went wrong, or nothing."""
    text = script(examples, folder)
    for name, place in places.items():
        text = text.replace(name, place)
    ran = subprocess.run(
        ["bash", "-c", text], cwd=folder, env=dict(environment), stdin=subprocess.DEVNULL,
        capture_output=True, encoding="utf-8", timeout=TIMEOUT_S, check=False,
    )  # fmt: skip
    if ran.returncode == 0:
        return ""
    return f"{ran.stdout[-1000:]}\n{ran.stderr[-3000:]}\nstatus {ran.returncode}"

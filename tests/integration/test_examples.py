"""Every shell example of the documents does what it says: each page is followed in a shell, against real servers."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.integration.examples import LANGUAGES, OTHER_SHELLS, ROOT, Command, blocks, commands, documents, follow
from tests.integration.examplesite import ExampleSite

BLOCKS = [block for path in documents() for block in blocks(str(path.relative_to(ROOT)), path.read_text("utf-8"))]
EXAMPLES = [block for block in BLOCKS if block.language in LANGUAGES]
FOLLOWED = [example for example in EXAMPLES if not example.left_out]
PAGES = list(dict.fromkeys(example.page for example in FOLLOWED))


@pytest.fixture(scope="module")
def site(tmp_path_factory: pytest.TempPathFactory) -> Iterator[ExampleSite]:
    with ExampleSite(tmp_path_factory.mktemp("examples")) as site:
        yield site


@pytest.mark.real
@pytest.mark.timeout(300)
@pytest.mark.parametrize("page", PAGES)
def test_a_page_can_be_followed(page: str, site: ExampleSite) -> None:
    examples = [example for example in FOLLOWED if example.page == page]
    text = "".join(example.text for example in examples)
    wrong = follow(examples, site.reader(page.replace("/", "-"), text), site.environment, site.places)
    assert not wrong, f"an example of {page} does not work as it stands (mark it, if it cannot be run):\n{wrong}"


def test_every_example_is_of_a_known_kind() -> None:
    assert len(FOLLOWED) >= 30
    assert [block.place for block in BLOCKS if block.language in OTHER_SHELLS] == []
    marked = [example for example in EXAMPLES if example.note and not (example.left_out or example.until)]
    assert [example.place for example in marked] == []


def test_examples_are_read() -> None:
    text = "a\n<!-- not run: no time -->\n```sh\nls\n```\n\n```console\n$ a \\\n  b\nout\n$ c\n$ echo $?\n5\n```\n"
    first, second, third = blocks("x.md", text + "```json\n{}\n```\n")
    assert (first.place, first.left_out, first.text) == ("x.md:3", "no time", "ls\n")
    assert commands(second.text) == [Command("a \\\n  b", 0, ("out",)), Command("c", 5, ())]
    assert (third.language, third.note) == ("json", "")


@pytest.mark.parametrize(
    ("text", "wrong"),
    [
        ("```sh\ntrue\n```", ""),
        ("```sh\nfalse\n```", "x.md:1"),
        ("```sh\nf() { true; }\n```\n```sh\nf\n```", ""),
        ("```console\n$ echo Hello\nHello you\n$ false\n$ echo $?\n1\n```", ""),
        ("```console\n$ echo Hello\nGoodbye\n```", "no line with the word Goodbye"),
        ("```console\n$ false\n```", "status 1 in place of 0"),
        ("```console\n$ true\n$ echo $?\n1\n```", "status 0 in place of 1"),
        ("<!-- until: up -->\n```console\n$ sh -c 'echo up; sleep 60'\nup\n```", ""),
        ("<!-- until: up -->\n```console\n$ echo down\nup\n```", "never printed up"),
        ("```sh\ncat NAME\n```", ""),
    ],
)
def test_what_does_not_work_is_found(text: str, wrong: str, tmp_path: Path) -> None:
    (tmp_path / "place").write_text("here")
    told = follow(list(blocks("x.md", f"{text}\n")), tmp_path, {"PATH": "/usr/bin:/bin"}, {"NAME": "place"})
    assert (wrong in told) if wrong else not told

"""The page's files: small, no markup made of text, one way to the server, nothing from elsewhere, no room for secrets.

These rules are what makes the page safe under ``default-src 'self'`` and hostile label values harmless.
"""

from __future__ import annotations

import re
from html.parser import HTMLParser
from pathlib import Path
from typing import Final

import pytest

from tests.rules.source import ROOT

STATIC: Final = ROOT / "src" / "vmexporter" / "web" / "static"
PAGES: Final = sorted(STATIC.glob("*.html"))
FILE_LINES: Final = 200
LINE_LENGTH: Final = 200

BANNED: Final = {
    r"\b(?:inner|outer)HTML\b": "makes markup of text",
    r"\binsertAdjacentHTML\b": "makes markup of text",
    r"\bdocument\.write(?:ln)?\b": "makes markup of text",
    r"\b(?:DOMParser|createContextualFragment|setHTMLUnsafe|srcdoc)\b": "makes markup of text",
    r"\beval\(": "runs text",
    r"\bnew Function\b": "runs text",
    r"javascript:": "runs text",
    r"\bset(?:Timeout|Interval)\(\s*[\"'`]": "runs text",
    r"""setAttribute\(\s*["']style["']""": "is an inline style",
    r"\bcssText\b": "is an inline style",
    r"(?<![\w.])(?:alert|confirm|prompt)\(": "stops the page with a box",
    r"\bdata:[a-z]+/": "is a data URI",
    r"https?://(?!www\.w3\.org/2000/svg)[\w.-]+\.(?:com|org|net|io)\b": "names another host",
    r"\bconsole\.": "writes what it has to a log",
}
"""What no script of ours may hold, and why."""

RESERVED: Final = {
    r"\b(?:fetch\(|XMLHttpRequest|WebSocket|EventSource|sendBeacon)": ("js/api.js",),
    r"\bcreateElement(?:NS)?\b": ("js/dom.js",),
    r"\bsessionStorage\b": ("js/frame.js",),
    r"\blocalStorage\b": ("js/theme.js",),
    r"\bindexedDB\b|\bdocument\.cookie\b|\bcaches\.": (),
}
"""What only these scripts may hold."""

PURE: Final = (
    "format",
    "zones",
    "moments",
    "ranges",
    "request",
    "course",
    "store",
    "wizard",
    "tree",
    "importing/course",
    "importing/notices",
    "importing/request",
    "importing/state",
    "parts/labelrows",
    "parts/lanewords",
    *(f"open/{name}" for name in ("checkwords", "compared", "lines", "marks", "place", "sides", "values")),
    "parts/mapproblem",
    "parts/nicetop",
    "parts/windowcells",
)
IMPURE: Final = re.compile(r"\b(?:document|window|location|navigator|performance)\b\.|\bDate\.now\b|\bMath\.random\b")
IMPORT: Final = re.compile(r"""^(?:import|export)\b[^;]*?\bfrom "([^"]+)"|\bimport\("([^"]+)"\)""", re.MULTILINE)


def scripts() -> dict[str, str]:
    """Our scripts by their path below static/, comments taken out."""
    paths = sorted((STATIC / "js").rglob("*.js"))
    return {path.relative_to(STATIC).as_posix(): without_comments(path.read_text("utf-8")) for path in paths}


def without_comments(text: str) -> str:
    """*text* with ``//`` and ``/* */`` comments blanked, lines kept; strings that hold ``//`` are left alone."""
    text = re.sub(r"/\*.*?\*/", lambda match: "\n" * match[0].count("\n"), text, flags=re.DOTALL)
    return re.sub(r"(?m)(?:^|(?<=\s))//.*$", "", text)


def imported(text: str) -> list[str]:
    """What a script imports, at its head or when it is needed."""
    return ["".join(either) for either in IMPORT.findall(text)]


def found(patterns: list[str], texts: dict[str, str]) -> list[str]:
    """``file:line: text`` of each place where one of *patterns* fits."""
    places: list[str] = []
    for name, text in texts.items():
        for number, line in enumerate(text.split("\n"), 1):
            places.extend(f"{name}:{number}: {pattern}" for pattern in patterns if re.search(pattern, line))
    return places


def test_nothing_banned() -> None:
    assert found(list(BANNED), scripts()) == []


@pytest.mark.parametrize(
    ("code", "breaks"),
    [
        ("place.innerHTML = text", True),
        ("place.insertAdjacentHTML('beforeend', text)", True),
        ("setTimeout('go()', 1)", True),
        ("element.setAttribute('style', text)", True),
        ("if (confirm('Sure?')) go()", True),
        ("asks.confirm(1)", False),
        ("image.src = 'data:image/png;base64,AA'", True),
        ("h('p', { 'data-state': state })", False),
        ("setTimeout(() => go(), 1)", False),
    ],
)
def test_samples(code: str, breaks: bool) -> None:
    assert bool(found(list(BANNED), {"sample.js": code})) is breaks


@pytest.mark.parametrize(("pattern", "allowed"), RESERVED.items())
def test_reserved(pattern: str, allowed: tuple[str, ...]) -> None:
    others = {name: text for name, text in scripts().items() if name not in allowed}
    assert found([pattern], others) == []
    for name in allowed:
        assert re.search(pattern, scripts()[name]), f"{name} has no {pattern}: the rule is out of date"


def own_files() -> list[Path]:
    """All files of the page that are ours."""
    return [path for path in sorted(STATIC.rglob("*")) if path.is_file() and "vendor" not in path.parts]


def test_files_are_small() -> None:
    lengths = {path.relative_to(STATIC).as_posix(): path.read_text("utf-8").count("\n") for path in own_files()}
    assert {name: lines for name, lines in lengths.items() if lines > FILE_LINES} == {}


def test_lines_can_be_read() -> None:
    long = [
        f"{name}: {line[:40]}"
        for name, text in scripts().items()
        for line in text.split("\n")
        if len(line) > LINE_LENGTH
    ]
    assert long == []


def test_every_script_says_what_it_is_for() -> None:
    for path in sorted((STATIC / "js").rglob("*.js")):
        first = path.read_text("utf-8").partition("\n")[0]
        assert re.fullmatch(r"// [A-Zh].+[.:?,\w]", first), f"{path.name} does not begin with a sentence: {first!r}"


def test_imports_exist_and_steps_do_not_know_each_other() -> None:
    for name, text in scripts().items():
        for target in imported(text):
            assert target.startswith("."), f"{name} imports {target}, which is not ours"
            path = (STATIC / name).parent / target
            assert path.resolve().is_file(), f"{name} imports {target}, which is not there"
            if name.startswith(("js/steps/", "js/parts/")):
                assert "steps/" not in path.resolve().as_posix(), f"{name} imports the step {target}"


def test_nothing_is_imported_in_vain() -> None:
    unused = [
        f"{name}: {word}" for name, text in scripts().items() for word in names_imported(text) if uses(word, text) < 2
    ]
    assert unused == []


def names_imported(text: str) -> list[str]:
    """The names that the heads of a script bring in."""
    lists = re.findall(r"^import \{([^}]*)\} from", text, re.MULTILINE)
    return [part.split(" as ")[-1].strip() for names in lists for part in names.split(",") if part.strip()]


def uses(word: str, text: str) -> int:
    """How often *word* stands in *text* by itself, not as a property."""
    return len(re.findall(rf"(?<![\w$])(?<![\w)\]]\.){re.escape(word)}\b", text))


def test_every_script_is_reached() -> None:
    reached = {path for page in PAGES for path in Skeleton(page.read_text("utf-8")).references if path.endswith(".js")}
    for name, text in scripts().items():
        folder = (STATIC / name).parent
        reached |= {(folder / target).resolve().relative_to(STATIC).as_posix() for target in imported(text)}
    assert reached == set(scripts())


@pytest.mark.parametrize("name", PURE)
def test_pure_scripts_are_pure(name: str) -> None:
    text = scripts()[f"js/{name}.js"]
    assert not IMPURE.search(text)
    for target in imported(text):
        path = ((STATIC / "js" / f"{name}.js").parent / target).resolve().relative_to(STATIC / "js")
        assert path.with_suffix("").as_posix() in PURE, f"{name} imports {target}, which is not pure"


class Skeleton(HTMLParser):
    """What a page's HTML holds that matters here."""

    def __init__(self, text: str) -> None:
        super().__init__()
        self.inline: list[str] = []
        self.references: list[str] = []
        self._within = ""
        self.feed(text)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self._within = tag
        self.inline += [name for name, _ in attrs if name.startswith("on") or name == "style"]
        self.references += [value or "" for name, value in attrs if name in {"src", "href"}]

    def handle_endtag(self, tag: str) -> None:
        self._within = ""

    def handle_data(self, data: str) -> None:
        if self._within in {"script", "style"} and data.strip():
            self.inline.append(data)


@pytest.mark.parametrize("page", PAGES, ids=lambda page: page.name)
def test_the_skeleton_has_nothing_inline_and_all_it_names(page: Path) -> None:
    skeleton = Skeleton(page.read_text("utf-8"))
    assert skeleton.inline == []
    files = [name for name in skeleton.references if not name.startswith("#")]
    assert sum(name.endswith("main.js") for name in files) == 1
    assert [name for name in files if not (STATIC / name).is_file()] == []


def test_the_skeleton_check_sees_what_is_inline() -> None:
    assert Skeleton('<p onclick="go()">a</p>').inline == ["onclick"]
    assert Skeleton("<script>go()</script>").inline == ["go()"]
    assert Skeleton('<p style="color: red">a</p>').inline == ["style"]


def test_styles_load_nothing() -> None:
    texts = {path.name: path.read_text("utf-8") for path in sorted((STATIC / "css").glob("*.css"))}
    assert found([r"url\(", r"@import", r"https?:", r"data:"], texts) == []


def test_vendored_code_comes_with_its_licence() -> None:
    for folder in sorted(path for path in (STATIC / "vendor").iterdir() if path.is_dir()):
        assert (folder / "LICENSE").is_file(), f"{folder.name} has no licence"
    assert "v1." in (STATIC / "vendor/uPlot/uPlot.iife.min.js").read_text("utf-8")[:100]

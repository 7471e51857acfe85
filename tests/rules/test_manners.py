"""How the code speaks and fails: names of the field, docstrings, one place that prints, no swallowed mistake."""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator
from pathlib import PurePosixPath

import pytest

from tests.rules.source import Module, Rule, assert_kept, marks, modules, sample_breaks

# The command line's last resort, and the thread whose failure goes on in the thread that waits for it.
BROAD_CATCHERS = frozenset(
    f"src/vmexporter/{name}" for name in ("cli/main.py", "flows/readahead.py", "web/app.py", "web/run.py")
)
PRINTERS = frozenset({"src/vmexporter/cli/render.py"})
NAMES_WITHOUT_MEANING = frozenset({"util", "utils", "helper", "helpers", "manager", "managers", "common", "misc"})
POSSESSIVE_GROUP = re.compile(r"(?<![(\\])\)(?:[*+?]|\{[0-9,]+\})\+")
SENTENCE = re.compile(r"[A-Z0-9`'\"(].*[.!?]", re.DOTALL)


def narrow_except(module: Module) -> Iterator[tuple[int, str]]:
    """Only what is expected is caught; everything may be caught only to tidy up and pass it on by a bare raise."""
    for node in ast.walk(module.tree):
        if isinstance(node, ast.ExceptHandler) and module.name not in BROAD_CATCHERS:
            caught = {part.id for part in ast.walk(node.type) if isinstance(part, ast.Name)} if node.type else {""}
            last = node.body[-1]
            passes_on = isinstance(last, ast.Raise) and last.exc is None
            if caught & {"", "Exception"} or ("BaseException" in caught and not passes_on):
                yield node.lineno, "catches every mistake: name the ones that are expected"


def no_print(module: Module) -> Iterator[tuple[int, str]]:
    """Only cli/render.py prints."""
    calls = (node for node in ast.walk(module.tree) if isinstance(node, ast.Call))
    for call in calls:
        if isinstance(call.func, ast.Name) and call.func.id == "print" and module.name not in PRINTERS:
            yield call.lineno, "prints: only cli/render.py does"


def telling_name(module: Module) -> Iterator[tuple[int, str]]:
    """A module is named by a noun of the field."""
    words = {word for part in PurePosixPath(module.name).with_suffix("").parts for word in re.split(r"[_\W]", part)}
    for word in sorted(words & NAMES_WITHOUT_MEANING):
        yield 1, f"{word!r} says nothing: name the module by what it answers for"


def module_docstring(module: Module) -> Iterator[tuple[int, str]]:
    """The first line of a module's docstring is one sentence."""
    first = (ast.get_docstring(module.tree) or "").partition("\n")[0]
    if not SENTENCE.fullmatch(first):
        yield 1, f"the module's docstring does not begin with a sentence on one line: {first!r}"


def public_docstrings(module: Module) -> Iterator[tuple[int, str]]:
    """Every public function, class and method says what it is for."""
    for node in public(module.tree.body):
        if not ast.get_docstring(node):
            yield node.lineno, f"{node.name} has no docstring"


def public(statements: list[ast.stmt]) -> Iterator[ast.FunctionDef | ast.AsyncFunctionDef | ast.ClassDef]:
    """What others may use of *statements*, but for what is described elsewhere: overrides, members of a Protocol."""
    for node in statements:
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef | ast.ClassDef) and not node.name.startswith("_"):
            if not marks(node) & {"override", "overload", "setter"}:
                yield node
            if isinstance(node, ast.ClassDef) and "Protocol" not in map(ast.unparse, node.bases):
                yield from public(node.body)


def no_possessive_group(module: Module) -> Iterator[tuple[int, str]]:
    """No group of a pattern is possessive: before 3.11.5, Python forgot what such a group had half read (gh-106052)."""
    for node in ast.walk(module.tree):
        if not isinstance(node, ast.Constant):
            continue
        text = node.value.decode("latin-1") if isinstance(node.value, bytes) else node.value
        if isinstance(text, str) and POSSESSIVE_GROUP.search(text):
            yield node.lineno, "a group with a possessive quantifier: let it be greedy, and its inside possessive"


@pytest.mark.parametrize("rule", [narrow_except, telling_name, module_docstring])
def test_the_project_keeps(rule: Rule) -> None:
    assert_kept(rule, modules("src", "tests", "bench", "scripts"))


@pytest.mark.parametrize("rule", [no_print, public_docstrings, no_possessive_group])
def test_the_package_keeps(rule: Rule) -> None:
    assert_kept(rule, modules("src"))


@pytest.mark.parametrize(
    ("rule", "code", "breaks"),
    [
        (narrow_except, "try:\n    f()\nexcept Exception:\n    g()", True),
        (narrow_except, "try:\n    f()\nexcept:\n    raise", True),
        (narrow_except, "try:\n    f()\nexcept (OSError, Exception) as error:\n    g(error)", True),
        (narrow_except, "try:\n    f()\nexcept BaseException as error:\n    raise Other from error", True),
        (narrow_except, "try:\n    f()\nexcept BaseException:\n    g()\n    raise", False),
        (narrow_except, "try:\n    f()\nexcept (OSError, ValueError):\n    g()", False),
        (no_print, "print('x')", True),
        (no_possessive_group, "re.compile(r'(?:a,)*+b')", True),
        (no_possessive_group, "re.compile(rb'(a|b){2,}+')", True),
        (no_possessive_group, "re.compile(r'(?:a*+,)*b++')", False),
        (no_print, "def f(text):\n    return text.print()", False),
        (module_docstring, "x = 1", True),
        (module_docstring, '"""."""', True),
        (module_docstring, '"""no sentence"""', True),
        (module_docstring, '"""A sentence that goes\non the next line."""', True),
        (module_docstring, '"""One sentence.\n\nMore.\n"""', False),
        (public_docstrings, "def f(): ...", True),
        (public_docstrings, "async def f(): ...", True),
        (public_docstrings, "class A:\n    '''A.'''\n    def f(self): ...", True),
        (public_docstrings, "class A: ...", True),
        (public_docstrings, "class A(Protocol):\n    def f(self): ...", True),
        (public_docstrings, "class A(Protocol):\n    '''A.'''\n    def f(self): ...", False),
        (public_docstrings, "def _f(): ...\nclass _A:\n    def f(self): ...", False),
        (
            public_docstrings,
            "class A:\n    '''A.'''\n    def __len__(self): ...\n    @override\n    def f(self): ...",
            False,
        ),
    ],
)
def test_samples(rule: Rule, code: str, breaks: bool) -> None:
    assert sample_breaks(rule, code) is breaks


@pytest.mark.parametrize(
    ("name", "breaks"),
    [
        ("src/vmexporter/utils.py", True),
        ("src/vmexporter/core/string_helpers.py", True),
        ("src/vmexporter/common/times.py", True),
        ("src/vmexporter/core/uncommon.py", False),
    ],
)
def test_names(name: str, breaks: bool) -> None:
    assert sample_breaks(telling_name, "", name) is breaks


def test_the_allowed_places_are_allowed() -> None:
    assert not sample_breaks(narrow_except, "try:\n    f()\nexcept Exception:\n    g()", "src/vmexporter/cli/main.py")
    assert not sample_breaks(no_print, "print('x')", "src/vmexporter/cli/render.py")

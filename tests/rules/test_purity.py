"""The middle does no input or output, nothing in the package remembers anything between two calls.

import-linter forbids whole packages to core; these rules see what it cannot: single functions and submodules, and
state that hides in a module.
"""

from __future__ import annotations

import ast
from collections.abc import Iterator

import pytest

from tests.rules.source import Module, Rule, assert_kept, modules, sample_breaks

IMPURE_MODULES = frozenset({"asyncio", "glob", "http", "importlib", "io", "locale", "logging", "multiprocessing"})
IMPURE_MODULES |= {"os", "pathlib", "random", "secrets", "select", "shutil", "signal", "socket", "ssl", "subprocess"}
IMPURE_MODULES |= {"sys", "tempfile", "threading", "time", "urllib.request", "uuid"}
IMPURE_CALLS = frozenset({"open", "input", "print", "exec", "eval", "__import__", "breakpoint"})
CLOCKS = frozenset({"now", "today", "utcnow"})
GROWING = frozenset({"list", "dict", "set", "bytearray", "defaultdict", "OrderedDict", "Counter", "deque", "ChainMap"})


def pure_imports(module: Module) -> Iterator[tuple[int, str]]:
    """Core imports nothing that reaches out of its arguments."""
    for node in ast.walk(module.tree):
        names: list[str] = []
        if isinstance(node, ast.Import):
            names = [alias.name for alias in node.names]
        elif isinstance(node, ast.ImportFrom):
            names = [node.module or "", *(f"{node.module}.{alias.name}" for alias in node.names)]
        if any(name in IMPURE_MODULES or name.split(".")[0] in IMPURE_MODULES for name in names):
            yield getattr(node, "lineno", 0), f"core imports {names[0]}: hand in what it would give"


def pure_calls(module: Module) -> Iterator[tuple[int, str]]:
    """Core opens no file, prints nothing, reads no clock."""
    for node in ast.walk(module.tree):
        if not isinstance(node, ast.Call):
            continue
        if isinstance(node.func, ast.Name) and node.func.id in IMPURE_CALLS:
            yield node.lineno, f"core calls {node.func.id}()"
        if isinstance(node.func, ast.Attribute) and node.func.attr in CLOCKS:
            yield node.lineno, f"core reads the clock by {node.func.attr}(): the time comes in as an argument"


def no_splitlines(module: Module) -> Iterator[tuple[int, str]]:
    r"""Lines are split at \n only: U+2028, U+2029 and U+0085 stand unescaped in label values."""
    for node in ast.walk(module.tree):
        if isinstance(node, ast.Attribute) and node.attr == "splitlines":
            yield node.lineno, "splitlines() tears lines at U+2028 and the like: split at the newline byte"


def no_module_state(module: Module) -> Iterator[tuple[int, str]]:
    """A list, dict or set on module level is a table: its name is upper-case and Final; and nothing is ``global``."""
    for node in ast.walk(module.tree):
        if isinstance(node, ast.Global):
            yield node.lineno, f"global {', '.join(node.names)}: keep it in an object that someone owns"
    for statement in top_level(module.tree.body):
        for name, value, final in assigned(statement):
            if grows(value) and not (name.isupper() and final) and name != "__all__":
                yield value.lineno, f"{name} can be changed by anyone: a tuple, a frozenset, or an upper-case Final"


def top_level(statements: list[ast.stmt]) -> Iterator[ast.stmt]:
    """The statements that run when the module is imported, those inside if, try and with too."""
    for statement in statements:
        yield statement
        if not isinstance(statement, ast.FunctionDef | ast.AsyncFunctionDef | ast.ClassDef):
            for field in ("body", "orelse", "finalbody"):
                yield from top_level(getattr(statement, field, []))
            for handler in getattr(statement, "handlers", []):
                yield from top_level(handler.body)


def assigned(statement: ast.stmt) -> Iterator[tuple[str, ast.expr, bool]]:
    """Name, value and whether it is Final, for each plain name that *statement* assigns."""
    if isinstance(statement, ast.Assign):
        for target in statement.targets:
            if isinstance(target, ast.Name):
                yield target.id, statement.value, False
    if isinstance(statement, ast.AnnAssign) and statement.value and isinstance(statement.target, ast.Name):
        yield statement.target.id, statement.value, "Final" in ast.unparse(statement.annotation)


def grows(value: ast.expr) -> bool:
    """Whether *value* is a container that can be added to."""
    if isinstance(value, ast.Call):
        function = value.func
        name = function.id if isinstance(function, ast.Name) else getattr(function, "attr", "")
        return name in GROWING
    return isinstance(value, ast.List | ast.Dict | ast.Set | ast.ListComp | ast.DictComp | ast.SetComp)


@pytest.mark.parametrize("rule", [pure_imports, pure_calls])
def test_core_keeps(rule: Rule) -> None:
    assert_kept(rule, modules("src/vmexporter/core"))


@pytest.mark.parametrize("rule", [no_splitlines, no_module_state])
def test_the_package_keeps(rule: Rule) -> None:
    assert_kept(rule, modules("src"))


@pytest.mark.parametrize(
    ("rule", "code", "breaks"),
    [
        (pure_imports, "import time", True),
        (pure_imports, "import os.path", True),
        (pure_imports, "from urllib.request import urlopen", True),
        (pure_imports, "from urllib import request", True),
        (pure_imports, "def f():\n    from random import choice", True),
        (pure_imports, "from urllib.parse import quote\nimport re, hmac, datetime", False),
        (pure_imports, "from vmexporter.core.times import now_ms", False),
        (pure_calls, "def f(path):\n    return open(path)", True),
        (pure_calls, "import datetime\nx = datetime.datetime.now(datetime.UTC)", True),
        (pure_calls, "def f(d):\n    return d.today()", True),
        (pure_calls, "def f(now):\n    return now + 1", False),
        (no_splitlines, "def f(text):\n    return text.splitlines()", True),
        (no_splitlines, "def f(text):\n    return map(str.splitlines, text)", True),
        (no_splitlines, "def f(text):\n    return text.split('\\n')", False),
        (no_module_state, "cache = {}", True),
        (no_module_state, "CACHE = {}", True),
        (no_module_state, "CACHE: dict[str, int] = {}", True),
        (no_module_state, "seen: Final = set()", True),
        (no_module_state, "if True:\n    names = [n for n in 'ab']", True),
        (no_module_state, "try:\n    a = 1\nexcept ImportError:\n    a = collections.defaultdict(list)", True),
        (no_module_state, "def f():\n    global x\n    x = 1", True),
        (no_module_state, "TABLE: Final[Mapping[str, int]] = {'a': 1}", False),
        (no_module_state, "PATTERN = re.compile('a')\nNAMES = ('a',)\nSET = frozenset({'a'})\n__all__ = ['a']", False),
        (no_module_state, "VIEW = MappingProxyType({'a': 1})", False),
        (no_module_state, "def f():\n    seen = set()", False),
    ],
)
def test_samples(rule: Rule, code: str, breaks: bool) -> None:
    assert sample_breaks(rule, code) is breaks

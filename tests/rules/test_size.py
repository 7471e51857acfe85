"""Small on purpose: a module fits on a few screens, a function on one, its parameters in a head.

The command line's commands are the one exception: Typer reads the options from the parameters, so their list is as
long as the manual page; only their bodies are measured.
"""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from tests.rules.source import Function, Module, Rule, assert_kept, functions, is_command, marks, modules, sample_breaks

MODULE_LINES = 250
FUNCTION_LINES = 40
PARAMETERS = 5


def module_length(module: Module) -> Iterator[tuple[int, str]]:
    """A module has at most 250 lines."""
    lines = module.text.count("\n")
    if lines > MODULE_LINES:
        yield lines, f"the module has {lines} lines, more than {MODULE_LINES}: give a part of it a room of its own"


def function_length(module: Module) -> Iterator[tuple[int, str]]:
    """A function has at most 40 lines, its signature and docstring included."""
    for function in functions(module.tree):
        first = function.body[0].lineno if is_command(function) else function.lineno
        lines = (function.end_lineno or first) - first + 1
        if lines > FUNCTION_LINES:
            yield function.lineno, f"{function.name} has {lines} lines, more than {FUNCTION_LINES}"


def parameters(module: Module) -> Iterator[tuple[int, str]]:
    """A function takes at most 5 parameters beside self or cls; an override takes what its base does."""
    for function in functions(module.tree):
        count = parameter_count(function)
        if count > PARAMETERS and not is_command(function) and "override" not in marks(function):
            yield function.lineno, f"{function.name} has {count} parameters, more than {PARAMETERS}: use a frozen model"


def parameter_count(function: Function) -> int:
    """How many parameters a caller may give, by place or by name."""
    given = function.args
    names = [each.arg for each in (*given.posonlyargs, *given.args, *given.kwonlyargs)]
    return len(names) - (names[:1] in (["self"], ["cls"]))


@pytest.mark.parametrize("rule", [module_length, function_length, parameters])
def test_the_project_keeps(rule: Rule) -> None:
    assert_kept(rule, modules("src", "tests", "bench", "scripts"))


def test_all_folders_are_read() -> None:
    assert {module.name.split("/")[0] for module in modules("src", "tests", "scripts")} == {"src", "tests", "scripts"}


@pytest.mark.parametrize(("lines", "breaks"), [(MODULE_LINES, False), (MODULE_LINES + 1, True)])
def test_module_length(lines: int, breaks: bool) -> None:
    assert sample_breaks(module_length, "x = 1\n" * lines) is breaks


@pytest.mark.parametrize(("lines", "breaks"), [(FUNCTION_LINES, False), (FUNCTION_LINES + 1, True)])
def test_function_length(lines: int, breaks: bool) -> None:
    body = "def f():\n" + "    x = 1\n" * (lines - 1)
    assert sample_breaks(function_length, body) is breaks
    assert sample_breaks(function_length, "async " + body) is breaks
    nested = "class A:\n" + "".join(f"    {line}\n" for line in body.splitlines())
    assert sample_breaks(function_length, nested) is breaks


@pytest.mark.parametrize(
    ("code", "breaks"),
    [
        ("def f(a, b, c, d, e): ...", False),
        ("def f(a, b, c, d, e, g): ...", True),
        ("def f(a, /, b, c, *, d, e, g): ...", True),
        ("class A:\n    def f(self, a, b, c, d, e): ...", False),
        ("class A:\n    def f(self, a, b, c, d, e, g): ...", True),
        ("@app.command()\ndef f(a, b, c, d, e, g): ...", False),
        ("@override\ndef f(a, b, c, d, e, g): ...", False),
        ("@cached()\ndef f(a, b, c, d, e, g): ...", True),
    ],
)
def test_parameters(code: str, breaks: bool) -> None:
    assert sample_breaks(parameters, code) is breaks

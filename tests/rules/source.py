"""The project's own Python files as the rules see them: name, text and syntax tree.

A rule is a function from one module to sentences about what breaks it; ``breaches`` puts the place before each. Rules
read what lies in the folders, not what is committed, so that they speak before a commit.
"""

from __future__ import annotations

import ast
import textwrap
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]

Function = ast.FunctionDef | ast.AsyncFunctionDef


@dataclass(frozen=True)
class Module:
    """One Python file; ``name`` is its path from the project's root, with slashes."""

    name: str
    text: str
    tree: ast.Module


Rule = Callable[[Module], Iterator[tuple[int, str]]]


def modules(*folders: str) -> list[Module]:
    """Every Python file in *folders*, by name."""
    paths = [path for folder in folders for path in sorted((ROOT / folder).rglob("*.py"))]
    return [parsed(path.relative_to(ROOT).as_posix(), path.read_text("utf-8")) for path in paths]


def parsed(name: str, text: str) -> Module:
    """A module from its text, which need not lie in a file."""
    return Module(name, text, ast.parse(text, name))


def breaches(rule: Rule, among: Iterable[Module]) -> list[str]:
    """``name:line: what is wrong`` for each place where a module of *among* breaks *rule*."""
    return [f"{module.name}:{line}: {words}" for module in among for line, words in rule(module)]


def assert_kept(rule: Rule, among: Iterable[Module]) -> None:
    """Fail with every place where a module of *among* breaks *rule*, one a line."""
    found = breaches(rule, among)
    if found:
        pytest.fail("\n".join([rule.__doc__ or rule.__name__, *found]), pytrace=False)


def sample_breaks(rule: Rule, code: str, name: str = "src/vmexporter/core/sample.py") -> bool:
    """Whether *rule* has anything to say about *code* if it stood in the file *name*."""
    return bool(breaches(rule, [parsed(name, textwrap.dedent(code))]))


def functions(tree: ast.AST) -> Iterator[Function]:
    """Every function and method in *tree*, nested ones too."""
    return (node for node in ast.walk(tree) if isinstance(node, Function))


def marks(function: Function | ast.ClassDef) -> set[str]:
    """The last words of its decorators' names: ``override`` for ``@typing.override``."""
    return {ast.unparse(mark).partition("(")[0].split(".")[-1] for mark in function.decorator_list}


def is_command(function: Function) -> bool:
    """Whether Typer makes a command of *function*, whose parameters then are the command's options."""
    return bool(marks(function) & {"command", "callback"})

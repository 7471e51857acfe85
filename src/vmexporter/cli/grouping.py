"""Makes commands of functions that take groups of options: a group is a dataclass of annotated fields.

Typer reads a function's signature; here it reads one that is put together from the groups.
"""

from __future__ import annotations

import dataclasses
import functools
import inspect
from collections.abc import Callable
from typing import Any, get_type_hints

import typer

from vmexporter.cli.settling import SettledCommand


def command(app: typer.Typer, name: str) -> Callable[[Callable[..., None]], Callable[..., None]]:
    """Decorator: register a function whose parameters are option groups, or single annotated options, as a command."""

    def register(function: Callable[..., None]) -> Callable[..., None]:
        hints = get_type_hints(function, include_extras=True)
        groups: dict[str, Any] = {key: kind for key, kind in hints.items() if dataclasses.is_dataclass(kind)}
        given = [
            parameter.replace(annotation=hints[key], kind=inspect.Parameter.KEYWORD_ONLY)
            for key, parameter in inspect.signature(function).parameters.items()
            if key not in groups
        ]
        fields = [parameter for kind in groups.values() for parameter in _parameters(kind)]

        @functools.wraps(function)
        def run(**options: Any) -> None:
            made = {
                key: kind(**{field.name: options.pop(field.name) for field in dataclasses.fields(kind)})
                for key, kind in groups.items()
            }
            function(**made, **options)

        everything = sorted((*given, *fields), key=lambda parameter: parameter.default is not inspect.Parameter.empty)
        vars(run)["__signature__"] = inspect.Signature(everything)
        run.__annotations__ = {parameter.name: parameter.annotation for parameter in everything}
        del vars(run)["__wrapped__"]  # typer would look through to the groups
        return app.command(name, cls=SettledCommand)(run)

    return register


def _parameters(group: type[Any]) -> list[inspect.Parameter]:
    hints = get_type_hints(group, include_extras=True)
    return [
        parameter.replace(annotation=hints[key], kind=inspect.Parameter.KEYWORD_ONLY)
        for key, parameter in inspect.signature(group).parameters.items()
    ]

"""Request models from what was typed: what a model refuses becomes an error of the command line."""

from __future__ import annotations

from typing import Any, TypeVar

from vmexporter.errors import InvalidInput

_Model = TypeVar("_Model")


def build_model(kind: type[_Model], **values: Any) -> _Model:
    """A model of *kind*; what is wrong with its values is told without repeating them.

    Raises:
        InvalidInput: the values contradict each other, or one is not of its form.
    """
    from pydantic import ValidationError

    try:
        return kind(**values)
    except ValidationError as error:
        problem = error.errors()[0]
        place = ".".join(str(part) for part in problem["loc"])
        why = problem["msg"].removeprefix("Value error, ")
        raise InvalidInput(f"cannot use these options: {place + ': ' if place else ''}{why}", field=place) from error

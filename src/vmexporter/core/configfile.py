"""The configuration file of an export: the request's own words, in TOML or JSON.

Its sections and keys are those of the models in ``core.request``, and so of the REST API, with three differences that
follow from being a file: the time may be relative, secrets stand in files of their own and only these are named, and
there is a section for the output. A section is data, not a place for doubt: an unknown key or an empty list is an error
that names the line (``core.configlines`` finds it).
"""

from __future__ import annotations

import difflib
import json
import tomllib
from collections.abc import Sequence
from typing import Annotated, Any, Final, Literal

from pydantic import BaseModel, ConfigDict, Field, ValidationError, field_validator

from vmexporter.core.addresses import parse_address
from vmexporter.core.configlines import Syntax, line_of
from vmexporter.core.request import Model, Tls
from vmexporter.errors import InvalidInput

Texts = Annotated[tuple[Annotated[str, Field(min_length=1)], ...], Field(min_length=1)]
"""A list that says something: an empty one would select nothing, which nobody means."""

_LONGEST_TIMEOUT_S: Final = 3600
_SECRETS: Final = {
    "password": "password_file, or the variable VMEXPORTER_PASSWORD",
    "token": "token_file, or the variable VMEXPORTER_BEARER_TOKEN",
    "passphrase": "passphrase_file, or the variable VMEXPORTER_MAP_PASSPHRASE",
    "map_passphrase": "passphrase_file, or the variable VMEXPORTER_MAP_PASSPHRASE",
}
_UNION_ARMS: Final = frozenset({"str", "int"})
"""What stands behind the keys in the place of a problem, where a value may be of several types."""


class FileAuth(Model):
    """Who asks: a user with a password, or a bearer token; each secret in a file of its own."""

    username: str | None = None
    password_file: str | None = None
    token_file: str | None = None


class FileConnection(Model):
    """``Connection``; of a header only the name, its value is in ``VMEXPORTER_HEADER_<NAME>`` or in *headers_file*."""

    url: str | None = Field(default=None, min_length=1)
    auth: FileAuth = FileAuth()
    headers: Texts | None = None
    headers_file: str | None = None
    tenant: str | None = None
    tls: Tls = Tls()
    stall_timeout_s: float | None = Field(default=None, gt=0, le=_LONGEST_TIMEOUT_S)
    gzip: bool | None = None

    @field_validator("url")
    @classmethod
    def _without_password(cls, url: str | None) -> str | None:
        if url and parse_address(url).password.get_secret_value():
            raise ValueError("a secret does not belong into this file: take the password out of the address")
        return url


class FileRange(Model):
    """The time: ``last`` ("6h"), or ``start`` and ``end`` ("now-6h", RFC 3339, Unix seconds or milliseconds)."""

    last: str | None = None
    start: str | int | None = None
    end: str | int | None = None


class FileSelection(Model):
    """``Selection``: components (narrowed by jobs and instances), or selectors, or one query."""

    components: Texts | None = None
    jobs: Texts | None = None
    instances: Texts | None = None
    selectors: Texts | None = None
    query: str | None = Field(default=None, min_length=1)
    step_ms: int | None = Field(default=None, gt=0)


class FileObfuscation(Model):
    """``ObfuscationChoice``, with its words in a file, and what becomes of the map."""

    level: Literal["support", "strict", "none"] | None = None
    keep_labels: Texts | None = None
    map_labels: Texts | None = None
    drop_labels: Texts | None = None
    words_file: str | None = None
    policy: str | None = None
    one_way: bool | None = None
    map: str | None = None
    encrypt_map: bool | None = None
    passphrase_file: str | None = None


class FileOutput(Model):
    """Where the bundle goes, and how it is told."""

    path: str | None = None
    json_: bool | None = Field(default=None, alias="json")
    quiet: bool | None = None
    log_format: Literal["text", "json"] | None = None


class ConfigFile(Model):
    """A whole file: ``ExportRequest`` and ``output``."""

    model_config = ConfigDict(title="vmexporter export --config")

    connection: FileConnection = FileConnection()
    time_range: FileRange = FileRange()
    selection: FileSelection = FileSelection()
    obfuscation: FileObfuscation = FileObfuscation()
    window_ms: int | None = Field(default=None, gt=0)
    require_complete: bool | None = None
    format: Literal["jsonl", "native", "auto"] | None = None
    output: FileOutput = FileOutput()


def parse_config(text: str, name: str, syntax: Syntax) -> ConfigFile:
    """The file *name* with the content *text*.

    Raises:
        InvalidInput: it is not of its syntax, or says what it cannot mean; the message names the line.
    """
    try:
        found = json.loads(text) if syntax == "json" else tomllib.loads(text)
    except (tomllib.TOMLDecodeError, json.JSONDecodeError) as error:
        raise InvalidInput(
            f"cannot read {name}: it is no {syntax.upper()} ({_syntax_place(error)})", field="config"
        ) from None
    except RecursionError:
        raise InvalidInput(f"cannot read {name}: it is nested too deeply", field="config") from None
    except ValueError:  # Python's own limit
        raise InvalidInput(f"cannot read {name}: a number in it has thousands of digits", field="config") from None
    try:
        return ConfigFile.model_validate(found)
    except ValidationError as error:
        problem = error.errors()[0]
        place = _place(problem["loc"])
        line = line_of(text, place, syntax)
        why, hint = _explained(problem["type"], problem["msg"], place)
        where = f"line {line}: " if line else ""
        raise InvalidInput(
            f"cannot use {name}: {where}{'.'.join(place) or 'the file'}: {why}", hint=hint, field=".".join(place)
        ) from None


def _place(loc: Sequence[str | int]) -> tuple[str, ...]:
    """The keys that lead to a problem, without numbers of items and types of values."""
    keys = tuple(part for part in loc if isinstance(part, str))
    is_arm = len(keys) > 1 and keys[-1] in _UNION_ARMS and not known_keys(keys[:-1])
    return keys[:-1] if is_arm else keys


def _syntax_place(error: ValueError) -> str:
    """Line and column of what could not be parsed; nothing of what stands there."""
    if isinstance(error, json.JSONDecodeError):
        return f"line {error.lineno}, column {error.colno}"
    return str(error).rpartition("(")[2].rstrip(")").removeprefix("at ")


def _explained(kind: str, words: str, place: Sequence[str]) -> tuple[str, str]:
    """What is wrong at *place*, and what to try."""
    if kind == "extra_forbidden":
        if secret := _SECRETS.get(place[-1]):
            return "a secret does not belong into this file", f"use {secret}"
        known = known_keys(place[:-1])
        near = difflib.get_close_matches(place[-1], known, n=1)
        return "there is no such key", f"did you mean {near[0]}?" if near else f"there are {', '.join(known)}"
    if kind == "model_type":
        return "a section is wanted, with keys and values", ""
    if kind == "too_short":
        return "an empty list selects nothing", "leave it out to take all"
    return words.removeprefix("Value error, ").lower(), ""


def known_keys(place: Sequence[str]) -> list[str]:
    """The keys of the section at *place*, the empty one being the file itself."""
    model: type[BaseModel] = ConfigFile
    for part in place:
        field = model.model_fields.get(part)
        if field is None or not isinstance(field.annotation, type) or not issubclass(field.annotation, BaseModel):
            return []
        model = field.annotation
    return [field.alias or name for name, field in model.model_fields.items()]


def config_schema() -> dict[str, Any]:
    """The JSON Schema (draft 2020-12) of the file."""
    schema = ConfigFile.model_json_schema()
    return {"$schema": "https://json-schema.org/draft/2020-12/schema", **schema}

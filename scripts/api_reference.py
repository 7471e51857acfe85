"""The reference of the REST API as Markdown, made from the OpenAPI document that the server itself serves.

A route that is added appears by itself. https://spec.openapis.org/oas/v3.1.0
"""

from __future__ import annotations

import json
from collections.abc import Iterator
from typing import Any, Final, cast

from scripts.cli_reference import row
from vmexporter.web.app import api
from vmexporter.web.service import Service

Node = dict[str, Any]
_HEAD: Final = """\
# REST API: every request

Written by `make generated` from the OpenAPI document, which a running server has at `/api/openapi.json`; changes by
hand are lost. [The guide](api.md) tells how to get in, what belongs together, and shows examples.

Any request can be answered by an [ErrorAnswer](#erroranswer), with one of [these statuses](api.md#errors).

"""
_JSON: Final = "application/json"
_LIMITS: Final = {
    "minLength": "at least {} characters", "maxLength": "at most {} characters", "maxItems": "at most {} items",
    "minimum": "{} or more", "maximum": "{} or less",
}  # fmt: skip


def reference() -> str:
    """The whole page."""
    document: Node = api(cast(Service, None)).openapi()
    operations = [
        (path, method, operation)
        for path, methods in document["paths"].items()
        for method, operation in methods.items()
    ]
    text = _HEAD
    for tag in dict.fromkeys(operation["tags"][0] for _, _, operation in operations):
        text += f"## {tag}\n\n"
        text += "".join(_operation(*each) for each in operations if each[2]["tags"][0] == tag)
    schemas = document["components"]["schemas"]
    return text + "## Bodies and answers\n\n" + "\n".join(_schema(name, schemas[name]) for name in sorted(schemas))


def _operation(path: str, method: str, operation: Node) -> str:
    text = f"### {method.upper()} {path}\n\n{_prose(operation['description'])}\n\n| part | form |\n|---|---|\n"
    for parameter in operation.get("parameters", []):
        words = [_type(parameter["schema"]), *_marks(parameter["schema"], required=parameter.get("required", False))]
        text += row(f"`{parameter['name']}` in the {parameter['in']}", ", ".join(words))
    if body := operation.get("requestBody"):
        text += row("body" if body.get("required") else "body, if any", _content(body))
    for status, answer in operation["responses"].items():
        if status.startswith("2"):
            text += row(f"answer {status}", _content(answer) or "nothing")
    return text + "\n"


def _content(part: Node) -> str:
    """What a body or an answer is, by media type."""
    found = part.get("content", {})
    return "; ".join(
        (_type(media.get("schema", {})) if kind == _JSON else f"`{kind}`") or f"`{kind}`"
        for kind, media in found.items()
    )


def _schema(name: str, schema: Node) -> str:
    text = f"### {name}\n\n"
    if words := schema.get("description"):
        text += f"{_prose(words)}\n\n"
    if "properties" not in schema:
        return text + f"{_type(schema)}\n"
    text += "| field | type | more |\n|---|---|---|\n"
    required = set(schema.get("required", []))
    for field, part in schema["properties"].items():
        words = [*_marks(part, required=field in required), _prose(part.get("description", ""))]
        text += row(f"`{field}`", _type(part), ", ".join(filter(None, words)))
    return text


def _type(schema: Node) -> str:
    """The type in words, with links to other schemas."""
    if "$ref" in schema:
        name = str(schema["$ref"]).rpartition("/")[2]
        return f"[{name}](#{name.lower()})"
    if choices := schema.get("anyOf") or schema.get("oneOf"):
        return " or ".join(map(_type, choices))
    if "const" in schema or "enum" in schema:
        return ", ".join(f"`{json.dumps(each)}`" for each in schema.get("enum", [schema.get("const")]))
    kind = schema.get("type", "anything" if not schema else "")
    if kind == "array":
        return f"list of {_type(schema.get('items', {}))}"
    if kind == "object" and isinstance(schema.get("additionalProperties"), dict):
        return f"object of {_type(schema['additionalProperties'])}"
    return str(kind) + (f" ({schema['format']})" if "format" in schema else "")


def _marks(schema: Node, *, required: bool) -> Iterator[str]:
    """What else is to be known about a field or parameter."""
    if required:
        yield "required"
    elif schema.get("default") not in (None, "", []) and "$ref" not in schema:
        yield f"default `{json.dumps(schema['default'])}`"
    for limit, words in _LIMITS.items():
        if schema.get(limit):
            yield words.format(f"{schema[limit]:,.15g}")
    if schema.get("writeOnly"):
        yield "never in an answer"


def _prose(words: str) -> str:
    return " ".join(words.split()).replace("``", "`").replace("<", "&lt;").replace(">", "&gt;")

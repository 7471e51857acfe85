"""The configuration file: its keys are the request's, and its mistakes name their line."""

from __future__ import annotations

import json
from collections.abc import Mapping

import jsonschema_rs
import pytest
from pydantic import BaseModel

from vmexporter.cli.configuration import OPTIONS, option_values
from vmexporter.core.configfile import ConfigFile, config_schema, parse_config
from vmexporter.core.configlines import line_of
from vmexporter.core.request import Auth, Connection, ExportRequest, ObfuscationChoice, Selection
from vmexporter.errors import InvalidInput

WHOLE = """\
format = "auto"        # top-level keys stand first
window_ms = 3600000
require_complete = true

[connection]
url = "http://vm:8428"
tenant = "5:7"
headers = ["X-Scope"]
headers_file = "headers"
stall_timeout_s = 1.5
gzip = true
auth = { username = "ship", password_file = "password", token_file = "token" }

[connection.tls]
ca_file = "ca.pem"
client_cert = "cert.pem"
client_key = "key.pem"
insecure = true

[time_range]
last = "6h"
start = 1700000000
end = "now"

[selection]
components = ["vmstorage", "vmselect"]
jobs = ["job a"]
instances = ["h:1"]
selectors = ['{job=~"a b"}']
query = "up"
step_ms = 60000

[obfuscation]
level = "strict"
keep_labels = ["region"]
map_labels = ["team"]
drop_labels = ["owner"]
words_file = "words"
policy = "policy.toml"
one_way = true
map = "map.json"
encrypt_map = true
passphrase_file = "passphrase"

[output]
path = "out/"
json = true
quiet = true
log_format = "json"
"""


def leaves(model: type[BaseModel], above: str = "") -> list[str]:
    """Every key of the file, dotted."""
    found: list[str] = []
    for name, field in model.model_fields.items():
        kind, key = field.annotation, above + (field.alias or name)
        inner = isinstance(kind, type) and issubclass(kind, BaseModel)
        found += leaves(kind, f"{key}.") if inner and isinstance(kind, type) else [key]
    return found


def refused(text: str, syntax: str = "toml") -> InvalidInput:
    with pytest.raises(InvalidInput) as caught:
        parse_config(text, "f", "json" if syntax == "json" else "toml")
    return caught.value


def test_every_key_is_an_option_of_export() -> None:
    values = option_values(parse_config(WHOLE, "f", "toml"))
    assert leaves(ConfigFile) == list(OPTIONS) and sorted(values) == sorted(OPTIONS.values())
    assert values["component"] == ["vmstorage", "vmselect"] and values["selector"] == ['{job=~"a b"}']
    assert (values["stall_timeout"], values["step"], values["window"]) == ("1500ms", "60000ms", "3600000ms")
    assert values["start"] == "1700000000" and values["gzip"] is True


def test_the_keys_are_those_of_the_request() -> None:
    """What the file has beside them names a file, or says where the result goes."""
    sections: Mapping[str, type[BaseModel]] = {
        "connection": Connection, "selection": Selection, "obfuscation": ObfuscationChoice, "connection.auth": Auth,
    }  # fmt: skip
    more = {"map", "encrypt_map", "policy"}
    for key in leaves(ConfigFile):
        section, _, name = key.rpartition(".")
        if section in sections and not name.endswith("_file") and name not in more:
            assert name in sections[section].model_fields, key
        if not section:
            assert name in ExportRequest.model_fields


def test_toml_and_json_say_the_same() -> None:
    import tomllib

    whole = json.dumps(tomllib.loads(WHOLE))
    assert parse_config(whole, "f", "json") == parse_config(WHOLE, "f", "toml")
    schema = jsonschema_rs.Draft202012Validator(config_schema())
    assert jsonschema_rs.meta.is_valid(config_schema()) and schema.is_valid(json.loads(whole))
    assert not schema.is_valid({"selection": {"componets": ["a"]}})


@pytest.mark.parametrize(
    ("text", "line", "why", "hint"),
    [
        ('[connection]\nurl = "u"\n[selection]\n\ncomponets = ["a"]', 5, "selection.componets: there is no such key",
         "did you mean components?"),
        ("[conection]\n", 1, "conection: there is no such key", "did you mean connection?"),
        ("zzz = 1", 1, "zzz: there is no such key", "there are connection, time_range"),
        ("[selection]\njobs = []", 2, "an empty list selects nothing", "leave it out"),
        ("[selection]\njobs = ['']", 2, "selection.jobs: string should have at least 1 character", ""),
        ("[obfuscation]\nlevel = 'none!'", 2, "input should be 'support', 'strict' or 'none'", ""),
        ("connection.auth.password = 'x'", 1, "a secret does not belong into this file", "password_file"),
        ("[connection.auth]\ntoken = 'x'", 2, "a secret does not belong", "VMEXPORTER_BEARER_TOKEN"),
        ("[time_range]\nstart = []", 2, "time_range.start", ""),
        ("[connection]\nurl = 'http://u:s3cret@vm'", 2, "a secret does not belong into this file", ""),
        ("connection.url = ''", 1, "connection.url: string should have at least 1 character", ""),
        ("connection.stall_timeout_s = inf", 1, "less than or equal to 3600", ""),
        ("connection.stall_timeout_s = nan", 1, "connection.stall_timeout_s", ""),
        ("window_ms = 0", 1, "greater than 0", ""),
        ("str = 1", 1, "str: there is no such key", "there are connection"),
        ("[selection]\nint = 1", 2, "selection.int: there is no such key", "there are components"),
        ("connection = 'vm'", 1, "connection: a section is wanted", ""),
    ],
)  # fmt: skip
def test_a_mistake_is_told_with_its_line(text: str, line: int, why: str, hint: str) -> None:
    error = refused(text)
    assert error.message.startswith(f"cannot use f: line {line}: ") and why in error.message
    assert hint in error.hint


@pytest.mark.parametrize(
    ("text", "syntax", "place"),
    [
        ("a = \n", "toml", "line 1"),
        ('{"a": 1,\n x}', "json", "line 2, column 2"),
        ("[" * 5000, "json", "too deeply"),
        ("window_ms = " + "1" * 5000, "toml", "thousands of digits"),
        ('{"window_ms": ' + "1" * 5000 + "}", "json", "thousands of digits"),
        ("[]", "json", "a section is wanted"),
    ],
)
def test_what_is_no_such_syntax_is_told_with_its_line_and_no_content(text: str, syntax: str, place: str) -> None:
    assert place in refused(text, syntax).message


def test_no_value_stands_in_a_message() -> None:
    for text in ("[connection.auth]\npassword = 's3cret'", "[connection]\nurl = 'http://u:s3cret@vm'", "s3cret"):
        error = refused(text)
        assert "s3cret" not in error.message + error.hint


@pytest.mark.parametrize(
    ("text", "place", "line"),
    [
        ('{"a": {"b": 1},\n "b": {"a":\n 2}}', ("b", "a"), 2),
        ('{"x": [{"b": 1}],\n"b": 2}', ("b",), 2),
        ('{"a": "\\"b\\":",\n "b": 1}', ("b",), 2),
        ('{"a": 1}', ("z",), 0),
    ],
)
def test_a_line_of_json(text: str, place: tuple[str, ...], line: int) -> None:
    assert line_of(text, place, "json") == line


@pytest.mark.parametrize(
    ("text", "place", "line"),
    [
        ("[a]\nb=1\n[c.a]\nb=2", ("c", "a", "b"), 4),
        ("a = { b = 1 }", ("a", "b"), 1),
        ('# x\r\n["a"] # y\r\n"b" = 1', ("a", "b"), 3),
        ("a = [\n 'b = 1',\n]\nb = 2", ("b",), 4),
        ("a.b.c = 1", ("a", "b"), 1),
    ],
)
def test_a_line_of_toml(text: str, place: tuple[str, ...], line: int) -> None:
    assert line_of(text, place, "toml") == line

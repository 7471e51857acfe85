"""The configuration file's keys as options of the command line, and the command that prints its schema."""

from __future__ import annotations

from typing import Any, Final

from vmexporter.cli import render
from vmexporter.core.configfile import ConfigFile, config_schema

OPTIONS: Final = {
    "connection.url": "url",
    "connection.auth.username": "user",
    "connection.auth.password_file": "password_file",
    "connection.auth.token_file": "token_file",
    "connection.headers": "header",
    "connection.headers_file": "headers_file",
    "connection.tenant": "tenant",
    "connection.tls.ca_file": "ca_file",
    "connection.tls.client_cert": "client_cert",
    "connection.tls.client_key": "client_key",
    "connection.tls.insecure": "insecure",
    "connection.stall_timeout_s": "stall_timeout",
    "connection.gzip": "gzip",
    "time_range.last": "last",
    "time_range.start": "start",
    "time_range.end": "end",
    "selection.components": "component",
    "selection.jobs": "job",
    "selection.instances": "instance",
    "selection.selectors": "selector",
    "selection.query": "query",
    "selection.step_ms": "step",
    "obfuscation.level": "level",
    "obfuscation.keep_labels": "keep_label",
    "obfuscation.map_labels": "map_label",
    "obfuscation.drop_labels": "drop_label",
    "obfuscation.words_file": "words_file",
    "obfuscation.policy": "policy",
    "obfuscation.one_way": "one_way",
    "obfuscation.map": "map",
    "obfuscation.encrypt_map": "encrypt_map",
    "obfuscation.passphrase_file": "passphrase_file",
    "window_ms": "window",
    "require_complete": "require_complete",
    "format": "format",
    "output.path": "output",
    "output.json": "json",
    "output.quiet": "quiet",
    "output.log_format": "log_format",
}
"""Key of the file → name of the option's parameter."""

_UNITS: Final = {"stall_timeout": 1000, "step": 1, "window": 1}  # milliseconds of one; the options take spans


def option_values(config: ConfigFile) -> dict[str, Any]:
    """Name of an option's parameter → the value that *config* gives it."""
    values = {}
    for key, option in OPTIONS.items():
        value: Any = config.model_dump(by_alias=True, exclude_unset=True)
        for part in key.split("."):
            value = value.get(part) if isinstance(value, dict) else None
        if value is None:
            continue
        if option in _UNITS:
            value = f"{round(value * _UNITS[option])}ms"
        values[option] = list(value) if isinstance(value, tuple) else value if isinstance(value, bool) else str(value)
    return values


def print_schema() -> None:
    """Run the command: the JSON Schema of the file, for editors and checks."""
    render.print_json(config_schema())

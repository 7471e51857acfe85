"""Matchers ⇄ selector text, with escaping; and whether a text is a selector or an expression.

That is decided by parsing: a text that the selector grammar consumes whole is a selector, everything else is an
expression for the server to judge. Grammar: https://prometheus.io/docs/prometheus/latest/querying/basics/ and, for
``or`` groups, https://docs.victoriametrics.com/victoriametrics/keyconcepts/#filtering-by-multiple-or-filters
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

from vmexporter.errors import InvalidInput

_TOKEN = re.compile(
    r"""(?P<skip>\s+|\#[^\n]*)
      | (?P<op>=~|!~|!=|=)
      | (?P<punctuation>[{},])
      | (?P<string>"(?:[^"\\]|\\.)*"|'(?:[^'\\]|\\.)*'|`[^`]*`)
      | (?P<word>(?:[^\W\d]|[_:]|\\.)(?:[\w:.]|\\.)*)""",
    re.VERBOSE | re.DOTALL,
)
_ESCAPE = re.compile(r"\\(x[0-9a-fA-F]{2}|u[0-9a-fA-F]{4}|U[0-9a-fA-F]{8}|[0-7]{3}|.)", re.DOTALL)
_NAMED_ESCAPES: Final = dict(zip("abfnrtv\\\"'", "\a\b\f\n\r\t\v\\\"'", strict=True))
_NAME_ESCAPE = re.compile(r"\\(?:x([0-9a-fA-F]{2})|u([0-9a-fA-F]{4})|(.))", re.DOTALL)
_NOT_UTF8 = re.compile("[\udc80-\udcff]")  # bytes, as surrogateescape has them (PEP 383)
_NUMBER_WORDS = frozenset({"inf", "nan"})
_REGEX_SPECIAL = re.compile(r"[\\.+*?()|\[\]{}^$]")
_PLAIN_LABEL = re.compile(r"[a-zA-Z_][a-zA-Z0-9_]*")
_INSTANCES_PER_SELECTOR = 100
_INSTANCE_BYTES_PER_SELECTOR = 8192  # keeps a selector well below -search.maxQueryLen (16 KiB)


@dataclass(frozen=True, slots=True)
class Matcher:
    """One condition on one label: ``op`` is ``=``, ``!=``, ``=~`` or ``!~``; ``value`` is unescaped."""

    label: str
    op: str
    value: str

    def __str__(self) -> str:
        label = self.label if _PLAIN_LABEL.fullmatch(self.label) else quote(self.label)
        return f"{label}{self.op}{quote(self.value)}"


@dataclass(frozen=True, slots=True)
class Selector:
    """Groups of matchers, joined by ``or``; all matchers of a group must hold."""

    groups: tuple[tuple[Matcher, ...], ...]

    def __str__(self) -> str:
        return "{" + " or ".join(",".join(map(str, group)) for group in self.groups) + "}"


@dataclass(frozen=True, slots=True)
class Target:
    """What Prometheus calls a target: one (job, instance), in one tenant where several are read at once.

    ``tenant_labels`` are the ``vm_account_id`` and ``vm_project_id`` that a multitenant read adds.
    """

    job: str
    instance: str
    tenant_labels: tuple[tuple[str, str], ...] = ()


def narrowed(selector: Selector, matcher: Matcher) -> Selector:
    """*selector*, of whose series only those are left that *matcher* fits, too."""
    return Selector(tuple((*group, matcher) for group in selector.groups))


def quote(value: str) -> str:
    """The value as a double-quoted string literal of PromQL."""
    escaped = value.replace("\\", "\\\\").replace('"', '\\"').replace("\n", "\\n").replace("\r", "\\r")
    return '"' + _NOT_UTF8.sub(lambda byte: rf"\x{ord(byte[0]) - 0xDC00:02x}", escaped) + '"'


def escape_regex(value: str) -> str:
    """A regular expression (RE2) that matches just this value."""
    return _REGEX_SPECIAL.sub(r"\\\g<0>", value)


def parse_selector(text: str) -> Selector | None:
    """The selector that *text* is, or None when it is an expression, or nothing at all.

    >>> str(parse_selector("up{job=~'a|b'}"))
    '{__name__="up",job=~"a|b"}'
    """
    tokens = _tokens(text)
    if not tokens or (len(tokens) == 1 and tokens[0][1].lower() in _NUMBER_WORDS):
        return None
    names: list[Matcher] = []
    if tokens[0][0] == "word":
        names = [Matcher("__name__", "=", _unescape_name(tokens.pop(0)[1]))]
    if not tokens:
        return Selector((tuple(names),))
    if tokens[0] != ("punctuation", "{") or tokens[-1] != ("punctuation", "}"):
        return None
    try:
        groups = _parse_groups(tokens[1:-1])
    except ValueError:  # an escape that no string literal has
        return None
    return None if groups is None else Selector(tuple((*names, *group) for group in groups))


def require_selector(text: str) -> Selector:
    """The selector that *text* is.

    Raises:
        InvalidInput: it is an expression, or it has a group without any condition, which would select everything.
    """
    selector = parse_selector(text)
    if selector is None:
        raise InvalidInput(
            "cannot use the selector: it is not one, or it is an expression",
            hint='give series as {job="a",instance=~"b|c"}, several with --selector again; expressions go to --query',
            field="selector",
        )
    if any(all(_matches_empty(matcher) for matcher in group) for group in selector.groups):
        raise InvalidInput(
            "cannot use the selector: it has no condition and would select every series",
            hint='name at least one label, or write {__name__!=""} if all series are meant',
            field="selector",
        )
    return selector


def target_selectors(targets: Sequence[Target]) -> list[str]:
    """Selectors that match the series of exactly these targets; no two of them share a series.

    Raises:
        InvalidInput: a target has neither job nor instance, so that nothing tells its series from all others.
    """
    instances: dict[tuple[str, tuple[tuple[str, str], ...]], list[str]] = {}
    for target in targets:
        if not target.job and not target.instance:
            raise InvalidInput(
                "cannot select a target without job and instance: nothing tells its series from all others",
                hint="give its series with --selector",
            )
        instances.setdefault((target.job, target.tenant_labels), []).append(target.instance)
    selectors = []
    for (job, tenant_labels), of_job in instances.items():
        common = [Matcher("job", "=", job), *(Matcher(label, "=", value) for label, value in tenant_labels)]
        selectors += [str(Selector(((*common, _one_of("instance", chosen)),))) for chosen in _packs(of_job)]
    return selectors


def _packs(instances: Sequence[str]) -> list[list[str]]:
    """The instances in packs that fit into one selector."""
    packs: list[list[str]] = []
    left_bytes = 0
    for instance in instances:
        size_bytes = len(quote(escape_regex(instance)).encode())
        if not packs or size_bytes > left_bytes or len(packs[-1]) == _INSTANCES_PER_SELECTOR:
            packs.append([])
            left_bytes = _INSTANCE_BYTES_PER_SELECTOR
        packs[-1].append(instance)
        left_bytes -= size_bytes
    return packs


def _one_of(label: str, values: Sequence[str]) -> Matcher:
    if len(values) == 1:
        return Matcher(label, "=", values[0])
    return Matcher(label, "=~", "|".join(map(escape_regex, values)))


def _matches_empty(matcher: Matcher) -> bool:
    if matcher.op in {"=", "!="}:
        return (matcher.op == "=") == (matcher.value == "")
    try:
        found = re.fullmatch(matcher.value, "") is not None
    except re.error:
        return False  # RE2 knows forms that Python does not; the server judges them
    return (matcher.op == "=~") == found


def _tokens(text: str) -> list[tuple[str, str]]:
    tokens, position = [], 0
    while position < len(text):
        match = _TOKEN.match(text, position)
        if not match or match.lastgroup is None:
            return []
        if match.lastgroup != "skip":
            tokens.append((match.lastgroup, match.group()))
        position = match.end()
    return tokens


def _parse_groups(tokens: list[tuple[str, str]]) -> list[list[Matcher]] | None:
    groups: list[list[Matcher]] = [[]]
    position = 0
    while position < len(tokens):
        matcher, position = _parse_matcher(tokens, position)
        if matcher is None:
            return None
        groups[-1].append(matcher)
        separator = tokens[position] if position < len(tokens) else None
        if separator is None:
            break
        if separator[0] == "word" and separator[1].lower() == "or":
            groups.append([])
        elif separator != ("punctuation", ","):
            return None
        position += 1
    return groups if len(groups) == 1 or all(groups) else None


def _parse_matcher(tokens: list[tuple[str, str]], position: int) -> tuple[Matcher | None, int]:
    kinds = [kind for kind, _ in tokens[position : position + 3]]
    if kinds[:1] == ["string"] and kinds[1:2] != ["op"]:
        return Matcher("__name__", "=", _unquote(tokens[position][1])), position + 1
    if len(kinds) < 3 or kinds[0] not in {"word", "string"} or kinds[1:] != ["op", "string"]:
        return None, position
    label = tokens[position][1]
    name = _unquote(label) if kinds[0] == "string" else _unescape_name(label)
    return Matcher(name, tokens[position + 1][1], _unquote(tokens[position + 2][1])), position + 3


def _unquote(literal: str) -> str:
    return literal[1:-1] if literal[0] == "`" else _unescape(literal[1:-1])


def _unescape(text: str) -> str:
    """What a literal's content stands for; hexadecimal and octal escapes are bytes, as in Go. ValueError: nothing."""
    if "\\" not in text:
        return text
    return _ESCAPE.sub(_unescaped, text).encode("utf-8", "surrogateescape").decode("utf-8", "surrogateescape")


def _unescaped(match: re.Match[str]) -> str:
    escape = match[1]
    if escape in _NAMED_ESCAPES:
        return _NAMED_ESCAPES[escape]
    if len(escape) == 1:
        raise ValueError("no escape of a string literal")
    is_byte = escape[0] not in "uU"
    code = int(escape, 8) if escape.isdigit() else int(escape[1:], 16)
    if code > (0xFF if is_byte else 0x10FFFF) or 0xD800 <= code < 0xE000:
        raise ValueError("no character")
    return chr(0xDC00 + code if is_byte and code > 0x7F else code)


def _unescape_name(word: str) -> str:
    return _NAME_ESCAPE.sub(lambda found: found[3] or chr(int(found[1] or found[2], 16)), word)

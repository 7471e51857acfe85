"""What is suspicious in a value that nobody knows to be public: a shape, a number or a word that is no pseudonym's.

Structure is not: component words, ``svc``, known folders and the like (``structure_words.txt``), numbers too short to
tell anything (ports, ordinals, indexes), and whatever the map made itself.
"""

from __future__ import annotations

import re
from typing import Final

from vmexporter.core.privacy.catalogue import Catalogue
from vmexporter.core.privacy.mapping import PseudonymMap

STRUCTURE: Final = "structure_words.txt"

_REMOVED: Final = re.compile("<removed(?:-[0-9]+)?>")
_IPV6: Final = re.compile(r"7777:[0-9a-f]{4,}(?::[0-9a-f]+)?::[0-9a-f]+(?::[0-9a-f]+){1,2}")
_MIXED: Final = re.compile(r"::ffff:(?=777\.)", re.IGNORECASE)
_ANY_IPV6: Final = re.compile("(?<![0-9A-Za-z:])(?:[0-9A-Fa-f]{0,4}:){2,7}[0-9A-Fa-f]{0,4}(?![0-9A-Za-z/])")
_IPV4: Final = re.compile(r"(?<![0-9])(?<![0-9][._-])(?:[0-9]{1,3}[._-]){3}[0-9]{1,3}(?![0-9]|[._-][0-9])")
_TENANT_PLACE: Final = re.compile("/(?:insert|select|delete)/([0-9]+)(?::([0-9]+))?(?![0-9A-Za-z_])")
_USERINFO: Final = re.compile("://([^/@]*)@")
_SAFE_USERINFO: Final = re.compile("(?:user-[0-9]+|<removed(?:-[0-9]+)?>)?(?::(?:<removed(?:-[0-9]+)?>)?)?")
_OPEN_ARGUMENT: Final = re.compile(r"[?&][^=&#\s]*=(?!<removed(?:-[0-9]+)?>(?:[&#,\"']|\Z))[^&#,\s\"']")
_OPEN_FRAGMENT: Final = re.compile(r"#(?!<removed(?:-[0-9]+)?>)[^\s,\"']")
_NAMED: Final = re.compile("(?<![A-Za-z0-9_])[A-Za-z][A-Za-z0-9_]*-[0-9]+(?![A-Za-z0-9_])")
_OPEN_USERINFO: Final = re.compile("://[^/@:]*:([^/@]+)@")
_NAMED_SECRET: Final = re.compile(r"(?i)(?:password|passwd|secret|token)[\"']?=(?!<removed|secret\b|hash:)[^\s,;&\"']")
_HIDDEN: Final = r"[\"']?(?:secret|(?:[A-Za-z-]+:\s*)?<removed(?:-[0-9]+)?>)?[\"']?"
_MASKED: Final = re.compile(rf"{_HIDDEN}(?:,{_HIDDEN})*")
_DRIVE: Final = re.compile(r"[A-Za-z]:(?=\\)")
_RUN: Final = re.compile(r"[^\W_]+")
_PARTS: Final = re.compile("[A-Z]+(?![a-z])|[A-Z]?[a-z]+|[0-9]+")
_NUMBER: Final = re.compile("[0-9]+")
_NUMBERS_ONLY: Final = re.compile("[0-9:_-]+")
_UNITS: Final = frozenset("ns us ms s m h d w y i b kb mb gb tb kib mib gib tib k g t e".split())
_SHORT: Final = 5

_NUMBER_KINDS: Final = frozenset({"tenant_id", "rule_fingerprint"})
_VERSION_KIND, _SOURCE_KIND = "build_version_may_hold_private_branch", "build_path"
_PRIVATE_BUILD: Final = re.compile(
    r"v(?:m[a-z-]+|ictoria-metrics)-[0-9]{8}-[0-9]{6}-(?:heads|tags)-(?:v[0-9.]+-)?branch-[0-9]+-[0-9]+-g[0-9a-f]{6,40}"
    r"(?:-dirty-[0-9a-f]{6,40})?"
)
_SOURCE: Final = re.compile(r"(?<=[/\\])(?:lib|app)/[A-Za-z0-9_./-]+\.go(?::[0-9]+)?\Z")


def open_secret(value: str) -> str:
    """What secret stands in the open in *value*, at whatever label and level; "" if none gives itself away."""
    if "://" in value and any(not _REMOVED.fullmatch(found[1]) for found in _OPEN_USERINFO.finditer(value)):
        return "a password in a URL"
    if "=" in value and _NAMED_SECRET.search(value):
        return "a secret"
    arguments = value[value.find("?") :] if "?" in value else ""
    return "the value of an argument in a URL" if _OPEN_ARGUMENT.search(arguments) else ""


def is_masked(value: str) -> bool:
    """Whether the value of a flag that takes a secret has none."""
    return _MASKED.fullmatch(value) is not None


class Suspicion:
    """Asks what may be private in a value, for one map, one set of tables and one level."""

    def __init__(self, pseudonyms: PseudonymMap, catalogue: Catalogue, level: str) -> None:
        self._map, self._catalogue, self._level = pseudonyms, catalogue, level
        self._structure: Final = frozenset(catalogue.listed(STRUCTURE))

    def of(self, metric: str, label: str, value: str, flag: str | None = None) -> str:
        """What is wrong with *value*; "" if all of it is accounted for. *flag* names the flag whose value it is."""
        kind = self._catalogue.kind(metric, label)
        if flag is not None and (known := self._catalogue.flags.get(flag)):
            kind = known.kind
        if kind == _VERSION_KIND and _PRIVATE_BUILD.fullmatch(value):
            return ""
        source = _SOURCE.search(value) if kind == _SOURCE_KIND else None
        if source and self._catalogue.is_public(metric, label, source[0], self._level):
            value = value[: source.start()]
        if "://" in value and any(not _SAFE_USERINFO.fullmatch(found[1]) for found in _USERINFO.finditer(value)):
            return "a user name or password in a URL"
        if "://" in value and _OPEN_FRAGMENT.search(value):
            return "the fragment of a URL"
        if self._has_address(value):
            return "an IP address"
        rest = _NAMED.sub(self._unless_known, self._without_ipv6(value))
        if any(number != "0" and self._map.original_of(number) is None for number in _telling_numbers(kind, rest)):
            return "a number that tells something"
        return self._unknown_word(label, _DRIVE.sub(" ", _REMOVED.sub(" ", rest)), of_flag=flag is not None)

    def _unless_known(self, found: re.Match[str]) -> str:
        return " " if self._map.original_of(found[0]) is not None else found[0]

    def _has_address(self, value: str) -> bool:
        """Whether an address stands in *value* that is no pseudonym, and none that everyone listens on."""
        listening = [part for part in value.split(",") if self._catalogue.is_public("", "addr", part, self._level)]
        rest = ",".join(part for part in value.split(",") if part not in listening)
        ipv4 = (_NUMBER.findall(found[0]) for found in _IPV4.finditer(rest))
        if any(all(int(number) <= 255 for number in numbers) for numbers in ipv4):
            return True
        ipv6 = _ANY_IPV6.finditer(self._without_ipv6(rest)) if rest.count(":") > 1 else ()
        return any(found[0].strip(":") for found in ipv6)

    def _without_ipv6(self, value: str) -> str:
        return _MIXED.sub(" ", _IPV6.sub(self._unless_known, value))

    def _unknown_word(self, label: str, text: str, *, of_flag: bool) -> str:
        prefix = set(re.split("[^A-Za-z0-9]", label.removeprefix("exported_")))
        for word in _RUN.findall(text):
            if not (word in prefix or self._is_accounted(word, of_flag=of_flag)):
                return "a word that is neither public nor a pseudonym"
        return ""

    def _is_accounted(self, word: str, *, of_flag: bool) -> bool:
        if word.isascii() and word.isdigit():
            return len(word) <= _SHORT or of_flag or self._map.original_of(word) is not None
        lower = word.lower()
        if lower in self._structure or self._map.original_of(word) is not None:
            return True
        if not of_flag:
            return False
        parts, words = _PARTS.findall(word), self._catalogue.words
        is_known = all(part.isdigit() or part.lower() in words or part.lower() in _UNITS for part in parts)
        return lower in words or (is_known and "".join(parts) == word)


def _telling_numbers(kind: str, value: str) -> list[str]:
    """Numbers of a value that name a tenant or a rule."""
    if kind in _NUMBER_KINDS and _NUMBERS_ONLY.fullmatch(value):
        return _NUMBER.findall(value)
    return [number for found in _TENANT_PLACE.findall(value) for number in found if number] if "/" in value else []

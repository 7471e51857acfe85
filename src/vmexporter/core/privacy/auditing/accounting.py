"""The positive check: every piece of a mapped value must be a pseudonym of the map, a short number or a public word.

Whatever is left over was not made by the rewriting, whether or not the map knows it. So a private value that never
entered the map is found too. Which words may be left depends on the place: a host's are fewer than a path's.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from typing import Final

from vmexporter.core.privacy.auditing.known import KnownMap
from vmexporter.core.privacy.auditing.publicity import Context, Publicity

REMOVED: Final = re.compile(r"<removed(?:-[0-9]+)?>")
_ADDRESS: Final = re.compile(
    r"(?<![0-9])(?:ip[-_])?777(?P<mark>[._-])[0-9]{3,}(?P=mark)[0-9]+(?P=mark)[0-9]+(?![0-9])|7777:[0-9a-f]{4,}[0-9a-f:]*"
)
_TOKEN: Final = re.compile(r"[A-Za-z0-9_]+(?:-[A-Za-z0-9_]+)*")
_CUT: Final = re.compile("([-_])")
_WORD: Final = re.compile("[A-Z]+(?![a-z])|[A-Z]?[a-z]+|[0-9]+")
_SEPARATORS: Final = re.compile(r"[\s!-/:-@\[-`{-~]*")
_URL_TENANT: Final = re.compile(r"/(?:insert|select|delete)/([0-9]+)(?::([0-9]+))?(?=/|$)")
_AUTHORITY: Final = re.compile(r"://(?:[^/?#@]*@)?([^/?#]*)")
_PORT: Final = re.compile(":[0-9]{1,5}$")
_HOST_WORD: Final = re.compile(
    "v[mlt][a-z]+|victoria[a-z]*|metrics|logs|traces|tool|svc|cluster|local|localhost|compute|internal|ip"
    "|com|net|org|io|dev|app|cloud|example|test|invalid|lan|home|arpa"
)
_DRIVE: Final = re.compile(r"(?<![A-Za-z0-9])[A-Za-z]:(?=\\)")
_COMPONENT: Final = re.compile(r"(?<![A-Za-z])(?:v[mlt][a-z]{3,}|victoria)")
_TARGETISH: Final = re.compile(r".*(?:/|:[0-9]{2,5}$|\..*\.).*", re.DOTALL)
_SOURCE: Final = re.compile(r"(.*[/\\])((?:lib|app)/[A-Za-z0-9_./-]+\.go(?::[0-9]+)?)", re.DOTALL)
_LONGEST_NUMBER: Final = 5
#: Kinds whose values are numbers or digits themselves: here a short number is no port and no ordinal.
_IDENTIFIERS: Final = frozenset({"tenant_id", "rule_fingerprint"})
_HOSTS: Final = frozenset({"host", "host_port", "ip", "listen_addr"})
#: Kinds whose values may consist of public structure alone, such as ``/data/indexdb`` or ``vmstorage-0:8482``.
_STRUCTURED: Final = _HOSTS | frozenset(
    """backup_name bucket_url build_path config_path flag_value fs_path fs_path_with_url_fingerprint http_path
    remote_write_url rule_file url url_with_credentials""".split()
)
_NAMES: Final = frozenset("app_name k8s_container k8s_name k8s_namespace k8s_pod replica".split())
#: What a build's branch is compared as, when the tables are asked about the rest of the version.
_PUBLIC_BRANCH: Final = "master"


class Accounting:
    """Says whether a value is accounted for; *known* is the map, *public* the tables."""

    def __init__(self, known: KnownMap, public: Publicity) -> None:
        self._known: Final = known
        self._public: Final = public

    def of_label(self, context: Context, value: str) -> bool:
        """A value that is not public as it stands; with its own words put back in, it may be."""
        restored = self._restored(value)
        return (restored != value and self._public.is_public(context, restored)) or self.of_value(context.kind, value)

    def of_value(self, kind: str, value: str) -> bool:
        """A mapped value of *kind*."""
        known = self._known
        if not value or known.is_pseudonym(value):
            return True
        if kind in _IDENTIFIERS and ":" not in value.strip("0123456789:"):
            return all(map(self._is_identifier, value.split(":")))
        if kind == "build_path" and (source := _SOURCE.fullmatch(value)) and self._public.is_worded(source[2]):
            value = source[1]
        hosts = _AUTHORITY.findall(value) or ([value] if kind in _HOSTS and "/" not in value else [])
        if not all(map(self._is_host, hosts)):
            return False
        mapped, whole = self._without_pseudonyms(value)
        if not whole or mapped or kind in _STRUCTURED:
            return whole
        if kind in _NAMES:
            return _COMPONENT.search(value) is not None
        return _TARGETISH.fullmatch(value) is not None

    def of_run(self, run: str) -> bool:
        """Whether every piece of a run of letters, digits, ``-`` and ``_`` is accounted for, public words included."""
        return self._token(run, self._is_known_word) is not None

    def _restored(self, value: str) -> str:
        for token in _TOKEN.findall(value):
            for found in re.findall("(?:word|branch)-[1-9][0-9]*", token):
                for kind, stand_in in (("word", ""), ("branch", _PUBLIC_BRANCH)):
                    original = self._known.pairs(kind).get(found)
                    if original is not None:
                        value = value.replace(found, stand_in or original)
        return value

    def _is_identifier(self, piece: str) -> bool:
        return piece in {"0", "multitenant"} or self._known.is_pseudonym(piece)

    def _is_host(self, authority: str) -> bool:
        """Whether the words of a host are pseudonyms, components, or what every domain has."""
        host = REMOVED.sub("", _PORT.sub("", authority))
        rest, _ = self._without_addresses(host)
        return all(self._token(token, self._is_host_word) is not None for token in _TOKEN.findall(rest))

    def _without_pseudonyms(self, value: str) -> tuple[bool, bool]:
        """Whether there was a pseudonym or a removed secret; whether the rest is public structure."""
        for found in _URL_TENANT.finditer(value):
            if not all(self._is_identifier(piece) for piece in found.groups() if piece):
                return False, False
        value = _DRIVE.sub("/", value)
        bare = REMOVED.sub("/", value)
        rest, has_address = self._without_addresses(bare)
        mapped = has_address or bare != value
        if not _SEPARATORS.fullmatch(_TOKEN.sub("", rest)):
            return False, False
        for token in _TOKEN.findall(rest):
            has_pseudonym = self._token(token, self._is_structure)
            if has_pseudonym is None:
                return False, False
            mapped |= has_pseudonym
        return mapped, True

    def _without_addresses(self, text: str) -> tuple[str, bool]:
        rest = _ADDRESS.sub(self._after_address, text)
        return rest, rest != text

    def _after_address(self, found: re.Match[str]) -> str:
        """What follows the pseudonym that an address begins with; an unknown one stays, as a word of its own."""
        if mark := found["mark"]:
            dotted = found[0].removeprefix("ip" + mark).replace(mark, ".")
            return "/" if self._known.is_pseudonym(dotted) else f"unknown_address_{found[0]}"
        text = found[0]
        while text and not self._known.is_pseudonym(text):
            text = text[: max(text.rfind(":"), 0)]
        return "/" + found[0][len(text) :] if text else "unknown_address_" + found[0]

    def _token(self, token: str, is_word: Callable[[str], bool]) -> bool | None:
        """None if a piece of *token* is neither pseudonym nor word nor number; else whether it has a pseudonym."""
        pieces = _CUT.split(token)  # piece, mark, piece, …
        i, mapped = 0, False
        while i < len(pieces):
            ends = (j for j in range(len(pieces), i, -2) if self._known.is_pseudonym("".join(pieces[i:j])))
            if end := next(ends, 0):
                i, mapped = end + 1, True
            elif is_word(pieces[i]):
                i += 2
            else:
                return None
        return mapped

    def _is_structure(self, piece: str) -> bool:
        words = self._public.structure
        return piece.lower() in words or all(
            len(word) <= _LONGEST_NUMBER if word.isdigit() else word.lower() in words for word in _WORD.findall(piece)
        )

    def _is_host_word(self, piece: str) -> bool:
        return (piece.isdigit() and len(piece) <= _LONGEST_NUMBER) or not piece or bool(_HOST_WORD.fullmatch(piece))

    def _is_known_word(self, piece: str) -> bool:
        words, more = self._public.structure, self._public.metric_words
        return all(word.isdigit() or word.lower() in words or word.lower() in more for word in _WORD.findall(piece))

"""Secrets that give themselves away by their shape, in any text: they become ``<removed>`` whatever else happens.

URLs have their own place for secrets (``urls``), flags have names that tell (``flags``); here is what can stand
anywhere else: tokens, keys, certificates, and ``password=...`` in free text.
https://www.rfc-editor.org/rfc/rfc7519 (JWT), https://www.rfc-editor.org/rfc/rfc7468 (PEM)
"""

from __future__ import annotations

import re
from typing import Final

REMOVED_TEXT: Final = "<removed>"

_NAMED: Final = "pass(?:word|wd|phrase)?|pwd|secret|token|credentials?|(?:api|access|auth|secret|private)[_-]?key"
_WHOLE: Final = re.compile(
    r"-----BEGIN [A-Z0-9 ]+-----.*?(?:-----END [A-Z0-9 ]+-----|\Z)"
    r"|\beyJ[\w-]{5,}\.[\w-]{5,}(?:\.[\w-]*)?"
    r"|\b(?:AKIA|ASIA|ABIA|ACCA)[A-Z0-9]{12,}|\bAIza[\w-]{20,}|\bya29\.[\w-]{10,}"
    r"|\b(?:gh[pousr]_|github_pat_|glpat-|xox[abeprs]-|sk-|hv[bs]\.|dop_v1_|npm_)[\w.-]{12,}",
    re.DOTALL | re.ASCII,
)
_FRAGMENT: Final = re.compile(r"""(?<=/\#)(?!<removed)[^\s,;"'<>]+""")  # of a URL, also where a list was cut in it
_AFTER: Final = re.compile(
    rf"""(?P<scheme>\b(?:bearer|basic|digest|negotiate)\s+)(?P<a>[\w.~+/=:-]{{6,}})
      | (?P<name>(?<![a-z])(?:[\w.-]*[_.-])?(?:{_NAMED})["']?\s*[=:]\s*)
        (?!hash:[0-9A-Fa-f]{{16}})(?P<b>"[^"]*"|'[^']*'|[^\s,;&"'<>)\]}}]+)""",
    re.IGNORECASE | re.VERBOSE | re.ASCII,
)


def without_secrets(text: str) -> str:
    """*text* with everything that has the shape of a secret replaced by ``<removed>``."""
    if len(text) < 8:
        return text
    return _AFTER.sub(_hidden, _FRAGMENT.sub(REMOVED_TEXT, _WHOLE.sub(REMOVED_TEXT, text)))


def _hidden(found: re.Match[str]) -> str:
    value = found["a"] or found["b"]
    if value.strip("\"'") in {"", "secret", REMOVED_TEXT}:  # VictoriaMetrics writes "secret" in a secret's place
        return found[0]
    return (found["scheme"] or found["name"]) + REMOVED_TEXT

"""Canaries: made-up private words, each planted in one place, so that a word that gets out names where it was.

Every private word begins with the same letters and every secret with others, which makes a piece of one a hit as well.
A private word may be in the map, a secret nowhere. Numbers and addresses come from ranges of their own.
"""

from __future__ import annotations

from dataclasses import dataclass, field

PRIVATE_START = "qzxvpr"
SECRET_START = "qzxvse"
CONSONANTS, VOWELS = "bdfgkmnpst", "aeiou"


def syllables(number: int) -> str:
    """*number* as letters that can be read out: three syllables, different for each number below 125,000."""
    text = ""
    for _ in range(3):
        number, rest = divmod(number, len(CONSONANTS) * len(VOWELS))
        text += CONSONANTS[rest // len(VOWELS)] + VOWELS[rest % len(VOWELS)]
    return text


@dataclass
class Canaries:
    """What was planted: word → place."""

    private: dict[str, str] = field(default_factory=dict)
    secrets: dict[str, str] = field(default_factory=dict)

    def word(self, place: str) -> str:
        """A new private word."""
        text = PRIVATE_START + syllables(len(self.private) * 7 + 1)
        return self.known(text, place)

    def secret(self, place: str) -> str:
        """A new secret."""
        text = SECRET_START + syllables(len(self.secrets) * 7 + 1)
        self.secrets[text] = f"secret: {place}"
        return text

    def known(self, text: str, place: str) -> str:
        """*text* is private too: an address, a number, a fingerprint."""
        self.private[text] = place
        return text

    def ipv4(self, place: str) -> str:
        """A new private IPv4 address."""
        number = len(self.private)
        return self.known(f"10.83.{number // 200 + 1}.{number % 200 + 7}", place)

    def ipv6(self, place: str) -> str:
        """A new private IPv6 address."""
        return self.known(f"fd83:7a11:5:{len(self.private) + 1:x}::1a", place)

    def host(self, place: str) -> str:
        """A new host name in a domain of its own."""
        return f"{self.word(f'{place}, host')}.{self.word(f'{place}, domain')}.example"

    def user_info(self, place: str) -> str:
        """``user:password``, as it stands in a URL."""
        return f"{self.word(f'{place}, user')}:{self.secret(f'{place}, password')}"

    def url(self, place: str, at: str = "", path: str = "") -> str:
        """A URL that is private from end to end; *at* is a real ``host:port`` that answers, else it has its own."""
        at = at or f"{self.host(place)}:8428"
        path = path or f"/{self.word(f'{place}, path')}"
        return f"http://{self.user_info(place)}@{at}{path}?token={self.secret(f'{place}, argument')}"

    def email(self, place: str) -> str:
        """A new e-mail address."""
        return f"{self.word(f'{place}, user')}.roe@{self.host(place)}"

    @property
    def everything(self) -> dict[str, str]:
        """All that must not leave, and what a piece of it looks like."""
        return {**self.secret_words, **self.private, PRIVATE_START: "a piece of a private word"}

    @property
    def secret_words(self) -> dict[str, str]:
        """All that must be nowhere at all."""
        return {**self.secrets, SECRET_START: "a piece of a secret"}

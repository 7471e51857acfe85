"""Seals what holds originals with a passphrase: scrypt makes the key, AES-256-GCM hides the text and proves it whole.

What is said in clear is how the key was made: costs and salt, and a check word that tells a wrong passphrase from a
damaged file and tells no more than the sealed text itself would. Costs are bounded when they are read, so that a
hostile file can eat neither memory nor time. Passphrase and key are never shown.
https://www.rfc-editor.org/rfc/rfc7914 (scrypt), https://csrc.nist.gov/pubs/sp/800/38/d/final (GCM)
"""

from __future__ import annotations

import base64
import binascii
import hmac
import secrets
import unicodedata
from collections.abc import Mapping
from dataclasses import asdict, dataclass
from typing import Any, Final

from vmexporter.errors import BundleDamaged, InvalidInput

KDF: Final = "scrypt"
CIPHER: Final = "aes-256-gcm"

_KEY_BYTES, _CHECK_BYTES, _NONCE_BYTES, _TAG_BYTES = 32, 16, 12, 16
_SALT_BYTES: Final = 16
_MAX_SALT_BYTES: Final = 64
_MIN_N, _MAX_MEMORY_BYTES, _MAX_WORK = 1 << 10, 256 << 20, 1 << 22


class BrokenSeal(ValueError):
    """A sealed text is not as it was sealed, or stands in another place."""


@dataclass(frozen=True, slots=True)
class Cost:
    """What making a key costs: 128 * *n* * *r* bytes of memory (128 MiB), *p* times the work (a third of a second)."""

    n: int = 1 << 17
    r: int = 8
    p: int = 1

    @property
    def bearable(self) -> bool:
        """Whether it is safe to do this for a file that came from elsewhere."""
        if any(type(number) is not int for number in (self.n, self.r, self.p)):
            return False
        power = self.n >= _MIN_N and self.n & (self.n - 1) == 0
        return power and self.r > 0 < self.p and 128 * self.n * self.r <= _MAX_MEMORY_BYTES and self._work <= _MAX_WORK

    @property
    def _work(self) -> int:
        return self.n * self.r * self.p


class Seal:
    """A key made of a passphrase, and in ``kdf`` how it was made."""

    def __init__(self, cost: Cost, salt: bytes, passphrase: str) -> None:
        """Use ``make`` or ``again``."""
        from cryptography.hazmat.primitives.ciphers.aead import AESGCM

        made = _derive(cost, salt, passphrase)
        self._aead: Final = AESGCM(made[:_KEY_BYTES])
        self._check: Final = made[_KEY_BYTES:]
        self.kdf: Final[Mapping[str, Any]] = {
            "name": KDF,
            **asdict(cost),
            "salt": to_text(salt),
            "check": to_text(self._check),
        }

    def __repr__(self) -> str:
        return "<Seal>"

    @classmethod
    def make(cls, passphrase: str, cost: Cost | None = None) -> Seal:
        """A new seal, with a salt of its own.

        Raises:
            InvalidInput: *passphrase* is empty, or there is not enough memory.
        """
        if not passphrase:
            raise InvalidInput("cannot encrypt with an empty passphrase", field="passphrase")
        return cls(cost or Cost(), secrets.token_bytes(_SALT_BYTES), passphrase)

    @classmethod
    def again(cls, kdf: object, passphrase: str, what: str) -> Seal:
        """The seal that *kdf*, as read from a file, tells of; *what* names the file in errors.

        Raises:
            BundleDamaged: *kdf* is none that this program makes, or asks for too much.
            InvalidInput: *passphrase* is another one, or there is not enough memory.
        """
        if not isinstance(kdf, dict) or kdf.get("name") != KDF:
            raise BundleDamaged(
                f"cannot open {what}: how its key is made is not known to this program",
                hint="use the vmexporter that wrote it, or a newer one",
            )
        cost = Cost(*(kdf.get(name, 0) for name in ("n", "r", "p")))
        try:
            salt, check = from_text(kdf.get("salt")), from_text(kdf.get("check"))
        except ValueError:
            salt, check = b"", b""
        if not cost.bearable or not _SALT_BYTES <= len(salt) <= _MAX_SALT_BYTES or len(check) != _CHECK_BYTES:
            raise BundleDamaged(
                f"cannot open {what}: its key would be made in a way that no vmexporter chooses",
                hint="the file is damaged, or made to use up memory: take another copy of it",
            )
        seal = cls(cost, salt, passphrase)
        if not hmac.compare_digest(seal._check, check):
            raise InvalidInput(
                f"cannot open {what}: the passphrase is not the one it was encrypted with",
                hint="mind capital letters and the keyboard's layout; without its passphrase nobody can open it",
                field="passphrase",
            )
        return seal

    def close(self, text: bytes, context: bytes) -> bytes:
        """*text* sealed, for this *context* only: a nonce that is new each time, then the ciphertext."""
        nonce = secrets.token_bytes(_NONCE_BYTES)
        return nonce + self._aead.encrypt(nonce, text, context)

    def open(self, sealed: bytes, context: bytes) -> bytes:
        """What ``close`` was given.

        Raises:
            BrokenSeal: *sealed* or *context* is another one.
        """
        from cryptography.exceptions import InvalidTag

        if len(sealed) < _NONCE_BYTES + _TAG_BYTES:
            raise BrokenSeal("too short")
        try:
            return self._aead.decrypt(sealed[:_NONCE_BYTES], sealed[_NONCE_BYTES:], context)
        except InvalidTag:
            raise BrokenSeal("not as it was sealed") from None


def split_nonce(sealed: bytes) -> tuple[bytes, bytes]:
    """Nonce and ciphertext of what ``Seal.close`` gave."""
    return sealed[:_NONCE_BYTES], sealed[_NONCE_BYTES:]


def to_text(content: bytes) -> str:
    """*content* in base64."""
    return base64.b64encode(content).decode()


def from_text(text: object) -> bytes:
    """What ``to_text`` was given; only its own spelling is taken.

    Raises:
        ValueError: *text* is not what it writes.
    """
    if not isinstance(text, str):
        raise ValueError("no text")
    try:
        content = base64.b64decode(text, validate=True)
    except binascii.Error as error:
        raise ValueError("no base64") from error
    if to_text(content) != text:
        raise ValueError("another spelling")
    return content


def _derive(cost: Cost, salt: bytes, passphrase: str) -> bytes:
    """Key and check word. One passphrase may be typed in two ways where letters have accents: both give one key."""
    from cryptography.hazmat.primitives.kdf.scrypt import Scrypt

    secret = unicodedata.normalize("NFC", passphrase).encode("utf-8", "surrogatepass")
    try:
        return Scrypt(salt=salt, length=_KEY_BYTES + _CHECK_BYTES, n=cost.n, r=cost.r, p=cost.p).derive(secret)
    except MemoryError:
        need_mib = 128 * cost.n * cost.r >> 20
        raise InvalidInput(f"cannot make the key of the passphrase: it takes {need_mib} MiB of memory") from None

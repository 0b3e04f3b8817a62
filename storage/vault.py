"""The vault: what is secret is kept as cipher text, under keys that lie outside the database.

A sealed value is the JSON object `{"#": token}`: Fernet (AES-128-CBC and HMAC-SHA-256) under the first key,
opened with whichever key fits, so that keys can be rotated. The first field tells sealed from plain.
"""

from __future__ import annotations

import base64
import binascii
import secrets
from collections.abc import Callable, Mapping, Sequence
from typing import TYPE_CHECKING, Any

import orjson

if TYPE_CHECKING:
    from cryptography.fernet import MultiFernet

MARK = "#"
KEY_BYTES = 32
# Fernet writes the moment into a token; the rows have their own, and storage reads no clock.
NO_TIME = 0

Keys = Callable[[], Sequence[str]]


class VaultClosed(Exception):
    """There is no key, or none that fits: what is sealed can be neither written nor read."""


class WrongKey(ValueError):
    """A key is 32 random bytes in URL-safe base64: 44 characters. The place in the list says which."""


def new_key() -> str:
    """A fresh random key."""
    return base64.urlsafe_b64encode(secrets.token_bytes(KEY_BYTES)).decode()


def check_key(key: str) -> None:
    """Raise WrongKey when `key` cannot be one."""
    try:
        secret = base64.urlsafe_b64decode(key.encode())
        fits = len(secret) == KEY_BYTES and base64.urlsafe_b64encode(secret).decode() == key
    except (binascii.Error, ValueError):
        fits = False
    if not fits:
        raise WrongKey


def is_sealed(kept: Any) -> bool:
    """Whether a kept value is cipher text."""
    return isinstance(kept, Mapping) and MARK in kept


def _salt() -> str:
    return secrets.token_hex(16)


class Vault:
    """Seals and opens. `keys` gives the present keys, newest first; it is asked again when none fits."""

    def __init__(self, keys: Keys = tuple, salts: Callable[[], str] = _salt) -> None:
        self._keys = keys
        self._salts = salts
        self._fernet: MultiFernet | None = None

    def seal(self, plain: Any) -> dict[str, str]:
        """A plain value as what may be stored. Raises VaultClosed without a key."""
        return {MARK: self.seal_bytes(orjson.dumps(plain)).decode()}

    def open(self, kept: Any) -> Any:
        """The plain value of what was stored; what is not sealed as it is. Raises VaultClosed."""
        if not is_sealed(kept):
            return kept
        return orjson.loads(self.open_bytes(kept[MARK].encode()))

    def kept(self, plain: Mapping[str, Any]) -> Mapping[str, Any]:
        """As it may be stored: what says of itself that it is sealed, or protected, as cipher text."""
        return self.seal(plain) if plain.get("sealed") or plain.get("protected") else plain

    def seal_bytes(self, plain: bytes) -> bytes:
        """Bytes as cipher text. Raises VaultClosed without a key."""
        return self._lock().encrypt_at_time(plain, NO_TIME)

    def open_bytes(self, cipher: bytes) -> bytes:
        """The bytes of a cipher text. Raises VaultClosed when no key fits."""
        from cryptography.fernet import InvalidToken

        try:
            return self._lock().decrypt(cipher)
        except InvalidToken:
            self._fernet = None  # the keys may have been rotated since they were read
        try:
            return self._lock().decrypt(cipher)
        except InvalidToken:
            raise VaultClosed from None

    def renewed(self, kept: Any) -> Any:
        """The same secret under the first key, whichever it was under."""
        return self.seal(self.open(kept)) if is_sealed(kept) else kept

    def forget_keys(self) -> None:
        """The keys have changed: read them again when next needed."""
        self._fernet = None

    def salt(self) -> str:
        """Sixteen random bytes in hexadecimal: what makes a fingerprint useless for guessing."""
        return self._salts()

    def _lock(self) -> MultiFernet:
        if self._fernet is None:
            # Late: most programs and most messages never touch a secret.
            from cryptography.fernet import Fernet, MultiFernet

            keys = self._keys()
            if not keys:
                raise VaultClosed
            self._fernet = MultiFernet([Fernet(key) for key in keys])
        return self._fernet

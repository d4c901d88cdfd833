"""In: a person's id and a text. Out: sealed text only the person's own key opens. I/O: key file.

Personal fields stand in events sealed (AES-GCM) under a key of the person's own, which is kept
outside every journal, itself wrapped by the master key file. Erasing a person deletes the key;
hashes cover the sealed text, so nothing else changes.
"""

from __future__ import annotations

import base64
import hashlib
import hmac
import os
import threading
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Protocol
from uuid import UUID

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM

from energy.base.errors import ConfigError

ERASED = "?"
"""What an erased person's fields read as."""
_PREFIX = "s1:"
_NONCE_BYTES = 12
_KEY_BYTES = 32


class PersonKeys(Protocol):
    """Where wrapped person keys are kept: never in a journal."""

    def get(self, person: UUID) -> bytes | None:
        """Return the wrapped key, or None when unknown or erased."""
        ...

    def put_if_absent(self, person: UUID, wrapped: bytes) -> bytes:
        """Store a wrapped key unless there is one; return the one that counts."""
        ...


def secret_file(path: Path, make: Callable[[], bytes]) -> bytes:
    """Return the content of a secret file, made at first use with mode 0600.

    Args:
        path: The file; its folder gets mode 0700 when it is made.
        make: Gives fresh content; of several processes the first one's counts.
    """
    if not path.exists():
        path.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
        fresh = path.with_name(f"{path.name}.{os.getpid()}.{threading.get_ident()}")
        fresh.unlink(missing_ok=True)  # of a process of that number that was killed
        descriptor = os.open(fresh, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
        try:
            os.write(descriptor, make())
            os.fsync(descriptor)
        finally:
            os.close(descriptor)
        try:
            os.link(fresh, path)
        except FileExistsError:
            pass  # the first of several processes wins, and all of them read its bytes below
        finally:
            fresh.unlink()
    return path.read_bytes()


def master_key(path: Path) -> bytes:
    """Return the master key of an installation, made at first use with mode 0600. [32 bytes].

    Raises:
        ConfigError: The file is not a key.
    """
    key = secret_file(path, lambda: os.urandom(_KEY_BYTES))
    if len(key) != _KEY_BYTES:
        raise ConfigError(
            f"{path} is no master key ({len(key)} bytes, not {_KEY_BYTES}). "
            "Restore it from your backup: without it names in the journal cannot be read."
        )
    return key


class PersonVault:
    """Seals and opens personal fields."""

    def __init__(self, master: bytes, keys: PersonKeys) -> None:
        """Wrap person keys with a master key. [32 bytes]."""
        self._master = AESGCM(master)
        self._digest_key = hashlib.sha256(b"meterline sign-in digest" + master).digest()
        self._keys = keys

    def seal(self, person: UUID, text: str) -> str:
        """Return a text sealed under the person's key, made at first use."""
        nonce = os.urandom(_NONCE_BYTES)
        box = AESGCM(self._key_of(person)).encrypt(nonce, text.encode(), person.bytes)
        return _PREFIX + base64.b64encode(nonce + box).decode()

    def open(self, person: UUID, sealed: str) -> str:
        """Return the text, or ERASED when the key it was sealed with is gone.

        Raises:
            ConfigError: The master key is not the one that wrapped the person's key.
        """
        return self.open_all(person, [sealed])[0]

    def open_all(self, person: UUID, sealed: Sequence[str]) -> list[str]:
        """Return some texts of one person, whose key is fetched once; ERASED as in `open`.

        Raises:
            ConfigError: The master key is not the one that wrapped the person's key.
        """
        wrapped = self._keys.get(person)
        if wrapped is None:
            return [ERASED for _ in sealed]
        key = AESGCM(self._unwrapped(person, wrapped))
        return [_opened(key, person, each) for each in sealed]

    def digest(self, sign_in: str) -> bytes:
        """Return the keyed digest by which a sign-in name is looked up. [32 bytes].

        What is no UTF-8, as a terminal of another code page gives it, is a name that nobody has.
        """
        folded = sign_in.strip().casefold().encode("utf-8", "surrogatepass")
        return hmac.new(self._digest_key, folded, hashlib.sha256).digest()

    def token(self, words: str) -> str:
        """Return a keyed digest of words for the id of a command: it tells nothing of them.

        The id stands in the journal for good, and a digest without a key could be tried with
        guesses after the words themselves were erased.
        """
        told = b"words of a command\0" + words.encode("utf-8", "surrogatepass")
        return hmac.new(self._digest_key, told, hashlib.sha256).hexdigest()

    def taken_out(self, person: UUID) -> bytes | None:
        """Return a person's key itself, to carry it elsewhere; None when unknown or erased.

        Raises:
            ConfigError: The master key is not the one that wrapped it.
        """
        wrapped = self._keys.get(person)
        return None if wrapped is None else self._unwrapped(person, wrapped)

    def wrapped(self, person: UUID, key: bytes) -> bytes:
        """Return a person's key as this installation stores it."""
        nonce = os.urandom(_NONCE_BYTES)
        return nonce + self._master.encrypt(nonce, key, person.bytes)

    def _key_of(self, person: UUID) -> bytes:
        wrapped = self._keys.get(person)
        if wrapped is None:
            fresh = self.wrapped(person, os.urandom(_KEY_BYTES))
            wrapped = self._keys.put_if_absent(person, fresh)
        return self._unwrapped(person, wrapped)

    def _unwrapped(self, person: UUID, wrapped: bytes) -> bytes:
        try:
            return self._master.decrypt(
                wrapped[:_NONCE_BYTES], wrapped[_NONCE_BYTES:], person.bytes
            )
        except InvalidTag as error:
            raise ConfigError(
                "A personal field does not open with this master key. Restore the right "
                "secrets/master.key from your backup."
            ) from error


def _opened(key: AESGCM, person: UUID, sealed: str) -> str:
    box = base64.b64decode(sealed.removeprefix(_PREFIX))
    try:
        text = key.decrypt(box[:_NONCE_BYTES], box[_NONCE_BYTES:], person.bytes)
    except InvalidTag:
        return ERASED  # sealed before the person was erased and came back
    return text.decode()

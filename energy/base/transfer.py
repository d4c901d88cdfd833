"""In: a pass phrase and keys of personal fields. Out: the keys, safe to carry elsewhere. Pure.

In an installation the key of a person is wrapped by its master key, which never leaves it. On the
way to another installation each key is sealed (AES-GCM, bound to the person) under a key made of
a pass phrase by scrypt; only who knows the phrase can take the keys in.
"""

from __future__ import annotations

import base64
import hashlib
import os
from collections.abc import Mapping
from typing import Any
from uuid import UUID

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM

from energy.base.errors import RefusedError

LEAST_LENGTH = 12
"""Fewest characters of a pass phrase."""
_N, _R, _P = 2**15, 8, 1
_MEMORY = 64 * 2**20
_NONCE_BYTES = 12
_PROOF = b"meterline transfer"


class TransferError(RefusedError):
    """The keys of personal fields cannot be sealed or opened with this pass phrase."""

    code = "site.transfer_key"


class TransferKey:
    """Seals and opens keys of persons on their way to another installation."""

    def __init__(self, phrase: str, salt: bytes) -> None:
        """Derive the key; takes some tens of milliseconds on purpose.

        Args:
            phrase: The pass phrase.
            salt: Random, one a file. [16 bytes]

        Raises:
            TransferError: The phrase is too short.
        """
        if len(phrase) < LEAST_LENGTH:
            raise TransferError(f"The pass phrase must have at least {LEAST_LENGTH} characters.")
        self._salt = salt
        raw = hashlib.scrypt(phrase.encode(), salt=salt, n=_N, r=_R, p=_P, maxmem=_MEMORY, dklen=32)
        self._box = AESGCM(raw)

    @classmethod
    def fresh(cls, phrase: str) -> TransferKey:
        """Return a key for a new file."""
        return cls(phrase, os.urandom(16))

    @classmethod
    def of(cls, phrase: str, facts: Mapping[str, Any]) -> TransferKey:
        """Return the key of a file.

        Args:
            phrase: The pass phrase.
            facts: What `facts` said when the file was written.

        Raises:
            TransferError: It is not the phrase of that file.
        """
        try:
            salt = base64.b64decode(facts["salt"], validate=True)
            proof = base64.b64decode(facts["proof"], validate=True)
            if facts["method"] != "scrypt-32768-8-1 AES-256-GCM":
                raise TransferError("The keys are protected in a way unknown here.")
        except (KeyError, ValueError, TypeError) as error:
            raise TransferError("The file does not tell how its keys are protected.") from error
        key = cls(phrase, salt)
        key._opened(proof, _PROOF)
        return key

    @property
    def facts(self) -> dict[str, str]:
        """Return what the receiver must know beside the phrase."""
        return {
            "method": "scrypt-32768-8-1 AES-256-GCM",
            "salt": base64.b64encode(self._salt).decode(),
            "proof": base64.b64encode(self._sealed(b"", _PROOF)).decode(),
        }

    def seal(self, person: UUID, key: bytes) -> bytes:
        """Return a person's key, sealed."""
        return self._sealed(key, person.bytes)

    def open(self, person: UUID, box: bytes) -> bytes:
        """Return a person's key.

        Raises:
            TransferError: It does not open.
        """
        return self._opened(box, person.bytes)

    def _sealed(self, content: bytes, bound_to: bytes) -> bytes:
        nonce = os.urandom(_NONCE_BYTES)
        return nonce + self._box.encrypt(nonce, content, bound_to)

    def _opened(self, box: bytes, bound_to: bytes) -> bytes:
        try:
            return self._box.decrypt(box[:_NONCE_BYTES], box[_NONCE_BYTES:], bound_to)
        except (InvalidTag, ValueError) as error:
            raise TransferError("The pass phrase is not the one of this file.") from error

"""In: the folder of secrets. Out: the key that signs heads, and every public key known. I/O: files.

The private key lies in `<secrets>/seal.key` (PEM, mode 0600), made at first use. Public keys lie in
`<seals>/keys/<key id>.pem`; an old one stays there when a new key takes over, so that what it
signed can be proved for ever. Those that came with an imported site lie in `<seals>/<schema>/keys`
and count for that site alone. The key id is the SHA-256 of the public key, its first 32 hex digits.
"""

from __future__ import annotations

import hashlib
import os
import threading
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from pathlib import Path

from cryptography.exceptions import InvalidSignature, UnsupportedAlgorithm
from cryptography.hazmat.primitives import serialization
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey, Ed25519PublicKey

from energy.base.errors import ConfigError
from energy.base.secrets import secret_file

KEY_FILE = "seal.key"
_ID_DIGITS = 32


class SealKeyError(ConfigError):
    """A key of the seal cannot be used."""

    code = "seal.key"


@dataclass(frozen=True, slots=True)
class SealKey:
    """The private key that signs heads."""

    private: Ed25519PrivateKey

    @property
    def key_id(self) -> str:
        """Return the id of its public key."""
        return key_id(self.public_pem)

    @property
    def public_pem(self) -> bytes:
        """Return its public key as PEM."""
        return self.private.public_key().public_bytes(
            serialization.Encoding.PEM, serialization.PublicFormat.SubjectPublicKeyInfo
        )

    def sign(self, message: bytes) -> bytes:
        """Return the signature of some bytes. [64 bytes]."""
        return self.private.sign(message)


def seal_key(secrets: Path, seals: Path) -> SealKey:
    """Return the signing key of an installation, made at first use; its public key is put out.

    Args:
        secrets: Folder of secrets, mode 0700.
        seals: Folder of signed heads; the public key goes to `keys` in it.

    Raises:
        SealKeyError: The file is not such a key.
    """
    key = _loaded(secrets / KEY_FILE, secret_file(secrets / KEY_FILE, _fresh))
    keep_public(seals, [key.public_pem])
    return key


def renew_key(secrets: Path, seals: Path) -> SealKey:
    """Let a new key sign from now on; the old private key is gone, its public key stays known.

    Args:
        secrets: Folder of secrets.
        seals: Folder of signed heads.
    """
    seal_key(secrets, seals)  # so that the public key of the old one is kept
    fresh = secrets / f"{KEY_FILE}.new"
    fresh.unlink(missing_ok=True)
    raw = secret_file(fresh, _fresh)
    keep_public(seals, [_loaded(fresh, raw).public_pem])
    fresh.replace(secrets / KEY_FILE)
    return seal_key(secrets, seals)


def keep_public(seals: Path, keys: Iterable[bytes]) -> list[str]:
    """Put public keys where heads are checked against them; return the ids of the new ones.

    Args:
        seals: Folder of signed heads, or the folder of one schema in it.
        keys: Public keys as PEM.
    """
    added = []
    folder = seals / "keys"
    folder.mkdir(parents=True, exist_ok=True)
    for pem in keys:
        name = key_id(pem)
        if not (folder / f"{name}.pem").exists():
            write_whole(folder / f"{name}.pem", pem)
            added.append(name)
    return added


def public_keys(seals: Path, *scopes: str) -> dict[str, bytes]:
    """Return the public keys known, PEM by key id: our own, and those that came with some sites.

    Args:
        seals: Folder of signed heads.
        scopes: Schemas whose imported keys count too; a site brought from elsewhere proves its
            past by keys that prove nothing of the others.

    Raises:
        SealKeyError: A file in a folder is no public key, or bears another's name.
    """
    found = {}
    for folder in (seals, *(seals / scope for scope in scopes)):
        for path in sorted((folder / "keys").glob("*.pem")):
            pem = path.read_bytes()
            if key_id(pem) != path.stem:
                raise SealKeyError(f"{path} does not hold the key it is named after. Remove it.")
            found[path.stem] = pem
    return found


def key_id(pem: bytes) -> str:
    """Return the id of a public key: 32 hex digits of the SHA-256 of its raw 32 bytes.

    Raises:
        SealKeyError: The text is no Ed25519 public key.
    """
    raw = _public(pem).public_bytes(serialization.Encoding.Raw, serialization.PublicFormat.Raw)
    return hashlib.sha256(raw).hexdigest()[:_ID_DIGITS]


def signature_holds(
    keys: Mapping[str, bytes], name: str, message: bytes, signature: bytes
) -> bool | None:
    """Return whether a known key signed a message; None when the key is not known.

    Args:
        keys: PEM by key id.
        name: Id of the key that is said to have signed.
        message: What was signed.
        signature: The signature. [64 bytes]
    """
    if name not in keys:
        return None
    try:
        _public(keys[name]).verify(signature, message)
    except InvalidSignature:
        return False
    return True


def write_whole(path: Path, content: bytes) -> None:
    """Write a file that is there whole or not at all, also after a power cut."""
    fresh = path.with_name(f".{path.name}.{os.getpid()}.{threading.get_ident()}")
    with fresh.open("wb") as out:
        out.write(content)
        out.flush()
        os.fsync(out.fileno())
    fresh.replace(path)
    sync_folder(path.parent)


def sync_folder(folder: Path) -> None:
    """Let a folder's new names reach the disk."""
    descriptor = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)


def _fresh() -> bytes:
    return Ed25519PrivateKey.generate().private_bytes(
        serialization.Encoding.PEM,
        serialization.PrivateFormat.PKCS8,
        serialization.NoEncryption(),
    )


def _loaded(path: Path, raw: bytes) -> SealKey:
    try:
        private = serialization.load_pem_private_key(raw, password=None)
    except (ValueError, TypeError, UnsupportedAlgorithm) as error:
        raise SealKeyError(f"{path} is no key. Restore it from your backup.") from error
    if not isinstance(private, Ed25519PrivateKey):
        raise SealKeyError(f"{path} is no Ed25519 key. Restore it from your backup.")
    return SealKey(private)


def _public(pem: bytes) -> Ed25519PublicKey:
    try:
        public = serialization.load_pem_public_key(pem)
    except (ValueError, UnsupportedAlgorithm) as error:
        raise SealKeyError("This is no public key. Name a .pem file of one.") from error
    if not isinstance(public, Ed25519PublicKey):
        raise SealKeyError("This is no Ed25519 public key. Name a .pem file of one.")
    return public

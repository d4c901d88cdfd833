"""In: key files and a passphrase. Out: one sealed file, and back. I/O: those files.

Keys never travel with a backup: who finds a backup finds no names. They are kept in a file of
their own, sealed (AES-256-GCM) under a key that scrypt makes of a passphrase.
"""

from __future__ import annotations

import hashlib
import json
import os
from base64 import b64decode, b64encode
from pathlib import Path

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM

from energy.store.errors import StoreError

MASTER = "master.key"
_FORMAT = "meterline-keys-1"
_LEAST_PASSPHRASE = 12
_SALT_BYTES, _NONCE_BYTES = 16, 12
_COST = {"n": 2**15, "r": 8, "p": 1, "maxmem": 64 * 1024 * 1024, "dklen": 32}
_LEFT_OUT = frozenset({"first-password"})


class KeyBoxError(StoreError):
    """Keys cannot be sealed or opened."""

    code = "store.keys"


def key_id(secrets_dir: Path) -> str:
    """Return a name for a master key that does not give it away; empty where there is none."""
    try:
        key = (secrets_dir / MASTER).read_bytes()
    except FileNotFoundError:
        return ""
    return hashlib.sha256(b"meterline key id" + key).hexdigest()[:16]


def seal_keys(secrets_dir: Path, passphrase: str, target: Path) -> list[str]:
    """Write every key file into one sealed file; return their names.

    A file that holds the same keys under the same passphrase stays: backups are taken every day.

    Raises:
        KeyBoxError: There is no master key, the passphrase is too short, or another file is there.
    """
    if len(passphrase) < _LEAST_PASSPHRASE:
        raise KeyBoxError(f"Choose a passphrase of at least {_LEAST_PASSPHRASE} characters.")
    files = {
        path.name: b64encode(path.read_bytes()).decode()
        for path in sorted(secrets_dir.iterdir() if secrets_dir.is_dir() else ())
        if path.is_file() and path.name not in _LEFT_OUT
    }
    if MASTER not in files:
        raise KeyBoxError(f"{secrets_dir} holds no {MASTER}: there is nothing to keep yet.")
    if target.exists() and _holds(target, passphrase, files):
        return list(files)
    salt, nonce = os.urandom(_SALT_BYTES), os.urandom(_NONCE_BYTES)
    box = AESGCM(_stretched(passphrase, salt)).encrypt(
        nonce, json.dumps(files).encode(), _FORMAT.encode()
    )
    rows = {"format": _FORMAT, "key_id": key_id(secrets_dir)}
    rows |= {"salt": b64encode(salt).decode(), "box": b64encode(nonce + box).decode()}
    try:
        descriptor = os.open(target, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    except OSError as error:
        raise KeyBoxError(
            f"{target} cannot be made ({error.strerror}). Name another file."
        ) from error
    try:
        with os.fdopen(descriptor, "w", encoding="utf-8") as file:
            file.write(json.dumps(rows))
            file.flush()
            os.fsync(file.fileno())
    except OSError:
        target.unlink()  # half a file would stand in the way of the next try
        raise
    return list(files)


def _holds(target: Path, passphrase: str, files: dict[str, str]) -> bool:
    try:
        return open_keys(target, passphrase) == {n: b64decode(text) for n, text in files.items()}
    except KeyBoxError:
        return False


def open_keys(source: Path, passphrase: str) -> dict[str, bytes]:
    """Return the key files of a sealed file by name.

    Raises:
        KeyBoxError: It is no such file, or the passphrase is another.
    """
    try:
        rows = json.loads(source.read_text(encoding="utf-8"))
        if rows["format"] != _FORMAT:
            raise KeyBoxError(f"{source} was made by a newer Meterline. Open it with that one.")
        salt, box = b64decode(rows["salt"]), b64decode(rows["box"])
        plain = AESGCM(_stretched(passphrase, salt)).decrypt(
            box[:_NONCE_BYTES], box[_NONCE_BYTES:], _FORMAT.encode()
        )
    except InvalidTag as error:
        raise KeyBoxError(f"{source} does not open with this passphrase. Try again.") from error
    except (OSError, ValueError, KeyError, TypeError) as error:
        raise KeyBoxError(
            f"{source} is no file of keys ({error}). Name what `db backup --keys` made."
        ) from error
    return {str(name): b64decode(text) for name, text in json.loads(plain).items()}


def require_no_other(keys: dict[str, bytes], secrets_dir: Path) -> None:
    """Refuse keys where others of the same names are.

    Raises:
        KeyBoxError: Another key of the same name is there.
    """
    for name, content in keys.items():
        path = secrets_dir / Path(name).name
        if path.exists() and path.read_bytes() != content:
            raise KeyBoxError(f"{path} is another key. Move it away, then restore again.")


def put_keys(keys: dict[str, bytes], secrets_dir: Path) -> list[str]:
    """Write key files where there are none; return the names written.

    Raises:
        KeyBoxError: Another key of the same name is there.
    """
    require_no_other(keys, secrets_dir)
    secrets_dir.mkdir(parents=True, exist_ok=True, mode=0o700)
    written = []
    for name, content in keys.items():
        path = secrets_dir / Path(name).name
        if not path.exists():
            descriptor = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
            with os.fdopen(descriptor, "wb") as file:
                file.write(content)
                file.flush()
                os.fsync(file.fileno())
            written.append(path.name)
    return written


def _stretched(passphrase: str, salt: bytes) -> bytes:
    return hashlib.scrypt(passphrase.encode(), salt=salt, **_COST)

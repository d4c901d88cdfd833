"""In: the name of a bus and who wants it. Out: the bus for one process at a time. I/O: a file.

Two collectors, or a collector and a technician, on one bus mix up answers that bear no number.
The lease is the lock of an empty SQLite file: SQLite locks alike on Linux and Windows, the system
lets go when the process dies however it dies, and nobody has to judge whether an owner still
lives. A text beside it names the owner.
"""

from __future__ import annotations

import os
import sqlite3
import sys
import tempfile
import threading
import zlib
from contextlib import suppress
from dataclasses import dataclass, replace
from pathlib import Path
from typing import ClassVar

from adapters.errors import AdapterError

FOLDER = "meterline-buses"
"""Name of the folder of all leases, in the machine's folder for temporary files."""


class BusHeldError(AdapterError):
    """Another program of this machine asks on the bus."""

    code = "bus.held"

    def __init__(self, bus: str, cause: str) -> None:
        """Name the bus, the cause and what to do."""
        self.cause = cause
        super().__init__(f"The bus {bus} is {cause}.")


@dataclass(frozen=True, slots=True)
class _Held:
    """A lock that this process holds."""

    lock: sqlite3.Connection
    holder: str
    shared: bool
    holders: int = 0


class BusLease:
    """A bus of this machine, held by one holder at a time."""

    _held: ClassVar[dict[Path, _Held]] = {}
    _guard: ClassVar[threading.Lock] = threading.Lock()

    def __init__(
        self, bus: str, holder: str, *, shared: bool = False, folder: Path | None = None
    ) -> None:
        """Describe the lease; nothing is held yet.

        Args:
            bus: Its name: a serial port, or "host:port".
            holder: Who wants it, in words.
            shared: Others of this process who say so too may hold it besides.
            folder: Folder of the leases; None takes the one that all programs share.
        """
        self._bus = bus
        self._holder = holder
        self._shared = shared
        base = folder or Path(tempfile.gettempdir()) / FOLDER
        self._path = base / _file_name(bus)
        self._taken = False

    def take(self) -> None:
        """Hold the bus until `release`; again is fine.

        Raises:
            BusHeldError: Somebody else holds it.
        """
        with self._guard:
            if self._taken:
                return
            held = self._held.get(self._path)
            if held is None:
                held = _Held(self._locked(), self._holder, self._shared)
            elif not (held.shared and self._shared):
                raise BusHeldError(self._bus, f"held by {held.holder} of this process")
            self._held[self._path] = replace(held, holders=held.holders + 1)
            self._taken = True

    def release(self) -> None:
        """Let the bus go; again is fine."""
        with self._guard:
            if not self._taken:
                return
            self._taken = False
            held = self._held.pop(self._path)
            if held.holders > 1:
                self._held[self._path] = replace(held, holders=held.holders - 1)
                return
            with suppress(OSError):
                self._owner_path.unlink(missing_ok=True)
            held.lock.close()

    @property
    def _owner_path(self) -> Path:
        return self._path.with_suffix(".owner")

    def _locked(self) -> sqlite3.Connection:
        """Return the lock, taken."""
        connection = None
        try:
            self._path.parent.mkdir(parents=True, exist_ok=True)
            _open_to_all(self._path.parent, 0o1777)
            connection = sqlite3.connect(
                self._path, timeout=0.0, isolation_level=None, check_same_thread=False
            )
            connection.execute("BEGIN EXCLUSIVE")
            _open_to_all(self._path, 0o666)
        except (OSError, sqlite3.Error) as error:
            if connection is not None:
                connection.close()
            raise BusHeldError(self._bus, self._cause(error)) from error
        program = Path(sys.argv[0]).name or "python"
        with suppress(OSError):
            text = f"{self._holder} of process {os.getpid()} ({program})"
            self._owner_path.write_text(text, "utf-8")
            _open_to_all(self._owner_path, 0o666)
        return connection

    def _cause(self, error: Exception) -> str:
        if not isinstance(error, sqlite3.Error) or "locked" not in str(error):
            return f"free or not, nobody can tell ({error}): make {self._path.parent} writable"
        with suppress(OSError, UnicodeDecodeError):
            return f"held by {self._owner_path.read_text('utf-8')}"
        return "held by another program"


def _file_name(bus: str) -> str:
    """Return a file name of any bus name: readable, and apart where signs had to go."""
    plain = "".join(sign if sign.isalnum() else "-" for sign in bus).strip("-")[-60:]
    return f"{plain}-{zlib.crc32(bus.encode()):08x}.lock"


def _open_to_all(path: Path, mode: int) -> None:
    """Let programs of other users see the lease too, where it is ours to say."""
    with suppress(OSError):
        path.chmod(mode)

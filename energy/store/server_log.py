"""In: the server's log file. Out: its last rows, and what to do about them. I/O."""

from __future__ import annotations

import os
import re
from pathlib import Path
from typing import BinaryIO

from energy.store.privilege import open_private

_ROTATE_BYTES = 16 * 1024 * 1024
_READ_BYTES = 64 * 1024

# Left-overs of a killed server, gone in a moment.
_PASSING = re.compile(r'FATAL: .*(pre-existing shared memory block|lock file ".*" already exists)')

# The server's answer to a client that comes too early.
_TURNED_AWAY = re.compile(
    r"FATAL:  the database system is|DETAIL:  Consistent recovery state has not been yet reached"
)

_FREE_SPACE = "The disk is full: free space (`df -h '{dir}'`) and start again."
_PERMISSION = (
    "A permission is missing: the rows below name the file; give it back to the account that "
    "runs the server and start again."
)
_SOCKET = "Another program holds the socket: end it, or choose another data directory."
_SETTING = (
    "A setting is wrong, the rows below name it: correct '{dir}/pgdata/postgresql.auto.conf' or "
    "`extension_dir` and start again."
)
_MEMORY = "Memory is short: end other programs or add memory, and start again."
_LOCALE = "The machine lacks the locale C.UTF-8: `apt-get install locales`, then start again."
_DAMAGED = (
    "The cluster is damaged: delete nothing from '{dir}', restore a backup with "
    "`scripts/meterline db restore`."
)
# What the server says -> what the person does; the first match counts. {dir} is the data directory.
_NEXT_STEPS = (
    ("No space left on device", _FREE_SPACE),
    ("Disk quota exceeded", _FREE_SPACE),
    ("Permission denied", _PERMISSION),
    ("could not bind", _SOCKET),
    ("unrecognized configuration parameter", _SETTING),
    ("configuration file", _SETTING),
    ("could not access file", _SETTING),
    ("could not map anonymous shared memory", _MEMORY),
    ("Cannot allocate memory", _MEMORY),
    ("invalid locale", _LOCALE),
    ("checkpoint record", _DAMAGED),
    ("PANIC", _DAMAGED),
)
_OTHERWISE = "Look at the rows below, mend the cause and start again; nothing was changed."


def next_step(text: str, data_dir: Path) -> str:
    """Return what to do about what the server said, one sentence."""
    for said, advice in _NEXT_STEPS:
        if said in text:
            return advice.format(dir=data_dir)
    return _OTHERWISE


def worth_retrying(rows: list[str]) -> bool:
    """Return whether the server gave up for something that passes by itself."""
    return any(_PASSING.search(row) for row in rows)


class ServerLog:
    """The log file of one server, beside its cluster."""

    def __init__(self, path: Path) -> None:
        """Touch nothing yet."""
        self.path = path
        self._began_at = 0

    def open_for_start(self) -> BinaryIO:
        """Open it for a new server; a long log of earlier ones is put aside as `*.1`."""
        if self.path.exists() and self.path.stat().st_size > _ROTATE_BYTES:
            self.path.replace(self.path.with_name(f"{self.path.name}.1"))
        file = os.fdopen(open_private(self.path, os.O_WRONLY | os.O_APPEND), "ab")
        self._began_at = os.fstat(file.fileno()).st_size
        return file

    def since_start(self) -> list[str]:
        """Return what was written since the last start here, the newest 64 KiB of it.

        The rows with which the server turns away our own asking "are you ready?" are left out.
        """
        try:
            with self.path.open("rb") as file:
                size = file.seek(0, os.SEEK_END)
                file.seek(max(self._began_at, size - _READ_BYTES))
                rows = file.read().decode(errors="replace").splitlines()
                return [row for row in rows if not _TURNED_AWAY.search(row)]
        except FileNotFoundError:
            return []

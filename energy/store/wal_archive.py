"""In: a folder. Out: the commands that archive WAL into it and fetch it back, its state. I/O.

Every finished WAL segment (16 MiB, or what was written in a minute) is packed with gzip, flushed
to the disk and only then given its name: a file with a segment's name is whole. The server's own
shell runs the command, so nothing but coreutils and gzip is needed on the way of a restore.
"""

from __future__ import annotations

import gzip
import re
import shlex
import zlib
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from energy.store.errors import StoreError
from energy.store.pool import Database

ARCHIVE_EVERY_S = 60
"""An unfinished segment is archived after this long, so that little is lost with the disk. [s]"""
_SEGMENT = re.compile(r"([0-9A-F]{8})([0-9A-F]{8})([0-9A-F]{8})\.gz")
_READ_BYTES = 1 << 20
_SEGMENTS_A_FILE_NUMBER = 0x100
"""Segments of 16 MiB in each 4 GiB that the middle of a segment's name counts."""


class WalArchiveError(StoreError):
    """The archive cannot bring a database back to the wanted time."""

    code = "store.wal_archive"


@dataclass(frozen=True, slots=True, kw_only=True, order=True)
class Segment:
    """One archived piece of WAL."""

    number: int
    """Place in the WAL, whatever the timeline."""
    timeline: int
    path: Path


def system_identifier(cluster: Path) -> str:
    """Return the number that initdb gave a cluster; a restored one keeps it.

    It stands in the first eight bytes of `global/pg_control`.
    """
    with (cluster / "global" / "pg_control").open("rb") as file:
        return str(int.from_bytes(file.read(8), "little"))


def archive_settings(folder: Path) -> dict[str, str]:
    """Return the server's settings that archive WAL into a folder."""
    where = _in_command(folder)
    command = (
        f"f={where}/%f.gz; n={where}/.%f.new; "
        'if [ -e "$f" ]; then gzip -dc "$f" | cmp -s - "%p"; else '
        f'gzip -1 -c "%p" > "$n" && sync "$n" && mv "$n" "$f" && sync {where}; fi'
    )
    return {
        "archive_mode": "on",
        "archive_command": command,
        "archive_timeout": f"{ARCHIVE_EVERY_S}s",
    }


def restore_command(folder: Path, last_wal: Path | None = None) -> str:
    """Return the command with which a server fetches a segment back.

    Args:
        folder: The archive.
        last_wal: `pg_wal` of the lost cluster, where it can still be read: it holds what had not
            been archived.
    """
    where = _in_command(folder)
    command = f'f={where}/%f.gz; if [ -e "$f" ]; then gzip -dc "$f" > "%p"; else '
    if last_wal is not None:
        command += f'[ -e {_in_command(last_wal)}/%f ] && cp {_in_command(last_wal)}/%f "%p"; fi'
    else:
        command += "exit 1; fi"
    return command


def require_archiving(database: Database) -> None:
    """Look whether the server archives its WAL; what it cannot archive fills its own disk.

    Raises:
        WalArchiveError: It does not.
        StoreUnavailableError: The server does not answer.
    """
    with database.connection() as connection:
        row: Any = connection.execute(
            "SELECT current_setting('archive_mode') = 'on', last_failed_wal, last_failed_time, "
            "last_failed_time > coalesce(last_archived_time, '-infinity') FROM pg_stat_archiver"
        ).fetchone()
    archives, wal, since, failing = row
    if not archives:
        raise WalArchiveError(
            "The database was started before `wal_archive` was set: its WAL is not archived. "
            "Start it again, then take a backup."
        )
    if failing:
        raise WalArchiveError(
            f"WAL segment {wal} could not be archived at {since.isoformat()}. Look at the end of "
            "postgresql.log; free space in `wal_archive` or mend its permissions."
        )


def segments(folder: Path) -> list[Segment]:
    """Return the archived segments in order."""
    found = []
    for path in folder.iterdir() if folder.is_dir() else ():
        match = _SEGMENT.fullmatch(path.name)
        if match:
            timeline, file_number, within = (int(part, 16) for part in match.groups())
            number = file_number * _SEGMENTS_A_FILE_NUMBER + within
            found.append(Segment(number=number, timeline=timeline, path=path))
    return sorted(found)


def number_of(wal_file: str) -> int:
    """Return the place of a WAL file's name in the WAL, whatever its timeline."""
    return int(wal_file[8:16], 16) * _SEGMENTS_A_FILE_NUMBER + int(wal_file[16:24], 16)


def check_archive(folder: Path, first: int) -> Segment | None:
    """Return the last segment from `first` on, all of them present and whole; None without any.

    Args:
        folder: The archive.
        first: Place of the first segment needed: the one after a backup's own.

    Raises:
        WalArchiveError: One is missing or damaged; a restore would end before it unnoticed.
    """
    needed = [segment for segment in segments(folder) if segment.number >= first]
    expected = first
    for segment in needed:
        if segment.number > expected:
            raise WalArchiveError(
                f"{folder} lacks the WAL segment before {segment.path.name}. Restore with --until "
                "a time before it was written, or from a newer backup."
            )
        expected = segment.number + 1
    for segment in needed:
        if not _whole(segment.path):
            raise WalArchiveError(
                f"{segment.path} is damaged. Restore with --until a time before it was written, "
                "or from a newer backup."
            )
    return needed[-1] if needed else None


def prune_archive(folder: Path, before: int) -> int:
    """Delete the segments that no kept backup needs; return how many.

    Args:
        folder: The archive.
        before: Place of the first segment that the oldest kept backup needs.
    """
    deleted = 0
    for segment in segments(folder):
        if segment.number < before:
            segment.path.unlink()
            deleted += 1
    return deleted


def _whole(path: Path) -> bool:
    try:
        with gzip.open(path, "rb") as file:
            while file.read(_READ_BYTES):
                pass
    except (OSError, EOFError, zlib.error):
        return False
    return True


def _in_command(folder: Path) -> str:
    """Return a folder quoted for the shell and for the server's own % signs."""
    return shlex.quote(str(folder)).replace("%", "%%")

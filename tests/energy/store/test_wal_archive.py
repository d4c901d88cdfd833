from __future__ import annotations

import gzip
import subprocess
from pathlib import Path

import pytest

from energy.store.wal_archive import (
    WalArchiveError,
    archive_settings,
    check_archive,
    number_of,
    prune_archive,
    restore_command,
    segments,
)

NAME = "0000000100000002000000{:02X}"


def filled(folder: Path, *numbers: int) -> Path:
    folder.mkdir(exist_ok=True)
    for number in numbers:
        (folder / f"{NAME.format(number)}.gz").write_bytes(gzip.compress(b"wal"))
    return folder


def run(command: str, p: Path, f: str) -> int:
    """Run a command as the server does."""
    filled_in = command.replace("%p", str(p)).replace("%f", f).replace("%%", "%")
    return subprocess.run(["/bin/sh", "-c", filled_in], check=False).returncode


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    path = tmp_path / 'it\'s 100% "ours"'
    path.mkdir()
    return path


def test_a_segment_is_archived_once_and_only_the_same_one_again(
    folder: Path, tmp_path: Path
) -> None:
    command = archive_settings(folder)["archive_command"]
    segment, name = tmp_path / "segment", NAME.format(1)
    segment.write_bytes(b"one" * 1000)
    assert run(command, segment, name) == 0
    assert [path.name for path in folder.iterdir()] == [f"{name}.gz"]
    assert run(command, segment, name) == 0
    segment.write_bytes(b"two" * 1000)
    assert run(command, segment, name) != 0
    back = tmp_path / "back"
    assert run(restore_command(folder), back, name) == 0
    assert back.read_bytes() == b"one" * 1000


def test_what_is_not_archived_comes_from_the_lost_cluster_or_not_at_all(
    folder: Path, tmp_path: Path
) -> None:
    lost, back = tmp_path / "lost wal", tmp_path / "back"
    lost.mkdir()
    (lost / NAME.format(7)).write_bytes(b"last")
    assert run(restore_command(folder), back, NAME.format(7)) != 0
    assert run(restore_command(folder, lost), back, NAME.format(8)) != 0
    assert not back.exists()
    assert run(restore_command(folder, lost), back, NAME.format(7)) == 0
    assert back.read_bytes() == b"last"


def test_an_archive_without_room_keeps_no_half_segment(tmp_path: Path) -> None:
    command = archive_settings(tmp_path / "absent")["archive_command"]
    segment = tmp_path / "segment"
    segment.write_bytes(b"one")
    assert run(command, segment, NAME.format(1)) != 0
    assert not (tmp_path / "absent").exists()


def test_a_gap_or_a_damaged_segment_is_named_and_older_ones_do_not_matter(
    tmp_path: Path,
) -> None:
    archive = filled(tmp_path / "archive", 1, 5, 6, 7)
    (archive / "00000002.history.gz").write_bytes(b"")
    first = number_of(NAME.format(5))
    last = check_archive(archive, first)
    assert last is not None
    assert last.number == number_of(NAME.format(7)) == first + 2
    with pytest.raises(WalArchiveError, match=f"before {NAME.format(5)}"):
        check_archive(archive, first - 1)
    (archive / f"{NAME.format(6)}.gz").write_bytes(b"no gzip")
    with pytest.raises(WalArchiveError, match=f"{NAME.format(6)}.gz is damaged"):
        check_archive(archive, first)
    assert check_archive(archive, first + 9) is None
    assert check_archive(tmp_path / "absent", 0) is None


def test_only_what_no_backup_needs_is_pruned(tmp_path: Path) -> None:
    archive = filled(tmp_path / "archive", 1, 2, 3, 4)
    assert prune_archive(archive, number_of(NAME.format(3))) == 2
    assert [segment.number for segment in segments(archive)] == [
        number_of(NAME.format(3)),
        number_of(NAME.format(4)),
    ]


def test_places_count_over_the_border_of_a_file_number() -> None:
    assert number_of("000000020000000100000000") == number_of("0000000100000000000000FF") + 1

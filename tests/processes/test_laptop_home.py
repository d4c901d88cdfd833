"""The outbox is append-only, and what it holds survives."""

from __future__ import annotations

import errno
import os
import sqlite3
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import NoReturn
from uuid import UUID, uuid4

import pytest

from processes.field_documents import Document
from processes.laptop_home import (
    OUTBOX_FILE,
    ZERO,
    HomeError,
    LaptopHome,
    NewEvent,
    OutboxCommand,
    chained,
)

AT = datetime(2026, 11, 22, 6, 0, tzinfo=UTC)
PHOTO = Document(name="a.jpg", content=b"\xff\xd8\xff a photo", media_type="image/jpeg")
PACK = UUID(int=5)


@pytest.fixture
def home(tmp_path: Path) -> Iterator[LaptopHome]:
    made = LaptopHome(tmp_path / "laptop")
    yield made
    made.close()


def _append(
    home: LaptopHome,
    at: datetime = AT,
    *,
    point: str = "p-1",
    seen: int | None = None,
    numbers: tuple[int, int] | None = None,
) -> OutboxCommand:
    event = NewEvent(stream=UUID(int=9), version=1, topic="meter.planned", state="{}")
    return home.append(
        uuid4(),
        pack=PACK,
        verb="commission",
        point=point,
        at=at,
        body={"act": {"photo": {"sha256": PHOTO.sha256}}, "numbers": numbers},
        documents=[PHOTO],
        events=[event],
        seen=seen,
    )


def test_commands_are_numbered_and_chained(home: LaptopHome) -> None:
    first, second = _append(home), _append(home, AT + timedelta(minutes=1))
    assert [first.number, second.number] == [1, 2]
    at_us = int(AT.timestamp()) * 1_000_000
    assert first.own_hash == chained(ZERO, 1, first.id, first.verb, at_us, first.body)
    assert second.own_hash == chained(
        first.own_hash, 2, second.id, second.verb, at_us + 60_000_000, second.body
    )
    assert home.last_at() == second.at
    assert home.commands() == [first, second]


def test_nothing_changes_or_deletes_a_command(home: LaptopHome) -> None:
    _append(home)
    with sqlite3.connect(home.folder / OUTBOX_FILE) as other:
        for row in ("UPDATE command SET point = 'other'", "DELETE FROM command"):
            with pytest.raises(sqlite3.IntegrityError, match="append-only"):
                other.execute(row)
    other.close()


def test_a_command_outlives_the_program(home: LaptopHome) -> None:
    kept, laptop = _append(home), home.laptop
    home.close()
    again = LaptopHome(home.folder)
    assert (again.commands(), again.laptop) == ([kept], laptop)
    again.close()


def test_a_full_disk_stores_neither_command_nor_event(home: LaptopHome) -> None:
    home._db.execute("PRAGMA max_page_count = 1")
    with pytest.raises(HomeError, match="Nothing was stored"):
        _until_full(home)
    home._db.execute("PRAGMA max_page_count = 1000000")
    assert len(home.events().get(UUID(int=9), [])) == len(home.commands())


def test_a_document_that_was_changed_is_not_sent(home: LaptopHome) -> None:
    _append(home)
    assert home.document(PHOTO.sha256) == PHOTO.content
    next((home.folder / "documents").rglob("*")).joinpath(PHOTO.sha256[2:]).write_bytes(b"other")
    with pytest.raises(HomeError, match="gone or was changed"):
        home.document(PHOTO.sha256)


def test_what_the_server_told_is_kept_and_ends_the_waiting(home: LaptopHome) -> None:
    first, second = _append(home), _append(home, point="p-2")
    told = [(first.id, "applied", ""), (second.id, "review", "why")]
    assert home.tell(told, AT) == 2
    assert home.tell(told, AT) == 0
    assert [command.id for command in home.waiting()] == [second.id]
    assert home.tell([(second.id, "refused", "no")], AT) == 1
    assert home.waiting() == []
    assert len(home.events()[UUID(int=9)]) == 1


def test_a_laptop_without_pack_says_where_to_get_one(home: LaptopHome) -> None:
    with pytest.raises(HomeError, match="field unpack"):
        home.pack()


def test_a_folder_that_is_a_file_is_refused(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("x")
    with pytest.raises(HomeError, match="cannot be used"):
        LaptopHome(tmp_path / "file")


def _until_full(home: LaptopHome) -> None:
    for _ in range(200):
        _append(home)


def test_another_window_s_act_at_the_same_point_is_not_written_over(home: LaptopHome) -> None:
    seen = home.newest()
    _append(home)
    with pytest.raises(HomeError, match="Another window"):
        _append(home, point="p-1", seen=seen)
    _append(home, seen=home.newest())
    assert [command.number for command in home.commands()] == [1, 2]


def test_two_windows_never_give_one_channel_number(home: LaptopHome) -> None:
    _append(home, numbers=(7, 2))
    with pytest.raises(HomeError, match="same channel numbers"):
        _append(home, point="p-2", numbers=(7, 2))
    _append(home, point="p-2", numbers=(9, 2))
    assert home.next_number(PACK) == 11


def test_a_document_that_finds_no_room_says_so(
    home: LaptopHome, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("os.fsync", _full)
    with pytest.raises(HomeError, match="Free space"):
        home.keep(PHOTO)
    monkeypatch.undo()
    assert list(home.folder.rglob("*.new")) == []


def _full(_: int) -> NoReturn:
    raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))

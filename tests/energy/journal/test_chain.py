"""The bytes of an entry and its link are fixed for ever."""

from __future__ import annotations

import hashlib
from datetime import UTC, datetime
from uuid import UUID

import pytest

from energy.journal.chain import (
    FIRST_LINK,
    DamagedError,
    SealRow,
    entries_from,
    entry_bytes,
    head_message,
    next_link,
)
from energy.journal.entry import Entry

ENTRY = Entry(
    position=7,
    stream=UUID("00112233-4455-6677-8899-aabbccddeeff"),
    version=2,
    topic="mark.made",
    state=b"\x01\x02",
)
WRITTEN = bytes.fromhex(
    "0000000000000007"
    "00112233445566778899aabbccddeeff"
    "0000000000000002"
    "00000009" + b"mark.made".hex() + "00000002" + "0102"
)


def test_bytes_of_an_entry_are_fixed_for_ever() -> None:
    assert entry_bytes(ENTRY) == WRITTEN


def test_link_is_the_hash_of_the_link_before_and_the_entry() -> None:
    assert next_link(FIRST_LINK, WRITTEN) == hashlib.sha256(bytes(32) + WRITTEN).digest()


def test_no_part_of_an_entry_can_move_into_the_next_part() -> None:
    one = Entry(position=1, stream=ENTRY.stream, version=1, topic="ab", state=b"c")
    other = Entry(position=1, stream=ENTRY.stream, version=1, topic="a", state=b"bc")
    assert entry_bytes(one) != entry_bytes(other)


def test_entries_written_are_read_back() -> None:
    other = Entry(position=8, stream=ENTRY.stream, version=3, topic="表", state=b"")
    assert entries_from(entry_bytes(ENTRY) + entry_bytes(other)) == [ENTRY, other]


@pytest.mark.parametrize("length", range(1, len(WRITTEN)))
def test_cut_off_entry_is_refused(length: int) -> None:
    with pytest.raises(DamagedError):
        entries_from(WRITTEN[:length])


def test_link_of_a_position_within_a_row() -> None:
    at = datetime(2019, 1, 1, tzinfo=UTC)
    links = bytes([1] * 32 + [2] * 32)
    row = SealRow(application="books", first=5, last=6, links=links, sealed_at=at)
    assert row.link(6) == bytes([2] * 32)


def test_signed_message_is_fixed_for_ever() -> None:
    at = datetime(2019, 1, 1, tzinfo=UTC)
    assert head_message("site_a", "books", 5, bytes(32), at).decode() == (
        f"meterline seal head 1\nsite_a\nbooks\n5\n{'00' * 32}\n1546300800000000\n"
    )

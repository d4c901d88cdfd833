from __future__ import annotations

from datetime import UTC, datetime
from zoneinfo import ZoneInfo

from adapters.mbus.client import Readout
from adapters.mbus.profile import PROFILES
from adapters.mbus.records import parse
from adapters.mbus.stored import StoredCount, stored_counts
from simulator.mbus_meter import date_record, record

SHANGHAI = ZoneInfo("Asia/Shanghai")
HEAT = PROFILES.load("mbus_heat_kwh")
HEAD = bytes.fromhex("785634122D2C010455000000")


def stored(*records: bytes) -> list[StoredCount]:
    telegram = parse(HEAD + b"".join(records))
    readout = Readout(head=telegram.head, records=telegram.records, telegrams=1)
    return stored_counts(readout, HEAT, SHANGHAI)


def test_a_stored_value_bears_the_date_of_its_storage() -> None:
    day, minute = stored(
        record("06", 500), date_record("202611221200"),
        record("06", 400, storage=1), date_record("20261031", storage=1),
        record("13", 99, storage=2), record("13", 7, storage=2, function=1),
        bytes.fromhex("84016D") + date_record("202609302359")[2:],
    )  # fmt: skip
    assert day == StoredCount(
        quantity="heat_energy", storage=1, at=datetime(2026, 10, 30, 16, tzinfo=UTC),
        count=400_000, daily=True,
    )  # fmt: skip
    assert minute == StoredCount(
        quantity="volume", storage=2, at=datetime(2026, 9, 30, 15, 59, tzinfo=UTC), count=99,
        daily=False,
    )  # fmt: skip


def test_no_instant_is_made_up() -> None:
    (none,) = stored(record("06", 400, storage=3))
    (unset,) = stored(record("06", 400, storage=1), bytes.fromhex("426CFFFF"))
    assert (none.at, unset.at) == (None, None)


def test_what_is_no_number_is_not_shown() -> None:
    assert stored(bytes.fromhex("4C06FFFFFFFF"), record("0E", 5, storage=1)) == []

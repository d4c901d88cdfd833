from __future__ import annotations

import pytest

from adapters.mbus.client import Readout
from adapters.mbus.own_profile import own_profile, turns_at
from adapters.mbus.profile import PROFILES
from adapters.mbus.records import parse as parse_records
from simulator.mbus_meter import date_record, record

HEAD = bytes.fromhex("785634122D2C010755000000")
WATER = PROFILES.load("mbus_water")
TEXT = PROFILES.text("mbus_water")


def readout(*records: bytes) -> Readout:
    telegram = parse_records(HEAD + b"".join(records))
    return Readout(head=telegram.head, records=telegram.records, telegrams=1)


def test_a_profile_of_one_meter_holds_what_it_sends_and_where_it_turns() -> None:
    sent = readout(record("13", 1, decimal=True), record("3B", 2, size=2), date_record("20261122"))
    own = PROFILES.parse(own_profile(TEXT, WATER, sent, "main"), name="main")
    assert own.id == "main"
    assert set(own.points) == {"volume", "flow", "battery_low", "alarm", "prealarm"}
    # eight digits of litres, counted in tenths of a litre
    assert own.facts("volume").modulus == 10**9
    assert own.facts("flow").modulus is None
    assert own.point("volume").wire == WATER.point("volume").wire


@pytest.mark.parametrize(
    "sent",
    [
        readout(record("13", 1)),  # binary: nobody can tell
        readout(record("10", 1, decimal=True)),  # finer than the profile
        readout(record("16", 1, size=6, decimal=True)),  # never turns in service
        readout(record("13", 1, decimal=True), record("13", 1)),  # two of them
    ],
)
def test_where_digits_tell_nothing_no_modulus_is_made_up(sent: Readout) -> None:
    own = PROFILES.parse(own_profile(TEXT, WATER, sent, "main"), name="main")
    assert own.facts("volume").modulus is None


def test_a_gauge_never_turns() -> None:
    assert turns_at(WATER.point("flow"), []) is None

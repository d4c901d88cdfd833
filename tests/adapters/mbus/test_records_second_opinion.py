"""The public library pyMeterBus as a second opinion: it decodes telegrams and reads our meters.

Where the two differ, the test says which of them is right and why: docs/decisions/0037-m-bus.md.
"""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Iterator
from datetime import UTC, datetime
from fractions import Fraction
from typing import Any
from zoneinfo import ZoneInfo

import pytest
import serial
from hypothesis import given
from hypothesis import strategies as st

from adapters.mbus.frame import Ask, Asked, judge
from adapters.mbus.numbers import instant_of, number_of
from adapters.mbus.records import Function, Record, TelegramError, parse
from adapters.mbus.units import meaning_of
from simulator.mbus_meter import MbusMeter, MbusSlaves, frame, heat_meter, record, water_meter
from simulator.meter_bus import MeterBus
from tests.adapters.dlt645.cases import cases

HEAD = bytes.fromhex("785634122D2C010455000000")
THEIR_UNITS = {"C": "degC", "m^3": "m3", "m^3/h": "m3/h", "m^3/min": "m3/h", "m^3/s": "m3/h"}
PER_HOUR = {"m^3/min": 60, "m^3/s": 3600}
SOUND = ("water_12565_litres", "gas_with_plain_text_units")
FUNCTIONS = {Function.INSTANTANEOUS: "INSTANTANEOUS_VALUE", Function.MAXIMUM: "MAXIMUM_VALUE",
             Function.MINIMUM: "MINIMUM_VALUE", Function.IN_ERROR: "ERROR_STATE_VALUE"}  # fmt: skip
VIFS = [*range(0x20), *range(0x28, 0x6C)]


@pytest.fixture(scope="module")
def library() -> Iterator[Any]:
    """Return the library; importing it turns the logging of the whole program on."""
    root = logging.getLogger()
    handlers, level = list(root.handlers), root.level
    import meterbus

    root.handlers[:], root.level = handlers, level
    return meterbus


def agree(ours: Record, theirs: Any) -> None:
    """Compare one record; their numbers are floats, so they are rounded to our step."""
    meaning, told = meaning_of(ours.vif), theirs.interpreted
    assert told["storage_number"] == ours.storage
    assert (told.get("tariff") or 0, told.get("device") or 0) == (ours.tariff, ours.subunit)
    assert told["function"] == f"FunctionType.{FUNCTIONS[ours.function]}"
    number = number_of(ours)
    if meaning.unit and number is not None:
        unit = theirs.unit
        assert THEIR_UNITS.get(unit, unit) == meaning.unit
        value = Fraction(theirs.parsed_value) * PER_HOUR.get(unit, 1)
        assert round(value / meaning.step) == number


@pytest.mark.parametrize(
    "case", [c for c in cases("mbus") if c.name in SOUND], ids=lambda c: c.name
)
def test_published_answers_are_read_alike(case: Any, library: Any) -> None:
    asked = Asked(ask=Ask.READ, address=int(case.expected["address"]))
    values = judge(case.octets, asked)
    assert isinstance(values, bytes)
    telegram = parse(values)
    theirs = library.load(case.octets)
    assert theirs.manufacturer == telegram.head.who.manufacturer
    decoded = [each for each in theirs.records if each.dib.parts[0] != 0x0F]
    for ours, other in zip(telegram.records, decoded, strict=True):
        agree(ours, other)


@given(
    vif=st.sampled_from(VIFS), value=st.integers(-9_999_999, 99_999_999), decimal=st.booleans(),
    storage=st.integers(0, 2**20), tariff=st.integers(0, 200), subunit=st.integers(0, 30),
    function=st.sampled_from(Function),
)  # fmt: skip
def test_any_record_of_the_main_table_is_read_alike(
    *,
    vif: int,
    value: int,
    decimal: bool,
    storage: int,
    tariff: int,
    subunit: int,
    function: Function,
    library: Any,
) -> None:
    made = record(
        f"{vif:02X}", value, decimal=decimal, storage=storage, tariff=tariff, subunit=subunit,
        function=function,
    )  # fmt: skip
    (theirs,) = library.load(frame(0x08, 1, b"\x72" + HEAD + made)).records
    (ours,) = parse(HEAD + made).records
    agree(ours, theirs)


@pytest.mark.parametrize(
    ("records", "theirs", "ours"),
    [
        ("0C13FFFFFFFF", "-15151.51499", None),  # the sign for no value becomes a number
        ("0C13ABCDEF12", "12151.31099", None),  # halves above nine are carried
        ("040600000080", "-2147483648000", None),  # the lowest number is the sign for none
        ("07030100000000002000", "9007199254740992", 2**53 + 1),  # a float has 53 bits
        ("0413", "None", TelegramError),  # a record without its value is taken
        ("0D78C2345604130A000000", "34 56 04 13", 5634),  # four bytes taken for two
    ],
)
def test_why_its_numbers_are_not_taken(
    records: str, theirs: str, ours: object, library: Any
) -> None:
    octets = bytes.fromhex(records)
    told = library.load(frame(0x08, 1, b"\x72" + HEAD + octets)).records[0].parsed_value
    assert str(told).startswith(theirs)
    if ours is TelegramError:
        with pytest.raises(TelegramError):
            parse(HEAD + octets)
    else:
        assert number_of(parse(HEAD + octets).records[0]) == ours


@pytest.mark.parametrize(
    ("records", "theirs", "ours"),
    [
        ("426CFFFF", "2027-15-31", None),
        ("046D00000000", "2000-00-00T00:00", None),
        ("046DB80DAA19", "2013-09-10T13:56", None),  # its invalid bit is set
        ("066D2D1E0C563B00", "2040-06-12T30:45", datetime(2026, 11, 22, 12, 30, 45, tzinfo=UTC)),
    ],
)
def test_why_its_instants_are_not_taken(
    records: str, theirs: str, ours: datetime | None, library: Any
) -> None:
    octets = bytes.fromhex(records)
    assert library.load(frame(0x08, 1, b"\x72" + HEAD + octets)).records[0].parsed_value == theirs
    assert instant_of(parse(HEAD + octets).records[0], ZoneInfo("UTC")) == ours


@pytest.mark.parametrize(
    ("vif", "unit", "step"),
    [("9377", "m3", Fraction(1, 100)), ("937D", "m3", Fraction(1)), ("FB08", "J", Fraction(10**8))],
)
def test_why_its_units_are_not_taken(vif: str, unit: str, step: Fraction, library: Any) -> None:
    made = record(vif, 1)
    told = library.load(frame(0x08, 1, b"\x72" + HEAD + made)).records[0]
    ours = meaning_of(parse(HEAD + made).records[0].vif)
    assert (ours.unit, ours.step) == (unit, step)
    theirs = Fraction(told.parsed_value).limit_denominator(10**6)
    assert (THEIR_UNITS.get(told.unit, told.unit), theirs) != (unit, step)


def test_why_its_frames_are_not_taken(library: Any) -> None:
    good = frame(0x08, 1, b"\x72" + HEAD + record("06", 5))
    for at, octet in ((-1, 0x55), (3, 0x10), (4, 0x53)):
        bad = bytearray(good)
        bad[at] = octet
        bad[-2] = sum(bad[4:-2]) % 256
        assert library.load(bytes(bad)).records[0].parsed_value == 5000
        assert not isinstance(judge(bytes(bad), Asked(ask=Ask.READ, address=1)), bytes)


@pytest.mark.servers
def test_its_master_reads_our_simulated_meters_over_a_serial_port(library: Any) -> None:
    meters = [heat_meter(1, "12345678"), water_meter(2, "12340001")]
    slaves = MbusSlaves(meters)

    def conversation(device: str) -> list[Any]:
        with serial.Serial(device, 2400, parity="E", timeout=1.0) as port:
            bus = library.MBusSerial(port)
            bus.send_ping_frame(1)
            assert bus.recv_frame(1) == b"\xe5"
            bus.send_request_frame(1)
            heat = library.load(bus.recv_frame())
            bus.send_select_frame(_text_of(meters[1]))
            assert bus.recv_frame(1) == b"\xe5"
            bus.send_request_frame_multi(0xFD)
            water = library.load(bus.recv_frame())
            return [heat, water]

    async def story() -> list[Any]:
        bus = MeterBus(slaves, wakes=False)
        device = bus.attach_pty()
        try:
            return await asyncio.to_thread(conversation, device)
        finally:
            await bus.close()

    heat, water = asyncio.run(story())
    assert heat.secondary_address == _text_of(meters[0])
    assert heat.records[0].parsed_value == 123_456_000
    assert round(water.records[0].parsed_value * 1000) == 1_234_567
    assert water.more_records_follow
    assert slaves.writes == 0


def _text_of(meter: MbusMeter) -> str:
    return meter.number + meter.address_octets()[4:].hex().upper()

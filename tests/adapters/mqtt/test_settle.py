from __future__ import annotations

from decimal import Decimal
from fractions import Fraction

import pytest
from hypothesis import given
from hypothesis import strategies as st

from adapters.mapping_words import Rounding
from adapters.mqtt.mapper import Found
from adapters.mqtt.mapping import Meaning, Origin, ValueRule, Where
from adapters.mqtt.mapping_values import SingleFloat
from adapters.mqtt.payload import Reason, RefusedError
from adapters.mqtt.settle import ChannelCount, ChannelTarget, Settler
from energy.base.quality import Quality
from energy.base.units import Utility
from energy.metering.channel import Kind

AT = Where(text="/v", origin=Origin.POINTER, steps=("v",))


def target(
    unit: str = "kWh",
    resolution: str = "0.01",
    kind: Kind = Kind.COUNTER,
    utility: Utility | None = Utility.ELECTRICITY,
) -> ChannelTarget:
    return ChannelTarget(
        number=1,
        point="b2",
        quantity="q",
        kind=kind,
        unit=unit,
        resolution=Fraction(resolution) if resolution else None,
        utility=utility,
    )


def settled(
    value: str | Decimal,
    unit: str = "kWh",
    scale: str = "1",
    *,
    to: ChannelTarget | None = None,
    rounding: Rounding = Rounding.EXACT,
    sound: bool = True,
) -> ChannelCount | Reason:
    number = Decimal(value)
    meaning = Meaning(quantity="q", unit=unit, scale=Fraction(scale))
    found = Found(
        device="d",
        quantity="q",
        unit=unit,
        meaning=meaning,
        value=number.as_integer_ratio(),
        raw=value if isinstance(value, Decimal) else number,
        at_us=5,
        rule=ValueRule(at=AT, meaning=meaning, rounding=rounding),
        sound=sound,
    )
    try:
        return Settler({"d": {"q": to or target()}}).settle(found)
    except RefusedError as refused:
        return refused.refusal.reason


@pytest.mark.parametrize(
    ("value", "unit", "scale", "to", "count"),
    [
        ("15203.4", "kWh", "1", target(), 1_520_340),
        ("15.2034", "MWh", "1", target(), 1_520_340),
        ("15203400", "Wh", "1", target(), 1_520_340),
        ("152034", "kWh", "0.1", target(), 1_520_340),
        ("3", "kWh", "1/3", target(resolution="1/100"), 100),
        ("7", "count", "1", target(resolution=""), 7),
        ("7", "channel", "1", target(unit="m3", resolution="0.1", utility=Utility.WATER), 70),
        ("1.5", "GJ", "1", target("MWh", "1/36000", utility=Utility.HEATING), 15_000),
        ("-12.5", "kW", "1", target("W", "1", Kind.GAUGE), -12_500),
        ("2.5", "bar", "1", target("kPa", "1", Kind.GAUGE, None), 250),
    ],
)
def test_a_value_becomes_the_exact_count_of_its_channel(
    value: str, unit: str, scale: str, to: ChannelTarget, count: int
) -> None:
    assert settled(value, unit, scale, to=to) == ChannelCount(channel=1, at_us=5, count=count)


@pytest.mark.parametrize(
    ("value", "unit", "to", "reason"),
    [
        ("0.005", "kWh", target(), Reason.NOT_WHOLE),
        ("1.5", "count", target(), Reason.NOT_WHOLE),
        ("-1", "kWh", target(), Reason.WRONG_COUNT),
        ("1e30", "kWh", target(), Reason.WRONG_COUNT),
        ("1", "m3", target(), Reason.WRONG_UNIT),
        ("1", "GJ", target(), Reason.WRONG_UNIT),
        ("1", "kw/h", target(), Reason.WRONG_UNIT),
        ("1", "kWh", target(resolution=""), Reason.WRONG_UNIT),
        ("1", "GJ", target("MWh", "0.001", utility=Utility.HEATING), Reason.NOT_WHOLE),
    ],
)
def test_what_is_no_count_of_its_channel_is_refused(
    value: str, unit: str, to: ChannelTarget, reason: Reason
) -> None:
    assert settled(value, unit, to=to) is reason


@given(st.decimals(min_value=0, max_value=10**9, places=4))
def test_rounding_half_up_is_never_more_than_half_a_count_off(value: Decimal) -> None:
    count = settled(value, rounding=Rounding.HALF_UP)
    assert isinstance(count, ChannelCount)
    off = Fraction(count.count) / 100 - Fraction(value)
    assert Fraction(-1, 200) < off <= Fraction(1, 200)


def test_a_value_that_its_device_does_not_vouch_for_is_suspect() -> None:
    counted = settled("1", sound=False)
    assert isinstance(counted, ChannelCount)
    assert (counted.count, counted.quality) == (100, Quality.SUSPECT)


@pytest.mark.parametrize(
    ("value", "kind", "quality"),
    [
        (131_071.0, Kind.COUNTER, Quality.MEASURED),
        (131_072.0, Kind.COUNTER, Quality.SUSPECT),
        (131_072.0, Kind.GAUGE, Quality.MEASURED),
    ],
)
def test_a_32_bit_float_counter_too_large_for_its_resolution_is_suspect(
    value: float, kind: Kind, quality: Quality
) -> None:
    counted = settled(SingleFloat(value), to=target(kind=kind))
    assert isinstance(counted, ChannelCount)
    assert counted.quality is quality

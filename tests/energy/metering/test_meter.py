"""A metering point lives on through its meters; what could not be billed is refused."""

from __future__ import annotations

from datetime import timedelta
from fractions import Fraction

import pytest

from energy.base.ids import id_of
from energy.metering.channel import ChannelError
from energy.metering.meter import FedSpan, Meter, MeterStateError, meter_id
from tests.fixtures.batches import at
from tests.fixtures.meters import (
    LONG_AGO,
    change_ratio,
    commission,
    counter_facts,
    gauge_facts,
    planned,
    replace,
    retire,
)


@pytest.fixture
def meter() -> Meter:
    return planned("town", "m1", 1, counter_facts(), gauge_facts())


def served(meter: Meter) -> Meter:
    commission(meter, since=LONG_AGO)
    return meter


def test_identity_is_site_and_point(meter: Meter) -> None:
    assert meter.id == meter_id("town", "m1") != meter_id("town", "m2")
    assert meter.serial is None


def test_second_device_at_one_point_is_refused(meter: Meter) -> None:
    served(meter)
    with pytest.raises(MeterStateError, match="`field replace`"):
        commission(meter, since=at(0), serial="S-9")
    assert len(meter.pending_events) == 2


def test_replacement_takes_over_the_plate(meter: Meter) -> None:
    served(meter)
    replace(meter, when=at(0), final={1: 5}, start={1: 0}, serial="S-2", multiplier=Fraction(20))
    assert (meter.serial, meter.multiplier, meter.since) == ("S-2", "20", at(0))


@pytest.mark.parametrize(("final", "start"), [({}, {1: 0}), ({1: 5}, {}), ({2: 5}, {2: 0})])
def test_replacement_needs_both_counts_of_every_counter(
    meter: Meter, final: dict[int, int], start: dict[int, int]
) -> None:
    served(meter)
    with pytest.raises(MeterStateError, match="Read both displays"):
        replace(meter, when=at(0), final=final, start=start)
    assert meter.serial == "S-1"


def test_same_device_does_not_replace_itself(meter: Meter) -> None:
    served(meter)
    with pytest.raises(MeterStateError, match="already serves"):
        replace(meter, when=at(0), final={1: 5}, start={1: 0}, serial="S-1")


@pytest.mark.parametrize("minutes", [0, -1])
def test_nothing_happens_before_the_present_device_came(meter: Meter, minutes: int) -> None:
    commission(meter, since=at(0))
    when = at(0) + timedelta(minutes=minutes)
    with pytest.raises(MeterStateError, match="not after the start"):
        replace(meter, when=when, final={1: 5}, start={1: 0})
    with pytest.raises(MeterStateError, match="not after the start"):
        change_ratio(meter, when=when, counts={1: 5}, multiplier=Fraction(2))
    with pytest.raises(MeterStateError, match="not after the start"):
        retire(meter, when=when, final={1: 5})


def test_point_without_device_takes_only_a_commissioning(meter: Meter) -> None:
    with pytest.raises(MeterStateError, match="`field commission`"):
        replace(meter, when=at(0), final={1: 5}, start={1: 0})
    with pytest.raises(MeterStateError, match="`field commission`"):
        retire(meter, when=at(0), final={1: 5})


def test_device_comes_back_after_the_last_one_left_not_before(meter: Meter) -> None:
    served(meter)
    retire(meter, when=at(60), final={1: 5})
    with pytest.raises(MeterStateError, match="taken away"):
        commission(meter, since=at(59), serial="S-3")
    commission(meter, since=at(60), serial="S-3")
    assert meter.serial == "S-3"


def test_multiplier_that_could_not_be_folded_is_refused_everywhere(meter: Meter) -> None:
    with pytest.raises(ChannelError):
        commission(meter, multiplier=Fraction(1, 3))
    served(meter)
    with pytest.raises(ChannelError):
        change_ratio(meter, when=at(0), counts={1: 5}, multiplier=Fraction(0))
    with pytest.raises(ChannelError):
        replace(meter, when=at(0), final={1: 5}, start={1: 0}, multiplier=Fraction(-2))
    assert (meter.serial, meter.multiplier) == ("S-1", "1")


def test_ratio_counts_from_its_instant_on(meter: Meter) -> None:
    served(meter)
    change_ratio(meter, when=at(5), counts={1: 7}, multiplier=Fraction(200, 5))
    assert (meter.multiplier, meter.since, meter.serial) == ("40", at(5), "S-1")


def test_no_text_that_the_tables_cannot_take_becomes_an_event(meter: Meter) -> None:
    with pytest.raises(AssertionError, match="NUL"):
        planned("town", "a\0b", 1, counter_facts())
    with pytest.raises(AssertionError, match="NUL"):
        commission(meter, serial="S\0-1")
    assert meter.serial is None


def test_a_reset_needs_the_counts_on_both_sides_and_begins_anew(meter: Meter) -> None:
    served(meter)

    def reset(before: dict[int, int], after: dict[int, int]) -> None:
        meter.record_reset(
            at=at(0),
            counts_before=before,
            counts_after=after,
            reason="without voltage",
            record={},
            command_id=id_of("test", "reset"),
        )

    for before, after in (({1: 5}, {}), ({}, {1: 0})):
        with pytest.raises(MeterStateError, match="Read both displays"):
            reset(before, after)
    with pytest.raises(MeterStateError, match="No counter"):
        reset({2: 5}, {2: 0})
    reset({1: 5}, {1: 0})
    assert (meter.serial, meter.since) == ("S-1", at(0))
    with pytest.raises(MeterStateError, match="is not after the start"):
        retire(meter, when=at(0), final={})


@pytest.fixture
def two_way() -> Meter:
    export = counter_facts(quantity="active_energy_export")
    made = planned("town", "m1", 1, counter_facts(), export, gauge_facts())
    commission(made, since=LONG_AGO)
    return made


def feed(meter: Meter, feeds: dict[int, int], first: float, last: float | None) -> None:
    span = FedSpan(
        start=at(first),
        end=None if last is None else at(last),
        feeds=feeds,
        start_counts={},
        end_counts={},
    )
    command_id = id_of("test", "feed", str(first), str(last))
    meter.feed(span, reason="CT reversed", record={}, command_id=command_id)


@pytest.mark.parametrize("feeds", [{1: 2}, {1: 2, 2: 2}, {1: 3, 3: 1}])
def test_each_register_feeds_one_counter(two_way: Meter, feeds: dict[int, int]) -> None:
    with pytest.raises(MeterStateError, match="every register"):
        feed(two_way, feeds, 0, None)


def test_wrong_wiring_needs_a_span_and_a_meter(two_way: Meter) -> None:
    with pytest.raises(MeterStateError, match="is not after"):
        feed(two_way, {1: 2, 2: 1}, 60, 60)
    retire(two_way, when=at(120), final={})
    with pytest.raises(MeterStateError, match="field commission"):
        feed(two_way, {1: 2, 2: 1}, 60, None)
    feed(two_way, {1: 2, 2: 1}, 60, 120)
    assert two_way.since == at(120)


def test_another_meter_is_wired_right_until_somebody_says_otherwise(two_way: Meter) -> None:
    feed(two_way, {1: 2, 2: 1}, 0, None)
    assert two_way.feeds == {"1": 2, "2": 1}
    replace(two_way, when=at(60), final={1: 5, 2: 5}, start={1: 0, 2: 0})
    assert two_way.feeds == {}

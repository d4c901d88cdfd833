"""A pulse box is tested with ten pulses, anchored to its display, and never jumps afterwards."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta
from fractions import Fraction
from typing import Any

import pytest

from energy.base.period import Period
from energy.metering.channel import ChannelFacts
from energy.metering.plant import Source
from energy.metering.reading import Reading
from energy.views.findings import read_findings
from energy.views.usage import read_spans
from processes.pulse_listen import Pulses
from processes.technician_control import Controlled, anchored, control
from processes.technician_pulse import PulseMeter, Weight, commission_pulse
from processes.technician_retire import retire
from processes.technician_values import (
    ChecksFailedError,
    Done,
    FieldRefusedError,
    NewPoint,
    Remarks,
    Removed,
)
from tests.fixtures.field import Field
from tests.fixtures.postgres import NOON, command

pytestmark = pytest.mark.servers
NEW = NewPoint(name="Gas of the kitchen", place="b2", utility="gas")
PLATE = Weight.of(Fraction("0.01"), None, None)
METER = PulseMeter(
    point="b2-gas",
    source="pulses-1",
    device="box-7",
    serial="G-1",
    display="4711.53",
    weight=PLATE,
    pulses=10,
)


class Box:
    """A pulse box whose input is worked between two looks."""

    def __init__(self, field: Field, *counts: int) -> None:
        self.field, self.counts = field, list(counts)

    def __call__(self, facts: ChannelFacts) -> Box:
        self.facts = facts
        return self

    def hear(self) -> Pulses:
        return Pulses(at=self.field.site.clock.now(), count=self.counts.pop(0))


@pytest.fixture
def gas(field: Field) -> Field:
    field.site.application("metering").store(
        Source(
            site=field.site.site.key,
            key="pulses-1",
            kind="mqtt",
            settings={"host": "127.0.0.1", "port": 1883, "topic": "site/pulses/+"},
            command_id=command("pulses"),
        )
    )
    field.site.project()
    return field


def commissioned(field: Field, *counts: int, **changes: Any) -> Done:
    meter = replace(METER, **changes)
    return commission_pulse(field.desk(1), meter, NEW, Box(field, *counts), watch_s=60)


def test_a_box_that_counted_every_pulse_serves_its_point_from_the_anchored_display_on(
    gas: Field,
) -> None:
    done = commissioned(gas, 1_000, 1_010)
    assert {check.name: check.outcome.value for check in done.checks} == {
        "pulse test": "ok",
        "bounce": "ok",
        "display": "ok",
    }
    assert done.counts == {"volume": 1_010}
    [(record, multiplier, resolution, start)] = gas.site.rows(
        "SELECT m.record, m.multiplier, c.resolution, s.start_count FROM {s}.meter AS m "
        "JOIN {s}.channel AS c USING (point) JOIN {s}.segment AS s ON s.channel = c.number"
    )
    assert (multiplier, resolution, start) == ("1", "1/100", 1_010)
    assert record["pulse_weight"] == "1/100"
    assert Fraction(record["control"]["offset"]) == Fraction("4711.53") - Fraction("10.1")
    assert anchored(gas.desk(1), "b2-gas", "G-1")
    before = gas.position()
    assert commissioned(gas).again
    assert gas.position() == before


@pytest.mark.parametrize(
    ("counts", "pulses", "words"),
    [
        ((1_000, 1_009), 9, "make at least 10"),
        ((1_000, 1_000), 10, "nothing arrived"),
        ((1_000, 1_013), 10, "the contact bounces. Raise the debounce time"),
        ((1_000, 1_008), 10, "some were lost"),
        ((1_000, 1_100), 10, "the box makes 10 of each pulse. Its own weight is set"),
        ((1_000, 3), 10, "the box was reset"),
    ],
)
def test_a_box_that_counts_something_else_is_refused_with_the_cause(
    gas: Field, counts: tuple[int, int], pulses: int, words: str
) -> None:
    before = gas.position()
    with pytest.raises(ChecksFailedError, match=words):
        commissioned(gas, *counts, pulses=pulses)
    assert gas.position() == before


def test_one_weight_counts_never_both() -> None:
    with pytest.raises(FieldRefusedError, match="Both would count twice"):
        Weight.of(Fraction(1), Fraction(1), Fraction(1))
    with pytest.raises(FieldRefusedError, match="Give one weight"):
        Weight.of(None, None, None)
    with pytest.raises(FieldRefusedError, match="--box-step"):
        Weight.of(None, Fraction("0.01"), Fraction("0.003"))


def test_a_box_with_its_own_weight_counts_its_steps(gas: Field) -> None:
    own = Weight.of(None, Fraction("0.01"), Fraction("0.001"))
    done = commissioned(gas, 10_000, 10_100, weight=own)
    assert done.counts == {"volume": 10_100}
    assert gas.site.rows("SELECT resolution FROM {s}.channel") == [("1/1000",)]


def test_a_serial_or_a_device_serves_one_point_only(gas: Field) -> None:
    commissioned(gas, 0, 10)
    with pytest.raises(FieldRefusedError, match="Device box-7 of pulses-1 already commissioned"):
        commissioned(gas, 0, 10, point="b5-gas", serial="G-2")
    with pytest.raises(FieldRefusedError, match="Serial G-1 already commissioned at b2-gas"):
        commissioned(gas, 0, 10, point="b5-gas", device="box-8")
    with pytest.raises(FieldRefusedError, match="Retire it first"):
        commissioned(gas, 0, 10, serial="G-2")


def pulses(field: Field, minute: int, count: int) -> None:
    at = NOON + timedelta(minutes=minute)
    field.site.accept(Reading(channel=1, at=at, count=count))
    field.site.clock.move_to(at)
    field.site.project()


def controlled(field: Field, minute: int, display: str) -> Controlled:
    at = NOON + timedelta(minutes=minute)
    field.site.clock.move_to(max(at, field.site.clock.now()))
    return control(field.desk(1), "b2-gas", display, at=at, reason="round", remarks=Remarks())


def used(field: Field) -> int:
    period = Period(start=NOON, end=NOON + timedelta(hours=3))
    with field.system.database.connection() as connection:
        span = read_spans(connection, field.site.schema, [1], period)[1]
    return int(span.usage.sum())


def test_a_display_that_agrees_is_a_control_reading_and_moves_nothing(gas: Field) -> None:
    commissioned(gas, 1_000, 1_010)
    pulses(gas, 30, 1_110)
    pulses(gas, 45, 1_160)
    before = used(gas)
    found = controlled(gas, 45, "4713.03")
    assert (found.drift, found.count, found.again) == (0, 1_160, False)
    assert used(gas) == before
    position = gas.position()
    assert controlled(gas, 45, "4713.03").again
    assert gas.position() == position


def test_lost_pulses_are_a_finding_and_a_dated_anchor_but_never_a_jump(gas: Field) -> None:
    commissioned(gas, 1_000, 1_010)
    pulses(gas, 30, 1_110)
    pulses(gas, 45, 1_160)
    before = used(gas)
    found = controlled(gas, 45, "4718.03")
    assert found.drift == 5
    assert used(gas) == before
    with gas.system.database.connection() as connection:
        [finding] = read_findings(connection, gas.site.schema)
    assert finding.key.code == "meter.pulse_drift"
    assert (finding.key.start, finding.end) == (
        NOON + timedelta(seconds=60),
        NOON + timedelta(minutes=45),
    )
    assert finding.proof["drift"] == "5"
    pulses(gas, 60, 1_170)
    assert controlled(gas, 60, "4718.13").drift == 0


def test_a_display_between_two_counts_agrees_with_anything_between_them(gas: Field) -> None:
    commissioned(gas, 1_000, 1_010)
    pulses(gas, 30, 1_110)
    pulses(gas, 45, 1_160)
    assert controlled(gas, 40, "4712.9").drift == 0


def test_a_box_that_turned_over_since_its_control_shows_no_drift(gas: Field) -> None:
    commissioned(gas, 9_870, 9_880, modulus=10_000)
    pulses(gas, 30, 9_980)
    pulses(gas, 45, 30)
    before = used(gas)
    found = controlled(gas, 45, "4713.03")
    assert (found.drift, found.count) == (0, 30)
    assert used(gas) == before
    assert controlled(gas, 50, "4713.13").drift == 0, "behind the last count, within its rise"
    done = retire(gas.desk(1), "b2-gas", Removed(displays=("4713.03",), reason="out"), Remarks())
    assert "display 4713.03 is 0 m3 ahead" in done.checks[0].text


def test_a_box_may_turn_over_during_its_test(gas: Field) -> None:
    assert commissioned(gas, 9_995, 5, modulus=10_000).counts == {"volume": 5}


def test_a_display_without_a_pulse_count_of_its_hour_is_refused(gas: Field) -> None:
    commissioned(gas, 1_000, 1_010)
    with pytest.raises(FieldRefusedError, match="no pulse count of the hour before"):
        controlled(gas, 120, "4712.9")


def test_a_pulse_meter_is_retired_with_its_last_count_and_its_display_held_against_it(
    gas: Field,
) -> None:
    commissioned(gas, 1_000, 1_010)
    pulses(gas, 30, 1_110)
    done = retire(
        gas.desk(1), "b2-gas", Removed(displays=("4713.53",), reason="moved out"), Remarks()
    )
    assert done.final_counts == {"volume": 1_110}
    assert [check.text for check in done.checks] == [
        "last pulse count 1110 of 2019-01-01 12:30 UTC; display 4713.53 is 1 m3 ahead"
    ]


def test_the_display_of_a_register_is_held_against_it_now_and_nothing_is_written(
    field: Field, port: int
) -> None:
    new = NewPoint(name="B2", place="b2", utility="electricity")
    field.technician(port).commission(field.installed(2), new, watch_s=0)
    before = field.position()

    def looked(shown: str, minutes: int = 0) -> Controlled:
        at = field.site.clock.now() - timedelta(minutes=minutes)
        return control(field.desk(port), "b2-elec", shown, at=at, reason="", remarks=Remarks())

    found = looked(field.display(2))
    assert (found.register, found.drift, found.count) == (True, 0, field.count(2))
    wrong = looked("5.0")
    assert wrong.drift == 5 - Fraction(field.count(2), 100)
    with pytest.raises(FieldRefusedError, match="use `readings record`"):
        looked(field.display(2), minutes=20)
    assert field.position() == before


def test_a_pulse_meter_is_changed_by_retiring_it_and_commissioning_the_next_one(
    gas: Field,
) -> None:
    commissioned(gas, 1_000, 1_010)
    pulses(gas, 30, 1_110)
    gone = Removed(displays=("4712.53",), reason="calibration is due")
    retire(gas.desk(1), "b2-gas", gone, Remarks())
    done = commissioned(gas, 0, 10, serial="G-2", device="box-8", display="0.10")
    assert done.counts == {"volume": 10}
    segments = gas.site.rows("SELECT serial, start_count, end_count FROM {s}.segment ORDER BY 2")
    assert sorted(segments) == [("G-1", 1_010, 1_110), ("G-2", 10, None)]
    pulses(gas, 60, 60)
    assert controlled(gas, 60, "0.6").drift == 0

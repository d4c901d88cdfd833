"""Limits are stricter in the time of an event and never outside, by the engine of all rules."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from fractions import Fraction
from typing import Any
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from energy.alerting.rules.evaluate import RuleState, evaluate
from energy.alerting.rules.kinds import WatchedChannel, in_their_time, specs_of
from energy.alerting.rules.spec import RuleSpec
from energy.alerting.signal import SignalState
from energy.base.clock import to_us
from energy.base.ids import id_of
from energy.base.period import Period
from energy.metering.channel import Kind
from energy.service.assurance.errors import AssuranceError
from energy.service.assurance.event_file import parse_event
from energy.service.assurance.limits import EVENT, stricter
from energy.service.assurance.plan import Limit
from tests.energy.service.assurance.test_event_file import FILE, person

LONDON = ZoneInfo("Europe/London")
CLARA = id_of("person", "clara")
BASE: dict[str, Any] = {
    "kind": "threshold",
    "key": "load",
    "version": 3,
    "name": "Load",
    "severity": "medium",
    "channel": 0,
    "subject": {"quantity": "active_power"},
    "terms": {"above": "100", "below": "20", "deadband": "2"},
    "calendar": {"hours": ["mon-fri 08:00-18:00"]},
    "delay_s": 60,
}
DAY = datetime(2019, 10, 26, 22, tzinfo=UTC)
PERIOD = Period(start=DAY, end=DAY + timedelta(hours=6))


def limit(**changed: Any) -> Limit:
    facts: dict[str, Any] = {"rule": "load", "numbers": {}, "factor": "0.8", "severity": ""}
    return Limit(**{**facts, **changed})


def made(wanted: Limit, base: dict[str, Any] = BASE, period: Period = PERIOD) -> dict[str, Any]:
    within = {"places": ["t1"], "points": ["m9"]}
    event = ("V-2019-00001", 2)
    return stricter(base, wanted, event=event, period=period, within=within, by=CLARA)


def channel(point: str = "m1", *places: str) -> WatchedChannel:
    return WatchedChannel(
        number=2,
        point=point,
        quantity="active_power",
        kind=Kind.GAUGE,
        utility="electricity",
        unit="kW",
        per_count=Fraction(1),
        places=frozenset(places),
    )


def specs(spec: dict[str, Any], of: WatchedChannel) -> list[RuleSpec]:
    return in_their_time(specs_of(id_of("rule", spec["key"]), spec, LONDON, {2: of}))


def test_stricter_rule_narrows_both_sides_and_is_one_severity_above() -> None:
    spec = made(limit())
    assert spec["terms"] == {"above": "80", "below": "25", "deadband": "2"}
    assert (spec["severity"], spec["key"]) == ("high", "V-2019-00001-2-load")
    assert (spec[EVENT], spec["follows"], spec["delay_s"]) == ("V-2019-00001", ["load", 3], 60)
    assert "calendar" not in spec
    assert made(limit(severity="critical"))["severity"] == "critical"
    own = made(limit(factor="", numbers={"above": "90"}))
    assert own["terms"]["above"] == "90"
    assert own["terms"]["below"] == "20"


@pytest.mark.parametrize(
    ("wanted", "base", "why"),
    [
        (limit(factor="", numbers={"above": "101"}), BASE, "may only be stricter"),
        (limit(factor="", numbers={"below": "19"}), BASE, "may only be stricter"),
        (limit(factor="", numbers={"rise": "1"}), BASE, "has no limit rise"),
        (limit(factor="", numbers={"above": "1e2"}), BASE, "no exact number"),
        (limit(severity="loud"), BASE, "one of low"),
        (limit(), {**BASE, "terms": {"above": "-5"}}, "above zero"),
        (limit(), {**BASE, "kind": "state", "terms": {"equals": 1}}, "no limit of readings"),
        (limit(), {**BASE, EVENT: "V-2019-00002"}, "no limit of readings"),
        (limit(), {**BASE, "subject": None}, "no limit of readings"),
    ],
)
def test_limit_that_cannot_be_is_refused_with_its_reason(
    wanted: Limit, base: dict[str, Any], why: str
) -> None:
    with pytest.raises(AssuranceError, match=why):
        made(wanted, base)


def test_rule_of_an_event_is_about_its_places_and_nodes_alone() -> None:
    spec = made(limit())
    assert len(specs(spec, channel("m1", "t1", "airport"))) == 1
    assert len(specs(spec, channel("m9"))) == 1
    assert specs(spec, channel("m1", "t2")) == []


@given(
    st.lists(st.integers(0, 130), min_size=1, max_size=60),
    st.integers(0, 12),
    st.integers(1, 12),
    st.integers(1, 20),
)
def test_an_event_over_the_change_of_clocks_is_watched_in_its_time_alone_however_it_is_replayed(
    values: list[int], begin: int, hours: int, slice_: int
) -> None:
    """The clocks go back at 01:00 UTC of that night; values come every half hour."""
    start = DAY + timedelta(hours=begin)
    period = Period(start=start, end=start + timedelta(hours=hours))
    (spec,) = specs(made(limit(), {**BASE, "delay_s": 0}, period), channel("m9"))
    instants = [DAY + timedelta(minutes=30 * n) for n in range(len(values))]
    samples = [(to_us(at), 2, value) for at, value in zip(instants, values, strict=True)]
    whole, _ = evaluate(spec, RuleState(), samples)
    state, told = RuleState(), []
    for first in range(0, len(samples), slice_):
        found, state = evaluate(spec, state, samples[first : first + slice_])
        told += found
    assert told == whole
    out = {
        at
        for at, value in zip(instants, values, strict=True)
        if period.start <= at < period.end and not 25 <= value <= 80
    }
    raised = [each.at for each in whole if each.state is SignalState.RAISED]
    assert set(raised) <= out
    assert bool(raised) == bool(out)
    standing = len(raised) - sum(each.state is SignalState.CLEARED for each in whole)
    if instants[-1] >= period.end:
        assert standing == 0  # nothing of it stands behind its time


def test_file_is_read_as_the_limit_it_means() -> None:
    (wanted,) = parse_event(FILE, LONDON, person).limits
    assert wanted == replace(limit(), numbers={})

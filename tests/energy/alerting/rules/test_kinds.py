"""Rules as events stored them, old and new."""

from __future__ import annotations

import re
from datetime import UTC, datetime
from fractions import Fraction
from typing import Any
from zoneinfo import ZoneInfo

import pytest

from energy.alerting.rules.demand import DemandForecast
from energy.alerting.rules.imbalance import Imbalance
from energy.alerting.rules.kinds import (
    KINDS,
    WatchedChannel,
    in_their_time,
    specs_of,
    terms_of,
)
from energy.alerting.rules.numbers import RuleError
from energy.alerting.rules.presets import PRESETS
from energy.alerting.rules.spec import RuleKind, RuleSpec, Subject
from energy.alerting.rules.threshold import Threshold
from energy.base.ids import id_of
from energy.metering.channel import Kind

LONDON = ZoneInfo("Europe/London")
RULE = id_of("rule", "town", "load", "1")
OLD = {
    "key": "load",
    "version": 1,
    "name": "Load",
    "channel": 2,
    "above": 100,
    "delay_s": 900,
    "deadband": 10,
    "severity": "high",
    "fresh_s": 600,
}
"""As it stood in events before rules had kinds."""


def channel(number: int, quantity: str = "active_power", **facts: Any) -> WatchedChannel:
    told: dict[str, Any] = {
        "number": number,
        "point": f"m{number}",
        "quantity": quantity,
        "kind": Kind.GAUGE,
        "utility": "electricity",
        "unit": "W",
        "per_count": Fraction(10),
    }
    return WatchedChannel(**told | facts)


def specs(stored: dict[str, Any], *channels: WatchedChannel) -> list[RuleSpec]:
    return specs_of(RULE, stored, LONDON, {each.number: each for each in channels})


def test_rule_stored_before_rules_had_kinds_is_a_threshold() -> None:
    assert specs(OLD) == [
        RuleSpec(
            rule=RULE,
            key="load",
            version=1,
            kind=RuleKind.THRESHOLD,
            name="Load",
            severity="high",
            subject=Subject(channel=2),
            terms=Threshold(above=100, deadband=10),
            delay_s=900,
            fresh_s=600,
        )
    ]
    assert specs(OLD, channel(2)) == specs(OLD), "its numbers are counts, whatever the channel"


def test_rule_with_its_hours_and_its_day_is_read() -> None:
    stored = OLD | {
        "terms": {"below": "55"},
        "valid_from": "2026-01-01T00:00:00+00:00",
        "calendar": {"hours": ["mon-sun 22:00-06:00"]},
    }
    (spec,) = specs(stored, channel(2))
    assert spec.terms == Threshold(below=6), "below 55 W is below 6 counts of 10 W"
    assert not spec.watched(datetime(2025, 12, 31, 23, tzinfo=UTC))
    assert spec.watched(datetime(2026, 1, 1, 23, tzinfo=UTC))
    assert not spec.watched(datetime(2026, 1, 1, 12, tzinfo=UTC))


def test_rule_of_a_class_of_equipment_watches_each_of_it_in_its_own_counts() -> None:
    stored = OLD | {
        "kind": "threshold",
        "subject": {"quantity": "active_power", "equipment": "transformer", "place": "t1"},
        "terms": {"above": "1000"},
    }
    mine: dict[str, Any] = {
        "equipment": frozenset({"transformer"}),
        "places": frozenset({"t1", "site"}),
    }
    found = specs(
        stored,
        channel(1, **mine),
        channel(2, **mine | {"per_count": Fraction(7)}),
        channel(3, **mine | {"equipment": frozenset({"board"})}),
        channel(4, **mine | {"places": frozenset({"t2", "site"})}),
        channel(5, "voltage_l1", **mine),
        channel(6, **mine | {"kind": Kind.COUNTER}),
    )
    assert [(each.subject.channel, each.terms) for each in found] == [
        (1, Threshold(above=100)),
        (2, Threshold(above=142)),
    ]


def test_phases_are_watched_together_where_all_are_there() -> None:
    phases = ["current_l1", "current_l2", "current_l3"]
    stored = OLD | {
        "kind": "imbalance",
        "subject": {"quantities": phases},
        "terms": {"above": "12.5", "least": "20"},
    }
    a = [channel(n, phase, point="a") for n, phase in enumerate(phases, 1)]
    b = [channel(n, phase, point="b") for n, phase in enumerate(phases[:2], 4)]
    (spec,) = specs(stored, *a, *b)
    assert (spec.subject.channel, spec.beside) == (1, (2, 3))
    assert spec.terms == Imbalance(above=1250, least=2)


def test_forecast_knows_where_its_register_turns() -> None:
    told = {"kind": "demand_forecast", "subject": {"quantity": "e"}, "terms": {"above": "5"}}
    stored = OLD | told
    (spec,) = specs(stored, channel(2, "e", kind=Kind.COUNTER, modulus=1000))
    assert spec.terms == DemandForecast(above=0, modulus=1000)


@pytest.mark.parametrize(
    ("kind", "numbers", "said"),
    [
        ("threshold", {"deadband": "5"}, "above, below"),
        ("threshold", {"above": 1.5}, 'write "1.5"'),
        ("threshold", {"above": "1e9"}, "no exact number"),
        ("threshold", {"above": "5", "limit": "5"}, "no `limit`"),
        ("threshold", {"above": "5", "deadband": "-5"}, "below 0"),
        ("stuck", {}, "`for_s` is missing"),
        ("stuck", {"for_s": 0}, "below 1"),
        ("stuck", {"for_s": "1.5"}, "no whole number"),
        ("state", {"states": ["open"]}, "no whole number"),
        ("rate_of_change", {"per_s": 60}, "rise, fall"),
    ],
)
def test_numbers_that_do_not_fit_are_named(kind: str, numbers: dict[str, Any], said: str) -> None:
    with pytest.raises(RuleError, match=re.escape(said)):
        terms_of(RuleKind(kind), numbers, Fraction(1))


def test_a_version_ends_where_the_next_begins() -> None:
    def version(n: int, begins: str | None) -> RuleSpec:
        (spec,) = specs(OLD | {"version": n, "valid_from": begins})
        return spec

    january, march = "2026-01-01T00:00:00+00:00", "2026-03-01T00:00:00+00:00"
    found = in_their_time([version(3, march), version(1, None), version(2, january)])
    ends = [None if each.valid_to is None else each.valid_to.isoformat() for each in found]
    assert ends == [january, march, None]


def test_every_kind_that_readings_feed_has_its_terms() -> None:
    assert set(KINDS) == set(RuleKind)


def test_presets_are_rules_that_can_be_read() -> None:
    for preset in PRESETS.values():
        for numbers in preset.numbers.values():
            terms_of(preset.kind, numbers, Fraction(1, 100))

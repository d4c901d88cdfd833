"""Rules as events stored them, old and new."""

from __future__ import annotations

from datetime import UTC, datetime
from zoneinfo import ZoneInfo

from energy.alerting.rules.kinds import TERMS, spec_of
from energy.alerting.rules.spec import RuleKind, RuleSpec, Subject
from energy.alerting.rules.threshold import Threshold
from energy.base.ids import id_of

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


def test_rule_stored_before_rules_had_kinds_is_a_threshold() -> None:
    assert spec_of(RULE, OLD, LONDON) == RuleSpec(
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


def test_rule_with_its_hours_and_its_day_is_read() -> None:
    stored = {
        "kind": "threshold",
        "key": "night",
        "version": 2,
        "name": "Night load",
        "channel": 2,
        "severity": "low",
        "terms": {"below": 5},
        "valid_from": "2026-01-01T00:00:00+00:00",
        "calendar": {"hours": ["mon-sun 22:00-06:00"]},
    }
    spec = spec_of(RULE, stored, LONDON)
    assert spec.terms == Threshold(below=5)
    assert not spec.watched(datetime(2025, 12, 31, 23, tzinfo=UTC))
    assert spec.watched(datetime(2026, 1, 1, 23, tzinfo=UTC))
    assert not spec.watched(datetime(2026, 1, 1, 12, tzinfo=UTC))


def test_every_kind_has_its_terms() -> None:
    assert set(TERMS) == set(RuleKind)

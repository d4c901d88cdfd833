"""Values that come and never change."""

from __future__ import annotations

from dataclasses import replace

from energy.alerting.rules.evaluate import RuleState, evaluate
from energy.alerting.rules.spec import RuleKind
from energy.alerting.rules.stuck import Stuck
from tests.energy.alerting.rules.test_evaluate import gauge, rule, seen


def told(within: int, *counts: int) -> list[tuple[str, int, int]]:
    terms = Stuck(for_s=3600, within=within)
    spec = replace(rule(delay_min=0), kind=RuleKind.STUCK, terms=terms)
    return seen(evaluate(spec, RuleState(), gauge(*counts))[0])


def test_value_that_stands_for_an_hour_is_told_with_its_minutes() -> None:
    assert told(0, 1, 7, 7, 7, 7, 7, 7, 8) == [("raised", 5, 60), ("cleared", 7, 0)]


def test_value_that_trembles_within_the_tolerance_stands_still() -> None:
    assert told(1, 7, 8, 7, 6, 7, 8) == [("raised", 4, 60)]
    assert told(1, 7, 8, 9, 8, 7, 8) == []

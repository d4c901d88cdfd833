"""A baseline rule watches the sides for which it has a limit, in proportion to it."""

from __future__ import annotations

from fractions import Fraction

import pytest

from energy.alerting.baseline.spec import Deviation
from energy.alerting.rules.baseline import Baseline
from energy.alerting.rules.kinds import TICKED, terms_of
from energy.alerting.rules.numbers import RuleError
from energy.alerting.rules.spec import RuleKind, Verdict


def terms(**told: object) -> Baseline:
    made = terms_of(RuleKind.BASELINE, told, Fraction(1))
    assert isinstance(made, Baseline)
    return made


def test_one_limit_watches_one_side() -> None:
    more = {Deviation.SPIKE, Deviation.BRIEFLY_ABOVE, Deviation.ABOVE, Deviation.NIGHTS}
    less = {Deviation.BELOW, Deviation.FLAT}
    assert set(terms(above="30").spec.limits) == more
    assert set(terms(below="40").spec.limits) == less
    assert set(terms(above="30", below="40").spec.limits) == more | less


def test_the_other_percents_follow_above() -> None:
    usual, twice = terms(above="30").spec, terms(above="60").spec
    assert (usual.briefly_percent, usual.spike_percent) == (40.0, 100.0)
    assert (twice.above_percent, twice.briefly_percent) == (60.0, 80.0)
    assert (twice.spike_percent, twice.nights_percent) == (200.0, 32.0)


def test_a_rule_without_a_limit_is_refused() -> None:
    with pytest.raises(RuleError, match="above, below"):
        terms(clear_h=12)


@pytest.mark.parametrize(
    ("value", "verdict", "limit"),
    [(5210, Verdict.OVER, 3000), (-5210, Verdict.OVER, -4000), (0, Verdict.UNDER, -4000)],
)
def test_what_stands_is_over_with_the_limit_of_its_side(
    value: int, verdict: Verdict, limit: int
) -> None:
    judged = terms(above="30", below="40").judge((), 0, 1, value)
    assert (judged.verdict, judged.value, judged.limit) == (verdict, value, limit)


def test_the_tick_feeds_it_and_not_the_readings() -> None:
    assert RuleKind.BASELINE in TICKED

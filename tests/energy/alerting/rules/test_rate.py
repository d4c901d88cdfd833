"""Change since the value before, scaled to a time."""

from __future__ import annotations

from energy.alerting.rules.rate import MOST, RateOfChange
from energy.alerting.rules.spec import Verdict

MINUTE_US = 60_000_000


def verdict(terms: RateOfChange, passed_us: int, change: int) -> tuple[Verdict, int]:
    found = terms.judge((0, 100), passed_us, 1, 100 + change)
    assert found.memory == (passed_us, 100 + change)
    return found.verdict, found.value


def test_first_value_says_nothing() -> None:
    assert RateOfChange(rise=5).judge((), 0, 1, 7).verdict is Verdict.SILENT


def test_change_is_scaled_to_its_time_and_compared_exactly() -> None:
    terms = RateOfChange(rise=10, deadband=4)
    assert verdict(terms, MINUTE_US, 10) == (Verdict.BETWEEN, 10)
    assert verdict(terms, 2 * MINUTE_US, 21) == (Verdict.OVER, 10)
    assert verdict(terms, MINUTE_US // 2, 6) == (Verdict.OVER, 12)
    assert verdict(terms, MINUTE_US, 5) == (Verdict.UNDER, 5)
    assert verdict(terms, MINUTE_US, -500) == (Verdict.UNDER, -500)


def test_fall_has_a_limit_of_its_own() -> None:
    terms = RateOfChange(fall=10)
    assert verdict(terms, MINUTE_US, -11) == (Verdict.OVER, -11)
    assert terms.judge((0, 100), MINUTE_US, 1, 0).limit == -10
    assert verdict(terms, MINUTE_US, 500)[0] is Verdict.UNDER


def test_a_change_that_no_fact_could_hold_is_told_as_the_greatest_one() -> None:
    assert verdict(RateOfChange(rise=10), 1, 2**40) == (Verdict.OVER, MOST)
    assert verdict(RateOfChange(fall=10), 1, -(2**40)) == (Verdict.OVER, -MOST)

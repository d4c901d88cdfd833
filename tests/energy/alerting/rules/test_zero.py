"""Nothing flows."""

from __future__ import annotations

from energy.alerting.rules.spec import Verdict
from energy.alerting.rules.zero import Zero


def test_little_either_way_is_nothing_and_the_deadband_lies_beyond() -> None:
    terms = Zero(within=2, deadband=3)
    verdicts = {value: terms.judge((), 0, 1, value).verdict for value in (0, -2, 3, 5, 6, -6)}
    over, between, under = Verdict.OVER, Verdict.BETWEEN, Verdict.UNDER
    assert verdicts == {0: over, -2: over, 3: between, 5: between, 6: under, -6: under}

"""Limits above and below, and the band between."""

from __future__ import annotations

import pytest

from energy.alerting.rules.spec import Verdict
from energy.alerting.rules.threshold import Threshold

OVER, BETWEEN, UNDER = Verdict.OVER, Verdict.BETWEEN, Verdict.UNDER


@pytest.mark.parametrize(
    ("terms", "verdicts"),
    [
        (Threshold(above=100, deadband=5), {101: OVER, 100: BETWEEN, 95: BETWEEN, 94: UNDER}),
        (Threshold(below=10, deadband=5), {9: OVER, 10: BETWEEN, 15: BETWEEN, 16: UNDER}),
        (
            Threshold(above=100, below=10, deadband=5),
            {101: OVER, 97: BETWEEN, 50: UNDER, 12: BETWEEN, 9: OVER},
        ),
    ],
)
def test_verdict_by_value(terms: Threshold, verdicts: dict[int, Verdict]) -> None:
    assert {value: terms.judge((), 0, 1, value).verdict for value in verdicts} == verdicts


def test_limit_told_is_the_one_that_was_crossed() -> None:
    both = Threshold(above=100, below=10)
    assert [both.judge((), 0, 1, value).limit for value in (101, 9)] == [100, 10]

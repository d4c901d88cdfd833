"""States that are an alert."""

from __future__ import annotations

from energy.alerting.rules.spec import Judged, Verdict
from energy.alerting.rules.state import StateIs


def test_any_of_the_states_raises_and_any_other_clears() -> None:
    terms = StateIs(states=(2, 3))
    assert terms.judge((), 0, 1, 3) == Judged(Verdict.OVER, 3, 3, ())
    assert terms.judge((), 0, 1, 0) == Judged(Verdict.UNDER, 0, 2, ())

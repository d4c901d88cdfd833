"""Readings behind the last step: cut off, on again, not known yet, still counting."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from energy.service.switching.confirming import confirmation
from energy.service.switching.kinds import Confirmation, RequestKind

CUT, ON = RequestKind.DISCONNECT, RequestKind.RECONNECT
YES, NOT_YET, NO = Confirmation.CONFIRMED, Confirmation.NOT_YET, Confirmation.CONTRADICTED


@pytest.mark.parametrize(
    ("kind", "counts", "found"),
    [
        (CUT, {}, NOT_YET),
        (CUT, {"m": []}, NOT_YET),
        (CUT, {"m": [7, 7, 7]}, NOT_YET),  # three intervals are asked for
        (CUT, {"m": [7, 7, 7, 7]}, YES),
        (CUT, {"m": [7, 7, 8, 8]}, NO),
        (CUT, {"m": [7, 8]}, NO),
        (CUT, {"m": [7, 7, 7, 7], "n": [3, 3]}, NOT_YET),
        (CUT, {"m": [7, 7, 7, 7], "n": [3, 4]}, NO),
        (CUT, {"m": [9999, 0]}, NO),  # a register that turns over counts
        (CUT, {"m": [7, 7, 7, 7, 50]}, YES),  # supplied again a week later: that is another order
        (ON, {}, NOT_YET),
        (ON, {"m": [7, 7, 7, 7, 7, 7]}, NOT_YET),  # nobody uses anything
        (ON, {"m": [7, 7, 7, 8]}, YES),
        (ON, {"m": [7, 8], "n": [3]}, NOT_YET),
    ],
)
def test_confirmed_not_yet_contradicted(
    kind: RequestKind, counts: dict[str, list[int]], found: Confirmation
) -> None:
    assert confirmation(kind, counts, intervals=3) is found


@given(st.lists(st.integers(0, 3), max_size=12), st.lists(st.integers(0, 3), max_size=12))
def test_what_was_said_for_good_no_later_reading_changes(first: list[int], more: list[int]) -> None:
    for kind in RequestKind:
        before = confirmation(kind, {"m": first})
        if before is not NOT_YET:
            assert confirmation(kind, {"m": [*first, *more]}) is before

"""What a display showed must be a count that the register passed about that time."""

from __future__ import annotations

import pytest

from energy.metering.checks.control_reading import Control, found


@pytest.mark.parametrize(
    ("display", "drift", "why"),
    [
        (12_345, 0, "right between"),
        (12_300, 0, "the display leaves two digits out"),
        (12_339, 0, "a count of rounding"),
        (12_337, -3, "below what it had shown"),
        (12_353, 2, "above what it showed later"),
        (99_000, 86_649, "another register was read"),
        (11_000, -341, "three digits at most are left out"),
    ],
)
def test_a_display_agrees_or_tells_its_drift(display: int, drift: int, why: str) -> None:
    control = Control(place=0, at_us=5, count=display, before=12_340, after=12_350)
    assert control.drift == drift, why
    assert [span.proof["drift"] for span in found([control])] == ([drift] if drift else [])


def test_between_readings_that_fall_nothing_can_be_said() -> None:
    assert found([Control(place=0, at_us=5, count=7, before=900, after=10)]) == []

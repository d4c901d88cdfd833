"""What is used and left of a clock, as the command row says it."""

from __future__ import annotations

from datetime import timedelta

import pytest

from energy.service.work.clock import Standing
from scripts.commands.work_frame import used_and_left


def standing(used_s: int, promised_s: int, *, working: bool) -> Standing:
    used = timedelta(seconds=used_s)
    return Standing(
        used=used,
        left=timedelta(seconds=promised_s) - used,
        due_at=None,
        broken=used_s > promised_s,
        paused=False,
        stopped=False,
        working=working,
    )


@pytest.mark.parametrize(
    ("used_s", "promised_s", "working", "told"),
    [
        (5, 1800, False, ("0:00", "0:30")),  # together the promise
        (65, 1800, False, ("0:01", "0:29")),
        (5 * 3600, 80 * 3600, True, ("5:00", "75:00")),  # a working day has no 24 hours
        (5 * 3600, 80 * 3600, False, ("5:00", "3 d 3:00")),
        (54 * 3600, 16 * 3600, True, ("54:00", "-38:00")),
    ],
)
def test_used_and_left_are_the_promise(
    used_s: int, promised_s: int, working: bool, told: tuple[str, str]
) -> None:
    assert used_and_left(standing(used_s, promised_s, working=working)) == told

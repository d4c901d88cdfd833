"""Medians and verdicts of a bench."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from typing import cast

import pytest

from bench.ground import Ground
from bench.measure import Aim, Bench, Scale, Sides, is_met, run


class StillGround:
    """A ground that only counts how often it was settled."""

    def __init__(self) -> None:
        self.settled = 0

    def settle(self) -> None:
        self.settled += 1


def test_ratio_is_the_median_of_the_rounds_and_the_warm_up_does_not_count() -> None:
    order: list[str] = []
    mine, theirs = iter([999.0, 2.0, 9.0, 4.0]), iter([1.0, 1.0, 3.0, 1.0])

    @contextmanager
    def prepare(ground: Ground, scale: Scale) -> Iterator[Sides]:
        yield Sides(
            product=lambda: (order.append("product"), next(mine))[1],
            baseline=lambda: (order.append("baseline"), next(theirs))[1],
        )

    bench = Bench(name="b", says="", unit="u", prepare=prepare, aim=Aim.RATIO_AT_LEAST, target=3.0)
    ground, ticks = StillGround(), [0]

    def tick() -> None:
        ticks[0] += 1

    result = run(bench, cast("Ground", ground), Scale(), 3, tick)
    assert (result.value, result.baseline, result.ratio, result.met) == (4.0, 1.0, 3.0, True)
    assert order[:4] == ["product", "baseline", "baseline", "product"]
    assert ground.settled == 8
    assert ticks == [4]


@pytest.mark.parametrize(
    ("aim", "target", "value", "ratio", "met"),
    [
        (Aim.RATIO_AT_LEAST, 0.5, 9.0, 0.5, True),
        (Aim.RATIO_AT_LEAST, 0.5, 9.0, 0.49, False),
        (Aim.VALUE_AT_MOST, 4.0, 4.0, None, True),
        (Aim.VALUE_AT_MOST, 4.0, 4.1, None, False),
        (Aim.VALUE_AT_LEAST, 1e6, 1e6, None, True),
        (Aim.VALUE_AT_LEAST, 1e6, 9e5, None, False),
        (Aim.NONE, None, 1.0, 2.0, None),
    ],
)
def test_target_is_judged_by_its_aim(
    aim: Aim, target: float | None, value: float, ratio: float | None, met: bool | None
) -> None:
    assert is_met(aim, target, value, ratio) is met

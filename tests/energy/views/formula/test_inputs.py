"""Gauges as a formula reads them: exact, whatever their multipliers are."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from fractions import Fraction

import numpy as np
import pytest

from energy.base.clock import to_us
from energy.base.period import Period
from energy.metering.channel import Channel
from energy.metering.formula.exact import fractions
from energy.metering.formula.inputs import Input
from energy.views.formula.inputs import _gauge
from energy.views.known import Accepted
from tests.fixtures.meters import gauge_facts

START = datetime(2019, 1, 1, tzinfo=UTC)
HOUR = Period(start=START, end=START + timedelta(hours=1))
WATTS = Input(channel=Channel(number=1, point="m1", facts=gauge_facts()), indicator=False)


def mean(counts: list[int], *multipliers: str) -> Fraction | None:
    """Return what is told of the first quarter-hour, read each minute. [W]."""
    at = [to_us(START + timedelta(minutes=n)) for n in range(len(counts))]
    known = Accepted(
        at_us=np.array(at, dtype=np.int64),
        count=np.array(counts, dtype=np.int64),
        quality=np.zeros(len(counts), dtype=np.uint8),
        position=np.ones(len(counts), dtype=np.int64),
    )
    pieces = [(to_us(START + timedelta(minutes=n)), Fraction(m)) for n, m in enumerate(multipliers)]
    return fractions(_gauge(WATTS, known, pieces, HOUR, 900))[0]


@pytest.mark.parametrize("multiplier", ["1", "1.000000000001", "0.3", "1/1000000000000000000007"])
def test_a_gauge_is_exact_with_every_multiplier(multiplier: str) -> None:
    assert mean([30_000_000], multiplier) == 30_000_000 * Fraction(multiplier)


def test_the_mean_of_wide_counts_is_exact() -> None:
    counts = [2**61, 2**61 - 1, 2**61 + 1, 2**61]
    assert mean(counts, "1") == 2**61
    assert mean(counts[:2], "1", "1.5") == Fraction(2**61 + (2**61 - 1) * Fraction(3, 2)) / 2

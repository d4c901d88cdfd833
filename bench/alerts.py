"""In: batches of readings, thresholds on every channel. Out: how fast they are judged. Pure.

The baseline looks through the batch with one mask a rule, as evaluation once did, and judges
nothing of what it finds.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass

import numpy as np

from bench.ground import Ground
from bench.measure import Bench, Scale, Sides, rate
from energy.alerting.rules.spec import RuleKind, RuleSpec, Subject
from energy.alerting.rules.threshold import Threshold
from energy.alerting.rules.watched import Watched
from energy.base.ids import id_of
from energy.metering.reading import ReadingColumns

BATCH = 5_000
LIMIT = 1_000
LOUD = 1_000
"""Values go up to one above the limit: one in a thousand raises, or clears."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Judge:
    """Judges batches by one threshold a channel."""

    rules: int

    @contextmanager
    def __call__(self, ground: Ground, scale: Scale) -> Iterator[Sides]:
        """Give both sides."""
        del ground
        specs = [_rule(number) for number in range(1, self.rules + 1)]
        batches = [_batch(self.rules, n) for n in range(1 if scale.smoke else scale.slices)]
        watched = Watched(specs, {})

        def product() -> float:
            return rate(BATCH * len(batches), lambda: [watched.evaluate(each) for each in batches])

        def baseline() -> float:
            few = batches[:1]
            return rate(BATCH * len(few), lambda: [_masked(each, specs) for each in few])

        yield Sides(product=product, baseline=baseline)


def _rule(number: int) -> RuleSpec:
    return RuleSpec(
        rule=id_of("bench rule", str(number)),
        key=f"r{number}",
        version=1,
        kind=RuleKind.THRESHOLD,
        name="Load",
        severity="high",
        subject=Subject(channel=number),
        terms=Threshold(above=LIMIT, deadband=10),
    )


def _batch(channels: int, number: int) -> ReadingColumns:
    rng = np.random.default_rng(number)
    at_us = np.arange(number * BATCH, (number + 1) * BATCH, dtype=np.int64) * 1_000_000
    return ReadingColumns(
        channel=rng.integers(1, channels + 1, BATCH).astype(np.int32),
        at_us=at_us,
        count=rng.integers(0, LOUD + 2, BATCH).astype(np.int64),
        quality=np.zeros(BATCH, dtype=np.uint8),
    )


def _masked(readings: ReadingColumns, specs: list[RuleSpec]) -> int:
    return sum(int((readings.channel == spec.subject.channel).sum()) for spec in specs)


BENCHES = (
    Bench(
        name="rules",
        says="one threshold on each of 10,000 channels | one mask a rule, nothing judged",
        unit="reading/s",
        prepare=Judge(rules=10_000),
    ),
)

"""Whole histories told to a real site, with crashes, against an auditor: to the last base unit.

The present figures, those at every mark and those at positions in between. A failure names its
seed; `SIMULATION_SEEDS=17 scripts/test tests/simulation` tells that history again.
"""

from __future__ import annotations

import contextlib
import os
from datetime import timedelta
from fractions import Fraction
from typing import Any
from uuid import UUID

import numpy as np
import pytest

from energy.base.ids import id_of
from energy.base.period import Period
from energy.base.quality import Quality
from energy.journal.corrections import Corrections
from energy.journal.ingest import Ingest
from energy.metering.channel import Channel
from energy.store.errors import DATABASE_AWAY
from energy.views.as_of import usage_as_of
from energy.views.registry import load_channels
from energy.views.usage import read_spans
from energy.views.worker import metering_follower
from tests.fixtures.batches import MIDNIGHT, Spooler, at, reading
from tests.fixtures.dying import Killed, dying_at, killing
from tests.fixtures.meters import commission, counter_facts, find_meter, plan_counter, replace
from tests.fixtures.postgres import TestSite
from tests.fixtures.rebuild import slices_of
from tests.simulation.auditor import Auditor
from tests.simulation.history import (
    BATCH,
    CORRECTION,
    DAYS,
    DISPLAY,
    ESTIMATE,
    MARK,
    MODULUS,
    MOST_PER_MINUTE,
    Telling,
    history,
)

pytestmark = pytest.mark.servers

CHOSEN = [int(seed) for seed in os.environ.get("SIMULATION_SEEDS", "").split(",") if seed]
SEEDS = CHOSEN or list(range(10))
MANY_SEEDS = range(10, 2010)
PERIOD = Period(start=MIDNIGHT, end=MIDNIGHT + timedelta(days=DAYS))
ADA, BEN = UUID(int=1), UUID(int=2)


class Telltale:
    """Tells a history to a site's journal; its follower dies and is made anew at any moment."""

    def __init__(self, site: TestSite, seed: int) -> None:
        self.site, self.seed = site, seed
        self.made_up()
        self.rng = np.random.default_rng(seed + 10_000)
        site.clock.move_to(MIDNIGHT + timedelta(days=DAYS + 1))
        self.numbers = [self.planned(n) for n in range(len(self.points))]
        site.project()
        self.channels = self._channels()
        self.spools = [Spooler(f"{seed} one"), Spooler(f"{seed} two")]
        self.stated = Corrections(site.writer, site.schema, site.clock)
        self.marks: list[int] = []
        self.positions: list[int] = []
        self.follower = self._new_follower()

    def made_up(self) -> None:
        """Make up what is told, and somebody who audits it."""
        made = history(self.seed)
        self.points, self.tellings, self.auditor = made.points, made.tellings, Auditor(made.points)

    def planned(self, number: int) -> int:
        """Plan and commission a point; return its channel."""
        base = self.points[number][0].base_per_count
        metering = self.site.application("metering")
        channel = plan_counter(
            metering,
            self.site.site.key,
            f"p{number}",
            commissioned=False,
            facts=counter_facts(
                resolution=base / 1000, modulus=MODULUS, max_per_hour=60 * MOST_PER_MINUTE
            ),
        )
        meter = find_meter(metering, self.site.site.key, f"p{number}")
        commission(meter, since=MIDNIGHT - timedelta(days=30))
        metering.store(meter)
        return channel

    def _channels(self) -> dict[int, Channel]:
        with self.site.writer.connection() as connection:
            return dict(load_channels(connection, self.site.schema))

    def _new_follower(self) -> Any:
        return metering_follower(
            self.site.writer, self.site.schema, self.site.site.zone, self.site.clock
        )

    def run(self) -> None:
        """Tell everything; fold now and then, crash now and then."""
        for number, told in enumerate(self.tellings):
            position = self.tell(number, told)
            self.auditor.hear(position, told)
            self.positions.append(position)
            if told.kind == MARK:
                self.marks.append(position)
            self.site.tick()
            if self.rng.random() < 0.4:
                self.fold_a_little()
        self.site.project(rollups=True)

    def tell(self, number: int, told: Telling) -> int:
        """Bring one thing into the journal; return its position."""
        if told.kind == BATCH:
            return self._batch(told)
        if told.kind == MARK:
            return self.site.mark(f"mark {number}", at(number))
        if told.kind in {CORRECTION, ESTIMATE, DISPLAY}:
            return self._statement(number, told)
        return self.swap(told)

    def _batch(self, told: Telling) -> int:
        rows = [reading(self.numbers[p], minute, count) for p, minute, count in told.rows]
        sealed = self.spools[int(self.rng.integers(0, 2))].batch(rows)
        ingest = Ingest(self.site.writer, self.site.schema, self.site.clock)
        position = ingest.accept([sealed]).position
        if self.rng.random() < 0.3:  # the answer was lost: it comes again
            assert ingest.accept([sealed]).stored == 0
        return position

    def _statement(self, number: int, told: Telling) -> int:
        channel = self.channels[self.numbers[told.point]]
        rows = [(at(minute), count) for _, minute, count in told.rows]
        command = id_of("simulation", str(self.seed), str(number))
        if told.kind == ESTIMATE:
            return self.stated.estimate(
                channel, rows, method="by hand", inputs={}, by=ADA, command_id=command
            )
        if told.kind == DISPLAY:
            return self.stated.enter(channel, rows, note="", by=ADA, command_id=command)
        correction = self.stated.propose(
            channel, rows, reason="misread", evidence=(), by=ADA, command_id=command
        )
        return self.stated.approve(correction, by=BEN, command_id=id_of("yes", str(command)))

    def swap(self, told: Telling) -> int:
        """Put the next meter of a point in place; return the position."""
        registers = self.points[told.point]
        old, new = registers[told.swap], registers[told.swap + 1]
        assert old.end is not None
        metering = self.site.application("metering")
        meter = find_meter(metering, self.site.site.key, f"p{told.point}")
        channel = self.numbers[told.point]
        replace(
            meter,
            when=at(old.end),
            final={channel: old.at(old.end)},
            start={channel: new.at(new.start)},
            serial=f"S-{told.swap + 2}",
            multiplier=Fraction(new.base_per_count, registers[0].base_per_count),
        )
        return metering.store(meter)

    def fold_a_little(self) -> None:
        """Fold some slices; the process may die at any round trip of them."""
        chance = self.rng.random()
        if chance < 0.3:
            self.follower = self._new_follower()  # another process: nothing is in memory
        with slices_of(int(self.rng.integers(1, 6))):
            if chance < 0.8:
                for _ in range(int(self.rng.integers(1, 3))):
                    self.follower.step()
                return
            with (
                dying_at(int(self.rng.integers(1, 40)), killing),
                contextlib.suppress(Killed, *DATABASE_AWAY),
            ):
                self.follower.step()
            self.follower = self._new_follower()

    def judge(self) -> None:
        """Compare with the auditor: now, at every mark, and at some positions in between."""
        head = self.site.application("metering").position()
        with self.site.writer.connection() as connection:
            spans = read_spans(connection, self.site.schema, self.numbers, PERIOD)
            self.expect(spans, head, "now")
            for mark in self.marks:
                known = usage_as_of(
                    connection, self.site.schema, self.site.site.zone, self.numbers, PERIOD, mark
                )
                self.expect(known, mark, "at mark")
            for position in self.rng.choice(self.positions, 4).tolist():
                known = usage_as_of(
                    connection,
                    self.site.schema,
                    self.site.site.zone,
                    self.numbers,
                    PERIOD,
                    position,
                )
                self.expect(known, position, "as of")
        assert self.site.rows("SELECT * FROM {s}.parked") == [], f"seed {self.seed}"
        daily = self.site.rows("SELECT sum(usage) FROM {s}.usage_day")
        total = sum(int(spans[number].usage.sum()) for number in self.numbers)
        assert daily == [(total,)], f"seed {self.seed}: days do not add up"

    def expect(self, spans: Any, position: int, when: str) -> None:
        for point, number in enumerate(self.numbers):
            expected = self.auditor.usage(point, position)
            usage = spans[number].usage.tolist()
            missing = (spans[number].quality == Quality.MISSING).tolist()
            found = [None if gone else told for gone, told in zip(missing, usage, strict=True)]
            wrong = [n for n, (a, b) in enumerate(zip(found, expected, strict=True)) if a != b]
            assert not wrong, (
                f"seed {self.seed}, point {point}, {when} {position}, quarters {wrong[:8]}: "
                f"{[found[n] for n in wrong[:8]]} instead of {[expected[n] for n in wrong[:8]]}. "
                f"Again: SIMULATION_SEEDS={self.seed} scripts/test tests/simulation"
            )
            assert all(told == 0 for gone, told in zip(missing, usage, strict=True) if gone)


def audited(site: TestSite, seed: int) -> None:
    told = Telltale(site, seed)
    told.run()
    told.judge()


@pytest.mark.parametrize("seed", SEEDS)
def test_history_told_with_crashes_agrees_with_the_auditor(
    site_schema: TestSite, seed: int
) -> None:
    audited(site_schema, seed)


@pytest.mark.slow
@pytest.mark.parametrize("seed", MANY_SEEDS)
def test_two_thousand_histories_told_with_crashes_agree_with_the_auditor(
    site_schema: TestSite, seed: int
) -> None:
    audited(site_schema, seed)

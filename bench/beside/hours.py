"""In: a year of registers. Out: both sides loaded with it, benches of hourly sums. I/O."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from contextlib import AbstractContextManager
from dataclasses import dataclass

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from bench.beside.incoming import Size
from bench.beside.ours import Ours
from bench.beside.peer import Peer
from bench.beside.registers import DAY_US, Registers, registers
from bench.ground import COPY_ROWS, Ground
from bench.measure import Aim, Bench, Scale, Sides, rate, ready

ENERGY, REGISTER = "energy", "register"
"""Groups of the peer's timeseries that the sums are made from."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Way:
    """How each side answers a question."""

    ours: Callable[[Ours, Sequence[int], int, int], pd.DataFrame]
    """Takes channels and a span. [us]"""
    ask: str = "hours"
    """What the peer is asked."""
    group: str = ENERGY
    """Of its timeseries."""


BLOCKS = Way(ours=Ours.hours)
ROLLUP = Way(ours=Ours.rolled_up)
FROM_REGISTERS = Way(ours=Ours.hours, ask="register_hours", group=REGISTER)


@dataclass(frozen=True, slots=True, kw_only=True)
class Question:
    """Asks both sides for the hours of some meters over some days."""

    ours: Ours
    peer: Peer
    every: Registers
    """What both hold."""
    meters: int
    days: int
    way: Way

    def __call__(self, ground: Ground, scale: Scale) -> AbstractContextManager[Sides]:
        """Give both sides, once their answers are found equal."""
        self._mine()
        self._theirs()
        assert equal(self._mine(), self.peer.result()), "both sides find the same hours"
        hours = self.meters * self.days * 24
        return ready(
            Sides(
                product=lambda: rate(hours, self._mine),
                baseline=lambda: rate(hours, self._theirs),
            )
        )

    def _span(self) -> tuple[int, int]:
        start_us = int(self.every.at_us[0])
        return start_us, start_us + self.days * DAY_US

    def _mine(self) -> pd.DataFrame:
        channels: list[int] = self.every.channel[: self.meters].tolist()
        return self.way.ours(self.ours, channels, *self._span())

    def _theirs(self) -> object:
        start_us, end_us = self._span()
        return self.peer.ask(
            self.way.ask,
            name=self.way.group,
            meters=self.meters,
            start_us=start_us,
            end_us=end_us,
        )


def equal(mine: pd.DataFrame, theirs: NDArray[np.float64]) -> bool:
    """Return whether two tables agree in whole watt-hours; the peer's are floats."""
    return mine.shape == theirs.shape and bool((np.rint(theirs) == mine.to_numpy()).all())


def load_steps(size: Size) -> int:
    """Return how often `load` reports."""
    return 1 + sum(len(_frames(instants, size)) for _, instants in _holdings(size))


def load(
    ours: Ours, peer: Peer, size: Size, ground: Ground, advance: Callable[[], object]
) -> Registers:
    """Store a year on both sides, fold ours, vacuum and analyze both; return what they hold.

    Args:
        ours: A fresh site.
        peer: With fresh tables.
        size: Meters and days.
        ground: The server of both.
        advance: Called when our side is done, and after each transaction of the peer.
    """
    every = registers(size.meters, size.days)
    ours.append(every, 0, len(every.at_us))
    ours.fold()
    schema = ours.site.schema
    ground.administer(f"VACUUM ANALYZE {schema}.usage_block, {schema}.usage_hour")
    advance()
    for group, instants in _holdings(size):
        peer.ask("add", name=group, meters=size.meters)
        value = every.energy if group == ENERGY else every.count
        for first in _frames(instants, size):
            part = slice(first, min(first + COPY_ROWS // size.meters, instants))
            peer.take(group, every.at_us[part], value[part])
            peer.ask("store")
            advance()
    peer.tidy()
    return every


def _holdings(size: Size) -> tuple[tuple[str, int], ...]:
    """Return what the peer holds: the year's energy, and the month's registers with its end."""
    return (ENERGY, size.days * 96), (REGISTER, size.month_days * 96 + 1)


def _frames(instants: int, size: Size) -> range:
    """Return where each of the peer's transactions of 20,000 readings begins."""
    return range(0, instants, COPY_ROWS // size.meters)


def benches(ours: Ours, peer: Peer, size: Size, every: Registers) -> tuple[Bench, ...]:
    """Return the questions: every meter over the year or a month, one meter over a month.

    Args:
        ours: Loaded.
        peer: Loaded.
        size: Of the questions.
        every: What both hold.
    """
    year, month = (size.meters, size.days), (size.meters, size.month_days)
    one = (1, size.month_days)
    rows: tuple[tuple[str, str, tuple[int, int], Way, float | None], ...] = (
        ("hours-all", "every meter, every day; to sums of raw rows", year, BLOCKS, 5.0),
        ("hours-one", "one meter, a month; to the same", one, BLOCKS, 5.0),
        ("rollup-all", "every meter, a month, from the rollup", month, ROLLUP, None),
        ("rollup-one", "one meter, a month, from the rollup", one, ROLLUP, None),
        ("registers", "every meter, a month, from registers on both", month, FROM_REGISTERS, None),
    )
    return tuple(
        Bench(
            name=f"beside-{name}",
            says=says,
            unit="meter-hour/s",
            prepare=Question(ours=ours, peer=peer, every=every, meters=meters, days=days, way=way),
            aim=Aim.NONE if target is None else Aim.RATIO_AT_LEAST,
            target=target,
        )
        for name, says, (meters, days), way, target in rows
    )

"""In: a peer that runs. Out: benches of appending, the peer as baseline. I/O."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass

from bench.beside.ours import Ours
from bench.beside.peer import Peer
from bench.beside.registers import DAY_US, QUARTER_US, Registers, planned, registers
from bench.ground import COPY_ROWS, Ground
from bench.measure import Aim, Bench, Scale, Sides, rate


@dataclass(frozen=True, slots=True, kw_only=True)
class Size:
    """How much work the comparison does."""

    meters: int = 100
    days: int = 365
    """Days that hours are summed of."""
    month_days: int = 30
    """Days of the small questions; at most `days`."""
    transactions: int = 5
    """Transactions of 20,000 readings a side and round."""
    polls: int = 20
    """Polls of every meter a side and round, one a transaction."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Append:
    """Appends the same readings in the same transactions on both sides."""

    peer: Peer
    group: str
    """Of the peer's timeseries; no other bench uses it."""
    meters: int
    instants: int
    """In a transaction."""
    transactions: int
    """A side and round."""
    rounds: int
    """With the warm-up."""
    views: bool = False
    """Whether our side also brings every view up to the journal."""

    @contextmanager
    def __call__(self, ground: Ground, scale: Scale) -> Iterator[Sides]:
        """Give both sides; a round goes on where the one before stopped."""
        self.peer.ask("add", name=self.group, meters=self.meters)
        days = self.instants * self.transactions * self.rounds * QUARTER_US // DAY_US + 1
        every = registers(self.meters, days)
        mine, theirs = iter(range(self.rounds)), iter(range(self.rounds))
        with ground.site(planned(self.meters)) as site:
            ours = Ours(site=site)
            yield Sides(
                product=lambda: self._append(ours, every, next(mine)),
                baseline=lambda: self._store(every, next(theirs)),
            )

    def _starts(self, number: int) -> range:
        """Return where each transaction of a round begins."""
        of_a_round = self.instants * self.transactions
        return range(number * of_a_round, (number + 1) * of_a_round, self.instants)

    def _append(self, ours: Ours, every: Registers, number: int) -> float:
        starts = self._starts(number)

        def act() -> None:
            for first in starts:
                ours.append(every, first, first + self.instants)
            if self.views:
                ours.fold()

        return rate(len(starts) * self.instants * self.meters, act)

    def _store(self, every: Registers, number: int) -> float:
        """Let the peer store a round; handing over the values is not timed."""
        elapsed_s = 0.0
        starts = self._starts(number)
        for first in starts:
            part = slice(first, first + self.instants)
            self.peer.take(self.group, every.at_us[part], every.count[part])
            elapsed_s += 1 / rate(1, lambda: self.peer.ask("store"))
        return len(starts) * self.instants * self.meters / elapsed_s


def benches(peer: Peer, size: Size, rounds: int) -> tuple[Bench, ...]:
    """Return the benches of what comes in.

    Args:
        peer: Running.
        size: Meters and transactions.
        rounds: With the warm-up.
    """
    full = (COPY_ROWS // size.meters, size.transactions)
    poll = (1, size.polls)
    rows: tuple[tuple[str, str, tuple[int, int], bool, float | None], ...] = (
        ("append", "20,000 readings a transaction, committed by both", full, False, 20.0),
        ("append-views", "the same, on our side until every view has it", full, True, None),
        ("poll", "one poll of every meter a transaction", poll, False, None),
    )
    return tuple(
        Bench(
            name=f"beside-{name}",
            says=says,
            unit="reading/s",
            prepare=Append(
                peer=peer,
                group=name,
                meters=size.meters,
                instants=instants,
                transactions=transactions,
                rounds=rounds,
                views=views,
            ),
            aim=Aim.NONE if target is None else Aim.RATIO_AT_LEAST,
            target=target,
        )
        for name, says, (instants, transactions), views, target in rows
    )

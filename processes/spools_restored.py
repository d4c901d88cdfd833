"""In: the spools of an installation, what a restored journal holds. Out: each goes on safely. I/O.

A journal restored to an earlier time lacks batches that a spool gave away. The spool must not go
on with the numbers behind them: the gap would look like a broken chain for ever. It seals what it
still holds under a new source epoch; what it had given away and the journal has lost is named.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from pathlib import Path
from uuid import UUID

from adapters.spool import Spool
from energy.base.clock import Clock
from energy.metering.codec import MAX_READINGS


@dataclass(frozen=True, slots=True, kw_only=True)
class SpoolResumed:
    """A spool after the restore of its journal."""

    path: Path
    waiting: int
    """Batches, sealed or to be sealed, that go into the restored journal now."""
    source_epoch: UUID
    """The new one."""
    lost_first: int | None
    """First batch of the old epoch that neither holds any more; None when there is none."""
    lost_last: int | None

    @property
    def lost_batches(self) -> int:
        """Return how many batches are in neither."""
        if self.lost_first is None or self.lost_last is None:
            return 0
        return self.lost_last - self.lost_first + 1


@contextmanager
def held_spools(data_dir: Path, clock: Clock) -> Iterator[list[tuple[Path, Spool]]]:
    """Hold every spool of an installation, so that no collector goes on meanwhile.

    Raises:
        SpoolError: A collector runs.
    """
    with ExitStack() as after:
        held = []
        for path in sorted((data_dir / "collect").glob("**/spool.sqlite")):
            spool = Spool(path, clock)
            after.callback(spool.close)
            held.append((path, spool))
        yield held


def resume(
    held: list[tuple[Path, Spool]], last_held: Mapping[UUID, int]
) -> tuple[SpoolResumed, ...]:
    """Begin a new source epoch in each spool.

    Args:
        held: Spools.
        last_held: Last batch that the restored journal holds, by source epoch.
    """
    return tuple(_resumed(path, spool, last_held.get(spool.stream, 0)) for path, spool in held)


def _resumed(path: Path, spool: Spool, last_held: int) -> SpoolResumed:
    waiting = [batch.sequence for batch in spool.pending(1) if batch.stream == spool.stream]
    given_away = min(waiting) - 1 if waiting else spool.head_sequence()
    lost = given_away > last_held
    spool.begin_epoch()
    backlog = spool.backlog()
    return SpoolResumed(
        path=path,
        waiting=backlog.sealed_batches + -(-backlog.open_readings // MAX_READINGS),
        source_epoch=spool.stream,
        lost_first=last_held + 1 if lost else None,
        lost_last=given_away if lost else None,
    )

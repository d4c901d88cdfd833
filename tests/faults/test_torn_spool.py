"""Torn, overwritten and bit-flipped spool files: 200 seeds, judged by a ledger of what was stored.

Nothing acknowledged and undamaged is lost, nothing that was never stored comes out, what is lost
is listed, and no damage keeps a collector from starting.
"""

from __future__ import annotations

from pathlib import Path

import pytest

from adapters.spool_rows import SpoolPart
from energy.metering.codec import ZERO_HASH
from tests.adapters.test_spool import assert_chained, columns
from tests.fixtures.torn_spool import (
    Ledger,
    damaged,
    opened_again,
    undamaged,
    written,
)

SPOOLS = 10
DAMAGES = 10


def judge(folder: Path, ledger: Ledger, seed: int) -> None:
    """Damage a copy of a spool, open it, and compare what comes out with the ledger."""
    damage = damaged(ledger, seed)
    told = f"seed {seed}: {damage.what}; spool of seed {seed // DAMAGES}"
    spool, came_out, batches = opened_again(folder, damage)
    try:
        known = came_out | ledger.journal
        assert undamaged(ledger, damage) - known == set(), f"lost though undamaged, {told}"
        assert came_out <= ledger.acknowledged, f"invented or altered, {told}"
        if ledger.acknowledged - known and not damage.torn:
            assert spool.lost != (), f"lost and not listed, {told}"
            assert {m.reason for m in spool.quarantined()} == {"spool_damaged"}, told
        keys = [(batch.stream, batch.sequence) for batch in batches]
        assert len(set(keys)) == len(keys), told
        fresh = [batch for batch in batches if batch.stream == spool.stream]
        if fresh and fresh[0].sequence == 1:
            assert_chained(fresh, ZERO_HASH)
        spool.append_many([SpoolPart(source="bus", columns=columns(2))])
        assert spool.seal() == 1, told
    finally:
        spool.close()
        for file in folder.iterdir():
            file.unlink()


@pytest.mark.parametrize("first", range(SPOOLS))
def test_what_is_undamaged_in_a_torn_or_flipped_spool_is_kept_and_the_rest_is_listed(
    tmp_path: Path, first: int
) -> None:
    ledger = written(tmp_path, first)
    for seed in range(first * DAMAGES, (first + 1) * DAMAGES):
        judge(tmp_path, ledger, seed)


@pytest.mark.slow
@pytest.mark.parametrize("first", range(SPOOLS, SPOOLS + 200))
def test_two_thousand_damaged_spools_keep_what_is_undamaged(tmp_path: Path, first: int) -> None:
    ledger = written(tmp_path, first)
    for seed in range(first * DAMAGES, (first + 1) * DAMAGES):
        judge(tmp_path, ledger, seed)

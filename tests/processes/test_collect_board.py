from __future__ import annotations

from pathlib import Path

from adapters.spool import Spool
from energy.base.clock import SystemClock
from processes.collect_board import CollectBoard
from processes.collector_drain import Drain
from tests.processes.test_collector_drain import Journal


def test_what_a_source_complains_of_makes_the_collector_unwell_until_it_is_over(
    tmp_path: Path,
) -> None:
    board, spool = CollectBoard(), Spool(tmp_path / "spool.sqlite", SystemClock())
    complaints = ["source 'gw' has been silent for 4012 s"]
    board.show("north", spool, Drain(spool, Journal()), complaints=lambda: complaints)
    health = board.health()
    assert health.reasons == ("north: source 'gw' has been silent for 4012 s",)
    assert not health.ok
    complaints.clear()
    assert board.health().ok
    complaints.append("again")
    board.hide("north")
    assert board.health().ok
    spool.close()

"""Inspections with the connection cut behind each commit: nothing doubled, billed once."""

from __future__ import annotations

import pytest

from tests.faults.test_cut_after_commit import _row, directory, proxy, told
from tests.fixtures.command_steps import STEPS
from tests.fixtures.command_steps_inspect import INSPECT_STEPS
from tests.fixtures.command_steps_work import WORK_STEPS
from tests.fixtures.commit_proxy import CommitProxy
from tests.fixtures.postgres import DatabaseServer

__all__ = ["_row", "directory", "proxy"]
pytestmark = pytest.mark.servers


EARLY = [step for step in STEPS if step.verb in {"ingest", "meter ratio"}]
BEFORE = [*STEPS[:4], WORK_STEPS[0], *EARLY]
OURS = [*BEFORE, *INSPECT_STEPS]


@pytest.mark.usefixtures("directory")
def test_inspections_cut_behind_every_commit_and_repeated_have_one_effect(
    database_server: DatabaseServer, proxy: CommitProxy
) -> None:
    calm = told(database_server, proxy, 0, OURS)
    assert [row[:2] for row in calm.state["suspicions"]] == [
        *[("ratio", "point:b5-elec"), ("seal", "point:b5-elec"), ("seal", "point:b6-elec")],
    ]
    ((_, *rest),) = calm.state["inspections"]
    assert rest == ["approved", "meter_error", "2500"]
    for number in range(1, max(calm.commits[len(BEFORE) :]) + 1):
        cut = told(database_server, proxy, number, OURS)
        assert cut.entries[len(BEFORE) :] == calm.entries[len(BEFORE) :], f"behind commit {number}"
        assert cut.state == calm.state

"""Contingency plans with the connection cut behind each commit: nothing doubled, nothing lost."""

from __future__ import annotations

import pytest

from tests.faults.test_cut_after_commit import _row, directory, proxy, told
from tests.fixtures.command_steps import STEPS
from tests.fixtures.command_steps_contingency import CONTINGENCY_STEPS
from tests.fixtures.command_steps_duty import DUTY_STEPS
from tests.fixtures.commit_proxy import CommitProxy
from tests.fixtures.postgres import DatabaseServer

__all__ = ["_row", "directory", "proxy"]
pytestmark = pytest.mark.servers
BEFORE = [*STEPS[:4], DUTY_STEPS[0]]
OURS = [*BEFORE, *CONTINGENCY_STEPS]


@pytest.mark.usefixtures("directory")
def test_contingency_cut_behind_every_commit_and_repeated_has_one_effect(
    database_server: DatabaseServer, proxy: CommitProxy
) -> None:
    calm = told(database_server, proxy, 0, OURS)
    ((_, *rest),) = calm.state["activations"]
    told_of = ["callreached", "callnot_reached", "callreached", "callnot_reached"]
    assert rest == [True, False, [*told_of, "done", "skipped", "found"]]
    for number in range(1, max(calm.commits[len(BEFORE) :]) + 1):
        cut = told(database_server, proxy, number, OURS)
        assert cut.entries[len(BEFORE) :] == calm.entries[len(BEFORE) :], f"behind commit {number}"
        assert cut.state == calm.state

"""Assured events with the connection cut behind each commit: nothing doubled, nothing lost."""

from __future__ import annotations

import pytest

from tests.faults.test_cut_after_commit import _row, directory, proxy, told
from tests.faults.test_cut_switching import BEFORE as WITH_NODE
from tests.fixtures.command_steps_event import EVENT_STEPS
from tests.fixtures.command_steps_switching import SWITCHING_STEPS
from tests.fixtures.commit_proxy import CommitProxy
from tests.fixtures.postgres import DatabaseServer

__all__ = ["_row", "directory", "proxy"]
pytestmark = pytest.mark.servers
BEFORE = [*WITH_NODE, *SWITCHING_STEPS[:3]]
OURS = [*BEFORE, *EVENT_STEPS]


@pytest.mark.usefixtures("directory")
def test_assured_events_cut_behind_every_commit_and_repeated_have_one_effect(
    database_server: DatabaseServer, proxy: CommitProxy
) -> None:
    calm = told(database_server, proxy, 0, OURS)
    ((_, *rest),) = calm.state["assured events"]
    assert rest == ["called_off", 2, 2, [], ["no", "yes", "no"]]
    for number in range(1, max(calm.commits[len(BEFORE) :]) + 1):
        cut = told(database_server, proxy, number, OURS)
        assert cut.entries[len(BEFORE) :] == calm.entries[len(BEFORE) :], f"behind commit {number}"
        assert cut.state == calm.state

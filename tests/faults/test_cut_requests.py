"""Requests with the connection cut behind each commit: none doubled or lost, no work of theirs."""

from __future__ import annotations

import pytest

from tests.faults.test_cut_after_commit import _row, directory, proxy, told
from tests.fixtures.command_steps import STEPS
from tests.fixtures.command_steps_request import REQUEST_STEPS
from tests.fixtures.commit_proxy import CommitProxy
from tests.fixtures.postgres import DatabaseServer

__all__ = ["_row", "directory", "proxy"]
pytestmark = pytest.mark.servers
OURS = [*STEPS[:4], *REQUEST_STEPS]


@pytest.mark.usefixtures("directory")
def test_requests_cut_behind_every_commit_and_repeated_has_one_effect(
    database_server: DatabaseServer, proxy: CommitProxy
) -> None:
    calm = told(database_server, proxy, 0, OURS)
    assert [row[1:6] for row in calm.state["requests"]] == [
        ("closed", "explained", 4, 4, 1),
        ("resolved", "withdrawn", 0, None, 0),
    ]
    assert len(calm.state["made of requests"]) == 2
    for number in range(1, max(calm.commits[4:]) + 1):
        cut = told(database_server, proxy, number, OURS)
        assert cut.entries[4:] == calm.entries[4:], f"cut behind commit {number}"
        assert cut.state == calm.state

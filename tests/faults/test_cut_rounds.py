"""Patrol rounds with the connection cut behind each commit: nothing doubled, nothing lost."""

from __future__ import annotations

import pytest

from tests.faults.test_cut_after_commit import _row, directory, proxy, told
from tests.fixtures.command_steps import STEPS
from tests.fixtures.command_steps_rounds import ROUND_STEPS
from tests.fixtures.command_steps_work import WORK_STEPS
from tests.fixtures.commit_proxy import CommitProxy
from tests.fixtures.postgres import DatabaseServer

__all__ = ["_row", "directory", "proxy"]
pytestmark = pytest.mark.servers
BEFORE = [*STEPS[:4], WORK_STEPS[0]]
OURS = [*BEFORE, *ROUND_STEPS]


@pytest.mark.usefixtures("directory")
def test_rounds_cut_behind_every_commit_and_repeated_have_one_effect(
    database_server: DatabaseServer, proxy: CommitProxy
) -> None:
    calm = told(database_server, proxy, 0, OURS)
    assert [row[2:] for row in calm.state["rounds"]] == [
        ("tr1", "oil", "told", False, "45.20"),
        ("tr1", "noise", "told", True, "yes"),
        ("tr1", "oil", "mended", True, "54.20"),
        ("tr1", "oil", "doubt", False, "44.0"),
    ]
    assert {row[1] for row in calm.state["rounds"]} == {False}, "it is signed"
    assert [row[2] for row in calm.state["made on rounds"]] == ["incident", "order"]
    for number in range(1, max(calm.commits[len(BEFORE) :]) + 1):
        cut = told(database_server, proxy, number, OURS)
        assert cut.entries[len(BEFORE) :] == calm.entries[len(BEFORE) :], f"behind commit {number}"
        assert cut.state == calm.state

"""Reports with the connection cut behind each commit: none doubled, none sent twice or lost."""

from __future__ import annotations

import pytest

from tests.faults.test_cut_after_commit import _row, directory, proxy, told
from tests.fixtures.command_steps import STEPS
from tests.fixtures.command_steps_notice import NOTICE_STEPS
from tests.fixtures.command_steps_report import REPORT_STEPS
from tests.fixtures.command_steps_work import WORK_STEPS
from tests.fixtures.commit_proxy import CommitProxy
from tests.fixtures.postgres import DatabaseServer

__all__ = ["_row", "directory", "proxy"]
pytestmark = pytest.mark.servers
BEFORE = [*STEPS[:4], *NOTICE_STEPS[:7], *WORK_STEPS[:1]]
OURS = [*BEFORE, *REPORT_STEPS]


@pytest.mark.usefixtures("directory")
def test_reports_cut_behind_every_commit_and_repeated_have_one_effect(
    database_server: DatabaseServer, proxy: CommitProxy
) -> None:
    calm = told(database_server, proxy, 0, OURS)
    assert [row[2:] for row in calm.state["reports"]] == [(1, False, False)] * 2
    assert sum(about == "report" for about, *_ in calm.state["notices"]) == 4  # two contacts
    for number in range(1, max(calm.commits[len(BEFORE) :]) + 1):
        cut = told(database_server, proxy, number, OURS)
        assert cut.entries[len(BEFORE) :] == calm.entries[len(BEFORE) :], f"behind commit {number}"
        assert cut.state == calm.state

"""Switching orders with the connection cut behind each commit: nothing said twice or lost."""

from __future__ import annotations

import pytest

from energy.store.sites import the_site
from processes.settling import settle
from tests.faults.test_cut_after_commit import _row, directory, proxy, told
from tests.fixtures.command_steps import STEPS
from tests.fixtures.command_steps_switching import SWITCHING_STEPS
from tests.fixtures.command_story import CLOCK, Step, Story
from tests.fixtures.commit_proxy import CommitProxy
from tests.fixtures.postgres import DatabaseServer

__all__ = ["_row", "directory", "proxy"]
pytestmark = pytest.mark.servers
GRAPH = """
[[supply]]
utility = "electricity"
valid_from = 2019-01-01
nodes = [{key = "b6", kind = "feeder", name = "Building 6", point = "b6-elec"}]
edges = []
"""


def _supply(story: Story) -> None:
    file = story.folder / "supply.toml"
    file.write_text(GRAPH)
    story.row("supply define --reason built --by clara", file)
    site = the_site(story.database, story.key)
    settle(story.database, site, CLOCK, "metering")  # repeated, it has nothing to wait for


BEFORE = [*STEPS[:4], Step("supply define", _supply)]
OURS = [*BEFORE, *SWITCHING_STEPS]


@pytest.mark.usefixtures("directory")
def test_switching_cut_behind_every_commit_and_repeated_has_one_effect(
    database_server: DatabaseServer, proxy: CommitProxy
) -> None:
    calm = told(database_server, proxy, 0, OURS)
    states = [state for _, state, *_ in calm.state["switching orders"]]
    assert states == ["withdrawn", "aborted", "completed"]
    for number in range(1, max(calm.commits[len(BEFORE) :]) + 1):
        cut = told(database_server, proxy, number, OURS)
        assert cut.entries[len(BEFORE) :] == calm.entries[len(BEFORE) :], f"behind commit {number}"
        assert cut.state == calm.state

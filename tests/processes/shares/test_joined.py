"""Two divided supply nodes do not become one: somebody would bear the same twice."""

from __future__ import annotations

from datetime import date
from pathlib import Path
from typing import cast

import pytest

from energy.system import System
from processes.plant_acts import SupplyFileError, read_supply_file
from tests.fixtures.meters import counter_facts
from tests.fixtures.postgres import TestSite
from tests.fixtures.shares import BY, Mall, share_file
from tests.processes.shares.test_checks import supply
from tests.processes.test_plant_acts import Desk

pytestmark = pytest.mark.servers
APART = """
[[supply]]
utility = "electricity"
valid_from = 2019-03-01
nodes = [
  { key = "t1", kind = "incomer", name = "T1", point = "u3" },
  { key = "t2", kind = "incomer", name = "T2", point = "u2" },
  { key = "a", kind = "feeder", name = "A", point = "lobby" },
  { key = "b", kind = "feeder", name = "B", point = "u1" },
]
edges = [["t1", "a"], ["t2", "b"]]
"""
JOINED = (
    APART.replace("2019-03-01", "2019-03-29")
    .replace('  { key = "a"', '  { key = "bus", kind = "busbar", name = "Bus" },\n  { key = "a"')
    .replace(
        '[["t1", "a"], ["t2", "b"]]',
        '[["t1", "bus"], ["t2", "bus"], ["bus", "a"], ["bus", "b"]]',
    )
)


def of_node(key: str) -> str:
    text = share_file().replace('key = "common"', f'key = "of-{key}"')
    return text.replace('{ point = "lobby" }', f'{{ utility = "electricity", node = "{key}" }}')


def test_two_divided_nodes_are_joined_only_once_one_is_divided_no_longer(
    site_schema: TestSite, tmp_path: Path
) -> None:
    mall = Mall(site_schema)
    mall.found()
    mall.read()
    supply(mall, tmp_path, APART)
    mall.define(of_node("t1"))
    mall.define(of_node("t2"))
    before = mall.days("of-t1.landlord")
    with pytest.raises(SupplyFileError) as refused:
        supply(mall, tmp_path, JOINED)
    for told in ("t1 and t2 would be one balance", "of-t1 and of-t2", "share end"):
        assert told in str(refused.value)
    assert "同时分摊" in refused.value.told("zh")
    mall.desk.end("of-t2", date(2019, 3, 29), reason="joined", by=BY)
    mall.site.project()
    supply(mall, tmp_path, JOINED)
    mall.site.project()
    joined = [
        sum(
            sign * (mall.days(point)[n] or 0)
            for sign, point in ((1, "u3"), (1, "u2"), (-1, "lobby"), (-1, "u1"))
        )
        for n in range(3, 6)
    ]
    assert mall.days("of-t1.landlord") == [*before[:3], *joined]


def test_a_meter_that_counts_by_the_hour_at_a_divided_node_is_warned_of(
    site_schema: TestSite, tmp_path: Path
) -> None:
    mall = Mall(site_schema)
    mall.found()
    supply(mall, tmp_path, APART)
    mall.define(of_node("t1"))
    site_schema.counter("hourly", facts=counter_facts(grid_s=3600))
    site_schema.project()
    wide = APART.replace('point = "lobby"', 'point = "hourly"')
    file = tmp_path / "wide.toml"
    file.write_text(wide.replace("2019-03-01", "2019-03-29"), encoding="utf-8")
    desk = cast("System", Desk(mall.site))
    (planned,) = read_supply_file(desk, mall.site.site, file)
    (warning,) = planned.warnings
    for told in ("hourly counts by 3600 s", "of-t1 divides by 900 s", "define it anew"):
        assert told in warning.told("en")
    assert "重新定义" in warning.told("zh")
    file.write_text(APART, encoding="utf-8")
    (planned,) = read_supply_file(desk, mall.site.site, file)
    assert planned.warnings == ()

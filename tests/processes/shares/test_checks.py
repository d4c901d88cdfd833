"""A share of what a node lacks rests on all meters of its graph: no circles by way of that."""

from __future__ import annotations

from pathlib import Path
from typing import Any, cast

import pytest

from energy.base.ids import id_of
from energy.base.period import span_of_days
from energy.base.quality import Quality
from energy.metering.shares.file import ShareFileError
from energy.system import System
from energy.views.computed import asked_together, channel_usage
from energy.views.computed_inputs import inputs_behind
from energy.views.usage_channels import usage_channels
from processes.plant_acts import SupplyFileError, define_supply, read_supply_file
from tests.fixtures.postgres import TestSite
from tests.fixtures.shares import BY, FIRST, LAST, Mall, share_file
from tests.processes.test_plant_acts import Desk

pytestmark = pytest.mark.servers
GRAPH = """
[[supply]]
utility = "electricity"
valid_from = {day}
nodes = [
  {{ key = "main", kind = "incomer", name = "Main", point = "u3" }},
  {{ key = "shop", kind = "feeder", name = "Shop", point = "lobby" }},
  {more}
]
edges = [["main", "shop"]{edge}]
"""
NODE = share_file().replace('{ point = "lobby" }', '{ utility = "electricity", node = "main" }')
OWN = '{ key = "own", kind = "feeder", name = "Own", point = "common.u2" }'
CIRCLE = GRAPH.format(day="2019-03-29", more=OWN, edge=', ["main", "own"]')


@pytest.fixture
def mall(site_schema: TestSite, tmp_path: Path) -> Mall:
    mall = Mall(site_schema)
    mall.found()
    mall.read()
    supply(mall, tmp_path, GRAPH.format(day="2019-03-01", more="", edge=""))
    mall.define(NODE)
    return mall


def supply(mall: Mall, folder: Path, text: str) -> None:
    file, desk = folder / "supply.toml", cast("System", Desk(mall.site))
    file.write_text(text, encoding="utf-8")
    planned = read_supply_file(desk, mall.site.site, file)
    define_supply(desk, mall.site.site, planned, reason="rebuilt", by=BY)


def test_a_graph_that_holds_a_share_of_its_own_node_is_refused_and_the_circle_named(
    mall: Mall, tmp_path: Path
) -> None:
    before = mall.days("common.landlord")
    with pytest.raises(SupplyFileError, match=r"common\.u2 -> common\.u2"):
        supply(mall, tmp_path, CIRCLE)
    change = """
[[change]]
utility = "electricity"
valid_from = 2019-03-29
nodes = [{ key = "own", kind = "feeder", name = "Own", point = "common.u2" }]
join = [["main", "own"]]
"""
    with pytest.raises(SupplyFileError, match=r"common\.u2 -> common\.u2"):
        supply(mall, tmp_path, change)
    mall.site.project()
    assert None not in before
    assert mall.days("common.landlord") == before


def test_a_share_does_not_weigh_by_what_rests_on_its_own_node(mall: Mall, tmp_path: Path) -> None:
    mall.define(share_file().replace('key = "common"', 'key = "hall"').replace('"lobby"', '"u1"'))
    own = OWN.replace("common.u2", "hall.u2")
    supply(mall, tmp_path, GRAPH.format(day="2019-03-29", more=own, edge=', ["main", "own"]'))
    mall.site.project()
    circle = (
        share_file('[{ by = "energy" }]')
        .replace('key = "common"', 'key = "hall"')
        .replace('points = ["u1"]', 'points = ["common.u2"]')
        .replace('"lobby"', '"u1"')
    )
    with pytest.raises(ShareFileError, match="rests on itself"):
        mall.desk.revise(circle, reason="?", by=BY)


def test_a_circle_that_stands_keeps_nobody_from_what_the_others_used(
    mall: Mall, tmp_path: Path
) -> None:
    mall.define(share_file().replace('key = "common"', 'key = "hall"'))
    graph: Any = mall.site.application("metering").find(
        id_of("supply_graph", mall.site.site.key, "electricity")
    )
    nodes = [
        {"key": "main", "kind": "incomer", "name": "Main", "point": "u3"},
        {"key": "own", "kind": "feeder", "name": "Own", "point": "common.u2"},
    ]
    graph.redefine(
        utility="electricity",
        valid_from=mall.site.clock.now().replace(year=2019, month=3, day=1, hour=0),
        nodes=nodes,
        edges=[["main", "own"]],
        command_id=id_of("test", "circle"),
    )
    mall.site.application("metering").store(graph)
    mall.site.project()
    assert mall.days("common.landlord") == [None] * 6
    schema, zone = mall.site.schema, mall.site.site.zone
    period = span_of_days(FIRST, LAST, zone)
    with mall.site.writer.connection() as connection:
        shares = usage_channels(connection, schema, ["common.u1", "common.u2", "hall.u1"])
        broken, also, sound = (each.number for each in shares.values())
        with asked_together():
            asked = [broken, also, sound, mall.channels[0]]
            spans = channel_usage(connection, schema, zone, asked, period)
            behind = inputs_behind(connection, schema, zone, [broken], period)
    missing = [bool((spans[n].quality == Quality.MISSING).any()) for n in asked]
    assert missing == [True, True, False, False]
    assert mall.channels[2] not in behind
    assert mall.channels[3] in behind
    supply(mall, tmp_path, GRAPH.format(day="2019-04-01", more="", edge=""))  # the way out

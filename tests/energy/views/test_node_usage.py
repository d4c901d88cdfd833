"""Who moves in mid month counts for each place on the days it was there."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest

from energy.base.quality import Quality
from energy.base.units import Utility
from energy.metering.places import PlaceAct, PlaceChange
from energy.metering.plans.plan import NodeKind, PlanNode
from energy.metering.plant import PlaceTree, SupplyGraph
from energy.metering.reading import Reading
from energy.views.node_usage import MonthUsage, node_months, plan_nodes
from tests.fixtures.postgres import TestSite, command

pytestmark = pytest.mark.servers
START = datetime(2019, 1, 1, tzinfo=UTC)
MOVED = START + timedelta(days=10)
DAY_WH = 24_000
ANNE = command("anne")


def january(site: TestSite, kind: NodeKind, key: str, as_of: int | None = None) -> MonthUsage:
    node = PlanNode(kind=kind, key=key)
    with site.writer.connection() as connection:
        months = node_months(
            connection, site.schema, site.site.zone, node, Utility.ELECTRICITY, 2019, as_of
        )
    return months[0]


def read_january(site: TestSite, channel: int, counts_an_hour: int) -> None:
    hours = range(0, 31 * 24 + 1, 6)
    site.accept(
        *(
            Reading(channel=channel, at=START + timedelta(hours=n), count=n * counts_an_hour)
            for n in hours
        )
    )


def test_a_point_that_moves_counts_where_it_was_day_by_day_and_as_it_was_known(
    site_schema: TestSite,
) -> None:
    site = site_schema
    metering = site.application("metering")
    site.clock.move_to(START + timedelta(days=40))
    places = [{"key": key, "kind": "floor", "name": key} for key in ("b1", "b2")]
    tree = PlaceTree(site=site.site.key, places=places, command_id=command("tree"))
    metering.store(tree)
    read_january(site, site.counter("m1"), 100)
    before = metering.position()
    tree.move_points(
        ["m1"], "b2", valid_from=MOVED, reason="moved", by=ANNE, command_id=command("move")
    )
    tree.change(
        [PlaceChange(act=PlaceAct.CLOSED, place="b1", valid_from=MOVED + timedelta(days=5))],
        valid_from=MOVED + timedelta(days=5),
        reason="pulled down",
        by=ANNE,
        command_id=command("close"),
    )
    metering.store(tree)
    site.project()
    left, right = (january(site, NodeKind.PLACE, key) for key in ("b1", "b2"))
    assert (left.usage, right.usage) == (10 * DAY_WH, 21 * DAY_WH)
    assert (left.expected, right.expected) == (10 * 96, 21 * 96)
    assert january(site, NodeKind.PLACE, "b1", before).usage == 31 * DAY_WH
    assert january(site, NodeKind.PLACE, "b2", before).expected == 0
    with site.writer.connection() as connection:
        known = {node.key: own for node, _, own in plan_nodes(connection, site.schema)}
    assert known == {"b2": [Utility.ELECTRICITY]}


def test_a_meter_that_is_fed_from_another_board_in_mid_month_counts_there_from_then_on(
    site_schema: TestSite,
) -> None:
    site = site_schema
    metering = site.application("metering")
    site.clock.move_to(START + timedelta(days=40))
    for point, counts in (("m1", 100), ("m2", 20)):
        read_january(site, site.counter(point), counts)
    nodes = [
        *({"key": key, "kind": "busbar", "name": key} for key in ("east", "west")),
        *({"key": key, "kind": "feeder", "name": key, "point": key} for key in ("m1", "m2")),
    ]
    graph = SupplyGraph(
        site=site.site.key,
        utility="electricity",
        valid_from=START - timedelta(days=400),
        nodes=nodes,
        edges=[["east", "m1"], ["west", "m2"]],
        command_id=command("graph"),
    )
    graph.redefine(
        utility="electricity",
        valid_from=MOVED,
        nodes=nodes,
        edges=[["west", "m1"], ["west", "m2"]],
        command_id=command("another"),
    )
    metering.store(graph)
    site.project()
    east, west = (january(site, NodeKind.SUPPLY, key).usage for key in ("east", "west"))
    assert east == 10 * DAY_WH
    assert west == 21 * DAY_WH + 31 * DAY_WH // 5


def test_usage_that_an_open_finding_keeps_off_the_bill_is_marked_and_never_good(
    site_schema: TestSite,
) -> None:
    site = site_schema
    metering = site.application("metering")
    site.clock.move_to(START + timedelta(days=40))
    places = [{"key": "b1", "kind": "floor", "name": "b1"}]
    tree = PlaceTree(site=site.site.key, places=places, command_id=command("tree"))
    channel = site.counter("m1")
    tree.move_points(
        ["m1"],
        "b1",
        valid_from=START - timedelta(days=400),
        reason="x",
        by=ANNE,
        command_id=command("move"),
    )
    metering.store(tree)
    read_january(site, channel, 100)
    site.project()
    position = metering.position()
    assert january(site, NodeKind.PLACE, "b1").barred == 0
    for code, severity, hour in (
        ("register.jump", "do_not_bill", 30),
        ("reading.out_of_range", "do_not_bill", 60),
        ("register.reset", "warn", 90),
        ("register.jump", "do_not_bill", 24 * 31),
    ):
        at = START + timedelta(hours=hour)
        with site.writer.connection() as connection:
            connection.execute(
                f"INSERT INTO {site.schema}.finding (code, severity, channel, start_at, end_at, "
                "position) VALUES (%s, %s, %s, %s, %s, %s)",
                (code, severity, channel, at, at + timedelta(hours=1), position + 1),
            )
    marked = january(site, NodeKind.PLACE, "b1")
    assert (marked.usage, marked.barred) == (31 * DAY_WH, 2)
    assert marked.quality is Quality.SUSPECT
    assert january(site, NodeKind.PLACE, "b1", position).barred == 0

"""The registry follows the meter's life: plate, segments, places, supply."""

from __future__ import annotations

from fractions import Fraction

import pytest

from energy.base.clock import to_us
from energy.metering.meter import UNPROVEN
from energy.metering.plant import PlaceTree, Source, SupplyGraph
from energy.views.findings import read_findings
from energy.views.noted import FOR_GOOD
from energy.views.registry import load_channels, load_registry
from tests.fixtures.batches import at
from tests.fixtures.meters import (
    LONG_AGO,
    change_ratio,
    commission,
    counter_facts,
    find_meter,
    gauge_facts,
    interval_facts,
    planned,
    replace,
    retire,
)
from tests.fixtures.postgres import NOON, TestSite, command

pytestmark = pytest.mark.servers


def test_channels_come_back_as_they_were_planned(site_schema: TestSite) -> None:
    facts = counter_facts(resolution=Fraction(1, 3), modulus=3 * 10**6, max_per_hour=77)
    number = site_schema.counter(gauge=True, facts=facts)
    site_schema.project()
    with site_schema.writer.connection() as connection:
        channels = load_channels(connection, site_schema.schema)
    assert channels[number].facts == facts
    assert channels[number + 1].facts == gauge_facts()
    assert channels[number].key == "m1/active_energy_import"


def test_segments_follow_the_life_of_a_meter(site_schema: TestSite) -> None:
    number = site_schema.counter()
    metering = site_schema.application("metering")
    meter = find_meter(metering, site_schema.site.key)
    replace(meter, when=at(60), final={number: 50}, start={number: 3})
    change_ratio(meter, when=at(120), counts={number: 9}, multiplier=Fraction(40))
    retire(meter, when=at(180), final={number: 11})
    metering.store(meter)
    site_schema.project()
    with site_schema.writer.connection() as connection:
        segments = load_registry(connection, site_schema.schema).segments[number]
    assert [
        (s.start_us, s.end_us, s.base_per_count, s.start_count, s.end_count) for s in segments
    ] == [
        (to_us(LONG_AGO), to_us(at(60)), Fraction(10), None, 50),
        (to_us(at(60)), to_us(at(120)), Fraction(10), 3, 9),
        (to_us(at(120)), to_us(at(180)), Fraction(400), 9, 11),
    ]
    plate = site_schema.rows("SELECT serial, multiplier, retired_at FROM {s}.meter")
    assert plate == [("S-2", "40", at(180))]


def test_point_served_again_is_retired_no_more(site_schema: TestSite) -> None:
    site_schema.counter()
    metering = site_schema.application("metering")
    meter = find_meter(metering, site_schema.site.key)
    retire(meter, when=at(60), final={})
    commission(meter, since=at(90), serial="S-3")
    metering.store(meter)
    site_schema.project()
    assert site_schema.rows("SELECT serial, retired_at FROM {s}.meter") == [("S-3", None)]


def test_supply_graph_is_dated(site_schema: TestSite) -> None:
    metering = site_schema.application("metering")
    key = site_schema.site.key
    nodes = [{"key": "grid", "kind": "incomer", "name": "Grid"}]
    graph = SupplyGraph(
        site=key,
        utility="electricity",
        valid_from=LONG_AGO,
        nodes=[*nodes, {"key": "b1", "kind": "board", "name": "B1", "point": "m1"}],
        edges=[["grid", "b1"]],
        command_id=command("supply", 1),
    )
    graph.redefine(
        utility="electricity",
        valid_from=NOON,
        nodes=nodes,
        edges=[],
        command_id=command("supply", 2),
    )
    metering.store(graph)
    site_schema.project()
    rows = site_schema.rows("SELECT key, valid_from, valid_to FROM {s}.supply_node ORDER BY 1, 2")
    assert rows == [
        ("b1", LONG_AGO, NOON),
        ("grid", LONG_AGO, NOON),
        ("grid", NOON, None),
    ]
    assert site_schema.rows("SELECT from_key, to_key, valid_to FROM {s}.supply_edge") == [
        ("grid", "b1", NOON)
    ]


def test_places_and_sources_are_replaced_whole(site_schema: TestSite) -> None:
    metering = site_schema.application("metering")
    key = site_schema.site.key
    tree = PlaceTree(
        site=key,
        places=[{"key": "a", "kind": "building", "name": "A", "area_m2": "12.5"}],
        command_id=command("places", 1),
    )
    tree.redefine(
        places=[{"key": "b", "kind": "building", "name": "B"}], command_id=command("places", 2)
    )
    source = Source(
        site=key, key="s", kind="mqtt", settings={"port": 1}, command_id=command("source", 1)
    )
    source.redefine(key="s", kind="mqtt", settings={"port": 2}, command_id=command("source", 2))
    metering.store(tree, source)
    site_schema.project()
    assert site_schema.rows("SELECT key, area_m2 FROM {s}.place") == [("b", None)]
    assert site_schema.rows("SELECT key, settings FROM {s}.source") == [("s", {"port": 2})]


@pytest.mark.parametrize(("ratio", "open_after"), [(Fraction(1), True), (Fraction(40), False)])
def test_only_another_multiplier_ends_what_is_unproven(
    site_schema: TestSite, ratio: Fraction, *, open_after: bool
) -> None:
    metering = site_schema.application("metering")
    meter = planned(site_schema.site.key, "m1", 1, counter_facts(), interval_facts())
    meter.commission(
        at=LONG_AGO,
        serial="S-1",
        profile="abb_b23_b24",
        source="modbus-1",
        address={"unit": 1},
        multiplier=Fraction(1),
        start_counts={},
        record={UNPROVEN: "1"},
        command_id=command("commission"),
    )
    metering.store(meter)
    site_schema.project()
    change_ratio(meter, when=at(60), counts={1: 9}, multiplier=ratio)
    metering.store(meter)
    site_schema.project()
    with site_schema.writer.connection() as connection:
        found = read_findings(connection, site_schema.schema, open_only=False)
    held = {row.key.channel: row.open for row in found if row.end == FOR_GOOD}
    assert held == {1: open_after, 2: open_after}

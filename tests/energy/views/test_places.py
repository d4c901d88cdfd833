"""The place tree as it was on a day and as it was known; a rebuild gives the same."""

from __future__ import annotations

from datetime import UTC, datetime
from fractions import Fraction
from typing import Any

import pytest

from energy.base.period import Period
from energy.metering.places import PlaceAct, PlaceChange
from energy.metering.plant import PlaceTree, PlantError
from energy.views.places import (
    attribute_spans,
    places_at,
    point_places,
    read_places,
)
from energy.views.rebuild import METERING_TABLES
from tests.fixtures.postgres import TestSite, command
from tests.fixtures.rebuild import copied_journal

pytestmark = pytest.mark.servers
TABLES = ("place", "place_history", "point_place", "meter")


def day(month: int) -> datetime:
    return datetime(2019, month, 1, tzinfo=UTC)


def change(act: PlaceAct, place: str, month: int, **facts: object) -> PlaceChange:
    return PlaceChange(act=act, place=place, valid_from=day(month), facts=facts)


def told(tree: PlaceTree, month: int, *changes: PlaceChange) -> None:
    tree.change(
        changes,
        valid_from=day(month),
        reason="rebuilt",
        by=None,
        command_id=command("place", month, *(c.act for c in changes)),
    )


def first_tree(site: TestSite) -> PlaceTree:
    places = [
        {"key": "b1", "kind": "building", "name": "B1", "area_m2": "1000.5"},
        {"key": "b2", "kind": "building", "name": "B2"},
        {"key": "shop", "kind": "area", "name": "Shop", "parent": "b1", "area_m2": "80"},
    ]
    tree = PlaceTree(site=site.site.key, places=places, command_id=command("places"))
    site.counter("m1")
    site.application("metering").store(tree)
    site.project()
    return tree


def told_story(site: TestSite) -> int:
    """Tell moves of May and later, then one of March; return the position between the two."""
    tree = first_tree(site)
    metering = site.application("metering")
    told(tree, 5, change(PlaceAct.MOVED, "shop", 5, parent="b2"))
    told(tree, 7, change(PlaceAct.VALUED, "shop", 7, name="area_m2", value="120"))
    tree.move_points(
        ["m1"], "b2", valid_from=day(6), reason="moved", by=None, command_id=command("points")
    )
    between = metering.store(tree)
    told(tree, 3, change(PlaceAct.VALUED, "shop", 3, name="area_m2", value="95"))
    told(tree, 9, change(PlaceAct.RENAMED, "shop", 9, name="Bar"))
    tree.move_points(
        ["m1"], "shop", valid_from=day(4), reason="was there", by=None,
        command_id=command("points", 2),
    )  # fmt: skip
    metering.store(tree)
    site.project()
    return between


def test_tree_is_as_it_was_on_a_day_and_as_it_was_known(site_schema: TestSite) -> None:
    between = told_story(site_schema)
    schema, year = site_schema.schema, Period(start=day(1), end=day(12))
    with site_schema.writer.connection() as connection:
        parents = {
            month: places_at(connection, schema, day(month))["shop"].parent for month in (4, 5)
        }
        assert parents == {4: "b1", 5: "b2"}
        assert places_at(connection, schema, day(9))["shop"].name == "Bar"
        assert places_at(connection, schema, day(9), as_of=between)["shop"].name == "Shop"
        assert attribute_spans(connection, schema, "shop", "area_m2", year) == [
            (day(1), day(3), Fraction(80)),
            (day(3), day(7), Fraction(95)),
            (day(7), day(12), Fraction(120)),
        ]
        assert attribute_spans(connection, schema, "shop", "area_m2", year, as_of=between) == [
            (day(1), day(7), Fraction(80)),
            (day(7), day(12), Fraction(120)),
        ]
        assert attribute_spans(connection, schema, "b2", "headcount", year) == []


def test_point_is_in_the_place_of_the_day(site_schema: TestSite) -> None:
    between = told_story(site_schema)
    schema = site_schema.schema
    with site_schema.writer.connection() as connection:
        where = [point_places(connection, schema, day(month))["m1"] for month in (3, 4, 6)]
        assert where == ["b1", "shop", "b2"]
        assert point_places(connection, schema, day(5), as_of=between) == {"m1": "b1"}
    assert site_schema.rows("SELECT place FROM {s}.meter") == [("b2",)]


def test_table_of_places_holds_the_tree_as_last_told(site_schema: TestSite) -> None:
    told_story(site_schema)
    rows = site_schema.rows("SELECT key, parent, name, area_m2::text FROM {s}.place ORDER BY key")
    assert rows == [
        ("b1", None, "B1", "1000.5"),
        ("b2", None, "B2", None),
        ("shop", "b2", "Bar", "120"),
    ]


def test_rebuild_gives_the_same_rows(site_schema: TestSite, new_site: Any) -> None:
    told_story(site_schema)
    again: TestSite = new_site()
    copied_journal(site_schema, again)
    again.project()
    for table in TABLES:
        assert table in METERING_TABLES["registry"]
        read = f"SELECT t::text FROM {{s}}.{table} AS t ORDER BY 1"
        assert again.rows(read) == site_schema.rows(read)


def test_change_that_does_not_fit_is_refused_with_its_reason(site_schema: TestSite) -> None:
    tree = first_tree(site_schema)
    with pytest.raises(PlantError, match="would hang on nowhere"):
        told(tree, 5, change(PlaceAct.MOVED, "shop", 5, parent="nowhere"))
    with pytest.raises(PlantError, match="would lie within itself"):
        told(tree, 5, change(PlaceAct.MOVED, "b1", 5, parent="shop"))
    with pytest.raises(PlantError, match="no place nowhere"):
        tree.move_points(
            ["m1"], "nowhere", valid_from=day(6), reason="", by=None, command_id=command("x")
        )
    assert tree.pending_events == []


def test_repository_brings_the_tree_back(site_schema: TestSite) -> None:
    told_story(site_schema)
    metering = site_schema.application("metering")
    again = metering.find(PlaceTree.create_id(site=site_schema.site.key))
    assert isinstance(again, PlaceTree)
    with site_schema.writer.connection() as connection:
        book = read_places(connection, site_schema.schema)
    for month in range(1, 12):
        assert again.book.at(day(month)) == book.at(day(month))

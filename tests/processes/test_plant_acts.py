"""Supply graphs from files, ties and places changed from a day on; nothing is half written."""

from __future__ import annotations

from datetime import UTC, date, datetime
from fractions import Fraction
from pathlib import Path
from typing import cast
from uuid import UUID

import pytest

from energy.base.errors import UnknownMeterError
from energy.base.units import Utility
from energy.metering.places import PlaceAct, PlaceChange
from energy.metering.plant import PlaceTree, PlantError
from energy.system import System
from energy.views.places import places_at, point_places
from energy.views.plant_rows import read_supply
from processes.plant_acts import (
    SupplyFileError,
    attribute_change,
    change_places,
    define_supply,
    move_points,
    read_supply_file,
    switch_tie,
)
from tests.fixtures.postgres import TestSite, command, new_standing_site, standing_site

__all__ = ["new_standing_site", "standing_site"]

pytestmark = pytest.mark.servers
BY = UUID(int=7)
MAY = datetime(2019, 4, 30, 23, tzinfo=UTC)  # midnight in London
GRAPH = """
[[supply]]
utility = "electricity"
valid_from = 2019-01-01
nodes = [
  {key = "grid-a", kind = "incomer", name = "Grid A", point = "m1", limit_percent = "2"},
  {key = "bus-a", kind = "busbar", name = "Busbar A"},
  {key = "grid-b", kind = "incomer", name = "Grid B", point = "m2"},
  {key = "bus-b", kind = "busbar", name = "Busbar B"},
  {key = "tx", kind = "transformer", name = "Transformer", loss = CURVE},
  {key = "hall", kind = "feeder", name = "Hall", point = "m3"},
  {key = "pump", kind = "feeder", name = "Pumps"},
]
edges = [["grid-a", "bus-a"], ["grid-b", "bus-b"], ["bus-a", "tx"], ["tx", "hall"],
  ["bus-a", "pump"], ["bus-b", "pump"]]
open = [["bus-b", "pump"]]
ties = [{key = "tie", name = "Tie", between = ["bus-a", "bus-b"]}]
""".replace(
    "CURVE",
    '{model = "curve", no_load_w = "1200", load_loss_w = "9500", rated_w = "1000000"}',
)
CHANGE = """
[[change]]
utility = "electricity"
valid_from = 2019-05-01
nodes = [{key = "shop", kind = "feeder", name = "Shop", point = "m4"}]
join = [["bus-b", "shop"]]
close = [["bus-b", "pump"]]
open = [["bus-a", "pump"]]
"""


class Desk:
    """The part of a system that these commands use."""

    def __init__(self, at: TestSite) -> None:
        self.database = at.writer
        self.clock = at.clock


def desk_of(site: TestSite) -> System:
    """Plan four meters and three places."""
    for point in ("m1", "m2", "m3", "m4"):
        site.counter(point)
    places = [
        {"key": "b1", "kind": "building", "name": "B1"},
        {"key": "b2", "kind": "building", "name": "B2"},
        {"key": "shop", "kind": "area", "name": "Shop", "parent": "b2"},
    ]
    tree = PlaceTree(site=site.site.key, places=places, command_id=command("tree"))
    site.application("metering").store(tree)
    site.project()
    return cast("System", Desk(site))


@pytest.fixture
def desk(site_schema: TestSite) -> System:
    site_schema.clock.move_to(datetime(2019, 7, 1, tzinfo=UTC))
    return desk_of(site_schema)


@pytest.fixture(scope="module")
def untouched(standing_site: TestSite) -> System:
    """Return a desk on which nothing is ever written."""
    return desk_of(standing_site)


def defined(desk: System, at: TestSite, folder: Path, text: str) -> int:
    file = folder / "supply.toml"
    file.write_text(text, encoding="utf-8")
    planned = read_supply_file(desk, at.site, file)
    return define_supply(desk, at.site, planned, reason="first", by=BY)


def test_graph_of_a_file_holds_and_is_changed_in_small_steps(
    desk: System, site_schema: TestSite, tmp_path: Path
) -> None:
    defined(desk, site_schema, tmp_path, GRAPH)
    defined(desk, site_schema, tmp_path, CHANGE)
    with site_schema.writer.connection() as connection:
        book = read_supply(connection, site_schema.schema, "electricity")
    before, after = book.at(datetime(2019, 4, 1, tzinfo=UTC)), book.at(MAY)
    assert before is not None
    assert after is not None
    assert ("bus-a", "pump") in before.live_edges()
    assert "shop" not in before.nodes
    assert ("bus-b", "pump") in after.live_edges()
    assert ("bus-b", "shop") in after.live_edges()
    rows = site_schema.rows(
        "SELECT from_key, (valid_to AT TIME ZONE 'Europe/London')::date FROM {s}.supply_edge "
        "WHERE to_key = 'pump' ORDER BY valid_from"
    )
    assert rows == [("bus-a", date(2019, 5, 1)), ("bus-b", None)]


def test_same_file_again_writes_nothing(
    desk: System, site_schema: TestSite, tmp_path: Path
) -> None:
    position = defined(desk, site_schema, tmp_path, GRAPH)
    assert defined(desk, site_schema, tmp_path, GRAPH) == position
    changed = defined(desk, site_schema, tmp_path, CHANGE)
    assert defined(desk, site_schema, tmp_path, CHANGE) == changed > position


WRONG = {
    "unknown point": ('point = "m3"', 'point = "m9"', "point 'm9' is no meter of this site"),
    "unknown key": ('name = "Hall"', 'name = "Hall", volts = 400', "unknown key `volts`"),
    "limit": ('limit_percent = "2"', "limit_percent = 2.5", "is a float"),
    "meter twice": ('point = "m3"', 'point = "m1"', "meter m1 stands at several nodes"),
    "island": ('["bus-a", "tx"], ', "", "node hall is reached from no source"),
    "two parents": ('open = [["bus-b", "pump"]]', "", "node pump is fed by bus-a, bus-b"),
    "loss": ('model = "curve"', 'model = "guess"', "`loss` needs a model"),
    "rated": (', rated_w = "1000000"', "", "needs load_loss_w and rated_w"),
    "tie": ('between = ["bus-a", "bus-b"]', 'between = ["bus-a"]', "names two busbars"),
    "utility": ('utility = "electricity"', 'utility = "water"', "counts electricity, not water"),
    "day": ("valid_from = 2019-01-01", 'valid_from = "soon"', "`valid_from` is no date"),
}


@pytest.mark.parametrize("case", WRONG)
def test_wrong_file_names_its_problem_and_writes_nothing(
    case: str, untouched: System, standing_site: TestSite, tmp_path: Path
) -> None:
    right, wrong, told = WRONG[case]
    assert right in GRAPH
    with pytest.raises(SupplyFileError) as refused:
        defined(untouched, standing_site, tmp_path, GRAPH.replace(right, wrong))
    assert told in str(refused.value)
    assert standing_site.rows("SELECT count(*) FROM {s}.supply_history") == [(0,)]


def test_file_that_is_no_toml_or_says_nothing_is_refused(
    untouched: System, standing_site: TestSite, tmp_path: Path
) -> None:
    with pytest.raises(SupplyFileError, match="no TOML: "):
        defined(untouched, standing_site, tmp_path, "[[supply")
    with pytest.raises(SupplyFileError, match=r"no \[\[supply\]\]"):
        defined(untouched, standing_site, tmp_path, "")
    with pytest.raises(PlantError, match="No supply graph of electricity"):
        defined(untouched, standing_site, tmp_path, CHANGE)
    with pytest.raises(SupplyFileError, match="changes nothing"):
        defined(untouched, standing_site, tmp_path, CHANGE.split("nodes", maxsplit=1)[0])


def test_change_that_breaks_a_later_state_is_refused(
    desk: System, site_schema: TestSite, tmp_path: Path
) -> None:
    defined(desk, site_schema, tmp_path, GRAPH)
    defined(desk, site_schema, tmp_path, CHANGE)
    gone = CHANGE.replace("2019-05-01", "2019-03-01").split("nodes")[0] + 'remove = ["bus-b"]\n'
    with pytest.raises(SupplyFileError, match="tie tie: bus-b is no node"):
        defined(desk, site_schema, tmp_path, gone)


def test_tie_is_declared_and_unknown_ones_are_refused(
    desk: System, site_schema: TestSite, tmp_path: Path
) -> None:
    defined(desk, site_schema, tmp_path, GRAPH)
    how = {"at": MAY, "reason": "maintenance", "by": BY}
    first = switch_tie(
        desk,
        site_schema.site,
        Utility.ELECTRICITY,
        "tie",
        closed=True,
        **how,  # type: ignore[arg-type]
    )
    again = switch_tie(
        desk,
        site_schema.site,
        Utility.ELECTRICITY,
        "tie",
        closed=True,
        **how,  # type: ignore[arg-type]
    )
    assert first.position == again.position
    assert (first.new, again.new) == (True, False)
    with site_schema.writer.connection() as connection:
        graph = read_supply(connection, site_schema.schema, "electricity").at(MAY)
    assert graph is not None
    assert graph.declared_closed() == {"tie"}
    for utility, name in ((Utility.ELECTRICITY, "x"), (Utility.WATER, "tie")):
        with pytest.raises(PlantError, match="There is no tie"):
            switch_tie(desk, site_schema.site, utility, name, closed=True, **how)  # type: ignore[arg-type]


def test_tie_said_closed_before_a_later_word_of_it_is_said_once(
    desk: System, site_schema: TestSite, tmp_path: Path
) -> None:
    defined(desk, site_schema, tmp_path, GRAPH)

    def said(at: datetime, *, closed: bool) -> int:
        return switch_tie(
            desk, site_schema.site, Utility.ELECTRICITY, "tie",
            closed=closed, at=at, reason="maintenance", by=BY,
        ).position  # fmt: skip

    june = datetime(2019, 6, 1, tzinfo=UTC)
    later = said(june, closed=True)
    first = said(MAY, closed=False)
    assert later < first == said(MAY, closed=False)


def test_tie_is_not_declared_for_a_time_to_come(
    desk: System, site_schema: TestSite, tmp_path: Path
) -> None:
    defined(desk, site_schema, tmp_path, GRAPH)
    with pytest.raises(PlantError, match="2019-07-01 00:01 UTC lies in the future"):
        switch_tie(
            desk, site_schema.site, Utility.ELECTRICITY, "tie",
            closed=True, at=datetime(2019, 7, 1, 0, 1, tzinfo=UTC), reason="x", by=BY,
        )  # fmt: skip


def test_measured_tie_is_not_declared(desk: System, site_schema: TestSite, tmp_path: Path) -> None:
    measured = GRAPH.replace(
        '"bus-b"]}]', '"bus-b"], state = {point = "m4", quantity = "breaker", closed = 2}}]'
    )
    defined(desk, site_schema, tmp_path, measured)
    with pytest.raises(PlantError, match="measured at m4"):
        switch_tie(
            desk, site_schema.site, Utility.ELECTRICITY, "tie",
            closed=True, at=MAY, reason="x", by=BY,
        )  # fmt: skip


def change(act: PlaceAct, place: str, **facts: object) -> PlaceChange:
    return PlaceChange(act=act, place=place, valid_from=MAY, facts=facts)


def test_place_changed_or_point_moved_twice_by_the_same_words_is_changed_once(
    desk: System, site_schema: TestSite
) -> None:
    site, told = site_schema.site, {"first": date(2019, 5, 1), "reason": "rebuilt", "by": BY}
    new = change(PlaceAct.DEFINED, "bar", kind="area", name="Bar", parent="shop", attributes={})
    for each in (
        new,
        change(PlaceAct.MOVED, "bar", parent="b1"),
        change(PlaceAct.CLOSED, "bar"),
    ):
        position = change_places(desk, site, [each], **told)  # type: ignore[arg-type]
        assert change_places(desk, site, [each], **told) == position  # type: ignore[arg-type]
    moved = move_points(desk, site, ["m1", "m2"], "b2", **told)  # type: ignore[arg-type]
    assert move_points(desk, site, ["m1"], "b2", **told) == moved  # type: ignore[arg-type]
    back = move_points(desk, site, ["m1"], "b1", **told)  # type: ignore[arg-type]
    again = move_points(desk, site, ["m1", "m2"], "b2", **told)  # type: ignore[arg-type]
    assert moved < back < again


def test_places_are_changed_from_a_day_on(desk: System, site_schema: TestSite) -> None:
    site, may = site_schema.site, date(2019, 5, 1)
    told = {"first": may, "reason": "rebuilt", "by": BY}
    added = change(PlaceAct.DEFINED, "bar", kind="area", name="Bar", parent="shop", attributes={})
    sized = attribute_change("bar", "area_m2", Fraction(25, 2), MAY)
    change_places(desk, site, [added], **told)  # type: ignore[arg-type]
    change_places(desk, site, [sized], **told)  # type: ignore[arg-type]
    move_points(desk, site, ["m1", "m2"], "b2", **told)  # type: ignore[arg-type]
    with site_schema.writer.connection() as connection:
        tree = places_at(connection, site.schema, MAY)
        where = point_places(connection, site.schema, MAY)
    assert tree["bar"].area_m2 == Fraction(25, 2)
    assert where == {"m1": "b2", "m2": "b2", "m3": "b1", "m4": "b1"}
    refused: list[tuple[PlaceChange, str]] = [
        (added, "already"),
        (change(PlaceAct.RENAMED, "x", name="X"), "no place x"),
        (change(PlaceAct.CLOSED, "shop"), "still holds bar"),
        (change(PlaceAct.CLOSED, "b1"), "still stand in b1: m3, m4"),
    ]
    for wrong, why in refused:
        with pytest.raises(PlantError, match=why):
            change_places(desk, site, [wrong], **told)  # type: ignore[arg-type]
    with pytest.raises(UnknownMeterError):
        move_points(desk, site, ["m1", "m9"], "b2", **told)  # type: ignore[arg-type]
    change_places(desk, site, [change(PlaceAct.CLOSED, "bar")], **told)  # type: ignore[arg-type]
    change_places(desk, site, [change(PlaceAct.CLOSED, "shop")], **told)  # type: ignore[arg-type]
    with site_schema.writer.connection() as connection:
        assert list(places_at(connection, site.schema, MAY)) == ["b1", "b2"]

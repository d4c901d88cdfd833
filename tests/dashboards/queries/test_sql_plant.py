"""Plants and what they did, asked of a real database in the role of the web process."""

from __future__ import annotations

from datetime import date
from uuid import uuid4

import pytest

from dashboards.queries.plant_rows import PlantKind
from dashboards.security.scope import Role, Scope
from dashboards.selection import selection_of
from energy.base.errors import NotPermittedError
from energy.base.ids import id_of
from energy.base.units import Utility
from energy.journal.application import JournalApplication
from energy.metering.conversion import ConversionFactors
from energy.metering.places import ALWAYS
from energy.metering.plant import PlaceTree
from tests.dashboards.queries.conftest import WebTown
from tests.fixtures.supply import electricity, node

pytestmark = pytest.mark.servers
TODAY = date(2019, 1, 3)
FACTORS = ConversionFactors()


def scope(web: WebTown, role: Role = Role.VIEWER) -> Scope:
    return Scope(
        person=id_of("person", "x"),
        name="X",
        roles=frozenset({role}),
        sites=frozenset({web.town.site.key}),
    )


def declare(web: WebTown) -> None:
    """A generator that burns gas, and a place of kind plant that gives nothing."""
    town = web.town
    metering = JournalApplication(town.database, town.site.schema, "metering", town.clock)
    places = [
        {"key": "town", "kind": "site", "name": "Town"},
        {"key": "engine", "kind": "plant", "name": "Engine", "parent": "town"},
        {"key": "switchroom", "kind": "plant", "name": "Switch room", "parent": "town"},
    ]
    tree = PlaceTree(site=town.site.key, places=places, command_id=uuid4())
    tree.move_points(
        ["b1-elec", "b1-gas"],
        "engine",
        valid_from=ALWAYS,
        reason="told",
        by=uuid4(),
        command_id=uuid4(),
    )
    graph = electricity(
        town.site.key,
        node("engine", kind="generator", point="b1-elec"),
        node("b2", "engine", point="b2-elec"),
    )
    for each in (tree, graph):
        metering.store(each)
    town.catch_up()


def test_a_place_of_kind_plant_with_what_goes_in_and_comes_out_is_a_plant(
    web_town: WebTown,
) -> None:
    assert web_town.queries.plants(scope(web_town), selection_of("", TODAY), FACTORS).rows == ()
    declare(web_town)
    chosen = selection_of("?at=2019-01-02&place=engine", TODAY)
    (plant,) = web_town.queries.plants(scope(web_town), chosen, FACTORS).rows
    assert plant.kind is PlantKind.GENERATOR
    assert [(meter.point, meter.out) for meter in plant.meters] == [
        ("b1-elec", True),
        ("b1-gas", False),
    ]
    work = plant.work
    assert work is not None
    given = web_town.town.one(
        f"SELECT sum(u.usage) FROM {web_town.town.site.schema}.usage_block AS b, "
        f"{web_town.town.site.schema}.usage_unpack(b) AS u WHERE channel = 1 "
        "AND u.start_at >= '2019-01-02' AND u.start_at < '2019-01-03' AND u.quality < 5"
    )
    amounts = {flow.utility: flow.amount for flow in work.flows}
    assert amounts[Utility.ELECTRICITY] == int(str(given))
    assert work.efficiency is not None
    assert not work.percent, "nobody has said what a cubic metre of gas holds"
    assert len(work.hours) == 24
    page = web_town.queries.plant(scope(web_town), chosen, FACTORS)
    assert page is not None
    assert page.rows.plant == plant
    assert page.rows.values == ()


def test_too_many_days_are_not_read_and_other_places_are_no_plants(web_town: WebTown) -> None:
    declare(web_town)
    who = scope(web_town)
    long = selection_of("?span=free&at=2017-01-01&until=2019-01-02", TODAY)
    (plant,) = web_town.queries.plants(who, long, FACTORS).rows
    assert plant.work is None
    for place in ("town", "switchroom", "nowhere"):
        chosen = selection_of(f"?place={place}", TODAY)
        assert web_town.queries.plant(who, chosen, FACTORS) is None


def test_tenants_are_refused(seen_town: WebTown) -> None:
    who = scope(seen_town, Role.TENANT)
    with pytest.raises(NotPermittedError):
        seen_town.queries.plants(who, selection_of("", TODAY), FACTORS)
    with pytest.raises(NotPermittedError):
        seen_town.queries.plant(who, selection_of("?place=engine", TODAY), FACTORS)

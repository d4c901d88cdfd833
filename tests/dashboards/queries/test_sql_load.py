"""The load of a place over days, asked of a real database in the role of the web process."""

from __future__ import annotations

from datetime import date
from decimal import Decimal
from uuid import uuid4

import pytest

from dashboards.queries import sql_load
from dashboards.queries.load_rows import LoadRange
from dashboards.security.scope import Role, Scope
from dashboards.selection import selection_of
from energy.base.errors import NotPermittedError
from energy.base.ids import id_of
from energy.base.units import Utility
from energy.journal.application import JournalApplication
from energy.metering.places import ALWAYS
from energy.metering.plans.plan import NodeKind, PlannedYear, PlanNode, PlanRevision
from energy.metering.plant import PlaceTree
from energy.views.rollup import roll_up
from tests.dashboards.queries.conftest import WebTown

pytestmark = pytest.mark.servers
TODAY = date(2019, 1, 3)


def scope(web: WebTown, site: str | None = None) -> Scope:
    return Scope(
        person=id_of("person", "x"),
        name="X",
        roles=frozenset({Role.VIEWER}),
        sites=frozenset({site or web.town.site.key}),
    )


def asked(web: WebTown, search: str) -> LoadRange:
    selection = selection_of(search, TODAY)
    answer = web.queries.load_range(scope(web), Utility.ELECTRICITY, selection)
    assert answer is not None
    return answer.rows


def test_a_day_of_the_site_is_what_the_overview_shows(seen_town: WebTown) -> None:
    rows = asked(seen_town, "")
    profile = seen_town.queries.load_profile(scope(seen_town), Utility.ELECTRICITY).rows
    assert rows.curve.usage.tolist() == [value or 0 for value in profile.usage]
    assert rows.curve.known.tolist() == list(profile.known)
    assert rows.bands == profile.bands
    assert (rows.due(), rows.known_share()) == (40, 1)


def test_the_days_of_a_week_stand_in_their_places(seen_town: WebTown) -> None:
    week = asked(seen_town, "?span=week").curve
    assert week.first == date(2018, 12, 31)
    days = [asked(seen_town, f"?at={day}").curve for day in ("2019-01-01", "2019-01-02")]
    begin = 96
    for n, day in enumerate(days):
        there = slice(begin + 96 * n, begin + 96 * (n + 1))
        assert week.usage[there].tolist() == day.usage.tolist()


def test_the_hourly_rollup_says_what_the_intervals_say(
    seen_town: WebTown, monkeypatch: pytest.MonkeyPatch
) -> None:
    with seen_town.town.database.connection() as connection:
        while roll_up(connection, seen_town.town.site.schema):
            pass
    fine = asked(seen_town, "?at=2019-01-02").curve
    monkeypatch.setattr(sql_load, "MOST_BLOCKS", 0)
    hours = asked(seen_town, "?at=2019-01-02").curve
    assert hours.step_s == 3600
    assert hours.usage.tolist() == fine.usage.reshape(24, 4).sum(axis=1).tolist()
    assert bool(hours.whole.all())


def test_what_stands_beside_is_the_day_before_the_mean_of_weekdays_or_a_place(
    seen_town: WebTown,
) -> None:
    before = asked(seen_town, "?at=2019-01-02&compare=previous").beside
    assert before is not None
    assert before.usage.tolist() == asked(seen_town, "?at=2019-01-01").curve.usage.tolist()
    weeks = [asked(seen_town, f"?at=2018-12-{day:02}").curve for day in (26, 19, 12, 5)]
    assert all(week.whole.all() for week in weeks)
    mean = asked(seen_town, "?at=2019-01-02&compare=weekday").beside
    assert mean is not None
    assert mean.usage.tolist() == [sum(n) // 4 for n in zip(*(w.usage for w in weeks), strict=True)]
    baseline = asked(seen_town, "?at=2019-01-02&compare=baseline").beside
    assert baseline is not None
    hours = [each.usage.reshape(24, 4).sum(axis=1) for each in (baseline, mean)]
    assert abs(hours[0] - hours[1]).max() <= 4, "of one day it is the same mean, by the hour"
    month = asked(seen_town, "?span=month&at=2019-01-02&compare=baseline").beside
    assert month is not None
    assert month.whole.all()
    assert month.usage[96:192].tolist() == baseline.usage.tolist()
    assert month.usage[96:192].tolist() == month.usage[8 * 96 : 9 * 96].tolist()
    assert asked(seen_town, "?at=2019-01-02&compare=plan").beside is None, "nothing is planned"


def test_the_places_of_a_site_add_up(web_town: WebTown) -> None:
    whole = asked(web_town, "?at=2019-01-02").curve
    places = [
        {"key": "town", "kind": "site", "name": "Town"},
        {"key": "b1", "kind": "building", "name": "One", "parent": "town"},
        {"key": "b2", "kind": "building", "name": "Two", "parent": "town"},
    ]
    town = web_town.town
    metering = JournalApplication(town.database, town.site.schema, "metering", town.clock)
    tree = PlaceTree(site=town.site.key, places=places, command_id=uuid4())
    for point, place in (("b1-elec", "b1"), ("b2-elec", "b2")):
        tree.move_points(
            [point], place, valid_from=ALWAYS, reason="told", by=uuid4(), command_id=uuid4()
        )
    metering.store(tree)
    town.catch_up()
    assert [(p.key, p.depth) for p in web_town.queries.places(scope(web_town))] == [
        ("town", 0),
        ("b1", 1),
        ("b2", 1),
    ]
    assert asked(web_town, "?at=2019-01-02").curve.usage.tolist() == whole.usage.tolist()
    rows = asked(web_town, "?at=2019-01-02&place=b1&compare=place&beside=b2")
    assert rows.beside is not None
    assert (rows.place, rows.beside_place) == ("One", "Two")
    assert rows.curve.usage.any()
    assert (rows.curve.usage + rows.beside.usage).tolist() == whole.usage.tolist()

    plan = PlanRevision(
        year=2019,
        rows=[
            PlannedYear(
                node=PlanNode(kind=NodeKind.PLACE, key="b1"),
                utility=Utility.ELECTRICITY,
                unit="kWh",
                quantities=tuple(Decimal(100 * month) for month in range(1, 13)),
            ).as_json()
        ],
        currency="GBP",
        reason="budget",
        file="plan.xlsx",
        proposed_by=uuid4(),
        command_id=uuid4(),
        withdrawn=None,
    )
    plan.approve(by=uuid4(), command_id=uuid4())
    metering.store(plan)
    town.catch_up()
    month = asked(web_town, "?span=month&at=2019-02-01&place=b1&compare=plan").beside
    assert month is not None
    assert month.total() == 200_000, "Wh of February"
    assert asked(web_town, "?at=2019-01-02&compare=plan").beside is None, "of b1 alone"


def test_no_such_place_and_no_such_right(seen_town: WebTown) -> None:
    web = seen_town
    nowhere = selection_of("?place=nowhere", TODAY)
    assert web.queries.load_range(scope(web), Utility.GAS, nowhere) is None
    with pytest.raises(NotPermittedError):
        web.queries.load_range(scope(web, "elsewhere"), Utility.GAS, nowhere)
    with pytest.raises(NotPermittedError):
        web.queries.places(scope(web, "elsewhere"))

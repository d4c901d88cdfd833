"""A year's plan from the empty workbook to actual beside plan, as known then and rebuilt. I/O."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from decimal import Decimal
from fractions import Fraction
from pathlib import Path
from typing import Any, cast
from uuid import UUID

import pytest
from openpyxl import load_workbook

from energy.base.ids import id_of
from energy.base.units import Utility
from energy.metering.plans.plan import NodeKind, PlanError, PlanNode, PlanStateError
from energy.metering.plant import PlaceTree, SupplyGraph
from energy.metering.reading import Reading
from energy.store.pool import Database
from energy.system import OWNER, System
from energy.views.plan_figures import PlanFigures, plan_figures
from energy.views.plans import read_plan, read_revisions
from energy.views.rebuild import metering_group
from energy.views.replay_check import verify
from processes import budget_plans
from processes.budget_plans import (
    PlanFileError,
    approve_plan,
    propose_plan,
    read_draft,
    reject_plan,
    revision_named,
    write_template,
)
from tests.fixtures.postgres import TestSite, command
from tests.processes.test_one_by_one import started, waits_or_ends

pytestmark = pytest.mark.servers
ANNA, BEN = id_of("person", "anna"), id_of("person", "ben")
HALL = PlanNode(kind=NodeKind.PLACE, key="hall")
START = datetime(2019, 1, 1, tzinfo=UTC)
NOW = datetime(2019, 3, 10, 12, tzinfo=UTC)


class Desk:
    """The part of a system that the commands on plans use."""

    def __init__(self, at: TestSite) -> None:
        self.database = at.writer
        self.clock = at.clock


def found(at: TestSite) -> System:
    """Found a site: a hall with a main meter that feeds a shop's; return its system."""
    metering = at.application("metering")
    places = [
        {"key": "hall", "parent": None, "kind": "building", "name": "=Hall"},
        {"key": "b1", "parent": "hall", "kind": "floor", "name": "Floor"},
    ]
    nodes = [
        {"key": "busbar", "kind": "busbar", "name": "Busbar"},
        {"key": "main", "kind": "feeder", "name": "Main", "point": "m1"},
        {"key": "shop", "kind": "feeder", "name": "Shop", "point": "m2"},
    ]
    metering.store(PlaceTree(site=at.site.key, places=places, command_id=command("tree")))
    for point in ("m1", "m2"):
        at.counter(point)
    graph = SupplyGraph(
        site=at.site.key,
        utility="electricity",
        valid_from=datetime(2018, 1, 1, tzinfo=UTC),
        nodes=nodes,
        edges=[["busbar", "main"], ["main", "shop"]],
        command_id=command("graph"),
    )
    metering.store(graph)
    at.clock.move_to(NOW)
    return cast("System", Desk(at))


def read_meters(at: TestSite, until: datetime) -> None:
    """Let both counters grow: 1 kWh and 0.2 kWh an hour."""
    hours = (until - START) // timedelta(hours=1)
    for channel, counts in ((1, 100), (2, 20)):
        every = range(0, hours + 1, 6)
        at.accept(
            *(
                Reading(channel=channel, at=START + timedelta(hours=n), count=n * counts)
                for n in every
            )
        )
    at.project()


def fill(path: Path, year_kwh: int, money: Decimal | None = None) -> None:
    """Type the same quantity into every month of the hall."""
    book = load_workbook(path)
    sheet = book.active
    for row in sheet.iter_rows(min_row=2):
        if row[0].value == "place:hall" and row[2].value == "electricity":
            value = year_kwh // 12 if row[3].value == "quantity" else money
            for cell in row[5:17]:
                cell.value = value
    book.save(path)


def figures(at: TestSite, node: PlanNode = HALL, as_of: int | None = None) -> PlanFigures:
    with at.writer.connection() as connection:
        found = plan_figures(connection, at.schema, at.site.zone, node, 2019, as_of=as_of)
    assert [each.utility for each in found] == [Utility.ELECTRICITY]
    return found[0]


def test_a_plan_counts_from_its_approval_on_and_is_shown_beside_what_was_used(
    site_schema: TestSite, tmp_path: Path
) -> None:
    at = site_schema
    system = found(at)
    read_meters(at, NOW - timedelta(hours=12))
    first, second = tmp_path / "a.xlsx", tmp_path / "b.xlsx"
    assert write_template(at.writer, at.site, 2019, first) == 2 * 5
    fill(first, 8_400, Decimal("99.50"))
    draft = read_draft(at.writer, at.site, 2019, first)
    assert [str(change.row.node) for change in draft.changes] == ["place:hall"]
    revision = propose_plan(system, at.site, draft, reason="budget", by=ANNA)
    assert propose_plan(system, at.site, draft, reason="budget", by=ANNA) == revision
    assert figures(at).months[0].plan is None
    with pytest.raises(PlanStateError, match="second person"):
        approve_plan(system, at.site, revision, by=ANNA)
    position = approve_plan(system, at.site, revision, by=BEN)

    january, _, march = figures(at).months[:3]
    assert (january.actual, january.plan) == (744_000, Fraction(700_000))
    assert (january.difference, january.last_year) == (44_000, None)
    assert (march.actual, march.known_usage) == (None, 9 * 24_000)
    assert march.completeness == Fraction(9 * 96, 31 * 96 - 4)
    assert figures(at).total.money_year == Decimal("1194.00")
    assert figures(at, PlanNode(kind=NodeKind.SUPPLY, key="shop")).months[0].actual == 148_800
    assert figures(at, PlanNode(kind=NodeKind.SUPPLY, key="busbar")).months[0].actual == 744_000

    assert write_template(at.writer, at.site, 2019, second) == 10
    kept = read_draft(at.writer, at.site, 2019, second)
    assert [change.changed for change in kept.changes] == [False]
    fill(second, 12_000)
    revised = read_draft(at.writer, at.site, 2019, second)
    late = propose_plan(system, at.site, revised, reason="more", by=ANNA)
    stale = propose_plan(system, at.site, revised, reason="even more", by=BEN)
    approve_plan(system, at.site, late, by=BEN)
    with pytest.raises(PlanError, match="place:hall"):
        approve_plan(system, at.site, stale, by=ANNA)
    assert figures(at).months[0].plan == 1_000_000
    assert figures(at, as_of=position).months[0].plan == 700_000
    assert figures(at, as_of=position).months[0].actual == 744_000
    with at.writer.connection() as connection:
        rows = read_revisions(connection, at.schema, 2019)
    assert [(row.state, row.counting) for row in rows] == [
        ("proposed", 0),
        ("approved", 1),
        ("approved", 0),
    ]
    assert revision_named(at.writer, at.site, str(late)[:6]).revision == late
    owner = Database(at.server.dsn(OWNER), max_size=2)
    replayed = verify(owner, at.schema, metering_group(at.site.zone), at.clock)
    owner.close()
    assert {"plan_row", "plan_revision"} <= {each.table for each in replayed.tables if each.equal}


def test_a_workbook_with_problems_plans_nothing_and_names_every_cell(
    site_schema: TestSite, tmp_path: Path
) -> None:
    at = site_schema
    found(at)
    at.project()
    path = tmp_path / "plan.xlsx"
    write_template(at.writer, at.site, 2019, path)
    fill(path, 1_200)
    book = load_workbook(path)
    book.active["F2"] = "=A1"
    book.active["A3"] = "place:cellar"
    book.active["G3"] = "12"
    book.save(path)
    with pytest.raises(PlanFileError) as refused:
        read_draft(at.writer, at.site, 2019, path)
    said = str(refused.value)
    assert all(each in said for each in ("F2: a formula", "A3: the site has no place 'cellar'"))
    assert "G3: '12' is a text" in said
    assert at.rows("SELECT count(*) FROM {s}.plan_revision") == [(0,)]


def test_a_row_that_is_emptied_takes_its_plan_back_and_a_deleted_one_leaves_it(
    site_schema: TestSite, tmp_path: Path
) -> None:
    at = site_schema
    system = found(at)
    at.project()
    path, emptied = tmp_path / "a.xlsx", tmp_path / "b.xlsx"
    write_template(at.writer, at.site, 2019, path)
    book = load_workbook(path)
    for row in book.active.iter_rows(min_row=2):
        if row[3].value == "quantity" and row[0].value in {"place:hall", "supply:main"}:
            for cell in row[5:17]:
                cell.value = 4_500
    book.save(path)
    first = propose_plan(
        system, at.site, read_draft(at.writer, at.site, 2019, path), reason="budget", by=ANNA
    )
    planned = approve_plan(system, at.site, first, by=BEN)

    book = load_workbook(path)
    for row in reversed(list(book.active.iter_rows(min_row=2))):
        if row[0].value == "supply:main":
            book.active.delete_rows(row[0].row)
        elif row[3].value == "quantity":
            for cell in row[5:17]:
                cell.value = None
    book.save(emptied)
    draft = read_draft(at.writer, at.site, 2019, emptied)
    (gone,) = draft.withdrawn
    assert (gone.node, sum(month.quantity for month in gone.before)) == (HALL, 54_000)
    assert (draft.changes, draft.kept) == ((), ("supply:main electricity",))
    second = propose_plan(system, at.site, draft, reason="the hall is let", by=ANNA)
    stale = proposed(at, system, tmp_path / "c.xlsx", 1_200, "too late")
    approve_plan(system, at.site, second, by=BEN)
    assert figures(at).months[0].plan is None
    assert figures(at).total.plan_year is None
    assert figures(at, as_of=planned).months[0].plan == 4_500_000
    with at.writer.connection() as connection:
        assert {str(m.node) for m in read_plan(connection, at.schema, 2019)} == {"supply:main"}
    with pytest.raises(PlanError, match="place:hall"):
        approve_plan(system, at.site, stale, by=BEN)
    owner = Database(at.server.dsn(OWNER), max_size=2)
    replayed = verify(owner, at.schema, metering_group(at.site.zone), at.clock)
    owner.close()
    assert {"plan_row", "plan_revision"} <= {each.table for each in replayed.tables if each.equal}


def proposed(at: TestSite, system: System, path: Path, year_kwh: int, reason: str) -> UUID:
    """Propose a plan of the hall; return the revision."""
    write_template(at.writer, at.site, 2019, path)
    fill(path, year_kwh)
    draft = read_draft(at.writer, at.site, 2019, path)
    return propose_plan(system, at.site, draft, reason=reason, by=ANNA)


def test_of_two_plans_of_a_node_approved_at_once_one_counts_and_one_is_stale(
    site_schema: TestSite, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    at = site_schema
    system = found(at)
    at.project()
    first = proposed(at, system, tmp_path / "a.xlsx", 1_200, "first")
    second = proposed(at, system, tmp_path / "b.xlsx", 2_400, "second")
    told: list[str] = []

    def approve_second() -> None:
        try:
            approve_plan(system, at.site, second, by=BEN)
        except PlanError as error:
            told.append(str(error))

    rivals = []
    real = budget_plans.plans_at

    def meanwhile(*args: Any) -> Any:
        monkeypatch.setattr(budget_plans, "plans_at", real)
        rivals.append(started(approve_second))
        waits_or_ends(at, rivals[0])
        return real(*args)

    monkeypatch.setattr(budget_plans, "plans_at", meanwhile)
    approve_plan(system, at.site, first, by=BEN)
    rivals[0].join()
    assert len(told) == 1
    assert "place:hall" in told[0]
    with at.writer.connection() as connection:
        assert {month.revision for month in read_plan(connection, at.schema, 2019)} == {first}


def test_a_rejected_plan_is_proposed_anew_and_can_be_approved(
    site_schema: TestSite, tmp_path: Path
) -> None:
    at = site_schema
    system = found(at)
    at.project()
    one = proposed(at, system, tmp_path / "a.xlsx", 1_200, "budget")
    draft = read_draft(at.writer, at.site, 2019, tmp_path / "a.xlsx")
    reject_plan(system, at.site, one, reason="ask the board", by=BEN)
    two = propose_plan(system, at.site, draft, reason="the board agreed", by=ANNA)
    assert propose_plan(system, at.site, draft, reason="the board agreed", by=ANNA) == two != one
    approve_plan(system, at.site, two, by=BEN)
    assert figures(at).months[0].plan == Fraction(100_000)

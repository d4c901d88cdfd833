"""A common meter divided among shops: who bears what on which day, as known then."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, date, datetime

import pytest

from energy.base.errors import ConflictError
from energy.base.ids import id_of
from energy.base.quality import Quality
from energy.metering.plant import SupplyGraph
from energy.metering.shares.apportionment import ShareError
from energy.metering.shares.bearer import BearerError, BearerKind
from energy.metering.shares.file import ShareFile, ShareFileError
from energy.views.rebuild import METERING_TABLES
from processes.shares.checks import SiteFacts
from processes.shares.define import ShareDesk
from processes.shares.reads import explain_share, list_shares, read_bearers_at
from tests.fixtures.postgres import TestSite
from tests.fixtures.rebuild import copied_journal
from tests.fixtures.shares import BY, FIRST, LAST, TENANTS, Mall, share_file

pytestmark = pytest.mark.servers
SHARES = ("common.u1", "common.u2", "common.u3", "common.landlord")


@pytest.fixture
def mall(site_schema: TestSite) -> Mall:
    mall = Mall(site_schema)
    mall.found()
    return mall


def added(mall: Mall, *points: str) -> list[int | None]:
    """Return what some points used together by local day."""
    days = zip(*(mall.days(point) for point in points), strict=True)
    return [None if None in day else sum(n for n in day if n is not None) for day in days]


def test_shares_add_up_every_day_and_the_owner_bears_the_empty_shop(mall: Mall) -> None:
    mall.read()
    mall.define(share_file() + TENANTS)
    whole = mall.days("lobby")
    assert None not in whole
    assert added(mall, *SHARES) == whole
    owner, empty = mall.days("common.landlord"), mall.days("common.u2")
    assert [n for n, used in enumerate(owner) if used] == [2, 3]
    assert [n for n, used in enumerate(empty) if not used] == [2, 3]
    total, first = sum(n or 0 for n in whole), sum(n or 0 for n in mall.days("common.u1"))
    assert abs(6 * total - 10 * first) <= 10


def test_the_others_bear_the_empty_shop_where_the_key_says_so(mall: Mall) -> None:
    mall.read()
    mall.define(share_file(vacancy="others") + TENANTS)
    assert added(mall, *SHARES) == mall.days("lobby")
    assert mall.days("common.landlord") == [0] * 6
    explained = explain_share(mall.site.writer, mall.site.site, "common", date(2019, 3, 28))
    assert {p.part: str(p.portion) for p in explained.parts} == {
        "u1": "6/7",
        "u2": "0",
        "u3": "1/7",
        "landlord": "0",
    }
    assert {p.part: p.holder for p in explained.parts}["u2"] is None


def test_an_empty_shop_that_counts_bears_its_own_share(mall: Mall) -> None:
    mall.read()
    mall.define(share_file(vacancy="counted") + TENANTS)
    assert mall.days("common.landlord") == [0] * 6
    assert 0 not in mall.days("common.u2")


def test_a_missing_meter_of_one_shop_leaves_the_shares_of_all_unknown_that_day(mall: Mall) -> None:
    on_the_last_day = {("u2", slot) for slot in range(5 * 96 + 1, 6 * 96)}
    mall.read(without=on_the_last_day)
    mall.define(share_file('[{ by = "energy" }]') + TENANTS)
    assert added(mall, *SHARES)[:5] == mall.days("lobby")[:5]
    assert mall.days("lobby")[5] is not None
    assert [mall.days(point)[5] for point in SHARES] == [None] * 4
    explained = explain_share(mall.site.writer, mall.site.site, "common", LAST)
    assert (explained.quality, explained.unknown) == (Quality.MISSING, ("u2",))


def test_keys_are_mixed_and_dated_and_known_then(mall: Mall) -> None:
    mall.read()
    mall.define(share_file() + TENANTS)
    before = mall.days("common.u3")
    then = mall.site.mark("bill run")
    mixed = '[{ by = "area", portion = "1/2" }, { by = "headcount", portion = "1/2" }]'
    text = share_file(mixed).replace("valid_from = 2019-03-01", "valid_from = 2019-03-29")
    mall.desk.revise(text, reason="headcount agreed", by=BY)
    mall.site.project()
    assert mall.days("common.u3", as_of=then) == before
    assert mall.days("common.u3")[:3] == before[:3]
    assert added(mall, *SHARES) == mall.days("lobby")
    (row,) = list_shares(mall.site.writer, mall.site.site)
    assert [key.version.valid_from for key in row.keys] == [date(2019, 3, 1), date(2019, 3, 29)]
    assert [key.reason for key in row.keys] == ["", "headcount agreed"]


def test_a_share_is_divided_once_more_and_all_of_it_arrives(mall: Mall) -> None:
    mall.read()
    mall.define(share_file())
    upper = """
[[share]]
key = "halves"
whole = { point = "common.landlord" }
valid_from = 2019-03-01
keys = [{ by = "fixed" }]
vacancy = "counted"
held_by = "cost_centre"
parts = [{ key = "north", weight = 2 }, { key = "south", weight = 1 }]
"""
    mall.define(upper)
    assert added(mall, "halves.north", "halves.south") == mall.days("common.landlord")
    assert sum(n or 0 for n in mall.days("common.landlord")) > 0  # nobody holds a shop


def test_what_a_day_shares_does_not_depend_on_the_days_asked_for(mall: Mall) -> None:
    mall.read()
    mall.define(share_file('[{ by = "energy" }]') + TENANTS)
    every = mall.days("common.u2")
    alone = [mall.days("common.u2", day, day)[0] for day in (FIRST, date(2019, 3, 29), LAST)]
    assert alone == [every[0], every[3], every[5]]


def test_it_ends_and_is_missing_from_then_on(mall: Mall) -> None:
    mall.read()
    mall.define(share_file() + TENANTS)
    mall.desk.end("common", date(2019, 3, 30), reason="rebuilt", by=BY)
    mall.site.project()
    assert [used is None for used in mall.days("common.u1")] == [False] * 4 + [True] * 2
    with pytest.raises(ShareError, match="no apportionment 'other'"):
        mall.desk.end("other", date(2019, 3, 30), reason="?", by=BY)


def test_every_problem_of_a_file_is_told_at_once_and_nothing_is_written(mall: Mall) -> None:
    wrong = share_file('[{ by = "area", portion = "2/3" }]').replace('"s3"', '"s9"')
    wrong = (
        wrong.replace('points = ["u1"]', 'points = ["u7"]')
        + TENANTS
        + """
[[bearer]]
kind = "tenant"
key = "pizza"
account = "A-404"
holds = [{ points = ["common.u1"], valid_from = 2019-03-10 }]
[[hours]]
production_line = "press"
valid_from = 2019-03-01
week = { mon-fri = ["early 06:00-14:00", "late 13:00-22:00"] }
"""
    )
    head = mall.site.application("metering").position()
    with pytest.raises(ShareFileError) as refused:
        mall.define(wrong)
    told = "\n".join(refused.value.problems)
    for expected in ("2/3", "'s9'", "'u7'", "'A-404'", "'press'", "overlap"):
        assert expected in told
    assert mall.site.application("metering").position() == head


def test_a_point_has_one_holder_of_a_kind_and_the_refusal_names_it(mall: Mall) -> None:
    mall.define(share_file() + TENANTS)
    rival = """
[[bearer]]
kind = "tenant"
key = "pizza"
holds = [{ points = ["common.u1"], valid_from = 2019-03-10 }]
"""
    with pytest.raises(ShareFileError, match=r"held by bakery \(2019-03-01 - \.\.\.\)"):
        mall.define(rival)
    free = date(2019, 3, 10)
    release = mall.desk.release
    release(BearerKind.TENANT, "bakery", "common.u1", free, reason="moved out", by=BY)
    assert mall.define(rival).holds == 1
    with pytest.raises(BearerError, match="does not hold"):
        release(BearerKind.TENANT, "bakery", "common.u1", free.replace(day=12), reason="?", by=BY)
    found = read_bearers_at(mall.site.writer, mall.site.site)
    held = [each.hold for each in found.holds if each.hold.point == "common.u1"]
    assert [(hold.bearer, hold.valid_to) for hold in held] == [("bakery", free), ("pizza", None)]


def test_the_same_file_again_changes_nothing(mall: Mall) -> None:
    text = share_file() + TENANTS
    assert mall.define(text).points == SHARES[3:] + SHARES[:3]
    again = mall.define(text)
    assert (again.bearers, again.holds, again.shares, again.points) == (0, 0, (), ())


def test_a_whole_is_not_divided_twice_and_a_share_not_by_itself(mall: Mall) -> None:
    mall.define(share_file())
    with pytest.raises(ShareFileError, match="divided by 'common' already"):
        mall.define(share_file().replace('key = "common"', 'key = "again"'))
    circle = share_file('[{ by = "energy" }]').replace('points = ["u1"]', 'points = ["common.u2"]')
    with pytest.raises(ShareFileError, match="rests on itself"):
        mall.desk.revise(circle, reason="?", by=BY)


def test_a_dry_run_writes_nothing(mall: Mall) -> None:
    head = mall.site.application("metering").position()
    planned = mall.desk.define(share_file(), by=BY, dry_run=True)
    assert planned.position is None
    assert len(planned.points) == 4
    assert mall.site.application("metering").position() == head


def test_what_a_supply_node_loses_is_divided_too(mall: Mall) -> None:
    mall.read()
    graph = SupplyGraph(
        site=mall.site.site.key,
        utility="electricity",
        valid_from=datetime(2019, 1, 1, tzinfo=UTC),
        nodes=[
            {"key": "main", "kind": "incomer", "name": "Main", "point": "u3"},
            {"key": "a", "kind": "feeder", "name": "A", "point": "lobby"},
        ],
        edges=[["main", "a"]],
        command_id=id_of("test", "graph"),
    )
    mall.site.application("metering").store(graph)
    mall.site.project()
    text = share_file().replace('{ point = "lobby" }', '{ utility = "electricity", node = "main" }')
    mall.define(text + TENANTS)
    lost = [(a or 0) - (b or 0) for a, b in zip(mall.days("u3"), mall.days("lobby"), strict=True)]
    assert added(mall, *SHARES) == lost
    assert min(lost) > 0


def test_the_tables_of_shares_made_anew_are_those_there_were(
    mall: Mall, new_site: Callable[[], TestSite]
) -> None:
    mall.define(share_file() + TENANTS)
    mall.desk.revise(share_file(vacancy="others"), reason="agreed", by=BY)
    free = date(2019, 4, 1)
    mall.desk.release(BearerKind.TENANT, "kiosk", "u3", free, reason="moved", by=BY)
    mall.desk.end("common", free, reason="rebuilt", by=BY)
    mall.site.project()
    other = new_site()
    copied_journal(mall.site, other)
    other.project()
    for table in (*METERING_TABLES["registry"],):
        rows = "SELECT to_jsonb(t)::text FROM {s}." + table + " AS t ORDER BY 1"
        assert other.rows(rows) == mall.site.rows(rows), table
    assert mall.site.rows("SELECT count(*) FROM {s}.apportionment_key") == [(2,)]


def test_one_file_does_not_divide_a_whole_twice(mall: Mall) -> None:
    twice = share_file() + share_file().replace('key = "common"', 'key = "again"')
    with pytest.raises(ShareFileError, match="divided by 'common' of this file too"):
        mall.define(twice)


def test_of_two_commands_at_once_the_second_does_not_divide_the_whole_again(mall: Mall) -> None:
    class Rival(ShareDesk):
        """Defines another apportionment between our look at the site and our store."""

        def _checked(self, text: str, *, revising: bool) -> tuple[ShareFile, SiteFacts]:
            found = super()._checked(text, revising=revising)
            mall.define(share_file())
            return found

    again = share_file().replace('key = "common"', 'key = "again"')
    with pytest.raises(ConflictError):
        Rival(mall.site.writer, mall.site.site, mall.site.clock).define(again, by=BY)
    mall.site.project()
    assert [row.key for row in list_shares(mall.site.writer, mall.site.site)] == ["common"]


def test_a_share_stored_by_somebody_is_seen_although_the_views_are_behind(mall: Mall) -> None:
    mall.desk.define(share_file(), by=BY)
    with pytest.raises(ShareFileError, match="divided by 'common' already"):
        mall.desk.define(share_file().replace('key = "common"', 'key = "again"'), by=BY)


def test_an_ended_apportionment_does_not_come_back_beside_its_successor(mall: Mall) -> None:
    mall.define(share_file())
    mall.desk.end("common", date(2019, 3, 30), reason="rebuilt", by=BY)
    mall.site.project()
    later = share_file().replace("2019-03-01", "2019-03-30")
    mall.define(later.replace('key = "common"', 'key = "again"'))
    with pytest.raises(ShareError, match="again divides the same from 2019-03-30 on"):
        mall.desk.end("common", date(2019, 3, 31), reason="?", by=BY)
    earlier = share_file().replace('key = "common"', 'key = "again"')
    with pytest.raises(ShareFileError, match="divided by 'common' already"):
        mall.desk.revise(earlier, reason="?", by=BY)

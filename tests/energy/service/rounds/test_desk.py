"""Rounds on a real database: walked, mended, skipped, raised from, missed, folded anew."""

from __future__ import annotations

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from datetime import date, timedelta

import pytest

from energy.base.errors import RefusedError
from energy.journal.application import JournalApplication
from energy.service.duty.book import DutyBook
from energy.service.equipment.words import EquipmentError
from energy.service.rounds.desk import Raise
from energy.service.rounds.errors import PatrolError
from energy.service.rounds.kinds import Raised, Said
from energy.service.rounds.reads import current, days_around
from energy.service.rounds.schedule import Standing
from energy.service.rounds.sheet import log_sheet
from energy.service.rounds.views import PATROL_TABLES
from energy.service.work.errors import WorkError
from energy.store.pool import Database
from energy.store.wall import STAFF
from energy.system import OWNER, WEB
from processes.view_rebuild import verify_views
from tests.energy.service.equipment.yard import a_yard
from tests.energy.service.rounds.walks import FILE, Walks
from tests.energy.service.work.shop import ANNA, BEN, CLARA, Shop
from tests.fixtures.postgres import TestSite, command

pytestmark = pytest.mark.servers


@pytest.fixture
def walks(site_schema: TestSite) -> Walks:
    """A plan of rounds every two hours, published at 12:05; service levels."""
    shop = Shop(a_yard(site_schema))
    shop.publish()
    found = Walks(shop)
    found.until(12, 5)
    assert found.publish() == 1
    return found


def refused(act: Callable[[], object]) -> str:
    with pytest.raises(RefusedError) as told:
        act()
    assert told.value.message is not None
    return told.value.message.key


def test_a_round_from_its_begin_to_the_log_sheet(walks: Walks) -> None:
    walks.until(13, 49)
    first = walks.start()
    assert walks.row(first).due_at.hour == 12, "nobody asked for it, yet it may be walked"
    walks.until(13, 50)
    walked = walks.start()
    assert walked != first
    assert walks.start() == walked, "begun twice is once"
    walks.tell(walked, "tr1", "oil", "45.20")
    walks.tell(walked, "tr1", "oil", "45.20")
    walks.tell(walked, "tr1", "noise", "yes", sure=True)
    walks.until(14, 45)
    walks.tell(walked, "tr1", "oil", "54.2", reason="two digits turned")
    walks.tell(walked, "pump", "mode", "auto")
    walks.desk.end(walked, by=ANNA)
    walks.desk.end(walked, by=ANNA)
    row = walks.row(walked)
    assert row.standing is Standing.WALKED
    assert [(e.stop, e.value, e.entry, e.counts, e.said) for e in row.values] == [
        ("tr1", "oil", "told", False, "45.20"),
        ("tr1", "noise", "told", True, "yes"),
        ("tr1", "oil", "mended", True, "54.2"),
        ("pump", "mode", "told", True, "auto"),
    ]
    assert (row.outside, row.left, row.doubts) == (1, 0, 0)
    assert row.late, "the pump was read behind 14:40"
    assert (row.late_stop("tr1"), row.late_stop("pump")) == (False, True)
    walks.until(16, 41)
    log = log_sheet(walks.rows(key="east"))
    assert [(c.due_at.hour, c.standing) for c in log.columns] == [
        (12, Standing.RUNNING),
        (14, Standing.WALKED),
        (16, Standing.OVERDUE),
    ], "what is to come has no column"
    oil = log.lines[0].cells[row.due_at]
    assert oil.told is not None
    assert (oil.told.said, [e.said for e in oil.earlier], oil.late) == ("54.2", ["45.20"], False)


def test_what_nobody_walked_is_missed_once_the_next_one_opens(walks: Walks) -> None:
    def standings() -> list[tuple[int, Standing]]:
        return [(row.due_at.hour, row.standing) for row in walks.rows()][:2]

    assert standings() == [(14, Standing.COMING), (16, Standing.COMING)]
    walks.until(14, 40)
    assert standings()[0] == (14, Standing.DUE)
    walks.until(15, 49)
    assert standings()[0] == (14, Standing.OVERDUE)
    walks.until(15, 50)
    assert standings() == [(14, Standing.MISSED), (16, Standing.DUE)]
    days = days_around(walks.now, walks.at.site.zone)
    assert [row.due_at.hour for row in current(walks.rows(*days))] == [16]
    other = FILE.replace('key = "east"', 'key = "west"')
    assert walks.publish(other) == 2
    walks.until(17)
    found = [(row.spec.key, row.due_at.hour, row.standing) for row in walks.rows()]
    assert found[:3] == [
        ("east", 14, Standing.MISSED),
        ("west", 16, Standing.OVERDUE),
        ("west", 18, Standing.COMING),
    ], "published at 15:50: 16:00 is asked for by the new version alone"


def test_what_is_told_is_checked(walks: Walks) -> None:
    desk = walks.desk
    assert refused(lambda: desk.open("nowhere")).endswith("no_round")
    walked = walks.start()
    assert refused(lambda: desk.start(desk.open("east"), by=BEN)).endswith("owner")
    cases: list[tuple[tuple[str, str, str], str]] = [
        (("hall", "oil", "1"), "no_stop"),
        (("tr1", "gas", "1"), "no_value"),
        (("tr1", "oil", "4,5"), "number"),
        (("tr1", "oil", "1e3"), "number"),
        (("tr1", "oil", "1\n2"), "number"),
        (("tr1", "noise", "maybe"), "choice"),
        (("pump", "mode", "off"), "choice"),
        (("tr1", "oil", "75.1"), "outside"),
        (("pump", "mode", "hand"), "outside"),
    ]
    for said, why in cases:
        assert refused(lambda said=said: walks.tell(walked, *said)).endswith(why)
    assert refused(lambda: walks.tell(walked, "tr1", "oil", "1", by=BEN)).endswith("owner")

    def at(minutes: int) -> Callable[[], None]:
        said = Said(value="1", read_at=walks.now + timedelta(minutes=minutes))
        return lambda: desk.tell(walked, "tr1", {"oil": said}, by=ANNA)

    assert refused(at(1)).endswith("future")
    assert refused(at(-16)).endswith("before"), "11:49, and it opened at 11:50"
    at(-15)()
    assert refused(lambda: walks.tell(walked, "tr1", "oil", "2")).endswith("there")
    both = {"oil": walks.said("3", reason="read again"), "noise": walks.said("hm")}
    assert refused(lambda: desk.tell(walked, "tr1", both, by=ANNA)).endswith("choice")
    assert [each.said for each in walks.row(walked).values] == ["1"], "all of it or nothing"
    nobody = command("no round")
    assert refused(lambda: walks.tell(nobody, "tr1", "oil", "1")).endswith("not_begun")


def test_a_note_said_later_is_an_entry_of_its_own(walks: Walks) -> None:
    walked = walks.start()
    walks.tell(walked, "tr1", "oil", "45")

    def tell(note: str, **values: str) -> None:
        said = {key: walks.said(each, note=note) for key, each in values.items()}
        walks.desk.tell(walked, "tr1", said, by=ANNA)

    for _ in range(2):
        tell("hums", oil="45", noise="no")
    told_at = walks.now
    walks.at.tick(60)
    for note in ("oil  drips", "oil drips", "drips no more", "hums", " "):
        tell(note, oil="45", noise="no")
    row = walks.row(walked)
    assert [(e.value, e.entry, e.counts, e.said, e.note) for e in row.values] == [
        ("oil", "told", True, "45", ""),
        ("noise", "told", True, "no", "hums"),
        ("oil", "noted", False, "45", "oil drips"),
        ("oil", "noted", False, "45", "drips no more"),
    ]
    assert row.counting["tr1", "oil"].read_at == told_at, "the value is not read anew"
    cell = log_sheet(walks.rows(key="east")).lines[0].cells[row.due_at]
    assert (cell.earlier, cell.doubts) == ([], [])
    walks.tell(walked, "tr1", "oil", "46", reason="turned")
    assert walks.row(walked).counting["tr1", "oil"].said == "46"


def test_a_round_is_shown_by_the_version_it_was_begun_with(walks: Walks) -> None:
    walks.until(13, 52)
    walked = walks.start()
    walks.tell(walked, "tr1", "oil", "45")
    walks.until(13, 55)
    assert walks.publish(FILE.replace('key = "tr1"', 'key = "tr2"')) == 2
    walks.until(14, 5)
    row = walks.row(walked)
    assert row.version == 1
    assert [stop.key for stop in row.spec.stops] == ["tr1", "pump"]
    assert {each.version for each in walks.rows() if each.walk is None} == {2}


def test_a_stop_is_skipped_with_a_reason_and_the_rest_is_signed(walks: Walks) -> None:
    desk, walked = walks.desk, walks.start()
    walks.tell(walked, "tr1", "oil", "40")
    assert refused(lambda: desk.end(walked, by=ANNA)).endswith("left")
    assert refused(lambda: desk.skip(walked, "tr1", " ", by=ANNA)).endswith("words")
    assert refused(lambda: desk.skip(walked, "tr1", "locked", by=BEN)).endswith("owner")
    desk.skip(walked, "tr1", "too  loud to tell", by=ANNA)
    desk.skip(walked, "tr1", "too loud to tell", by=ANNA)
    assert refused(lambda: desk.skip(walked, "tr1", "other", by=ANNA)).endswith("skipped")
    walks.tell(walked, "pump", "mode", "auto")
    walks.tell(walked, "pump", "hours", "12.50")
    assert refused(lambda: desk.skip(walked, "pump", "no", by=ANNA)).endswith("all_told")
    assert refused(lambda: desk.end(walked, by=BEN)).endswith("owner")
    desk.end(walked, by=ANNA)
    assert refused(lambda: desk.skip(walked, "pump", "no", by=ANNA)).endswith("ended")
    assert refused(lambda: walks.tell(walked, "tr1", "noise", "no")).endswith("ended")
    walks.tell(walked, "tr1", "oil", "41", reason="read from the wrong scale")
    (skip,) = walks.row(walked).skips
    assert (skip.stop, skip.reason) == ("tr1", "too loud to tell")


def test_of_a_value_outside_its_limits_there_is_one_incident_and_one_order(walks: Walks) -> None:
    walked = walks.start()
    said = Raise(stop="tr1", value="oil", kind=Raised.INCIDENT, level="critical", what="hot")
    assert refused(lambda: walks.desk.raise_from(walked, said, by=ANNA)).endswith("not_outside")
    walks.tell(walked, "tr1", "oil", "80", sure=True)
    number = walks.desk.raise_from(walked, said, by=ANNA)
    assert number == "I-2019-00001"
    assert walks.desk.raise_from(walked, said, by=BEN) == number
    order = Raise(stop="tr1", value="oil", kind=Raised.ORDER, level="critical", what="look")
    assert walks.desk.raise_from(walked, order, by=ANNA) == "W-2019-00001"
    told = [(each.kind, each.number) for each in walks.row(walked).raised]
    assert told == [("incident", "I-2019-00001"), ("order", "W-2019-00001")]
    assert walks.at.rows("SELECT place, what FROM {s}.incident") == [("b1", "hot")]
    (_, _) = log_sheet(walks.rows()).lines[0].cells[walks.row(walked).due_at].raised
    vague = Raise(stop="tr1", value="oil", kind=Raised.ORDER, level="none", what="look")
    assert walks.desk.raise_from(walked, vague, by=ANNA) == "W-2019-00001", "it is there already"


def test_a_command_cut_behind_its_store_finds_its_own_result(
    walks: Walks, monkeypatch: pytest.MonkeyPatch
) -> None:
    walked = walks.start()
    walks.tell(walked, "tr1", "oil", "80", sure=True)
    said = Raise(stop="tr1", value="oil", kind=Raised.INCIDENT, level="critical", what="hot")
    acts: list[Callable[[], object]] = [
        lambda: walks.desk.raise_from(walked, said, by=ANNA),
        lambda: walks.tell(walked, "tr1", "oil", "81", sure=True, reason="turned"),
        lambda: walks.tell(walked, "tr1", "oil", "80", sure=True, reason="it was right"),
        lambda: walks.desk.skip(walked, "tr1", "noisy", by=ANNA),
        lambda: walks.desk.skip(walked, "pump", "locked", by=ANNA),
        lambda: walks.desk.end(walked, by=ANNA),
    ]
    store = JournalApplication.store

    def stores_and_dies(self: JournalApplication, *changed: object) -> int:
        store(self, *changed)  # type: ignore[arg-type]
        raise ConnectionError

    for act in acts:
        with monkeypatch.context() as patched:
            patched.setattr(JournalApplication, "store", stores_and_dies)
            with pytest.raises(ConnectionError):
                act()
        act()
    row = walks.row(walked)
    assert [each.said for each in row.values] == ["80", "81", "80"]
    assert (len(row.raised), len(row.skips), row.standing) == (1, 2, Standing.WALKED)
    assert walks.at.rows("SELECT count(*) FROM {s}.incident") == [(1,)]


def test_of_two_who_begin_a_round_at_once_one_walks_it(walks: Walks) -> None:
    def begin(person: object) -> str:
        try:
            walks.desk.start(walks.desk.open("east"), by=person)  # type: ignore[arg-type]
        except PatrolError:
            return "refused"
        return "begun"

    with ThreadPoolExecutor(3) as pool:
        told = sorted(pool.map(begin, (ANNA, BEN, CLARA)))
    assert told == ["begun", "refused", "refused"]
    assert len([row for row in walks.rows() if row.walk is not None]) == 1


def test_a_stop_that_is_nowhere_is_refused(walks: Walks) -> None:
    with pytest.raises(WorkError):
        walks.publish(FILE.replace('place = "b1"', 'place = "b9"'))
    with pytest.raises(EquipmentError):
        walks.publish(FILE.replace('place = "b1"', 'equipment = "E-2019-00009"'))
    assert walks.publish() == 1, "the newest again changes nothing"


def test_a_round_of_each_shift_follows_the_plan_of_duty(walks: Walks) -> None:
    text = FILE.replace('every_h = 2, from = "06:00", to = "22:00"', "per_shift = true")
    assert refused(lambda: walks.publish(text)).endswith("no_shifts")
    operations = walks.at.application("operations")
    book = DutyBook(site=walks.at.site.key, command_id=command("book"))
    spec = {
        "rest_h": 11,
        "shift": [{"name": "day", "at": "07:00"}, {"name": "night", "at": "19:30"}],
        "post": [{"key": "desk", "kind": "desk", "group": "all"}],
        "group": {"all": [str(ANNA)]},
    }
    book.set_plan(spec, by=CLARA, command_id=command("duty"))
    operations.store(book)
    long = text.replace("within_min = 40", "within_min = 760")
    assert refused(lambda: walks.publish(long)).endswith("shifts_short")
    assert walks.publish(text) == 2
    tomorrow = date(2019, 1, 2)
    due = [(row.due_at.hour, row.due_at.minute) for row in walks.rows(tomorrow, tomorrow)]
    assert due == [(7, 0), (19, 30)]


def test_tables_folded_anew_are_the_same_and_the_staff_alone_sees_them(walks: Walks) -> None:
    walked = walks.start()
    walks.tell(walked, "tr1", "oil", "80", sure=True)
    walks.tell(walked, "tr1", "oil", "70", reason="turned")
    said = Raise(stop="tr1", value="oil", kind=Raised.INCIDENT, level="critical", what="hot")
    assert refused(lambda: walks.desk.raise_from(walked, said, by=ANNA)).endswith("not_outside")
    walks.tell(walked, "tr1", "noise", "yes", sure=True)
    noisy = Raise(stop="tr1", value="noise", kind=Raised.INCIDENT, level="critical", what="hums")
    walks.desk.raise_from(walked, noisy, by=ANNA)
    walks.desk.skip(walked, "pump", "locked", by=ANNA)
    walks.desk.end(walked, by=ANNA)
    row = walks.row(walked)
    assert (row.standing, len(row.values)) == (Standing.WALKED, 3)
    owner = Database(walks.at.server.dsn(OWNER), max_size=2)
    try:
        (found,) = verify_views(owner, walks.at.site, "rounds", walks.at.clock, tell=print)
    finally:
        owner.close()
    mine = {each.table: each for each in found.tables if each.table in PATROL_TABLES}
    assert all(mine[table].live_rows for table in PATROL_TABLES)
    assert [each.table for each in found.tables if not each.equal] == []
    for scope, seen in ((STAFF, 1), ("tenant", 0)):
        pool = Database(walks.at.server.dsn(WEB), max_size=2, scope=scope)
        try:
            with pool.connection() as connection:
                for table in PATROL_TABLES:
                    query = f"SELECT count(*) FROM {walks.at.schema}.{table}"
                    (many,) = connection.execute(query.encode()).fetchone() or (None,)
                    assert bool(many) == bool(seen), table
        finally:
            pool.close()

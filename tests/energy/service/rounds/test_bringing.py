"""Rounds walked without network: nothing doubled, nothing overwritten, each value with its time."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta
from uuid import UUID

import pytest

from energy.base.errors import RefusedError
from energy.journal.application import JournalApplication
from energy.service.rounds.bringing import Became, Brought
from energy.service.rounds.plans import Asked
from energy.service.rounds.schedule import Standing
from tests.energy.service.rounds.test_desk import refused, walks
from tests.energy.service.rounds.walks import FILE, Walks
from tests.energy.service.work.shop import ANNA, BEN

__all__ = ["walks"]
pytestmark = pytest.mark.servers


def read(
    at: Walks, stop: str, value: str, said: str | None, minutes: int = -5, note: str = ""
) -> Brought:
    when = at.now + timedelta(minutes=minutes)
    return Brought(stop=stop, value=value, said=said, read_at=when, note=note)


def became(at: Walks, asked: Asked, *entries: Brought, by: UUID = ANNA) -> list[Became]:
    return [each.became for each in at.desk.bringing.bring(asked, entries, by=by)]


def entries(at: Walks) -> list[tuple[str, str, str, bool, UUID]]:
    (row,) = [row for row in at.rows() if row.walk is not None]
    return [(e.value, e.entry, e.said, e.counts, e.person) for e in row.values]


def test_what_is_brought_twice_is_there_once(walks: Walks) -> None:
    walks.until(14, 30)
    asked = walks.desk.open("east")
    told = [
        read(walks, "tr1", "oil", "80.50", note="fan stands"),
        read(walks, "tr1", "noise", "no", minutes=3),  # the phone's clock is ahead
        read(walks, "pump", "", None, note="locked"),
    ]
    assert became(walks, asked, *told) == [Became.TOLD, Became.TOLD, Became.SKIPPED]
    walks.at.tick(600)
    assert became(walks, asked, *told) == [Became.REPEATED] * 3
    (row,) = [row for row in walks.rows() if row.walk is not None]
    assert [(e.value, e.said, e.outside, e.note) for e in row.values] == [
        ("oil", "80.50", True, "fan stands"),
        ("noise", "no", False, ""),
    ]
    assert row.values[0].read_at == asked.due_at + timedelta(minutes=25)
    assert row.values[1].read_at == asked.due_at + timedelta(minutes=30), "no time to come"
    assert row.walk is not None
    walks.desk.end(row.walk.patrol_round, by=ANNA)
    assert walks.row(row.walk.patrol_round).standing is Standing.WALKED


def test_what_another_walker_told_stays_and_the_brought_one_is_a_doubt(walks: Walks) -> None:
    walked = walks.start(by=BEN)
    walks.tell(walked, "tr1", "oil", "40", by=BEN)
    asked = walks.desk.open("east")
    told = [
        read(walks, "tr1", "oil", "44"),
        read(walks, "tr1", "noise", "yes"),
        read(walks, "pump", "", None, note="locked"),
    ]
    for expected in ([Became.DOUBT, Became.TOLD], [Became.REPEATED] * 2):
        assert became(walks, asked, *told) == [*expected, Became.REFUSED], "Ben's to skip"
    assert entries(walks) == [
        ("oil", "told", "40", True, BEN),
        ("oil", "doubt", "44", False, ANNA),
        ("noise", "told", "yes", True, ANNA),
    ]
    walks.desk.skip(walked, "pump", "locked", by=BEN)
    walks.desk.end(walked, by=BEN)
    late = read(walks, "pump", "mode", "auto")
    assert became(walks, asked, late) == [Became.DOUBT], "it is signed: nothing counts anew"
    assert walks.row(walked).doubts == 2


def test_what_does_not_fit_is_refused_and_the_rest_taken(walks: Walks) -> None:
    asked = walks.desk.open("east")
    wrong = [
        read(walks, "hall", "oil", "1"),
        read(walks, "tr1", "gas", "1"),
        read(walks, "tr1", "oil", "hot"),
        read(walks, "tr1", "oil", "1", minutes=6),
        read(walks, "tr1", "oil", "1", minutes=-16),
    ]
    with pytest.raises(RefusedError):
        walks.desk.bringing.bring(asked, wrong, by=ANNA)
    assert walks.rows()[0].walk is None, "a round of which nothing was read is not begun"
    found = walks.desk.bringing.bring(asked, [*wrong, read(walks, "tr1", "oil", "1")], by=ANNA)
    assert [each.became for each in found] == [*[Became.REFUSED] * 5, Became.TOLD]
    keys = [each.why.key.rpartition(".")[2] for each in found if each.why is not None]
    assert keys == ["no_stop", "no_value", "number", "future", "before"]
    assert refused(lambda: walks.desk.asked_at("east", walks.now)).endswith("not_asked")


def test_a_result_cut_behind_its_store_is_brought_once(
    walks: Walks, monkeypatch: pytest.MonkeyPatch
) -> None:
    asked = walks.desk.open("east")
    told = [read(walks, "tr1", "oil", "40"), read(walks, "pump", "", None, note="locked")]
    store = JournalApplication.store

    def stores_and_dies(self: JournalApplication, *changed: object) -> int:
        store(self, *changed)  # type: ignore[arg-type]
        raise ConnectionError

    with monkeypatch.context() as patched:
        patched.setattr(JournalApplication, "store", stores_and_dies)
        with pytest.raises(ConnectionError):
            became(walks, asked, *told)
    assert became(walks, asked, *told) == [Became.REPEATED] * 2
    assert entries(walks) == [("oil", "told", "40", True, ANNA)]


def test_a_note_that_is_new_is_kept_beside_what_was_brought_before(walks: Walks) -> None:
    walks.until(14, 20)
    asked = walks.desk.open("east")
    for ahead in (-5, 3):
        value = "oil" if ahead < 0 else "noise"
        first = read(walks, "tr1", value, "40" if ahead < 0 else "no", minutes=ahead)
        with_note = replace(first, note=f"{value} noted")
        assert became(walks, asked, first) == [Became.TOLD]
        walks.at.tick(60)
        assert became(walks, asked, with_note) == [Became.TOLD]
        assert became(walks, asked, with_note) == [Became.REPEATED]
    (row,) = [row for row in walks.rows() if row.walk is not None]
    assert [(e.value, e.entry, e.note) for e in row.values] == [
        ("oil", "told", ""),
        ("oil", "noted", "oil noted"),
        ("noise", "told", ""),
        ("noise", "noted", "noise noted"),
    ]


@pytest.mark.parametrize("begun", [True, False])
def test_a_round_comes_back_by_its_version_whatever_was_published_since(
    walks: Walks, *, begun: bool
) -> None:
    walks.until(13, 52)
    if begun:
        walks.start()
    walks.until(14, 20)
    due, told = walks.desk.open("east").due_at, read(walks, "tr1", "oil", "40")
    other = FILE.replace('"06:00", to = "22:00"', '"07:00", to = "21:00"')
    assert walks.publish(other.replace('key = "tr1"', 'key = "tr2"')) == 2
    asked = walks.desk.asked_at("EAST ", due)
    assert asked.version == 1
    assert became(walks, asked, told) == [Became.TOLD]


def test_a_page_packed_before_a_new_plan_is_walked_by_what_it_holds(walks: Walks) -> None:
    walks.until(13, 52)
    packed = walks.desk.open("east")
    walks.until(13, 55)
    walks.publish(FILE.replace('key = "tr1"', 'key = "tr2"'))  # before the round is due
    walks.until(14, 20)
    old, due = read(walks, "tr1", "oil", "40"), packed.due_at
    asked = walks.desk.asked_at("east", due)
    assert asked.version == walks.desk.holds(asked) == 2, "who names no version has the plan's"
    asked = walks.desk.asked_at("east", due, packed.version)
    assert (asked.version, walks.desk.holds(asked)) == (1, 2)
    assert became(walks, asked, old) == [Became.TOLD]
    assert walks.desk.asked_at("east", due, 2).version == 1, "it was begun by that of the page"
    (row,) = [row for row in walks.rows() if row.walk is not None]
    assert (row.version, row.spec.stops[0].key) == (1, "tr1")
    assert refused(lambda: walks.desk.asked_at("east", walks.now, 1)).endswith("not_asked")
    assert walks.desk.asked_at("east", due + timedelta(hours=2), 9).version == 2, "there is none"


def test_a_missed_round_that_was_walked_without_network_is_no_more_missed(walks: Walks) -> None:
    walks.until(14, 20)
    asked, told = walks.desk.open("east"), read(walks, "tr1", "oil", "40")
    walks.until(17)
    assert walks.rows()[0].standing is Standing.MISSED
    assert became(walks, asked, told) == [Became.TOLD]
    row = walks.rows()[0]
    assert (row.standing, row.walk is not None) == (Standing.RUNNING, True)

"""A question and its answer: once each, sealed, folded, and the same after a rebuild."""

from __future__ import annotations

from datetime import date
from uuid import UUID

import pytest

from billing.accounts.account import person_of
from billing.enquiries.desk import EnquiryDesk
from billing.enquiries.enquiry import LONGEST, About, Enquiry, EnquiryError, Subject
from billing.enquiries.words import enquiry_words
from billing.views.enquiries import read_enquiries
from energy.base.ids import id_of
from energy.base.secrets import ERASED
from energy.journal.directory import TableKeys
from tests.billing.town import CLERK, Town

pytestmark = pytest.mark.servers
MIA = UUID(int=9)
BILL = About(account="A-b1", subject=Subject.BILL, key="TOWN-1", charge=2)


@pytest.fixture
def desk(town: Town) -> EnquiryDesk:
    return EnquiryDesk(town.office.books, town.clock, town.vault)


def told(town: Town) -> list[tuple[str, int | None, str, list[tuple[bool, str]]]]:
    with town.database.connection() as connection:
        return [
            (
                each.key,
                each.charge,
                each.state,
                list(
                    zip(
                        (word.of_office for word in each.words),
                        enquiry_words(town.vault, town.site.key, each),
                        strict=True,
                    )
                ),
            )
            for each in read_enquiries(connection, town.site.schema)
        ]


def test_a_question_and_its_answer_are_told_once_each(town: Town, desk: EnquiryDesk) -> None:
    enquiry = desk.ask(BILL, " Why so much? ", MIA)
    assert desk.ask(BILL, "Why so much?", MIA) == enquiry
    town.catch_up()
    assert told(town) == [("TOWN-1", 2, "asked", [(False, "Why so much?")])]
    for _ in range(2):
        desk.say(enquiry, "A cold month.", CLERK, of_office=True)
    town.catch_up()
    said = [(False, "Why so much?"), (True, "A cold month.")]
    assert told(town) == [("TOWN-1", 2, "answered", said)]
    desk.say(enquiry, "Colder than last?", MIA, of_office=False)
    town.catch_up()
    assert told(town)[0][2:] == ("asked", [*said, (False, "Colder than last?")])


def test_the_same_words_later_are_said_again_and_one_form_pressed_twice_says_them_once(
    town: Town, desk: EnquiryDesk
) -> None:
    enquiry = desk.ask(BILL, "No cooling", MIA, seen="0")
    assert desk.ask(BILL, "No cooling", MIA, seen="0") == enquiry
    numbers = [desk.say(enquiry, "Yes", MIA, of_office=False, seen=n) for n in ("1", "1", "2")]
    assert numbers == [2, 2, 3]
    assert desk.ask(BILL, "No cooling", MIA, seen="3") != enquiry, "months later it is another"
    town.catch_up()
    assert sorted(len(words) for *_, words in told(town)) == [1, 3]


def test_words_of_an_earlier_release_are_read_with_the_key_of_who_said_them(town: Town) -> None:
    old = Enquiry(
        site=town.site.key,
        account="A-b1",
        subject="bill",
        key="TOWN-1",
        charge=None,
        asked_on=date(2019, 2, 1),
        words_sealed=town.vault.seal(MIA, "Why so much?"),
        by=MIA,
        command_id=id_of("old"),
    )
    town.office.books.store(old)
    town.catch_up()
    assert told(town)[0][3] == [(False, "Why so much?")]


def test_an_answer_outlives_who_gave_it_and_goes_with_the_tenant(
    town: Town, desk: EnquiryDesk
) -> None:
    enquiry = desk.ask(BILL, "Why so much?", MIA)
    desk.say(enquiry, "A cold month.", CLERK, of_office=True)
    town.catch_up()
    keys = TableKeys(town.database)
    for person in (MIA, CLERK):
        keys.drop(person)
    assert told(town)[0][3] == [(False, "Why so much?"), (True, "A cold month.")]
    keys.drop(person_of(town.site.key, "A-b1"))
    assert told(town)[0][3] == [(False, ERASED), (True, ERASED)]


def test_what_waits_stands_first(town: Town, desk: EnquiryDesk) -> None:
    first = desk.ask(BILL, "one", MIA)
    desk.ask(About(account="A-b1", subject=Subject.METER, key="b1-elec"), "two", MIA)
    desk.say(first, "done", CLERK, of_office=True)
    town.catch_up()
    assert [(key, state) for key, _, state, _ in told(town)] == [
        ("b1-elec", "asked"),
        ("TOWN-1", "answered"),
    ]


def test_no_words_stand_in_the_journal(town: Town, desk: EnquiryDesk) -> None:
    desk.ask(BILL, "Why so much?", MIA)
    states = town.rows(f"SELECT convert_from(state, 'UTF8') FROM {town.site.schema}.books_events")
    assert not [row for row in states if "Why so much" in str(row)]


@pytest.mark.parametrize("words", ["", "  ", "x" * (LONGEST + 1)])
def test_nothing_and_too_much_are_refused(desk: EnquiryDesk, words: str) -> None:
    with pytest.raises(EnquiryError, match="at most 2000"):
        desk.ask(BILL, words, MIA)


def test_an_answer_to_nothing_is_refused(desk: EnquiryDesk) -> None:
    with pytest.raises(EnquiryError, match="no such enquiry"):
        desk.say(id_of("enquiry", "none"), "yes", CLERK, of_office=True)

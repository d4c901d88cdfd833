"""Corrections on a real journal: what was learned after the issue is billed once, and adds up."""

from __future__ import annotations

import json
from datetime import date
from decimal import Decimal
from uuid import uuid4

import pytest

from billing.accounts.desk import AccountDesk
from billing.accounts.party import PartyFacts
from billing.accounts.roles import PartyRole
from billing.accounts.terms import DatedParty
from billing.corrections.errors import (
    DecidedCorrectionError,
    OwnCorrectionError,
    UnknownCorrectionError,
)
from billing.errors import AlreadyBilledError
from billing.fapiao.desk import FapiaoDesk
from billing.fapiao.errors import RedLetterPendingError
from billing.invoices.issuer import CorrectionMode
from billing.runs.bill_run import Choice
from tests.billing.corrections.story import Story, midnight_of, read_midnights, total
from tests.billing.samples import TARIFFS
from tests.billing.town import APPROVER, CLERK, Town

pytestmark = pytest.mark.servers
BLUE, RED = "26330000000012345678", "26330000000087654321"
ONE, TWO, THREE = (date(2019, 1, day) for day in (1, 2, 3))


@pytest.fixture
def story(town: Town) -> Story:
    """A town that billed its first day."""
    town.found()
    read_midnights(town, 3)
    told = Story(town)
    told.bill(ONE)
    return told


def test_what_nobody_learned_anything_of_is_not_looked_at(story: Story) -> None:
    found = story.look()
    assert (found.looked_at, found.proposed, found.barred) == (0, (), ())


def test_a_corrected_reading_is_credited_and_billed_again(story: Story) -> None:
    story.correct_reading(1, midnight_of(TWO), 300)
    found = story.look()
    assert found.proposed == ("CAM-2019-000001/1",)
    settled = story.accept("CAM-2019-000001/1")
    assert (settled.credit_note, settled.invoice) == ("CAM-CN-2019-000001", "CAM-2019-000003")
    first, _, credit, again = story.documents()
    assert credit["kind"] == "credit_note"
    assert credit["corrects"]["number"] == first["number"]
    assert total(credit) == total(first) > 0
    assert again["replaces"] == {
        "number": "CAM-2019-000001",
        "dated": "2019-01-02",
        "credit_note": "CAM-CN-2019-000001",
    }
    assert total(again) > total(first)
    assert story.all_same()
    assert story.look().proposed == ()


def test_a_proposal_shows_what_changed_and_why(story: Story) -> None:
    story.correct_reading(1, midnight_of(TWO), 300)
    story.look()
    found, proposal = story.town.office.corrections.proposal("CAM-2019-000001/1")
    (cause,) = proposal.causes
    assert (cause["cause"], cause["point"]) == ("readings", "b1-elec")
    assert Decimal(cause["now"]) - Decimal(cause["was"]) == 3
    assert cause["days"] == ["2019-01-01", "2019-01-01"]
    assert found.account == "A-b1"
    assert Decimal(proposal.total) > 0


def test_a_credit_waits_for_the_red_letter_of_its_fapiao(story: Story) -> None:
    story.correct_reading(1, midnight_of(TWO), 300)
    story.look()
    books = story.town.office.books
    fapiao = FapiaoDesk(books, story.town.site.key)
    (asked,) = fapiao.ask([story.documents()[0]], by=CLERK, command_id=uuid4())
    fapiao.take_number(asked.key, BLUE, issued_on=THREE, by=CLERK, command_id=uuid4())
    with pytest.raises(RedLetterPendingError, match=BLUE):
        story.accept("CAM-2019-000001/1")
    assert story.waiting() == ["CAM-2019-000001/1"]
    assert len(story.documents()) == 2
    red = fapiao.ask_red(BLUE, reason="reading", by=CLERK, command_id=uuid4())
    fapiao.take_number(red.key, RED, issued_on=THREE, by=CLERK, command_id=uuid4())
    assert story.accept("CAM-2019-000001/1").credit_note == "CAM-CN-2019-000001"


def test_documents_are_addressed_to_the_payer_that_the_account_has(story: Story) -> None:
    town = story.town
    accounts = AccountDesk(town.office.books, town.vault)
    facts = PartyFacts(
        legal_name="Holding plc",
        billing_address="Quay 1",
        tax_ids=(("vat", "GB1"),),
        country="GB",
    )
    accounts.put_party("holding", facts, by=CLERK, command_id=uuid4())
    dated = DatedParty(role=PartyRole.PAYER, party="holding", valid_from=TWO)
    accounts.name_party("A-b1", dated, by=CLERK, command_id=uuid4())
    town.catch_up()
    story.correct_reading(1, midnight_of(THREE), 300)
    story.bill(TWO)
    story.correct_reading(1, midnight_of(THREE), 0)
    story.settle_all()
    told = {d["number"]: d["account"] for d in story.documents()}
    old = {"key": "A-b1", "language": "en", "name": "Tenant of b1", "address": "b1 Road\nTown"}
    new = old | {"name": "Holding plc", "address": "Quay 1", "tax_number": "GB1", "country": "GB"}
    assert told["CAM-2019-000001"] == old
    assert told["CAM-2019-000004"]["name"] == "Tenant of b2"
    assert [told[f"CAM-{n}"] for n in ("2019-000003", "CN-2019-000001", "2019-000005")] == [new] * 3
    assert story.all_same()


def test_the_next_bill_bears_the_difference_once(story: Story) -> None:
    story.say_by(CorrectionMode.ADJUST_NEXT)
    story.correct_reading(1, midnight_of(TWO), 300)
    assert story.settle_all() == ["CAM-2019-000001/1"]
    story.bill(TWO)
    story.bill(THREE)
    _, _, second, _, third, _ = story.documents()
    (entry,) = second["adjustments"]
    assert entry["corrects"] == {"number": "CAM-2019-000001", "dated": "2019-01-02"}
    assert entry["correction"] == "CAM-2019-000001/1"
    assert sum(Decimal(c["net"]) for c in entry["charges"]) == Decimal(entry["net"]) > 0
    own = sum(Decimal(c["net"]) for s in second["supplies"] for c in s["charges"])
    assert own + Decimal(entry["net"]) == Decimal(second["totals"]["net"])
    assert "adjustments" not in third
    assert story.all_same()


def test_a_correction_of_a_correction_is_against_the_last_one(story: Story) -> None:
    story.say_by(CorrectionMode.ADJUST_NEXT)
    story.correct_reading(1, midnight_of(TWO), 300)
    story.settle_all()
    story.correct_reading(1, midnight_of(TWO), 0)
    assert story.settle_all() == ["CAM-2019-000001/2"]
    story.bill(TWO)
    bill = next(d for d in story.documents() if d["number"] == "CAM-2019-000003")
    up, down = bill["adjustments"]
    assert Decimal(up["gross"]) == -Decimal(down["gross"]) > 0
    assert story.all_same()


def test_a_rebilled_invoice_is_credited_and_billed_again(story: Story) -> None:
    story.correct_reading(1, midnight_of(TWO), 300)
    story.settle_all()
    story.correct_reading(1, midnight_of(TWO), 400)
    assert story.settle_all() == ["CAM-2019-000003/1"]
    numbers = [document["number"] for document in story.documents()]
    assert numbers[-2:] == ["CAM-CN-2019-000002", "CAM-2019-000004"]
    assert story.all_same()


def test_looking_twice_proposes_once_and_a_rejected_one_stays_rejected(story: Story) -> None:
    story.correct_reading(1, midnight_of(TWO), 300)
    assert story.look().proposed == ("CAM-2019-000001/1",)
    assert story.look().proposed == ()
    story.town.office.corrections.reject(
        "CAM-2019-000001/1", by=APPROVER, why="no", command_id=uuid4()
    )
    story.town.catch_up()
    assert story.look().proposed == ()
    story.correct_reading(1, midnight_of(TWO), 350)
    assert story.look().proposed == ("CAM-2019-000001/2",)


def test_who_raised_a_correction_cannot_accept_it(story: Story) -> None:
    story.correct_reading(1, midnight_of(TWO), 300)
    story.look(by=APPROVER)
    with pytest.raises(OwnCorrectionError, match="cannot accept it"):
        story.accept("CAM-2019-000001/1")


def test_a_correction_is_decided_about_once(story: Story) -> None:
    story.correct_reading(1, midnight_of(TWO), 300)
    story.settle_all()
    with pytest.raises(DecidedCorrectionError, match="is applied"):
        story.accept("CAM-2019-000001/1")
    with pytest.raises(UnknownCorrectionError, match="There is no correction"):
        story.accept("CAM-2019-000001/7")


def test_accepting_again_with_the_same_command_says_the_same(story: Story) -> None:
    story.correct_reading(1, midnight_of(TWO), 300)
    story.look()
    desk, command = story.town.office.corrections, uuid4()
    first = desk.accept("CAM-2019-000001/1", by=APPROVER, why="", command_id=command)
    head = story.town.office.books.position()
    assert desk.accept("CAM-2019-000001/1", by=APPROVER, why="", command_id=command) == first
    assert story.town.office.books.position() == head


def test_an_adjustment_accepted_while_a_run_is_open_waits_for_the_next(story: Story) -> None:
    story.say_by(CorrectionMode.ADJUST_NEXT)
    run = story.town.open_and_rate(first=TWO, last=TWO)
    story.correct_reading(1, midnight_of(TWO), 300)
    story.settle_all()
    story.town.office.rate(run, command_id=uuid4())
    drafts = [json.loads(each.document) for each in story.town.office.review(run).drafts]
    assert not any("adjustments" in draft for draft in drafts)
    story.bill(THREE)
    assert sum("adjustments" in document for document in story.documents()) == 1


def test_two_runs_cannot_bear_one_correction(story: Story) -> None:
    story.say_by(CorrectionMode.ADJUST_NEXT)
    story.correct_reading(1, midnight_of(TWO), 300)
    story.settle_all()
    run = story.town.open_and_rate(first=TWO, last=TWO)
    story.bill(THREE)
    story.town.office.decide(run, CLERK, Choice.ACCEPT, "", command_id=uuid4())
    story.town.office.approve(run, APPROVER)
    with pytest.raises(DecidedCorrectionError, match="is applied"):
        story.town.office.issue(run, CLERK)
    story.town.catch_up()
    story.town.office.rate(run, command_id=uuid4())
    assert story.town.office.books.run(run).state == "rated"  # what was approved is void
    story.town.office.approve(run, APPROVER, accept_rest=True, command_id=uuid4())
    story.town.office.issue(run, CLERK)


def test_an_account_that_pays_for_nothing_any_more_is_still_corrected(story: Story) -> None:
    story.say_by(CorrectionMode.ADJUST_NEXT)
    account = story.town.office.books.account("A-b1")
    for supply in list(account.supplies):
        account.end_supply(supply, TWO, reason="left", by=CLERK, command_id=uuid4())
    story.town.office.books.store(account)
    story.correct_reading(1, midnight_of(TWO), 300)
    story.settle_all()
    story.bill(TWO)
    bill = next(d for d in story.documents() if "adjustments" in d)
    assert (bill["account"]["key"], bill["supplies"]) == ("A-b1", [])
    assert total(bill) == sum(Decimal(each["gross"]) for each in bill["adjustments"]) > 0
    assert story.all_same()


def test_days_of_an_invoice_are_free_only_behind_its_credit_note(story: Story) -> None:
    account = story.town.office.books.account("A-b1")
    (invoice,) = account.billed_by
    points = account.billed
    with pytest.raises(AlreadyBilledError):
        account.bill(
            invoice=uuid4(), first_day=ONE, last_day=ONE, points=points, command_id=uuid4()
        )
    account.credit(invoice, command_id=uuid4())
    assert account.billed == []
    account.bill(invoice=uuid4(), first_day=ONE, last_day=ONE, points=points, command_id=uuid4())


def test_a_tariff_version_published_backwards_corrects_what_it_prices(story: Story) -> None:
    town = story.town
    dearer = (TARIFFS / "campus-gas.toml").read_text(encoding="utf-8")
    dearer = dearer.replace("version = 1", "version = 2").replace("0.0312", "0.0999")
    town.office.publish_tariff(dearer, command_id=uuid4(), by=CLERK)
    town.catch_up()
    assert story.look().proposed == ("CAM-2019-000001/1", "CAM-2019-000002/1")
    _, proposal = town.office.corrections.proposal("CAM-2019-000001/1")
    assert [(c["cause"], c["point"]) for c in proposal.causes] == [("tariff", "b1-gas")]
    story.settle_all()
    assert story.all_same()

"""The billing office on a real journal: two buildings, three days, two people."""

from __future__ import annotations

import json
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from datetime import UTC, date, datetime
from decimal import Decimal
from pathlib import Path
from uuid import UUID

import psycopg
import pytest

from billing.documents.papers import PaperKind, paper
from billing.errors import (
    AlreadyBilledError,
    HeldRunError,
    InvoiceIssuedError,
    SecondPersonError,
    TariffFileError,
    WrongStateError,
)
from billing.invoices.invoice import Addressee, Invoice
from energy.base.errors import JournalError
from energy.base.ids import id_of
from tests.billing.samples import ISSUER, TARIFFS
from tests.billing.town import APPROVER, CLERK, FIRST, LAST, Town, count_at

pytestmark = pytest.mark.servers
MIDNIGHT = datetime(2019, 1, 1, tzinfo=UTC)
END = datetime(2019, 1, 4, tzinfo=UTC)


def invoices_of(town: Town, run: UUID) -> list[Invoice]:
    return [town.office.books.invoice(each) for each in town.office.books.run(run).drafts]


def test_a_run_ends_in_numbered_invoices_that_follow_from_the_registers(metered: Town) -> None:
    run, numbers = metered.bill()
    assert numbers == ["CAM-2019-000001", "CAM-2019-000002"]
    first, second = (json.loads(each.document) for each in invoices_of(metered, run))
    assert first["number"] == "CAM-2019-000001"
    assert first["account"] == {
        "key": "A-b1",
        "language": "en",
        "name": "Tenant of b1",
        "address": "b1 Road\nTown",
    }
    power = first["supplies"][0]
    (reading,) = power["readings"]
    assert (reading["opening"]["count"], reading["closing"]["count"]) == (
        count_at(1, MIDNIGHT),
        count_at(1, END),
    )
    counts = count_at(1, END) - count_at(1, MIDNIGHT)
    assert Decimal(power["usage"]["total"]) == Decimal(counts) / 100
    times_of_use = [c for c in power["charges"] if c["period"]]
    assert sum(Decimal(c["quantity"]) for c in times_of_use) == Decimal(counts) / 100
    assert Decimal(second["totals"]["total"]) > 0


def test_issued_documents_hold_no_positions_and_no_ids(metered: Town) -> None:
    run, _ = metered.bill()
    for invoice in invoices_of(metered, run):
        assert "position" not in invoice.document
        assert str(run) not in invoice.document
        assert json.loads(invoice.provenance)["metering_position"] > 0


def test_an_issued_invoice_is_rated_again_to_the_same_bytes(metered: Town) -> None:
    run, _ = metered.bill()
    for invoice in invoices_of(metered, run):
        again = metered.office.re_rate(invoice.id)
        assert again.same, (again.issued, again.computed)


def test_what_is_learned_later_does_not_change_what_was_known_then(metered: Town) -> None:
    run, _ = metered.bill()
    dearer = (TARIFFS / "campus-gas.toml").read_text(encoding="utf-8")
    dearer = dearer.replace("version = 1", "version = 2").replace("0.0312", "0.9999")
    metered.office.publish_tariff(dearer, command_id=id_of("later"), by=CLERK)
    metered.read(first=END, last=datetime(2019, 1, 5, tzinfo=UTC))
    metered.catch_up()
    assert all(metered.office.re_rate(each.id).same for each in invoices_of(metered, run))


def test_a_draft_cannot_be_rated_again_as_an_invoice(metered: Town) -> None:
    run = metered.open_and_rate()
    (draft, _) = invoices_of(metered, run)
    with pytest.raises(WrongStateError, match="needs it issued"):
        metered.office.re_rate(draft.id)


def test_the_person_who_opened_a_run_cannot_approve_it(metered: Town) -> None:
    run = metered.open_and_rate()
    with pytest.raises(SecondPersonError, match="another billing approver"):
        metered.office.approve(run, CLERK)
    with pytest.raises(WrongStateError, match="rated; this command needs it approved"):
        metered.office.issue(run, CLERK)


def test_an_issued_invoice_stays_issued_in_the_journal(metered: Town) -> None:
    run, _ = metered.bill()
    (invoice, _) = invoices_of(metered, run)
    with pytest.raises(InvoiceIssuedError, match="CAM-2019-000001 is issued"):
        invoice.issue(
            number="CAM-2019-000009",
            addressee=Addressee(name="x", address="y"),
            command_id=id_of("again"),
        )
    with pytest.raises(InvoiceIssuedError):
        invoice.redraft(document="{}", provenance="{}", findings=[], command_id=id_of("again"))


def test_every_command_repeated_returns_its_first_result(metered: Town) -> None:
    run, numbers = metered.bill()
    position = metered.office.books.position()
    assert metered.open_and_rate() == run
    metered.office.approve(run, APPROVER)
    assert metered.office.issue(run, CLERK) == numbers
    metered.open_account("b1", [])
    assert metered.office.books.position() == position
    assert metered.one(f"SELECT count(*) FROM {metered.site.schema}.invoice") == 2


def test_a_command_whose_connection_is_cut_after_commit_is_counted_once(
    metered: Town, monkeypatch: pytest.MonkeyPatch
) -> None:
    run = metered.open_and_rate()
    metered.office.approve(run, APPROVER)
    books = metered.office.books
    store = books.store

    def cut(*aggregates: object) -> int:
        store(*aggregates)  # type: ignore[arg-type]
        raise psycopg.OperationalError("server closed the connection unexpectedly")

    monkeypatch.setattr(books, "store", cut)
    with pytest.raises(psycopg.OperationalError):
        metered.office.issue(run, CLERK)
    monkeypatch.setattr(books, "store", store)
    assert metered.office.issue(run, CLERK) == ["CAM-2019-000001", "CAM-2019-000002"]
    metered.catch_up()
    rows = metered.rows(f"SELECT number FROM {metered.site.schema}.invoice ORDER BY number")
    assert rows == [("CAM-2019-000001",), ("CAM-2019-000002",)]


def test_runs_issued_at_the_same_time_share_one_series_without_gap(metered: Town) -> None:
    days = [date(2019, 1, 1), date(2019, 1, 2), date(2019, 1, 3)]
    runs = [metered.open_and_rate(first=day, last=day) for day in days]
    for run in runs:
        metered.office.approve(run, APPROVER)
    offices = [metered.new_office() for _ in runs]
    with ThreadPoolExecutor(len(runs)) as pool:
        issued = list(
            pool.map(lambda pair: pair[0].issue(pair[1], CLERK), zip(offices, runs, strict=True))
        )
    assert sorted(number for numbers in issued for number in numbers) == [
        f"CAM-2019-{n:06d}" for n in range(1, 7)
    ]


def test_days_on_an_issued_invoice_are_a_finding_and_cannot_be_issued(metered: Town) -> None:
    other = metered.open_and_rate(first=LAST, last=LAST)
    metered.office.approve(other, APPROVER)
    metered.bill()
    with pytest.raises(AlreadyBilledError, match="A-b1 has an issued invoice"):
        metered.office.issue(other, CLERK)
    late = metered.open_and_rate(first=FIRST, last=FIRST)
    codes = {finding.code for finding in metered.office.review(late).findings}
    assert codes == {"bill.already_billed"}


def test_a_gap_holds_its_account_and_lets_the_others_be_billed(town: Town) -> None:
    town.found()
    town.read(channels=(1, 2, 3))
    town.read(channels=(4,), last=datetime(2019, 1, 2, tzinfo=UTC))
    run = town.open_and_rate()
    review = town.office.review(run)
    dirty = review.drafts[1]
    assert [finding.code for finding in dirty.findings] == ["bill.usage_missing"]
    assert dirty.findings[0].start == datetime(2019, 1, 2, tzinfo=UTC)
    assert json.loads(dirty.document)["supplies"][1]["charges"] == []
    with pytest.raises(HeldRunError, match="A-b2"):
        town.office.approve(run, APPROVER)
    town.office.approve(run, APPROVER, hold=["A-b2"])
    assert town.office.issue(run, CLERK) == ["CAM-2019-000001"]
    town.read(channels=(4,), first=datetime(2019, 1, 2, tzinfo=UTC))
    town.catch_up()
    own = town.open_and_rate(accounts=["A-b2"])
    assert town.office.review(own).findings == []
    town.office.approve(own, APPROVER)
    assert town.office.issue(own, CLERK) == ["CAM-2019-000002"]
    town.catch_up()
    states = town.rows(f"SELECT state FROM {town.site.schema}.invoice ORDER BY state")
    assert states == [("held",), ("issued",), ("issued",)]


def test_an_abandoned_run_makes_room_for_another(metered: Town) -> None:
    run = metered.open_and_rate()
    with pytest.raises(WrongStateError, match=r"abandoned or absent.*`bill abandon"):
        metered.office.open_run(FIRST, LAST, APPROVER, id_of("other command"))
    metered.office.abandon(run, CLERK, "wrong days", command_id=id_of("abandon"))
    other = metered.office.open_run(FIRST, LAST, CLERK, id_of("other command"))
    assert other != run
    metered.catch_up()
    rows = metered.rows(f"SELECT state FROM {metered.site.schema}.bill_run ORDER BY position")
    assert rows == [("abandoned",), ("open",)]


def test_rating_waits_for_the_views_and_says_which_one_lags(metered: Town) -> None:
    run = metered.office.open_run(FIRST, LAST, CLERK, id_of("open"))
    with pytest.raises(JournalError, match="View metering is at position"):
        metered.office.rate(run)


def test_two_accounts_paying_for_one_point_are_a_finding(metered: Town) -> None:
    metered.open_account("b3", ["b1-gas"])
    metered.catch_up()
    review = metered.office.review(metered.open_and_rate())
    assert {draft.account for draft in review.drafts if draft.findings} == {"A-b1", "A-b3"}
    assert {finding.code for finding in review.findings} == {"bill.point_paid_twice"}


def test_a_period_rated_in_two_parts_holds_the_same_usage(town: Town) -> None:
    town.found()
    town.read()
    whole = town.open_and_rate()
    parts = [
        town.open_and_rate(first=FIRST, last=FIRST),
        town.open_and_rate(first=date(2019, 1, 2), last=LAST),
    ]

    def used(run: UUID) -> Decimal:
        return sum(
            (
                Decimal(supply["usage"]["total"])
                for draft in town.office.review(run).drafts
                for supply in json.loads(draft.document)["supplies"]
            ),
            Decimal(0),
        )

    assert used(whole) == used(parts[0]) + used(parts[1])


def test_a_published_version_is_never_replaced(town: Town) -> None:
    text = (TARIFFS / "campus-gas.toml").read_text(encoding="utf-8")
    first = town.office.publish_tariff(text, command_id=id_of("a"), by=CLERK)
    assert town.office.publish_tariff(text, command_id=id_of("b"), by=CLERK) == first
    assert town.office.books.position() == 1
    with pytest.raises(TariffFileError, match="raise the version"):
        town.office.publish_tariff(
            text.replace("0.0312", "0.0313"), command_id=id_of("c"), by=CLERK
        )


@pytest.mark.parametrize(
    ("wrong", "problem"),
    [
        (lambda text: text.replace("Europe/London", "Asia/Shanghai"), "zone: must be the site's"),
        (lambda text: text.replace('"GBP"', '"CNY"'), "currency: must be the site's, GBP"),
    ],
)
def test_a_tariff_of_another_zone_or_currency_is_refused(
    town: Town, wrong: Callable[[str], str], problem: str
) -> None:
    text = (TARIFFS / "campus-gas.toml").read_text(encoding="utf-8")
    with pytest.raises(TariffFileError, match=problem):
        town.office.publish_tariff(wrong(text), command_id=id_of("x"), by=None)
    assert town.office.books.position() == 0


def test_no_name_stands_in_the_journal_in_clear_before_an_invoice_is_issued(
    metered: Town,
) -> None:
    metered.open_and_rate()
    states = metered.rows(f"SELECT state FROM {metered.site.schema}.books_events")
    assert not any(b"Tenant of" in bytes(state) for (state,) in states)  # type: ignore[call-overload]


def test_an_erased_person_cannot_be_billed_by_name(metered: Town) -> None:
    run = metered.open_and_rate()
    metered.office.approve(run, APPROVER)
    account = metered.office.books.account("A-b1")
    with psycopg.connect(metered.database.dsn) as connection:
        connection.execute("DELETE FROM directory.person_key WHERE person = %s", (account.person,))
    with pytest.raises(WrongStateError, match="A-b1 is erased"):
        metered.office.issue(run, CLERK)
    assert metered.office.books.run(run).state == "approved"


def test_the_tables_show_what_the_books_hold(metered: Town) -> None:
    run, numbers = metered.bill()
    schema = metered.site.schema
    rows = metered.rows(
        f"SELECT number, state, total, sha256 FROM {schema}.invoice ORDER BY number"
    )
    found = invoices_of(metered, run)
    assert rows == [
        (number, "issued", each.total, each.sha256)
        for number, each in zip(numbers, found, strict=True)
    ]
    assert metered.rows(
        f"SELECT state, accounts, total, opened_by, approved_by FROM {schema}.bill_run"
    ) == [("issued", 2, sum(each.total for each in found), CLERK, APPROVER)]


def test_an_issued_invoice_of_the_journal_becomes_a_document(metered: Town, tmp_path: Path) -> None:
    run, _ = metered.bill()
    (invoice, _) = invoices_of(metered, run)
    content = {"invoice": json.loads(invoice.document)}
    assert paper(PaperKind.BILL, content, language="zh").startswith(b"%PDF")


def test_another_issuer_stands_on_later_drafts_only(town: Town) -> None:
    town.found()
    assert town.office.books.issuer() == ISSUER
    other = replace(ISSUER, name="Another Utility Ltd", prefix="AUL")
    town.office.name_issuer(other, command_id=id_of("t", "another issuer"))
    assert town.new_office().books.issuer() == other
    head = town.office.books.position()
    town.office.name_issuer(other, command_id=id_of("t", "the same again"))
    assert town.office.books.position() == head

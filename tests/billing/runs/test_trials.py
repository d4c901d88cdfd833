"""Questions about bills: explained to the journal, tried under other tariffs, due by cycle."""

from __future__ import annotations

import json
from datetime import date
from decimal import Decimal
from fractions import Fraction
from uuid import UUID, uuid4

import pytest

from billing.runs.errors import NoExplanationError
from billing.runs.trials import impact_of, replayed
from billing.tariffs.tariff_file import parse_tariff
from billing.views.due import first_day_due
from billing.views.explain import Explanation, explain_charge
from energy.base.ids import id_of
from energy.journal.application import JournalApplication
from energy.metering.calibration.adjustment import Adjustment
from tests.billing.corrections.story import Story, midnight_of, read_midnights
from tests.billing.samples import TARIFFS
from tests.billing.town import APPROVER, CLERK, Town

pytestmark = pytest.mark.servers
ONE, TWO, THREE = (date(2019, 1, day) for day in (1, 2, 3))


@pytest.fixture
def story(town: Town) -> Story:
    """A town that billed its first day."""
    town.found()
    read_midnights(town, 3)
    told = Story(town)
    told.bill(ONE)
    return told


def invoice_of(story: Story, number: str) -> UUID:
    rows = story.town.rows(
        f"SELECT invoice FROM {story.town.site.schema}.invoice WHERE number = '{number}'"
    )
    return UUID(str(rows[0][0]))


def explained(story: Story, number: str, line: str) -> Explanation:
    invoice = story.town.office.books.invoice(invoice_of(story, number))
    with story.town.database.connection() as connection:
        return explain_charge(connection, story.town.site, invoice, line)


def lines_of(story: Story, number: str) -> list[str]:
    document = next(d for d in story.documents() if d["number"] == number)
    return [charge["charge"] for block in document["supplies"] for charge in block["charges"]]


def test_every_line_leads_to_its_clause_its_meter_and_the_journal(story: Story) -> None:
    for line in lines_of(story, "CAM-2019-000001"):
        found = explained(story, "CAM-2019-000001", line)
        assert found.clause is not None
        assert Fraction(found.charge["quantity"]) * Fraction(str(found.clause["price"])) == (
            Fraction(found.charge["unrounded"])
        )
        assert found.tariff is not None
        (register,) = found.readings
        for end in ("opening", "closing"):
            entry = register[end]["entry"]
            assert (entry["topic"], entry["source"]) == ("readings.recorded", "source-1")
        (meter,) = found.meters
        assert (meter["serial"], meter["multiplier"]) == (register["serial"], "1")
        assert json.loads(json.dumps(found.document()))["charge"]["charge"] == line


def test_a_corrected_reading_leads_to_its_correction(story: Story) -> None:
    story.correct_reading(1, midnight_of(TWO), 300)
    story.settle_all()
    line = lines_of(story, "CAM-2019-000003")[0]
    (register,) = explained(story, "CAM-2019-000003", line).readings
    assert register["closing"]["entry"]["topic"] == "correction.approved"


def test_a_line_that_is_not_there_is_refused(story: Story) -> None:
    with pytest.raises(NoExplanationError, match="no charge line nothing"):
        explained(story, "CAM-2019-000001", "nothing")


def test_the_same_tariff_replays_to_the_same_amount_and_stores_nothing(story: Story) -> None:
    text = (TARIFFS / "campus-gas.toml").read_text(encoding="utf-8")
    head = story.town.office.books.position()
    invoice = invoice_of(story, "CAM-2019-000001")
    same = replayed(story.town.office.books, invoice, [parse_tariff(text)])
    assert (same.difference, same.barred) == (Decimal(0), ())
    dearer = parse_tariff(text.replace("0.0312", "0.0624"))
    assert (replayed(story.town.office.books, invoice, [dearer]).difference or 0) > 0
    late = parse_tariff(text.replace("valid_from = 2018-01-01", "valid_from = 2030-01-01"))
    barred = replayed(story.town.office.books, invoice, [late])
    assert (barred.now, barred.barred) == (None, ("bill.tariff_missing",))
    assert story.town.office.books.position() == head


def test_the_impact_of_a_price_is_told_before_it_is_published(story: Story) -> None:
    text = (TARIFFS / "campus-gas.toml").read_text(encoding="utf-8")
    dearer = text.replace("0.0312", "0.9312").replace("2018-01-01", "2030-01-01")
    found = impact_of(story.town.office.books, parse_tariff(dearer))
    assert [each.number for each in found.bills] == ["CAM-2019-000002", "CAM-2019-000001"]
    assert found.now - found.was == sum(each.difference or Decimal(0) for each in found.bills)
    assert found.now > found.was


def test_a_meters_error_is_billed_and_corrects_what_was_billed(story: Story) -> None:
    town = story.town
    metering = JournalApplication(town.database, town.site.schema, "metering", town.clock)
    adjustment = Adjustment(
        channel=1,
        serial="SN-0001",
        first=ONE,
        last=TWO,
        days=[[ONE, 700], [TWO, -300]],
        basis={},
        certificate="",
        known_position=1,
        reason="slow",
        proposed_by=CLERK,
        command_id=id_of("error"),
    )
    adjustment.approve(by=APPROVER, command_id=id_of("error", "yes"))
    metering.store(adjustment)
    town.catch_up()
    found = story.look()
    assert found.proposed == ("CAM-2019-000001/1",)
    _, proposal = town.office.corrections.proposal("CAM-2019-000001/1")
    assert [each["cause"] for each in proposal.causes] == ["meter_error"]
    story.settle_all()
    story.bill(TWO)
    bills = {d["number"]: d for d in story.documents()}
    for number, day, amount in (
        ("CAM-2019-000003", "2019-01-01", 700),
        ("CAM-2019-000004", "2019-01-02", -300),
    ):
        assert bills[number]["supplies"][0]["adjusted"] == [{"day": day, "amount": amount}]
    assert story.all_same()
    assert story.look().proposed == ()


def test_what_cycles_make_due_is_billed_on_one_bill_span_by_span(story: Story) -> None:
    town = story.town
    with town.database.connection() as connection:
        first = first_day_due(connection, town.site.schema, [], date(2019, 1, 31))
    assert first is not None
    run = town.office.open_run(first, date(2019, 1, 31), CLERK, uuid4(), by_cycle=True)
    town.catch_up()
    review = town.office.rate(run)
    spans = [
        (block["first_day"], block["last_day"])
        for block in json.loads(review.drafts[0].document)["supplies"]
        if block["point"] == "b1-elec"
    ]
    assert spans[0] == ("2018-01-01", "2018-01-31")
    assert spans[-1] == ("2019-01-01", "2019-01-31")
    assert len(spans) == 13

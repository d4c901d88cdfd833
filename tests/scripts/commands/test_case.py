"""Supply cases by the command row: from the application to the first bill, transfer, closure."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from billing.office import BillingOffice
from energy.base.clock import SystemClock
from energy.base.ids import id_of
from energy.base.secrets import PersonVault
from energy.journal.directory import TableKeys
from energy.metering.reading import Reading
from tests.billing.samples import TARIFFS
from tests.energy.service.cases.steps import FILE
from tests.energy.service.work.test_levels import FILE as LEVELS
from tests.fixtures.postgres import new_site
from tests.scripts.commands.test_readings import Row, row

__all__ = ["new_site", "row"]
pytestmark = pytest.mark.servers
PARTY = 'legal_name = "{name}"\nbilling_address = "Quay 1"\n'
BY = ("--by", "clerk")
UNTIL = SystemClock().now().date() + timedelta(days=30)
ASKED = ("--asked", "2018-12-20 09:00", "--utility", "electricity")
NEW = "case open new_supply --applicant party/harbour --node electricity/f1 --kw 40"
SUPPLY = """
[[supply]]
utility = "electricity"
valid_from = 2018-01-01
nodes = [{key = "grid", kind = "incomer", name = "Grid"},
  {key = "f1", kind = "feeder", name = "F1", rated_w = "50000"}]
edges = [["grid", "f1"]]
"""


@pytest.fixture
def counter(row: Row, tmp_path: Path) -> Row:
    """Give a site with steps, service levels, a tariff, parties, a meter read until 5 January."""
    row("user add tina --name Tina --role technician")
    for name, text in (("steps.toml", FILE), ("levels.toml", LEVELS)):
        (tmp_path / name).write_text(text, "utf-8")
    assert "version 1" in row(f"case plan {tmp_path / 'steps.toml'} --by manager").stdout
    row(f"incident levels {tmp_path / 'levels.toml'} --by manager")
    publish_tariff(row)
    (tmp_path / "supply.toml").write_text(SUPPLY, "utf-8")
    row(f"supply define {tmp_path / 'supply.toml'} --reason new --by manager")
    for name in ("harbour", "mill"):
        (tmp_path / f"{name}.toml").write_text(PARTY.format(name=name.title()), "utf-8")
        row(f"account party {name} {tmp_path / name}.toml", *BY)
    read = [(day, 100 * day) for day in range(3, 6)]
    row.site.accept(
        *(
            Reading(channel=1, at=datetime(2019, 1, day, tzinfo=UTC), count=count)
            for day, count in read
        )
    )
    row.site.project()
    return row


def publish_tariff(row: Row) -> None:
    site = row.site
    vault = PersonVault(bytes(range(32)), TableKeys(site.writer))
    text = (TARIFFS / "campus-electricity.toml").read_text(encoding="utf-8")
    office = BillingOffice(site.writer, site.site, site.clock, vault)
    office.publish_tariff(text, command_id=id_of("tariff"), by=None)


def account(row: Row, key: str, party: str, first: str) -> None:
    """Let billing open an account for a party, with a contract, as its own commands do."""
    named = f"--name {party} --address Quay --email a@{party}.example --day 2018-12-01"
    row(f"account open {key} {named}", *BY)
    row(f"account role {key} tenant {party} --from {first}", *BY)
    row(f"account sign {key} K-{key} --signed-on 2018-12-20 --from {first}", *BY)


def bill(row: Row, first: str, last: str) -> list[str]:
    run = row.json("bill run", "--from", first, "--to", last, *BY)["run"]
    row(f"bill approve {run} --by approver --accept-rest")
    return [str(each) for each in row.json(f"bill issue {run}", *BY)["numbers"]]


def supplied(row: Row) -> str:
    """Lead a new supply to its first bill; return the number of the case."""
    number = row(NEW, *ASKED, *BY).stdout.split()[0]
    row(f"case step {number} application", *BY)
    row(f"case step {number} survey --words close --by manager")
    row(f"case quote {number} --until {UNTIL} --tax-percent 20", "--item", "cable=1250.50", *BY)
    row(f"case accept {number}", *BY)
    account(row, "A-1", "harbour", "2019-01-01")
    row(f"case step {number} contract --account A-1 --contract K-A-1", *BY)
    order = row(f"case order {number} --class normal --by tina").stdout.split()[3]
    for act in ("take", "begin", "done"):
        row(f"work {act} {order} --by tina")
    row(f"case step {number} work --by tina")
    row(f"case step {number} commissioning --point m1 --by tina")
    moved = "account move-in A-1 --day 2019-01-01 --point m1 --tariff campus-electricity"
    row(moved, *["--reading", "m1=1.00", "--reason", "new"], *BY)
    (invoice,) = bill(row, "2019-01-01", "2019-01-01")
    told = row(f"case step {number} first_bill", *BY).stdout
    assert f"first invoice: {invoice}" in told
    return number


def test_a_supply_is_led_to_its_first_bill_changes_hands_and_is_given_up(counter: Row) -> None:
    row = counter
    number = supplied(row)
    shown_done(row, number)
    transfer(row)
    close(row)


def shown_done(row: Row, number: str) -> None:
    story = row.json(f"case show {number}")
    assert [each["outcome"] for each in story["case"]["been"]] == ["done"] * 7
    assert story["case"]["been"][1]["result"]["capacity"] == "unknown", "the feeder has no meter"
    assert story["case"]["state"] == "done"
    assert story["offers"][0]["total"] == "1500.60"
    for language in ("en", "zh"):
        shown = row(f"case show {number} --lang {language}").stdout
        assert "1500.60" in shown and "T1-2019-000001"[3:] in shown
        assert number in row(f"case list --all --lang {language}").stdout
        assert "100.0 %" in row(f"case figures --lang {language}").stdout
        assert "960" in row(f"case plans --lang {language}").stdout
    assert row.json("case list") == []
    figures = {each["step"]: each for each in row.json("case figures")}
    assert figures["application"]["within"] == 0, "it was asked long before"
    assert figures["first_bill"]["ended"] == figures["first_bill"]["within"] == 1


def transfer(row: Row) -> None:
    ask = "case open transfer --applicant party/mill --point m1 --account A-1 --asked 2019-01-02"
    number = row(ask, *BY).stdout.split()[0]
    row(f"case step {number} application", *BY)
    own = f"case step {number} contract --account A-1 --contract K-A-1"
    assert "gives the supply up" in row(own, *BY, code=2).output
    account(row, "A-2", "mill", "2019-01-01")
    row(own.replace("A-1", "A-2"), *BY)
    assert "account move-out" in row(f"case step {number} handover", *BY, code=2).output
    moved = "account move-out A-1 --day 2019-01-03 --to A-2 --reason left --reading m1=3.00"
    row(moved, *BY)
    assert "2019-01-03" in row(f"case step {number} handover", *BY).stdout
    told = row(f"case step {number} final_bill", *BY, code=2).output
    assert "2019-01-02 of m1 is on no issued invoice" in told
    (last,) = bill(row, "2019-01-02", "2019-01-02")
    assert f"final invoice: {last}" in row(f"case step {number} final_bill", *BY).stdout
    assert "bill run" in row(f"case step {number} first_bill", *BY, code=2).output
    (first,) = bill(row, "2019-01-03", "2019-01-03")
    assert f"first invoice: {first}" in row(f"case step {number} first_bill", *BY).stdout


def close(row: Row) -> None:
    ask = "case open closure --applicant account/A-2 --point m1 --account A-2"
    assert "not that of party/harbour" in (
        row(ask.replace("account/A-2", "party/harbour"), *BY, code=2).output
    )
    number = row(ask, *BY).stdout.split()[0]
    row(f"case step {number} application", *BY)
    assert "still pays" in row(f"case step {number} last_reading", *BY, code=2).output
    row("account move-out A-2 --day 2019-01-05 --nobody --reason over --reading m1=5.00", *BY)
    assert "5.00" in row(f"case step {number} last_reading", *BY).stdout
    assert "2019-01-04" in row(f"case step {number} final_bill", *BY, code=2).output
    bill(row, "2019-01-04", "2019-01-04")
    assert "done" in row(f"case step {number} final_bill", *BY).stdout
    assert "does not pay" in row(ask, "--asked", "2019-01-06 09:00", *BY, code=2).output


def test_no_step_ends_before_what_it_is_to_bring_is_there(counter: Row, tmp_path: Path) -> None:
    row = counter
    assert "role" in row(NEW, *ASKED, "--by", "viewer", code=2).output
    unknown = NEW.replace("harbour", "nobody")
    assert "account party KEY FILE" in row(unknown, *ASKED, *BY, code=2).output
    told = row(NEW, *ASKED, *BY).stdout
    number, code = told.split()[0], told.split("code ")[1][:9]
    assert row(NEW, *ASKED, *BY).stdout == told, "the same words again are the same case"
    assert code in row(f"case show {number}").stdout
    survey_and_offer(row, number, tmp_path)
    contract_and_work(row, number)
    row(f"case hand-over {number} --to tina", *BY)
    row(f"case take {number} --by tina")
    row("user add root --name Root --role admin")
    erased = row("user erase tina --by root --name Tina", code=2).output
    assert number in erased, "nobody is forgotten who still owns a case"
    assert "withdrawn" in row(f"case withdraw {number} --reason moved --by tina").stdout
    refused(row, f"case resume {number}", "is over (withdrawn)")
    assert "moved" in row(f"case view {number}").stdout


def refused(row: Row, words: str, why: str, *more: str) -> None:
    assert why in " ".join(row(words, *more, *BY, code=2).output.split()), words


def survey_and_offer(row: Row, number: str, tmp_path: Path) -> None:
    refused(row, f"case step {number} survey", "is at application (application)")
    row(f"case step {number} application", *BY)
    row(f"case wait {number}", "plan missing", *BY)
    assert "customer: plan missing" in row(f"case show {number}").stdout
    assert "applicant" in row(f"case view {number}").stdout
    refused(row, f"case step {number} survey", "waits")
    row(f"case resume {number}", *BY)
    (tmp_path / "plan.pdf").write_bytes(b"%PDF-1.4 a plan")
    row(f"case paper {number} --photo {tmp_path / 'plan.pdf'}", *BY)
    row(f"case step {number} survey --words near", *BY)
    refused(row, f"case step {number} quotation", "case accept")
    refused(row, f"case accept {number}", "case quote")
    refused(row, f"case quote {number} --until {UNTIL}", "behind the point", "--item", "a=1.001")
    refused(row, f"case quote {number} --until 2020-01-01", "is over", "--item", "a=1.00")
    row(f"case quote {number} --until {UNTIL}", "--item", "a=1.00", *BY)
    seen = row.json(f"case view {number}")
    assert (seen["turn"], seen["step"], seen["next_step"]) == ("applicant", "quotation", "contract")
    row(f"case accept {number}", *BY)


def contract_and_work(row: Row, number: str) -> None:
    contract = f"case step {number} contract --account A-1 --contract K-A-1"
    refused(row, contract, "account sign")
    account(row, "A-2", "mill", "2019-01-01")
    refused(row, contract.replace("A-1", "A-2"), "is not that of party/harbour")
    account(row, "A-1", "harbour", "2019-01-01")
    row(contract, *BY)
    refused(row, f"case step {number} work", "case order")
    order = row(f"case order {number} --class normal --by tina").stdout.split()[3]
    refused(row, f"case step {number} work", "is not finished")
    refused(row, f"case order {number} --class normal", "has work order")
    row(f"work cancel {order} --reason rain --by tina")
    other = row(f"case order {number} --class normal --by tina").stdout.split()[3]
    assert other != order
    for act in ("take", "begin", "done"):
        row(f"work {act} {other} --by tina")
    row(f"case step {number} work", *BY)
    refused(row, f"case step {number} commissioning --point m9", "No meter is commissioned")
    row(f"case step {number} commissioning --point m1", *BY)
    refused(row, f"case step {number} first_bill", "bill run")

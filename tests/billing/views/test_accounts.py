"""What issued bills leave in the tables of accounts: days, and the readings that they took."""

from __future__ import annotations

import json
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from uuid import UUID

import pytest

from billing.accounts.account import Supply
from billing.accounts.terms import BasisTerm
from billing.basis.basis import BillingBasis
from billing.views.account_terms import read_contract
from energy.store.migrate import schema_files
from tests.fixtures.accounts import CLERK, YEAR, Yard
from tests.fixtures.postgres import (
    TestSite,
    command,
    database_server,
    new_site,
    site_schema,
)

__all__ = ["database_server", "new_site", "site_schema"]
pytestmark = pytest.mark.servers
JAN, FEB, MAR = date(2019, 1, 1), date(2019, 2, 1), date(2019, 3, 1)
DAY = timedelta(days=1)


@pytest.fixture
def yard(site_schema: TestSite) -> Yard:
    return Yard(site_schema)


def proof_of(yard: Yard, run: UUID) -> list[tuple[str, str]]:
    (draft,) = yard.office.review(run).drafts
    (supply,) = json.loads(draft.document)["supplies"]
    return [(each["opening"]["at"], each["closing"]["at"]) for each in supply["readings"]]


def test_bills_of_a_meter_read_by_hand_follow_each_other_without_gap_or_overlap(
    yard: Yard,
) -> None:
    yard.found()
    channel = yard.site.counter("m1")
    flat = (Path(__file__).parents[2] / "cases" / "quantities" / "tariffs" / "flat.toml").read_text(
        encoding="utf-8"
    )
    yard.office.publish_tariff(flat, command_id=command("flat"), by=None)
    supply = Supply(point="m1", tariff="flat", valid_from=YEAR, valid_to=None)
    yard.office.assign_supply("A", supply, command_id=command("flat"))
    told = command("basis")
    term = BasisTerm(point="m1", basis=BillingBasis.REGISTER, valid_from=YEAR)
    yard.desk.tell(
        "A", lambda known: known.set_basis(term, by=CLERK, command_id=told), command_id=told
    )
    read = [
        datetime(2018, 12, 31, 15, tzinfo=UTC),
        datetime(2019, 2, 2, 10, tzinfo=UTC),
        datetime(2019, 2, 28, 12, tzinfo=UTC),
    ]
    yard.read(channel, *zip(read, (1000, 4210, 5000), strict=True))
    first = yard.issued(JAN, FEB - DAY)
    assert proof_of(yard, first) == [(read[0].isoformat(), read[1].isoformat())]
    rows = yard.site.rows("SELECT point, day, at FROM {s}.billed_reading ORDER BY day")
    assert rows == [("m1", JAN, read[0]), ("m1", FEB, read[1])]
    yard.read(channel, (datetime(2019, 1, 31, 23, tzinfo=UTC), 4100))
    second = yard.issued(FEB, MAR - DAY)
    assert proof_of(yard, second) == [(read[1].isoformat(), read[2].isoformat())]
    for run in (first, second):
        (draft,) = yard.office.review(run).drafts
        assert yard.office.re_rate(draft.invoice).same
    with yard.site.writer.connection() as connection:
        known = read_contract(connection, yard.site.schema, "A")
    assert [(e.first_day, e.last_day) for e in known.billed] == [
        (JAN, FEB - DAY),
        (FEB, MAR - DAY),
    ]
    assert_migrated(yard)


def assert_migrated(yard: Yard) -> None:
    """Assert that what the schema file makes of older bills is what the fold makes of them."""
    (file,) = (each for each in schema_files("site") if each.name == "billing")
    made = file.text[file.text.index("INSERT INTO") :].partition(";")[0]
    folded = yard.site.rows("SELECT * FROM {s}.billed_days ORDER BY first_day")
    with yard.site.writer.connection() as connection:
        connection.execute(f"DELETE FROM {yard.site.schema}.billed_days")
        connection.execute(made.format(schema=yard.site.schema).encode())
    assert yard.site.rows("SELECT * FROM {s}.billed_days ORDER BY first_day") == folded
    assert len(folded) == 2

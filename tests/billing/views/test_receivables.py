"""A site whose invoices were issued before there were open items has them all the same."""

from __future__ import annotations

from datetime import date

import pytest

from energy.store.migrate import schema_files
from tests.billing.till import Till
from tests.billing.tills import till

__all__ = ["till"]
pytestmark = pytest.mark.servers
TABLES = ("open_item", "account_movement", "billed_part", "ledger_entry", "ledger_posting")
BEGIN, END = "-- What was issued and folded before", "GRANT SELECT ON"


def rows(till: Till) -> dict[str, list[tuple[object, ...]]]:
    with till.town.database.connection() as connection:
        return {
            table: connection.execute(
                f"SELECT * FROM {till.town.site.schema}.{table} ORDER BY 1, 2".encode()
            ).fetchall()
            for table in TABLES
        }


def test_what_was_issued_before_these_tables_is_taken_up_as_it_would_be_folded(till: Till) -> None:
    till.issue("A-b1", "100.00", dated=date(2019, 2, 1), tax="20.00")
    till.issue("A-b2", "50.00", dated=date(2019, 2, 3), utility="water")
    till.issue("A-b2", "0.00", dated=date(2019, 2, 4))
    folded = rows(till)
    (file,) = [each for each in schema_files("site") if each.name == "billing"]
    text = file.text[file.text.index(BEGIN) : file.text.rindex(END)]
    schema = till.town.site.schema
    with till.town.database.connection() as connection:
        for table in TABLES:
            connection.execute(f"DELETE FROM {schema}.{table}".encode())
        begin = text[: text.index(END)] if END in text else text
        connection.execute(begin.replace("{schema}", schema).encode())
        connection.commit()
    assert rows(till) == folded
    assert len(folded["ledger_posting"]) == 5

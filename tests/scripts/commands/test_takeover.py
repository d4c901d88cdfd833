"""`takeover` as two people type it: template, check, load, sign, compare, release."""

from __future__ import annotations

import json
from datetime import UTC, datetime
from decimal import Decimal
from pathlib import Path

import pytest

from billing.money import round_half_up
from billing.takeover.bills import Bill, bills_of
from billing.takeover.sheets import Sheet
from tests.billing.takeover.workbooks import Rows, filled, meters_only, saved, stated
from tests.billing.town import Town
from tests.fixtures.postgres import new_site
from tests.scripts.commands.test_readings import Row, row

__all__ = ["new_site", "row"]
pytestmark = pytest.mark.servers
OFFSET = 10
HEAD = "account,from,to,utility,quantity,unit,net,tax,total"


@pytest.fixture
def town(row: Row) -> Town:
    """The town of the billing tests, metered in January, without an account."""
    row.site.clock.move_to(datetime(2019, 2, 1, 9, tzinfo=UTC))
    town = Town(row.site.writer, row.site.site.key, row.site.clock)
    meters_only(town, OFFSET)
    town.read(channels=tuple(range(OFFSET + 1, OFFSET + 5)))
    town.catch_up()
    return town


def by_intervals() -> Rows:
    """Return a workbook all of whose points are billed by intervals."""
    rows = filled(OFFSET)
    for each in rows[Sheet.CONTRACTS]:
        each["basis"] = "intervals"
    rows[Sheet.READINGS] = []
    return stated(rows)


def row_of(bill: Bill, more: Decimal = Decimal(0)) -> str:
    days = f"{bill.first_day},{bill.last_day}"
    sums = f"{bill.net + more},{bill.tax},{bill.total + more}"
    quantity = round_half_up(bill.quantity, 6)
    return f"{bill.account},{days},{bill.utility},{quantity},{bill.unit},{sums}"


def test_a_site_is_taken_over_compared_and_released(row: Row, town: Town, tmp_path: Path) -> None:
    assert "template" in row("takeover show").stdout
    empty = tmp_path / "empty.xlsx"
    row("takeover template", str(empty))
    assert "nothing" in row("takeover check", str(empty), code=1).stdout
    file = saved(by_intervals(), tmp_path / "w.xlsx")
    assert row.json("takeover check", str(file))["problem_count"] == 0
    load = row.json("takeover load", str(file), "--by", "clerk")
    row("takeover sign", load["sha256"][:8], "--by", "clerk", code=2)
    row("takeover load", str(file), "--by", "approver", code=2)
    told = row("takeover sign", load["sha256"][:8], "--by", "approver").stdout
    assert "parallel run has begun" in told
    shown = row("takeover show").stdout
    assert "R/2018/4709" in shown and "no invoice is issued" in shown
    row("bill run --from 2019-01-01 --to 2019-01-03 --by clerk")
    run = row.json("bill show")["rows"][0]["key"]
    rows = row.json("bill show --run", run)["rows"]
    documents = [row.json("bill show", each["invoice"]) for each in rows]
    bills = [bill for document in documents for bill in bills_of(document)]
    assert {bill.utility for bill in bills} == {"electricity", "gas"}
    old = tmp_path / "old.csv"
    old.write_text("\n".join([HEAD, *map(row_of, bills)]), encoding="utf-8")
    same = row("takeover compare", run, str(old), "--by", "clerk").stdout
    assert "Nothing differs but rounding" in same
    differing = [HEAD, *map(row_of, bills[1:-1]), row_of(bills[-1], Decimal("7.50"))]
    old.write_text("\n".join(differing), encoding="utf-8")
    book = tmp_path / "c.xlsx"
    words = (run, str(old), "--xlsx", str(book), "--by", "clerk")
    found = row.json("takeover compare", *words, code=1)
    assert book.stat().st_size > 0
    only = str(bills[0].total)
    assert found["causes"] == {"only_ours": only, "price": "-9.00", "tax": "1.50"}
    assert Decimal(found["difference"]) == bills[0].total - Decimal("7.50")
    table = row("--lang zh takeover compare", *words, code=1).stdout
    assert "仅 Meterline 有" in table
    row("bill approve", run, "--accept-rest", "--by", "approver")
    assert "parallel run" in row("bill issue", run, "--by", "clerk", code=2).output
    why = ("--reason", "the first bill is new")
    row("takeover release", found["sha256"], *why, "--by", "clerk", code=2)
    row("takeover release", "0000", *why, "--by", "approver", code=2)
    row("takeover release", found["sha256"][:12], *why, "--by", "approver")
    row("takeover release", found["sha256"][:12], *why, "--by", "approver")
    assert "can be issued" in row("takeover show").stdout
    numbers = row.json("bill issue", run, "--by", "clerk")["numbers"]
    assert numbers == ["CAM-2019-004711", "CAM-2019-004712"]
    assert json.loads(row("takeover show --json").stdout)["takeover"]["parallel"] is False


def test_a_workbook_with_faults_is_told_and_one_given_up_is_gone(
    row: Row, town: Town, tmp_path: Path
) -> None:
    rows = by_intervals()
    rows[Sheet.RECEIVABLES][0]["amount"] = 1.0
    file = saved(rows, tmp_path / "w.xlsx")
    told = row("takeover check", str(file), code=1).stdout
    assert "[control totals]" in told and "adds up to 301.3" in told
    assert "合计 301.3" in row("--lang zh takeover check", str(file), code=1).stdout
    row("takeover load", str(file), "--by", "clerk", code=1)
    row("takeover check", str(tmp_path / "none.xlsx"), code=2)
    load = row.json("takeover load", str(saved(by_intervals(), file)), "--by", "clerk")
    row("takeover drop", load["sha256"][:8], "--reason", "wrong", "--by", "clerk")
    row("takeover sign", load["sha256"][:8], "--by", "approver", code=2)

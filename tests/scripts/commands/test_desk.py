"""A day at the cash desk by the command row: customers, receipts, cards, the cash-up."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.fixtures.postgres import new_site
from tests.scripts.commands.test_readings import Row, row

__all__ = ["new_site", "row"]
pytestmark = pytest.mark.servers


def test_nothing_is_prepaid_yet(row: Row, tmp_path: Path) -> None:
    assert row.json("prepaid list") == []
    assert row.json("prepaid cards") == []
    assert row.json("prepaid sales") == []
    assert row.json("prepaid orders --all") == []
    assert row.json("prepaid warnings") == []
    assert row.json("prepaid protected") == []
    assert row.json("desk list") == []
    assert row.json("prepaid rules")["warn_days"] == [7, 3, 1]
    assert row.json("prepaid year 2019") == {
        "year": 2019,
        "stated": False,
        "off": [],
        "working": [],
    }
    refused = row("prepaid balance A-1", code=2).output
    assert "prepaid.not_prepaid" in refused
    assert "不是预付费账户" in row("prepaid balance A-1 --lang zh", code=2).output
    refused = row("prepaid rules --night 25:00-08:00 --by approver", code=2).output
    assert "18:00-08:00" in refused


def test_a_shift_without_sales_is_opened_shown_and_closed(row: Row, tmp_path: Path) -> None:
    assert "MAIN/1" in row("desk open --desk MAIN --change 100 --by clerk").stdout
    shown = row.json("desk shift --desk MAIN")
    assert (shown["state"], shown["expected"]["cash"]) == ("open", "100.00")
    assert "应有" in row("desk shift --desk MAIN --lang zh").stdout
    refused = row("desk cash-up --desk MAIN --count fifty --by clerk", code=2).output
    assert "--count 50=3" in refused
    left = row.json("desk cash-up --desk MAIN --count 50=1 --by clerk", code=1)
    assert left["differences"] == {"cash": "-50.00"}
    row("desk resume --desk MAIN --reason again --by clerk")
    done = row.json("desk cash-up --desk MAIN --count 50=2 --by clerk")
    assert (done["state"], done["differences"]) == ("closed", {})
    sheet = tmp_path / "sheet.pdf"
    row("desk shift --desk MAIN --pdf", str(sheet))
    assert sheet.read_bytes().startswith(b"%PDF")
    assert row.json("desk list")[0]["state"] == "closed"

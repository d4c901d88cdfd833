"""Every folder of tests/cases/bills is billed, readings to page, as its by_hand.md says."""

from __future__ import annotations

import json
from collections.abc import Callable
from datetime import UTC, datetime, time
from pathlib import Path
from zoneinfo import ZoneInfo

import pytest

from energy.store.pool import Database
from tests.bills.bill_case import CASES, BillCase, document_of
from tests.fixtures.postgres import TestSite

pytestmark = pytest.mark.servers


@pytest.mark.parametrize("folder", CASES, ids=lambda each: each.name)
def test_a_bill_is_what_a_clerk_works_out_by_hand(
    new_site: Callable[..., TestSite], directory: Database, folder: Path, tmp_path: Path
) -> None:
    del directory  # the site is founded there; emptied afterwards
    case = document_of(folder)
    begun = datetime.combine(case["first_day"], time(), ZoneInfo(case["zone"]))
    site = new_site(case["zone"], at=begun.astimezone(UTC))
    expected = json.loads((folder / "expected.json").read_text(encoding="utf-8"))
    assert BillCase(site, folder, tmp_path).told() == expected

"""A field of the toolbar changes one thing of the address and leaves the rest."""

from __future__ import annotations

from datetime import date

import pytest

from dashboards.components.toolbar import BESIDE, COMPARE, FROM, PLACE, UNTIL, UTILITY, WHOLE_SITE
from dashboards.pages.picking import picked

TODAY = date(2026, 7, 15)
MAY = "?span=month&at=2026-05-01&place=b1"


@pytest.mark.parametrize(
    ("search", "field", "value", "wanted"),
    [
        (MAY, FROM, "2026-05-01", MAY),
        (MAY, FROM, "2026-05-03", "?span=free&at=2026-05-03&until=2026-05-31&place=b1"),
        (MAY, UNTIL, "2026-04-03", "?span=free&at=2026-04-03&until=2026-05-01&place=b1"),
        (MAY, UNTIL, None, MAY),
        (MAY, FROM, "yesterday", MAY),
        (MAY, PLACE, WHOLE_SITE, "?span=month&at=2026-05-01"),
        (MAY, PLACE, "../x", "?span=month&at=2026-05-01"),
        ("", PLACE, "b2", "?place=b2"),
        ("", UTILITY, "gas", "?utility=gas"),
        ("", UTILITY, "love", ""),
        ("", COMPARE, "year", "?compare=year"),
        ("?compare=year", COMPARE, "none", ""),
        ("?compare=place", BESIDE, "b2", "?compare=place&beside=b2"),
        ("?compare=place&beside=b2", COMPARE, "plan", "?compare=plan"),
    ],
)
def test_a_field_changes_its_part(search: str, field: str, value: str | None, wanted: str) -> None:
    assert picked(search, TODAY, field, value) == wanted

"""Opening hours of the place that holds a point, or of one above it, as known then."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest

from energy.views.shares.bearers import opening_hours
from tests.fixtures.postgres import TestSite
from tests.fixtures.shares import Mall

pytestmark = pytest.mark.servers
HOURS = """
[[hours]]
place = "b1"
valid_from = 2019-01-01
week = { mon-fri = ["08:00-18:00"] }
"""


def test_a_point_opens_with_its_place_and_a_site_without_hours_says_nothing(
    site_schema: TestSite,
) -> None:
    mall = Mall(site_schema)
    mall.found(place="b1")
    before = site_schema.mark("before")
    site_schema.project()

    def hours(as_of: int | None = None) -> object:
        with site_schema.writer.connection() as connection:
            return opening_hours(connection, site_schema.schema, "lobby", as_of=as_of)

    assert hours() is None
    mall.define(HOURS)
    assert hours(as_of=before) is None
    found = hours()
    assert found is not None
    zone = site_schema.site.zone
    assert found.is_open(datetime(2019, 1, 2, 9, tzinfo=UTC), zone)  # type: ignore[attr-defined]
    assert not found.is_open(datetime(2019, 1, 5, 9, tzinfo=UTC), zone)  # type: ignore[attr-defined]

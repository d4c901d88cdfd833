"""Every table of a site is a view with a name to rebuild it by, or known to be none."""

from __future__ import annotations

from zoneinfo import ZoneInfo

import pytest

from energy.base.errors import RefusedError
from energy.store.sites import Site
from energy.views.rebuild import METERING_TABLES, chosen_tables, metering_group
from processes.view_rebuild import groups_of, known_views
from tests.fixtures.postgres import TestSite

SITE = Site(key="x", name="x", zone=ZoneInfo("Europe/London"), currency="GBP", language="en")
NO_VIEWS = {
    *("journal_head", "metering_events", "operations_events", "books_events"),
    *("follower", "parked", "attachment", "seal", "seal_head", "archive_segment"),
    *("communication", "source_claim", "laptop_command", "laptop_pack"),
    *("notice_claim", "notice_receipt"),
}
"""What a rebuild never exchanges: the journal, its seal, files, positions, and what is now."""


@pytest.mark.servers
def test_every_table_of_a_site_belongs_to_a_view_or_is_none(site_schema: TestSite) -> None:
    rows = site_schema.rows(
        "SELECT relname FROM pg_class WHERE relnamespace = '{s}'::regnamespace "
        "AND relkind IN ('r', 'p') AND NOT relispartition"
    )
    folded = [table for group in groups_of(SITE).values() for table in group.tables]
    assert len(folded) == len(set(folded))
    assert {row[0] for row in rows} == set(folded) | NO_VIEWS


def test_usage_is_rebuilt_with_what_is_derived_from_it() -> None:
    tables = chosen_tables(metering_group(SITE.zone), "usage")
    assert set(tables) > {*METERING_TABLES["usage"], "usage_month", "demand_day"}
    assert "reading" not in tables


def test_an_unknown_view_is_refused_with_the_known_ones() -> None:
    with pytest.raises(RefusedError, match="registry, reading, usage"):
        chosen_tables(metering_group(SITE.zone), "reeding")
    assert len(known_views(SITE)) == len(set(known_views(SITE)))

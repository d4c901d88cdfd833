"""A day is adjusted once, and by the usage that it has."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from fractions import Fraction
from pathlib import Path

import pytest
from psycopg.types.json import Jsonb

from energy.metering.calibration.following import FOLLOWS
from energy.store.pool import Database
from energy.views.adjustments import read_adjustments
from energy.views.registry import load_channels
from processes.meter_life.adjust import (
    AdjustmentError,
    Asked,
    approve_adjustment,
    draft_adjustment,
    propose_adjustment,
)
from processes.technician_site import SiteDesk
from tests.fixtures.postgres import TestSite
from tests.processes.meter_life import test_acts as acts

pytestmark = pytest.mark.servers


@pytest.fixture
def desk(site_schema: TestSite, directory: Database, tmp_path: Path) -> SiteDesk:
    """The desk of a site with two points that count both ways; nothing serves the second."""
    return acts.two_way_desk(site_schema, tmp_path)


def test_a_day_is_adjusted_once_and_by_the_usage_it_has(
    desk: SiteDesk, site_schema: TestSite
) -> None:
    site = site_schema
    acts.quarters(site, 0, 360, imported=0, exported=500)
    site.project()
    with site.writer.connection() as connection:
        channel = load_channels(connection, site.schema)[1]

    def proposed(percent: int) -> str:
        asked = Asked(first=acts.DAY, last=acts.DAY, error=Fraction(percent))
        draft = draft_adjustment(site.writer, site.site, channel, asked)
        return propose_adjustment(
            desk.system, site.site, draft, reason=f"{percent} %", by=acts.CLERK
        ).hex

    five, six, stale = proposed(-5), proposed(-6), proposed(-7)
    acts.quarters(site, 375, 400, imported=375, exported=500)
    with pytest.raises(AdjustmentError, match=f"changed since.*meter reject {stale[:8]}"):
        approve_adjustment(desk.system, site.site, stale, by=acts.CHIEF)
    fresh = proposed(-5), proposed(-6)
    assert approve_adjustment(desk.system, site.site, fresh[0], by=acts.CHIEF).state == "approved"
    again = approve_adjustment(desk.system, site.site, fresh[0], by=acts.CHIEF)
    assert again.total == sum(acts.adjusted(site, None).values())
    for other in (fresh[1], five, six):
        with pytest.raises(AdjustmentError, match=f"{fresh[0][:8]} already adds"):
            approve_adjustment(desk.system, site.site, other, by=acts.CHIEF)
    assert acts.adjusted(site, None) == {acts.DAY: again.total}


def test_what_was_decided_for_good_in_the_past_stays_and_what_follows_the_usage_follows(
    desk: SiteDesk, site_schema: TestSite
) -> None:
    site = site_schema
    acts.quarters(site, 0, 360, imported=0, exported=500)
    site.project()
    with site.writer.connection() as connection:
        channel = load_channels(connection, site.schema)[1]
    asked = Asked(first=acts.DAY, last=acts.DAY, error=Fraction(-20))
    draft = draft_adjustment(site.writer, site.site, channel, asked)
    assert draft.days == {acts.DAY: 900}  # 3600 Wh x 20 / 80
    name = propose_adjustment(desk.system, site.site, draft, reason="slow", by=acts.CLERK)
    with site.writer.connection() as connection:
        (row,) = read_adjustments(connection, site.schema)
    approve_adjustment(desk.system, site.site, name.hex, by=acts.CHIEF)
    then = desk.metering.position()
    acts.quarters(site, 375, 390, imported=375, exported=500)
    site.project()
    assert acts.adjusted(site, None) == {acts.DAY: 975}  # 3900 Wh x 20 / 80
    assert acts.adjusted(site, then) == {acts.DAY: 900}, "as known then"
    old = {key: value for key, value in row.basis.items() if key not in FOLLOWS}
    with site.writer.connection() as connection:
        connection.execute(
            f"UPDATE {site.schema}.adjustment SET basis = %s".encode(), (Jsonb(old),)
        )
    assert acts.adjusted(site, None) == {acts.DAY: 900}, "said before decisions followed"


def test_of_two_approvals_at_once_one_counts(desk: SiteDesk, site_schema: TestSite) -> None:
    site = site_schema
    acts.quarters(site, 0, 360, imported=0, exported=500)
    site.project()
    with site.writer.connection() as connection:
        channel = load_channels(connection, site.schema)[1]
    names = []
    for percent in (-5, -6):
        asked = Asked(first=acts.DAY, last=acts.DAY, error=Fraction(percent))
        draft = draft_adjustment(site.writer, site.site, channel, asked)
        names.append(
            propose_adjustment(desk.system, site.site, draft, reason="x", by=acts.CLERK).hex
        )

    def approved(name: str) -> bool:
        try:
            approve_adjustment(desk.system, site.site, name, by=acts.CHIEF)
        except AdjustmentError:
            return False
        return True

    with ThreadPoolExecutor(2) as pool:
        assert sorted(pool.map(approved, names)) == [False, True]

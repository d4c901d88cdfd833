"""Silences and tests of the sound in the journal, and what the tables tell of them."""

from __future__ import annotations

from datetime import timedelta
from typing import Any
from uuid import UUID, uuid4

import pytest

from energy.alerting.raising import Raising
from energy.alerting.sounding.desk import SoundDesk
from energy.alerting.sounding.errors import SoundError
from energy.alerting.sounding.reads import SilenceRow, read_silence, read_tests
from tests.energy.alerting.test_raising import alert_of, signal
from tests.energy.alerting.test_views import act, folded
from tests.fixtures.postgres import NOON, TestSite, command
from tests.fixtures.rebuild import rebuilt

pytestmark = pytest.mark.servers
ADA, BEN = UUID(int=1), UUID(int=2)
MINUTE = timedelta(minutes=1)


def desk(site: TestSite) -> SoundDesk:
    return SoundDesk(site.writer, site.site.key, site.schema, site.clock)


def silence(site: TestSite) -> SilenceRow:
    folded(site)
    with site.writer.connection() as connection:
        found = read_silence(connection, site.schema)
    assert found is not None
    return found


def raise_(site: TestSite, n: int, **told: Any) -> None:
    Raising(site.writer, site.schema, site.clock).take([signal(n, **told)])


def test_a_silence_ends_by_itself_and_never_by_an_alert_before_it(site_schema: TestSite) -> None:
    site = site_schema
    raise_(site, 1, severity="critical")
    desk(site).silence(10, by=ADA, command_id=command("silence"))
    desk(site).silence(10, by=ADA, command_id=command("silence"))
    found = silence(site)
    assert (found.ends_at - found.begins_at, found.by) == (10 * MINUTE, ADA)
    assert found.lasts(found.begins_at + 9 * MINUTE)
    assert not found.lasts(found.ends_at)
    act(site, 1, "acknowledge", by=BEN)
    raise_(site, 2, severity="high")
    assert silence(site).lasts(found.begins_at)


def test_a_critical_alert_since_its_begin_ends_a_silence_for_good(site_schema: TestSite) -> None:
    site = site_schema
    desk(site).silence(10, by=ADA, command_id=command("silence"))
    raise_(site, 1, severity="critical")
    assert silence(site).broken
    act(site, 1, "acknowledge", by=BEN)
    assert silence(site).broken
    desk(site).silence(5, by=BEN, command_id=command("another"))
    found = silence(site)
    assert (found.by, found.broken) == (BEN, False)


def test_an_expected_critical_alert_ends_no_silence(site_schema: TestSite) -> None:
    site = site_schema
    desk(site).silence(10, by=ADA, command_id=command("silence"))
    raise_(site, 1, severity="critical")
    act(site, 1, "suppress", why="outage", reference="x")
    assert not silence(site).broken


def test_a_person_ends_a_silence(site_schema: TestSite) -> None:
    site = site_schema
    with pytest.raises(SoundError, match="not silent"):
        desk(site).resume(by=BEN, command_id=uuid4())
    desk(site).silence(10, by=ADA, command_id=uuid4())
    desk(site).resume(by=BEN, command_id=uuid4())
    assert silence(site).ended_at is not None


def test_the_tests_that_count_are_the_newest_and_a_rebuild_says_the_same(
    site_schema: TestSite,
) -> None:
    site = site_schema
    for n, screen in enumerate(("desk/North", "wall/Hall", "desk/North")):
        desk(site).begin_test(screen, by=ADA, command_id=command("begin", n))
        desk(site).begin_test(screen, by=ADA, command_id=command("begin", n))
    desk(site).silence(10, by=ADA, command_id=uuid4())
    folded(site)
    ((first,),) = site.rows("SELECT test FROM {s}.sound_test WHERE screen LIKE 'wall%%'")
    desk(site).hear(first, by=BEN, command_id=uuid4())
    with pytest.raises(SoundError, match="no such"):
        desk(site).hear(alert_of(1), by=BEN, command_id=uuid4())
    before = told(site)
    assert [(each.screen, each.heard_by) for each in before] == [
        ("desk/North", None),
        ("wall/Hall", BEN),
    ]
    rows = site.rows("SELECT * FROM {s}.alarm_silence"), site.rows("SELECT * FROM {s}.sound_test")
    assert (len(rows[0]), len(rows[1])) == (1, 3)
    rebuilt(site, "sound")
    assert told(site) == before


def told(site: TestSite) -> list[Any]:
    folded(site)
    with site.writer.connection() as connection:
        return read_tests(connection, site.schema, NOON - timedelta(days=1))

"""Every journal of a database, verified, after a restore or an upgrade."""

from __future__ import annotations

from datetime import timedelta
from uuid import uuid4

import pytest

from energy.journal.survey import JournalFound, survey
from energy.metering.reading import Reading
from energy.store.server_settings import SUPERUSER
from tests.fixtures.postgres import NOON, TestSite

pytestmark = pytest.mark.servers


def journals_of(site: TestSite) -> dict[str, JournalFound]:
    found = survey(site.server.dsn(SUPERUSER), streams=[site.spooler.stream])
    return {each.application: each for each in found.journals if each.schema == site.schema}


def test_every_journal_is_found_with_its_last_position_and_batch(site_schema: TestSite) -> None:
    for n in range(3):
        site_schema.accept(Reading(channel=1, at=NOON + timedelta(hours=n), count=n))
    found = survey(site_schema.server.dsn(SUPERUSER), streams=[site_schema.spooler.stream, uuid4()])
    assert found.journals[0].schema == "directory"
    assert dict(found.batches) == {site_schema.spooler.stream: 3}
    assert found.last_replayed_at is None
    journals = journals_of(site_schema)
    assert set(journals) == {"metering", "operations", "books"}
    metering = journals["metering"]
    assert (metering.position, metering.broken_at) == (3, None)
    assert metering.learned_at == NOON + timedelta(hours=2)
    assert (journals["books"].position, journals["books"].learned_at) == (0, None)


def test_a_row_that_is_gone_is_named_by_its_position(site_schema: TestSite) -> None:
    for n in range(3):
        site_schema.accept(Reading(channel=1, at=NOON + timedelta(hours=n), count=n))
    with site_schema.server.superuser() as connection:
        connection.execute(
            f"DELETE FROM {site_schema.schema}.metering_events WHERE notification_id = 2".encode()
        )
    metering = journals_of(site_schema)["metering"]
    assert metering.broken_at == 2
    assert metering.reason

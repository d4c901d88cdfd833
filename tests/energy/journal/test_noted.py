from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest

from energy.base.errors import JournalError
from energy.journal.noted import NOTED_TOPIC, Notes, decode_noted
from energy.journal.verify import verify
from energy.metering.note import note
from tests.fixtures.postgres import TestSite

pytestmark = pytest.mark.servers
AT = datetime(2019, 1, 1, tzinfo=UTC)


def test_a_note_is_one_entry_however_often_it_is_sent_and_one_finding(
    site_schema: TestSite,
) -> None:
    door = Notes(site_schema.writer, site_schema.schema, site_schema.clock)
    one = note("spool.thinned", AT, AT + timedelta(hours=1), source="bus", proof={"readings": 9})
    two = note("collector.was_down", AT, AT)
    assert door.take([one]) == 1
    assert door.take([one, two, one]) == 1
    assert door.take([]) == 0
    states = site_schema.rows(
        "SELECT state FROM {s}.metering_events WHERE topic = %s ORDER BY notification_id",
        NOTED_TOPIC,
    )
    assert [decode_noted(bytes(state)).note for (state,) in states] == [one, two]
    site_schema.project()
    found = site_schema.rows(
        "SELECT code, severity, channel, proof->>'source', proof->>'readings' FROM {s}.finding "
        "ORDER BY position"
    )
    assert found == [
        ("spool.thinned", "warn", 0, "bus", "9"),
        ("collector.was_down", "warn", 0, "", None),
    ]
    with site_schema.writer.connection() as connection:
        assert verify(connection, site_schema.schema, "metering").chain_ok


def test_a_damaged_entry_is_named() -> None:
    with pytest.raises(JournalError, match=r"collector\.noted"):
        decode_noted(b"{}")

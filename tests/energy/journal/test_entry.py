"""Every kind of entry tells its readings through one function."""

from __future__ import annotations

from typing import Any
from uuid import UUID

import pytest

from energy.base.clock import to_us
from energy.base.errors import JournalError
from energy.base.ids import id_of
from energy.base.quality import Quality
from energy.journal.application import EventDecoder
from energy.journal.entry import (
    BATCH_TOPIC,
    CORRECTED_TOPIC,
    ENTERED_TOPIC,
    ESTIMATED_TOPIC,
    MARK_TOPIC,
    RETRIED_TOPIC,
    Entry,
    encode_batch,
    readings_of,
    told_by,
    unwrapped,
)
from energy.metering.correction import Correction, DisplayReadings, Estimate, proposed
from energy.metering.decision import RetriedEntry
from tests.fixtures.batches import MIDNIGHT, Spooler, reading

WHO, COMMAND = id_of("test person", "x"), id_of("test command", "x")
ROWS = [[to_us(MIDNIGHT), 7], [to_us(MIDNIGHT) + 1, 8]]


def entry_of(aggregate: Any, position: int = 9) -> Entry:
    """Return an aggregate's last event as the journal keeps it."""
    stored = EventDecoder()._mapper.to_stored_event(aggregate.collect_events()[-1])
    return Entry(
        position=position,
        stream=UUID(str(stored.originator_id)),
        version=stored.originator_version,
        topic=stored.topic,
        state=stored.state,
    )


def statements() -> list[tuple[str, Quality, Any]]:
    correction = proposed(3, ROWS, reason="r", evidence=[], by=WHO, command_id=COMMAND)
    correction.approve(by=COMMAND, now=MIDNIGHT, command_id=COMMAND)
    common: dict[str, Any] = {
        "channel": 3,
        "readings": ROWS,
        "learned_us": to_us(MIDNIGHT),
        "stated_by": WHO,
        "command_id": COMMAND,
    }
    return [
        (CORRECTED_TOPIC, Quality.CORRECTED, correction),
        (ESTIMATED_TOPIC, Quality.ESTIMATED, Estimate(method="m", inputs={}, **common)),
        (ENTERED_TOPIC, Quality.MANUAL, DisplayReadings(note="", **common)),
    ]


@pytest.mark.parametrize(("topic", "quality", "aggregate"), statements())
def test_a_statement_tells_its_readings(topic: str, quality: Quality, aggregate: Any) -> None:
    entry = entry_of(aggregate)
    assert entry.topic == topic
    told = told_by(entry)
    assert told is not None
    assert (told.learned_us, told.source) == (to_us(MIDNIGHT), None)
    assert [(r.channel, to_us(r.at), r.count, r.quality) for r in told.readings] == [
        (3, at_us, count, quality) for at_us, count in ROWS
    ]


def test_a_proposal_tells_no_readings() -> None:
    proposal = proposed(3, ROWS, reason="r", evidence=[], by=WHO, command_id=COMMAND)
    entry = entry_of(proposal)
    assert entry.topic == Correction.Created.TOPIC
    assert readings_of(entry) is None


def test_a_retried_entry_holds_what_was_parked_at_its_own_position() -> None:
    batch = Spooler().batch([reading(3, 15, 7)])
    parked = Entry(
        position=4,
        stream=batch.stream,
        version=batch.sequence,
        topic=BATCH_TOPIC,
        state=encode_batch(batch, 5),
    )
    retried = entry_of(
        RetriedEntry(
            positions=[4],
            stream=str(parked.stream),
            version=parked.version,
            topic=parked.topic,
            state=parked.state.hex(),
            reason="mended",
            decided_by=WHO,
            command_id=COMMAND,
        ),
        position=12,
    )
    assert retried.topic == RETRIED_TOPIC
    inner = unwrapped(retried)
    assert (inner.position, inner.stream, inner.state) == (12, parked.stream, parked.state)
    told = told_by(retried)
    assert told is not None
    assert (list(told.readings), told.learned_us, told.source) == (
        [reading(3, 15, 7)],
        5,
        "modbus-1",
    )


@pytest.mark.parametrize("topic", [CORRECTED_TOPIC, RETRIED_TOPIC, BATCH_TOPIC])
def test_a_damaged_entry_is_named(topic: str) -> None:
    entry = Entry(position=9, stream=WHO, version=1, topic=topic, state=b"{")
    with pytest.raises(JournalError, match="does not decode"):
        told_by(entry)


def test_a_mark_tells_no_readings() -> None:
    entry = Entry(position=9, stream=WHO, version=1, topic=MARK_TOPIC, state=b"{}")
    assert readings_of(entry) is None
    assert unwrapped(entry) is entry

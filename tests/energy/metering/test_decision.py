"""Decisions have ids of their subject: one finding, one parked entry, one decision."""

from __future__ import annotations

from energy.base.ids import id_of
from energy.metering.decision import DismissedEntry, RetriedEntry

WHO, COMMAND = id_of("test person", "x"), id_of("test command", "x")


def test_a_parked_entry_is_either_retried_or_dismissed() -> None:
    retried = RetriedEntry(
        positions=[4],
        stream=str(WHO),
        version=1,
        topic="readings.recorded",
        state="00",
        reason="mended",
        decided_by=WHO,
        command_id=COMMAND,
    )
    dismissed = DismissedEntry(
        positions=[4], reason="a test bench", decided_by=WHO, command_id=COMMAND
    )
    assert retried.id == dismissed.id

"""In: a journal entry of any kind. Out: when the journal learned it. Pure."""

from __future__ import annotations

from datetime import datetime

from energy.base.errors import JournalError
from energy.journal.application import EventDecoder
from energy.journal.entry import (
    BATCH_TOPIC,
    MARK_TOPIC,
    Entry,
    decode_batch,
    decode_mark,
)
from energy.journal.imported import IMPORTED_TOPIC, decode_imported
from energy.journal.noted import NOTED_TOPIC, decode_noted
from energy.journal.refused import REFUSED_TOPIC, decode_refused

_DECODER = EventDecoder()


def learned_at(entry: Entry) -> datetime | None:
    """Return when the journal learned an entry; None when the entry does not tell.

    Args:
        entry: Any entry; one that does not decode is somebody else's to report.
    """
    try:
        match entry.topic:
            case str() as topic if topic == BATCH_TOPIC:
                return decode_batch(entry.state).learned_at
            case str() as topic if topic == MARK_TOPIC:
                return decode_mark(entry.state).learned_at
            case str() as topic if topic == REFUSED_TOPIC:
                return decode_refused(entry.state).learned_at
            case str() as topic if topic == NOTED_TOPIC:
                return decode_noted(entry.state).learned_at
            case str() as topic if topic == IMPORTED_TOPIC:
                return decode_imported(entry.state).learned_at
            case _:
                return _event_at(entry)
    except JournalError:
        return None


def _event_at(entry: Entry) -> datetime | None:
    try:
        at = _DECODER.decode(entry).timestamp
    except Exception:  # noqa: BLE001 - the library raises what it likes; the follower parks it
        return None
    return at if isinstance(at, datetime) else None

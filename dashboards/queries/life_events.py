"""In: entries of the journal about a metering point. Out: who did what, and why. Pure."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from datetime import datetime
from typing import Any
from uuid import UUID

from dashboards.queries.life_rows import JournalRow

ACTORS = ("proposed_by", "approved_by", "rejected_by", "stated_by", "resolved_by", "by")
"""Fields that name who acted, over all events of meters and their readings."""
REASONS = ("reason", "note", "method", "certificate")
ROLES = ("technician", "witness")
OpenName = Callable[[UUID, str], str]


def actor_of(event: object) -> UUID | None:
    """Return who acted, None where the event does not say by id."""
    found = (getattr(event, name, None) for name in ACTORS)
    return next((each for each in found if isinstance(each, UUID)), None)


def documents_of(event: object) -> set[str]:
    """Return the SHA-256 of every document that an event names, in hex."""
    record: Mapping[str, Any] = getattr(event, "record", None) or {}
    named = {str(photo["sha256"]) for photo in record.get("photos", ())}
    named |= set(getattr(event, "sheets", ()))
    certificate = getattr(event, "certificate", "")
    return named | ({certificate} if certificate else set())


def journal_row(
    position: int, topic: str, event: Any, names: Mapping[UUID, str], open_name: OpenName
) -> JournalRow:
    """Return an entry as people read it.

    Args:
        position: Its place in the journal.
        topic: Its lasting name.
        event: What it decodes to.
        names: Names of people by id; an erased one is "?".
        open_name: Opens a name that the event itself has sealed.
    """
    holds_from = getattr(event, "at", None) or getattr(event, "start", None)
    person = actor_of(event)
    by = names.get(person, "?") if person else _signed(event, open_name)
    reasons = (str(getattr(event, name, "") or "") for name in REASONS)
    return JournalRow(
        topic=topic,
        at=event.timestamp,
        holds_from=holds_from if isinstance(holds_from, datetime) else None,
        by=by,
        reason=next((each for each in reasons if each), ""),
        position=position,
    )


def _signed(event: object, open_name: OpenName) -> str:
    """Return the people who signed the record of an act."""
    record: Mapping[str, Any] = getattr(event, "record", None) or {}
    sealed = [record[role] for role in ROLES if isinstance(record.get(role), Mapping)]
    names = (open_name(UUID(one["person"]), one["name_sealed"]) for one in sealed)
    return ", ".join(name or "?" for name in names)

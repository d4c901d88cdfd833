"""In: a command of a laptop in review, a person's decision. Out: it done, or refused. I/O."""

from __future__ import annotations

import json
from dataclasses import replace
from datetime import datetime, timedelta
from uuid import UUID

from energy.base.secrets import ERASED
from energy.store.attachment import kept_attachment
from energy.store.laptop import APPLIED, REFUSED, REVIEW, LaptopCommand, command_rows, keep_command
from processes.laptop_errors import LaptopError
from processes.laptop_replay import done_again
from processes.laptop_sync import alone
from processes.technician_site import SiteDesk


class ReviewError(LaptopError):
    """A decision on a laptop's command cannot be taken."""

    code = "laptop.review"


def review_list(desk: SiteDesk, *, every: bool = False) -> list[LaptopCommand]:
    """Return the commands that wait for a person, the oldest first; all of them on request."""
    with desk.database.connection() as connection:
        return command_rows(connection, desk.site.schema, state="" if every else REVIEW)


def accept(
    desk: SiteDesk, beginning: str, *, by: UUID, reason: str, at: datetime | None = None
) -> LaptopCommand:
    """Do a command from review at the site's desk; it must pass every check of today.

    Args:
        desk: The site's.
        beginning: Of the command's id.
        by: Who decides; not whose act it is.
        reason: Why it is right.
        at: When it was done in truth, where the laptop's clock was wrong; aware UTC.

    Raises:
        ReviewError: No such command waits, it is their own, or it is refused as before; it stays
            in review.
    """
    _require_reason(reason)
    with alone(desk):
        row = _waiting(desk, beginning)
        if row.person == by:
            raise ReviewError.of("own_act", number=row.number)
        return _accepted(desk, row, by, reason, at)


def _accepted(
    desk: SiteDesk, row: LaptopCommand, by: UUID, reason: str, at: datetime | None
) -> LaptopCommand:
    opened = desk.system.vault.open(row.command, row.sealed)
    if opened == ERASED:
        raise ReviewError.of("act_gone", number=row.number)
    body = json.loads(opened)
    moved = timedelta() if at is None else at - row.at
    done = done_again(desk, row, body, lambda sha256: _content(desk, sha256), moved=moved)
    if done.state != APPLIED:
        _keep(desk, done)
        raise ReviewError.of("stays", reason=done.reason, number=row.number)
    at = row.at + moved
    return _decided(desk, replace(done, at=at), by, reason)


def refuse(desk: SiteDesk, beginning: str, *, by: UUID, reason: str) -> LaptopCommand:
    """Refuse a command for good: what it was and the reason stay, names and answers go.

    Raises:
        ReviewError: No such command waits.
    """
    _require_reason(reason)
    with alone(desk):
        row = _waiting(desk, beginning)
        return _decided(desk, replace(row, state=REFUSED, sealed=""), by, reason)


def _decided(desk: SiteDesk, row: LaptopCommand, by: UUID, reason: str) -> LaptopCommand:
    now = desk.system.clock.now()
    decided = replace(row, decided_at=now, decided_by=by, decision=reason.strip())
    _keep(desk, decided)
    return decided


def _keep(desk: SiteDesk, row: LaptopCommand) -> None:
    with desk.database.connection() as connection:
        keep_command(connection, desk.site.schema, row)


def _waiting(desk: SiteDesk, beginning: str) -> LaptopCommand:
    wanted = beginning.strip().lower()
    found = [row for row in review_list(desk) if str(row.command).startswith(wanted)]
    if len(found) != 1 or len(wanted) < 4:
        key = "several" if len(found) > 1 else "none_waits"
        raise ReviewError.of(key, beginning=beginning)
    return found[0]


def _require_reason(reason: str) -> None:
    if not reason.strip():
        raise ReviewError.of("say_why")


def _content(desk: SiteDesk, sha256: str) -> bytes:
    with desk.database.connection() as connection:
        found = kept_attachment(connection, desk.site.schema, sha256)
    return found[0][2] if found else b""

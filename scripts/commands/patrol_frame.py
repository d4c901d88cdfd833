"""In: what a row says of rounds. Out: the desk, the round and the values meant. I/O: reads."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import date, timedelta
from uuid import UUID

from energy.base.period import local_day
from scripts.commands.asked import runs
from scripts.commands.frame import Opened
from scripts.commands.work_frame import instant_of

if runs():
    from energy.service.rounds.desk import PatrolDesk
    from energy.service.rounds.errors import PatrolError
    from energy.service.rounds.kinds import Said
    from energy.service.rounds.reads import RoundRow, days_around, read_rounds
    from energy.service.rounds.round import patrol_id


def desk_of(at: Opened) -> PatrolDesk:
    """Return the desk of rounds of the site."""
    return PatrolDesk(at.system.database, at.site, at.system.clock)


def rounds_of(at: Opened, days: tuple[date, date] | None = None, key: str = "") -> list[RoundRow]:
    """Return the rounds of some local days; of yesterday to tomorrow where none are named."""
    now = at.system.clock.now()
    with at.system.database.connection() as connection:
        span = days or days_around(now, at.site.zone)
        return read_rounds(connection, at.site.schema, at.site.zone, span, now, key.strip().lower())


def walk_named(at: Opened, key: str, due: str | None) -> UUID:
    """Return the id of the round meant: due at a time, else the one under way or open now.

    Raises:
        PatrolError: There is no such round, or none may be begun yet.
    """
    if due is not None:
        return patrol_id(at.site.key, key.strip().lower(), instant_of(at, due))
    running = [
        row.walk.patrol_round
        for row in rounds_of(at, key=key)
        if row.walk is not None and row.walk.ended_at is None
    ]
    if running:
        return running[-1]
    asked = desk_of(at).open(key)
    return patrol_id(at.site.key, asked.spec.key, asked.due_at)


def row_named(at: Opened, key: str, due: str | None) -> RoundRow:
    """Return the round meant as it stands.

    Raises:
        PatrolError: There is no such round, or nobody began it.
    """
    walked = walk_named(at, key, due)
    days = None
    if due is not None:
        day = local_day(instant_of(at, due), at.site.zone)
        days = (day - timedelta(days=1), day)
    for row in rounds_of(at, days, key):
        if row.walk is not None and row.walk.patrol_round == walked:
            return row
    raise PatrolError.of("not_begun")


def said_of(
    at: Opened,
    given: Sequence[str],
    *,
    when: str | None,
    sure: Sequence[str],
    reason: str,
    note: str,
) -> Mapping[str, Said]:
    """Return what was read, by the key of the value, of texts like "oil-temp=45.2".

    Raises:
        PatrolError: A text is none of these, or a value stands twice.
    """
    found: dict[str, Said] = {}
    for each in given:
        key, mark, value = each.partition("=")
        if not mark or not key.strip() or key.strip() in found:
            raise PatrolError.of("pair", given=each[:60])
        found[key.strip()] = Said(
            value=value,
            read_at=instant_of(at, when),
            sure=key.strip() in sure,
            reason=reason,
            note=note,
        )
    return found

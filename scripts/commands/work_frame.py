"""In: what a row says of work. Out: incident, order, person, instant, file meant. I/O: reads."""

from __future__ import annotations

from datetime import datetime, timedelta
from enum import StrEnum
from pathlib import Path
from typing import TypeVar
from uuid import UUID

from energy.base.ids import id_of
from energy.base.system_faults import fault_of
from scripts.commands.asked import runs
from scripts.commands.frame import Opened, required

if runs():
    from dashboards.note_words import wall_instant
    from dashboards.security.scope import Right
    from energy.service.work.clock import Standing
    from energy.service.work.errors import WorkError
    from energy.service.work.reads import (
        IncidentRow,
        OrderRow,
        read_incidents,
        read_orders,
    )
    from processes.installation import acting

Choice = TypeVar("Choice", bound=StrEnum)
_MINUTE = timedelta(minutes=1)
_HOUR_MIN = 60
_HOURS_SHOWN = 48


def other_person(at: Opened, to: str | None) -> UUID:
    """Return whom something is given to, asked for where nobody was named.

    Raises:
        RefusedError: There is no such person, or he lacks the role.
    """
    return acting(at.system, required(to, "--to", at.text("ask.assign")), at.site, Right.WORK)


def incident_named(at: Opened, name: str) -> IncidentRow:
    """Return the incident meant by its number or the beginning of its id.

    Raises:
        WorkError: None is meant, or several are.
    """
    with at.system.database.connection() as connection:
        found = read_incidents(connection, at.site.schema, named=name)
    if not name or len(found) != 1:
        raise WorkError.of("no_incident")
    return found[0]


def order_named(at: Opened, name: str) -> OrderRow:
    """Return the work order meant by its number or the beginning of its id.

    Raises:
        WorkError: None is meant, or several are.
    """
    with at.system.database.connection() as connection:
        found = read_orders(connection, at.site.schema, named=name)
    if not name or len(found) != 1:
        raise WorkError.of("no_order")
    return found[0]


def choice_of(kind: type[Choice], given: str) -> Choice:
    """Return the member of a short list that was named.

    Raises:
        WorkError: It is none of them; names them.
    """
    if given not in set(kind):
        raise WorkError.of("choice", given=given, known=", ".join(kind))
    return kind(given)


def instant_of(at: Opened, text: str | None) -> datetime:
    """Return a wall-clock time of the site as typed; the present minute where none was.

    Raises:
        RefusedError: It is none.
    """
    if text is not None:
        return wall_instant(text, at.site.zone)
    return at.system.clock.now().replace(second=0, microsecond=0)


def text_of(path: Path) -> str:
    """Return what a file says.

    Raises:
        WorkError: It cannot be read.
    """
    try:
        return path.read_text("utf-8")
    except OSError as error:
        raise WorkError.of("file", path=path, strerror=fault_of(error)) from error
    except UnicodeDecodeError as error:
        raise WorkError.of("file", path=path, strerror="UTF-8") from error


def command_of(act: str, thing: UUID, seen: int, person: UUID, *said: object) -> UUID:
    """Return the id of a command: the same words of the same person about what he saw are one."""
    words = repr([str(each) for each in said])
    return id_of("command", "work", act, str(thing), str(seen), str(person), words)


def used_and_left(standing: Standing) -> tuple[str, str]:
    """Return what of a clock is used and what is left: together what was promised, to the minute.

    "1:05" in hours and minutes; "3 d 2:05" where it is long and counts round the clock: a working
    day has no 24 hours.
    """
    in_days = not standing.working
    minutes = standing.used // _MINUTE
    return (
        _duration(minutes, in_days=in_days),
        _duration((standing.used + standing.left) // _MINUTE - minutes, in_days=in_days),
    )


def duration(span: timedelta) -> str:
    """Return a span as "1:05" in hours and minutes, as "3 d 2:05" where it is long."""
    return _duration(span // _MINUTE, in_days=True)


def _duration(minutes: int, *, in_days: bool) -> str:
    sign = "-" if minutes < 0 else ""
    hours, rest = divmod(abs(minutes), _HOUR_MIN)
    if hours < _HOURS_SHOWN or not in_days:
        return f"{sign}{hours}:{rest:02d}"
    days, hours = divmod(hours, 24)
    return f"{sign}{days} d {hours}:{rest:02d}"

"""In: nothing. Out: the frozen rows about duty: who is there, the roster, who is called. Pure."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from uuid import UUID

from energy.base.period import Period
from energy.service.duty.plan import PostKind, SlotKey
from energy.service.duty.standing import NOT_COVERED, Kind, Why

WEEK = timedelta(days=7)


@dataclass(frozen=True, slots=True, kw_only=True)
class Who:
    """A person of a roster."""

    person: UUID
    name: str
    reachable: bool = True
    """Whether a notice can reach the person by any way."""


@dataclass(frozen=True, slots=True, kw_only=True)
class PostNow:
    """A post in a shift."""

    post: str
    kind: PostKind | None
    """None where the plan has the post no more."""
    who: Who | None
    """None: nobody is there."""
    why: Why | None
    """Why nobody is there."""
    slot: SlotKey | None
    """None where no roster has it."""
    cause: str
    """Why it is not as published: "leave", "swap", ...; "" is as published."""
    instead: str
    """Name of who was there before; "" where nobody was."""


@dataclass(frozen=True, slots=True, kw_only=True)
class ShiftNow:
    """A shift with its posts."""

    shift: str
    """"" where no roster has it."""
    period: Period | None
    posts: tuple[PostNow, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class CalledPost:
    """Whom a notice to a post calls."""

    post: str
    circles: tuple[tuple[Who, ...], ...]
    """The first of these somebody of whom can be told is called."""
    named: bool
    """Whether a group of contacts names the post, so that alerts reach it."""

    @property
    def first(self) -> int | None:
        """Return which circle is called; None: nobody of any can be told."""
        numbered = enumerate(self.circles)
        return next((n for n, each in numbered if any(who.reachable for who in each)), None)


@dataclass(frozen=True, slots=True, kw_only=True)
class CalledAt:
    """Who is called at an instant."""

    at: datetime
    shift: ShiftNow
    posts: tuple[CalledPost, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Cell:
    """A slot of a published roster."""

    slot: SlotKey
    who: Who | None
    cause: str
    instead: str
    wrong: tuple[Kind, ...]
    over: bool
    """Whether its shift has ended."""

    @property
    def gap(self) -> bool:
        """Return whether nobody is there."""
        return any(each in NOT_COVERED for each in self.wrong)


@dataclass(frozen=True, slots=True, kw_only=True)
class AwayRow:
    """Who is on approved leave in a week."""

    name: str
    first: date
    last: date


@dataclass(frozen=True, slots=True, kw_only=True)
class RosterWeek:
    """The published roster of seven days."""

    first: date
    shifts: tuple[str, ...]
    posts: tuple[str, ...]
    cells: Mapping[SlotKey, Cell]
    away: tuple[AwayRow, ...]

    @property
    def gaps(self) -> list[Cell]:
        """Return the slots that nobody fills and that are not over, in order."""
        return [
            self.cells[s]
            for s in sorted(self.cells)
            if self.cells[s].gap and not self.cells[s].over
        ]


@dataclass(frozen=True, slots=True, kw_only=True)
class DutyBoard:
    """Who is on duty, who would be called, and the roster of a week."""

    planned: bool
    """Whether there is a plan of duty."""
    now: ShiftNow
    following: ShiftNow | None
    """The shift after this one; None where no roster has this one."""
    called: CalledAt
    week: RosterWeek

"""In: what was read on a round without network. Out: what becomes of each entry. I/O: the desk.

Everything that can be taken is stored in one transaction; brought again it adds nothing. A value
that is there is never overwritten.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum
from typing import Final
from uuid import UUID
from zoneinfo import ZoneInfo

from energy.base.clock import Clock
from energy.base.errors import RefusedError
from energy.base.ids import id_of
from energy.base.text import Told
from energy.base.wall_time import in_zone
from energy.journal.application import JournalApplication
from energy.journal.retrying import retried
from energy.service.rounds.errors import PatrolError
from energy.service.rounds.items import RoundSpec
from energy.service.rounds.kinds import Entry, Said
from energy.service.rounds.plans import Asked, PatrolPlans, patrol_plans_id
from energy.service.rounds.round import PatrolRound, patrol_id
from energy.store.sites import Site

CLOCKS_APART: Final = timedelta(minutes=5)
"""How far a device's clock may be ahead: what it read is taken as read now."""


class Became(StrEnum):
    """What becomes of an entry."""

    TOLD = "told"
    DOUBT = "doubt"
    """Another value is there: this one stands beside it."""
    SKIPPED = "skipped"
    REPEATED = "repeated"
    REFUSED = "refused"


@dataclass(frozen=True, slots=True, kw_only=True)
class Brought:
    """What was read, or why not, at a stop."""

    stop: str
    value: str
    """Key of the log value."""
    said: str | None
    """None where there is a note alone."""
    read_at: datetime
    note: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Outcome:
    """An entry, and what becomes of it."""

    brought: Brought
    became: Became
    why: Told | None = None
    """Of one that is refused."""


class Bringing:
    """Where rounds that were walked without network come in."""

    def __init__(self, operations: JournalApplication, site: Site, clock: Clock) -> None:
        """Work on a site's journal of operations."""
        self._operations, self._site, self._clock = operations, site, clock

    def bring(self, asked: Asked, entries: Sequence[Brought], *, by: UUID) -> list[Outcome]:
        """Take what was read; what is refused of it says why, the others are taken.

        Args:
            asked: The round that was taken along.
            entries: What was read, and notes where nothing was.
            by: Who walked.

        Raises:
            PatrolError: Nobody began the round, and nothing that can be taken was read.
            ConflictError: Somebody else changes the round again and again.
        """
        return retried(lambda: self._once(asked, entries, by))

    def _once(self, asked: Asked, entries: Sequence[Brought], by: UUID) -> list[Outcome]:
        now = self._clock.now()
        spec = asked.spec
        found = self._operations.find(patrol_id(self._site.key, spec.key, asked.due_at))
        if isinstance(found, PatrolRound):
            known = found
            plans = self._operations.find(patrol_plans_id(self._site.key))
            assert isinstance(plans, PatrolPlans), "a round was walked by a version of it"
            spec = plans.spec_of(known.edition, known.key)
        else:
            known = self._begun(asked, entries, by, now)
        zone = self._site.zone
        told = [each for each in entries if each.said is not None]
        read = [_taken(known, spec, each, by, now, zone) for each in told]
        skipped = [_skipped(known, spec, each, by, zone) for each in entries if each.said is None]
        taken = {Became.TOLD, Became.DOUBT, Became.SKIPPED}
        if not any(each.became in taken for each in (*read, *skipped)):
            if found is None:
                raise PatrolError.of("nothing_brought")
            return [*read, *skipped]
        self._operations.store(known)
        return [*read, *skipped]

    def _begun(
        self, asked: Asked, entries: Sequence[Brought], by: UUID, now: datetime
    ) -> PatrolRound:
        first = min((each.read_at for each in entries), default=now)
        return PatrolRound.start(
            self._site.key,
            asked,
            started_at=min(max(first, asked.opens), now),
            by=by,
            command_id=id_of("command", "bring round", str(by), asked.due_at.isoformat()),
        )


def _taken(
    known: PatrolRound,
    spec: RoundSpec,
    brought: Brought,
    by: UUID,
    now: datetime,
    zone: ZoneInfo,
) -> Outcome:
    assert brought.said is not None, "chosen so"
    ahead = now < brought.read_at <= now + CLOCKS_APART
    said = Said(value=brought.said, read_at=now if ahead else brought.read_at, note=brought.note)
    words = repr((brought.stop, brought.value, said.value, brought.read_at.isoformat(), str(by)))
    command = id_of("command", "bring value", str(known.id), words)
    try:
        entry = known.bring(
            spec, brought.stop, brought.value, said, by=by, now=now, command_id=command
        )
    except RefusedError as refused:
        return _refused(brought, refused, zone)
    became = {None: Became.REPEATED, Entry.DOUBT: Became.DOUBT}.get(entry, Became.TOLD)
    return Outcome(brought=brought, became=became)


def _skipped(
    known: PatrolRound, spec: RoundSpec, brought: Brought, by: UUID, zone: ZoneInfo
) -> Outcome:
    command = id_of("command", "bring skip", str(known.id), repr((brought.stop, brought.note)))
    before = known.version
    try:
        known.skip(spec, brought.stop, brought.note, by=by, command_id=command)
    except RefusedError as refused:
        return _refused(brought, refused, zone)
    became = Became.REPEATED if known.version == before else Became.SKIPPED
    return Outcome(brought=brought, became=became)


def _refused(brought: Brought, refused: RefusedError, zone: ZoneInfo) -> Outcome:
    why = None if refused.message is None else in_zone(refused.message, zone)
    return Outcome(brought=brought, became=Became.REFUSED, why=why)

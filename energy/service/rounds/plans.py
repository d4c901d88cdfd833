"""In: versions of the plan of rounds. Out: which holds when, and what it asks. Pure.

A version asks only for what is due after its publishing, so what was missed never changes.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Any
from uuid import UUID
from zoneinfo import ZoneInfo

from eventsourcing.domain import event

from energy.base.aggregate import JournalAggregate
from energy.base.ids import id_of
from energy.base.period import days_between, local_day
from energy.service.rounds.errors import PatrolError
from energy.service.rounds.items import PatrolPlan, RoundSpec
from energy.service.work.levels import version_on


@dataclass(frozen=True, slots=True, kw_only=True)
class Edition:
    """A version of the plan."""

    version: int
    valid_from: date
    published_at: datetime
    plan: PatrolPlan


@dataclass(frozen=True, slots=True, kw_only=True)
class Asked:
    """A round that is due at an instant, by a version of the plan."""

    version: int
    spec: RoundSpec
    due_at: datetime

    @property
    def opens(self) -> datetime:
        """Return from when on it may be begun."""
        return self.due_at - timedelta(minutes=self.spec.early_min)

    @property
    def until(self) -> datetime:
        """Return by when it is to be walked."""
        return self.due_at + timedelta(minutes=self.spec.within_min)


def held_at(editions: Sequence[Edition], day: date, at: datetime) -> Edition | None:
    """Return the version that holds on a local day, of those published by an instant."""
    known = [each for each in editions if each.published_at <= at]
    held = version_on([each.valid_from for each in known], day)
    return known[held - 1] if held else None


def asked_on(
    editions: Sequence[Edition], first: date, last: date, zone: ZoneInfo, key: str = ""
) -> list[Asked]:
    """Return the rounds that are due on some local days, in the order of their instants.

    Args:
        editions: Every version, in the order of publishing.
        first: Local day.
        last: Local day, included.
        zone: The site's.
        key: Only this round; "" for all.
    """
    found = []
    for day in days_between(first, last):
        held = (held_at(editions, day, each.published_at) for each in editions)
        for edition in {each.version: each for each in held if each is not None}.values():
            for spec in edition.plan.rounds:
                if key not in {"", spec.key}:
                    continue
                found += [
                    Asked(version=edition.version, spec=spec, due_at=at)
                    for at in spec.due.on(day, zone)
                    if held_at(editions, day, at) is edition
                ]
    return sorted(found, key=lambda each: (each.due_at, each.spec.key))


def open_at(editions: Sequence[Edition], key: str, now: datetime, zone: ZoneInfo) -> Asked:
    """Return the round of a key that may be begun or is under way: the latest that is open.

    The one that was due last before the plan was published may be walked, too; nobody asks for it.

    Raises:
        PatrolError: There is no such round, or none may be begun yet.
    """
    today = local_day(now, zone)
    known = set()
    found = []
    for day in days_between(today - timedelta(days=2), today + timedelta(days=1)):
        edition = held_at(editions, day, now)
        spec = None if edition is None else edition.plan.find(key)
        known |= set() if edition is None else {each.key for each in edition.plan.rounds}
        if edition is not None and spec is not None:
            version = edition.version
            found += [Asked(version=version, spec=spec, due_at=at) for at in spec.due.on(day, zone)]
    if not found:
        raise PatrolError.of("no_round", round=key[:40], known=", ".join(sorted(known)) or "-")
    begun = [each for each in found if each.opens <= now]
    if not begun:
        raise PatrolError.of("not_open", at=min(each.opens for each in found))
    return max(begun, key=lambda each: each.due_at)


def patrol_plans_id(site: str) -> UUID:
    """Return the id of a site's plan of rounds."""
    return id_of("patrol_plans", site)


class PatrolPlans(JournalAggregate):
    """The plan of rounds of a site, version by version."""

    TOPIC = "patrol_plans"

    class Created(JournalAggregate.Created):
        """There is none yet."""

        TOPIC = "patrol_plans.made"
        site: str

    class Published(JournalAggregate.Event):
        """A version holds from a local day on, for what is due from now on."""

        TOPIC = "patrol_plans.published"
        version: int
        valid_from: date
        published_at: datetime
        spec: dict[str, Any]
        """As `PatrolPlan.from_json` reads it."""
        by: UUID

    @staticmethod
    def create_id(*, site: str, **_: object) -> UUID:
        """Return the id from the site."""
        return patrol_plans_id(site)

    @event(Created)
    def __init__(self, *, site: str, command_id: UUID) -> None:
        """Make it."""
        self.versions: list[tuple[date, datetime, dict[str, Any]]] = []
        """First local day, instant of publishing, rounds; the place is the version less one."""

    @property
    def editions(self) -> list[Edition]:
        """Return every version, in the order of publishing."""
        return [
            Edition(
                version=number,
                valid_from=first,
                published_at=at,
                plan=PatrolPlan.from_json(spec),
            )
            for number, (first, at, spec) in enumerate(self.versions, 1)
        ]

    def spec_of(self, version: int, key: str) -> RoundSpec:
        """Return a round as a version has it; both are known."""
        stored = self.versions[version - 1][2]["rounds"]
        return next(RoundSpec.from_json(each) for each in stored if each["key"] == key)

    def publish(
        self, plan: PatrolPlan, *, valid_from: date, by: UUID, now: datetime, command_id: UUID
    ) -> None:
        """Let a version hold from a local day on; the newest one again changes nothing."""
        said = (valid_from, plan.to_json())
        newest = self.versions[-1] if self.versions else None
        if self.seen(command_id) or (newest is not None and (newest[0], newest[2]) == said):
            return
        self._publish(
            version=len(self.versions) + 1,
            valid_from=valid_from,
            published_at=now,
            spec=said[1],
            by=by,
            command_id=command_id,
        )

    @event(Published)
    def _publish(
        self,
        *,
        version: int,
        valid_from: date,
        published_at: datetime,
        spec: dict[str, Any],
        by: UUID,
        command_id: UUID,
    ) -> None:
        self.versions.append((valid_from, published_at, spec))

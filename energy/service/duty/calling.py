"""In: a post, an instant. Out: the people whom a notice to that post calls. I/O: reads.

Who is on duty is called. A post that has nobody, or nobody who can be told, calls all who are
qualified for it and not on leave, then all of the plan: an alert finds somebody although the roster
does not.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from uuid import UUID

import structlog

from energy.alerting.notices.posts import ANY_POST, FindCalled
from energy.alerting.sounding.shift import shift_at
from energy.base.period import local_day
from energy.service.duty.plan import DutyPlan
from energy.service.duty.reads import Connection, read_away, read_duty_plan, read_on_duty
from energy.service.duty.standing import Away, OnDuty
from energy.store.pool import Database
from energy.store.sites import Site

log = structlog.get_logger("duty")


@dataclass(frozen=True, slots=True, kw_only=True)
class Calling:
    """Who is on duty at an instant, and who is called then."""

    standing: OnDuty
    day: date
    """The local day on which the shift began, with a roster or without."""
    circles: Mapping[str, Sequence[Sequence[UUID]]]
    """By post, as `called` returns them."""


def called(standing: OnDuty, plan: DutyPlan, away: Sequence[Away]) -> dict[str, list[list[UUID]]]:
    """Return who is called by post, circle by circle: every post of the plan is there.

    The circles of a post: who is on it, who is qualified for it, all of the plan, each without who
    is on leave; at last all of the plan.

    Args:
        standing: Who is on duty.
        plan: That holds.
        away: Leave on the local day on which the shift began.
    """
    on_leave = {each.person for each in away}
    everybody = list(dict.fromkeys(who for each in plan.posts for who in plan.qualified(each.key)))

    def circles(*first: Sequence[UUID]) -> list[list[UUID]]:
        there = [[who for who in each if who not in on_leave] for each in (*first, everybody)]
        return [each for each in (*there, everybody) if each]

    posts = [*standing.posts, *(each.key for each in plan.posts)]
    on_it = {post: [standing.posts[post]] if post in standing.posts else [] for post in posts}
    found = {post: circles(on_it[post], plan.qualified(post)) for post in on_it}
    return {**found, ANY_POST: circles()}


def called_by(database: Database, site: Site) -> FindCalled:
    """Return what notices ask who is called at an instant."""
    told: set[tuple[str, date, str]] = set()
    """Gaps of shifts, each said in the log once; without a roster once a day."""

    def find(at: datetime) -> Mapping[str, Sequence[Sequence[UUID]]]:
        with database.connection() as connection:
            found = read_calling(connection, site, at)
        if found is None:
            return {}
        for post, why in found.standing.gaps.items():
            gap = (post, found.day, found.standing.shift)
            if gap in told:
                continue
            told.add(gap)
            log.warning("nobody is on duty", site=site.key, post=post, why=str(why))
        return found.circles

    return find


def read_calling(connection: Connection, site: Site, at: datetime) -> Calling | None:
    """Return who is on duty and who is called at an instant; None without a plan of duty."""
    plan = read_duty_plan(connection, site.schema)
    if plan is None:
        return None
    standing = read_on_duty(connection, site, at)
    day = standing.day or _begun_on(at, plan, site)
    away = read_away(connection, site.schema, day, day)
    return Calling(standing=standing, day=day, circles=called(standing, plan, away))


def _begun_on(at: datetime, plan: DutyPlan, site: Site) -> date:
    """Return the local day of the shift that no roster has: leave covers the night behind it."""
    begins = [shift.at for shift in plan.shifts]
    return local_day(shift_at(at, site.zone, begins).start, site.zone)


def posts_known(database: Database, site: Site) -> Callable[[], Collection[str]]:
    """Return what asks for the keys of the posts that the plan of duty has."""

    def find() -> Collection[str]:
        with database.connection() as connection:
            plan = read_duty_plan(connection, site.schema)
        return [post.key for post in plan.posts] if plan else []

    return find

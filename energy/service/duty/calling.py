"""In: a post, an instant. Out: the people whom a notice to that post calls. I/O: reads.

Who is on duty is called. A post that has nobody calls all who are qualified for it and not on
leave: an alert finds somebody although the roster does not.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Mapping, Sequence
from datetime import datetime
from uuid import UUID

import structlog

from energy.alerting.notices.posts import FindCalled
from energy.base.period import local_day
from energy.service.duty.plan import DutyPlan
from energy.service.duty.reads import read_away, read_duty_plan, read_on_duty
from energy.service.duty.standing import Away, OnDuty
from energy.store.pool import Database
from energy.store.sites import Site

log = structlog.get_logger("duty")


def called(standing: OnDuty, plan: DutyPlan, away: Sequence[Away]) -> dict[str, list[UUID]]:
    """Return who is called by post: every post of the plan is there.

    Args:
        standing: Who is on duty.
        plan: That holds.
        away: Leave on the local day on which the shift began.
    """
    found = {post: [person] for post, person in standing.posts.items()}
    on_leave = {each.person for each in away}
    for post in plan.posts:
        if post.key not in found:
            found[post.key] = [who for who in plan.qualified(post.key) if who not in on_leave]
    return found


def called_by(database: Database, site: Site) -> FindCalled:
    """Return what notices ask who is called at an instant."""
    told: set[tuple[str, datetime | None]] = set()
    """Gaps of shifts, each said in the log once."""

    def find(at: datetime) -> Mapping[str, Sequence[UUID]]:
        with database.connection() as connection:
            plan = read_duty_plan(connection, site.schema)
            if plan is None:
                return {}
            standing = read_on_duty(connection, site, at)
            day = standing.day or local_day(at, site.zone)
            away = read_away(connection, site.schema, day, day)
        begin = standing.period.start if standing.period else None
        for post, why in standing.gaps.items():
            if (post, begin) in told:
                continue
            told.add((post, begin))
            log.warning("nobody is on duty", site=site.key, post=post, why=str(why))
        return called(standing, plan, away)

    return find


def posts_known(database: Database, site: Site) -> Callable[[], Collection[str]]:
    """Return what asks for the keys of the posts that the plan of duty has."""

    def find() -> Collection[str]:
        with database.connection() as connection:
            plan = read_duty_plan(connection, site.schema)
        return [post.key for post in plan.posts] if plan else []

    return find

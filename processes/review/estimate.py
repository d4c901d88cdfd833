"""In: a case of missing usage, a method. Out: an estimate and the findings it ends. I/O.

An estimate fills what is missing and nothing else: findings that lie wholly in what it fills end,
the usage stays marked as estimated, and gives way to what is measured later.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime, timedelta
from decimal import Decimal
from uuid import UUID

import numpy as np

from billing.views.review_queue import UNREAD, QueuedCase
from energy.base.period import local_day, span_of_days
from energy.base.quality import Quality
from energy.metering.channel import USAGE_KINDS, Channel
from energy.metering.correction import Estimate
from energy.metering.review import CaseStateError
from energy.metering.review_case import CaseFinding
from energy.store.sites import Site
from energy.system import System
from energy.views.computed import channel_usage
from energy.views.estimates import TRUSTED
from processes.estimates.draft import EstimateDraft, draft_estimate, stated_estimate
from processes.review.choice import Outcome
from processes.review.desk import ReviewDesk

ESTIMABLE = frozenset({"missing", "lost", "zero", "stuck"})
"""Causes of which an estimate is an answer: a value that was measured wrong wants a correction."""


def draft_for(
    system: System,
    site: Site,
    row: QueuedCase,
    channel: Channel,
    method: str,
    options: Mapping[str, str],
) -> EstimateDraft:
    """Return what a method would state for the span of a case; nothing is written.

    Args:
        system: Parts of a process.
        site: The site.
        row: The case.
        channel: The channel meant.
        method: As of `draft_estimate`.
        options: What the method is told, by name.

    Raises:
        CaseStateError: The case is no missing usage, or the draft fills none of its findings.
        EstimateError: There is nothing to estimate, or the method lacks what it needs.
    """
    case = row.case
    if case.cause not in ESTIMABLE:
        raise CaseStateError.of("review.not_missing", short=case.case.hex[:8], cause=case.cause)
    end = min(case.end, system.clock.now())
    if case.cause not in UNREAD:
        _require_gap(system, site, row, channel, end)
    draft = draft_estimate(system, site, channel, case.start, end, method, options=options)
    _covered(row, draft)
    return draft


def estimate_case(
    system: System,
    site: Site,
    desk: ReviewDesk,
    row: QueuedCase,
    draft: EstimateDraft,
    reason: str,
    by: UUID,
    *,
    limit: Decimal,
) -> Outcome:
    """Record a draft and end the findings that it covers, or propose to end them.

    Args:
        system: Parts of a process in the writer's role.
        site: The site.
        desk: The person's desk.
        row: The case.
        draft: As `draft_for` returned it.
        reason: Why it is needed.
        by: The person who decides it.
        limit: Most money that one person decides about alone. [currency]

    Raises:
        StatementError: The readings cannot be true.
        CaseStateError: It covers none of the findings, or a correction waits.
        DecidedAlreadyError: Somebody decided first.
    """

    def stated(command_id: UUID) -> Estimate:
        return stated_estimate(system, site, draft, reason=reason, by=by, command_id=command_id)

    return desk.estimated(
        row,
        reason,
        method=draft.method,
        stated=stated,
        findings=_covered(row, draft),
        limit=limit,
    )


def _covered(row: QueuedCase, draft: EstimateDraft) -> list[CaseFinding]:
    """Return the findings of a case that lie wholly in what a draft fills.

    Raises:
        CaseStateError: There is none.
    """
    mine = [each for each in row.case.findings if each.channel == draft.channel.number]
    covered = [each for each in mine if _fills(draft, each, unread=row.case.cause in UNREAD)]
    if not covered or not draft.readings:
        raise CaseStateError.of("review.not_covered", short=row.case.case.hex[:8])
    return covered


def _fills(draft: EstimateDraft, finding: CaseFinding, *, unread: bool) -> bool:
    """Return whether a draft fills the whole span of a finding.

    Args:
        draft: The draft.
        finding: The finding.
        unread: Whether only readings are missing: what was measured in its span is in no doubt.
    """
    step = timedelta(seconds=draft.channel.facts.grid_s)
    if draft.usage is None:
        first, last = draft.readings[0][0], draft.readings[-1][0]
        return unread and first - step <= finding.start and finding.end <= last + step
    behind = draft.usage.start + len(draft.usage.usage) * step
    if finding.start < draft.usage.start or finding.end > behind:
        return False
    low = (finding.start - draft.usage.start) // step
    high = -((draft.usage.start - finding.end) // step)
    quality = draft.usage.quality[low : max(high, low + 1)]
    stated = quality == Quality.ESTIMATED
    if unread:
        return bool(stated.any()) and bool((stated | np.isin(quality, TRUSTED)).all())
    return bool(len(stated)) and bool(stated.all())


def _require_gap(
    system: System, site: Site, row: QueuedCase, channel: Channel, end: datetime
) -> None:
    """Refuse to estimate what was measured: of a register that stands nothing is missing.

    Raises:
        CaseStateError: Every interval in doubt was measured.
    """
    if channel.facts.kind not in USAGE_KINDS:
        return
    days = span_of_days(local_day(row.case.start, site.zone), local_day(end, site.zone), site.zone)
    with system.database.connection() as connection:
        span = channel_usage(connection, site.schema, site.zone, [channel.number], days)
    usage = span[channel.number]
    step = timedelta(seconds=usage.step_s)
    low, high = (row.case.start - usage.start) // step, -((usage.start - end) // step)
    if bool(np.isin(usage.quality[low : max(high, low + 1)], TRUSTED).all()):
        short = row.case.case.hex[:8]
        raise CaseStateError.of("review.not_missing", short=short, cause=row.case.cause)

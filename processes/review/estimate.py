"""In: a case of missing usage, a method. Out: an estimate and the findings it ends. I/O.

An estimate fills what is missing and nothing else: findings of its span end, the usage stays marked
as estimated, and gives way to what is measured later.
"""

from __future__ import annotations

from collections.abc import Mapping
from uuid import UUID

from billing.views.review_queue import QueuedCase
from energy.base.ids import id_of
from energy.metering.channel import Channel
from energy.metering.review import CaseStateError
from energy.store.sites import Site
from energy.system import System
from processes.estimates.draft import EstimateDraft, draft_estimate, record_estimate
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
        CaseStateError: The case is no missing usage.
        EstimateError: There is nothing to estimate, or the method lacks what it needs.
    """
    case = row.case
    if case.cause not in ESTIMABLE:
        raise CaseStateError.of("review.not_missing", short=case.case.hex[:8], cause=case.cause)
    end = min(case.end, system.clock.now())
    return draft_estimate(system, site, channel, case.start, end, method, options=options)


def estimate_case(
    system: System,
    site: Site,
    desk: ReviewDesk,
    row: QueuedCase,
    draft: EstimateDraft,
    reason: str,
    by: UUID,
) -> Outcome:
    """Record a draft and end the findings that it covers.

    Args:
        system: Parts of a process in the writer's role.
        site: The site.
        desk: The person's desk.
        row: The case.
        draft: As `draft_for` returned it.
        reason: Why it is needed.
        by: The person who decides it.

    Raises:
        StatementError: The readings cannot be true.
        CaseStateError: It covers none of the findings, or a correction waits.
        DecidedAlreadyError: Somebody decided first.
    """
    channel = draft.channel.number
    covered = [each for each in row.case.findings if each.channel in {0, channel}]
    if not covered or not draft.readings:
        raise CaseStateError.of("review.not_covered", short=row.case.case.hex[:8])

    def record(command_id: UUID) -> UUID:
        record_estimate(system, site, draft, reason=reason, by=by, command_id=command_id)
        return id_of("estimate", str(command_id))

    return desk.estimated(row, reason, method=draft.method, record=record, findings=covered)

"""In: cases and what became of them. Out: rows for people. I/O: standard output."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from decimal import Decimal

from energy.base.finding import Severity
from energy.base.text import catalogue, t
from scripts.commands.asked import runs
from scripts.commands.frame import Opened
from scripts.commands.printing import cell, print_facts, print_table, worded

if runs():
    from billing.rating.stake import Stake
    from billing.views.review_queue import QueuedCase
    from energy.metering.review_case import LAST_YEAR, Case, CaseState, Decision, DecisionKind
    from processes.review.choice import Outcome

SHORT = 8
"""Digits of an id that are shown; any beginning that names one case will do."""


def print_queue(at: Opened, rows: Sequence[QueuedCase]) -> None:
    """Print the cases that wait and what hangs on them together."""
    if not rows:
        print(at.text("finding.none"))
        return
    columns = ("case", "at_stake", "severity", "point", "cause", "from", "to", "findings", "state")
    table = [
        (
            row.case.case.hex[:SHORT],
            money(row.stake),
            worded(at.language, "word", row.case.severity),
            row.case.point or row.case.source,
            cause_text(at, row.case.cause),
            instant_of(at, row.case.start),
            instant_of(at, row.case.end),
            len(row.case.findings),
            state_text(at, row.case),
            row.case.decision.reason if row.case.decision is not None else None,
        )
        for row in rows
    ]
    heads = [head_of(at, key) for key in (*columns, "reason")]
    print_table(heads, table, right=(1, 7), below=(4, 5, 6, 7, 9))
    _print_sums(at, rows)


def _print_sums(at: Opened, rows: Sequence[QueuedCase]) -> None:
    stakes = [row.stake for row in rows if row.stake is not None]
    barred = [
        row.stake.amount
        for row in rows
        if row.stake is not None and row.case.severity is Severity.DO_NOT_BILL
    ]
    total = sum((stake.amount for stake in stakes), Decimal(0))
    currency = at.site.currency
    waiting = sum(row.case.state is CaseState.OPEN for row in rows)
    print(at.text("review.sums", cases=len(rows), waiting=waiting))
    if stakes:
        told = {"total": total, "barred": sum(barred, Decimal(0))}
        print(at.text("review.sum_money", **{k: f"{v} {currency}" for k, v in told.items()}))
    if len(stakes) < len(rows):
        print(at.text("review.unbilled"))
    if any(stake.expected for stake in stakes):
        print(at.text("review.tilde"))


def print_decisions(at: Opened, rows: Sequence[Decision]) -> None:
    """Print decisions, the newest first."""
    if not rows:
        print(at.text("review.none_decided"))
        return
    columns = ("case", "decided_at", "decision", "point", "cause", "findings", "at_stake", "reason")
    table = [
        (
            row.case.hex[:SHORT],
            row.decided_at.astimezone(at.site.zone),
            decision_text(at, row),
            row.point or row.source,
            cause_text(at, row.cause),
            len(row.findings),
            None if row.stake is None else f"{row.stake} {row.currency}",
            row.reason,
            at.name_of(row.decided_by if row.settled_by is not None else row.proposed_by),
            at.name_of(row.settled_by or row.decided_by),
            row.position,
        )
        for row in rows
    ]
    heads = [head_of(at, key) for key in (*columns, "proposed_by", "decided_by", "position")]
    print_table(heads, table, right=(5, 6, 10), below=(3, 4, 5, 6, 7, 8, 9, 10))


def print_outcomes(
    at: Opened, outcomes: Sequence[Outcome], *, dry_run: bool, may_decide: bool
) -> None:
    """Print what became, or would become, of the cases of a command.

    Args:
        at: The site.
        outcomes: One a case.
        dry_run: Whether nothing was written.
        may_decide: Whether the person decides on readings; else it was a proposal.
    """
    if not outcomes:
        print(at.text("finding.none"))
        return
    columns = ("case", "decision", "point", "cause", "at_stake", "position")
    table = [
        (
            each.case.hex[:SHORT],
            _became(at, each),
            each.point,
            cause_text(at, each.cause),
            None if each.stake is None else f"{each.stake} {at.site.currency}",
            each.position,
        )
        for each in outcomes
    ]
    if len(outcomes) == 1:
        told = zip(columns, table[0], strict=True)
        print_facts([(head_of(at, key), value) for key, value in told])
    else:
        print_table([head_of(at, key) for key in columns], table, right=(4, 5), below=(3, 4, 5))
        refused = sum(each.refused is not None for each in outcomes)
        if not dry_run:
            print(at.text("review.done", done=len(outcomes) - refused, refused=refused))
    if dry_run:
        print(at.text("review.dry_run"))
    _print_next(at, outcomes, dry_run=dry_run, may_decide=may_decide)


def _print_next(
    at: Opened, outcomes: Sequence[Outcome], *, dry_run: bool, may_decide: bool
) -> None:
    """Say what a second person does."""
    waiting = [each for each in outcomes if each.kind is DecisionKind.ACCEPTANCE_PROPOSED]
    if waiting:
        limit = f"{at.installation.config.review_alone_up_to} {at.site.currency}"
        names = " ".join(each.case.hex[:SHORT] for each in waiting[:3])
        names += " ..." if len(waiting) > 3 else ""
        key = "review.second" if may_decide else "review.propose"
        print(at.text(key, cases=names, limit=limit))
    ended = sum(each.ended for each in outcomes)
    if ended:
        print(at.text("review.partly", ended=ended))
    for each in outcomes:
        if each.kind is DecisionKind.CORRECTION_PROPOSED and each.correction is not None:
            key = "review.approve_part" if each.remaining else "review.approve_next"
            short = each.correction.hex[:SHORT]
            print(at.text(key, short=short, remaining=each.remaining))
    if any(each.lacking for each in outcomes):
        print(at.text("review.lacking"))
    if not dry_run and any(
        each.kind in (DecisionKind.ACCEPTED, DecisionKind.ESTIMATED) for each in outcomes
    ):
        print(at.text("review.next_run"))


def plain_outcome(outcome: Outcome, *, dry_run: bool) -> dict[str, object]:
    """Return what became of a case as JSON has it: a refusal by code and text."""
    refused = outcome.refused
    return {
        "case": outcome.case,
        "point": outcome.point,
        "cause": outcome.cause,
        "stake": outcome.stake,
        "decision": outcome.kind,
        "position": outcome.position,
        "correction": outcome.correction,
        "ended": outcome.ended,
        "remaining": outcome.remaining,
        "refused": None if refused is None else {"code": refused.code, "text": str(refused)},
        "dry_run": dry_run,
    }


def money(stake: Stake | None) -> str | None:
    """Return money at stake as text: ~ where part of it is expected, + where part is unknown."""
    if stake is None:
        return None
    sign = "~" if stake.expected else ""
    return f"{sign}{stake.amount}{'+' if stake.unknown else ''} {stake.currency}"


def state_text(at: Opened, case: Case) -> str:
    """Return what a case waits for."""
    decision = case.decision
    if case.state is CaseState.HELD and decision is not None:
        return at.text("review.held_until", until=cell(decision.until))
    if case.state is CaseState.OPEN and decision is not None and decision.until is not None:
        return at.text("review.due_since", until=cell(decision.until))
    return at.text(f"review.state_{case.state}")


def cause_text(at: Opened, cause: str) -> str:
    """Return the words for a cause; the text of the code where it is one."""
    key = f"cli.cause.{cause}"
    return t(at.language, key) if key in catalogue() else code_text(at, cause)


def code_text(at: Opened, code: str) -> str:
    """Return the words for the code of a finding."""
    key = f"finding.{code}"
    return t(at.language, key) if key in catalogue() else code


def decision_text(at: Opened, row: Decision) -> str:
    """Return what a decision was, and what became of its correction."""
    if row.kind is DecisionKind.CORRECTION_PROPOSED and row.correction_state != "proposed":
        return at.text(f"review.correction_{row.correction_state}")
    if row.kind is DecisionKind.HELD and row.until is not None:
        return at.text("review.held_until", until=cell(row.until))
    return at.text(f"review.kind_{row.kind}")


def _became(at: Opened, outcome: Outcome) -> str:
    if outcome.refused is not None:
        return at.text("review.refused", why=outcome.refused.told(at.language))
    assert outcome.kind is not None, "what was not refused was decided"
    return at.text(f"review.kind_{outcome.kind}")


def instant_of(at: Opened, instant: datetime | None) -> datetime | None:
    """Return an instant in the site's zone; None where there is no bound on that side."""
    if instant is None or not 1970 < instant.year < LAST_YEAR:
        return None
    return instant.astimezone(at.site.zone)


def head_of(at: Opened, key: str) -> str:
    """Return the head of a column or row of the review queue."""
    own = f"review.head_{key}"
    return at.text(own if f"cli.{own}" in catalogue() else f"head.{key}")

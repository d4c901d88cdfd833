"""In: cases and what became of them. Out: rows for people. I/O: standard output."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from decimal import Decimal

from billing.stake import Stake
from billing.views.case_story import CaseStory, proof_of
from billing.views.review_queue import QueuedCase
from energy.base.finding import Severity
from energy.base.text import catalogue, t
from energy.metering.review_case import LAST_YEAR, Case, CaseState, Decision, DecisionKind
from processes.review.choice import Outcome
from scripts.commands.frame import Opened
from scripts.commands.printing import NOTHING, cell, print_facts, print_table, worded

SHORT = 8
"""Digits of an id that are shown; any beginning that names one case will do."""


def print_queue(at: Opened, rows: Sequence[QueuedCase]) -> None:
    """Print the cases that wait and what hangs on them together."""
    if not rows:
        print(at.text("finding.none"))
        return
    columns = ("case", "at_stake", "severity", "cause", "point", "from", "to", "findings", "state")
    table = [
        (
            row.case.case.hex[:SHORT],
            money(row.stake),
            worded(at.language, "word", row.case.severity),
            cause_text(at, row.case.cause),
            row.case.point or row.case.source,
            _instant(at, row.case.start),
            _instant(at, row.case.end),
            len(row.case.findings),
            state_text(at, row.case),
            row.case.decision.reason if row.case.decision is not None else None,
        )
        for row in rows
    ]
    print_table([_head(at, key) for key in (*columns, "reason")], table, right=(1, 7))
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
    print(
        at.text(
            "review.sums",
            cases=len(rows),
            waiting=waiting,
            total=f"{total} {currency}",
            barred=f"{sum(barred, Decimal(0))} {currency}",
        )
    )
    if any(stake.expected for stake in stakes):
        print(at.text("review.tilde"))


def print_decisions(at: Opened, rows: Sequence[Decision]) -> None:
    """Print decisions, the newest first."""
    if not rows:
        print(at.text("review.none_decided"))
        return
    columns = ("case", "decided_at", "decision", "cause", "point", "findings", "at_stake", "reason")
    table = [
        (
            row.case.hex[:SHORT],
            row.decided_at.astimezone(at.site.zone),
            _decision_text(at, row),
            cause_text(at, row.cause),
            row.point or row.source,
            len(row.findings),
            None if row.stake is None else f"{row.stake} {row.currency}",
            row.reason,
            at.name_of(row.decided_by if row.settled_by is not None else row.proposed_by),
            at.name_of(row.settled_by or row.decided_by),
            row.position,
        )
        for row in rows
    ]
    heads = [_head(at, key) for key in (*columns, "proposed_by", "decided_by", "position")]
    print_table(heads, table, right=(5, 6, 10))


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
    columns = ("case", "decision", "cause", "point", "at_stake", "position")
    table = [
        (
            each.case.hex[:SHORT],
            _became(at, each),
            cause_text(at, each.cause),
            each.point,
            None if each.stake is None else f"{each.stake} {at.site.currency}",
            each.position,
        )
        for each in outcomes
    ]
    if len(outcomes) == 1:
        print_facts([(_head(at, key), value) for key, value in zip(columns, table[0], strict=True)])
    else:
        print_table([_head(at, key) for key in columns], table, right=(4, 5))
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
            print(at.text("review.approve_next", short=each.correction.hex[:SHORT]))
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
        "refused": None if refused is None else {"code": refused.code, "text": str(refused)},
        "dry_run": dry_run,
    }


def print_story(at: Opened, story: CaseStory) -> None:
    """Print all that a person must see of a case."""
    _print_facts_of(at, story)
    _print_findings(at, story)
    _print_readings(at, story)
    _print_usage(at, story)
    notes = [
        (_instant(at, n.first), _instant(at, n.last), n.text, at.name_of(n.by)) for n in story.notes
    ]
    _section(at, "notes", ("from", "to", "note", "by"), notes)
    if story.decisions:
        print()
        print_decisions(at, story.decisions)


def _print_findings(at: Opened, story: CaseStory) -> None:
    table = [
        (
            f"{row.key.code}: {_said(at, row.key.code)}",
            worded(at.language, "word", row.severity),
            _instant(at, row.key.start),
            _instant(at, row.end),
            ", ".join(f"{key} {value}" for key, value in proof_of(row, story).items()) or None,
        )
        for row in story.findings
    ]
    _section(at, "findings", ("finding", "severity", "from", "to", "proof"), table)


def _print_readings(at: Opened, story: CaseStory) -> None:
    """Print the readings and the meters that showed them."""
    columns = ("at", "reading", "unit", "quality", "standing", "learned_at", "position")
    table = [
        (
            _instant(at, r.at),
            r.value,
            r.unit,
            at.word(r.quality),
            at.word(r.standing),
            None if r.learned_at is None else _instant(at, r.learned_at),
            r.position,
        )
        for r in story.readings
    ]
    _section(at, "readings", columns, table, right=(1, 6))
    meters = [
        (
            s.serial,
            s.multiplier,
            _instant(at, s.start),
            _instant(at, s.end),
            s.start_count,
            s.end_count,
        )
        for s in story.segments
    ]
    heads = ("serial", "multiplier", "from", "to", "opening", "closing")
    _section(at, "meters", heads, meters, right=(1, 4, 5))


def _print_usage(at: Opened, story: CaseStory) -> None:
    table = [
        (
            each.start.date(),
            each.before,
            each.after,
            story.unit,
            f"{each.known_before} -> {each.known_after}/{each.expected}",
            f"{at.word(each.quality_before)} -> {at.word(each.quality_after)}",
        )
        for each in story.usage
    ]
    columns = ("day", "before", "after", "unit", "known", "quality")
    _section(at, "usage", columns, table, right=(1, 2), before=story.before, after=story.after)


def _print_facts_of(at: Opened, story: CaseStory) -> None:
    row = story.row
    if row is None:
        last = story.decisions[0]
        facts: list[tuple[str, object]] = [
            (_head(at, "case"), last.case.hex[:SHORT]),
            (_head(at, "cause"), cause_text(at, last.cause)),
            (_head(at, "point"), last.point or last.source),
            (_head(at, "state"), _decision_text(at, last)),
        ]
        print_facts(facts)
        return
    where = " / ".join(part for part in (row.place, row.name) if part)
    payers = ", ".join(row.stake.accounts) if row.stake is not None else NOTHING
    print_facts(
        [
            (_head(at, "case"), row.case.case.hex[:SHORT]),
            (_head(at, "cause"), cause_text(at, row.case.cause)),
            (_head(at, "point"), f"{row.case.point or row.case.source}  {where}".strip()),
            (_head(at, "severity"), worded(at.language, "word", row.case.severity)),
            (_head(at, "at_stake"), money(row.stake)),
            (_head(at, "accounts"), payers),
            (_head(at, "state"), state_text(at, row.case)),
        ]
    )


def _section(
    at: Opened,
    name: str,
    columns: Sequence[str],
    table: Sequence[Sequence[object]],
    *,
    right: Sequence[int] = (),
    **values: object,
) -> None:
    """Print a part of a case; nothing of one that is empty."""
    if not table:
        return
    print()
    print(at.text(f"review.part_{name}", **values))
    print_table([_head(at, key) for key in columns], table, right=right)


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
    return t(at.language, key) if key in catalogue() else _said(at, cause)


def _said(at: Opened, code: str) -> str:
    key = f"finding.{code}"
    return t(at.language, key) if key in catalogue() else code


def _decision_text(at: Opened, row: Decision) -> str:
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


def _instant(at: Opened, instant: datetime | None) -> datetime | None:
    """Return an instant in the site's zone; None where there is no bound on that side."""
    if instant is None or not 1970 < instant.year < LAST_YEAR:
        return None
    return instant.astimezone(at.site.zone)


def _head(at: Opened, key: str) -> str:
    own = f"review.head_{key}"
    return at.text(own if f"cli.{own}" in catalogue() else f"head.{key}")

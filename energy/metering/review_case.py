"""In: open findings, what was decided about them. Out: cases for a person to decide. Pure.

A case is what one cause did at one point: a spike is a jump up and a fall back, and one decision
ends both. Findings whose spans lie no further apart than TOUCHING belong together; where single
readings are wrong or lacking, no further than APART: a spike each night, with sound days between,
is a case a night. A case's id is made of its cause, its place and where its oldest finding begins:
it stays while the case grows, while findings of the same doubt end and others come in their place,
and while a decision upon it (a hold, a proposal) names one of its findings.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from enum import StrEnum
from typing import Final
from uuid import UUID

from energy.base.finding import Severity
from energy.base.ids import id_of

TOUCHING: Final = timedelta(hours=24)
"""Findings of what lasts, a clock that runs wrong, are one story no further apart than this. [h]"""
APART: Final = timedelta(hours=12)
"""Findings of single readings are one story no further apart than this. [h]"""
LAST_YEAR: Final = 9999
"""A finding that ends in it has no end yet."""
CAUSES: Final[Mapping[str, tuple[str, ...]]] = {
    "step": (
        "register.negative_step",
        "register.jump",
        "register.noise",
        "register.spike",
        "register.reset",
        "register.rollover",
        "register.swapped",
        "reading.out_of_range",
        "interval.jump",
    ),
    "missing": ("reading.missing",),
    "conflict": ("reading.conflict", "batch.conflict", "reading.out_of_order"),
    "clock": (
        "reading.future",
        "clock.meter_off",
        "clock.host_off",
        "clock.host_not_kept",
        "mqtt.time_ahead",
        "mqtt.time_too_old",
        "opcua.time_ahead",
    ),
    "grid": ("interval.off_grid", "interval.cut"),
    "stuck": ("register.frozen",),
    "zero": ("usage.zero_run",),
    "control": ("register.control_reading", "meter.pulse_drift", "interval.register_mismatch"),
    "other_device": ("modbus.other_device", "mbus.other_device", "mqtt.wrong_device"),
    "ratio": ("modbus.ratio_changed", "meter.multiplier_unproven"),
    "lost": (
        "spool.thinned",
        "spool.readings_dropped",
        "spool.notes_dropped",
        "collector.was_down",
    ),
    "no_entry": ("entry.parked",),
}
"""Codes by their cause; a code that stands nowhere is a cause of its own."""
_SINGLE: Final = frozenset({"step", "missing", "conflict"})
"""Causes of which every finding is about single readings: those between are sound."""
_CAUSE_OF: Final = {code: cause for cause, codes in CAUSES.items() for code in codes}


class DecisionKind(StrEnum):
    """What a person decided about a case."""

    ACCEPTED = "accepted"
    """The value is right, or bears no bill: the findings end."""
    ACCEPTANCE_PROPOSED = "acceptance_proposed"
    """It waits for a second person."""
    CORRECTION_PROPOSED = "correction_proposed"
    """A correction waits for its second person; approved, it ends the findings."""
    ESTIMATED = "estimated"
    """An estimate stands in for what is missing: the findings it covers end."""
    HELD = "held"
    """It waits until a day; the bill stays barred."""
    RELEASED = "released"
    """A hold or a proposal ended without effect."""


class CaseState(StrEnum):
    """What a case waits for."""

    OPEN = "open"
    HELD = "held"
    ACCEPTANCE = "acceptance_proposed"
    CORRECTION = "correction_proposed"


@dataclass(frozen=True, slots=True, kw_only=True)
class CaseFinding:
    """A finding of a case."""

    finding: UUID
    code: str
    channel: int
    """0 when the whole source is meant."""
    start: datetime
    end: datetime
    position: int
    severity: Severity
    point: str | None = None
    source: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Decision:
    """A decision about a case, as the journal holds it."""

    case: UUID
    number: int
    """1 for the first about the case."""
    kind: DecisionKind
    cause: str
    point: str | None
    source: str
    findings: tuple[CaseFinding, ...]
    reason: str
    evidence: tuple[str, ...]
    until: date | None
    """First local day on which a hold is over."""
    correction: UUID | None
    correction_state: str | None
    """proposed, approved or rejected."""
    estimate: UUID | None
    """Stream of the estimated readings."""
    stated_position: int | None
    """Position of the last event of the correction or estimate; None where there is neither."""
    settled_by: UUID | None
    """Who approved or rejected the correction."""
    stake: Decimal | None
    """Money at stake as the person saw it; None when nobody paid. [currency]"""
    currency: str
    proposed_by: UUID | None
    """The first of two people, where two decided."""
    decided_by: UUID
    decided_at: datetime
    command: UUID
    position: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Case:
    """What one cause did at one point, and what was decided last."""

    case: UUID
    cause: str
    point: str | None
    """None when a whole source is meant."""
    source: str
    findings: tuple[CaseFinding, ...]
    """By start, then code."""
    state: CaseState
    decision: Decision | None
    """The last one; None while nobody decided anything."""
    proposers: Mapping[UUID, UUID] = field(default_factory=dict)
    """Who proposed to accept it, by finding; what nobody proposed to accept stands not in it."""

    @property
    def start(self) -> datetime:
        """Return the first instant concerned."""
        return self.findings[0].start

    @property
    def end(self) -> datetime:
        """Return the last instant concerned; in the year LAST_YEAR while it lasts."""
        return max(each.end for each in self.findings)

    @property
    def lasts(self) -> bool:
        """Return whether it has no end yet."""
        return self.end.year >= LAST_YEAR

    @property
    def severity(self) -> Severity:
        """Return the worst of its findings'."""
        barred = any(each.severity is Severity.DO_NOT_BILL for each in self.findings)
        return Severity.DO_NOT_BILL if barred else Severity.WARN

    @property
    def codes(self) -> tuple[str, ...]:
        """Return the codes of its findings, each once."""
        return tuple(sorted({each.code for each in self.findings}))

    @property
    def number(self) -> int:
        """Return how many decisions there were; the next one is one higher."""
        return self.decision.number if self.decision is not None else 0


def cause_of(code: str) -> str:
    """Return the cause of a code; the code itself where it has none of its own."""
    return _CAUSE_OF.get(code, code)


def reach_of(cause: str) -> timedelta:
    """Return how far apart findings of a cause may lie and be one story. [h]."""
    return APART if cause in _SINGLE else TOUCHING


def case_ids(findings: Iterable[CaseFinding]) -> set[UUID]:
    """Return the ids that cases of some findings may have, whatever was decided.

    Args:
        findings: Findings that wait for a person.
    """
    own = {_own_id(group) for group in _groups(findings)}
    return own | {_next_id(identity) for identity in own}


def cases_of(
    findings: Iterable[CaseFinding], decisions: Sequence[Decision], today: date
) -> list[Case]:
    """Return open findings as cases, by first instant.

    Args:
        findings: Findings that wait for a person.
        decisions: The last decision about each case that waits, or waited before under its id.
        today: Local day: a hold that ends on it is over.
    """
    by_finding = {
        named.finding: decision
        for decision in sorted(decisions, key=lambda each: each.position)
        for named in decision.findings
    }
    by_case = {decision.case: decision for decision in decisions}
    taken: set[UUID] = set()
    cases = []
    for group in sorted(_groups(findings), key=lambda group: _key(_first(group))):
        decision = _last_of(group, by_finding)
        own = _own_id(group)
        if decision is not None and decision.case in taken:
            decision = None  # the case fell apart: its older part goes on with it
        identity = decision.case if decision is not None else own
        while identity in taken:
            identity = _next_id(identity)
        taken.add(identity)
        if decision is None:  # what a decision left of it goes on with its count of decisions
            decision = by_case.get(identity)
        cases.append(_case(identity, group, decision, today, _proposers(group, by_finding)))
    return sorted(cases, key=lambda case: (case.start, case.case))


def _case(
    identity: UUID,
    group: Sequence[CaseFinding],
    decision: Decision | None,
    today: date,
    proposers: Mapping[UUID, UUID],
) -> Case:
    first = group[0]
    return Case(
        case=identity,
        cause=cause_of(first.code),
        point=first.point,
        source=first.source,
        findings=tuple(group),
        state=_state(decision, today),
        decision=decision,
        proposers=proposers,
    )


def _proposers(
    group: Sequence[CaseFinding], by_finding: Mapping[UUID, Decision]
) -> dict[UUID, UUID]:
    """Return who proposed to accept which finding of a case, whatever case it was of then."""
    last = {each.finding: by_finding.get(each.finding) for each in group}
    return {
        finding: decision.decided_by
        for finding, decision in last.items()
        if decision is not None and decision.kind is DecisionKind.ACCEPTANCE_PROPOSED
    }


def _state(decision: Decision | None, today: date) -> CaseState:
    if decision is None:
        return CaseState.OPEN
    match decision.kind:
        case DecisionKind.HELD if decision.until is None or today < decision.until:
            return CaseState.HELD
        case DecisionKind.ACCEPTANCE_PROPOSED:
            return CaseState.ACCEPTANCE
        case DecisionKind.CORRECTION_PROPOSED if decision.correction_state == "proposed":
            return CaseState.CORRECTION
        case _:
            return CaseState.OPEN


def _groups(findings: Iterable[CaseFinding]) -> list[list[CaseFinding]]:
    """Return findings of one cause at one point whose spans touch, each group by start."""
    ordered = sorted(findings, key=lambda each: (*_place(each), each.start, _key(each)))
    groups: list[list[CaseFinding]] = []
    reach: datetime | None = None
    for each in ordered:
        apart = reach_of(cause_of(each.code))
        # What has no end reaches whatever comes; nothing can be added to the last year.
        if (
            reach is not None
            and _place(groups[-1][0]) == _place(each)
            and (each.start <= reach or each.start - reach <= apart)
        ):
            groups[-1].append(each)
            reach = max(reach, each.end)
        else:
            groups.append([each])
            reach = each.end
    return groups


def _own_id(group: Sequence[CaseFinding]) -> UUID:
    """Return the id of a case about which nothing was decided."""
    first = _first(group)
    return id_of("review_case", *_place(first), first.start.astimezone(UTC).isoformat())


def _next_id(taken: UUID) -> UUID:
    """Return the id of a case whose own one belongs to another that a decision keeps together."""
    return id_of("review_case", taken.hex)


def _place(finding: CaseFinding) -> tuple[str, str, str]:
    """Return where a finding is and of which cause; a point is known whatever its source."""
    source = "" if finding.point is not None else finding.source
    return cause_of(finding.code), finding.point or "", source


def _first(group: Sequence[CaseFinding]) -> CaseFinding:
    return min(group, key=_key)


def _key(finding: CaseFinding) -> tuple[int, str, int, datetime]:
    return finding.position, finding.code, finding.channel, finding.start


def _last_of(group: Sequence[CaseFinding], by_finding: Mapping[UUID, Decision]) -> Decision | None:
    known = [by_finding[each.finding] for each in group if each.finding in by_finding]
    return max(known, key=lambda each: each.position, default=None)

"""In: nothing. Out: made-up cases in every state behind the review's questions. Pure."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from fractions import Fraction
from uuid import UUID

from billing.rating.stake import Stake
from billing.views.case_story import CaseStory, UsageChange
from billing.views.review_queue import QueuedCase
from dashboards.queries.plan_rows import NoteRow
from dashboards.queries.review_rows import CasePage, QueueRow, ReviewQueue
from dashboards.queries.rows import Answer
from dashboards.security.scope import Right, Scope
from energy.base.finding import Severity
from energy.base.ids import id_of
from energy.base.quality import Quality
from energy.journal.decisions import FindingKey
from energy.metering.review_case import Case, CaseFinding, CaseState, Decision, DecisionKind
from energy.views.findings import FindingRow
from energy.views.readings_told import ReadingRow, Standing
from tests.dashboards.fake_energy import SITE
from tests.dashboards.fake_plans import FakePlans

DOUBTED = datetime(2026, 7, 13, 14, tzinfo=UTC)
NOTE = "Tom typed two digits wrong; 抄表笔误"
MONEY = "13,414.19"


def case(
    n: int, code: str, cause: str, state: CaseState, *, kind: DecisionKind | None = None
) -> Case:
    """Return a case about one building."""
    start = DOUBTED + timedelta(hours=n)
    severity = Severity.WARN if cause == "missing" else Severity.DO_NOT_BILL
    finding = CaseFinding(
        finding=id_of("finding", str(n)),
        code=code,
        channel=n,
        start=start,
        end=start + timedelta(minutes=15),
        position=40_000 + n,
        severity=severity,
        point=None if cause == "lost" else f"cam-b{n}-elec",
        source="gateway-3" if cause == "lost" else "",
    )
    return Case(
        case=id_of("review_case", str(n)),
        cause=cause,
        point=finding.point,
        source=finding.source,
        findings=(finding,),
        state=state,
        decision=None if kind is None else decision(n, kind, finding),
    )


def decision(n: int, kind: DecisionKind, finding: CaseFinding) -> Decision:
    """Return what somebody decided about a case."""
    return Decision(
        case=id_of("review_case", str(n)),
        number=1,
        kind=kind,
        cause="step",
        point=finding.point,
        source=finding.source,
        findings=(finding,),
        reason="Tom reads the display on Monday",
        evidence=(),
        until=date(2026, 7, 20) if kind is DecisionKind.HELD else None,
        correction=id_of("correction", "1") if kind is DecisionKind.CORRECTION_PROPOSED else None,
        correction_state="proposed" if kind is DecisionKind.CORRECTION_PROPOSED else None,
        estimate=None,
        stated_position=None,
        settled_by=None,
        stake=Decimal("45.60"),
        currency="GBP",
        proposed_by=None,
        decided_by=id_of("person", "ada"),
        decided_at=DOUBTED + timedelta(days=1),
        command=id_of("command", str(n)),
        position=41_000,
    )


CASES = (
    case(2, "register.negative_step", "step", CaseState.OPEN),
    case(5, "register.jump", "step", CaseState.HELD, kind=DecisionKind.HELD),
    case(7, "usage.zero_run", "zero", CaseState.ACCEPTANCE, kind=DecisionKind.ACCEPTANCE_PROPOSED),
    case(8, "register.jump", "step", CaseState.CORRECTION, kind=DecisionKind.CORRECTION_PROPOSED),
    case(9, "reading.missing", "missing", CaseState.OPEN),
    case(11, "spool.thinned", "lost", CaseState.OPEN),
)
AMOUNTS: tuple[tuple[str, Fraction, int] | None, ...] = (
    ("13414.19", Fraction(1, 3), 0),
    ("45.60", Fraction(0), 0),
    ("31.02", Fraction(0), 4),
    ("12.00", Fraction(0), 0),
    ("0.00", Fraction(0), 0),
    None,
)
CASE = CASES[0].case


def _queued(row: Case, amount: tuple[str, Fraction, int] | None, *, priced: bool) -> QueuedCase:
    stake = None
    if amount is not None and priced:
        stake = Stake(
            amount=Decimal(amount[0]),
            currency="GBP",
            accounts=("A-0002",),
            expected=amount[1],
            unknown=amount[2],
        )
    number = 0 if row.point is None else row.findings[0].channel
    return QueuedCase(
        case=row,
        stake=stake,
        name=f"Building {number} electricity" if number else "",
        place=f"b{number}" if number else "",
    )


@dataclass
class FakeReviewDesk:
    """Notes what was decided about which case or correction."""

    done: list[tuple[object, ...]] = field(default_factory=list)

    def accept(self, case: UUID, reason: str, *, by: UUID, may_decide: bool) -> None:
        self.done.append(("accept", case, reason, may_decide))

    def hold(self, case: UUID, reason: str, *, until: date, by: UUID) -> None:
        self.done.append(("hold", case, reason, until))

    def release(self, case: UUID, reason: str, *, by: UUID, may_decide: bool) -> None:
        self.done.append(("release", case, reason, may_decide))

    def correct(self, case: UUID, readings: Sequence[str], reason: str, *, by: UUID) -> None:
        self.done.append(("correct", case, reason, tuple(readings)))

    def state(self, point: str, readings: Sequence[str], reason: str, *, by: UUID) -> None:
        self.done.append(("state", point, reason, tuple(readings)))

    def without(self, case: UUID, instants: Sequence[str], reason: str, *, by: UUID) -> None:
        self.done.append(("without", case, reason, tuple(instants)))

    def estimate(self, case: UUID, method: str, reason: str, *, by: UUID) -> None:
        self.done.append(("estimate", case, reason, method))

    def approve(self, correction: UUID, *, by: UUID) -> None:
        self.done.append(("approve", correction))

    def reject(self, correction: UUID, reason: str, *, by: UUID) -> None:
        self.done.append(("reject", correction, reason))


@dataclass
class FakeReview(FakePlans):
    """The review's questions too."""

    cases: tuple[Case, ...] = field(default=CASES)
    review_desk: FakeReviewDesk = field(default_factory=FakeReviewDesk)

    def review(self, scope: Scope) -> Answer[ReviewQueue]:
        scope.demand(Right.READ_ENERGY, SITE)
        rows = tuple(
            QueueRow(
                queued=_queued(row, amount, priced=scope.may(Right.READ_BILLS)),
                notes=(NOTE, "Second") if row.case == CASE else (),
            )
            for row, amount in zip(self.cases, AMOUNTS, strict=False)
        )
        return self._answer(ReviewQueue(rows=rows, cases=len(rows)))

    def review_case(self, scope: Scope, name: str) -> Answer[CasePage] | None:
        scope.demand(Right.READ_ENERGY, SITE)
        priced = scope.may(Right.READ_BILLS)
        for row, amount in zip(self.cases, AMOUNTS, strict=False):
            if row.case.hex.startswith(name.lower()):
                story = _story(_queued(row, amount, priced=priced))
                if not priced:
                    story = replace(
                        story,
                        decisions=tuple(replace(each, stake=None) for each in story.decisions),
                    )
                page = CasePage(
                    story=story, notes=_notes(row), people={id_of("person", "ada"): "Ada Brandt"}
                )
                return self._answer(page)
        return None


def _notes(row: Case) -> tuple[NoteRow, ...]:
    return (
        NoteRow(
            note=id_of("note", "case"),
            version=1,
            first=row.start,
            last=row.end,
            about=row.point or "",
            text=NOTE,
            by=UUID(int=9),
            author="Tom",
            at=row.end,
        ),
    )


def _story(row: QueuedCase) -> CaseStory:
    (finding,) = row.case.findings
    told = FindingRow(
        finding=finding.finding,
        key=FindingKey(
            code=finding.code,
            channel=finding.channel,
            start=finding.start,
            position=finding.position,
        ),
        severity=str(finding.severity),
        point=finding.point,
        quantity="active_energy_import",
        end=finding.end,
        proof={"before": 10_587_800, "after": 1_588_300},
        explained_position=None,
        resolved_position=None,
        resolved_at=None,
        resolved_by=None,
        resolution=None,
    )
    return CaseStory(
        row=row,
        findings=(told,),
        decisions=() if row.case.decision is None else (row.case.decision,),
        proposed=(),
        readings=tuple(_reading(finding, n) for n in (-2, -1, 0, 1, 2)),
        segments=(),
        notes=(),
        usage=(
            UsageChange(
                start=finding.start,
                before=Fraction(0),
                after=Fraction(90_307),
                known_before=0,
                known_after=95,
                expected=96,
                quality_before=Quality.MISSING,
                quality_after=Quality.MISSING,
            ),
        ),
        unit="kWh",
        resolution=Fraction(1, 100),
        before=40_001,
        after=48_213,
        doubted=(finding.start,),
        behind_gap=(finding.start + timedelta(minutes=30),),
    )


def _reading(finding: CaseFinding, n: int) -> ReadingRow:
    value = Fraction(105_878) if n == 0 else Fraction(15_878 + 5 * n)
    return ReadingRow(
        point=finding.point or "",
        quantity="active_energy_import",
        channel=finding.channel,
        at=finding.start + n * timedelta(minutes=15),
        learned_at=finding.start + timedelta(hours=6),
        count=int(value * 100),
        value=value,
        unit="kWh",
        quality=Quality.MANUAL,
        position=40_001,
        standing=Standing.COUNTS,
    )

"""In: a clock. Out: made-up supply cases behind the questions about them. Pure."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime, timedelta
from decimal import Decimal
from uuid import UUID

from dashboards.queries.case_rows import (
    CaseBoard,
    CaseForms,
    CaseLine,
    CasePage,
    CaseTab,
    StepClock,
)
from dashboards.queries.rows import Answer
from dashboards.security.scope import Right, Scope
from energy.base.ids import id_of
from energy.service.cases.asked import Application
from energy.service.cases.case import SupplyCase
from energy.service.cases.errors import CaseError
from energy.service.cases.kinds import STEPS, CaseKind, CaseState, CaseStep
from energy.service.cases.plan import parse_case_plan
from energy.service.cases.progress import CasePause, CaseRow, StepRow
from energy.service.cases.proofs import Said
from energy.service.cases.quotation import Quotation, QuotedItem, Sums
from energy.service.cases.reads import CaseFact, CaseStory, OfferRow
from energy.service.cases.seen import ApplicantView, seen_of
from energy.service.work.done_reads import PaperRow
from energy.service.work.kinds import OrderState, WaitsFor
from tests.dashboards.fake_energy import SITE, ZONE, FakeEnergy
from tests.dashboards.fake_switching import BEN, GRACE, NAMES
from tests.dashboards.fake_work import levels
from tests.energy.service.cases.steps import FILE

AT = {
    "survey": CaseStep.SURVEY,
    "quoted": CaseStep.QUOTATION,
    "working": CaseStep.WORK,
    "waiting": CaseStep.CONTRACT,
    "done": CaseStep.FIRST_BILL,
    "refused": CaseStep.SURVEY,
}
"""One case of each kind, by how far it is."""
CASES = {name: f"C-2026-{n:05}" for n, name in enumerate(AT, 1)}
CODE = "ABCD-2345"
"""Of every made-up case."""
_PLAN = parse_case_plan(FILE)[1]


@dataclass
class FakeCases(FakeEnergy):
    """Questions about supply cases; Grace owns them, one is offered to her."""

    def _case_row(self, name: str) -> CaseRow:
        now, steps = self.clock.now(), STEPS[CaseKind.NEW_SUPPLY]
        place, over = steps.index(AT[name]), name in {"done", "refused"}
        begun = now - timedelta(days=9)
        states = {"done": CaseState.DONE, "refused": CaseState.REFUSED}
        waits = {"quoted": WaitsFor.CUSTOMER, "waiting": WaitsFor.PERMIT}
        been = [
            StepRow(
                place=n,
                step=step,
                began_at=begun + timedelta(hours=3 * n),
                ended_at=begun + timedelta(hours=3 * n + 3) if n < place or over else None,
                owner=GRACE,
                ended_by=GRACE if n < place or over else None,
                words="The board has room" if step is CaseStep.SURVEY else "",
                result={"feeder": "f1", "capacity": "beyond"} if step is CaseStep.SURVEY else {},
                outcome=("refused" if name == "refused" and n == place else "done")
                if n < place or over
                else "",
            )
            for n, step in enumerate(steps[: place + 1])
        ]
        if name == "done":
            been[-1] = replace(been[-1], result={"invoice": "CAM-2026-00001"})
        pause = CasePause(
            begin_at=now - timedelta(hours=1), end_at=None, until_at=None, waits_for="customer"
        )
        return CaseRow(
            supply_case=id_of("supply_case", name),
            number=CASES[name],
            kind=CaseKind.NEW_SUPPLY,
            applicant="party/harbour",
            utility="electricity",
            place="",
            node="electricity/f1",
            point="cam-b2-elec" if name == "done" else "",
            account="A-0002" if place > steps.index(CaseStep.CONTRACT) else "",
            leaving="",
            capacity_w=40_000,
            wanted_on=date(2026, 8, 1),
            asked_at=begun,
            plan=1,
            steps=steps,
            step=steps[place],
            state=states.get(name, CaseState.OPEN),
            waits_for=waits.get(name, ""),
            waits_words="plan of the room" if name == "waiting" else "",
            lapses_at=now + timedelta(days=5) if name == "quoted" else None,
            reason="No room at the board" if name == "refused" else "",
            work_order=id_of("work_order", name) if name in {"working", "done"} else None,
            opened_at=begun,
            opened_by=GRACE,
            owner=BEN if name == "survey" else GRACE,
            offered=GRACE if name == "survey" else None,
            ended_at=now if over else None,
            ended_by=GRACE if over else None,
            position=7,
            been=been,
            pauses=[pause] if name in waits else [],
        )

    def _case_line(self, name: str) -> CaseLine:
        row = self._case_row(name)
        return CaseLine(
            row=row,
            clock=self._case_clock(row, row.been[-1]),
            turn=row.turn(self.clock.now()),
            owner=NAMES[row.owner],
            offered=NAMES[row.offered] if row.offered else "",
        )

    def _case_clock(self, row: CaseRow, step: StepRow) -> StepClock:
        planned = {each.step: each for each in _PLAN.steps_of(row.kind)}
        clock = row.clock(step, _PLAN, ZONE)
        return StepClock(
            standing=clock.standing(self.clock.now()), counting=planned[step.step].counting
        )

    def _case_offers(self, row: CaseRow) -> list[OfferRow]:
        if row.steps.index(row.step) < row.steps.index(CaseStep.QUOTATION):
            return []
        return [
            OfferRow(
                quotation=1,
                items=[("cable 35 m", Decimal("1250.50"))],
                tax_percent=Decimal(20),
                net=Decimal("1250.50"),
                tax=Decimal("250.10"),
                total=Decimal("1500.60"),
                currency="GBP",
                valid_until=date(2026, 7, 20),
                lapses_at=self.clock.now() + timedelta(days=5),
                quoted_at=row.asked_at,
                quoted_by=GRACE,
                accepted_at=None if row.lapses_at else row.asked_at,
            )
        ]

    def _case_seen(self, name: str) -> ApplicantView:
        row = self._case_row(name)
        return seen_of(row, _PLAN, self._case_offers(row), ZONE, self.clock.now())

    def supply_cases(self, scope: Scope, tab: CaseTab) -> Answer[CaseBoard]:
        scope.demand(Right.CASES, SITE)
        lines = [self._case_line(name) for name in AT]
        open_ = [each for each in lines if each.row.state is CaseState.OPEN]
        tabs = {
            CaseTab.OPEN: open_,
            CaseTab.MINE: [e for e in open_ if scope.person in {e.row.owner, e.row.offered}],
            CaseTab.LATE: [each for each in open_ if each.clock.late],
            CaseTab.ENDED: [each for each in lines if each.row.state is not CaseState.OPEN],
        }
        board = CaseBoard(
            tab=tab,
            lines=tuple(tabs[tab]),
            counts={each: len(found) for each, found in tabs.items()},
            kinds=tuple(_PLAN.kinds),
        )
        return Answer(rows=board, as_of=1, age_s=60)

    def supply_case(self, scope: Scope, number: str) -> Answer[CasePage] | None:
        scope.demand(Right.CASES, SITE)
        name = next((key for key, each in CASES.items() if each == number), None)
        if name is None:
            return None
        line = self._case_line(name)
        row = line.row
        story = CaseStory(
            case=row,
            plan=_PLAN,
            offers=self._case_offers(row),
            papers=[
                PaperRow(
                    sha256="ab" * 32,
                    media_type="application/pdf",
                    person=GRACE,
                    added_at=row.asked_at,
                )
            ],
            order="W-2026-00003" if row.work_order else "",
            facts=[
                CaseFact(act="opened", person=GRACE, at=row.asked_at, words=""),
                CaseFact(act="step_ended", person=GRACE, at=row.asked_at, words="application"),
                CaseFact(act="waits", person=BEN, at=row.asked_at, words="permit: from the town"),
            ],
        )
        known = levels().levels
        page = CasePage(
            line=line,
            story=story,
            clocks=tuple(self._case_clock(row, each) for each in row.been),
            order=OrderState.TAKEN if row.work_order else None,
            seen=self._case_seen(name),
            code=CODE,
            names=NAMES,
            people=tuple(NAMES.items()),
            levels=tuple(known),
            checklists={"meter-swap": {"en": "Meter exchange", "zh": "换表"}},
        )
        return Answer(rows=page, as_of=1, age_s=60)

    def case_forms(self, scope: Scope) -> CaseForms:
        scope.demand(Right.CASES, SITE)
        return CaseForms(kinds=tuple(_PLAN.kinds), people=tuple(NAMES.items()), cases=len(CASES))

    def case_utility(self, scope: Scope, point: str) -> str:
        scope.demand(Right.CASES, SITE)
        return "electricity" if point.startswith("cam-") else ""

    def own_cases(self, scope: Scope) -> tuple[ApplicantView, ...]:
        scope.demand(Right.READ_OWN, SITE)
        return tuple(self._case_seen(name) for name in ("quoted", "refused"))

    def case_by_code(self, number: str, code: str) -> ApplicantView | None:
        assert (number + code).isprintable(), "PostgreSQL takes no NUL"
        name = next((key for key, each in CASES.items() if each == number.strip().upper()), None)
        return self._case_seen(name) if name is not None and code == CODE else None


class FakeCaseDesk:
    """Supply cases in memory; what the books know is whatever is said."""

    def __init__(self, now: Callable[[], datetime]) -> None:
        self.now = now
        self.cases: dict[UUID, SupplyCase] = {}

    def open(self, asked: Application, *, by: UUID, command_id: UUID) -> UUID:
        identity = id_of("supply_case", str(command_id))
        known = SupplyCase.open(
            identity,
            "C-2026-00099",
            asked,
            (1, list(STEPS[asked.kind])),
            by=by,
            now=self.now(),
            command_id=command_id,
        )
        self.cases.setdefault(identity, known)
        return identity

    def act(self, case: UUID, act: Callable[[SupplyCase], None]) -> int:
        act(self.case(case))
        return 1

    def end_step(
        self, case: UUID, step: CaseStep, said: Said, *, by: UUID, command_id: UUID
    ) -> None:
        self.case(case).end_step(step, said.words, {}, by=by, command_id=command_id)

    def quote(
        self,
        case: UUID,
        items: Sequence[QuotedItem],
        tax_percent: Decimal,
        valid_until: date,
        *,
        by: UUID,
        command_id: UUID,
    ) -> Quotation:
        net = sum((each.amount for each in items), Decimal(0))
        offer = Quotation(
            items=items,
            tax_percent=tax_percent,
            sums=Sums(net=net, tax=Decimal(0), total=net, currency="GBP"),
            valid_until=valid_until,
            lapses_at=self.now() + timedelta(days=5),
        )
        self.case(case).quote(offer, by=by, now=self.now(), command_id=command_id)
        return offer

    def make_order(
        self, case: UUID, level: str, *, checklist: str = "", by: UUID, command_id: UUID
    ) -> UUID:
        order = id_of("work_order", str(command_id), level, checklist)
        self.case(case).make_order(order, by=by, command_id=command_id)
        return order

    def case(self, identity: UUID) -> SupplyCase:
        if identity not in self.cases:
            raise CaseError.of("none")
        return self.cases[identity]

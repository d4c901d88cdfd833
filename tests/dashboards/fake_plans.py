"""In: a clock. Out: made-up plans and notes behind their questions, a board to pin on. Pure."""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from datetime import timedelta
from decimal import Decimal
from fractions import Fraction
from uuid import UUID

from dashboards.queries.plan_rows import NoteRow, PlannedNode, PlanPage
from dashboards.queries.rows import Answer, LoadProfile, MeterPage, PlaceRow
from dashboards.security.scope import Right, Scope
from energy.base.ids import id_of
from energy.base.quality import Quality
from energy.base.units import BASE_UNIT, Utility
from energy.metering.pinned_note import NoteWords, PinnedNoteError
from energy.metering.plans.compare import MonthFigures, year_figures
from energy.metering.plans.plan import NodeKind, PlanNode
from energy.views.plan_figures import PlanFigures
from tests.dashboards.fake_bills import FakeBills
from tests.dashboards.fake_energy import SITE

CAMPUS = PlanNode(kind=NodeKind.PLACE, key="campus")


def month(number: int) -> MonthFigures:
    """Return a month: whole to June, half of July, one of them estimated, one with a gap."""
    usage = 420_000_000 + 9_000_000 * (number % 5)
    whole = number < 7 and number != 3
    expected = 2_976
    return MonthFigures(
        month=number,
        actual=usage if whole else None,
        known_usage=usage if whole else usage * 7 // 10 if number in {3, 7} else 0,
        known=expected if whole else expected * 7 // 10 if number in {3, 7} else 0,
        expected=expected,
        quality=Quality.ESTIMATED
        if number == 5
        else Quality.MEASURED
        if number < 8
        else Quality.MISSING,
        plan=Fraction(430_000_000),
        money=Decimal("61200.00"),
        last_year=None if number == 2 else 445_000_000 - 3_000_000 * number,
    )


def figures(year: int, utility: Utility = Utility.ELECTRICITY) -> PlanFigures:
    months = tuple(month(number) for number in range(1, 13))
    return PlanFigures(
        node=CAMPUS,
        name="Campus",
        utility=utility,
        base_unit=BASE_UNIT[utility],
        unit="kWh",
        currency="GBP",
        year=year,
        as_of=None,
        months=months,
        total=year_figures(months),
    )


@dataclass
class FakePlans(FakeBills):
    """Questions about plans and notes, and the desk where notes are pinned."""

    names: dict[UUID, str] = field(default_factory=dict)
    pinned: list[NoteRow] = field(default_factory=list)

    # ---- questions
    def plans(self, scope: Scope, year: int) -> Answer[tuple[PlannedNode, ...]]:
        scope.demand(Right.READ_ENERGY, SITE)
        row = PlannedNode(
            node=CAMPUS,
            name="Campus",
            utility=Utility.ELECTRICITY,
            quantity=Decimal(5_160_000),
            unit="kWh",
            money=Decimal("734400.00"),
            currency="GBP",
            approved_at=self.clock.now() - timedelta(days=200),
            approved_by="Mei Lin",
        )
        return self._answer((row,) if year == self.clock.now().year else ())

    def plan(self, scope: Scope, node: PlanNode, year: int) -> Answer[PlanPage] | None:
        scope.demand(Right.READ_ENERGY, SITE)
        if node != CAMPUS:
            return None
        page = PlanPage(
            node=node,
            name="Campus",
            year=year,
            figures=(figures(year),),
            notes=tuple(self.pinned),
            begun=7,
        )
        return self._answer(page)

    def utilities(self, scope: Scope) -> tuple[Utility, ...]:
        scope.demand(Right.READ_ENERGY, SITE)
        return (Utility.ELECTRICITY, Utility.GAS)

    def places(self, scope: Scope) -> tuple[PlaceRow, ...]:
        scope.demand(Right.READ_ENERGY, SITE)
        return (
            PlaceRow(key=CAMPUS.key, name="Campus", kind="site", parent=None, depth=0),
            PlaceRow(key="b1", name="Building 1", kind="building", parent=CAMPUS.key, depth=1),
            PlaceRow(key="b1-f1", name="Floor 1", kind="floor", parent="b1", depth=2),
        )

    def site_place(self, scope: Scope) -> str:
        scope.demand(Right.READ_ENERGY, SITE)
        return CAMPUS.key

    def await_note(self, scope: Scope, note: UUID) -> None:
        assert any(row.note == note for row in self.pinned)

    def load_profile(self, scope: Scope, utility: Utility) -> Answer[LoadProfile]:
        answer = super().load_profile(scope, utility)
        return self._answer(replace(answer.rows, notes=tuple(self.pinned)))

    def meter(self, scope: Scope, point: str) -> Answer[MeterPage] | None:
        answer = super().meter(scope, point)
        if answer is None:
            return None
        return self._answer(replace(answer.rows, notes=tuple(self.pinned)))

    def await_change(self, scope: Scope, position: int) -> None:
        assert position == 1

    # ---- commands
    def pin(self, words: NoteWords, by: UUID) -> UUID:
        note = id_of("note", repr(words.text))
        row = NoteRow(
            note=note,
            version=1,
            first=words.first,
            last=words.last,
            about=words.point or words.place,
            text=words.text,
            by=by,
            author=self.names.get(by, "?"),
            at=self.clock.now(),
        )
        self.pinned = [*(each for each in self.pinned if each.note != note), row]
        return note

    def edit(self, note: UUID, words: NoteWords, *, by: UUID, command_id: UUID) -> int:
        for number, row in enumerate(self.pinned):
            if row.note == note:
                if row.by != by:
                    raise PinnedNoteError.of("note.not_yours")
                self.pinned[number] = replace(
                    row,
                    version=row.version + 1,
                    first=words.first,
                    last=words.last,
                    text=words.text,
                )
        return 1

    def withdraw(self, note: UUID, *, by: UUID, any_author: bool, command_id: UUID) -> int:
        self.pinned = [each for each in self.pinned if each.note != note]
        return 1

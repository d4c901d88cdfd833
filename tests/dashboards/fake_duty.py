"""In: a clock. Out: made-up duty behind the questions about it: a gap, a stand-in, leave. Pure."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Any

from dashboards.queries.duty_rows import (
    AwayRow,
    CalledAt,
    CalledPost,
    Cell,
    DutyBoard,
    PostNow,
    RosterWeek,
    ShiftNow,
    Who,
)
from dashboards.queries.rows import Answer
from dashboards.security.scope import Right, Scope
from energy.base.ids import id_of
from energy.base.period import Period, local_day
from energy.service.duty.names import NO_NAMES, DutyNames
from energy.service.duty.plan import PostKind, SlotKey
from energy.service.duty.standing import Kind, Why
from tests.dashboards.fake_energy import SITE, ZONE, FakeEnergy

ADA, BEN, CY, EVE = (
    Who(person=id_of("person", name.casefold()), name=name, reachable=name != "Cy Young")
    for name in ("Ada Byron", "Ben Lee", "Cy Young", "Eve Wang")
)
KINDS = {"control": PostKind.DESK, "oncall": PostKind.ON_CALL, "spare": PostKind.STAND_IN}


@dataclass
class FakeDuty(FakeEnergy):
    """Questions about duty."""

    duty_planned: bool = True
    duty_called: DutyNames = NO_NAMES
    """Names of shifts and posts."""

    def duty_names(self, scope: Scope) -> DutyNames:
        scope.demand(Right.READ_ENERGY, SITE)
        return self.duty_called

    def duty(self, scope: Scope, first: date, at: datetime) -> Answer[DutyBoard]:
        scope.demand(Right.READ_ENERGY, SITE)
        now = self.clock.now()
        begin = datetime.combine(local_day(now, ZONE), datetime.min.time(), ZONE)
        day = _shift("day", begin + timedelta(hours=7))
        night = _shift("night", begin + timedelta(hours=19), gap=True)
        board = DutyBoard(
            planned=self.duty_planned,
            now=day,
            following=night,
            called=CalledAt(
                at=at,
                shift=night,
                posts=(
                    _called("control", (CY,), (ADA, BEN), (EVE,)),
                    _called("oncall", (EVE,), (CY,)),
                    CalledPost(post="spare", circles=((CY,),), named=False),
                ),
            ),
            week=_week(first, now),
        )
        return self._answer(board)


def _called(post: str, *circles: tuple[Who, ...]) -> CalledPost:
    return CalledPost(post=post, circles=circles, named=True)


def _shift(name: str, begin: datetime, *, gap: bool = False) -> ShiftNow:
    day = begin.date()

    def post(key: str, **said: Any) -> PostNow:
        known: dict[str, Any] = {
            "post": key,
            "kind": KINDS[key],
            "why": None,
            "cause": "",
            "instead": "",
            "slot": SlotKey(day=day, shift=name, post=key),
            **said,
        }
        return PostNow(**known)

    return ShiftNow(
        shift=name,
        period=Period(start=begin, end=begin + timedelta(hours=12)),
        posts=(
            post("control", who=CY, cause="leave", instead=ADA.name),
            post("oncall", who=None, why=Why.OPEN) if gap else post("oncall", who=EVE),
            post("spare", who=None, why=Why.ON_PURPOSE, cause="change", instead=BEN.name),
        ),
    )


def _week(first: date, now: datetime) -> RosterWeek:
    cells = {}
    turn = (ADA, BEN, CY)
    for n in range(7):
        day = first + timedelta(days=n)
        for shift, at in (("day", 0), ("night", 1)):
            for post, who in (("control", turn[(n + at) % 3]), ("oncall", EVE)):
                slot = SlotKey(day=day, shift=shift, post=post)
                cells[slot] = Cell(
                    slot=slot,
                    who=who,
                    cause="",
                    instead="",
                    wrong=(),
                    over=day < local_day(now, ZONE),
                )

    def other(n: int, shift: str, post: str, **said: Any) -> None:
        slot = SlotKey(day=first + timedelta(days=n), shift=shift, post=post)
        known: dict[str, Any] = {"cause": "", "instead": "", "wrong": (), "over": False}
        cells[slot] = Cell(**{"slot": slot, **known, **said})

    other(3, "night", "oncall", who=None, wrong=(Kind.OPEN,))
    other(4, "day", "control", who=CY, cause="leave", instead=ADA.name)
    other(4, "night", "control", who=CY, cause="swap", instead=BEN.name, wrong=(Kind.REST,))
    other(5, "day", "control", who=None, cause="change", instead=BEN.name, wrong=(Kind.ON_PURPOSE,))
    other(6, "day", "control", who=ADA, wrong=(Kind.LEAVE,))
    return RosterWeek(
        first=first,
        shifts=("day", "night"),
        posts=("control", "oncall"),
        cells=cells,
        away=(
            AwayRow(name=ADA.name, first=first + timedelta(days=4), last=first + timedelta(days=6)),
        ),
    )

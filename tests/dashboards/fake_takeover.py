"""In: nothing. Out: a made-up take-over, its events real ones without a journal. Pure."""

from __future__ import annotations

from dataclasses import dataclass, field
from decimal import Decimal
from uuid import UUID, uuid4

from billing.takeover.causes import Cause
from billing.takeover.site_take_over import SiteTakeOver
from billing.takeover.state import StartedSeries
from dashboards.queries.rows import Answer
from dashboards.queries.takeover_rows import BillPair, TakeOverPage
from dashboards.security.scope import Right, Scope
from tests.dashboards.fake_energy import SITE
from tests.dashboards.fake_money import ADA, HOSTILE

OLD, NEW, COMPARED = "a1" * 32, "b2" * 32, "c3" * 32


def totals(stated: str) -> list[dict[str, object]]:
    return [
        {"sheet": "accounts", "count": 30, "sum": None, "stated_count": "30", "stated_sum": None},
        {"sheet": "deposits", "count": 3, "sum": "15000.00", "stated_count": "3",
         "stated_sum": stated},
        {"sheet": "agreed quantities", "count": 0, "sum": "0", "stated_count": None,
         "stated_sum": None},
    ]  # fmt: skip


def in_parallel() -> SiteTakeOver:
    """Return a take-over in its parallel run, compared by Ada; another workbook waits."""
    held = SiteTakeOver(site=SITE, command_id=uuid4())
    held.load(OLD, file=HOSTILE, kept="", totals=totals("15000.00"), by=ADA, command_id=uuid4())
    held.sign(OLD, by=UUID(int=5), command_id=uuid4())
    held.write(OLD, counts={}, metering_position=1, command_id=uuid4())
    held.compare(COMPARED, run="2026-06/1", file="old.csv", kept="", difference="-6509.99",
                 causes={"price": "-922.16", "only_theirs": "-5587.83"}, by=ADA,
                 command_id=uuid4())  # fmt: skip
    held.load(NEW, file="more.xlsx", kept="", totals=totals("14000.00"), by=ADA, command_id=uuid4())
    return held


@dataclass
class Old:
    """The desks of the take-over."""

    held: SiteTakeOver = field(default_factory=in_parallel)

    def drop(self, sha256: str, *, reason: str, by: UUID) -> None:
        self.held.drop(sha256, reason=reason, by=by, command_id=uuid4())

    def release(self, sha256: str, *, reason: str, by: UUID) -> None:
        self.held.release(sha256, reason=reason, by=by, command_id=uuid4())


@dataclass
class FakeTakeOver:
    """Questions about the take-over."""

    old: Old = field(default_factory=Old)

    def takeover(self, scope: Scope) -> Answer[TakeOverPage]:
        scope.demand(Right.READ_BILLS, SITE)
        held = self.old.held
        pair = BillPair(
            account="A-0006",
            utility="electricity",
            ours=None,
            theirs=Decimal("5587.83"),
            difference=Decimal("-5587.83"),
            causes={Cause.ONLY_THEIRS: Decimal("-5587.83")},
        )
        page = TakeOverPage(
            loads=tuple(reversed(held.loads.values())),
            parallel=held.parallel,
            compared=held.comparison,
            pairs=(pair,),
            series=(StartedSeries(prefix="CAM", year=2026, first=40213, last_number="40198"),),
            people={ADA: "Ada Byron"},
            currency="GBP",
        )
        return Answer(rows=page, as_of=88, age_s=42)

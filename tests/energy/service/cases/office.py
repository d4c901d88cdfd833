"""In: a fresh site. Out: its desk of supply cases, with steps and books that a test writes. I/O."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from decimal import Decimal
from typing import Any
from uuid import UUID

from energy.base.ids import id_of
from energy.service.cases.asked import Application
from energy.service.cases.case import SupplyCase
from energy.service.cases.desk import CaseDesk
from energy.service.cases.kinds import STEPS, CaseKind, CaseStep
from energy.service.cases.plan import parse_case_plan
from energy.service.cases.ports import BilledDays, MovedOut, PaidDays, SignedSheet
from energy.service.cases.progress import CaseRow
from energy.service.cases.proofs import Said
from energy.service.cases.quotation import Quotation, QuotedItem, Sums
from energy.service.cases.reads import CaseStory, case_named, read_case_story
from tests.energy.service.cases.steps import FILE
from tests.energy.service.work.shop import fold
from tests.fixtures.postgres import NOON, TestSite, command

ANNA, BEN = (id_of("person", name) for name in ("anna", "ben"))
ITEM = QuotedItem(what="cable", amount=Decimal("100.00"))


@dataclass
class Ledger:
    """What the books answer, as a test says."""

    parties: dict[str, set[str]] = field(default_factory=dict)
    """Account -> its tenants."""
    contracts: dict[tuple[str, str], SignedSheet] = field(default_factory=dict)
    days: dict[tuple[str, str], list[PaidDays]] = field(default_factory=dict)
    bills: dict[tuple[str, str], list[BilledDays]] = field(default_factory=dict)
    moves: dict[tuple[str, str], MovedOut] = field(default_factory=dict)
    stopped: dict[tuple[str, str], date] = field(default_factory=dict)

    def knows(self, tenant: str) -> bool:
        return tenant != "party/nobody"

    def tenants(self, account: str, day: date) -> frozenset[str]:
        return frozenset({f"account/{account}", *self.parties.get(account, ())})

    def contract(self, account: str, number: str) -> SignedSheet | None:
        return self.contracts.get((account, number))

    def paid(self, account: str, point: str) -> Sequence[PaidDays]:
        return self.days.get((account, point), [])

    def payer(self, point: str, day: date) -> str | None:
        return next(
            (
                account
                for (account, paid), days in self.days.items()
                if paid == point and days[-1].after is None and days[-1].first_day <= day
            ),
            None,
        )

    def billed(self, account: str, point: str) -> Sequence[BilledDays]:
        return self.bills.get((account, point), [])

    def moved_out(self, account: str, point: str) -> MovedOut | None:
        return self.moves.get((account, point))

    def suspended_from(self, account: str, point: str, day: date) -> date | None:
        return self.stopped.get((account, point))

    def sums(self, items: Sequence[QuotedItem], tax_percent: Decimal) -> Sums:
        net = sum((each.amount for each in items), Decimal(0))
        tax = (net * tax_percent / 100).quantize(Decimal("0.01"))
        return Sums(net=net, tax=tax, total=net + tax, currency="GBP")


def application(kind: CaseKind = CaseKind.NEW_SUPPLY, **changed: Any) -> Application:
    new = kind is CaseKind.NEW_SUPPLY
    facts: dict[str, Any] = {
        "kind": kind,
        "applicant": "party/mill" if new else "account/A-1",
        "utility": "electricity",
        "node": "electricity/f1" if new else "",
        "point": "" if new else "m1",
        "account": "" if new else "A-1",
        "capacity_w": 40_000,
        "asked_at": NOON,
    }
    return Application(**{**facts, **changed})


def offer(until: date = date(2019, 1, 10)) -> Quotation:
    sums = Sums(net=ITEM.amount, tax=Decimal(0), total=ITEM.amount, currency="GBP")
    lapses = datetime.combine(until, datetime.min.time(), NOON.tzinfo) + timedelta(days=1)
    return Quotation(
        items=[ITEM], tax_percent=Decimal(0), sums=sums, valid_until=until, lapses_at=lapses
    )


@dataclass
class Hand:
    """A case in hand; each word is a new command."""

    case: SupplyCase
    said: int = 0

    def __call__(self, verb: str, *said: Any, by: UUID = ANNA, **more: Any) -> None:
        self.said += 1
        getattr(self.case, verb)(*said, by=by, command_id=command(verb, self.said), **more)

    def end(self, *steps: str, **result: str) -> Hand:
        for step in steps:
            self("end_step", CaseStep(step), "", result)
        return self


def opened(kind: CaseKind = CaseKind.NEW_SUPPLY, **changed: Any) -> Hand:
    """Return a case in hand, at its application."""
    return Hand(
        SupplyCase.open(
            id_of("case", kind),
            "C-2019-00001",
            application(kind, **changed),
            (1, list(STEPS[kind])),
            by=ANNA,
            now=NOON,
            command_id=command("open"),
        )
    )


@dataclass
class Office:
    """The desk of a site."""

    at: TestSite
    books: Ledger = field(default_factory=Ledger)

    @property
    def desk(self) -> CaseDesk:
        return CaseDesk(self.at.writer, self.at.site, self.at.clock, self.books)

    def publish(self, file: str = FILE) -> int:
        first, plan = parse_case_plan(file)
        made = command("plan", str(len(file)))
        return self.desk.publish(plan, valid_from=first, by=ANNA, command_id=made)

    def open(
        self, name: object = "open", kind: CaseKind = CaseKind.NEW_SUPPLY, **more: Any
    ) -> UUID:
        asked = application(kind, **{"asked_at": self.at.clock.now(), **more})
        return self.desk.open(asked, by=ANNA, command_id=command(name))

    def step(self, case: UUID, step: str, **said: str) -> None:
        made = command("step", case, step, self.at.clock.now())
        self.desk.end_step(case, CaseStep(step), Said(**said), by=ANNA, command_id=made)

    def act(self, case: UUID, verb: str, *said: Any, by: UUID = ANNA, **more: Any) -> None:
        made = command(verb, case, by, *said, self.at.clock.now())
        self.desk.act(case, lambda it: getattr(it, verb)(*said, by=by, command_id=made, **more))

    def quote(self, case: UUID, until: date) -> Quotation:
        told = command("quote", case, until, self.at.clock.now())
        return self.desk.quote(case, [ITEM], Decimal(20), until, by=ANNA, command_id=told)

    def row(self, case: UUID) -> CaseRow:
        fold(self.at)
        with self.at.writer.connection() as connection:
            return case_named(connection, self.at.schema, self.desk.case(case).number)

    def story(self, case: UUID) -> CaseStory:
        row = self.row(case)
        with self.at.writer.connection() as connection:
            return read_case_story(connection, self.at.schema, row)

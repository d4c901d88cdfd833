"""In: nothing. Out: a made-up take-over, its events real ones without a journal. Pure."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from decimal import Decimal
from uuid import UUID, uuid4

from billing.takeover.causes import Cause
from billing.takeover.errors import TakeOverPersonError
from billing.takeover.problems import Problem
from billing.takeover.site_take_over import SiteTakeOver
from billing.takeover.state import StartedSeries
from billing.takeover.task_desk import HandedIn
from billing.takeover.task_work import Findings
from billing.takeover.tasks import TakeOverTasks, Task, TaskFile, TaskKind
from dashboards.queries.rows import Answer
from dashboards.queries.sql_takeover import task_to_show
from dashboards.queries.takeover_rows import BillPair, RunToCompare, TakeOverPage
from dashboards.security.scope import Right, Scope
from tests.dashboards.fake_energy import NOW, SITE
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


def found() -> Findings:
    """Return what is wrong with a workbook of hostile names."""
    return Findings(
        file=HOSTILE,
        totals=tuple(totals("14000.00")),
        problems=(
            Problem(sheet="contracts", row=17, column="tariff", code="unknown_tariff",
                    values={"tariff": HOSTILE}),
            Problem(sheet="accounts", row=4, column="opened_on", code="no_date",
                    values={"value": "=1+1"}),
            Problem(sheet="deposits", row=0, column="", code="no_sheet"),
        ),
        count=5,
    )  # fmt: skip


def wrong_workbook() -> TakeOverTasks:
    """Return the wish of Ada, whose workbook has problems."""
    held = TakeOverTasks(site=SITE, command_id=uuid4())
    file = TaskFile(name=HOSTILE, sha256="d4" * 32, kept="e5" * 32)
    held.ask(Task(task=UUID(int=41), kind=TaskKind.LOAD, about="", files=(file,), by=ADA, at=NOW))
    held.begin(UUID(int=41))
    held.end(UUID(int=41), problems=5, findings="f6" * 32)
    return held


@dataclass
class Old:
    """The desks of the take-over."""

    held: SiteTakeOver = field(default_factory=in_parallel)
    tasks: TakeOverTasks = field(default_factory=wrong_workbook)
    handed_in: list[HandedIn] = field(default_factory=list)

    def ask_load(self, file: HandedIn, *, by: UUID) -> UUID:
        self.handed_in.append(file)
        return self._ask(TaskKind.LOAD, "", by)

    def ask_sign(self, sha256: str, *, by: UUID) -> UUID:
        load = self.held.named(sha256)
        if by == load.by:
            raise TakeOverPersonError.of("takeover.second_person")
        return self._ask(TaskKind.SIGN, load.sha256, by)

    def ask_compare(self, run: UUID, files: Sequence[HandedIn], *, by: UUID) -> UUID:
        self.handed_in += files
        return self._ask(TaskKind.COMPARE, str(run), by)

    def _ask(self, kind: TaskKind, about: str, by: UUID) -> UUID:
        files = () if kind is TaskKind.SIGN else (TaskFile(name=HOSTILE, sha256="", kept=""),)
        task = uuid4()
        self.tasks.ask(Task(task=task, kind=kind, about=about, files=files, by=by, at=NOW))
        return task

    def drop(self, sha256: str, *, reason: str, by: UUID) -> None:
        self.held.drop(sha256, reason=reason, by=by, command_id=uuid4())

    def release(self, sha256: str, *, reason: str, by: UUID) -> None:
        self.held.release(sha256, reason=reason, by=by, command_id=uuid4())


@dataclass
class FakeTakeOver:
    """Questions about the take-over."""

    old: Old = field(default_factory=Old)

    def takeover_task(self, scope: Scope) -> Task | None:
        scope.demand(Right.READ_BILLS, SITE)
        return task_to_show(self.old.tasks)

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
            task=(task := self.takeover_task(scope)),
            findings=found() if task is not None and task.findings else None,
            runs=(RunToCompare(run=UUID(int=6), key=f"2026-06/{HOSTILE}"),),
            people={ADA: "Ada Byron"},
            currency="GBP",
        )
        return Answer(rows=page, as_of=88, age_s=42)

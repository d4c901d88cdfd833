"""In: what people do with a supply case. Out: told to its desk, and how it stands. I/O: desks.

The id of a command is made of what was said, by whom, and how far the case was: a row typed again
after a lost answer is one act.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from datetime import datetime
from pathlib import Path
from typing import Annotated
from uuid import UUID

import typer

from scripts.commands.account_terms import DAY
from scripts.commands.asked import runs
from scripts.commands.case_print import say_state
from scripts.commands.field_options import documents_of
from scripts.commands.frame import Opened, opened, required
from scripts.commands.tree import misused
from scripts.commands.typed import amount_of, number_of
from scripts.commands.work_frame import choice_of, command_of

if runs():
    from billing.views.case_books import SiteCaseBooks
    from dashboards.security.scope import Right
    from energy.service.cases.case import SupplyCase
    from energy.service.cases.desk import CaseDesk
    from energy.service.cases.progress import CaseRow
    from energy.service.cases.quotation import QuotedItem
    from energy.service.cases.reads import PlanRow, case_named, read_case_plans
    from energy.service.work.kinds import WaitsFor
    from energy.service.work.order_desk import WorkOrderDesk
    from energy.system import WRITER
    from processes.installation import acting

Do = Callable[[UUID, UUID, UUID], object]
"""Does something with a case: its id, the person, id of the command."""
Act = Callable[["SupplyCase", UUID, UUID], None]


def add_acting(app: typer.Typer) -> None:
    """Add the verbs by which people act on a case."""
    app.command("wait")(wait)
    app.command("resume")(resume)
    app.command("hand-over")(hand_over)
    app.command("take")(take)
    app.command("quote")(quote)
    app.command("accept")(accept)
    app.command("order")(order)
    app.command("paper")(paper)
    app.command("refuse")(refuse)
    app.command("withdraw")(withdraw)


def desk_of(at: Opened) -> CaseDesk:
    """Return the desk of supply cases; it asks the books what they know."""
    return CaseDesk(at.system.database, at.site, at.system.clock, SiteCaseBooks(at.books))


def plans_of(at: Opened) -> Mapping[int, PlanRow]:
    """Return the steps of the site by version."""
    with at.system.database.connection() as connection:
        return read_case_plans(connection, at.site.schema)


def row_of(at: Opened, number: str) -> CaseRow:
    """Return the case of a number.

    Raises:
        CaseError: There is none.
    """
    with at.system.database.connection() as connection:
        return case_named(connection, at.site.schema, number)


def acted(at: Opened, number: str, person: UUID, do: Do, act: str, *said: object) -> CaseRow:
    """Let a person do something with a case; return it as it stands then.

    Args:
        at: The site.
        number: Of the case.
        person: Who does it.
        do: Does it.
        act: Names the command.
        said: What the command says.
    """
    row = row_of(at, number)
    command = command_of(f"{act} case", row.supply_case, row.position, person, *said)
    do(row.supply_case, person, command)
    at.settle("operations")
    return row_of(at, number)


def wait(
    ctx: typer.Context,
    case: str,
    words: str,
    waits_for: Annotated[str, typer.Option("--for")] = "customer",
    by: str | None = None,
) -> None:
    """Let its clock stand still while it waits for the applicant, a part or a permit."""
    what = choice_of(WaitsFor, waits_for)
    _plain(
        ctx,
        case,
        by,
        "wait",
        lambda it, p, c: it.wait(what, words, by=p, command_id=c),
        what,
        words,
    )


def resume(ctx: typer.Context, case: str, by: str | None = None) -> None:
    """Go on: its clock runs again."""
    _plain(ctx, case, by, "resume", lambda it, p, c: it.resume(by=p, command_id=c))


def hand_over(
    ctx: typer.Context,
    case: str,
    to: Annotated[str | None, typer.Option("--to")] = None,
    by: str | None = None,
) -> None:
    """Offer a case to another; its owner stays its owner until the other takes it."""
    with opened(ctx, WRITER) as at:
        named = required(to, "--to", at.text("ask.assign"))
        other = acting(at.system, named, at.site, Right.CASES)
        act: Act = lambda it, p, c: it.hand_over(to=other, by=p, command_id=c)  # noqa: E731
        row = _acted(at, case, by, "hand over", act, other)
        names = {"to": at.name_of(other), "owner": at.name_of(row.owner)}
        print(at.text("work.offered", number=row.number, **names))


def take(ctx: typer.Context, case: str, by: str | None = None) -> None:
    """Own a case that was offered."""
    with opened(ctx, WRITER) as at:
        row = _acted(at, case, by, "take", lambda it, p, c: it.take(by=p, command_id=c))
        print(at.text("work.taken", number=row.number, owner=at.name_of(row.owner)))


def quote(
    ctx: typer.Context,
    case: str,
    item: Annotated[list[str], typer.Option()],
    until: Annotated[datetime, typer.Option(formats=DAY)],
    tax: Annotated[str, typer.Option("--tax-percent")] = "0",
    by: str | None = None,
) -> None:
    """Give the applicant an offer, in place of any before: it waits for the answer (clerk)."""
    items = [_item(each) for each in item]
    percent, last = number_of(tax, "--tax-percent"), until.date()
    with opened(ctx, WRITER) as at:
        desk = desk_of(at)

        def do(known: UUID, person: UUID, command: UUID) -> None:
            offer = desk.quote(known, items, percent, last, by=person, command_id=command)
            sums = offer.sums
            print(at.text("case.quoted", total=sums.total, currency=sums.currency, day=last))

        person = at.person(by, Right.ISSUE)
        say_state(at, acted(at, case, person, do, "quote", items, percent, last))


def accept(ctx: typer.Context, case: str, by: str | None = None) -> None:
    """Record that the applicant took the offer: the step ends."""
    with opened(ctx, WRITER) as at:
        now = at.system.clock.now()
        act: Act = lambda it, p, c: it.accept(by=p, now=now, command_id=c)  # noqa: E731
        say_state(at, _acted(at, case, by, "accept", act))


def order(
    ctx: typer.Context,
    case: str,
    level: Annotated[str, typer.Option("--class")],
    checklist: str = "",
    by: str | None = None,
) -> None:
    """Make the work order of a case; whoever does it takes it with `work take`."""
    with opened(ctx, WRITER) as at:
        desk = desk_of(at)
        made: list[UUID] = []

        def do(known: UUID, person: UUID, command: UUID) -> None:
            order = desk.make_order(
                known, level, checklist=checklist, by=person, command_id=command
            )
            made.append(order)

        row = acted(at, case, at.person(by, Right.CASES), do, "order", level, checklist)
        orders = WorkOrderDesk(at.system.database, at.site, at.system.clock)
        print(at.text("case.ordered", number=row.number, order=orders.order(made[0]).number))


def paper(
    ctx: typer.Context,
    case: str,
    photo: Annotated[list[Path], typer.Option()],
    by: str | None = None,
) -> None:
    """Keep photos or papers with a case: forms, plans, what was signed."""
    with opened(ctx, WRITER) as at:
        person = at.person(by, Right.CASES)
        row, desk = row_of(at, case), desk_of(at)
        for document in documents_of(at, photo):
            sha256 = desk.add_paper(
                row.supply_case,
                document.content,
                document.media_type,
                by=person,
                command_id=command_of("case paper", row.supply_case, 0, person, document.sha256),
            )
            print(at.text("work.paper", number=row.number, sha256=sha256))
        at.settle("operations")


def refuse(ctx: typer.Context, case: str, reason: str | None = None, by: str | None = None) -> None:
    """Decide that the supply is not given, with the reason that the applicant reads."""
    with opened(ctx, WRITER) as at:
        why = required(reason, "--reason", at.text("ask.reason"))
        act: Act = lambda it, p, c: it.refuse(why, by=p, command_id=c)  # noqa: E731
        say_state(at, _acted(at, case, by, "refuse", act, why))


def withdraw(
    ctx: typer.Context, case: str, reason: str | None = None, by: str | None = None
) -> None:
    """Record that the applicant wants it no more."""
    with opened(ctx, WRITER) as at:
        why = required(reason, "--reason", at.text("ask.reason"))
        act: Act = lambda it, p, c: it.withdraw(why, by=p, command_id=c)  # noqa: E731
        say_state(at, _acted(at, case, by, "withdraw", act, why))


def _plain(
    ctx: typer.Context, case: str, by: str | None, verb: str, act: Act, *said: object
) -> None:
    with opened(ctx, WRITER) as at:
        say_state(at, _acted(at, case, by, verb, act, *said))


def _acted(at: Opened, number: str, by: str | None, verb: str, act: Act, *said: object) -> CaseRow:
    desk = desk_of(at)

    def do(case: UUID, person: UUID, command: UUID) -> None:
        desk.act(case, lambda it: act(it, person, command))

    return acted(at, number, at.person(by, Right.CASES), do, verb, *said)


def _item(told: str) -> QuotedItem:
    """Return what WHAT=AMOUNT says."""
    what, equals, amount = told.rpartition("=")
    if not equals or not what.strip():
        raise misused("no_item_amount", value=told)
    return QuotedItem(what=what, amount=amount_of(amount))

"""In: `dunning` verbs. Out: letters, late fees, disputes, plans of payment. I/O: the books."""

from __future__ import annotations

from datetime import date, datetime
from pathlib import Path
from typing import Annotated
from uuid import uuid4

import typer

from scripts.commands.asked import runs
from scripts.commands.frame import opened
from scripts.commands.pay_options import (
    Day,
    Item,
    Reason,
    collecting_of,
    day_of,
    once,
    past_day_of,
    receivables_of,
)
from scripts.commands.printing import print_json, print_table, working
from scripts.commands.tree import FINDINGS, Json, group, misused
from scripts.commands.typed import amount_of

if runs():
    from billing.documents.papers import PaperKind, paper
    from billing.receivables.collection import Instalment, plan_kept
    from billing.receivables.dunning_file import read_rules
    from billing.views.owed import read_disputes, read_plans
    from dashboards.security.scope import Right
    from energy.base.ids import id_of
    from energy.system import WEB, WRITER

app = group("dunning")
AtDay = Annotated[datetime | None, typer.Option("--day", formats=["%Y-%m-%d"])]


@app.command()
def due(ctx: typer.Context, day: AtDay = None, *, as_json: Json = False) -> None:
    """Show the letters and late fees due on a day; nothing is sent. Exit 1: there are."""
    with opened(ctx, WEB) as at:
        meant = day_of(at, day)
        collecting = collecting_of(at)
        letters, fees = collecting.due_letters(meant), collecting.due_fees(meant)
        if as_json:
            print_json({"letters": letters, "fees": fees})
        else:
            keys = ("account", "level", "items", "overdue", "fee")
            table = [
                (each.account, each.level.level, ", ".join(i.number for i in each.items),
                 each.overdue, each.level.fee or None)
                for each in letters
            ]  # fmt: skip
            print_table(
                [at.text(f"pay.head.{key}") for key in keys],
                table,
                right=(1, 3, 4),
                nothing=at.text("none.dunning_due"),
            )
            keys = ("account", "item", "due_on", "charged", "fee")
            charged = [
                (each.item.account, each.item.number, each.item.due_on, each.charged, each.amount)
                for each in fees
            ]
            print_table(
                [at.text(f"pay.head.{key}") for key in keys],
                charged,
                right=(3, 4),
                nothing=at.text("none.late_fees"),
            )
        if letters or fees:
            raise typer.Exit(FINDINGS)


@app.command()
def send(
    ctx: typer.Context,
    folder: Annotated[Path, typer.Option("--out")],
    day: AtDay = None,
    by: str | None = None,
    *,
    as_json: Json = False,
) -> None:
    """Write the letters due on a day into a folder, one PDF an account (billing clerk)."""
    with opened(ctx, WRITER) as at:
        at.person(by, Right.ISSUE)
        at.settle("books")
        folder.mkdir(parents=True, exist_ok=True)
        meant, collecting = day_of(at, day), collecting_of(at)
        sent = []
        with working(at.text("pay.writing")):
            receivables_of(at).apply_named(uuid4())  # money that names its document
            at.settle("books")
            for letter in collecting.due_letters(meant):
                command = id_of("dun", at.site.key, letter.account, meant.isoformat())
                language = collecting.books.account(letter.account).language
                content = collecting.letter(letter, meant)
                told = content.document()
                file = folder / f"{content.number}.pdf"
                file.write_bytes(  # first the paper: what is noted as sent lies there
                    paper(
                        PaperKind.DUNNING_LETTER, told, language="zh" if language == "zh" else "en"
                    )
                )
                _, fees = collecting.send(letter, meant, command_id=command)
                sent.append({"account": letter.account, "level": letter.level.level,
                             "file": file, "fees": fees})  # fmt: skip
        at.settle("books")
        if as_json:
            print_json(sent)
            return
        print(at.text("pay.letters", number=len(sent), folder=folder))


@app.command()
def charge(
    ctx: typer.Context, day: AtDay = None, by: str | None = None, *, as_json: Json = False
) -> None:
    """Charge the late fees that run up to a day, that day not included (billing clerk)."""
    with opened(ctx, WRITER) as at:
        at.person(by, Right.ISSUE)
        at.settle("books")
        meant, collecting = day_of(at, day), collecting_of(at)
        rows = []
        with working(at.text("pay.writing")):
            receivables_of(at).apply_named(uuid4())  # money that names its document
            at.settle("books")
            for fee in collecting.due_fees(meant):
                command = id_of("late fee", at.site.key, fee.item.number, meant.isoformat())
                number = collecting.charge(fee, meant, command_id=command)
                rows.append((number, fee.item.account, fee.item.number, fee.amount))
        at.settle("books")
        keys = ("fee", "account", "item", "amount")
        if as_json:
            print_json([dict(zip(keys, row, strict=True)) for row in rows])
            return
        print_table(
            [at.text(f"pay.head.{key}") for key in keys],
            rows,
            right=(3,),
            nothing=at.text("none.late_fees"),
        )


@app.command()
def rules(
    ctx: typer.Context,
    file: Annotated[Path | None, typer.Argument()] = None,
    by: str | None = None,
    *,
    as_json: Json = False,
) -> None:
    """Show the rules that hold, or set those of a TOML file (billing approver)."""
    with opened(ctx, WEB if file is None else WRITER) as at:
        collecting = collecting_of(at)
        if file is not None:
            person = at.person(by, Right.APPROVE)
            collecting.set_rules(read_rules(file.read_bytes()), by=person, command_id=uuid4())
            at.settle("books")
        held = collecting.rules()
        if as_json:
            print_json(held)
            return
        keys = ("level", "from_days", "pay_within", "fee", "text")
        table = [
            (each.level, each.days, each.pay_within, each.fee or None,
             each.text.get(at.language, each.text["en"]))
            for each in held.levels
        ]  # fmt: skip
        print_table([at.text(f"pay.head.{key}") for key in keys], table, right=(0, 1, 2, 3))
        fee = held.late_fee
        if fee is None:
            print(at.text("pay.no_late_fee"))
        else:
            print(
                at.text(
                    "pay.late_fee",
                    rate=f"{fee.rate:f}",
                    per=at.text(f"pay.per.{fee.per}"),
                    count=fee.day_count,
                    grace=fee.grace_days,
                    cap=fee.cap if fee.cap is not None else "-",
                    since=fee.since,
                )
            )


@app.command()
def dispute(
    ctx: typer.Context,
    item: str,
    reason: Reason,
    amount: Annotated[str | None, typer.Option()] = None,
    on: Day = None,
    by: str | None = None,
) -> None:
    """Note that a document, or a part of it, is in dispute: it is not asked for (billing clerk)."""
    with opened(ctx, WRITER) as at:
        person = at.person(by, Right.ISSUE)
        at.settle("books")
        identity = collecting_of(at).open_dispute(
            item,
            None if amount is None else amount_of(amount),
            on=past_day_of(at, on),
            reason=reason,
            by=person,
            command_id=once(at, "dispute", item, amount, reason, past_day_of(at, on)),
        )
        at.settle("books")
        print(at.text("pay.disputed", dispute=str(identity)[:8], item=item))


@app.command("close")
def close_(
    ctx: typer.Context,
    dispute: str,
    outcome: Annotated[str, typer.Option()],
    on: Day = None,
    by: str | None = None,
) -> None:
    """Note that a dispute is over, and how (billing clerk)."""
    with opened(ctx, WRITER) as at:
        person = at.person(by, Right.ISSUE)
        at.settle("books")
        collecting_of(at).close_dispute(
            dispute, on=past_day_of(at, on), outcome=outcome, by=person, command_id=uuid4()
        )
        at.settle("books")
        print(at.text("pay.dispute_closed", dispute=dispute))


@app.command()
def disputes(ctx: typer.Context, *, as_json: Json = False) -> None:
    """List disputes, open and over."""
    with opened(ctx, WEB) as at:
        with at.system.database.connection() as connection:
            rows = read_disputes(connection, at.site.schema)
        if as_json:
            print_json(rows)
            return
        keys = (
            "dispute",
            "item",
            "account",
            "amount",
            "opened_on",
            "reason",
            "closed_on",
            "outcome",
        )
        table = [
            (str(row.dispute)[:8], row.item, row.account, row.amount, row.opened_on, row.reason,
             row.closed_on, row.outcome)
            for row in rows
        ]  # fmt: skip
        print_table(
            [at.text(f"pay.head.{key}") for key in keys],
            table,
            right=(3,),
            nothing=at.text("none.disputes"),
        )


@app.command()
def plan(
    ctx: typer.Context,
    account: str,
    part: Annotated[list[str], typer.Option("--part")],
    item: Item = None,
    on: Day = None,
    by: str | None = None,
) -> None:
    """Let documents be paid in parts: --part 2026-03-01=100.00, once each (billing approver)."""
    with opened(ctx, WRITER) as at:
        person = at.person(by, Right.APPROVE)
        at.settle("books")
        identity = collecting_of(at).agree_plan(
            account,
            item or (),
            [_instalment(each) for each in part],
            on=day_of(at, on),
            by=person,
            command_id=uuid4(),
        )
        at.settle("books")
        print(at.text("pay.plan_agreed", plan=str(identity)[:8], account=account))


@app.command("plan-end")
def plan_end(
    ctx: typer.Context, plan: str, reason: Reason, on: Day = None, by: str | None = None
) -> None:
    """Let a plan of payment hold no longer (billing approver)."""
    with opened(ctx, WRITER) as at:
        person = at.person(by, Right.APPROVE)
        at.settle("books")
        collecting_of(at).end_plan(
            plan, on=day_of(at, on), reason=reason, by=person, command_id=uuid4()
        )
        at.settle("books")
        print(at.text("pay.plan_ended", plan=plan))


@app.command()
def plans(ctx: typer.Context, day: AtDay = None, *, as_json: Json = False) -> None:
    """List the plans that hold, and whether each is kept up to a day; exit 1: one is not."""
    with opened(ctx, WEB) as at:
        meant = day_of(at, day)
        with at.system.database.connection() as connection:
            rows = read_plans(connection, at.site.schema)
        kept = [plan_kept(row.instalments, row.paid, meant) for row in rows]
        if as_json:
            print_json([{"kept": k, "plan": row} for k, row in zip(kept, rows, strict=True)])
        else:
            keys = ("plan", "account", "items", "amount", "paid", "kept")
            table = [
                (str(row.plan)[:8], row.account, ", ".join(row.items),
                 sum(i.amount for i in row.instalments), row.paid,
                 at.text("pay.yes" if k else "pay.no"))
                for k, row in zip(kept, rows, strict=True)
            ]  # fmt: skip
            print_table(
                [at.text(f"pay.head.{key}") for key in keys],
                table,
                right=(3, 4),
                nothing=at.text("none.plans"),
            )
        if not all(kept):
            raise typer.Exit(FINDINGS)


def _instalment(text: str) -> Instalment:
    day, _, amount = text.partition("=")
    try:
        return Instalment(due_on=date.fromisoformat(day), amount=amount_of(amount))
    except ValueError:
        raise misused("no_instalment", value=text[:30]) from None

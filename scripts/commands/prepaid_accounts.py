"""In: `prepaid` verbs of accounts. Out: opened, topped up, settled, ended, shown. I/O: database."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date, datetime, timedelta
from typing import Annotated
from uuid import uuid4
from zoneinfo import ZoneInfo

import typer

from energy.base.ids import id_of
from scripts.commands.asked import runs
from scripts.commands.frame import Opened, opened
from scripts.commands.prepaid_frame import (
    DAY,
    act_of,
    office_of,
)
from scripts.commands.printing import in_zone, print_facts, print_json, print_table, working
from scripts.commands.tree import FINDINGS, Json
from scripts.commands.typed import amount_of

if runs():
    from billing.bank.office import BankOffice
    from billing.prepaid.errors import PrepaidRefusedError
    from billing.prepaid.server_account import Every, TopUpMeans
    from billing.prepaid.settling import Outcome
    from billing.views.prepaid import (
        balance_at,
        read_entries,
        read_months,
        read_prepaid,
        read_warnings,
    )
    from dashboards.note_words import wall_instant
    from dashboards.security.scope import Right
    from energy.base.period import midnight
    from energy.system import WEB, WRITER
    from processes.prepaid_settling import settle_prepaid

Day = Annotated[datetime, typer.Option(formats=DAY)]


def add_accounts(app: typer.Typer) -> None:
    """Add the verbs to the group."""
    app.command("open")(open_)
    for verb in (topup, reverse, settle, balance, statement, warnings, credit, end, refund):
        app.command()(verb)
    app.command("list")(list_)


def open_(
    ctx: typer.Context,
    account: str,
    first: Annotated[datetime, typer.Option("--from", formats=DAY)],
    by: str | None = None,
    every: str = "day",
    cycle_day: Annotated[int, typer.Option(min=1, max=28)] = 1,
) -> None:
    """Let an account pay first: its readings are settled from its balance."""
    with opened(ctx, WRITER) as at:
        act = act_of(at, by, Right.ISSUE)
        if every not in list(Every):
            raise PrepaidRefusedError.of("every", text=every, known=", ".join(Every))
        office = office_of(at)
        office.open(account, first.date(), every=Every(every), cycle_day=cycle_day, act=act)
        at.settle("books")
        print(at.text("prepay.opened", account=account, day=first.date()))


def topup(
    ctx: typer.Context,
    account: str,
    amount: str,
    reference: Annotated[str, typer.Option()],
    by: str | None = None,
    *,
    opening: bool = False,
    as_json: Json = False,
) -> None:
    """Put money on an account that came by the bank; the same reference again adds nothing."""
    with opened(ctx, WRITER) as at:
        command = id_of("prepaid topup", account, reference)
        act = act_of(at, by, Right.ISSUE, command)
        means = TopUpMeans.OPENING if opening else TopUpMeans.BANK
        office = office_of(at)
        money = amount_of(amount)
        receipt = office.top_up(account, money, means=means, reference=reference, act=act)
        at.settle("books")
        left = office.balance(account)
        if as_json:
            print_json({"receipt": receipt, "balance": left})
            return
        values = {"amount": money, "currency": at.site.currency, "receipt": receipt}
        print(at.text("prepay.topped_up", account=account, balance=left, **values))


def reverse(
    ctx: typer.Context,
    account: str,
    receipt: str,
    reason: Annotated[str, typer.Option()],
    entry: str | None = None,
    by: str | None = None,
) -> None:
    """Take a top-up back that the bank took back; one of a desk is voided there."""
    with opened(ctx, WRITER) as at:
        act = act_of(at, by, Right.ISSUE)
        out = None if entry is None else BankOffice(at.books, at.system.vault).entry(entry).id
        left = office_of(at).reverse(account, receipt, reason, act, out=out)
        at.settle("books")
        values = {"account": account, "balance": left, "currency": at.site.currency}
        print(at.text("prepay.reversed", receipt=receipt, **values))


def settle(
    ctx: typer.Context,
    account: list[str] | None = None,
    by: str | None = None,
    *,
    as_json: Json = False,
) -> None:
    """Settle usage from the balances up to now, as the nightly job does; exit 1 when behind."""
    with opened(ctx, WRITER) as at:
        at.person(by, Right.ISSUE)
        with working(at.text("prepay.settling")):
            found = settle_prepaid(at.system, at.site, account or ())
        if as_json:
            print_json(found)
        else:
            _print_outcomes(at, found)
        if any(each.behind for each in found):
            raise typer.Exit(FINDINGS)


def _print_outcomes(at: Opened, found: Sequence[Outcome]) -> None:
    keys = ("account", "settled", "true_up", "documents", "settled_to", "balance", "days_left")
    rows = [
        (
            each.account,
            each.settled,
            each.trued_up,
            ", ".join(each.closed) or None,
            in_zone(each.settled_to, at.site.zone),
            each.balance,
            each.days_left,
        )
        for each in found
    ]
    print_table(
        [at.text(f"prepay.head.{key}") for key in keys],
        rows,
        right=(1, 2, 5, 6),
        nothing=at.text("none.prepaid"),
    )
    for each in found:
        if each.fault:
            print(f"{each.account}: {each.fault}")
        elif each.behind:
            print(at.text("prepay.behind", account=each.account))


def list_(ctx: typer.Context, *, as_json: Json = False) -> None:
    """List the prepaid accounts with their balances."""
    with opened(ctx, WEB) as at:
        with at.system.database.connection() as connection:
            found = read_prepaid(connection, at.site.schema)
        if as_json:
            print_json(found)
            return
        keys = ("account", "state", "balance", "credit", "every", "settled_to", "supply")
        rows = [
            (
                row.account,
                at.text(f"prepay.state.{row.state}"),
                row.balance,
                row.credit,
                at.text(f"prepay.every.{row.every}"),
                in_zone(row.settled_to, at.site.zone),
                at.text("prepay.supplied" if row.connected else "prepay.cut"),
            )
            for row in found
        ]
        print_table(
            [at.text(f"prepay.head.{key}") for key in keys],
            rows,
            right=(2, 3),
            nothing=at.text("none.prepaid"),
        )


def balance(
    ctx: typer.Context,
    account: str,
    when: Annotated[str | None, typer.Option("--at")] = None,
    known_on: str | None = None,
    *,
    as_json: Json = False,
) -> None:
    """Show a balance at an instant, as known on another; now without them."""
    with opened(ctx, WEB) as at:
        zone = at.site.zone
        instant, known = _until(when, zone), _until(known_on, zone)
        with at.system.database.connection() as connection:
            rows = read_prepaid(connection, at.site.schema, account)
            if not rows:
                raise PrepaidRefusedError.of("not_prepaid", account=account)
            schema = at.site.schema
            left = balance_at(connection, schema, account, at=instant, known=known)
        if as_json:
            print_json({"account": account, "balance": left, "at": instant, "known_on": known})
            return
        facts: list[tuple[str, object]] = [
            (at.text("prepay.head.account"), account),
            (at.text("prepay.head.balance"), f"{left} {at.site.currency}"),
            (at.text("prepay.head.settled_to"), in_zone(rows[0].settled_to, zone)),
            (at.text("prepay.head.at"), in_zone(instant, zone)),
            (at.text("prepay.head.known_on"), in_zone(known, zone)),
        ]
        print_facts(facts)


def _until(text: str | None, zone: ZoneInfo) -> datetime | None:
    """Return an instant as typed; of a day the midnight that ends it."""
    if text is None:
        return None
    try:
        day = date.fromisoformat(text.strip())
    except ValueError:
        return wall_instant(text, zone)
    return midnight(day + timedelta(days=1), zone)


def statement(
    ctx: typer.Context,
    account: str,
    first: Annotated[datetime, typer.Option("--from", formats=DAY)],
    last: Annotated[datetime, typer.Option("--to", formats=DAY)],
    known_on: str | None = None,
    *,
    as_json: Json = False,
) -> None:
    """List what moved a balance in some local days, opening and closing balance."""
    with opened(ctx, WEB) as at:
        zone, schema = at.site.zone, at.site.schema
        start = midnight(first.date(), zone)
        end = midnight(last.date() + timedelta(days=1), zone)
        known = _until(known_on, zone)
        with at.system.database.connection() as connection:
            opening = balance_at(connection, schema, account, at=start, known=known)
            rows = read_entries(connection, schema, account, start, end, known=known)
            months = read_months(connection, schema, account)
        closing = opening + sum(row.amount for row in rows)
        if as_json:
            found = {"opening": opening, "entries": rows, "closing": closing, "months": months}
            print_json(found)
            return
        keys = ("at", "what", "document", "amount", "balance")
        table: list[tuple[object, ...]] = [(None, at.text("prepay.opening"), None, None, opening)]
        left = opening
        for row in rows:
            left += row.amount
            what = at.text(f"prepay.kind.{row.kind}")
            when = in_zone(row.effective_at, zone)
            table.append((when, what, row.document or None, row.amount, left))
        print_table([at.text(f"prepay.head.{key}") for key in keys], table, right=(3, 4))


def warnings(
    ctx: typer.Context,
    account: str | None = None,
    *,
    every: Annotated[bool, typer.Option("--all")] = False,
    as_json: Json = False,
) -> None:
    """List the warn levels that balances are below, the newest first; exit 1 when there are any."""
    with opened(ctx, WEB) as at:
        with at.system.database.connection() as connection:
            found = read_warnings(connection, at.site.schema, account=account, every=every)
        if as_json:
            print_json(found)
        else:
            keys = ("account", "level", "balance", "days_left", "warned_at", "recovered_at")
            rows = [
                (
                    row.account,
                    at.text(f"prepay.level.{row.kind}", level=f"{row.level:f}"),
                    row.balance,
                    row.days_left,
                    in_zone(row.warned_at, at.site.zone),
                    in_zone(row.recovered_at, at.site.zone),
                )
                for row in found
            ]
            print_table(
                [at.text(f"prepay.head.{key}") for key in keys],
                rows,
                right=(2, 3),
                nothing=at.text("none.warnings"),
            )
        if any(row.recovered_at is None for row in found):
            raise typer.Exit(FINDINGS)


def credit(
    ctx: typer.Context,
    account: str,
    amount: str,
    until: Annotated[str, typer.Option()],
    by: str | None = None,
) -> None:
    """Grant emergency credit until an instant; a top-up pays it back (billing approver)."""
    with opened(ctx, WRITER) as at:
        act = act_of(at, by, Right.APPROVE)
        instant = _until(until, at.site.zone)
        assert instant is not None, "it was typed"
        office_of(at).grant_credit(account, amount_of(amount), instant, act)
        at.settle("books")
        print(at.text("prepay.credited", account=account, until=in_zone(instant, at.site.zone)))


def end(
    ctx: typer.Context,
    account: str,
    day: Day,
    reason: Annotated[str, typer.Option()],
    by: str | None = None,
) -> None:
    """End a prepaid account: no usage is settled from a local day on."""
    with opened(ctx, WRITER) as at:
        person = at.person(by, Right.ISSUE)
        at.settle("books")
        office_of(at).end(account, day.date(), reason, by=person, command_id=uuid4())
        at.settle("books")
        print(at.text("prepay.ended", account=account, day=day.date()))


def refund(
    ctx: typer.Context,
    account: str,
    reference: Annotated[str, typer.Option()],
    by: str | None = None,
    *,
    as_json: Json = False,
) -> None:
    """Pay out what an ended and billed account has left, as a second person (billing approver)."""
    with opened(ctx, WRITER) as at:
        act = act_of(at, by, Right.APPROVE)
        left = office_of(at).refund(account, means="transfer", reference=reference, act=act)
        at.settle("books")
        if as_json:
            print_json({"account": account, "refunded": left})
            return
        key = "prepay.refunded" if left >= 0 else "prepay.owed"
        print(at.text(key, account=account, amount=abs(left), currency=at.site.currency))

"""In: `prepaid` verbs of cards. Out: points, cards, units written to cards. I/O: files, books."""

from __future__ import annotations

from datetime import datetime
from typing import Annotated
from uuid import UUID

import typer

from scripts.commands.asked import runs
from scripts.commands.frame import Opened, opened
from scripts.commands.prepaid_frame import (
    DAY,
    act_of,
)
from scripts.commands.printing import in_zone, print_facts, print_json, print_table, working
from scripts.commands.tree import FINDINGS, Json
from scripts.commands.typed import amount_of

if runs():
    from billing.prepaid.card_office import CardOffice
    from billing.prepaid.card_writer import Answer
    from billing.prepaid.errors import PrepaidRefusedError
    from billing.prepaid.server_account import Act
    from billing.views.prepaid_cards import read_card_points, read_sales, sale_named
    from dashboards.security.scope import Right
    from energy.base.period import local_day
    from energy.system import WEB, WRITER
    from processes.card_writing import write_card, writer_of

Reason = Annotated[str, typer.Option()]


def add_cards(app: typer.Typer) -> None:
    """Add the verbs to the group."""
    app.command("card-open")(card_open)
    app.command("card-issue")(card_issue)
    app.command("card-ceiling")(card_ceiling)
    app.command("card-swap")(card_swap)
    app.command("card-close")(card_close)
    app.command("card-price")(card_price)
    app.command("card-write")(card_write)
    app.command("card-settle")(card_settle)
    app.command()(cards)
    app.command()(sales)


def card_open(
    ctx: typer.Context,
    point: str,
    account: Annotated[str, typer.Option()],
    tariff: Annotated[str, typer.Option()],
    serial: Annotated[str, typer.Option()],
    first: Annotated[datetime, typer.Option("--from", formats=DAY)],
    ceiling: str | None = None,
    by: str | None = None,
) -> None:
    """Let a point be paid by card: units are sold and written, no reading settles anything."""
    with opened(ctx, WRITER) as at:
        act = act_of(at, by, Right.ISSUE)
        most = None if ceiling is None else amount_of(ceiling)
        day = first.date()
        _cards(at).open(point, account, tariff, serial, day, ceiling=most, act=act)
        at.settle("books")
        print(at.text("prepay.card_opened", point=point, account=account, day=first.date()))


def card_issue(
    ctx: typer.Context,
    point: str,
    card: str,
    reason: str = "",
    by: str | None = None,
) -> None:
    """Make a card for a point's meter; a lost one before it is blocked."""
    with opened(ctx, WRITER) as at:
        act = act_of(at, by, Right.ISSUE)
        _cards(at).issue_card(point, card, reason, act)
        at.settle("books")
        print(at.text("prepay.card_issued", point=point, card=card))


def card_ceiling(
    ctx: typer.Context, point: str, units: str | None = None, by: str | None = None
) -> None:
    """Let at most so many units be bought for a point in a month; none without --units."""
    with opened(ctx, WRITER) as at:
        act = act_of(at, by, Right.ISSUE)
        _cards(at).set_ceiling(point, None if units is None else amount_of(units), act)
        at.settle("books")
        print(at.text("prepay.ceiling", point=point, units=units or "-"))


def card_swap(
    ctx: typer.Context,
    point: str,
    serial: Annotated[str, typer.Option()],
    left: Annotated[str, typer.Option()],
    by: str | None = None,
) -> None:
    """Serve another meter: what the old one had left goes onto the card, free."""
    with opened(ctx, WRITER) as at:
        act = act_of(at, by, Right.ISSUE)
        sale = _cards(at).swap_meter(point, serial, amount_of(left), act)
        at.settle("books")
        print(at.text("prepay.swapped", point=point, serial=serial))
        if sale is not None:
            write_and_tell(at, point, sale, act)


def card_close(
    ctx: typer.Context,
    point: str,
    day: Annotated[datetime, typer.Option(formats=DAY)],
    reason: Reason,
    by: str | None = None,
) -> None:
    """Let a point be paid after use again from a local day on."""
    with opened(ctx, WRITER) as at:
        act = act_of(at, by, Right.ISSUE)
        _cards(at).close(point, day.date(), reason, act)
        at.settle("books")
        print(at.text("prepay.card_closed", point=point, day=day.date()))


def card_price(
    ctx: typer.Context,
    point: str,
    units: str | None = None,
    money: str | None = None,
    *,
    as_json: Json = False,
) -> None:
    """Show what units cost today, or what money buys, with what the month has bought."""
    with opened(ctx, WEB) as at:
        office = _cards(at)
        held = office.point(point)
        today = local_day(at.system.clock.now(), at.site.zone)
        count = None if units is None else amount_of(units)
        paid = None if money is None else amount_of(money)
        priced = office.priced(held, today, units=count, money=paid)
        if as_json:
            print_json(priced)
            return
        bought = held.bought(f"{today:%Y-%m}")
        facts: list[tuple[str, object]] = [
            (at.text("prepay.head.units"), f"{priced.units:f} {priced.unit}"),
            (at.text("prepay.head.amount"), f"{priced.gross:f} {priced.currency}"),
            (at.text("prepay.head.tax"), f"{priced.tax:f} {priced.currency}"),
            (at.text("prepay.head.bought"), f"{bought:f} {priced.unit}"),
        ]
        for part in priced.parts:
            price = f"{part.units:f} x {part.price:f}"
            facts.append((at.text("prepay.head.price"), price))
        print_facts(facts)


def card_write(
    ctx: typer.Context, sale: str | None = None, by: str | None = None, *, as_json: Json = False
) -> None:
    """Write a sale to its card, or all that wait: what broke off is gone on with (exit 1: left)."""
    with opened(ctx, WRITER) as at:
        act = act_of(at, by, Right.ISSUE)
        writer_of(at.installation.config)
        with at.system.database.connection() as connection:
            schema = at.site.schema
            if sale is not None:
                meant = [sale_named(connection, schema, sale)]
            else:
                rows = read_sales(connection, schema, waiting=True)
                meant = [(row.point, row.sale) for row in reversed(rows)]
        left = [not write_and_tell(at, *each, act, quiet=as_json) for each in meant]
        if as_json:
            with at.system.database.connection() as connection:
                print_json(read_sales(connection, at.site.schema, waiting=True))
        if any(left):
            raise typer.Exit(FINDINGS)


def card_settle(
    ctx: typer.Context,
    sale: str,
    reason: Reason,
    by: str | None = None,
    *,
    written: Annotated[bool, typer.Option("--written/--not-written")],
) -> None:
    """Say as a person who looked at the card whether a sale is on it (billing approver)."""
    with opened(ctx, WRITER) as at:
        act = act_of(at, by, Right.APPROVE)
        with at.system.database.connection() as connection:
            point, identity = sale_named(connection, at.site.schema, sale)
        _cards(at).say_end(point, identity, written=written, proof=reason, by=act.by, act=act)
        at.settle("books")
        word = "written" if written else "failed"
        print(at.text("prepay.sale_told", sale=sale, state=at.text(f"prepay.sale_state.{word}")))


def cards(ctx: typer.Context, *, as_json: Json = False) -> None:
    """List the points that are paid by card."""
    with opened(ctx, WEB) as at:
        with at.system.database.connection() as connection:
            rows = read_card_points(connection, at.site.schema)
        if as_json:
            print_json(rows)
            return
        keys = ("point", "account", "tariff", "serial", "card", "ceiling", "unit")
        table = [(r.point, r.account, r.tariff, r.serial, r.card, r.ceiling, r.unit) for r in rows]
        print_table(
            [at.text(f"prepay.head.{key}") for key in keys],
            table,
            right=(5,),
            nothing=at.text("none.cards"),
        )


def sales(
    ctx: typer.Context, point: str | None = None, *, waiting: bool = False, as_json: Json = False
) -> None:
    """List units sold for cards and what became of them; only those that wait with --waiting."""
    with opened(ctx, WEB) as at:
        with at.system.database.connection() as connection:
            rows = read_sales(connection, at.site.schema, point=point, waiting=waiting)
        if as_json:
            print_json(rows)
            return
        keys = ("sale", "at", "card", "units", "amount", "receipt", "state", "proof")
        table = [
            (
                f"{r.point}/{r.number}",
                in_zone(r.sold_at, at.site.zone),
                r.card,
                f"{r.units:f} {r.unit}",
                r.amount,
                r.receipt or None,
                at.text(f"prepay.sale_state.{r.state}"),
                r.proof or None,
            )
            for r in rows
        ]
        print_table(
            [at.text(f"prepay.head.{key}") for key in keys],
            table,
            right=(3, 4),
            nothing=at.text("none.sales"),
        )


def write_and_tell(at: Opened, point: str, sale: UUID, act: Act, *, quiet: bool = False) -> bool:
    """Write a sale and tell how it ended; return whether it is on its card."""
    office = _cards(at)
    try:
        writer = writer_of(at.installation.config)
        with working(at.text("prepay.writing")):
            told = write_card(at.system.database, at.site, office, point, sale, writer, act)
    except PrepaidRefusedError as error:
        at.settle("books")
        typer.echo(error.told(at.language), err=True)
        return False
    at.settle("books")
    number = office.point(point).sale(sale).number
    if not quiet:
        values = {"sale": f"{point}/{number}", "proof": told.proof or "-"}
        print(at.text(f"prepay.answer.{told.answer}", **values))
    return told.answer is Answer.WRITTEN


def _cards(at: Opened) -> CardOffice:
    return CardOffice(at.books)

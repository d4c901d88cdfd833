"""In: `prepaid` verbs of rules and supply. Out: rules, protected points, work orders. I/O."""

from __future__ import annotations

from datetime import date, datetime
from pathlib import Path
from typing import Annotated
from uuid import UUID, uuid4

import typer

from scripts.commands.asked import runs
from scripts.commands.frame import Opened, opened
from scripts.commands.prepaid_frame import (
    DAY,
    act_of,
    office_of,
    paper_language,
    party_of,
)
from scripts.commands.printing import in_zone, print_facts, print_json, print_table, worded
from scripts.commands.tree import FINDINGS, Json
from scripts.commands.typed import amount_of

if runs():
    from dataclasses import replace

    from billing.documents.papers import PaperKind, paper
    from billing.prepaid.balance import rules_now
    from billing.prepaid.errors import PrepaidRefusedError
    from billing.prepaid.order_desk import OrderDesk
    from billing.prepaid.papers import notice_of
    from billing.prepaid.protected import Protection, ProtectionKind
    from billing.prepaid.rules import Rules
    from billing.prepaid.supply_order import OrderKind, OrderState, SupplyOrder
    from billing.views.prepaid_points import order_named, read_orders, read_protected
    from dashboards.security.scope import Right
    from energy.base.period import local_day
    from energy.system import WEB, WRITER

Reason = Annotated[str, typer.Option()]
First = Annotated[datetime, typer.Option("--from", formats=DAY)]
MINUTES = 60


def add_orders(app: typer.Typer) -> None:
    """Add the verbs to the group."""
    for verb in (rules, year, protect, unprotect, protected, request, approve, withdraw, confirm):
        app.command()(verb)
    app.command("hand-out")(hand_out)
    app.command("return")(return_)
    app.command()(orders)
    app.command()(notice)


def rules(
    ctx: typer.Context,
    warn_money: list[str] | None = None,
    warn_days: list[int] | None = None,
    mean_days: int | None = None,
    disconnect_at: str | None = None,
    reconnect_at: str | None = None,
    credit: str | None = None,
    night: str | None = None,
    weekend: str | None = None,
    by: str | None = None,
    *,
    as_json: Json = False,
) -> None:
    """Show the rules of prepaid, or state them: levels, thresholds, when no supply is cut."""
    asked = (
        warn_money, warn_days, mean_days, disconnect_at, reconnect_at, credit, night, weekend,
    )  # fmt: skip
    changing = any(each is not None for each in asked)
    with opened(ctx, WRITER if changing else WEB) as at:
        now, _ = rules_now(at.books)
        if changing:
            person = at.person(by, Right.APPROVE)
            at.settle("books")
            changes: dict[str, object] = {"mean_days": mean_days}
            changes["warn_money"] = tuple(amount_of(m) for m in warn_money) if warn_money else None
            changes["warn_days"] = tuple(warn_days) if warn_days else None
            named = {"disconnect_at": disconnect_at, "reconnect_at": reconnect_at}
            named["credit"] = credit
            changes |= {key: amount_of(text) for key, text in named.items() if text is not None}
            if night is not None:
                changes["night_from"], changes["night_to"] = _night(night)
            if weekend is not None:
                changes["weekend"] = _weekend(weekend)
            told = {key: value for key, value in changes.items() if value is not None}
            now = replace(now, **told)  # type: ignore[arg-type]
            office_of(at).state_rules(now, by=person, command_id=uuid4())
            at.settle("books")
        _print_rules(at, now, as_json=as_json)


def _print_rules(at: Opened, now: Rules, *, as_json: bool) -> None:
    if as_json:
        print_json(now)
        return
    shown = {
        "warn_money": ", ".join(f"{each:f}" for each in now.warn_money),
        "warn_days": ", ".join(str(each) for each in now.warn_days),
        "mean_days": now.mean_days,
        "disconnect_at": now.disconnect_at,
        "reconnect_at": now.reconnect_at,
        "credit": now.credit,
        "night": f"{_clock(now.night_from)}-{_clock(now.night_to)}",
        "weekend": ",".join(str(worded(at.language, "weekday", _DAYS[day])) for day in now.weekend)
        or None,
    }
    print_facts([(at.text(f"prepay.rule.{key}"), value) for key, value in shown.items()])


_DAYS = ("mon", "tue", "wed", "thu", "fri", "sat", "sun")


def _clock(minute: int) -> str:
    return f"{minute // MINUTES:02d}:{minute % MINUTES:02d}"


def _night(text: str) -> tuple[int, int]:
    try:
        first, last = (datetime.strptime(part, "%H:%M").time() for part in text.split("-"))  # noqa: DTZ007 - a wall time without a day
    except ValueError:
        raise PrepaidRefusedError.of("night", text=text) from None
    return first.hour * MINUTES + first.minute, last.hour * MINUTES + last.minute


def _weekend(text: str) -> tuple[int, ...]:
    names = [name.strip().lower() for name in text.split(",") if name.strip()]
    if any(name not in _DAYS for name in names):
        raise PrepaidRefusedError.of("weekend", text=text)
    return tuple(_DAYS.index(name) for name in names)


def year(
    ctx: typer.Context,
    year: int,
    off: Annotated[list[datetime] | None, typer.Option(formats=DAY)] = None,
    working: Annotated[list[datetime] | None, typer.Option(formats=DAY)] = None,
    by: str | None = None,
    *,
    none: bool = False,
    as_json: Json = False,
) -> None:
    """State all days off of a year, or show them; in a year nobody stated no supply is cut."""
    stating = bool(off or working or none)
    with opened(ctx, WRITER if stating else WEB) as at:
        if stating:
            person = at.person(by, Right.APPROVE)
            at.settle("books")
            days = [each.date() for each in off or ()]
            worked = [each.date() for each in working or ()]
            office_of(at).state_year(year, days, worked, by=person, command_id=uuid4())
            at.settle("books")
        _, known = rules_now(at.books)
        found = sorted(known.years.get(year, ()))
        if as_json:
            stated = year in known.years
            print_json({"year": year, "stated": stated, "off": found,
                        "working": sorted(known.working.get(year, ()))})  # fmt: skip
        elif year in known.years:
            print(at.text("prepay.year", year=year, days=", ".join(map(str, found)) or "-"))
        else:
            print(at.text("prepay.year_unknown", year=year))


def protect(
    ctx: typer.Context,
    point: str,
    kind: str,
    first: First,
    to: Annotated[datetime | None, typer.Option(formats=DAY)] = None,
    note: str = "",
    by: str | None = None,
) -> None:
    """Put a point on the list of what is never cut: safety, medical, airfield_lighting, other."""
    with opened(ctx, WRITER) as at:
        person = at.person(by, Right.ISSUE)
        at.settle("books")
        what = Protection(
            kind=_kind(kind), valid_from=first.date(), valid_to=to.date() if to else None
        )
        office_of(at).protect(point, what, note=note, by=person, command_id=uuid4())
        at.settle("books")
        print(at.text("prepay.protected", point=point, day=first.date()))


def unprotect(
    ctx: typer.Context,
    point: str,
    kind: str,
    day: Annotated[datetime, typer.Option(formats=DAY)],
    reason: Reason,
    by: str | None = None,
) -> None:
    """Take a point off that list from a local day on (billing approver)."""
    with opened(ctx, WRITER) as at:
        person = at.person(by, Right.APPROVE)
        at.settle("books")
        office = office_of(at)
        office.unprotect(point, _kind(kind), day.date(), note=reason, by=person, command_id=uuid4())
        at.settle("books")
        print(at.text("prepay.unprotected", point=point, day=day.date()))


def _kind(text: str) -> ProtectionKind:
    if text not in list(ProtectionKind):
        known = ", ".join(ProtectionKind)
        raise PrepaidRefusedError.of("protection", text=text, known=known)
    return ProtectionKind(text)


def protected(
    ctx: typer.Context,
    day: Annotated[datetime | None, typer.Option(formats=DAY)] = None,
    *,
    every: Annotated[bool, typer.Option("--all")] = False,
    as_json: Json = False,
) -> None:
    """List the points that are protected on a day; today without one."""
    with opened(ctx, WEB) as at:
        on: date | None = day.date() if day else local_day(at.system.clock.now(), at.site.zone)
        with at.system.database.connection() as connection:
            rows = read_protected(connection, at.site.schema, None if every else on)
        if as_json:
            print_json(rows)
            return
        keys = ("point", "protection", "from", "to", "note")
        table = [
            (r.point, at.text(f"prepay.protection.{r.kind}"), r.valid_from, r.valid_to, r.note)
            for r in rows
        ]
        print_table(
            [at.text(f"prepay.head.{key}") for key in keys],
            table,
            nothing=at.text("none.protected"),
        )


def request(
    ctx: typer.Context,
    account: str,
    reason: Reason,
    by: str | None = None,
    *,
    reconnect: bool = False,
    as_json: Json = False,
) -> None:
    """Request that an account's supply be cut (or restored): a work order, never a switch."""
    with opened(ctx, WRITER) as at:
        act = act_of(at, by, Right.ISSUE)
        kind = OrderKind.RECONNECT if reconnect else OrderKind.DISCONNECT
        _told(at, _desk(at).request(account, kind, reason, act), as_json=as_json)


def approve(
    ctx: typer.Context, order: str, by: str | None = None, *, as_json: Json = False
) -> None:
    """Approve a work order as a second person (billing approver)."""
    with opened(ctx, WRITER) as at:
        act = act_of(at, by, Right.APPROVE)
        _told(at, _desk(at).approve(_order(at, order), act), as_json=as_json)


def hand_out(
    ctx: typer.Context,
    order: str,
    to: Annotated[str, typer.Option()],
    by: str | None = None,
    *,
    as_json: Json = False,
) -> None:
    """Give an approved order to a technician; what is barred now is refused for good (exit 1)."""
    with opened(ctx, WRITER) as at:
        act = act_of(at, by, Right.ISSUE)
        held = _desk(at).hand_out(_order(at, order), to, act)
        _told(at, held, as_json=as_json)
        if held.state is not OrderState.HANDED_OUT:
            raise typer.Exit(FINDINGS)


def return_(
    ctx: typer.Context, order: str, reason: Reason, by: str | None = None, *, as_json: Json = False
) -> None:
    """Take an order back from the technician undone; it can be handed out again."""
    with opened(ctx, WRITER) as at:
        act = act_of(at, by, Right.ISSUE)
        _told(at, _desk(at).give_back(_order(at, order), reason, act), as_json=as_json)


def withdraw(
    ctx: typer.Context, order: str, reason: Reason, by: str | None = None, *, as_json: Json = False
) -> None:
    """Want a work order no more."""
    with opened(ctx, WRITER) as at:
        act = act_of(at, by, Right.ISSUE)
        _told(at, _desk(at).withdraw(_order(at, order), reason, act), as_json=as_json)


def confirm(
    ctx: typer.Context,
    order: str,
    by: str | None = None,
    *,
    in_spite: bool = False,
    as_json: Json = False,
) -> None:
    """Confirm a work order by the newest reading of each point behind its hand-out."""
    with opened(ctx, WRITER) as at:
        act = act_of(at, by, Right.ISSUE)
        held = _desk(at).confirm(_order(at, order), act, in_spite=in_spite)
        _told(at, held, as_json=as_json)


def orders(
    ctx: typer.Context,
    account: str | None = None,
    *,
    every: Annotated[bool, typer.Option("--all")] = False,
    as_json: Json = False,
) -> None:
    """List the work orders under way, the newest first; all with --all."""
    with opened(ctx, WEB) as at:
        with at.system.database.connection() as connection:
            rows = read_orders(connection, at.site.schema, account=account, over=every)
        if as_json:
            print_json(rows)
            return
        keys = ("order", "kind", "state", "balance", "points", "handed_to", "until", "bars")
        table = [
            (
                f"{row.account}/{row.number}",
                at.text(f"prepay.order.{row.kind}"),
                at.text(f"prepay.order_state.{row.state}"),
                row.balance,
                ", ".join(row.points),
                row.handed_to or None,
                in_zone(row.valid_until, at.site.zone),
                ", ".join(row.bars) or None,
            )
            for row in rows
        ]
        print_table(
            [at.text(f"prepay.head.{key}") for key in keys],
            table,
            right=(3,),
            nothing=at.text("none.orders_all" if every else "none.orders"),
        )


def notice(ctx: typer.Context, order: str, pdf: Annotated[Path, typer.Option()]) -> None:
    """Write the notice of a disconnection to its tenant, as PDF."""
    with opened(ctx, WEB) as at:
        held = at.books.find(_order(at, order))
        assert isinstance(held, SupplyOrder), "it was found by its name"
        rules, _ = rules_now(at.books)
        now = at.system.clock.now()
        content = notice_of(
            held,
            party_of(at, held.account),
            rules,
            [(point, point) for point in held.points],
            currency=at.site.currency,
            zone=at.site.zone.key,
            dated=local_day(now, at.site.zone),
            not_before=max(now, held.requested_at),
            balance=office_of(at).balance(held.account),
            approved_by=at.name_of(held.approved_by) or "",
        )
        kind, language = PaperKind.DISCONNECTION_NOTICE, paper_language(at)
        pdf.write_bytes(paper(kind, content.document(), language=language))
        print(at.text("desk.written", file=pdf))


def _desk(at: Opened) -> OrderDesk:
    return OrderDesk(at.books)


def _order(at: Opened, name: str) -> UUID:
    with at.system.database.connection() as connection:
        return order_named(connection, at.site.schema, name)


def _told(at: Opened, order: SupplyOrder, *, as_json: bool) -> None:
    at.settle("books")
    name = f"{order.account}/{order.number}"
    if as_json:
        print_json({"order": name, "kind": order.kind, "state": order.state,
                    "points": order.points, "valid_until": order.valid_until})  # fmt: skip
        return
    kind = at.text(f"prepay.order.{order.kind}")
    state = at.text(f"prepay.order_state.{order.state}")
    print(at.text("prepay.order_told", order=name, kind=kind, state=state))
    if order.state is OrderState.HANDED_OUT and order.valid_until is not None:
        print(at.text("prepay.order_until", until=in_zone(order.valid_until, at.site.zone)))

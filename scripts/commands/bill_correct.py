"""In: `bill` verbs on corrections. Out: corrections found, shown, decided. I/O: billing office."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Annotated, Any
from uuid import uuid4

import typer

from scripts.commands.asked import runs
from scripts.commands.bill_credit import credit
from scripts.commands.frame import Opened, opened
from scripts.commands.printing import print_facts, print_json, print_table, working
from scripts.commands.tree import DONE, FINDINGS, Json

if runs():
    from billing.corrections.bearing import entries_of
    from billing.corrections.causes import reason_of
    from billing.invoices.issuer import CorrectionMode
    from billing.views.corrections import CorrectionRow, read_corrections
    from dashboards.security.scope import Right
    from energy.system import WEB, WRITER
    from scripts.commands.bill_office import office_of


def add_corrections(app: typer.Typer) -> None:
    """Add the verbs by which issued invoices are corrected."""
    app.command()(find)
    app.command()(corrections)
    app.command()(credit)
    app.command()(accept)
    app.command()(reject)
    app.command()(mode)


def find(
    ctx: typer.Context,
    account: list[str] | None = None,
    since: Annotated[datetime | None, typer.Option("--from", formats=["%Y-%m-%d"])] = None,
    by: str | None = None,
    *,
    as_json: Json = False,
) -> None:
    """Look what was learned after the issue, and propose corrections (billing clerk)."""
    with opened(ctx, WRITER) as at:
        person = at.person(by, Right.ISSUE)
        with working(at.text("bill.looking")):
            found = office_of(at).corrections.find(
                by=person,
                command_id=uuid4(),
                accounts=account or (),
                since=None if since is None else since.date(),
                caught_up=lambda: at.settle("metering", "books"),
            )
            at.settle("books")
        if as_json:
            print_json(found)
        else:
            print(at.text("bill.found", looked=found.looked_at, proposed=len(found.proposed)))
            for number, codes in found.barred:
                print(at.text("bill.found_barred", number=number, codes=", ".join(codes)))
        raise typer.Exit(FINDINGS if found.barred else DONE)


def corrections(
    ctx: typer.Context,
    name: Annotated[str | None, typer.Argument()] = None,
    state: list[str] | None = None,
    account: str | None = None,
    *,
    as_json: Json = False,
) -> None:
    """Show what waits for a decision, or one correction with each charge before and after."""
    with opened(ctx, WEB) as at:
        if name is not None:
            _show(at, name, as_json=as_json)
            return
        with at.system.database.connection() as connection:
            rows = read_corrections(
                connection, at.site.schema, states=tuple(state or ()), account=account
            )
        if as_json:
            print_json([{**_plain(row), "name": row.name} for row in rows])
            return
        keys = ("correction", "account", "state", "difference", "currency", "why")
        table = [
            (
                row.name,
                row.account,
                at.text(f"bill.state.{row.state}"),
                f"{row.total:+}",
                at.site.currency,
                reason_of(row.causes)[at.language],
            )
            for row in rows
        ]
        print_table(
            [at.text(f"bill.head.{key}") for key in keys],
            table,
            right=(3,),
            nothing=at.text("none.corrections"),
        )


def accept(
    ctx: typer.Context,
    name: str,
    why: Annotated[str, typer.Option()] = "",
    by: str | None = None,
    *,
    as_json: Json = False,
) -> None:
    """Accept a correction as another person than who raised it (billing approver)."""
    with opened(ctx, WRITER) as at:
        person = at.person(by, Right.APPROVE)
        done = office_of(at).corrections.accept(name, by=person, why=why, command_id=uuid4())
        at.settle("books")
        if as_json:
            print_json(done)
        elif done.invoice is None:
            print(at.text("bill.accepted_next", name=name))
        else:
            print(at.text("bill.accepted", name=name, credit=done.credit_note, number=done.invoice))


def reject(
    ctx: typer.Context,
    name: str,
    why: Annotated[str, typer.Option()],
    by: str | None = None,
) -> None:
    """Reject a correction; it comes again only once something else is learned (approver)."""
    with opened(ctx, WRITER) as at:
        person = at.person(by, Right.APPROVE)
        office_of(at).corrections.reject(name, by=person, why=why, command_id=uuid4())
        at.settle("books")
        print(at.text("bill.rejected", name=name))


def mode(
    ctx: typer.Context,
    say: Annotated[str | None, typer.Argument()] = None,
    by: str | None = None,
) -> None:
    """Show or choose how corrections are said: credit_rebill, adjust_next (billing approver)."""
    with opened(ctx, WEB if say is None else WRITER) as at:
        desk = office_of(at).corrections
        if say is not None:
            known = [each.value for each in CorrectionMode]
            if say not in known:
                raise typer.BadParameter(", ".join(known))
            person = at.person(by, Right.APPROVE)
            desk.set_mode(CorrectionMode(say), by=person, command_id=uuid4())
            at.settle("books")
        print(at.text(f"bill.mode.{desk.mode()}"))


def _plain(row: CorrectionRow) -> dict[str, Any]:
    return {key: getattr(row, key) for key in row.__dataclass_fields__}


def _show(at: Opened, name: str, *, as_json: bool) -> None:
    office = office_of(at)
    found, proposal = office.corrections.proposal(name)
    entries = entries_of(found, proposal, office.books.invoice(found.invoice).document)
    if as_json:
        print_json(
            {
                "name": name,
                "state": proposal.state,
                "total": proposal.total,
                "causes": list(proposal.causes),
                "adjustments": entries,
                "known_at": [proposal.metering_position, proposal.books_position],
            }
        )
        return
    print_facts(
        [
            (at.text("bill.head.account"), found.account),
            (at.text("bill.head.state"), at.text(f"bill.state.{proposal.state}")),
            (at.text("bill.head.why"), reason_of(proposal.causes)[at.language]),
            (at.text("bill.head.difference"), f"{proposal.total} {at.site.currency}"),
            *((each["point"], _days(at, each)) for each in proposal.causes),
        ]
    )
    print()
    print_charges(at, [charge for entry in entries for charge in entry["charges"]])


def print_charges(at: Opened, charges: Sequence[Mapping[str, Any]]) -> None:
    """Print charges before and after, as a credit note or the next bill lists them."""
    keys = ("charge", "unit", "was", "now", "amount_was", "amount_now", "amount")
    rows = [_line(charge) for charge in charges]
    print_table([at.text(f"bill.head.{key}") for key in keys], rows, right=(2, 3, 4, 5, 6))


def _days(at: Opened, cause: Mapping[str, Any]) -> str:
    """Return why the bill of a point changed, and from which day to which."""
    days = cause.get("days") or ()
    return ", ".join([at.say(f"bill.correction.cause.{cause['cause']}"), *dict.fromkeys(days)])


def _line(charge: Mapping[str, Any]) -> tuple[object, ...]:
    was, now = charge["was"] or {}, charge["now"] or {}
    return (
        charge["charge"],
        charge["unit"],
        *(side.get("quantity") or "" for side in (was, now)),
        *(side.get("amount") or "" for side in (was, now)),
        charge["amount"],
    )

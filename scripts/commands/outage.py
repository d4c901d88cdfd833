"""In: `outage` verbs. Out: outages planned, reviewed, changed, cancelled, shown. I/O: desks."""

from __future__ import annotations

from datetime import datetime
from typing import Annotated

import typer

from energy.base.ids import id_of
from scripts.commands.asked import runs
from scripts.commands.frame import Opened, opened, required
from scripts.commands.printing import print_facts, print_json, print_table
from scripts.commands.tree import Json, group

if runs():
    from billing.views.outage_tenants import supplied_by
    from dashboards.note_words import wall_instant
    from dashboards.security.scope import Right
    from energy.alerting.notices.errors import NoticeError
    from energy.alerting.outages.desk import Look, OutageDesk
    from energy.alerting.outages.outage import OutageError
    from energy.alerting.outages.reads import OutageRow, OutageState, read_outages, read_receipts
    from energy.service.assurance.guard import EventGuard
    from energy.system import WEB, WRITER

app = group("outage")
First = Annotated[str | None, typer.Option("--from")]
Last = Annotated[str | None, typer.Option("--to")]
SHORT = 8


@app.command()
def plan(
    ctx: typer.Context,
    node: str,
    first: First = None,
    last: Last = None,
    reason: str | None = None,
    by: str | None = None,
) -> None:
    """Plan that a node of the supply graph is off for a span; nobody is told before the review."""
    with opened(ctx, WRITER) as at:
        person = at.person(by, Right.ACKNOWLEDGE)
        begins = _instant(at, required(first, "--from", at.text("ask.note_from")))
        ends = _instant(at, required(last, "--to", at.text("ask.until")), last=True)
        why = required(reason, "--reason", at.text("ask.reason"))
        said = (at.site.key, node, begins.isoformat(), ends.isoformat(), why, str(person))
        desk = _desk(at)
        outage = desk.plan(
            f"node:{node.removeprefix('node:')}",
            begins_at=begins,
            ends_at=ends,
            reason=why,
            by=person,
            command_id=id_of("command", "plan outage", *said),
        )
        at.settle("operations")
        number = len(desk.look(outage).found.accounts)
        print(at.text("outage.planned", outage=outage.hex[:SHORT], accounts=number))


@app.command()
def show(ctx: typer.Context, outage: str, *, as_json: Json = False) -> None:
    """Show an outage: who goes dark, protected loads first, the draft, the receipts."""
    with opened(ctx, WEB) as at:
        row, desk = _row(at, outage), _desk(at)
        with at.system.database.connection() as connection:
            receipts = read_receipts(connection, at.site.schema, row.outage)
        standing = row.state(at.system.clock.now())
        look = None
        if not standing.over:
            look = desk.look(row.outage)
        if as_json:
            print_json({"outage": row, "state": standing, "look": look, "receipts": receipts})
            return
        _print_outage(at, row, standing)
        if look is not None:
            _print_look(at, look)
        if standing.waits:
            _print_draft(at, desk, row)
        keys = ("version", "queued", "handed", "delivered", "failed", "withdrawn")
        if not receipts:
            return
        print()
        head = [at.text(f"outage_head.{key}") for key in keys]
        rows = [tuple(getattr(each, key) for key in keys) for each in receipts]
        print_table(head, rows, right=tuple(range(6)))


@app.command()
def review(ctx: typer.Context, outage: str, by: str | None = None) -> None:
    """Let the newest version of an outage hold, and tell who is affected; nobody reviews theirs."""
    with opened(ctx, WRITER) as at:
        person = at.person(by, Right.ACKNOWLEDGE)
        row = _row(at, outage)
        command = id_of("command", "review outage", str(row.outage), str(row.version), str(person))
        number = _desk(at).review(row.outage, by=person, command_id=command)
        at.settle("operations")
        print(at.text("outage.told", outage=row.outage.hex[:SHORT], contacts=number))


@app.command()
def change(
    ctx: typer.Context,
    outage: str,
    first: First = None,
    last: Last = None,
    reason: str | None = None,
    by: str | None = None,
) -> None:
    """Write the next version of an outage: another time, another reason; told after its review."""
    with opened(ctx, WRITER) as at:
        person = at.person(by, Right.ACKNOWLEDGE)
        row = _row(at, outage)
        said = (first or "", last or "", repr(reason), str(person))
        version = _desk(at).change(
            row.outage,
            begins_at=None if first is None else _instant(at, first),
            ends_at=None if last is None else _instant(at, last, last=True),
            reason=reason,
            by=person,
            command_id=id_of("command", "change outage", str(row.outage), str(row.version), *said),
        )
        at.settle("operations")
        print(at.text("outage.changed", outage=row.outage.hex[:SHORT], version=version))


@app.command()
def cancel(
    ctx: typer.Context, outage: str, reason: str | None = None, by: str | None = None
) -> None:
    """Let an outage not be, and tell who was told of it."""
    with opened(ctx, WRITER) as at:
        person = at.person(by, Right.ACKNOWLEDGE)
        row = _row(at, outage)
        number = _desk(at).cancel(
            row.outage,
            reason=required(reason, "--reason", at.text("ask.reason")),
            by=person,
            command_id=id_of("command", "cancel outage", str(row.outage), str(person)),
        )
        at.settle("operations")
        print(at.text("outage.cancelled", outage=row.outage.hex[:SHORT], contacts=number))


@app.command("list")
def list_(ctx: typer.Context, *, as_json: Json = False) -> None:
    """List the outages, the latest first."""
    with opened(ctx, WEB) as at:
        found, now, zone = _rows(at), at.system.clock.now(), at.site.zone
        if as_json:
            print_json([{"outage": each, "state": each.state(now)} for each in found])
            return
        keys = ("outage", "state", "node", "version", "from", "to", "accounts", "reason")
        rows = [
            (
                each.outage.hex[:SHORT],
                at.text(f"outage_state.{each.state(now)}"),
                each.about.removeprefix("node:"),
                each.version,
                each.begins_at.astimezone(zone),
                each.ends_at.astimezone(zone),
                len(each.accounts) if each.holds else None,
                each.reason,
            )
            for each in found
        ]
        head = [at.text(f"outage_head.{key}") for key in keys]
        print_table(head, rows, right=(3, 6), nothing=at.text("none.outages"))


def _print_outage(at: Opened, row: OutageRow, standing: OutageState) -> None:
    facts = {
        "outage": row.outage,
        "state": at.text(f"outage_state.{standing}"),
        "node": row.about.removeprefix("node:"),
        "version": row.version,
        "from": row.begins_at.astimezone(at.site.zone),
        "to": row.ends_at.astimezone(at.site.zone),
        "reason": row.reason,
        "author": at.name_of(row.author),
        "reviewer": at.name_of(row.reviewed_by),
        "canceller": at.name_of(row.cancelled_by),
    }
    print_facts([(at.text(f"outage_head.{key}"), value) for key, value in facts.items() if value])


def _print_look(at: Opened, look: Look) -> None:
    rows = [
        (
            each.point,
            at.text(f"prepay.protection.{each.protected}") if each.protected else None,
            each.account or None,
            at.text("outage.no" if each.account in {"", *look.unreached} else "outage.yes"),
        )
        for each in look.found.supplied
    ]
    print()
    keys = ("point", "protected", "account", "reached")
    print_table([at.text(f"outage_head.{key}") for key in keys], rows)


def _print_draft(at: Opened, desk: OutageDesk, row: OutageRow) -> None:
    try:
        told = desk.draft(row.outage)
    except NoticeError as error:  # who is affected is shown all the same
        print()
        print(error)
        return
    print()
    for language, each in sorted(told.items()):
        print(f"{language}: {each.text} ({at.text('outage.segments', number=each.segments)})")


def _desk(at: Opened) -> OutageDesk:
    database = at.system.database
    clock, supplied = at.system.clock, supplied_by(database, at.site)
    guard = EventGuard(database, at.site, clock)
    return OutageDesk(database, at.site, clock, supplied, guard.outage)


def _rows(at: Opened) -> list[OutageRow]:
    with at.system.database.connection() as connection:
        return read_outages(connection, at.site.schema)


def _row(at: Opened, name: str) -> OutageRow:
    """Return the outage meant by its id or the beginning of it.

    Raises:
        OutageError: None is meant, or several are.
    """
    plain = name.replace("-", "").lower()
    found = [each for each in _rows(at) if plain and each.outage.hex.startswith(plain)]
    if len(found) != 1:
        raise OutageError.of("none")
    return found[0]


def _instant(at: Opened, text: str, *, last: bool = False) -> datetime:
    return wall_instant(text, at.site.zone, last=last)

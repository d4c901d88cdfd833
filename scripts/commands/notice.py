"""In: `notice` verbs on people and on what was told. Out: address book, notices. I/O: database."""

from __future__ import annotations

from datetime import datetime, timedelta
from pathlib import Path
from typing import Annotated
from uuid import uuid4

import typer

from energy.base.ids import id_of
from scripts.commands.asked import runs
from scripts.commands.frame import Opened, opened, required
from scripts.commands.notice_texts import draft, plan, review, set_plan, templates
from scripts.commands.printing import print_json, print_table
from scripts.commands.tree import Json, group

if runs():
    from dashboards.security.scope import Right
    from energy.alerting.notices.desk import ContactWords, NoticeDesk
    from energy.alerting.notices.errors import NoticeError
    from energy.alerting.notices.gateway import GatewayKind
    from energy.alerting.notices.reads import ContactRow, read_contacts, read_groups
    from energy.alerting.notices.reports import NoticeRow, read_notices, read_statistics
    from energy.alerting.notices.shift_tests import WELL, ShiftRow, present_rows, read_shifts
    from energy.base.period import local_day, midnight
    from energy.service.duty.calling import called_by, posts_known
    from energy.system import WEB, WRITER
    from processes.notice_files import contacts_in

app = group("notice")
for verb, name in (
    (draft, "draft"),
    (review, "review"),
    (templates, "templates"),
    (plan, "plan"),
    (set_plan, "set-plan"),
):
    app.command(name)(verb)
SHORT = 8
DAY = ["%Y-%m-%d"]
First = Annotated[datetime | None, typer.Option("--from", formats=DAY)]
Last = Annotated[datetime | None, typer.Option("--to", formats=DAY)]


@app.command()
def contact(
    ctx: typer.Context,
    key: str,
    name: Annotated[str, typer.Option()],
    reads: Annotated[str, typer.Option()] = "en",
    sms: str = "",
    voice: str = "",
    mail: str = "",
    chat: str = "",
    webhook: str = "",
    user: str = "",
    by: str | None = None,
    *,
    acknowledges: Annotated[bool, typer.Option("--acknowledges/--reads-only")] = False,
) -> None:
    """Register a contact, or say anew what it is: all of it, not a part."""
    with opened(ctx, WRITER) as at:
        person = at.person(by, Right.ADMINISTER)
        ways = {"sms": sms, "voice": voice, "mail": mail, "chat": chat, "webhook": webhook}
        words = ContactWords(
            key=key,
            name=name,
            language=reads,
            acknowledges=acknowledges,
            addresses={GatewayKind(way): to for way, to in ways.items() if to},
            user=at.person(user, Right.ACKNOWLEDGE) if user else None,
        )
        _desk(at).register(words, by=person, command_id=uuid4())
        _settled(at, "registered", contact=key)


@app.command()
def contacts(ctx: typer.Context, *, as_json: Json = False) -> None:
    """List the contacts; addresses are shown to whoever may open the database's keys."""
    with opened(ctx, WRITER) as at:
        with at.system.database.connection() as connection:
            found = read_contacts(connection, at.site.schema)
        rows = [_contact(at, each) for each in found]
        if as_json:
            print_json(rows)
            return
        keys = ("contact", "name", "ways", "language", "state")
        table = [tuple(row[key] for key in keys) for row in rows]
        head = [at.text(f"notice_head.{key}") for key in keys]
        print_table(head, table, nothing=at.text("none.contacts"))


@app.command("import")
def import_(ctx: typer.Context, file: Path, by: str | None = None) -> None:
    """Register the contacts of a CSV file; the same file again changes nothing."""
    with opened(ctx, WRITER) as at:
        person = at.person(by, Right.ADMINISTER)
        found = contacts_in(file)
        desk = _desk(at)
        for words in found:
            desk.register(words, by=person, command_id=uuid4())
        _settled(at, "imported", number=len(found))


@app.command()
def block(
    ctx: typer.Context, key: str, reason: Annotated[str, typer.Option()], by: str | None = None
) -> None:
    """Tell a contact nothing, until it is unblocked."""
    with opened(ctx, WRITER) as at:
        person = at.person(by, Right.ADMINISTER)
        _desk(at).change_contact(
            key, lambda known: known.block(reason=reason, by=person, command_id=uuid4())
        )
        _settled(at, "blocked", contact=key)


@app.command()
def unblock(ctx: typer.Context, key: str, by: str | None = None) -> None:
    """Tell a contact again."""
    with opened(ctx, WRITER) as at:
        person = at.person(by, Right.ADMINISTER)
        _desk(at).change_contact(key, lambda known: known.unblock(by=person, command_id=uuid4()))
        _settled(at, "unblocked", contact=key)


@app.command("opt-out")
def opt_out(ctx: typer.Context, key: str, way: str, by: str | None = None) -> None:
    """Tell a contact nothing by a way, as it wishes."""
    with opened(ctx, WRITER) as at:
        person = at.person(by, Right.ADMINISTER)
        _desk(at).change_contact(
            key, lambda known: known.opt_out(_way(way), by=person, command_id=uuid4())
        )
        _settled(at, "opted_out", contact=key, way=way)


@app.command("opt-in")
def opt_in(ctx: typer.Context, key: str, way: str, by: str | None = None) -> None:
    """Tell a contact by a way again, as it wishes."""
    with opened(ctx, WRITER) as at:
        person = at.person(by, Right.ADMINISTER)
        _desk(at).change_contact(
            key, lambda known: known.opt_in(_way(way), by=person, command_id=uuid4())
        )
        _settled(at, "opted_in", contact=key, way=way)


@app.command()
def erase(ctx: typer.Context, key: str, by: str | None = None) -> None:
    """Forget a contact: nobody reads its name and addresses any more."""
    with opened(ctx, WRITER) as at:
        person = at.person(by, Right.ADMINISTER)
        _desk(at).erase(key, by=person, command_id=uuid4())
        _settled(at, "erased", contact=key)


@app.command("group")
def group_(ctx: typer.Context, key: str, members: list[str], by: str | None = None) -> None:
    """Set who belongs to a group."""
    with opened(ctx, WRITER) as at:
        person = at.person(by, Right.ADMINISTER)
        _desk(at).set_group(key, members, by=person, command_id=uuid4())
        _settled(at, "grouped", group=key, members=", ".join(members))


@app.command()
def groups(ctx: typer.Context, *, as_json: Json = False) -> None:
    """List the groups with their members."""
    with opened(ctx, WEB) as at:
        with at.system.database.connection() as connection:
            found = read_groups(connection, at.site.schema)
        if as_json:
            print_json(found)
            return
        rows = [(key, ", ".join(members)) for key, members in found.items()]
        print_table([at.text(f"notice_head.{key}") for key in ("group", "members")], rows)


@app.command("list")
def list_(ctx: typer.Context, alert: str = "", most: int = 50, *, as_json: Json = False) -> None:
    """List what was told, the newest first."""
    with opened(ctx, WEB) as at:
        with at.system.database.connection() as connection:
            found = read_notices(connection, at.site.schema, alert=alert, most=most)
        if as_json:
            print_json(found)
            return
        keys = (
            "notice",
            "about",
            "template",
            "contact",
            "way",
            "state",
            "gateway",
            "queued",
            "took",
        )
        head = [at.text(f"notice_head.{key}") for key in keys]
        print_table(head, [_row(at, n) for n in found], nothing=at.text("none.notices"))


@app.command("test")
def send_test(ctx: typer.Context, contact: str, way: str = "sms", by: str | None = None) -> None:
    """Send a test message to a contact; once a minute is enough."""
    with opened(ctx, WRITER) as at:
        person = at.person(by, Right.ACKNOWLEDGE)
        minute = at.system.clock.now().strftime("%Y-%m-%dT%H:%M")
        command = id_of("command", "test notice", contact, way, str(person), minute)
        notice = _desk(at).test(contact, _way(way), by=person, command_id=command)
        _settled(at, "tested", notice=notice.hex[:SHORT], contact=contact)


@app.command()
def retry(
    ctx: typer.Context, notice: str, reason: str | None = None, by: str | None = None
) -> None:
    """Try a notice anew that was given up."""
    with opened(ctx, WRITER) as at:
        person = at.person(by, Right.ACKNOWLEDGE)
        why = required(reason, "--reason", at.text("ask.reason"))
        with at.system.database.connection() as connection:
            found = read_notices(connection, at.site.schema, notice=notice, most=2)
        if not notice or len(found) != 1:
            raise NoticeError.of("no_notice", notice=notice)
        (row,) = found
        # As often as it was given up: it may be retried for the same reason again.
        said = (str(row.notice), str(person), why, str(row.tries))
        command = id_of("command", "retry notice", *said)
        _desk(at).retry(row.notice, why, by=person, command_id=command)
        _settled(at, "retried", notice=row.notice.hex[:SHORT], contact=row.contact)


@app.command()
def duty(
    ctx: typer.Context,
    days: Annotated[int, typer.Option(min=1, max=366)] = 2,
    *,
    as_json: Json = False,
) -> None:
    """List the test messages of shifts (exit code 1: one of the present shift is not well)."""
    with opened(ctx, WEB) as at:
        now = at.system.clock.now()
        with at.system.database.connection() as connection:
            first, called = now - timedelta(days=days), called_by(at.system.database, at.site)
            found = read_shifts(connection, at.site, first, now, called)
        if as_json:
            print_json(found)
        else:
            keys = ("shift", "contact", "way", "state", "receipt")
            head = [at.text(f"notice_head.{key}") for key in keys]
            nothing = at.text("notice.no_shifts")
            print_table(head, [_shift(at, each) for each in found], nothing=nothing)
        if any(each.state not in WELL for each in present_rows(found)):
            raise typer.Exit(1)


def _shift(at: Opened, row: ShiftRow) -> tuple[object, ...]:
    took = row.delivered_at - row.begin if row.delivered_at else None
    state = at.text(f"notice.shift_{row.state}")
    receipt = f"{took.total_seconds():.0f} s" if took is not None else None
    return row.begin.astimezone(at.site.zone), row.contact, row.way, state, receipt


@app.command()
def statistics(
    ctx: typer.Context, first: First = None, last: Last = None, *, as_json: Json = False
) -> None:
    """Count what went by each gateway, and what it cost; the last 30 days where none are named."""
    with opened(ctx, WEB) as at:
        zone = at.site.zone
        today = local_day(at.system.clock.now(), zone)
        begin = first.date() if first else today - timedelta(days=30)
        end = (last.date() if last else today) + timedelta(days=1)
        with at.system.database.connection() as connection:
            found = read_statistics(
                connection, at.site.schema, midnight(begin, zone), midnight(end, zone)
            )
        if as_json:
            print_json(found)
            return
        keys = (
            *("gateway", "handed", "delivered", "failed", "doubles", "refused", "down"),
            *("segments", "cost", "currency", "wait_s"),
        )
        rows = [tuple(getattr(each, key) for key in keys) for each in found]
        head = [at.text(f"notice_head.{key}") for key in keys]
        right = (1, 2, 3, 4, 5, 6, 7, 8, 10)
        print_table(head, rows, right=right, nothing=at.text("none.statistics"))


def _desk(at: Opened) -> NoticeDesk:
    database, posts = at.system.database, posts_known(at.system.database, at.site)
    return NoticeDesk(database, at.site, at.system.vault, at.system.clock, posts)


def _way(way: str) -> GatewayKind:
    if way not in set(GatewayKind):
        raise NoticeError.of("ways", ways=way, known=", ".join(GatewayKind))
    return GatewayKind(way)


def _settled(at: Opened, key: str, **values: object) -> None:
    at.settle("operations")
    print(at.text(f"notice.{key}", **values))


def _contact(at: Opened, row: ContactRow) -> dict[str, str]:
    """Return a contact with its personal fields opened."""
    vault = at.system.vault
    ways = [f"{way} {vault.open(row.person, to)}" for way, to in sorted(row.addresses.items())]
    out = [f"{at.text('notice.state_out')} {way}" for way in row.opted_out]
    state = at.text("notice.state_erased") if row.erased else row.blocked
    return {
        "contact": row.key,
        "name": vault.open(row.person, row.name_sealed) if row.name_sealed else "",
        "ways": ", ".join(ways),
        "language": row.language,
        "state": "; ".join(each for each in (state, *out) if each),
    }


def _row(at: Opened, row: NoticeRow) -> tuple[object, ...]:
    took = row.handed_at - row.queued_at if row.handed_at else None
    return (
        row.notice.hex[:SHORT],
        row.subject.hex[:SHORT] if row.about != "test" else "",
        row.template,
        row.contact,
        row.way,
        " ".join(part for part in (row.state, row.reason if not row.handed_at else "") if part),
        row.gateway,
        row.queued_at.astimezone(at.site.zone),
        f"{took.total_seconds():.1f} s" if took is not None else None,
    )

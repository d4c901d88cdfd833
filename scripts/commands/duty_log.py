"""In: `duty` verbs on the shift log. Out: entries told and closed, desks handed over. I/O."""

from __future__ import annotations

from datetime import timedelta
from typing import Annotated

import typer

from energy.base.ids import id_of
from scripts.commands.asked import runs
from scripts.commands.duty_words import SHORT, names_at, post_words, the_one
from scripts.commands.frame import Opened, opened, required
from scripts.commands.printing import print_json, print_table
from scripts.commands.tree import Json

if runs():
    from dashboards.security.scope import Right
    from energy.service.duty.log_desk import LogDesk
    from energy.service.duty.reads import (
        HandoverRow,
        read_handovers,
        read_log,
        read_points,
    )
    from energy.system import WEB, WRITER


def tell(
    ctx: typer.Context,
    text: str,
    by: str | None = None,
    *,
    stays_open: Annotated[bool, typer.Option("--open")] = False,
) -> None:
    """Tell the shift log something; --open hands it on to each shift until it is closed."""
    with opened(ctx, WRITER) as at:
        person = at.person(by, Right.OWN_DUTY)
        minute = at.system.clock.now().strftime("%Y-%m-%dT%H:%M")
        said = (repr(text), str(stays_open), str(person), minute)
        command = id_of("command", "tell log", *said)
        entry = _desk(at).tell(text, stays_open=stays_open, by=person, command_id=command)
        at.settle("operations")
        print(at.text("duty.told", entry=entry.hex[:SHORT]))


def close(ctx: typer.Context, entry: str, text: str | None = None, by: str | None = None) -> None:
    """Close an open point of the shift log."""
    with opened(ctx, WRITER) as at:
        person = at.person(by, Right.OWN_DUTY)
        with at.system.database.connection() as connection:
            found = read_log(connection, at.site.schema, at.system.clock.now() - timedelta(days=1))
        row = the_one(entry, found, lambda each: each.entry, "no_entry")
        how = required(text, "--text", at.text("ask.how_closed"))
        command = id_of("command", "close point", str(row.entry), str(person))
        _desk(at).close(row.entry, how, by=person, command_id=command)
        at.settle("operations")
        print(at.text("duty.closed", entry=row.entry.hex[:SHORT]))


def log(
    ctx: typer.Context,
    hours: Annotated[int, typer.Option(min=1, max=8784)] = 24,
    *,
    as_json: Json = False,
) -> None:
    """List the shift log: what is open, and what the last hours told."""
    with opened(ctx, WEB) as at:
        since = at.system.clock.now() - timedelta(hours=hours)
        with at.system.database.connection() as connection:
            found = read_log(connection, at.site.schema, since)
        if as_json:
            print_json(found)
            return
        rows = [
            (
                each.entry.hex[:SHORT],
                each.at.astimezone(at.site.zone),
                at.name_of(each.by),
                at.text("duty.open") if each.open else None,
                each.text,
                each.closed_text or None,
                at.name_of(each.closed_by),
            )
            for each in found
        ]
        keys = ("entry", "at", "by", "state", "text", "ended", "closed_by")
        head = [at.text(f"duty_head.{key}") for key in keys]
        print_table(head, rows, nothing=at.text("duty.no_entries"))


def offer(
    ctx: typer.Context,
    post: str,
    by: str | None = None,
    *,
    with_work: Annotated[bool, typer.Option("--with-work")] = False,
) -> None:
    """Offer a desk to whoever comes: the first signature; --with-work passes on what one owns."""
    with opened(ctx, WRITER) as at:
        person = at.person(by, Right.WORK if with_work else Right.OWN_DUTY)
        at.settle("operations")
        before = [each for each in _handovers(at) if each.post == post and each.state != "offered"]
        said = (post, str(before[0].handover) if before else "", str(person), str(with_work))
        command = id_of("command", "offer desk", *said)
        handover = _desk(at).offer(post, with_work=with_work, by=person, command_id=command)
        at.settle("operations")
        with at.system.database.connection() as connection:
            points = len(read_points(connection, at.site.schema))
        print(at.text("duty.offered", handover=handover.hex[:SHORT], points=points))
        row = next(each for each in _handovers(at) if each.handover == handover)
        if row.work is not None:
            print(at.text("duty.offered_work", number=len(row.work)))


def sign(ctx: typer.Context, handover: str, by: str | None = None) -> None:
    """Take a desk that is offered: the second signature; nobody signs their own offer."""
    with opened(ctx, WRITER) as at:
        row = _meant(at, handover)
        person = at.person(by, Right.OWN_DUTY if row.work is None else Right.WORK)
        command = id_of("command", "sign handover", str(row.handover), str(person))
        _desk(at).sign(row.handover, by=person, command_id=command)
        at.settle("operations")
        print(at.text("duty.signed", post=post_words(at, row.post), person=at.name_of(person)))
        if row.work is not None:
            print(at.text("duty.signed_work", person=at.name_of(row.goes)))


def stay(ctx: typer.Context, handover: str, by: str | None = None) -> None:
    """Take back an offered handover: who offered it stays."""
    with opened(ctx, WRITER) as at:
        person, row = at.person(by, Right.OWN_DUTY), _meant(at, handover)
        command = id_of("command", "withdraw handover", str(row.handover), str(person))
        _desk(at).withdraw(row.handover, by=person, command_id=command)
        at.settle("operations")
        print(at.text("duty.stays", post=post_words(at, row.post), person=at.name_of(person)))


def handovers(ctx: typer.Context, *, as_json: Json = False) -> None:
    """List the newest handovers with both signatures."""
    with opened(ctx, WEB) as at:
        found, zone = _handovers(at), at.site.zone
        if as_json:
            print_json(found)
            return
        names = names_at(at)
        rows = [
            (
                each.handover.hex[:SHORT],
                names.post_and_key(each.post, at.language),
                at.text(f"duty_handover.{each.state}"),
                at.name_of(each.goes),
                each.offered_at.astimezone(zone),
                at.name_of(each.comes),
                each.signed_at.astimezone(zone) if each.signed_at else None,
                *(len(each.points), len(each.alerts), len(each.outages)),
            )
            for each in found
        ]
        keys = (
            *("handover", "post", "state", "goes", "offered", "comes", "signed"),
            *("points", "alerts", "outages"),
        )
        head = [at.text(f"duty_head.{key}") for key in keys]
        print_table(head, rows, right=(7, 8, 9), nothing=at.text("duty.no_handovers"))


def _desk(at: Opened) -> LogDesk:
    return LogDesk(at.system.database, at.site, at.system.clock)


def _handovers(at: Opened) -> list[HandoverRow]:
    with at.system.database.connection() as connection:
        return read_handovers(connection, at.site.schema)


def _meant(at: Opened, handover: str) -> HandoverRow:
    return the_one(handover, _handovers(at), lambda each: each.handover, "no_handover")

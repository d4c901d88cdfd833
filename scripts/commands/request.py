"""In: `request` verbs. Out: requests of tenants opened, answered, ended, shown. I/O: desks."""

from __future__ import annotations

from typing import Annotated

import typer

from energy.base.ids import id_of
from energy.base.period import local_day
from scripts.commands.asked import runs
from scripts.commands.frame import opened, required
from scripts.commands.request_calls import add_calls
from scripts.commands.request_frame import (
    act,
    acted,
    desk_of,
    other_of_desk,
    request_named,
    told,
)
from scripts.commands.request_look import add_looking
from scripts.commands.request_make import add_making
from scripts.commands.tree import group
from scripts.commands.work_frame import choice_of, command_of, instant_of

if runs():
    from billing.enquiries.desk import EnquiryDesk
    from dashboards.security.scope import Right
    from energy.service.requests.asked import Asked
    from energy.service.requests.kinds import Category, Channel, Outcome, RequestKind
    from energy.service.work.heard import Spot
    from energy.system import WRITER
    from processes.portal_requests import answer_in_portal

app = group("request")
To = Annotated[str | None, typer.Option("--to")]
Justified = Annotated[bool, typer.Option("--justified/--unjustified")]


@app.command("open")
def open_(
    ctx: typer.Context,
    words: str,
    kind: str = "enquiry",
    category: str = "other",
    way: str = "phone",
    tenant: str = "",
    place: str = "",
    node: str = "",
    point: str = "",
    invoice: str = "",
    level: Annotated[str, typer.Option("--class")] = "",
    heard: str | None = None,
    by: str | None = None,
) -> None:
    """Open a request of a tenant; who hears it owns it, and its clocks begin."""
    with opened(ctx, WRITER) as at:
        person = at.person(by, Right.SERVE)
        first = instant_of(at, heard)
        asked = Asked(
            kind=choice_of(RequestKind, kind),
            category=choice_of(Category, category),
            channel=choice_of(Channel, way),
            tenant=tenant,
            spot=Spot(place=place, node=node, point=point),
            invoice=invoice,
            heard_at=first,
        )
        day = local_day(first, at.site.zone)  # the same words on another day are another one
        facts = (kind, category, way, tenant, place, node, point, invoice, level, str(heard))
        said = (at.system.vault.token(words), *facts, str(day), str(person))
        command = id_of("command", "open request", at.site.key, repr(said))
        desk = desk_of(at)
        request = desk.open(asked, words, level, by=person, command_id=command)
        at.settle("operations")
        known = desk.request(request)
        print(at.text("work.opened", number=known.number, owner=at.name_of(known.owner)))


@app.command()
def note(ctx: typer.Context, request: str, words: str, by: str | None = None) -> None:
    """Write something down that the tenant is not told."""
    act(
        ctx,
        request,
        by,
        "note",
        lambda desk, it, p, c: it.note(desk.sealed(it, words), by=p, command_id=c),
        words,
    )


@app.command()
def answer(
    ctx: typer.Context,
    request: str,
    words: str,
    way: str = "phone",
    article: Annotated[list[str] | None, typer.Option()] = None,
    at_instant: Annotated[str | None, typer.Option("--at")] = None,
    by: str | None = None,
) -> None:
    """Write down what the tenant was told, or tell it at the portal; the first stops its clock."""
    with opened(ctx, WRITER) as at:
        channel, desk = choice_of(Channel, way), desk_of(at)
        articles = desk.articles(article or [])
        if channel is Channel.PORTAL:
            person = at.person(by, Right.ANSWER)
            row = request_named(at, request)
            known = desk.request(row.request)
            enquiries = EnquiryDesk(at.books, at.system.clock, at.system.vault)
            answer_in_portal(enquiries, desk, at.site, known, words, articles, by=person)
            at.settle("books")
            told(at, desk, row.request)
            return
        now = at.system.clock.now()
        when = now if at_instant is None else instant_of(at, at_instant)
        acted(
            at,
            request,
            by,
            "answer",
            lambda desk, it, p, c: it.answer(
                channel,
                desk.sealed(it, words),
                at=when,
                articles=articles,
                by=p,
                now=now,
                command_id=c,
            ),
            *(words, way, at_instant),
        )


@app.command("hand-over")
def hand_over(ctx: typer.Context, request: str, to: To = None, by: str | None = None) -> None:
    """Offer a request to another; its owner stays its owner until the other takes it."""
    with opened(ctx, WRITER) as at:
        other = other_of_desk(at, to)
        acted(
            at,
            request,
            by,
            "hand over",
            lambda _, it, p, c: it.hand_over(to=other, by=p, command_id=c),
            other,
        )


@app.command()
def escalate(
    ctx: typer.Context,
    request: str,
    to: To = None,
    reason: str | None = None,
    by: str | None = None,
) -> None:
    """Give a request to somebody higher, with the reason; he owns it once he takes it."""
    with opened(ctx, WRITER) as at:
        other, why = other_of_desk(at, to), required(reason, "--reason", at.text("ask.reason"))
        acted(
            at,
            request,
            by,
            "escalate",
            lambda desk, it, p, c: it.escalate(desk.sealed(it, why), to=other, by=p, command_id=c),
            *(other, why),
        )


@app.command()
def take(ctx: typer.Context, request: str, by: str | None = None) -> None:
    """Own a request that was offered, or that came by the portal and nobody owns himself."""
    act(ctx, request, by, "take", lambda _, it, p, c: it.take(by=p, command_id=c))


@app.command()
def pause(ctx: typer.Context, request: str, by: str | None = None) -> None:
    """Let its clock stand still while it waits for the tenant."""
    act(ctx, request, by, "pause", lambda _, it, p, c: it.pause(by=p, command_id=c))


@app.command()
def resume(ctx: typer.Context, request: str, by: str | None = None) -> None:
    """Go on: its clock runs again."""
    act(ctx, request, by, "resume", lambda _, it, p, c: it.resume(by=p, command_id=c))


@app.command("class")
def class_(ctx: typer.Context, request: str, complaint: str, by: str | None = None) -> None:
    """Say of what class a complaint is; the latest counts."""
    with opened(ctx, WRITER) as at:
        person, row = at.person(by, Right.SERVE), request_named(at, request)
        command = command_of("request class", row.request, row.position, person, complaint)
        desk = desk_of(at)
        desk.classify(row.request, complaint, by=person, command_id=command)
        told(at, desk, row.request)


@app.command()
def judge(
    ctx: typer.Context,
    request: str,
    justified: Justified,
    unit: Annotated[str | None, typer.Option()] = None,
    by: str | None = None,
) -> None:
    """Say whether a complaint is justified, and against which unit: that one gets its points."""
    with opened(ctx, WRITER) as at:
        whom = required(unit, "--unit", at.text("ask.against"))
        person, row = at.person(by, Right.SERVE), request_named(at, request)
        said = (whom, justified)
        command = command_of("request judge", row.request, row.position, person, *said)
        desk = desk_of(at)
        desk.judge(row.request, whom, justified=justified, by=person, command_id=command)
        told(at, desk, row.request)


@app.command()
def resolve(
    ctx: typer.Context, request: str, outcome: str, words: str = "", by: str | None = None
) -> None:
    """Say that a request is dealt with, and how: its clock stops."""
    how = choice_of(Outcome, outcome)
    act(
        ctx,
        request,
        by,
        "resolve",
        lambda desk, it, p, c: it.resolve(how, desk.sealed_if_any(it, words), by=p, command_id=c),
        *(how, words),
    )


@app.command()
def reopen(
    ctx: typer.Context, request: str, reason: str | None = None, by: str | None = None
) -> None:
    """Open a request again because the tenant says so; its clock goes on."""
    with opened(ctx, WRITER) as at:
        why, now = required(reason, "--reason", at.text("ask.reason")), at.system.clock.now()
        acted(
            at,
            request,
            by,
            "reopen",
            lambda desk, it, p, c: it.reopen(desk.sealed(it, why), by=p, now=now, command_id=c),
            why,
        )


@app.command()
def close(ctx: typer.Context, request: str, by: str | None = None) -> None:
    """Say that nothing is left to do; where its class demands it, that is another person."""
    act(ctx, request, by, "close", lambda _, it, p, c: it.close(by=p, command_id=c))


@app.command()
def rate(
    ctx: typer.Context, request: str, score: int, words: str = "", by: str | None = None
) -> None:
    """Write down how content the tenant is, 1 to 5, once."""
    act(
        ctx,
        request,
        by,
        "rate",
        lambda desk, it, p, c: it.rate(score, desk.sealed_if_any(it, words), by=p, command_id=c),
        *(score, words),
    )


add_making(app)
add_calls(app)
add_looking(app)

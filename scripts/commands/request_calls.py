"""In: `request` verbs on call-backs and callers. Out: calls set, done, listed; who calls. I/O."""

from __future__ import annotations

from typing import Annotated

import typer

from energy.base.ids import id_of
from energy.base.period import local_day
from scripts.commands.asked import runs
from scripts.commands.frame import Opened, opened
from scripts.commands.printing import print_json, print_table
from scripts.commands.request_frame import desk_of, other_of_desk, request_named, told
from scripts.commands.request_print import heads
from scripts.commands.tree import Json
from scripts.commands.work_frame import choice_of, command_of, instant_of

if runs():
    from billing.views.service_desk import read_callers
    from dashboards.security.scope import Right
    from energy.service.requests.errors import RequestError
    from energy.service.requests.kinds import CallOutcome
    from energy.service.requests.phone import demanded
    from energy.service.requests.reads import CallRow, RequestRow, read_calls, read_requests
    from energy.system import WEB, WRITER

_SHORT = 8


def add_calls(app: typer.Typer) -> None:
    """Add the verbs on call-backs and callers."""
    app.command("call-back")(call_back)
    app.command("called")(called)
    app.command("calls")(calls)
    app.command("caller")(caller)


def call_back(
    ctx: typer.Context,
    request: str,
    at_instant: Annotated[str, typer.Option("--at")],
    who: str | None = None,
    by: str | None = None,
) -> None:
    """Have the tenant called back at an instant, by a person."""
    with opened(ctx, WRITER) as at:
        person, row = at.person(by, Right.SERVE), request_named(at, request)
        caller, due = other_of_desk(at, who, "--who"), instant_of(at, at_instant)
        command = command_of("request call", row.request, 0, person, due, caller)
        call = id_of("call_back", str(row.request), str(command))
        desk, now = desk_of(at), at.system.clock.now()
        desk.act(
            row.request,
            lambda it: it.call_back(
                call, due_at=due, person=caller, by=person, now=now, command_id=command
            ),
        )
        at.settle("operations")
        names = {"who": at.name_of(caller), "due": due.astimezone(at.site.zone)}
        print(at.text("request.call_set", number=row.number, call=call.hex[:_SHORT], **names))


def called(
    ctx: typer.Context,
    request: str,
    outcome: str,
    words: str = "",
    call: str = "",
    by: str | None = None,
) -> None:
    """Write down what came of a call-back; --call names which, where several are to be made."""
    with opened(ctx, WRITER) as at:
        person, row = at.person(by, Right.SERVE), request_named(at, request)
        how, meant, desk = choice_of(CallOutcome, outcome), _call(at, row, call), desk_of(at)
        command = command_of("request called", meant.call, 0, person, how, desk.token(words))
        desk.act(
            row.request,
            lambda it: it.called(
                meant.call, how, desk.sealed_if_any(it, words), by=person, command_id=command
            ),
        )
        told(at, desk, row.request)


def calls(
    ctx: typer.Context,
    every: Annotated[bool, typer.Option("--all")] = False,  # noqa: FBT002 - a flag of the row
    *,
    as_json: Json = False,
) -> None:
    """List the call-backs that are to be made, the one due first first; made ones with --all."""
    with opened(ctx, WEB) as at:
        with at.system.database.connection() as connection:
            found = read_calls(connection, at.site.schema, done=every)
        now = at.system.clock.now()
        if as_json:
            print_json([{"call": each, "missed": each.missed(now)} for each in found])
            return
        rows = [
            (
                each.call.hex[:_SHORT],
                each.number,
                each.due_at.astimezone(at.site.zone),
                at.name_of(each.person),
                at.text(f"request_call.{each.outcome or 'waits'}"),
                at.text("work.yes") if each.missed(now) else None,
            )
            for each in found
        ]
        keys = ("call", "request", "due", "who", "outcome", "missed")
        print_table(heads(at, *keys), rows, nothing=at.text("none.calls"))


def caller(
    ctx: typer.Context, number: str, by: str | None = None, *, as_json: Json = False
) -> None:
    """Find the tenant who calls by the number of one of its contacts, and its open requests."""
    with opened(ctx, WEB) as at:
        at.person(by, Right.SERVE)
        wanted = demanded(number)
        day = local_day(at.system.clock.now(), at.site.zone)
        schema = at.site.schema
        with at.system.database.connection() as connection:
            found = read_callers(connection, schema, at.system.vault, wanted, day)
            open_ones = {
                each.party: read_requests(connection, schema, tenants=each.tenants)
                for each in found
            }
        if as_json:
            print_json([{"tenant": each, "open": open_ones[each.party]} for each in found])
            return
        rows = [
            (
                f"party/{each.party}",
                each.name,
                " · ".join(part for part in (each.contact, each.duty) if part),
                ", ".join(each.accounts),
                ", ".join(request.number for request in open_ones[each.party]),
            )
            for each in found
        ]
        keys = ("tenant", "name", "contact", "accounts", "open")
        print_table(heads(at, *keys), rows, nothing=at.text("none.callers"))


def _call(at: Opened, row: RequestRow, name: str) -> CallRow:
    """Return the call-back meant: the only one to be made, else the last that was made.

    Raises:
        RequestError: None is meant, or several are.
    """
    with at.system.database.connection() as connection:
        known = read_calls(connection, at.site.schema, request=row.request, done=True)
    short = name.lower().replace("-", "")
    found = [each for each in known if each.call.hex.startswith(short)]
    waiting = [each for each in found if not each.outcome]
    meant = waiting or found[-1:]
    if len(meant) != 1:
        raise RequestError.of("no_call", number=row.number)
    return meant[0]

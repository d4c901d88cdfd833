"""In: what a row says of requests. Out: the request meant, its desk, acts of people. I/O: reads."""

from __future__ import annotations

from collections.abc import Callable
from uuid import UUID

import typer

from energy.base.period import local_day
from scripts.commands.asked import runs
from scripts.commands.frame import Opened, opened, required
from scripts.commands.work_frame import command_of

if runs():
    from dashboards.security.scope import Right
    from energy.service.requests.desk import RequestDesk
    from energy.service.requests.errors import RequestError
    from energy.service.requests.reads import RequestRow, read_requests
    from energy.service.requests.request import TenantRequest
    from energy.system import WRITER
    from processes.installation import acting
    from processes.portal_requests import request_desk

SAID = ("note", "answer", "escalate")
"""The same words of the same person on one day are said once, whatever happened between."""
Do = Callable[["RequestDesk", "TenantRequest", UUID, UUID], None]
"""Does something with a request: the desk, the request, who does it, id of the command."""


def desk_of(at: Opened) -> RequestDesk:
    """Return the service desk of the site."""
    return request_desk(at.system, at.site)


def request_named(at: Opened, name: str) -> RequestRow:
    """Return the request meant by its number or the beginning of its id.

    Raises:
        RequestError: None is meant, or several are.
    """
    with at.system.database.connection() as connection:
        found = read_requests(connection, at.site.schema, named=name)
    if not name or len(found) != 1:
        raise RequestError.of("no_request")
    return found[0]


def other_of_desk(at: Opened, to: str | None, option: str = "--to") -> UUID:
    """Return whom something is given to, asked for where nobody was named.

    Raises:
        RefusedError: There is no such person, or he lacks the role.
    """
    named = required(to, option, at.text("ask.assign"))
    return acting(at.system, named, at.site, Right.SERVE)


def act(ctx: typer.Context, request: str, by: str | None, what: str, do: Do, *said: object) -> None:
    """Let a person do something with a request, and say how it stands."""
    with opened(ctx, WRITER) as at:
        acted(at, request, by, what, do, *said)


def acted(at: Opened, request: str, by: str | None, what: str, do: Do, *said: object) -> None:
    """As `act`, at a site that is open."""
    person = at.person(by, Right.SERVE)
    row = request_named(at, request)
    seen, words = row.position, said
    if what in SAID:
        seen, words = 0, (*said, local_day(at.system.clock.now(), at.site.zone))
    desk = desk_of(at)
    told_once = desk.token(repr([str(each) for each in words]))
    command = command_of(f"request {what}", row.request, seen, person, told_once)
    desk.act(row.request, lambda it: do(desk, it, person, command))
    told(at, desk, row.request, what)


def told(at: Opened, desk: RequestDesk, request: UUID, what: str = "") -> None:
    """Say how a request stands, once the tables know it.

    Args:
        at: The site.
        desk: Its service desk.
        request: The request.
        what: What was done: who owns it is told where that changes.
    """
    at.settle("operations")
    known = desk.request(request)
    owner = at.name_of(known.owner)
    if what == "take":
        print(at.text("work.taken", number=known.number, owner=owner))
    elif what in {"hand over", "escalate"} and known.offered is not None:
        to = at.name_of(known.offered)
        print(at.text("work.offered", number=known.number, to=to, owner=owner))
    else:
        state = at.text(f"request_state.{known.state}")
        print(at.text("work.acted", number=known.number, state=state))

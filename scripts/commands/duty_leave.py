"""In: `duty` verbs on leave and swaps. Out: leave decided with changed rosters, swaps. I/O."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Annotated
from uuid import UUID

import typer

from energy.base.ids import id_of
from scripts.commands.asked import runs
from scripts.commands.duty_words import (
    SHORT,
    named,
    names_at,
    print_findings,
    slot_words,
    the_one,
    told,
)
from scripts.commands.frame import Opened, opened
from scripts.commands.printing import print_json, print_table
from scripts.commands.tree import Json

if runs():
    from dashboards.security.scope import Right
    from energy.service.duty.desk import RosterDesk
    from energy.service.duty.leave_desk import LeaveDesk
    from energy.service.duty.plan import SlotKey, slot_from
    from energy.service.duty.reads import LeaveRow, SwapRow, read_leave, read_swaps
    from energy.system import WEB, WRITER

DAY = ["%Y-%m-%d"]
A_DAY = timedelta(days=1)


def ask(
    ctx: typer.Context,
    first: Annotated[datetime, typer.Option("--from", formats=DAY)],
    last: Annotated[datetime, typer.Option("--to", formats=DAY)],
    person: Annotated[str, typer.Option("--for")] = "",
    by: str | None = None,
) -> None:
    """Ask for leave, for oneself or, who plans, for another; the night of the last day is in it."""
    with opened(ctx, WRITER) as at:
        author = at.person(by, Right.PLAN_WORK if person else Right.OWN_DUTY)
        who = named(at, person) if person else author
        days = (first.date(), last.date())
        same = [
            each
            for each in _leave(at)
            if (each.person, each.first_day, each.last_day) == (who, *days)
            and each.state in {"refused", "withdrawn"}
        ]
        said = (str(who), *map(str, days), str(len(same)), str(author))
        command = id_of("command", "ask leave", *said)
        request = _desk(at).ask(who, *days, by=author, command_id=command)
        at.settle("operations")
        print(at.text("duty.asked", leave=request.hex[:SHORT]))


def leave(ctx: typer.Context, *, as_json: Json = False) -> None:
    """List the requests for leave, the latest first."""
    with opened(ctx, WEB) as at:
        found = _leave(at)
        if as_json:
            print_json(found)
            return
        rows = [
            (
                each.leave.hex[:SHORT],
                at.name_of(each.person),
                each.first_day,
                each.last_day,
                at.text(f"duty_leave.{each.state}"),
                at.name_of(each.asked_by),
                at.name_of(each.decided_by),
            )
            for each in found
        ]
        keys = ("leave", "person", "from", "to", "state", "asked_by", "decided_by")
        head = [at.text(f"duty_head.{key}") for key in keys]
        print_table(head, rows, nothing=at.text("duty.no_leave"))


def leave_slots(ctx: typer.Context, request: str, *, as_json: Json = False) -> None:
    """List what a request for leave would uncover, with who may stand in."""
    with opened(ctx, WEB) as at:
        found = _desk(at).look(_meant(at, request).leave)
        if as_json:
            print_json([{**_plain(each), "slot": str(each.slot)} for each in found])
            return
        names = names_at(at)
        rows = [
            (
                names.slot_and_words(each.slot, at.language),
                at.name_of(each.proposed),
                ", ".join(at.name_of(who) or "" for who in each.fit),
            )
            for each in found
        ]
        head = [at.text(f"duty_head.{key}") for key in ("slot", "proposed", "fit")]
        print_table(head, rows, nothing=at.text("duty.nothing_uncovered"))


def approve(
    ctx: typer.Context,
    request: str,
    cover: Annotated[list[str] | None, typer.Option("--cover")] = None,
    uncovered: Annotated[list[str] | None, typer.Option("--uncovered")] = None,
    by: str | None = None,
    *,
    by_rule: Annotated[bool, typer.Option("--by-rule")] = False,
) -> None:
    """Approve leave, with a stand-in for each slot that it uncovers; nobody approves theirs."""
    with opened(ctx, WRITER) as at:
        person, row = at.person(by, Right.PLAN_WORK), _meant(at, request)
        given: dict[SlotKey, UUID | None] = {slot_from(each): None for each in uncovered or ()}
        for each in cover or ():
            slot, _, who = each.partition("=")
            given[slot_from(slot)] = named(at, who)
        command = id_of("command", "approve leave", str(row.leave), str(person))
        people = _desk(at).approve(row.leave, given, by_rule=by_rule, by=person, command_id=command)
        at.settle("operations")
        covered = told(at, people) or at.text("duty.nothing_uncovered")
        print(at.text("duty.approved", leave=row.leave.hex[:SHORT], people=covered))


def refuse(ctx: typer.Context, request: str, by: str | None = None) -> None:
    """Refuse leave; nobody refuses theirs."""
    with opened(ctx, WRITER) as at:
        person, row = at.person(by, Right.PLAN_WORK), _meant(at, request)
        command = id_of("command", "refuse leave", str(row.leave), str(person))
        _desk(at).refuse(row.leave, by=person, command_id=command)
        at.settle("operations")
        print(at.text("duty.refused", leave=row.leave.hex[:SHORT]))


def withdraw(ctx: typer.Context, request: str, by: str | None = None) -> None:
    """Withdraw leave; shifts that have not begun come back."""
    with opened(ctx, WRITER) as at:
        person, row = at.person(by, Right.OWN_DUTY), _meant(at, request)
        command = id_of("command", "withdraw leave", str(row.leave), str(person))
        back = _desk(at).withdraw(row.leave, by=person, command_id=command)
        at.settle("operations")
        slots = ", ".join(slot_words(at, each) for each in back) or at.text("duty.none_back")
        print(at.text("duty.withdrawn", leave=row.leave.hex[:SHORT], slots=slots))
        if back:  # who comes back may have taken a shift near it meanwhile
            days = (back[0].day - A_DAY, back[-1].day + A_DAY)
            rosters = RosterDesk(at.system.database, at.site, at.system.clock)
            print_findings(at, rosters.findings(*days, person=row.person))


def swap(
    ctx: typer.Context,
    slot: str,
    to: Annotated[str, typer.Option()],
    back: str = "",
    by: str | None = None,
) -> None:
    """Offer a shift of one's own to another, for one of theirs or for none."""
    with opened(ctx, WRITER) as at:
        person, other = at.person(by, Right.OWN_DUTY), named(at, to)
        mine, theirs = slot_from(slot), slot_from(back) if back else None
        over = [each for each in _swaps(at) if each.slot == slot and each.state != "offered"]
        said = (slot, back, str(other), str(person), str(len(over)))
        command = id_of("command", "offer swap", *said)
        desk = _desk(at)
        offered = desk.offer_swap(mine, other, theirs, by=person, command_id=command)
        at.settle("operations")
        print(at.text("duty.swap_offered", swap=offered.hex[:SHORT]))


def take(ctx: typer.Context, swap: str, by: str | None = None) -> None:
    """Agree to a swap that was offered to oneself; the roster changes with it."""
    with opened(ctx, WRITER) as at:
        person = at.person(by, Right.OWN_DUTY)
        row = the_one(swap, _swaps(at), lambda each: each.swap, "no_swap")
        command = id_of("command", "take swap", str(row.swap), str(person))
        _desk(at).take_swap(row.swap, by=person, command_id=command)
        at.settle("operations")
        print(at.text("duty.swap_taken", swap=row.swap.hex[:SHORT]))


def swap_off(ctx: typer.Context, swap: str, by: str | None = None) -> None:
    """Let a swap that was offered not be; either of the two may say so."""
    with opened(ctx, WRITER) as at:
        person = at.person(by, Right.OWN_DUTY)
        row = the_one(swap, _swaps(at), lambda each: each.swap, "no_swap")
        command = id_of("command", "withdraw swap", str(row.swap), str(person))
        _desk(at).withdraw_swap(row.swap, by=person, command_id=command)
        at.settle("operations")
        print(at.text("duty.swap_off", swap=row.swap.hex[:SHORT]))


def swaps(ctx: typer.Context, *, as_json: Json = False) -> None:
    """List the swaps, the latest offer first."""
    with opened(ctx, WEB) as at:
        found = _swaps(at)
        if as_json:
            print_json(found)
            return
        names, language = names_at(at), at.language
        rows = [
            (
                each.swap.hex[:SHORT],
                at.name_of(each.person),
                names.slot_and_words(each.slot, language),
                at.name_of(each.other),
                names.slot_and_words(each.back, language) or None,
                at.text(f"duty_swap.{each.state}"),
            )
            for each in found
        ]
        keys = ("swap", "gives", "slot", "takes", "back", "state")
        head = [at.text(f"duty_head.{key}") for key in keys]
        print_table(head, rows, nothing=at.text("duty.no_swaps"))


def _plain(each: object) -> dict[str, object]:
    return {name: getattr(each, name) for name in ("proposed", "fit")}


def _desk(at: Opened) -> LeaveDesk:
    return LeaveDesk(at.system.database, at.site, at.system.clock)


def _leave(at: Opened) -> list[LeaveRow]:
    with at.system.database.connection() as connection:
        return read_leave(connection, at.site.schema)


def _swaps(at: Opened) -> list[SwapRow]:
    with at.system.database.connection() as connection:
        return read_swaps(connection, at.site.schema)


def _meant(at: Opened, request: str) -> LeaveRow:
    return the_one(request, _leave(at), lambda each: each.leave, "no_leave")

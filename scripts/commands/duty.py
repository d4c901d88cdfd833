"""In: `duty` verbs on plan and rosters. Out: rosters drafted, published, changed, shown. I/O."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date, datetime, timedelta
from pathlib import Path
from typing import Annotated
from uuid import uuid4

import typer

from energy.base.ids import id_of
from scripts.commands.asked import runs
from scripts.commands.duty_leave import (
    approve,
    ask,
    leave,
    leave_slots,
    refuse,
    swap,
    swap_off,
    swaps,
    take,
    withdraw,
)
from scripts.commands.duty_log import close, handovers, log, offer, sign, stay, tell
from scripts.commands.duty_words import (
    SHORT,
    named,
    names_at,
    people_in,
    print_findings,
    slot_words,
    the_one,
)
from scripts.commands.frame import Opened, opened, required
from scripts.commands.printing import print_facts, print_json, print_table
from scripts.commands.tree import Json, group

if runs():
    from dashboards.note_words import wall_instant
    from dashboards.security.scope import Right
    from energy.base.period import days_between, local_day
    from energy.service.duty.desk import RosterDesk, pattern_of
    from energy.service.duty.errors import DutyError
    from energy.service.duty.plan import SlotKey, slot_from
    from energy.service.duty.reads import (
        RosterRow,
        read_duty_plan,
        read_on_duty,
        read_rosters,
        read_sheets,
    )
    from energy.service.duty.standing import NOT_COVERED, Sheet
    from energy.system import WEB, WRITER
    from processes.notice_files import written

app = group("duty")
for verb, name in (
    *((ask, "ask"), (leave, "leave"), (leave_slots, "leave-slots"), (approve, "approve")),
    *((refuse, "refuse"), (withdraw, "withdraw"), (swap, "swap"), (take, "take")),
    *((swap_off, "swap-off"), (swaps, "swaps"), (tell, "tell"), (close, "close"), (log, "log")),
    *((offer, "offer"), (sign, "sign"), (stay, "stay"), (handovers, "handovers")),
):
    app.command(name)(verb)
DAY = ["%Y-%m-%d"]
First = Annotated[datetime | None, typer.Option("--from", formats=DAY)]


@app.command("set-plan")
def set_plan(ctx: typer.Context, file: Path, by: str | None = None) -> None:
    """Let the plan of duty of a file hold: shifts, posts, who may fill them, the least rest."""
    with opened(ctx, WRITER) as at:
        person = at.person(by, Right.PLAN_WORK)
        spec = written(file)
        spec["group"] = people_in(at, spec.get("group"))
        version = _desk(at).set_plan(spec, by=person, command_id=uuid4())
        at.settle("operations")
        print(at.text("duty.planned", version=version))


@app.command()
def plan(ctx: typer.Context, *, as_json: Json = False) -> None:
    """Show the plan of duty that holds."""
    with opened(ctx, WEB) as at:
        with at.system.database.connection() as connection:
            found = read_duty_plan(connection, at.site.schema)
        if found is None:
            raise DutyError.of("no_plan")
        if as_json:
            print_json(found)
            return
        names, language = found.names, at.language
        shifts = ", ".join(
            f"{names.shift_and_key(each.name, language)} {each.at:%H:%M}" for each in found.shifts
        )
        rest_h = int(found.rest.total_seconds()) // 3600
        facts = ((at.text("duty_head.shifts"), shifts), (at.text("duty_head.rest"), f"{rest_h} h"))
        print_facts(facts)
        print()
        rows = [
            (
                names.post_and_key(each.key, language),
                at.text(f"duty_kind.{each.kind}"),
                ", ".join(at.name_of(who) or "" for who in found.qualified(each.key)),
            )
            for each in found.posts
        ]
        print_table([at.text(f"duty_head.{key}") for key in ("post", "kind", "people")], rows)


@app.command()
def draft(ctx: typer.Context, file: Path, by: str | None = None) -> None:
    """Draft a roster from the repeating pattern of a file; it holds for nobody yet."""
    with opened(ctx, WRITER) as at:
        person = at.person(by, Right.PLAN_WORK)
        spec = written(file)
        pattern = pattern_of({**spec, "pattern": people_in(at, spec.get("pattern"))})
        desk = _desk(at)
        said = (repr(pattern), desk.stamp(), str(person))
        command = id_of("command", "draft roster", *said)
        roster = desk.draft(pattern, by=person, command_id=command)
        at.settle("operations")
        print(at.text("duty.drafted", roster=roster.hex[:SHORT]))
        print_findings(at, desk.draft_findings(roster))


@app.command()
def publish(ctx: typer.Context, roster: str, by: str | None = None) -> None:
    """Let a drafted roster hold, with what is uncovered named."""
    with opened(ctx, WRITER) as at:
        person = at.person(by, Right.PLAN_WORK)
        row, desk = the_one(roster, _rosters(at), lambda each: each.roster, "no_roster"), _desk(at)
        command = id_of("command", "publish roster", str(row.roster), str(person))
        desk.publish(row.roster, by=person, command_id=command)
        at.settle("operations")
        first, last = row.first_day, row.last_day
        print(at.text("duty.published", roster=row.roster.hex[:SHORT], first=first, last=last))
        print_findings(at, desk.findings(first, last))


@app.command()
def rosters(ctx: typer.Context, *, as_json: Json = False) -> None:
    """List the rosters, drafts too, the latest first."""
    with opened(ctx, WEB) as at:
        found = _rosters(at)
        if as_json:
            print_json(found)
            return
        rows = [
            (
                each.roster.hex[:SHORT],
                each.first_day,
                each.last_day,
                each.version or at.text("duty.draft"),
                at.name_of(each.drafted_by),
                at.name_of(each.published_by),
            )
            for each in found
        ]
        keys = ("roster", "from", "to", "version", "drafted_by", "published_by")
        head = [at.text(f"duty_head.{key}") for key in keys]
        print_table(head, rows, nothing=at.text("duty.no_rosters"))


@app.command()
def show(
    ctx: typer.Context,
    first: First = None,
    days: Annotated[int, typer.Option(min=1, max=400)] = 7,
    *,
    as_json: Json = False,
) -> None:
    """Show the published roster of some days (exit code 1: a post is uncovered)."""
    with opened(ctx, WEB) as at:
        begin = first.date() if first else local_day(at.system.clock.now(), at.site.zone)
        end = begin + timedelta(days=days - 1)
        with at.system.database.connection() as connection:
            sheets = read_sheets(connection, at.site.schema, begin, end)
        found = _desk(at).findings(begin, end)
        if as_json:
            slots = {slot: filled for sheet in sheets for slot, filled in sheet.slots.items()}
            rows = [{"slot": str(slot), "filled": slots[slot]} for slot in sorted(slots)]
            wrong = [{"slot": str(each.slot), "kind": each.kind} for each in found]
            print_json({"slots": rows, "findings": wrong})
        else:
            _print_roster(at, sheets, days_between(begin, end))
            print_findings(at, found)
        if any(each.kind in NOT_COVERED for each in found):
            raise typer.Exit(1)


@app.command()
def now(ctx: typer.Context, instant: str | None = None, *, as_json: Json = False) -> None:
    """Say who is on duty, now or at an instant (exit code 1: a post has nobody)."""
    with opened(ctx, WEB) as at:
        zone = at.site.zone
        when = wall_instant(instant, zone) if instant else at.system.clock.now()
        with at.system.database.connection() as connection:
            found = read_on_duty(connection, at.site, when)
        if as_json:
            print_json(found)
        else:
            names = names_at(at)
            if found.period is not None:
                begin, end = (
                    each.astimezone(zone).isoformat(" ", "minutes")
                    for each in (found.period.start, found.period.end)
                )
                shift = names.shift_and_key(found.shift, at.language)
                print(at.text("duty.shift", shift=shift, begin=begin, end=end))
            told = {
                post: names.post_and_key(post, at.language) for post in (*found.posts, *found.gaps)
            }
            rows = [(told[post], at.name_of(who), None) for post, who in found.posts.items()]
            gaps = [(told[p], None, at.text(f"duty_why.{why}")) for p, why in found.gaps.items()]
            head = [at.text(f"duty_head.{key}") for key in ("post", "person", "gap")]
            print_table(head, [*rows, *gaps], nothing=at.text("duty.no_posts"))
        if found.gaps:
            raise typer.Exit(1)


@app.command()
def change(
    ctx: typer.Context,
    slot: str,
    to: str = "",
    reason: str | None = None,
    by: str | None = None,
    *,
    uncovered: Annotated[bool, typer.Option("--uncovered")] = False,
) -> None:
    """Let another fill a slot of a published roster, or nobody on purpose."""
    with opened(ctx, WRITER) as at:
        person = at.person(by, Right.PLAN_WORK)
        if bool(to) == uncovered:
            raise DutyError.of("to_or_uncovered")
        who, key = (named(at, to) if to else None), slot_from(slot)
        why = required(reason, "--reason", at.text("ask.reason"))
        desk = _desk(at)
        desk.change(key, who, reason=why, by=person, command_id=uuid4())
        at.settle("operations")
        told = at.name_of(who) or at.text("duty.nobody")
        print(at.text("duty.changed", slot=slot_words(at, key), person=told))
        print_findings(at, [each for each in desk.findings(key.day, key.day) if each.slot == key])


@app.command("stand-ins")
def stand_ins(ctx: typer.Context, slot: str, *, as_json: Json = False) -> None:
    """List who may stand in at a slot, the fittest first."""
    with opened(ctx, WEB) as at:
        found = _desk(at).stand_ins(slot_from(slot))
        if as_json:
            print_json(found)
            return
        rows = [(number, at.name_of(who)) for number, who in enumerate(found, start=1)]
        head = [at.text(f"duty_head.{key}") for key in ("number", "person")]
        print_table(head, rows, nothing=at.text("duty.no_stand_in"))


def _print_roster(at: Opened, sheets: Sequence[Sheet], days: Sequence[date]) -> None:
    """Print who is on which post, a shift a row."""
    names, language = names_at(at), at.language
    people = {s: filled.person for sheet in sheets for s, filled in sheet.slots.items()}
    posts = list(dict.fromkeys(slot.post for slot in sorted(people)))
    shifts = list(dict.fromkeys(each.name for sheet in sheets for each in sheet.shifts))
    table = []
    for day in days:
        for shift in shifts:
            slots = [SlotKey(day=day, shift=shift, post=post) for post in posts]
            if any(slot in people for slot in slots):
                who = (at.name_of(people.get(slot)) for slot in slots)
                table.append((day, names.shift_and_key(shift, language), *who))
    named_posts = [names.post_and_key(post, language) for post in posts]
    head = [at.text("duty_head.day"), at.text("duty_head.shift"), *named_posts]
    print_table(head, table, nothing=at.text("duty.no_rosters"))


def _desk(at: Opened) -> RosterDesk:
    return RosterDesk(at.system.database, at.site, at.system.clock)


def _rosters(at: Opened) -> list[RosterRow]:
    with at.system.database.connection() as connection:
        return read_rosters(connection, at.site.schema)

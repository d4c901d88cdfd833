"""In: what people say of a switching order. Out: said to its desk, and what comes next. I/O: desks.

The id of a command is made of what was said, by whom, and how far the order was: a row typed
again after a lost answer is one act, and a second stop for the same reason is another one.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Annotated
from uuid import UUID

import typer

from scripts.commands.asked import runs
from scripts.commands.frame import Opened, opened, required
from scripts.commands.work_frame import command_of

if runs():
    from billing.views.asked_supplies import asked_of
    from dashboards.note_words import wall_instant
    from dashboards.security.scope import Right
    from energy.service.switching.desk import SwitchingDesk
    from energy.service.switching.kinds import SwitchingState
    from energy.service.switching.order import SwitchingOrder
    from energy.service.switching.permit import Permit
    from energy.service.switching.reads import SwitchingRow, switching_named
    from energy.service.switching.rounds import round_of
    from energy.system import WRITER
    from processes.installation import acting

Act = Callable[["SwitchingOrder", UUID, UUID], None]
"""Says something of an order: the order, who says it, id of the command."""


def add_acting(app: typer.Typer) -> None:
    """Add the verbs by which an order is approved and carried out."""
    app.command("approve")(approve)
    app.command("release")(release)
    app.command("withdraw")(withdraw)
    app.command("tell")(tell)
    app.command("read-back")(read_back)
    app.command("skip")(skip)
    app.command("stop")(stop)
    app.command("resume")(resume)
    app.command("abort")(abort)
    app.command("permit")(permit)
    app.command("hand-back")(hand_back)
    app.command("complete")(complete)


def desk_of(at: Opened) -> SwitchingDesk:
    """Return the desk of switching orders; it asks the books what billing wants."""
    asked = asked_of(at.books)
    return SwitchingDesk(at.system.database, at.site, at.system.clock, asked)


def row_of(at: Opened, number: str) -> SwitchingRow:
    """Return the order of a number.

    Raises:
        SwitchingError: There is none.
    """
    with at.system.database.connection() as connection:
        return switching_named(connection, at.site.schema, number)


def person_named(at: Opened, sign_in: str | None, option: str) -> UUID:
    """Return a person of the work, asked for where nobody was named.

    Raises:
        RefusedError: There is no such person, or he lacks the role.
    """
    named = required(sign_in, f"--{option}", at.text(f"switching_head.{option}"))
    return acting(at.system, named, at.site, Right.WORK)


def approve(ctx: typer.Context, number: str, by: str | None = None) -> None:
    """Find an order technically right: not its author, not its operator."""
    _plain(ctx, number, by, "approve", right=Right.PLAN_WORK)


def release(ctx: typer.Context, number: str, by: str | None = None) -> None:
    """Release an order as the command centre: a third person."""
    with opened(ctx, WRITER) as at:
        now = at.system.clock.now()
        known = _acted(
            at,
            number,
            at.person(by, Right.RELEASE_SWITCHING),
            ("release",),
            lambda it, person, command: it.release(by=person, now=now, command_id=command),
        )
        _say_state(at, known)
        _say_next(at, known, said=True)


def withdraw(
    ctx: typer.Context, number: str, reason: str | None = None, by: str | None = None
) -> None:
    """Let an order not be carried out, before any of its steps was told."""
    with opened(ctx, WRITER) as at:
        why = required(reason, "--reason", at.text("ask.reason"))
        _say_state(at, _said(at, number, by, "withdraw", why))


def tell(ctx: typer.Context, number: str, step: int, by: str | None = None) -> None:
    """Tell the next step, as guardian; its operator reads it back."""
    with opened(ctx, WRITER) as at:
        person, desk = at.person(by, Right.WORK), desk_of(at)
        row = row_of(at, number)
        command = command_of("tell step", row.switching_order, step, person)
        desk.tell(row.switching_order, step, by=person, command_id=command)
        at.settle("operations")
        known = desk.order(row.switching_order)
        if known.told != step or known.state is not SwitchingState.UNDER_WAY:
            # Said again, and more happened since: nobody may read here that it is to be done.
            _say_state(at, known)
            _say_next(at, known, said=True)
            return
        told = known.steps[step - 1]
        language = at.language
        texts = {"device": told.device[language], "do": told.do[language]}
        print(at.text("switching.told", step=step, expect=told.expect[language], **texts))
        if told.safety[language]:
            print(at.text("switching.mind", safety=told.safety[language]))


def read_back(ctx: typer.Context, number: str, step: int, by: str | None = None) -> None:
    """Read the step back that was told, as operator: it is done."""
    with opened(ctx, WRITER) as at:
        _say_next(at, _said(at, number, by, "read_back", step))


def skip(
    ctx: typer.Context, number: str, step: int, reason: str | None = None, by: str | None = None
) -> None:
    """Leave the next step out, with the reason that a second person gives."""
    with opened(ctx, WRITER) as at:
        why = required(reason, "--reason", at.text("ask.reason"))
        _say_next(at, _said(at, number, by, "skip", step, why))


def stop(ctx: typer.Context, number: str, reason: str | None = None, by: str | None = None) -> None:
    """Stop an order at once: nothing is told until guardian and approver say that it goes on."""
    with opened(ctx, WRITER) as at:
        _say_state(at, _said(at, number, by, "stop", reason or ""))


def resume(ctx: typer.Context, number: str, by: str | None = None) -> None:
    """Say that a stopped order goes on, as its guardian or as one who approved it; both must."""
    with opened(ctx, WRITER) as at:
        known = _said(at, number, by, "resume")
        if known.state is SwitchingState.STOPPED:
            print(at.text("switching.half", number=known.number))
            return
        _say_state(at, known)
        _say_next(at, known, said=True)


def abort(
    ctx: typer.Context,
    number: str,
    reason: str | None = None,
    *,
    told: Annotated[bool | None, typer.Option("--told-done/--told-undone")] = None,
    by: str | None = None,
) -> None:
    """End an order before its last step; names what was done and must be taken back."""
    with opened(ctx, WRITER) as at:
        why = required(reason, "--reason", at.text("ask.reason"))
        known = _acted(
            at,
            number,
            at.person(by, Right.WORK),
            ("abort", why),
            lambda it, person, command: it.abort(
                why, told_done=told, by=person, command_id=command
            ),
        )
        _say_state(at, known)
        if known.undo:
            steps = ", ".join(str(each) for each in known.undo)
            print(at.text("switching.undo", number=known.number, steps=steps))
        elif known.undoes:
            print(at.text("switching.left_back", number=known.number))


def permit(
    ctx: typer.Context,
    number: str,
    what: str | None = None,
    where: str | None = None,
    earthed: str | None = None,
    holder: str | None = None,
    until: str | None = None,
    by: str | None = None,
) -> None:
    """Give the permit to work that an order demands, as operator or guardian."""
    with opened(ctx, WRITER) as at:
        valid = required(until, "--until", at.text("ask.until"))
        given = Permit(
            what=required(what, "--what", at.text("switching_head.what")),
            where=required(where, "--where", at.text("switching_head.place")),
            earthed_at=required(earthed, "--earthed", at.text("switching_head.earthed")),
            holder=person_named(at, holder, "holder"),
            valid_until=wall_instant(valid, at.site.zone, last=True),
        )
        person, desk = at.person(by, Right.WORK), desk_of(at)
        order = row_of(at, number).switching_order
        seen = round_of(desk.order(order), "give_permit")
        command = command_of("permit switching", order, seen, person, repr(given))
        desk.give_permit(order, given, by=person, command_id=command)
        at.settle("operations")
        known = desk.order(order)
        print(at.text("switching.permit", number=known.number, permit=known.permits.given))


def hand_back(ctx: typer.Context, number: str, reason: str = "", by: str | None = None) -> None:
    """Hand the permit back: nobody works there any more."""
    with opened(ctx, WRITER) as at:
        known = _said(at, number, by, "return_permit", reason)
        print(at.text("switching.returned", number=known.number, permit=known.permits.given))


def complete(ctx: typer.Context, number: str, by: str | None = None) -> None:
    """Say that an order is carried out, as its operator or guardian."""
    _plain(ctx, number, by, "complete", right=Right.WORK)


def _plain(ctx: typer.Context, number: str, by: str | None, verb: str, *, right: Right) -> None:
    with opened(ctx, WRITER) as at:
        person = at.person(by, right)
        known = _acted(
            at,
            number,
            person,
            (verb,),
            lambda it, person, command: getattr(it, verb)(by=person, command_id=command),
        )
        _say_state(at, known)


def _said(at: Opened, number: str, by: str | None, verb: str, *said: object) -> SwitchingOrder:
    return _acted(
        at,
        number,
        at.person(by, Right.WORK),
        (verb, *said),
        lambda it, person, command: getattr(it, verb)(*said, by=person, command_id=command),
    )


def _acted(
    at: Opened, number: str, person: UUID, said: tuple[object, ...], act: Act
) -> SwitchingOrder:
    """Let somebody say something of an order; return the order as it is then."""
    order, desk = row_of(at, number).switching_order, desk_of(at)
    verb, *words = said
    seen = round_of(desk.order(order), str(verb))
    command = command_of(f"{verb} switching", order, seen, person, *words)
    desk.act(order, lambda it: act(it, person, command))
    at.settle("operations")
    return desk.order(order)


def _say_state(at: Opened, known: SwitchingOrder) -> None:
    state = at.text(f"switching_state.{known.state}")
    print(at.text("switching.acted", number=known.number, state=state))


def _say_next(at: Opened, known: SwitchingOrder, *, said: bool = False) -> None:
    """Say what comes next, or why nothing does; `said`: how far it is was said already."""
    step, after, number = known.next_step, known.permits.after, known.number
    if known.state not in {SwitchingState.RELEASED, SwitchingState.UNDER_WAY}:
        if not said:
            _say_state(at, known)
    elif known.permits.holder is not None:
        print(at.text("switching.permit", number=number, permit=known.permits.given))
    elif after and step == after + 1 and not known.permits.given:
        print(at.text("switching.permit_next", number=number))
    elif step > len(known.steps):
        print(at.text("switching.all_done", number=number))
    else:
        coming = known.steps[step - 1]
        texts = {"device": coming.device[at.language], "do": coming.do[at.language]}
        print(at.text("switching.next", step=step, **texts))

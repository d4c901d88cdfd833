"""In: `inspect back-bill|approve`. Out: what was missed, proposed, approved to be billed. I/O."""

from __future__ import annotations

from datetime import datetime
from fractions import Fraction
from typing import Annotated

import typer

from billing.money import exact_text
from energy.base.units import to_base
from scripts.commands.asked import runs
from scripts.commands.frame import Opened, opened
from scripts.commands.inspect_frame import desk_of, inspection_named
from scripts.commands.printing import print_facts
from scripts.commands.work_frame import choice_of

if runs():
    from adapters.number_text import exact_number
    from dashboards.security.scope import Right
    from energy.journal.directory import roles_at
    from energy.service.inspection.errors import InspectionError
    from energy.service.inspection.found import Claim
    from energy.service.inspection.kinds import Method
    from energy.system import WRITER
    from processes.inspections import (
        Proposal,
        approve_back_billing,
        back_bill,
        draft_back_billing,
    )

MaybeDay = datetime | None


def add_billing(app: typer.Typer) -> None:
    """Add the verbs that end in a bill to the group."""
    app.command("back-bill")(back_bill_)
    app.command("approve")(approve_)


def back_bill_(
    ctx: typer.Context,
    number: str,
    method: str,
    point: str = "",
    quantity: str | None = None,
    compare_from: Annotated[MaybeDay, typer.Option(formats=["%Y-%m-%d"])] = None,
    compare_to: Annotated[MaybeDay, typer.Option(formats=["%Y-%m-%d"])] = None,
    load: str | None = None,
    hours: str | None = None,
    by: str | None = None,
    *,
    dry_run: bool = False,
) -> None:
    """Propose that what was missed is billed; another person approves it."""
    with opened(ctx, WRITER) as at:
        person = at.person(by, Right.STATE_READINGS)
        row = inspection_named(at, number)
        days = None
        if compare_from is not None and compare_to is not None:
            days = (compare_from.date(), compare_to.date())
        claim = Claim(
            method=choice_of(Method, method),
            point=point,
            quantity=quantity,
            compared=days,
            load=_number(load),
            hours=_number(hours),
        )
        at.settle("metering", "operations")
        desk = desk_of(at)
        made = draft_back_billing(at.system, at.site, desk, row, claim)
        if not dry_run:
            back_bill(at.system, at.site, desk, row, made, person)
            at.settle("operations")
        _print_proposal(at, row.number, made)
        print(at.text("inspect.dry" if dry_run else "inspect.proposed", number=row.number))


def approve_(ctx: typer.Context, number: str, by: str | None = None) -> None:
    """Let what was missed be billed, as another person than who inspected or proposed it."""
    with opened(ctx, WRITER) as at:
        person = at.person(by, Right.DECIDE_READINGS)
        known = at.system.people.get(person)
        roles = frozenset(roles_at(known.roles, at.site.key)) if known is not None else frozenset()
        row = inspection_named(at, number)
        position = approve_back_billing(at.system, at.site, desk_of(at), row, roles, person)
        at.settle("operations")
        print(at.text("inspect.approved", number=row.number, position=position))


def _number(text: str | None) -> Fraction | None:
    """Return an exact number as typed; None where none was.

    Raises:
        InspectionError: It is none.
    """
    if text is None:
        return None
    number = exact_number(text.strip())
    if number is None:
        raise InspectionError.of("load")
    return number


def _print_proposal(at: Opened, number: str, made: Proposal) -> None:
    draft, facts = made.draft, made.channel.facts
    assert facts.utility is not None, "a channel with usage has a utility"
    per_unit = to_base(facts.utility, facts.unit)
    told = {
        "number": number,
        "point": draft.point,
        "from": draft.first,
        "to": draft.last,
        "method": at.text(f"inspect_method.{made.method}"),
        "used": f"{exact_text(Fraction(draft.usage) / per_unit)} {facts.unit}",
        "unknown": draft.missing,
        "added": f"{exact_text(Fraction(draft.total) / per_unit)} {facts.unit}",
        "rules": made.rules,
    }
    print_facts([(at.text(f"inspect_head.{key}"), value) for key, value in told.items()])

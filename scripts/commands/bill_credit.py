"""In: `bill credit`. Out: a charge line proposed to be taken back. I/O: billing office."""

from __future__ import annotations

from typing import Annotated
from uuid import uuid4

import typer

from scripts.commands.asked import runs
from scripts.commands.frame import opened
from scripts.commands.printing import print_json
from scripts.commands.tree import Json
from scripts.commands.typed import amount_of

if runs():
    from billing.corrections.line_desk import LineCredit
    from dashboards.security.scope import Right
    from energy.system import WRITER
    from scripts.commands.bill_office import invoice_of, office_of


def credit(
    ctx: typer.Context,
    name: str,
    line: Annotated[int, typer.Option("--line")],
    why: Annotated[str, typer.Option()],
    amount: str | None = None,
    by: str | None = None,
    *,
    as_json: Json = False,
) -> None:
    """Propose to take back a charge line of an issued bill, or a part of it (billing clerk)."""
    asked = LineCredit(place=line, amount=None if amount is None else amount_of(amount), why=why)
    with opened(ctx, WRITER) as at:
        person = at.person(by, Right.ISSUE)
        corrections = office_of(at).corrections
        named = corrections.credit_line(invoice_of(at, name), asked, by=person, command_id=uuid4())
        at.settle("books")
        _, proposal = corrections.proposal(named)
        if as_json:
            print_json({"name": named, "state": proposal.state, "total": proposal.total})
        else:
            print(
                at.text(
                    "bill.credit_proposed",
                    name=named,
                    total=proposal.total,
                    currency=at.site.currency,
                )
            )

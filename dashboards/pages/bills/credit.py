"""Step 6, shown. From: an issued bill. To: what corrects it, and the form of a credit. Pure.

An issued bill is never edited: crediting a line is a proposal that a second person accepts.
"""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from typing import Any

from dash import html
from dash.development.base_component import Component

from billing.corrections.causes import reason_of
from billing.corrections.line_credit import LONGEST_REASON, LineLeft
from dashboards.components.act_form import Field, Kind, act_form
from dashboards.components.pieces import Children, badge, facts, link, panel, table
from dashboards.formats import NOTHING, money
from dashboards.pages.corrections.layout import (
    PATH,
    charges_table,
    signed_money,
    state_word,
)
from dashboards.queries.bill_rows import Bill
from dashboards.queries.correction_rows import BillCredits
from dashboards.security.scope import Right
from dashboards.viewer import Viewer

CREDIT = "credit-line"


def credit_panels(viewer: Viewer, bill: Bill, found: BillCredits) -> list[Component]:
    """Return what corrects a bill or is corrected by it, and the form that credits a line.

    Args:
        viewer: Who looks.
        bill: The bill, issued.
        found: What is known of its corrections.
    """
    parts: list[Component] = []
    if found.links:
        parts.append(_links(viewer, found))
    if found.rows:
        parts.append(_proposals(viewer, found))
    form = _form(viewer, bill, found)
    panels: list[Component] = []
    entries = json.loads(bill.document).get("adjustments", ())
    if entries:
        panels.append(_borne(viewer, bill, entries))
    if parts or form is not None:
        panels.append(
            panel(
                viewer.say("credit.title"),
                [*parts, *([] if form is None else [form])],
                aside=badge(viewer.say("credit.four_eyes"), "calm"),
                name="credit",
            )
        )
    return panels


def _links(viewer: Viewer, found: BillCredits) -> Component:
    pairs: list[tuple[str, Children]] = [
        (
            viewer.say(f"credit.link_{each.relation}"),
            link(each.number, f"/bills/{each.invoice}", name=f"to-{each.relation}"),
        )
        for each in found.links
    ]
    return facts(pairs, name="credit-links")


def _proposals(viewer: Viewer, found: BillCredits) -> Component:
    rows: list[Sequence[Children]] = [
        [
            link(row.name, f"{PATH}/{row.name}", name="to-correction"),
            state_word(viewer, row.state),
            signed_money(viewer, row.total, found.currency),
            html.Span(reason_of(row.causes)[viewer.language], className="review-note"),
        ]
        for row in found.rows
    ]
    keys = ("name", "state", "difference", "why")
    heads = [viewer.say(f"corrections.head_{key}") for key in keys]
    heads[2] = f">{heads[2]}"
    return table(heads, rows, name="bill-corrections")


def _borne(viewer: Viewer, bill: Bill, entries: Sequence[Mapping[str, Any]]) -> Component:
    """Return the credits and corrections that stand on the bill."""
    names = html.Ul([html.Li(viewer.named(each["name"])) for each in entries])
    charges = [charge for each in entries for charge in each["charges"]]
    return panel(
        viewer.say("credit.borne"),
        [names, charges_table(viewer, charges, bill.invoice.currency)],
        name="borne",
    )


def _form(viewer: Viewer, bill: Bill, found: BillCredits) -> Component | None:
    """Return the form that credits a line, or why there is none; None where nobody asks."""
    state = found.state
    if state is None or not state.lines or not viewer.scope.may(Right.ISSUE):
        return None
    if state.waiting is not None:
        return html.P(viewer.say("credit.waits", name=state.waiting), className="subtitle")
    left = [line for line in state.lines if line.left]
    if not left:
        return html.P(viewer.say("credit.nothing_left"), className="subtitle")
    choices = {str(line.place): _line(viewer, line, found.currency) for line in left}
    fields = [
        Field(
            name="line",
            label="credit.line",
            kind=Kind.CHOICE,
            value=str(left[0].place),
            choices=choices,
        ),
        Field(name="amount", label="credit.amount", hint=viewer.say("credit.all_left")),
        Field(name="why", label="credit.why", kind=Kind.WORDS, longest=LONGEST_REASON),
    ]
    about = f"{bill.invoice.invoice}/{state.proposals}"
    return html.Details(
        [
            html.Summary(viewer.say("credit.open")),
            html.P(viewer.say("credit.what"), className="subtitle"),
            act_form(viewer, CREDIT, about, fields, button="credit.button"),
        ],
        className="decide-act credit-line",
    )


def _line(viewer: Viewer, line: LineLeft, currency: str) -> str:
    name = viewer.named(line.charge["name"])
    told = viewer.say(
        "credit.line_left",
        line=line.place,
        name=name,
        point=line.charge.get("point") or NOTHING,
        left=money(viewer.language, line.left, currency),
    )
    if line.left == line.amount:
        return told
    return told + viewer.say("credit.of", amount=money(viewer.language, line.amount, currency))

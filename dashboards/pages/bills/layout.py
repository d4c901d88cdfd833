"""Step 5a. From: bill runs and their invoices. To: their pages. Pure.

From an amount in a list: one click to the bill, one on a charge line to its proof.
"""

from __future__ import annotations

from collections.abc import Sequence

from dash import html
from dash.development.base_component import Component

from dashboards.components.figure_number import Why, told_by
from dashboards.components.long_table import long_table, with_cards
from dashboards.components.pieces import (
    Children,
    badge,
    data_age,
    empty,
    extra,
    link,
    page,
    panel,
)
from dashboards.formats import NOTHING, day_text, money
from dashboards.queries.bill_rows import InvoiceRow, RunRow
from dashboards.queries.rows import Answer
from dashboards.viewer import Viewer
from energy.base.text import catalogue

STATE_TONE = {
    "issued": "good",
    "approved": "good",
    "rated": "calm",
    "abandoned": "bad",
    "held": "bad",
}


def state_badge(viewer: Viewer, state: str) -> Component:
    """Return the word for the state of a run or invoice."""
    key = f"state.{state}"
    return badge(viewer.say(key) if key in catalogue() else state, STATE_TONE.get(state, "fair"))


def span_text(viewer: Viewer, row: RunRow | InvoiceRow) -> str:
    """Return the days of a bill, both included."""
    first = day_text(viewer.language, row.first_day)
    return f"{first} – {day_text(viewer.language, row.last_day)}"  # a span


def utilities_text(viewer: Viewer, row: RunRow) -> str:
    """Return the names of a run's utilities."""
    return ", ".join(viewer.say(f"utility.{each}") for each in row.utilities) or NOTHING


def runs_page(
    viewer: Viewer, answer: Answer[tuple[RunRow, ...]], invoices: Component | None
) -> Component:
    """Return the list of bill runs with the invoices of the newest one."""
    head = [
        viewer.say("runs.period"),
        viewer.say("runs.key"),
        viewer.say("run_page.utilities"),
        ">" + viewer.say("runs.accounts"),
        ">" + viewer.say("bill.total"),
        viewer.say("runs.state"),
        viewer.say("runs.opened_by"),
        viewer.say("runs.approved_by"),
    ]
    rows: list[Sequence[Children]] = [
        [
            link(span_text(viewer, row), f"/bills/runs/{row.run}", name="run-link"),
            html.Code(row.key),
            utilities_text(viewer, row),
            str(row.accounts),
            money(viewer.language, row.total, row.currency),
            state_badge(viewer, row.state),
            row.opened_by or NOTHING,
            row.approved_by or NOTHING,
        ]
        for row in answer.rows
    ]
    content = (
        long_table(viewer, head, rows, name="runs") if rows else empty(viewer.say("runs.none"))
    )
    age = data_age(viewer, answer.age_s, answer.as_of)
    return page(
        viewer.say("bills.title"),
        [
            panel(viewer.say("runs.title"), content, aside=age, name="runs"),
            *([invoices] if invoices is not None else []),
        ],
        name="bills",
    )


def paper_link(row: InvoiceRow) -> Component | str:
    """Return the link to an issued invoice's paper."""
    if row.number is None:
        return NOTHING
    label = f"PDF {row.number}"
    return html.A(
        "PDF",
        href=f"/download/bills/{row.invoice}.pdf",
        className="link",
        **extra(aria_label=label),
    )


def invoices_panel(viewer: Viewer, answer: Answer[tuple[InvoiceRow, ...]]) -> Component:
    """Return the invoices; each amount is a link to its bill."""
    head = [
        viewer.say("invoice.number"),
        viewer.say("invoice.account"),
        viewer.say("runs.period"),
        viewer.say("runs.state"),
        ">" + viewer.say("bill.findings"),
        ">" + viewer.say("bill.net"),
        ">" + viewer.say("bill.tax"),
        ">" + viewer.say("bill.total"),
        viewer.say("run_page.paper"),
    ]
    rows: list[Sequence[Children]] = [
        [
            row.number or NOTHING,
            f"{row.account} · {row.name}",
            span_text(viewer, row),
            state_badge(viewer, row.state),
            str(row.findings),
            *_amounts(viewer, row, answer.as_of),
            paper_link(row),
        ]
        for row in answer.rows
    ]
    return panel(
        viewer.say("invoices.title", count=len(rows)),
        with_cards(
            long_table(viewer, head, rows, name="invoices"),
            lambda: _invoice_cards(viewer, answer.rows),
        )
        if rows
        else empty(viewer.say("invoices.none")),
        aside=data_age(viewer, answer.age_s, answer.as_of),
        name="invoices",
    )


def _amounts(viewer: Viewer, row: InvoiceRow, as_of: int) -> list[Component]:
    """Return net, tax and total of an invoice; the total leads to the bill."""

    def told(name: str, shown: Children) -> Component:
        why = Why(
            source=viewer.say("why.bill", account=f"{row.account} · {row.name}"),
            formula=viewer.say(f"why.bill_{name}"),
            age_s=None,
            as_of=as_of,
        )
        return told_by(viewer, shown, why, leads=name == "total")

    net, tax, total = (
        money(viewer.language, value, row.currency) for value in (row.net, row.tax, row.total)
    )
    way = link(total, f"/bills/{row.invoice}", name="amount")
    return [told("net", net), told("tax", tax), told("total", way)]


def _invoice_cards(viewer: Viewer, rows: Sequence[InvoiceRow]) -> Component:
    """Return one card an invoice, for screens too narrow for columns."""
    cards = [
        html.Li(
            [
                html.Div(
                    [
                        html.Span(row.name),
                        link(
                            money(viewer.language, row.total, row.currency),
                            f"/bills/{row.invoice}",
                            name="card-amount",
                        ),
                    ],
                    className="card-head",
                ),
                html.Div(
                    [f"{row.number or NOTHING} · {row.account} ", state_badge(viewer, row.state)],
                    className="card-what",
                ),
            ]
        )
        for row in rows
    ]
    return html.Ul(cards, className="cards")

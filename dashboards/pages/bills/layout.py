"""Step 5a. From: runs, invoices, one bill. To: their pages. Pure.

From an amount in a list: one click to the bill, one on a charge line to its proof.
"""

from __future__ import annotations

from collections.abc import Sequence
from zoneinfo import ZoneInfo

from dash import html
from dash.development.base_component import Component

from dashboards.components.pieces import (
    Children,
    badge,
    data_age,
    empty,
    facts,
    link,
    notice,
    page,
    panel,
    table,
)
from dashboards.formats import NOTHING, day_text, instant_text, money, number
from dashboards.queries.bill_rows import Bill, ChargeRow, InvoiceRow, RunRow
from dashboards.queries.rows import Answer
from dashboards.security.scope import Right
from dashboards.viewer import Viewer
from energy.base.text import catalogue

DECIDE = "decide-run"
RUN_PANEL = "run-panel"
STATE_TONE = {"issued": "good", "approved": "good", "rated": "calm", "abandoned": "bad", "held": "bad"}


def state_badge(viewer: Viewer, state: str) -> Component:
    """Return the word for the state of a run or invoice."""
    key = f"state.{state}"
    return badge(
        viewer.say(key) if key in catalogue() else state, STATE_TONE.get(state, "fair")
    )


def span_text(viewer: Viewer, row: RunRow | InvoiceRow) -> str:
    """Return the days of a bill, both included."""
    first = day_text(viewer.language, row.first_day)
    return f"{first} – {day_text(viewer.language, row.last_day)}"  # noqa: RUF001  # a span


def runs_page(
    viewer: Viewer, answer: Answer[tuple[RunRow, ...]], invoices: Component | None
) -> Component:
    """Return the list of bill runs with the invoices of the newest one."""
    head = [
        viewer.say("runs.period"),
        viewer.say("runs.key"),
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
            str(row.accounts),
            money(viewer.language, row.total, row.currency),
            state_badge(viewer, row.state),
            row.opened_by or NOTHING,
            row.approved_by or NOTHING,
        ]
        for row in answer.rows
    ]
    content = table(head, rows, name="runs") if rows else empty(viewer.say("runs.none"))
    age = data_age(viewer, answer.age_s, answer.as_of)
    return page(
        viewer.say("bills.title"),
        [
            panel(viewer.say("runs.title"), content, aside=age, name="runs"),
            *([invoices] if invoices is not None else []),
        ],
        name="bills",
    )


def run_page(
    viewer: Viewer, run: RunRow, answer: Answer[tuple[InvoiceRow, ...]], *, zone: ZoneInfo
) -> Component:
    """Return the page of one run."""
    return page(
        viewer.say("run.title", run=span_text(viewer, run)),
        [html.Div(run_panels(viewer, run, answer, zone=zone), id=RUN_PANEL)],
        name="run",
        crumbs=[link(viewer.say("bills.title"), "/bills"), html.Span(span_text(viewer, run))],
    )


def run_panels(
    viewer: Viewer,
    run: RunRow,
    answer: Answer[tuple[InvoiceRow, ...]],
    *,
    zone: ZoneInfo,
    said: Component | None = None,
) -> list[Component]:
    """Return the run's facts with its buttons, and its invoices."""
    pairs: list[tuple[str, str | Component]] = [
        (viewer.say("runs.key"), html.Code(run.key)),
        (viewer.say("runs.state"), state_badge(viewer, run.state)),
        (viewer.say("bill.total"), money(viewer.language, run.total, run.currency)),
        (viewer.say("runs.accounts"), str(run.accounts)),
        (viewer.say("runs.opened_by"), run.opened_by or NOTHING),
        (viewer.say("runs.opened_at"), instant_text(viewer.language, run.opened_at, zone)),
        (viewer.say("runs.approved_by"), run.approved_by or NOTHING),
        (viewer.say("run.known"), f"{run.metering_position} / {run.books_position}"),
    ]
    return [
        panel(
            viewer.say("run.facts"),
            [facts(pairs, name="run"), *([said] if said else []), *_buttons(viewer, run)],
            name="run",
        ),
        invoices_panel(viewer, answer),
    ]


def _buttons(viewer: Viewer, run: RunRow) -> list[Component]:
    """Return the buttons that the run's state and the viewer's roles allow."""
    offers = (("approve", "rated", Right.APPROVE), ("issue", "approved", Right.ISSUE))
    return [
        html.Button(
            viewer.say(f"run.{verb}"),
            id={"type": DECIDE, "verb": verb, "run": str(run.run)},
            className=f"button decide-{verb}",
            n_clicks=0,
        )
        for verb, state, right in offers
        if run.state == state and viewer.scope.may(right)
    ]


def decided(viewer: Viewer, verb: str, refusal: str | None) -> Component:
    """Return the answer to a decision."""
    return notice(refusal or viewer.say(f"run.{verb}_done"), good=refusal is None)


def invoices_panel(viewer: Viewer, answer: Answer[tuple[InvoiceRow, ...]]) -> Component:
    """Return the invoices; each amount is a link to its bill."""
    head = [
        viewer.say("invoice.number"),
        viewer.say("invoice.account"),
        viewer.say("runs.period"),
        viewer.say("runs.state"),
        ">" + viewer.say("bill.net"),
        ">" + viewer.say("bill.tax"),
        ">" + viewer.say("bill.total"),
    ]
    rows: list[Sequence[Children]] = [
        [
            row.number or NOTHING,
            f"{row.account} · {row.name}",
            span_text(viewer, row),
            state_badge(viewer, row.state),
            money(viewer.language, row.net, row.currency),
            money(viewer.language, row.tax, row.currency),
            link(
                money(viewer.language, row.total, row.currency),
                f"/bills/{row.invoice}",
                name="amount",
            ),
        ]
        for row in answer.rows
    ]
    return panel(
        viewer.say("invoices.title", count=len(rows)),
        table(head, rows, name="invoices") if rows else empty(viewer.say("invoices.none")),
        aside=data_age(viewer, answer.age_s, answer.as_of),
        name="invoices",
    )


def bill_page(viewer: Viewer, answer: Answer[Bill]) -> Component:
    """Return one bill; each charge line is a link to its proof."""
    bill, row = answer.rows, answer.rows.invoice
    title = row.number or viewer.say("bill.draft", account=row.account)
    download = html.A(
        viewer.say("bill.pdf"), href=f"/download/bills/{row.invoice}.pdf", className="button quiet"
    )
    pairs: list[tuple[str, str | Component]] = [
        (viewer.say("invoice.account"), f"{row.account} · {row.name}"),
        (viewer.say("runs.period"), span_text(viewer, row)),
        (viewer.say("runs.state"), state_badge(viewer, row.state)),
        (viewer.say("bill.net"), money(viewer.language, row.net, row.currency)),
        (viewer.say("bill.tax"), money(viewer.language, row.tax, row.currency)),
        (
            viewer.say("bill.total"),
            html.Strong(money(viewer.language, row.total, row.currency), className="bill-total"),
        ),
        (viewer.say("bill.findings"), str(row.findings)),
        (viewer.say("bill.hash"), html.Code(bill.sha256[:16])),
    ]
    return page(
        title,
        [
            panel(
                viewer.say("bill.facts"),
                facts(pairs, name="bill"),
                aside=download if row.number else None,
                name="bill",
            ),
            panel(
                viewer.say("bill.lines"),
                [html.P(viewer.say("bill.hint"), className="subtitle"), _lines(viewer, bill)],
                name="lines",
            ),
        ],
        name="bill",
        crumbs=[
            link(viewer.say("bills.title"), "/bills"),
            link(span_text(viewer, row), f"/bills/runs/{row.run}"),
            html.Span(title),
        ],
    )


def quantity_text(viewer: Viewer, line: ChargeRow) -> str:
    """Return a charge line's quantity with all its digits."""
    if line.quantity is None:
        return NOTHING
    return f"{number(viewer.language, line.quantity)} {viewer.unit(line.unit)}".strip()


def price_text(viewer: Viewer, line: ChargeRow, currency: str) -> str:
    """Return a charge line's price with all its digits."""
    if line.price is None:
        return NOTHING
    per = f" / {viewer.unit(line.unit)}" if line.unit else ""
    return f"{number(viewer.language, line.price)} {currency}{per}"


def _lines(viewer: Viewer, bill: Bill) -> Component:
    currency = bill.invoice.currency
    head = [
        ">" + viewer.say("line.number"),
        viewer.say("line.text"),
        viewer.say("line.point"),
        ">" + viewer.say("line.quantity"),
        ">" + viewer.say("line.price"),
        ">" + viewer.say("line.amount"),
    ]
    rows: list[Sequence[Children]] = [
        [
            str(line.number),
            link(viewer.named(line.names), f"/bills/{bill.invoice.invoice}/lines/{line.number}", name="proof"),
            line.point or NOTHING,
            quantity_text(viewer, line),
            price_text(viewer, line, currency),
            link(
                money(viewer.language, line.amount, currency),
                f"/bills/{bill.invoice.invoice}/lines/{line.number}",
                name="proof-amount",
            ),
        ]
        for line in bill.lines
    ]
    return table(head, rows, name="lines")

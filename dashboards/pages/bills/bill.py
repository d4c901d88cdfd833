"""Step 5a. From: one bill. To: its page, each charge line a link to its proof. Pure."""

from __future__ import annotations

from collections.abc import Sequence
from zoneinfo import ZoneInfo

from dash import html
from dash.development.base_component import Component

from billing.views.stated_alone import STATED_CODE, author_of, stated_words
from dashboards.components.long_table import long_table
from dashboards.components.pieces import Children, badge, empty, facts, link, page, panel, table
from dashboards.formats import NOTHING, instant_text, money, number
from dashboards.pages.bills.credit import credit_panels
from dashboards.pages.bills.known import KnownModel, known_panel
from dashboards.pages.bills.layout import span_text, state_badge
from dashboards.pages.bills.why import quantity_number, sum_number
from dashboards.queries.bill_rows import Bill, ChargeRow, FindingRow
from dashboards.queries.correction_rows import BillCredits
from dashboards.queries.rows import Answer
from dashboards.told import code_text
from dashboards.viewer import Viewer
from energy.base.finding import Severity


def bill_page(
    viewer: Viewer,
    answer: Answer[Bill],
    *,
    zone: ZoneInfo,
    known: KnownModel | None = None,
    credits_: BillCredits | None = None,
) -> Component:
    """Return one bill; each charge line is a link to its proof.

    Args:
        viewer: Who looks.
        answer: The bill.
        zone: The site's.
        known: What it would be on other days; None for a draft or a credit note.
        credits_: What corrects it; None for a draft.
    """
    bill, row = answer.rows, answer.rows.invoice
    title = row.number or viewer.say("bill.draft", account=row.account)
    download = html.A(
        viewer.say("bill.pdf"), href=f"/download/bills/{row.invoice}.pdf", className="button quiet"
    )
    return page(
        title,
        [
            known_panel(viewer, known, zone=zone) if known is not None else None,
            panel(
                viewer.say("bill.facts"),
                facts(_facts(viewer, answer), name="bill"),
                aside=download if row.number else None,
                name="bill",
            ),
            *([_findings(viewer, bill, zone)] if bill.findings else []),
            panel(
                viewer.say("bill.lines"),
                [html.P(viewer.say("bill.hint"), className="subtitle"), _lines(viewer, answer)]
                if bill.lines
                else empty(viewer.say("bill.no_lines")),
                name="lines",
            ),
            *(credit_panels(viewer, bill, credits_) if credits_ is not None else []),
        ],
        name="bill",
        crumbs=[
            link(viewer.say("bills.title"), "/bills"),
            link(span_text(viewer, row), f"/bills/runs/{row.run}"),
            html.Span(title),
        ],
    )


def _facts(viewer: Viewer, answer: Answer[Bill]) -> list[tuple[str, Children]]:
    bill, row = answer.rows, answer.rows.invoice
    return [
        (viewer.say("invoice.account"), f"{row.account} · {row.name}"),
        (viewer.say("runs.period"), span_text(viewer, row)),
        (viewer.say("runs.state"), state_badge(viewer, row.state)),
        (viewer.say("bill.net"), _sum(viewer, answer, "net")),
        (viewer.say("bill.tax"), _sum(viewer, answer, "tax")),
        (
            viewer.say("bill.total"),
            html.Strong(_sum(viewer, answer, "total"), className="bill-total"),
        ),
        (viewer.say("bill.findings"), str(row.findings)),
        (viewer.say("bill.hash"), html.Code(bill.sha256[:16])),
    ]


def _findings(viewer: Viewer, bill: Bill, zone: ZoneInfo) -> Component:
    """Return what was found; one that forbids to bill must be held out of an approval."""
    head = [viewer.say(f"findings.{key}") for key in ("what", "weight", "point", "from", "to")]
    rows: list[Sequence[Children]] = [
        [
            _what(viewer, bill, found),
            badge(
                viewer.say(f"findings.{found.severity.value}"),
                "bad" if found.severity is Severity.DO_NOT_BILL else "fair",
            ),
            found.point or NOTHING,
            instant_text(viewer.language, found.start, zone),
            instant_text(viewer.language, found.end, zone),
        ]
        for found in bill.findings
    ]
    return panel(
        viewer.say("bill.findings"),
        long_table(viewer, head, rows, name="findings"),
        name="findings",
    )


def _what(viewer: Viewer, bill: Bill, found: FindingRow) -> str:
    """Return what was found, and of what one person alone stated who said what."""
    words = code_text(viewer, found.code)
    if found.code != STATED_CODE:
        return words
    author = author_of(found.proof)
    name = NOTHING if author is None else bill.people.get(author, "?")
    return f"{words}: {stated_words(viewer.language, found.proof, name)}"


def quantity_text(viewer: Viewer, line: ChargeRow) -> str:
    """Return a charge line's quantity with all its digits."""
    if line.quantity is None:
        return NOTHING
    shown = viewer.unit(line.unit, one=line.quantity == 1)
    return f"{number(viewer.language, line.quantity)} {shown}".strip()


def price_text(viewer: Viewer, line: ChargeRow, currency: str) -> str:
    """Return a charge line's price with all its digits."""
    if line.price is None:
        return NOTHING
    per = f" / {viewer.unit(line.unit, one=True)}" if line.unit else ""
    return f"{number(viewer.language, line.price)} {currency}{per}"


def _sum(viewer: Viewer, answer: Answer[Bill], key: str) -> Component:
    row = answer.rows.invoice
    value = {"net": row.net, "tax": row.tax, "total": row.total}[key]
    return sum_number(viewer, answer, key, money(viewer.language, value, row.currency))


def _lines(viewer: Viewer, answer: Answer[Bill]) -> Component:
    bill = answer.rows
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
            link(
                viewer.named(line.names),
                f"/bills/{bill.invoice.invoice}/lines/{line.number}",
                name="proof",
            ),
            line.point or NOTHING,
            quantity_number(viewer, answer, line, quantity_text(viewer, line)),
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

"""Step 5a. From: what belongs to a tenant. To: the pages of the portal. Pure."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date
from zoneinfo import ZoneInfo

from dash import html
from dash.development.base_component import Component

from billing.enquiries.enquiry import Subject
from dashboards.components.account_moves import balance_panel, payments_panel
from dashboards.components.long_table import long_table
from dashboards.components.pieces import (
    Children,
    badge,
    chart,
    empty,
    facts,
    link,
    page,
    panel,
    table,
)
from dashboards.figures.daily_bars import BarTexts, daily_bars
from dashboards.formats import NOTHING, amount_text, day_text, money, month_text, number
from dashboards.pages.enquiries.layout import ask_form, enquiry_panels, words_of
from dashboards.queries.portal_rows import (
    AskedRow,
    OwnAccount,
    OwnBill,
    OwnBillPage,
    OwnLetter,
    OwnMeter,
    OwnPage,
    OwnReceipt,
    OwnUsage,
)
from dashboards.selection import Selection
from dashboards.viewer import Viewer
from energy.base.quality import Quality

HOME = "/portal"


def portal_page(viewer: Viewer, own: OwnPage, asked: Sequence[AskedRow]) -> Component:
    """Return all that belongs to a tenant, at a glance."""
    if not (own.accounts or own.meters or own.bills):
        return page(viewer.say("portal.title"), [empty(viewer.say("portal.nobody"))], name="portal")
    return page(
        viewer.say("portal.title"),
        [
            *(_account(viewer, account) for account in own.accounts),
            _meters(viewer, own.meters),
            _bills(viewer, own.bills),
            *(
                part
                for account in own.accounts
                for part in (balance_panel(viewer, account), payments_panel(viewer, account))
            ),
            _receipts(viewer, own.receipts) if own.receipts else None,
            _letters(viewer, own.letters) if own.letters else None,
            panel(
                viewer.say("enquiries.title"),
                html.P(link(viewer.say("portal.enquiries", count=len(asked)), f"{HOME}/enquiries")),
                name="own-enquiries",
            ),
        ],
        name="portal",
    )


def _account(viewer: Viewer, own: OwnAccount) -> Component:
    pairs: list[tuple[str, Children]] = [
        (viewer.say("portal.open"), money(viewer.language, own.open, own.currency)),
        (viewer.say("portal.overdue"), _overdue(viewer, own)),
    ]
    if own.prepaid is not None:
        left = own.prepaid.days_left
        settled = own.prepaid.settled_on
        pairs += [
            (
                viewer.say("portal.prepaid"),
                money(viewer.language, own.prepaid.balance, own.currency),
            ),
            (
                viewer.say("portal.days_left"),
                NOTHING if left is None else viewer.say("portal.days", n=left),
            ),
            (
                viewer.say("portal.settled_on"),
                NOTHING if settled is None else day_text(viewer.language, settled),
            ),
        ]
    title = viewer.say("portal.account", account=own.account, name=own.name)
    return panel(title, facts(pairs, name="own-account"), name="own-account")


def _overdue(viewer: Viewer, own: OwnAccount) -> Component:
    text = money(viewer.language, own.overdue, own.currency)
    return badge(text, "bad") if own.overdue > 0 else html.Span(text)


def _meters(viewer: Viewer, meters: Sequence[OwnMeter]) -> Component:
    head = [viewer.say(f"portal.{key}") for key in ("meter", "serial", "utility")]
    rows: list[Sequence[Children]] = [
        [
            link(own.name, f"{HOME}/meters/{own.point}", name="own-meter"),
            own.serial or NOTHING,
            NOTHING if own.utility is None else viewer.say(f"utility.{own.utility}"),
            NOTHING
            if own.utility is None or own.month is None
            else amount_text(viewer.language, own.utility, own.month),
            viewer.say("portal.supplied")
            if own.ended_on is None
            else viewer.say("portal.ended", day=day_text(viewer.language, own.ended_on)),
        ]
        for own in meters
    ]
    titles = [*head, ">" + viewer.say("portal.this_month"), viewer.say("portal.state")]
    return panel(
        viewer.say("portal.meters"),
        long_table(viewer, titles, rows, name="own-meters")
        if rows
        else empty(viewer.say("portal.no_meters")),
        name="own-meters",
    )


def _bills(viewer: Viewer, bills: Sequence[OwnBill]) -> Component:
    titles = [
        viewer.say("portal.bill"),
        viewer.say("portal.period"),
        ">" + viewer.say("portal.total"),
        ">" + viewer.say("portal.open"),
        viewer.say("portal.due"),
        viewer.say("portal.paper"),
    ]
    rows: list[Sequence[Children]] = [
        [
            link(own.number, f"{HOME}/bills/{own.invoice}", name="own-bill"),
            _span(viewer, own),
            money(viewer.language, own.total, own.currency),
            money(viewer.language, own.open, own.currency),
            NOTHING if own.due_on is None else day_text(viewer.language, own.due_on),
            _pdf(viewer, own),
        ]
        for own in bills
    ]
    return panel(
        viewer.say("portal.bills"),
        long_table(viewer, titles, rows, name="own-bills")
        if rows
        else empty(viewer.say("portal.no_bills")),
        name="own-bills",
    )


def _receipts(viewer: Viewer, receipts: Sequence[OwnReceipt]) -> Component:
    titles = [viewer.say(f"tenants.head_{key}") for key in ("day", "receipt", "what", "how")]
    rows: list[Sequence[Children]] = [
        [
            day_text(viewer.language, each.on),
            _download(each.receipt, f"/download/own-receipts/{each.receipt}.pdf"),
            f"{viewer.say(f'cli.desk.purpose.{each.purpose}')} {each.invoice}".strip(),
            badge(viewer.say("cli.desk.void"), "bad")
            if each.void
            else viewer.say(f"cli.desk.means.{each.means}"),
            money(viewer.language, each.amount, each.currency),
        ]
        for each in receipts
    ]
    return panel(
        viewer.say("tenants.receipts"),
        long_table(viewer, [*titles, ">" + viewer.say("moves.amount")], rows, name="own-receipts"),
        name="own-receipts",
    )


def _letters(viewer: Viewer, letters: Sequence[OwnLetter]) -> Component:
    titles = [viewer.say(f"tenants.head_{key}") for key in ("day", "letter", "documents")]
    rows: list[Sequence[Children]] = [
        [
            day_text(viewer.language, each.on),
            _download(
                viewer.say("tenants.letter_of", level=each.level),
                f"/download/own-letters/{each.account}/{each.on}/{each.level}.pdf",
            ),
            ", ".join(each.items),
        ]
        for each in letters
    ]
    return panel(
        viewer.say("tenants.letters"),
        long_table(viewer, titles, rows, name="own-letters"),
        name="own-letters",
    )


def _download(text: str, href: str) -> Component:
    return html.A(text, href=href, className="link", download="")


def _span(viewer: Viewer, own: OwnBill) -> str:
    first, last = (day_text(viewer.language, day) for day in (own.first_day, own.last_day))
    return f"{first} – {last}"


def _pdf(viewer: Viewer, own: OwnBill) -> Component:
    return html.A(
        viewer.say("bill.pdf"), href=f"/download/own-bills/{own.invoice}.pdf", className="link"
    )


def own_bill_page(
    viewer: Viewer, own: OwnBillPage, asked: Sequence[AskedRow], *, zone: ZoneInfo
) -> Component:
    """Return one bill with its charge lines, and what was asked about it."""
    bill = own.bill
    titles = [
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
            viewer.named(line.names),
            line.point or NOTHING,
            NOTHING
            if line.quantity is None
            else f"{number(viewer.language, line.quantity)} {viewer.unit(line.unit)}".strip(),
            NOTHING
            if line.price is None
            else f"{number(viewer.language, line.price)} {bill.currency}",
            money(viewer.language, line.amount, bill.currency),
        ]
        for line in own.lines
    ]
    pairs: list[tuple[str, Children]] = [
        (viewer.say("portal.period"), _span(viewer, bill)),
        (viewer.say("portal.total"), money(viewer.language, bill.total, bill.currency)),
        (viewer.say("portal.open"), money(viewer.language, bill.open, bill.currency)),
    ]
    return page(
        bill.number,
        [
            panel(
                viewer.say("portal.bill"),
                facts(pairs, name="own-bill"),
                aside=_pdf(viewer, bill),
                name="own-bill",
            ),
            panel(viewer.say("bill.lines"), table(titles, rows, name="lines"), name="lines"),
            ask_form(
                viewer,
                Subject.BILL,
                bill.number,
                [viewer.named(each.names) for each in own.lines],
                seen=words_of(asked),
            ),
            *enquiry_panels(viewer, asked, zone=zone, own=True),
        ],
        name="own-bill",
        crumbs=[link(viewer.say("portal.title"), HOME), html.Span(bill.number)],
    )


def own_meter_page(
    viewer: Viewer,
    own: OwnUsage,
    selection: Selection,
    asked: Sequence[AskedRow],
    *,
    zone: ZoneInfo,
) -> Component:
    """Return the usage of a meter: the days of a month, the last months; what was asked."""
    meter = own.meter
    crumbs: Children = [link(viewer.say("portal.title"), HOME), html.Span(meter.name)]
    if meter.utility is None:
        return page(
            meter.name, [empty(viewer.say("portal.no_usage"))], name="own-meter", crumbs=crumbs
        )
    texts = BarTexts(
        usage=viewer.say("meter.usage_word"),
        missing=viewer.say("load.missing"),
        quality={q: viewer.say(f"quality.{q.name.lower()}") for q in Quality},
    )
    figure = daily_bars(
        own.days,
        utility=meter.utility,
        language=viewer.language,
        theme=viewer.theme,
        texts=texts,
    )
    title = viewer.say("portal.days_of", month=month_text(viewer.language, selection.first))
    rows: list[Sequence[Children]] = [
        [
            link(month_text(viewer.language, month), _month_address(meter, month)),
            NOTHING if usage is None else amount_text(viewer.language, meter.utility, usage),
        ]
        for month, usage in own.months
    ]
    heads = [viewer.say("portal.month"), ">" + viewer.say("meter.usage_word")]
    return page(
        meter.name,
        [
            panel(
                title,
                chart(figure, chart_id="own-usage-chart", label=title, language=viewer.language),
                name="own-days",
            ),
            panel(
                viewer.say("portal.months"),
                table(heads, rows, name="own-months")
                if rows
                else empty(viewer.say("portal.no_usage")),
                name="own-months",
            ),
            ask_form(viewer, Subject.METER, meter.point, seen=words_of(asked)),
            *enquiry_panels(viewer, asked, zone=zone, own=True),
        ],
        name="own-meter",
        crumbs=crumbs,
    )


def _month_address(meter: OwnMeter, month: date) -> str:
    return f"{HOME}/meters/{meter.point}?span=month&at={month}"

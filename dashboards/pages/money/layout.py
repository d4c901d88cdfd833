"""Step 6, shown. From: what is owed and paid. To: the page of payments and receivables. Pure."""

from __future__ import annotations

from collections.abc import Sequence
from decimal import Decimal

from dash import html
from dash.development.base_component import Component

from billing.bank.match import Proposal
from billing.receivables.account_book import Means
from dashboards.components.account_moves import came_by
from dashboards.components.act_form import Field, Kind, act_form
from dashboards.components.long_table import long_table
from dashboards.components.pieces import (
    Children,
    badge,
    chart,
    data_age,
    empty,
    link,
    page,
    panel,
)
from dashboards.components.twin import twin
from dashboards.figures.ageing_bars import AGES, age_sums, ageing_bars
from dashboards.formats import NOTHING, day_text, money
from dashboards.pages.money.acts import MATCH, ONCE, RECORD, REMEMBER
from dashboards.queries.money_rows import MoneyPage, WaitingEntry
from dashboards.queries.rows import Answer
from dashboards.security.scope import Right
from dashboards.viewer import Viewer

MOST_ACCOUNTS = 20
"""Accounts of the list of late ones; the table of the chart has all."""
BY_HAND = (Means.CASH, Means.CHEQUE, Means.CARD, Means.BANK)
"""Means of payments that a person records."""


def money_page(viewer: Viewer, answer: Answer[MoneyPage], search: str) -> Component:
    """Return the page."""
    rows = answer.rows
    clerk = viewer.scope.may(Right.ISSUE)
    age = data_age(viewer, answer.age_s, answer.as_of)
    return page(
        viewer.say("money.title"),
        [
            html.Div(_tiles(viewer, rows), className="tiles money-tiles"),
            _ageing(viewer, rows, search, age),
            _waiting(viewer, rows, clerk=clerk),
            record_panel(viewer, "", day=rows.day.isoformat()) if clerk else None,
            _payments(viewer, rows),
            _letters(viewer, rows),
            _disputes(viewer, rows),
        ],
        name="money",
    )


def account_link(rows: MoneyPage, account: str) -> Component:
    """Return an account with its name, as a link to its page."""
    return link([f"{account} · ", html.Bdi(rows.names.get(account, "?"))], f"/tenants/{account}")


def record_panel(viewer: Viewer, account: str, *, day: str) -> Component:
    """Return the form that records a payment.

    Args:
        viewer: Who types.
        account: Whose payment it is; "" where that is typed too.
        day: Today, as YYYY-MM-DD.
    """
    means = {str(each): viewer.say(f"money.means_{each}") for each in BY_HAND}
    fields = [
        *([] if account else [Field(name="account", label="money.head_account")]),
        Field(name="amount", label="money.head_amount"),
        Field(
            name="means",
            label="money.head_means",
            kind=Kind.CHOICE,
            value=str(Means.CASH),
            choices=means,
        ),
        Field(name="day", label="money.head_day", kind=Kind.DAY, value=day),
        Field(name="reference", label="money.head_reference"),
        Field(name="items", label="money.items_first"),
    ]
    return panel(
        viewer.say("money.record"),
        [
            html.P(viewer.say("money.record_what"), className="subtitle"),
            act_form(viewer, RECORD, account, fields, button="money.record_button"),
        ],
        name="record-payment",
    )


def _tiles(viewer: Viewer, rows: MoneyPage) -> list[Component]:
    sums = age_sums(rows.aged)
    late = sum((sums[age] for age in AGES[1:]), Decimal(0))
    figures = (
        ("open", money(viewer.language, sums["not_due"] + late, rows.currency), ""),
        ("overdue", money(viewer.language, late, rows.currency), _late_accounts(viewer, rows)),
        ("credit", money(viewer.language, -sums["credit"], rows.currency), ""),
        ("waiting", str(rows.waiting_in_all), ""),
    )
    return [
        html.Article(
            [
                html.Header(html.H2(viewer.say(f"money.tile_{name}")), className="tile-head"),
                html.P(html.Span(value, className="tile-number"), className="tile-value"),
                html.P(below, className="tile-before"),
            ],
            className=f"tile tile-{name}",
        )
        for name, value, below in figures
    ]


def _late_accounts(viewer: Viewer, rows: MoneyPage) -> str:
    return viewer.say("money.late_accounts", count=sum(row.overdue > 0 for row in rows.aged))


def _ageing(viewer: Viewer, rows: MoneyPage, search: str, age: Component) -> Component:
    title = viewer.say("money.ageing", day=day_text(viewer.language, rows.day))
    if not rows.aged:
        return panel(title, empty(viewer.say("money.nothing_owed")), aside=age, name="ageing")
    sums = age_sums(rows.aged)
    names = [viewer.say(f"money.head_{each}") for each in AGES]
    figure = ageing_bars(
        sums, names=names, currency=rows.currency, language=viewer.language, theme=viewer.theme
    )
    said = "; ".join(
        f"{name} {money(viewer.language, sums[each], rows.currency)}"
        for name, each in zip(names, AGES, strict=True)
    )
    return panel(
        title,
        [
            chart(figure, chart_id="ageing-bars", label=said, language=viewer.language),
            twin(viewer, "ageing", search),
            _late(viewer, rows),
        ],
        aside=age,
        name="ageing",
    )


def _late(viewer: Viewer, rows: MoneyPage) -> Component | None:
    """Return the accounts that owe the most of what is overdue; None where none is late."""
    late = [row for row in rows.aged if row.overdue > 0]
    if not late:
        return None
    keys = ("account", ">to_30", ">to_60", ">to_90", ">over_90", ">disputed", ">balance")
    cells: list[Sequence[Children]] = [
        [
            account_link(rows, row.account),
            *(
                _money_or_nothing(viewer, rows, value)
                for value in (row.to_30, row.to_60, row.to_90, row.over_90, row.disputed)
            ),
            money(viewer.language, row.balance, rows.currency),
        ]
        for row in late[:MOST_ACCOUNTS]
    ]
    more = len(late) - MOST_ACCOUNTS
    return html.Div(
        [
            html.H3(viewer.say("money.late")),
            long_table(viewer, heads(viewer, keys), cells, name="late"),
            html.P(viewer.say("money.more_late", count=more), className="subtitle")
            if more > 0
            else None,
        ]
    )


def heads(viewer: Viewer, keys: Sequence[str]) -> list[str]:
    """Return column titles; a key that starts with ">" is right-aligned."""
    return [
        (">" if key.startswith(">") else "") + viewer.say(f"money.head_{key.lstrip('>')}")
        for key in keys
    ]


def _money_or_nothing(viewer: Viewer, rows: MoneyPage, value: Decimal) -> str:
    return money(viewer.language, value, rows.currency) if value else NOTHING


def _waiting(viewer: Viewer, rows: MoneyPage, *, clerk: bool) -> Component:
    title = viewer.say("money.waiting", count=rows.waiting_in_all)
    if not rows.waiting:
        return panel(title, empty(viewer.say("money.none_waiting")), name="waiting")
    more = rows.waiting_in_all - len(rows.waiting)
    return panel(
        title,
        [
            html.P(viewer.say("money.waiting_what"), className="subtitle"),
            html.Ul(
                [_entry(viewer, rows, each, clerk=clerk) for each in rows.waiting],
                className="waiting-entries",
            ),
            html.P(viewer.say("money.more_waiting", count=more), className="subtitle")
            if more > 0
            else None,
        ],
        name="waiting",
    )


def _entry(viewer: Viewer, rows: MoneyPage, each: WaitingEntry, *, clerk: bool) -> Component:
    """Return an entry with whose it may be, and for money that came in the form that takes it."""
    return html.Li(
        [
            html.Div(
                [
                    html.Strong(money(viewer.language, each.amount, rows.currency)),
                    html.Span(day_text(viewer.language, each.booked_on)),
                    html.Bdi(each.payer or NOTHING, className="entry-payer"),
                    html.Code(each.entry.hex[:8]),
                ],
                className="entry-head",
            ),
            html.Div(html.Bdi(each.told or NOTHING), className="entry-told"),
            html.Div(_proposals(viewer, rows, each.proposals), className="entry-proposals"),
            _match_form(viewer, each) if clerk and each.amount > 0 else None,
            html.P(viewer.say("money.went_out"), className="subtitle")
            if each.amount <= 0
            else None,
        ]
    )


def _proposals(viewer: Viewer, rows: MoneyPage, proposals: Sequence[Proposal]) -> list[Component]:
    if not proposals:
        return [html.Span(viewer.say("money.no_proposal"), className="subtitle")]
    return [
        html.Span(
            [
                account_link(rows, each.account),
                *(
                    badge(viewer.say(f"cli.pay.because.{why}"), "calm")
                    for why in (*each.because, *["top_up"] * each.top_up)
                ),
                html.Span(", ".join(each.items), className="subtitle") if each.items else None,
            ],
            className="entry-proposal",
        )
        for each in proposals
    ]


def _match_form(viewer: Viewer, each: WaitingEntry) -> Component:
    best = next((one for one in each.proposals if not one.top_up), None)
    remember = {key: viewer.say(f"money.{key}") for key in (REMEMBER, ONCE)}
    fields = [
        Field(name="account", label="money.head_account", value=best.account if best else ""),
        Field(name="items", label="money.items_first", value=", ".join(best.items) if best else ""),
        Field(
            name="remember",
            label="money.head_payer",
            kind=Kind.CHOICE,
            value=REMEMBER,
            choices=remember,
        ),
    ]
    about = f"{each.entry}@{each.seen_at}"
    return act_form(viewer, MATCH, about, fields, button="money.match_button")


def _payments(viewer: Viewer, rows: MoneyPage) -> Component:
    keys = ("day", "account", "means", "reference", ">amount", ">left", "payment")
    cells: list[Sequence[Children]] = [
        [
            day_text(viewer.language, each.received_on),
            account_link(rows, each.account),
            came_by(viewer, each.means),
            each.reference or NOTHING,
            money(viewer.language, each.amount, rows.currency),
            badge(viewer.say("money.taken_back"), "bad")
            if each.reversed_on is not None
            else _money_or_nothing(viewer, rows, each.left),
            html.Code(each.payment[:14]),
        ]
        for each in rows.payments
    ]
    body = (
        long_table(viewer, heads(viewer, keys), cells, name="payments")
        if cells
        else empty(viewer.say("money.no_payments"))
    )
    return panel(viewer.say("money.payments", count=len(cells)), body, name="payments")


def _letters(viewer: Viewer, rows: MoneyPage) -> Component:
    keys = ("account", ">level", ">overdue", ">fee")
    cells: list[Sequence[Children]] = [
        [
            account_link(rows, each.account),
            str(each.level.level),
            money(viewer.language, each.overdue, rows.currency),
            _money_or_nothing(viewer, rows, each.level.fee),
        ]
        for each in rows.letters
    ]
    body: Children = empty(viewer.say("money.no_letters"))
    if cells:
        body = [
            html.P(viewer.say("money.letters_what"), className="subtitle"),
            long_table(viewer, heads(viewer, keys), cells, name="letters"),
        ]
    return panel(viewer.say("money.letters", count=len(cells)), body, name="letters")


def _disputes(viewer: Viewer, rows: MoneyPage) -> Component:
    keys = ("day", "account", "document", ">amount", "reason")
    cells: list[Sequence[Children]] = [
        [
            day_text(viewer.language, each.opened_on),
            account_link(rows, each.account),
            each.item,
            money(viewer.language, each.amount, rows.currency),
            html.Span(each.reason, className="review-note"),
        ]
        for each in rows.disputes
    ]
    body = (
        long_table(viewer, heads(viewer, keys), cells, name="disputes")
        if cells
        else empty(viewer.say("money.no_disputes"))
    )
    return panel(viewer.say("money.disputes", count=len(cells)), body, name="disputes")

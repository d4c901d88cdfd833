"""In: an account before a cash desk. Out: what is owed, and the forms that take money. Pure."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

from dash import html
from dash.development.base_component import Component

from billing.cash_desk.desk import AGAIN_WITHIN
from billing.cash_desk.shift_events import Means, ShiftState
from billing.views.customers import Hit
from billing.views.prepaid_cards import CardPointRow, CardSaleRow
from dashboards.components.act_form import Field, Kind, act_form
from dashboards.components.pieces import Children, badge, empty, facts, link, page, panel, table
from dashboards.formats import NOTHING, money, number
from dashboards.pages.desk.acts import NO, PAY, SELL, TOP_UP, WRITE, YES, about_shift
from dashboards.pages.desk.counting import heads
from dashboards.pages.desk.layout import find_panel, takings_table
from dashboards.pages.desk.paths import HOME, customer_path, desk_path
from dashboards.pages.parts import Parts
from dashboards.queries.rows import Answer
from dashboards.queries.till_rows import Customer, DueItem, ShiftPage
from dashboards.security.scope import Right
from dashboards.viewer import Viewer


def customer_page(
    parts: Parts, viewer: Viewer, found: Answer[Customer], rows: ShiftPage
) -> Component:
    """Return an account as it stands before a desk, with the forms of who serves it."""
    customer, shift = found.rows, rows.shift
    own = customer.standing
    serving = (
        rows.newest
        and shift.state is ShiftState.OPEN
        and shift.person == viewer.scope.person
        and viewer.scope.may(Right.SELL)
    )
    mine = [each for each in rows.takings if each.account == own.account]
    return page(
        own.name,
        [
            html.Div(_tiles(viewer, customer), className="tiles till-tiles"),
            *(_forms(viewer, customer, rows, parts.clock.now()) if serving else []),
            html.P(viewer.say("till.not_serving"), className="subtitle") if not serving else None,
            panel(viewer.say("till.owed"), _items(viewer, customer), name="till-owed"),
            panel(
                viewer.say("till.own_takings"),
                takings_table(viewer, parts, rows, mine)
                if mine
                else empty(viewer.say("till.no_own_takings")),
                name="till-own",
            ),
            find_panel(viewer, shift.desk) if serving else None,
            panel(viewer.say("till.customer"), _facts(viewer, customer), name="till-customer"),
        ],
        name="customer",
        crumbs=[
            link(viewer.say("till.title"), HOME),
            link(f"{shift.desk}/{shift.number}", desk_path(shift.desk)),
            html.Span(own.account),
        ],
    )


def hits(viewer: Viewer, desk: str, found: Sequence[Hit]) -> Component:
    """Return the accounts that may be meant, each with the way to it."""
    if not found:
        return html.Div(
            [
                empty(viewer.say("till.nobody")),
                html.P(viewer.say("till.nobody_next"), className="subtitle"),
            ]
        )
    return html.Ul(
        [
            html.Li(
                [
                    link(
                        [f"{hit.account} · ", html.Bdi(hit.name)], customer_path(desk, hit.account)
                    ),
                    html.Bdi(" ".join(hit.address.split()), className="subtitle"),
                    html.Span(", ".join(hit.serials), className="subtitle"),
                    badge(viewer.say("cli.desk.pays.server"), "calm") if hit.prepaid else None,
                ]
            )
            for hit in found
        ],
        className="till-hits",
    )


def _tiles(viewer: Viewer, customer: Customer) -> list[Component]:
    own = customer.standing
    tiles: list[tuple[str, str, Children]] = [
        ("open", money(viewer.language, own.open, own.currency), ""),
        ("overdue", money(viewer.language, own.overdue, own.currency), ""),
    ]
    if own.prepaid is not None:
        left = own.prepaid.days_left
        said = viewer.say(
            "tenants.days_unknown" if left is None else "tenants.days_left", count=left
        )
        cut = badge(viewer.say("cli.prepay.cut"), "bad")
        balance = money(viewer.language, own.prepaid.balance, own.currency)
        tiles.insert(0, ("prepaid", balance, said if customer.connected else [said, cut]))
    return [
        html.Article(
            [
                html.Header(html.H2(viewer.say(f"tenants.tile_{name}")), className="tile-head"),
                html.P(html.Span(value, className="tile-number"), className="tile-value"),
                html.P(below, className="tile-before"),
            ],
            className=f"tile tile-{name}",
        )
        for name, value, below in tiles
    ]


def _forms(
    viewer: Viewer, customer: Customer, rows: ShiftPage, now: datetime
) -> list[Component | None]:
    """Return what can be taken of the account, the likeliest first."""
    again = any(
        each.account == customer.standing.account
        and not each.void
        and now - each.taken_at < AGAIN_WITHIN
        for each in rows.takings
    )
    prepaid = customer.standing.prepaid is not None
    return [
        _top_up(viewer, customer, rows, again=again) if prepaid else None,
        *(_card(viewer, customer, card, rows, again=again) for card in customer.cards),
        _pay(viewer, customer, rows, again=again, first=not prepaid and not customer.cards),
    ]


def _paid_by(viewer: Viewer, *, again: bool) -> list[Field]:
    """Return the fields of every form that takes money."""
    means = {str(each): viewer.say(f"cli.desk.means.{each}") for each in Means}
    twice = {key: viewer.say(f"till.again_{key}") for key in (NO, YES)}
    fields = [
        Field(
            name="means",
            label="till.head_means",
            kind=Kind.FEW,
            value=str(Means.CASH),
            choices=means,
        ),
        Field(name="given", label="till.given", hint=viewer.say("till.given_hint")),
    ]
    if again:
        fields.append(
            Field(name="again", label="till.again", kind=Kind.CHOICE, value=NO, choices=twice)
        )
    return fields


def _top_up(viewer: Viewer, customer: Customer, rows: ShiftPage, *, again: bool) -> Component:
    about = about_shift(rows.shift, customer.standing.account)
    amount = Field(name="amount", label="money.head_amount", first=True)
    return panel(
        viewer.say("till.top_up"),
        act_form(
            viewer,
            TOP_UP,
            about,
            [amount, *_paid_by(viewer, again=again)],
            button="till.top_up_button",
            by_enter=True,
        ),
        name="till-top-up",
    )


def _pay(
    viewer: Viewer, customer: Customer, rows: ShiftPage, *, again: bool, first: bool
) -> Component:
    about = about_shift(rows.shift, customer.standing.account)
    payable = [item for item in customer.items if item.payable]
    documents = {
        f"{item.number}@{item.open}": f"{item.number} · "
        f"{money(viewer.language, item.open, rows.currency)} · {_due(viewer, item)}"
        for item in payable
    }
    documents["-"] = viewer.say("till.on_account")
    rest = {key: viewer.say(f"till.rest_{key}") for key in (NO, YES)}
    fields = [
        Field(
            name="document",
            label="till.document",
            kind=Kind.CHOICE,
            value=next(iter(documents)),
            choices=documents,
        ),
        Field(
            name="amount",
            label="money.head_amount",
            hint=viewer.say("till.all_open") if payable else "",
            first=first,
        ),
        *_paid_by(viewer, again=again),
        *(
            [Field(name="rest", label="till.rest", kind=Kind.CHOICE, value=NO, choices=rest)]
            if payable
            else []
        ),
    ]
    return panel(
        viewer.say("till.pay"),
        act_form(viewer, PAY, about, fields, button="till.pay_button", by_enter=True),
        name="till-pay",
    )


def _card(
    viewer: Viewer, customer: Customer, card: CardPointRow, rows: ShiftPage, *, again: bool
) -> Component:
    """Return the form that sells units for a card, and what waits to be written to it."""
    about = about_shift(rows.shift, card.point)
    units = viewer.say("till.or_units", unit=viewer.unit(card.unit))
    fields = [
        Field(name="amount", label="till.for_money", first=customer.standing.prepaid is None),
        Field(name="units", label=units, plain=True),
        *_paid_by(viewer, again=again),
    ]  # fmt: skip
    waiting = [sale for sale in customer.waiting if sale.point == card.point]
    return panel(
        viewer.say("till.sell", point=card.point, card=card.card or NOTHING),
        [
            act_form(viewer, SELL, about, fields, button="till.sell_button", by_enter=True),
            *(_waiting(viewer, sale) for sale in waiting),
        ],
        name="till-sell",
    )


def _waiting(viewer: Viewer, sale: CardSaleRow) -> Component:
    units = f"{number(viewer.language, sale.units)} {viewer.unit(sale.unit)}"
    return html.Div(
        [
            html.P(
                [
                    viewer.say("till.waits", units=units, card=sale.card, receipt=sale.receipt),
                    " ",
                    badge(viewer.say(f"cli.prepay.sale_state.{sale.state}"), "fair"),
                ]
            ),
            act_form(
                viewer,
                WRITE,
                f"{sale.point}@{sale.sale}@{sale.attempts}",
                [],
                button="till.write_button",
                quiet=True,
            ),
        ],
        className="till-waits",
    )


def _due(viewer: Viewer, item: DueItem) -> str:
    if item.due_in < 0:
        return viewer.say("till.late", count=-item.due_in)
    return (
        viewer.say("till.due_today")
        if not item.due_in
        else viewer.say("till.due", count=item.due_in)
    )


def _items(viewer: Viewer, customer: Customer) -> Component:
    if not customer.items:
        return empty(viewer.say("till.nothing_owed"))
    cells: list[Sequence[Children]] = [
        [
            item.number,
            money(viewer.language, item.open, customer.standing.currency),
            badge(_due(viewer, item), "bad" if item.due_in < 0 else "calm"),
            viewer.say(f"cli.pay.kind.{item.kind}"),
            "" if item.payable else viewer.say("till.paid_ahead"),
        ]
        for item in customer.items
    ]
    return table(
        heads(viewer, ("document", ">open", "due", "kind", "note")), cells, name="till-owed"
    )


def _facts(viewer: Viewer, customer: Customer) -> Component:
    own = customer.standing
    pairs: list[tuple[str, Children]] = [
        (viewer.say("till.head_account"), link(own.account, f"/tenants/{own.account}")),
        (viewer.say("till.head_address"), html.Bdi(customer.address or NOTHING)),
        (viewer.say("till.head_meters"), ", ".join(customer.serials) or NOTHING),
    ]
    return facts(pairs, name="till-customer")

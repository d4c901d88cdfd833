"""In: a shift at a cash desk. Out: the forms that open, count, sign and void. Pure."""

from __future__ import annotations

from collections.abc import Sequence
from decimal import Decimal

from dash import html
from dash.development.base_component import Component

from billing.cash_desk.denominations import denominations
from dashboards.components.act_form import Field, Kind, act_form
from dashboards.components.pieces import Children, badge, panel, table
from dashboards.formats import money
from dashboards.pages.desk.acts import (
    COUNT,
    COUNTED,
    NO,
    OPEN,
    RESUME,
    SIGN,
    VOID,
    YES,
    about_shift,
)
from dashboards.queries.till_rows import ShiftPage
from dashboards.security.scope import Right
from dashboards.viewer import Viewer


def heads(viewer: Viewer, keys: Sequence[str]) -> list[str]:
    """Return column titles; a key that starts with ">" is right-aligned."""
    return [
        (">" if key.startswith(">") else "") + viewer.say(f"till.head_{key.lstrip('>')}")
        for key in keys
    ]


def open_panel(viewer: Viewer, about: str, currency: str) -> Component:
    """Return the form that opens a shift; it asks for the desk where `about` names none."""
    named = [] if about else [Field(name="desk", label="till.head_desk", first=True)]
    return panel(
        viewer.say("till.open"),
        [
            html.P(viewer.say("till.open_what"), className="subtitle"),
            act_form(
                viewer,
                OPEN,
                about,
                [*named, *_counts(viewer, currency)],
                button="till.open_button",
                by_enter=True,
            ),
        ],
        name="till-open",
    )


def _counts(viewer: Viewer, currency: str) -> list[Field]:
    """Return a field for each coin and note, and one for what else there is."""
    known = [
        Field(name=f"{COUNTED}{value}", label=value, plain=True, kind=Kind.COUNT, hint="0")
        for value in denominations(currency)
    ]
    others = Field(name="others", label="till.others", hint=viewer.say("till.others_hint"))
    return known or [others]


def count_result(viewer: Viewer, rows: ShiftPage) -> Component:
    """Return what was counted beside what should be there."""
    cells: list[Sequence[Children]] = []
    for each in rows.sums:
        left = (each.counted or Decimal(0)) - each.expected
        told = money(viewer.language, left, rows.currency)
        cells.append(
            [
                viewer.say(f"cli.desk.means.{each.means}"),
                str(each.count),
                money(viewer.language, each.expected, rows.currency),
                money(viewer.language, each.counted or Decimal(0), rows.currency),
                badge(told, "bad") if left else badge(viewer.say("till.agrees"), "good"),
            ]
        )
    signed = viewer.say("till.signed_by", name=rows.signed_by, reason=rows.shift.reason)
    return panel(
        viewer.say("till.count_result"),
        [
            table(heads(viewer, ("means", ">receipts", ">expected", ">counted", "difference")),
                  cells, name="till-count"),
            html.P(html.Bdi(signed), className="run-told") if rows.signed_by else None,
        ],
        name="till-result",
    )  # fmt: skip


def difference_panel(viewer: Viewer, rows: ShiftPage, *, mine: bool) -> Component:
    """Return what can be done about a difference: count again, or a second person's signature."""
    about, why = about_shift(rows.shift), [Field(name="reason", label="till.head_reason")]
    own = rows.shift.person == viewer.scope.person
    may_sign = viewer.scope.may(Right.APPROVE) and not own
    return panel(
        viewer.say("till.difference"),
        [
            html.P(viewer.say("till.difference_what"), className="subtitle"),
            act_form(viewer, RESUME, about, why, button="till.resume_button", quiet=may_sign)
            if mine
            else None,
            act_form(viewer, SIGN, about, why, button="till.sign_button") if may_sign else None,
        ],
        name="till-difference",
    )


def count_panel(viewer: Viewer, rows: ShiftPage) -> Component:
    """Return the form that counts the drawer and closes the shift."""
    fields = [
        *_counts(viewer, rows.currency),
        Field(name="card", label="till.card_sum", hint="0"),
        Field(name="transfer", label="till.transfer_sum", hint="0"),
    ]
    return panel(
        viewer.say("till.count"),
        [
            html.P(viewer.say("till.count_what"), className="subtitle"),
            act_form(
                viewer,
                COUNT,
                about_shift(rows.shift),
                fields,
                button="till.count_button",
                quiet=True,
            ),
        ],
        name="till-cash-up",
    )


def void_panel(viewer: Viewer, rows: ShiftPage) -> Component | None:
    """Return the form that gives the money of a receipt back; None where none holds."""
    choices = {
        each.receipt: f"{each.receipt} · {each.account} · "
        f"{money(viewer.language, each.amount, rows.currency)}"
        for each in rows.takings
        if not each.void
    }
    if not choices:
        return None
    below = {key: viewer.say(f"till.below_{key}") for key in (NO, YES)}
    fields = [
        Field(name="receipt", label="till.head_receipt", kind=Kind.CHOICE,
              value=next(iter(choices)), choices=choices),
        Field(name="reason", label="till.head_reason"),
        Field(name="below", label="till.below", kind=Kind.CHOICE, value=NO, choices=below),
    ]  # fmt: skip
    return panel(
        viewer.say("till.void"),
        [
            html.P(viewer.say("till.void_what"), className="subtitle"),
            act_form(
                viewer, VOID, about_shift(rows.shift), fields, button="till.void_button", quiet=True
            ),
        ],
        name="till-void",
    )

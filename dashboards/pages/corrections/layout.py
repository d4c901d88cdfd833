"""Step 6, shown. From: corrections of issued bills. To: their list and one's page. Pure."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from decimal import Decimal
from typing import Any
from zoneinfo import ZoneInfo

from dash import html
from dash.development.base_component import Component

from billing.corrections.causes import reason_of
from billing.views.corrections import CorrectionRow
from dashboards.components.act_form import Field, act_form
from dashboards.components.long_table import long_table
from dashboards.components.pieces import (
    Children,
    badge,
    data_age,
    empty,
    facts,
    link,
    page,
    panel,
    table,
)
from dashboards.formats import NOTHING, instant_text, money, number
from dashboards.pages.corrections.acts import ACCEPT, REJECT
from dashboards.queries.correction_rows import CorrectionList, CorrectionPage
from dashboards.queries.rows import Answer
from dashboards.security.scope import Right
from dashboards.viewer import Viewer

PATH = "/bills/corrections"
TONES = {"proposed": "fair", "applied": "good", "accepted": "good", "rejected": "bad"}


def corrections_page(
    viewer: Viewer, answer: Answer[CorrectionList], *, zone: ZoneInfo
) -> Component:
    """Return the list of corrections."""
    waiting = [row for row in answer.rows.rows if row.state == "proposed"]
    settled = [row for row in answer.rows.rows if row.state != "proposed"]
    return page(
        viewer.say("corrections.title"),
        [
            panel(
                viewer.say("corrections.waiting", count=len(waiting)),
                _list(viewer, answer.rows, waiting, zone)
                if waiting
                else empty(viewer.say("corrections.none_waiting")),
                aside=data_age(viewer, answer.age_s, answer.as_of),
                name="corrections",
            ),
            panel(
                viewer.say("corrections.settled", count=len(settled)),
                _list(viewer, answer.rows, settled, zone)
                if settled
                else empty(viewer.say("corrections.none_settled")),
                name="corrections-settled",
            ),
        ],
        name="corrections",
        crumbs=[link(viewer.say("bills.title"), "/bills"), html.Span(_title(viewer))],
    )


def _title(viewer: Viewer) -> str:
    return viewer.say("corrections.title")


def _list(
    viewer: Viewer, found: CorrectionList, rows: Sequence[CorrectionRow], zone: ZoneInfo
) -> Component:
    keys = ("name", "account", "state", ">difference", "why", "raised")
    cells: list[Sequence[Children]] = [
        [
            link(row.name, f"{PATH}/{row.name}", name="correction-link"),
            row.account,
            state_word(viewer, row.state),
            signed_money(viewer, row.total, found.currency),
            html.Span(reason_of(row.causes)[viewer.language], className="review-note"),
            f"{instant_text(viewer.language, row.raised_at, zone)} · {_raiser(viewer, row, found)}",
        ]
        for row in rows
    ]
    return long_table(viewer, _heads(viewer, keys), cells, name="corrections")


def _raiser(viewer: Viewer, row: CorrectionRow, found: CorrectionList | CorrectionPage) -> str:
    if row.raised_by is None:
        return viewer.say("corrections.nightly")
    return found.people.get(row.raised_by, "?")


def _heads(viewer: Viewer, keys: Sequence[str]) -> list[str]:
    return [
        (">" if key.startswith(">") else "") + viewer.say(f"corrections.head_{key.lstrip('>')}")
        for key in keys
    ]


def state_word(viewer: Viewer, state: str) -> Component:
    """Return the word for the state of a correction."""
    return badge(viewer.say(f"cli.bill.state.{state}"), TONES.get(state, "calm"))


def signed_money(viewer: Viewer, value: Decimal, currency: str) -> str:
    """Return a difference with its sign."""
    return ("+" if value > 0 else "") + money(viewer.language, value, currency)


def correction_page(viewer: Viewer, answer: Answer[CorrectionPage], *, zone: ZoneInfo) -> Component:
    """Return one correction: why, each charge before and after, and its decision."""
    found, row = answer.rows, answer.rows.row
    decider = NOTHING if row.decided_by is None else found.people.get(row.decided_by, "?")
    raised = f"{instant_text(viewer.language, row.raised_at, zone)} · {_raiser(viewer, row, found)}"
    pairs: list[tuple[str, Children]] = [
        (
            viewer.say("corrections.head_invoice"),
            link(row.number, f"/bills/{row.invoice}", name="corrected"),
        ),
        (viewer.say("corrections.head_account"), row.account),
        (viewer.say("corrections.head_state"), state_word(viewer, row.state)),
        (
            viewer.say("corrections.head_difference"),
            html.Strong(signed_money(viewer, row.total, found.currency), className="bill-total"),
        ),
        (viewer.say("corrections.head_raised"), raised),
        (viewer.say("corrections.head_decided"), decider),
        (viewer.say("corrections.head_said"), row.why or NOTHING),
    ]
    if row.applied_to is not None:
        follows = link(viewer.say("corrections.the_bill"), f"/bills/{row.applied_to}")
        pairs.append((viewer.say("corrections.head_applied"), follows))
    decide = row.state == "proposed" and viewer.scope.may(Right.APPROVE)
    return page(
        row.name,
        [
            panel(
                viewer.say("corrections.facts"),
                facts(pairs, name="correction"),
                aside=data_age(viewer, answer.age_s, answer.as_of),
                name="correction",
            ),
            panel(viewer.say("corrections.causes"), _causes(viewer, row), name="causes"),
            panel(
                viewer.say("corrections.charges"),
                charges_table(viewer, found.charges, found.currency),
                name="charges",
            ),
            _decide(viewer, row.name) if decide else None,
        ],
        name="correction",
        crumbs=[
            link(viewer.say("bills.title"), "/bills"),
            link(_title(viewer), PATH),
            html.Span(row.name),
        ],
    )


def _causes(viewer: Viewer, row: CorrectionRow) -> Component:
    rows: list[Sequence[Children]] = [
        [
            str(cause["point"]),
            _cause(viewer, cause),
            ", ".join(dict.fromkeys(str(day) for day in cause.get("days") or ())) or NOTHING,
        ]
        for cause in row.causes
    ]
    return table(_heads(viewer, ("point", "why", "days")), rows, name="correction-causes")


def _cause(viewer: Viewer, cause: Mapping[str, Any]) -> str:
    """Return what changed; of a credit its charge line, and why as the person typed it."""
    word = viewer.say(f"bill.correction.cause.{cause['cause']}")
    if "why" not in cause:
        return word
    return viewer.say("credit.cause", what=word, line=cause["place"], why=cause["why"])


def charges_table(viewer: Viewer, charges: Sequence[Mapping[str, Any]], currency: str) -> Component:
    """Return charges before and after, as a credit note or the next bill lists them."""
    if not charges:
        return empty(viewer.say("corrections.no_charges"))
    keys = ("charge", "point", "unit", ">was", ">now", ">amount_was", ">amount_now", ">difference")
    rows: list[Sequence[Children]] = [
        [
            viewer.named(charge["name"]) if isinstance(charge["name"], Mapping) else "",
            str(charge["point"] or NOTHING),
            viewer.unit(charge["unit"]),
            _side(viewer, charge["was"], "quantity"),
            _side(viewer, charge["now"], "quantity"),
            _side(viewer, charge["was"], "amount"),
            _side(viewer, charge["now"], "amount"),
            signed_money(viewer, Decimal(charge["amount"]), currency),
        ]
        for charge in charges
    ]
    return table(_heads(viewer, keys), rows, name="correction-charges")


def _side(viewer: Viewer, side: Mapping[str, Any] | None, key: str) -> str:
    """Return a figure of a charge before or after; "–" where the charge did not stand there."""
    told = None if side is None else side.get(key)
    if told is None:
        return NOTHING
    text = str(told)
    return text if "/" in text else number(viewer.language, Decimal(text))


def _decide(viewer: Viewer, name: str) -> Component:
    return panel(
        viewer.say("corrections.decide"),
        [
            html.P(viewer.say("corrections.decide_what"), className="subtitle"),
            act_form(
                viewer,
                ACCEPT,
                name,
                [Field(name="why", label="corrections.remark")],
                button="corrections.accept_button",
            ),
            act_form(
                viewer,
                REJECT,
                name,
                [Field(name="why", label="corrections.reason")],
                button="corrections.reject_button",
                quiet=True,
            ),
        ],
        name="decide-correction",
    )

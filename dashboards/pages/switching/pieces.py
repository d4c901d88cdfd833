"""In: switching orders. Out: what their pages share: badges, cards, who and when. Pure."""

from __future__ import annotations

from datetime import datetime
from uuid import UUID
from zoneinfo import ZoneInfo

from dash import html
from dash.development.base_component import Component

from dashboards.components.outage_pieces import span_text
from dashboards.components.pieces import badge, extra, icon, link
from dashboards.formats import instant_text
from dashboards.pages.switching.acts import PATH
from dashboards.queries.switching_rows import Names, PermitOut
from dashboards.viewer import Viewer
from energy.service.switching.kinds import SwitchingState
from energy.service.switching.reads import PermitRow, SwitchingRow
from energy.service.switching.steps import SwitchingStep

STATE_TONE = {
    SwitchingState.WRITTEN: "fair",
    SwitchingState.APPROVED: "fair",
    SwitchingState.RELEASED: "calm",
    SwitchingState.UNDER_WAY: "calm",
    SwitchingState.STOPPED: "bad",
    SwitchingState.COMPLETED: "good",
    SwitchingState.ABORTED: "bad",
    SwitchingState.WITHDRAWN: "calm",
}


def never(viewer: Viewer) -> Component:
    """Return what stands on every page of switching: that Meterline switches nothing."""
    return html.P(
        [icon("tone-fair"), html.Span(viewer.say("switching_page.never"))],
        className="switching-never",
        role="note",
    )


def state_word(viewer: Viewer, row: SwitchingRow) -> str:
    """Return how far an order is."""
    return viewer.say(f"cli.switching_state.{row.state}")


def state_badge(viewer: Viewer, row: SwitchingRow) -> Component:
    """Return how far an order is as a word with its tone."""
    return badge(state_word(viewer, row), STATE_TONE[row.state])


def request_word(viewer: Viewer, row: SwitchingRow) -> str:
    """Return what billing asked for; "" where nobody did."""
    if not row.request:
        return ""
    kind, reference = row.request["kind"], row.request["reference"]
    return viewer.say(f"cli.switching_request.{kind}", reference=reference).strip()


def permit_badge(viewer: Viewer, permit: PermitRow, now: datetime) -> Component:
    """Return how a permit stands."""
    if permit.returned_at is not None:
        return badge(viewer.say("cli.switching_head.returned"), "good")
    late = permit.overdue(now)
    return badge(viewer.say(f"cli.switching.{'overdue' if late else 'out'}"), "bad")


def signed(
    viewer: Viewer, names: Names, person: UUID | None, at: datetime | None, zone: ZoneInfo
) -> str:
    """Return who did something and when; "" where nobody did."""
    if person is None or at is None:
        return ""
    return f"{names.person(person)}, {instant_text(viewer.language, at, zone)}"


def order_link(number: str) -> Component:
    """Return a link to an order."""
    return link(number, f"{PATH}/{number}")


def order_card(viewer: Viewer, row: SwitchingRow, names: Names, zone: ZoneInfo) -> Component:
    """Return an order as a card of a list."""
    people = viewer.say(
        "switching_page.hands",
        operator=names.person(row.operator),
        guardian=names.person(row.guardian),
    )
    asked = request_word(viewer, row)
    return html.Article(
        [
            html.Div(
                [order_link(row.number), state_badge(viewer, row)], className="switching-head"
            ),
            html.Div(
                [html.Strong(viewer.named(row.name)), f" · {names.node(row.about)}"],
                className="switching-what",
            ),
            html.Div(span_text(viewer, row.begins_at, row.ends_at, zone)),
            html.Div(row.reason),
            html.Div(asked, className="switching-asked") if asked else None,
            html.Div(people, className="switching-who"),
            html.Div(row.words, className="switching-words") if row.words else None,
        ],
        className="switching-card",
        **extra(data_state=row.state),
    )


def step_words(
    viewer: Viewer, number: int, step: SwitchingStep, state: Component | None = None
) -> list[Component | None]:
    """Return a step as a list tells it: where, what is done, what is seen then, what to mind."""
    safety = viewer.named(step.safety) if any(step.safety.values()) else ""
    return [
        html.Div(
            [
                html.Span(str(number), className="switching-number"),
                html.Strong(viewer.named(step.device)),
                state,
            ],
            className="switching-head",
        ),
        html.Div(viewer.named(step.do), className="switching-do"),
        html.Div(
            viewer.say("switching_page.expect", words=viewer.named(step.expect)),
            className="switching-expect",
        ),
        html.Div(viewer.say("switching_sheet.mind", safety=safety), className="switching-mind")
        if safety
        else None,
    ]


def permit_line(
    viewer: Viewer, out: PermitOut, names: Names, *, zone: ZoneInfo, now: datetime
) -> Component:
    """Return a permit that is out as a line of a list."""
    permit = out.permit
    return html.Li(
        [
            permit_badge(viewer, permit, now),
            html.Strong(f"{permit.what} · {permit.place}"),
            html.Span(
                viewer.say(
                    "switching_page.permit_line",
                    holder=names.person(permit.holder),
                    earthed=permit.earthed_at,
                    until=span_text(viewer, permit.given_at, permit.valid_until, zone),
                )
            ),
            order_link(out.number),
            html.Span(names.node(out.about)),
        ]
    )

"""Step 5a. From: a tenant who calls, or nobody known. To: what the desk sees, the form. Pure."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from zoneinfo import ZoneInfo

from dash import html
from dash.development.base_component import Component

from dashboards.components.act_form import Field, Kind, act_form
from dashboards.components.long_table import long_table, with_cards
from dashboards.components.pieces import (
    Children,
    data_age,
    empty,
    facts,
    link,
    page,
    panel,
    table,
)
from dashboards.components.request_forms import words_field
from dashboards.components.request_pieces import (
    REQUESTS,
    request_cards,
    request_heads,
    request_row,
)
from dashboards.components.work_forms import NONE, choice_field, place_field
from dashboards.formats import NOTHING, day_text, money
from dashboards.note_words import EXAMPLE
from dashboards.pages.requests.acts import OPEN
from dashboards.queries.request_rows import RequestForms, TenantDesk
from dashboards.queries.rows import Answer, PlaceRow
from dashboards.security.scope import Right
from dashboards.viewer import Viewer
from energy.service.requests.kinds import Category, Channel, RequestKind


def tenant_page(
    viewer: Viewer,
    answer: Answer[TenantDesk],
    places: Sequence[PlaceRow],
    *,
    zone: ZoneInfo,
    now: datetime,
) -> Component:
    """Return a tenant as who takes a call wants to see it."""
    told = answer.rows
    return page(
        told.name,
        [
            panel(
                viewer.say("request_page.tenant"),
                facts(_facts(viewer, told), name="work-facts"),
                aside=data_age(viewer, answer.age_s, answer.as_of),
                name="desk-tenant",
            ),
            _form(viewer, told.forms, told, places, now=now),
            _requests(viewer, told, zone),
            _bills(viewer, told),
        ],
        name="desk-tenant",
        crumbs=[link(viewer.say("nav.requests"), REQUESTS), html.Span(told.name)],
    )


def new_page(
    viewer: Viewer,
    answer: Answer[RequestForms],
    places: Sequence[PlaceRow],
    *,
    now: datetime,
) -> Component:
    """Return the form by which a request of somebody unknown is opened."""
    return page(
        viewer.say("request_page.to_open"),
        [
            html.P(viewer.say("request_page.new_what"), className="subtitle"),
            _form(viewer, answer.rows, None, places, now=now)
            or empty(viewer.say("request_page.may_not")),
        ],
        name="request-new",
        crumbs=[
            link(viewer.say("nav.requests"), REQUESTS),
            html.Span(viewer.say("request_page.to_open")),
        ],
    )


def _facts(viewer: Viewer, told: TenantDesk) -> list[tuple[str, Children]]:
    sees = viewer.scope.may(Right.READ_BILLS)
    accounts: list[Component | str] = [
        html.Div(link(each, f"/tenants/{each}") if sees else each) for each in told.accounts
    ]
    meters: list[Component | str] = [
        html.Div(link(f"{name} · {point}" if name != point else point, f"/meters/{point}"))
        for point, name in told.meters
    ]
    return [
        (viewer.say("cli.request_head.name"), told.name),
        (viewer.say("cli.request_head.accounts"), accounts or NOTHING),
        (viewer.say("request_page.meters"), meters or NOTHING),
    ]


def _form(
    viewer: Viewer,
    forms: RequestForms,
    told: TenantDesk | None,
    places: Sequence[PlaceRow],
    *,
    now: datetime,
) -> Component | None:
    if not viewer.scope.may(Right.SERVE):
        return None
    title = viewer.say("request_form.open_title")
    if not forms.levels:
        return panel(title, empty(viewer.say("request_page.no_levels")), name="request-open")
    fields = [
        words_field("request_form.said"),
        choice_field(
            viewer,
            "kind",
            "request_form.kind",
            RequestKind,
            "cli.request_kind",
            RequestKind.ENQUIRY,
        ),
        choice_field(
            viewer,
            "category",
            "request_form.category",
            Category,
            "cli.request_category",
            Category.OTHER,
        ),
        _way(viewer),
        *_about(viewer, told, places),
        _level(viewer, forms),
        Field(name="heard", label="request_form.heard", hint=EXAMPLE),
    ]
    about = f"{told.tenant if told else ''}@{now.isoformat(timespec='seconds')}"
    form = act_form(viewer, OPEN, about, fields, button="request_form.open")
    hint = html.P(viewer.say("request_page.open_what"), className="subtitle")
    return panel(title, [form, hint], name="request-open")


def _way(viewer: Viewer) -> Field:
    ways = {
        str(each): viewer.say(f"cli.request_channel.{each}")
        for each in Channel
        if each is not Channel.PORTAL
    }
    return Field(
        name="way",
        label="request_form.came",
        kind=Kind.CHOICE,
        choices=ways,
        value=str(Channel.PHONE),
    )


def _about(viewer: Viewer, told: TenantDesk | None, places: Sequence[PlaceRow]) -> list[Field]:
    """Return what a request may be about: a bill, a metering point or a place."""
    none = {NONE: viewer.say("work_form.none")}
    bill = Field(name="invoice", label="request_form.invoice")
    point = Field(name="point", label="work_form.point")
    if told is not None and told.meters:
        choices = none | {point: f"{name} · {point}" for point, name in told.meters}
        point = _choice("point", "work_form.point", choices)
    if told is not None and told.bills:
        choices = none | {each.number: each.number for each in told.bills}
        bill = _choice("invoice", "request_form.invoice", choices)
    where = place_field(viewer, [(each.key, each.name) for each in places])
    return [bill, point, where]


def _choice(name: str, label: str, choices: dict[str, str]) -> Field:
    return Field(name=name, label=label, kind=Kind.CHOICE, choices=choices, value=NONE)


def _level(viewer: Viewer, forms: RequestForms) -> Field:
    choices = {NONE: viewer.say("request_form.own_level")}
    choices |= {each.key: viewer.named(each.name) for each in forms.levels}
    return _choice("level", "work_form.level", choices)


def _requests(viewer: Viewer, told: TenantDesk, zone: ZoneInfo) -> Component:
    body: list[Component] = [empty(viewer.say("request_page.none_of"))]
    if told.requests:
        rows = [request_row(viewer, line, zone) for line in told.requests]
        shown = long_table(viewer, request_heads(viewer), rows, name="request-table")
        body = with_cards(shown, lambda: request_cards(viewer, told.requests))
    return panel(viewer.say("request_page.last"), body, name="tenant-requests")


def _bills(viewer: Viewer, told: TenantDesk) -> Component | None:
    if not told.bills:
        return None
    heads = [viewer.say(f"portal.{name}") for name in ("bill", "period")]
    heads += [f">{viewer.say(f'portal.{name}')}" for name in ("total", "open")]
    rows: list[list[Children]] = [
        [
            link(each.number, f"/bills/{each.invoice}"),
            " – ".join(day_text(viewer.language, day) for day in (each.first_day, each.last_day)),
            money(viewer.language, each.total, each.currency),
            money(viewer.language, each.open, each.currency),
        ]
        for each in told.bills
    ]
    return panel(
        viewer.say("portal.bills"), table(heads, rows, name="desk-bills"), name="desk-bills"
    )

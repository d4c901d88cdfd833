"""Step 5a. From: the answers of a phone's first page. To: its layout. Pure.

What the camera needs is done by assets/phone.js, which finds these ids; without it, or in a browser
that reads no codes, the field beside it is typed into.
"""

from __future__ import annotations

from decimal import Decimal
from zoneinfo import ZoneInfo

from dash import dcc, html
from dash.development.base_component import Component

from dashboards.components.alert_list import alert_list
from dashboards.components.kpi_tile import change_text
from dashboards.components.pieces import (
    Children,
    badge,
    data_age,
    empty,
    extra,
    icon,
    link,
    page,
    panel,
    quality_badge,
)
from dashboards.components.work_pieces import WORK, order_cards
from dashboards.formats import (
    NOTHING,
    RATE_NAMES,
    amount,
    clock_text,
    number,
    percent_text,
    rate_of,
    significant,
)
from dashboards.pages.phone.view_model import (
    Demand,
    PhoneModel,
    demands,
    share_of_limit,
)
from dashboards.pages.rounds.paths import WALKED
from dashboards.queries.phone_rows import DemandLimit
from dashboards.queries.rows import LoadProfile, UtilityTile
from dashboards.security.scope import Right
from dashboards.viewer import Viewer
from energy.base.quality import Quality

HOME = "/m"
LIVE_PARTS, SCAN, VIDEO = "phone-live", "phone-scan", "phone-video"
SOUGHT, OPEN, SCANNED, FOUND = "phone-sought", "phone-open", "phone-scanned", "phone-found"
LONGEST_SOUGHT = 240
"""Signs of what is scanned or typed."""
MOST_WORK = 8
"""Work orders shown at once; the heading tells the whole number."""
NEAR = 90
"""From this part of the limit on the demand is near it. [%]"""


def phone_page(viewer: Viewer, model: PhoneModel, *, zone: ZoneInfo) -> Component:
    """Return the first page."""
    return page(
        viewer.say("phone.title"),
        [
            finder(viewer),
            html.P(
                [
                    link(viewer.say("incident_page.to_open"), "/incidents/new", name="button"),
                    link(viewer.say("nav.rounds"), WALKED, name="button quiet"),
                ],
                className="work-to-open",
            )
            if viewer.scope.may(Right.WORK)
            else None,
            html.Div(live_parts(viewer, model, zone=zone), id=LIVE_PARTS, className="stack"),
        ],
        name="phone",
    )


def finder(viewer: Viewer) -> Component:
    """Return where a label is scanned, or a serial or point is typed."""
    return html.Section(
        [
            html.Button(
                [icon("scan"), viewer.say("phone.scan")],
                id=SCAN,
                type="button",
                className="button phone-scan",
            ),
            html.Div(
                [
                    html.Label(
                        [
                            html.Span(viewer.say("phone.sought")),
                            dcc.Input(
                                id=SOUGHT,
                                type="search",
                                value="",
                                maxLength=LONGEST_SOUGHT,
                                autoComplete="off",
                            ),
                        ],
                        className="phone-field",
                    ),
                    html.Button(
                        viewer.say("phone.open"),
                        id=OPEN,
                        type="button",
                        className="button",
                        n_clicks=0,
                    ),
                ],
                className="phone-row",
            ),
            html.P(viewer.say("phone.no_scan"), className="subtitle phone-no-scan"),
            html.Div(id="phone-camera", className="phone-camera", hidden=True),
            html.Div(id="phone-said", role="status"),
            dcc.Store(id=SCANNED),
            html.Div(id=FOUND, role="status"),
        ],
        id="phone-finder",
        className="panel phone-finder",
        **extra(
            aria_label=viewer.say("phone.find"),
            data_stop=viewer.say("phone.stop"),
            data_aim=viewer.say("phone.aim"),
            data_denied=viewer.say("phone.denied"),
            data_broken=viewer.say("phone.broken"),
        ),
    )


def live_parts(
    viewer: Viewer,
    model: PhoneModel,
    *,
    zone: ZoneInfo,
    refusal: str | None = None,
) -> list[Component | None]:
    """Return what news change: one's own work, demand, tiles, alerts."""
    return [
        _work(viewer, model, zone),
        _demand(viewer, model, zone),
        html.Div([_tile(viewer, tile) for tile in model.tiles.rows], className="phone-tiles"),
        panel(
            viewer.say("overview.alerts", count=len(model.alerts.rows)),
            alert_list(
                viewer, model.alerts.rows, zone=zone, refusal=refusal, meters=f"{HOME}/meters"
            ),
            aside=data_age(viewer, model.alerts.age_s, model.alerts.as_of),
            name="alerts",
        ),
    ]


def _work(viewer: Viewer, model: PhoneModel, zone: ZoneInfo) -> Component | None:
    """Return one's own work orders, what is due first; None for who may not work."""
    if model.work is None:
        return None
    lines = model.work.rows.lines
    body: list[Component] = [empty(viewer.say("order_page.none_mine"))]
    if lines:
        body = [order_cards(viewer, lines[:MOST_WORK], zone=zone, path=f"{HOME}{WORK}")]
    if len(lines) > MOST_WORK:
        words = viewer.say("phone.more_work", count=len(lines) - MOST_WORK)
        body.append(html.P(words, className="empty"))
    return panel(
        f"{viewer.say('work_page.mine')} {len(lines)}",
        body,
        aside=data_age(viewer, model.work.age_s, model.work.as_of),
        name="phone-work",
    )


def _demand(viewer: Viewer, model: PhoneModel, zone: ZoneInfo) -> Component:
    title = viewer.say("wall.demand")
    if model.load is None:
        return panel(title, empty(viewer.say("overview.no_meters")), name="demand")
    profile = model.load.rows
    newest, most = demands(profile)
    if newest is None or most is None:
        return panel(title, empty(viewer.say("phone.no_demand")), name="demand")
    value, unit = _rate(viewer, profile, newest)
    until = clock_text(viewer.language, newest.ends, zone)
    highest = " ".join(_rate(viewer, profile, most))
    at = clock_text(viewer.language, most.ends, zone)
    children: list[Component | None] = [
        html.P(
            [
                html.Span(value, className="phone-number"),
                html.Span(unit, className="tile-unit"),
            ]
        ),
        *_against_limit(viewer, profile, newest, model.limit),
        html.P(
            [
                viewer.say("phone.interval", minutes=profile.step_s // 60, until=until),
                " · ",
                viewer.say("phone.highest", value=highest, at=at),
            ],
            className="subtitle",
        ),
    ]
    return panel(
        f"{title} · {viewer.say(f'utility.{profile.utility}')}",
        children,
        aside=data_age(viewer, model.load.age_s, model.load.as_of),
        name="demand",
    )


def _rate(viewer: Viewer, profile: LoadProfile, demand: Demand) -> tuple[str, str]:
    rate = rate_of(profile.utility, demand.usage, profile.step_s)
    text = number(viewer.language, significant(Decimal(repr(rate))))
    return text, RATE_NAMES[profile.utility]


def _against_limit(
    viewer: Viewer, profile: LoadProfile, newest: Demand, limit: DemandLimit | None
) -> list[Component]:
    """Return the demand beside what the contracts allow; a word where nothing is agreed."""
    share = None
    if limit is not None:
        share = share_of_limit(newest.usage, profile.step_s, limit.kw)
    if limit is None or share is None:
        return [html.P(viewer.say("phone.no_limit"), className="subtitle")]
    percent = percent_text(share)
    words = viewer.say("phone.limit", limit=number(viewer.language, limit.kw), share=percent)
    tone = "bad" if share > 1 else "fair" if 100 * share >= NEAR else "good"
    name = {"bad": "phone.over", "fair": "phone.near", "good": "phone.within"}[tone]
    return [
        html.Progress(
            value=str(min(int(share * 1000), 1000)),
            max="1000",
            className=f"phone-limit phone-limit-{tone}",
            **extra(aria_label=words),
        ),
        html.P([words, badge(viewer.say(name), tone)], className="phone-row phone-limit-words"),
    ]


def _tile(viewer: Viewer, tile: UtilityTile) -> Component:
    value, unit = amount(viewer.language, tile.utility, tile.today)
    change = change_text(viewer, tile)
    quality = tile.quality if tile.known else Quality.MISSING
    head: Children = [
        icon(f"utility-{tile.utility}"),
        html.H2(viewer.say(f"utility.{tile.utility}")),
    ]
    return html.Article(
        [
            html.Header(head, className="tile-head"),
            html.P(
                [
                    html.Span(value, className="phone-tile-number"),
                    html.Span("" if value == NOTHING else unit, className="tile-unit"),
                ]
            ),
            html.P(
                viewer.say("phone.change", change=change) if change else "\u00a0",
                className="tile-before",
                title=viewer.say("tile.change_what"),
            ),
            quality_badge(viewer, quality),
        ],
        className=f"tile phone-tile tile-{tile.utility}",
    )

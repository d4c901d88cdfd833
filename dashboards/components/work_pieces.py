"""In: incidents and work orders. Out: their states, clocks, places: the pieces of pages. Pure."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import timedelta
from uuid import UUID
from zoneinfo import ZoneInfo

from dash import html
from dash.development.base_component import Component

from dashboards.components.pieces import Children, badge, extra, link
from dashboards.formats import NOTHING, instant_text, short_instant
from dashboards.queries.work_rows import IncidentLine, OrderLine, Where
from dashboards.viewer import Viewer
from energy.base.media_type import SHOWN
from energy.service.work.clock import Standing
from energy.service.work.done_reads import PaperRow
from energy.service.work.kinds import IncidentState, OrderKind, OrderState, Urgency
from energy.service.work.levels import Level

INCIDENTS, WORK = "/incidents", "/work"
_STATE_TONE: dict[str, str] = {
    IncidentState.OPEN: "fair",
    IncidentState.UNDER_WAY: "calm",
    IncidentState.PAUSED: "fair",
    IncidentState.RESOLVED: "good",
    IncidentState.CLOSED: "good",
    OrderState.TAKEN: "calm",
    OrderState.DONE: "fair",
    OrderState.ENDED: "good",
    OrderState.CANCELLED: "calm",
}
_URGENCY_TONE = {Urgency.DANGER: "bad", Urgency.HIGH: "fair"}
_MINUTE = timedelta(minutes=1)
_HOUR_MIN = 60
_DAY_H = 24
_HOURS_SHOWN = 48
"""Above these days are told, too. [h]"""


def span_words(viewer: Viewer, span: timedelta, *, working: bool = False) -> str:
    """Return how long a span is, without its sign: "1:05 h", "3 d 2:05 h".

    Args:
        viewer: Who reads it.
        span: How long.
        working: Whether it is of working hours: a day of those has no 24 h, so hours are told.
    """
    hours, minutes = divmod(abs(span) // _MINUTE, _HOUR_MIN)
    if working:
        return viewer.say("work_page.working", hours=hours, minutes=f"{minutes:02d}")
    if hours < _HOURS_SHOWN:
        return viewer.say("work_page.hours", hours=hours, minutes=f"{minutes:02d}")
    days, hours = divmod(hours, _DAY_H)
    return viewer.say("work_page.days", days=days, hours=hours, minutes=f"{minutes:02d}")


def state_badge(viewer: Viewer, state: str) -> Component:
    """Return how far an incident or an order is."""
    return badge(viewer.say(f"cli.work_state.{state}"), _STATE_TONE[state])


def urgency_badge(viewer: Viewer, urgency: str) -> Component | None:
    """Return how soon somebody must go; None where that is as usual."""
    tone = _URGENCY_TONE.get(Urgency(urgency))
    return None if tone is None else badge(viewer.say(f"cli.work_urgency.{urgency}"), tone)


def class_words(viewer: Viewer, level: Level) -> str:
    """Return the name of a class."""
    return viewer.named(level.name)


def clock_words(viewer: Viewer, standing: Standing) -> tuple[str, str]:
    """Return how a clock stands in words, and their tone."""
    promised = standing.used + standing.left
    left = promised // _MINUTE * _MINUTE - standing.used // _MINUTE * _MINUTE
    late = span_words(viewer, left, working=standing.working)
    if standing.stopped:
        if standing.broken:
            return viewer.say("work_page.was_late", span=late), "bad"
        return viewer.say("work_page.in_time"), "good"
    if standing.broken:
        return viewer.say("work_page.overdue_by", span=late), "bad"
    if standing.paused:
        return viewer.say("work_page.stands", span=late), "calm"
    return viewer.say("work_page.left", span=late), "fair" if standing.near else "calm"


def clock_badge(viewer: Viewer, standing: Standing) -> Component:
    """Return how a clock stands, as a word with its tone."""
    return badge(*clock_words(viewer, standing))


def clock_cell(viewer: Viewer, line: IncidentLine, zone: ZoneInfo) -> list[Component]:
    """Return the clock of an incident that counts, and when it is due."""
    which = "response" if line.responding else "resolution"
    words = viewer.say(f"cli.work.{which}")
    due = line.clock.due_at
    if due is not None:
        at = short_instant(viewer.language, due, zone)
        words = viewer.say("work_page.due_of", which=words, at=at)
    return [clock_badge(viewer, line.clock), html.Div(words, className="work-due")]


def due_cell(viewer: Viewer, line: OrderLine, zone: ZoneInfo) -> Children:
    """Return by when an order is to be done, whether that was missed, and who says so."""
    row, clock = line.row, line.clock
    at = None if line.due_at is None else short_instant(viewer.language, line.due_at, zone)
    if row.due_at is not None and not clock.broken:
        return at
    words = at
    if row.due_at is None:
        key = "by_class" if at is None else "by_class_at"
        words = viewer.say(f"work_page.{key}", at=at)
    return [clock_badge(viewer, clock), html.Div(words, className="work-due")]


def where_words(where: Where) -> list[Component | str]:
    """Return where something is; its metering point leads to the meter's page."""
    words = " · ".join(each for each in (where.place, where.node) if each)
    point = link(where.point, f"/meters/{where.point}") if where.point else None
    if point is None:
        return [words or NOTHING]
    return [words, html.Div(point)] if words else [point]


def origin_cell(viewer: Viewer, line: IncidentLine) -> Children:
    """Return what an incident was opened from; an alert leads to its page."""
    words = viewer.say(f"cli.work_origin.{line.row.origin}")
    return link(words, f"/alerts/{line.row.about}") if line.row.origin == "alert" else words


def order_from(viewer: Viewer, line: OrderLine) -> Children:
    """Return what an order was made from: an incident leads to its page."""
    if line.incident:
        return link(line.incident, f"{INCIDENTS}/{line.incident}")
    if line.row.plan:
        return f"{viewer.say('cli.work_head.plan')}: {line.row.plan}"
    return NOTHING


def numbered(number: str, href: str, what: str) -> list[Component]:
    """Return a thing by its number, which leads to its page, and by what it is about."""
    return [html.Div(link(number, href)), html.Div(what)]


def owner_words(viewer: Viewer, owner: str, offered: str) -> list[Component | str]:
    """Return who owns something, and to whom it is offered."""
    if not offered:
        return [owner]
    words = viewer.say("work_page.offered", to=offered)
    return [owner, html.Div(words, className="work-due")]


def asset_words(line: OrderLine) -> list[Component]:
    """Return the key of the equipment that an order is about."""
    return [html.Div(line.row.equipment)] if line.row.equipment else []


def incident_cards(viewer: Viewer, lines: Sequence[IncidentLine], zone: ZoneInfo) -> Component:
    """Return incidents as cards, for a screen too narrow for columns."""
    return html.Div(
        [
            _card(
                f"{INCIDENTS}/{line.row.number}",
                line.row.number,
                line.row.what,
                [state_badge(viewer, line.row.state), urgency_badge(viewer, line.row.urgency)],
                [
                    html.Div(clock_cell(viewer, line, zone)),
                    html.Div(where_words(line.where)),
                    html.Div(
                        [class_words(viewer, line.level), " · ", line.owner],
                        className="work-due",
                    ),
                ],
            )
            for line in lines
        ],
        className="work-cards",
    )


def order_cards(
    viewer: Viewer,
    lines: Sequence[OrderLine],
    *,
    zone: ZoneInfo,
    path: str = WORK,
) -> Component:
    """Return work orders as cards.

    Args:
        viewer: Who looks.
        lines: The orders.
        zone: The site's zone.
        path: Below which their pages stand.
    """
    return html.Div(
        [
            _card(
                f"{path}/{line.row.number}",
                line.row.number,
                line.row.what,
                [state_badge(viewer, line.row.state)],
                [
                    html.Div(
                        [
                            viewer.say("work_page.due"),
                            " ",
                            *_listed(due_cell(viewer, line, zone)),
                        ]
                    ),
                    html.Div([*where_words(line.where), *asset_words(line)]),
                    html.Div(
                        [kind_words(viewer, line.row.kind), " · ", line.owner],
                        className="work-due",
                    ),
                ],
            )
            for line in lines
        ],
        className="work-cards",
    )


def kind_words(viewer: Viewer, kind: str) -> str:
    """Return what an order is for."""
    return viewer.say(f"cli.work_kind.{OrderKind(kind)}")


def _card(
    href: str,
    number: str,
    what: str,
    badges: Sequence[Component | None],
    body: Sequence[Component | None],
) -> Component:
    return html.Article(
        [
            html.Div([link(html.Strong(number), href), *badges], className="work-card-head"),
            html.Div(what, className="work-card-what"),
            *body,
        ],
        className="work-card",
        **extra(aria_label=f"{number} {what}"),
    )


def _listed(children: Children) -> list[Component | str | None]:
    return list(children) if isinstance(children, list | tuple) else [children]  # type: ignore[list-item]


def kept_papers(
    viewer: Viewer,
    number: str,
    papers: Sequence[PaperRow],
    names: Mapping[UUID, str],
    zone: ZoneInfo,
) -> Component:
    """Return photos and papers of an order: images small; each leads to the whole."""
    rows: list[Component] = []
    for each in papers:
        href = f"/download/work/{number}/{each.sha256}"
        words = (
            f"{instant_text(viewer.language, each.added_at, zone)} · {names.get(each.person, '?')}"
        )
        shown: Component | str = each.media_type
        if each.media_type in SHOWN:
            shown = html.Img(src=href, alt=words, className="work-photo")
        whole = html.A(shown, href=href, target="_blank", className="link")
        rows.append(html.Li([html.Div(whole), html.Div(words, className="work-due")]))
    return html.Ul(rows)

"""Step 5a. From: who is on duty, who is called, the roster. To: the page of duty. Pure."""

from __future__ import annotations

from datetime import datetime
from zoneinfo import ZoneInfo

from dash import html
from dash.development.base_component import Component

from dashboards.components.pieces import badge, empty, link, page, panel
from dashboards.components.twin import twin
from dashboards.formats import clock_text
from dashboards.pages.duty.called import called_panel
from dashboards.pages.duty.pieces import PATH, cause_badge, name_of, parts_of, shift_text, slot_path
from dashboards.pages.duty.roster import roster_panel
from dashboards.queries.duty_rows import DutyBoard, PostNow, ShiftNow
from dashboards.queries.rows import Answer
from dashboards.security.scope import Right
from dashboards.selection import Selection
from dashboards.viewer import Viewer
from energy.service.duty.names import DutyNames

NOW = "duty-now"


def duty_page(
    viewer: Viewer,
    answer: Answer[DutyBoard],
    names: DutyNames,
    *,
    chosen: Selection,
    path: str,
    zone: ZoneInfo,
    now: datetime,
) -> Component:
    """Return the page of duty.

    Args:
        viewer: Who looks.
        answer: What is asked of duty.
        names: Of shifts and posts.
        chosen: The week.
        path: Of the page: it names the instant at which who is called is shown.
        zone: The site's.
        now: The present instant.
    """
    board = answer.rows
    body: list[Component | None] = [
        html.P(viewer.say("duty_page.what"), className="subtitle"),
        parts_of(viewer, PATH),
        html.Div(now_panel(viewer, board, names, zone=zone), id=NOW),
    ]
    if board.planned:
        body += [
            called_panel(viewer, board, names, zone=zone, now=now),
            roster_panel(
                viewer,
                board.week,
                names,
                chosen=chosen,
                path=path,
                below=twin(viewer, "duty", chosen.search()),
            ),
        ]
    return page(viewer.say("nav.duty"), body, name="duty")


def now_panel(viewer: Viewer, board: DutyBoard, names: DutyNames, *, zone: ZoneInfo) -> Component:
    """Return who is on duty now, post by post: a post that has nobody says what to do."""
    title = viewer.say("duty_page.now")
    if not board.planned:
        return panel(title, _missing(viewer, "no_plan"), name="duty-now")
    shift = board.now
    aside = (
        shift_text(viewer, shift.shift, shift.period, zone, names)
        if shift.period
        else badge(viewer.say("cli.duty_why.no_roster"), "bad")
    )
    then = {each.post: each for each in board.following.posts} if board.following else {}
    cards = [
        _card(
            viewer, each, names.post(each.post, viewer.language), shift, then.get(each.post), zone
        )
        for each in shift.posts
    ]
    missing = [] if shift.period else _missing(viewer, "no_shift")
    return panel(
        title,
        [*missing, html.Ul(cards, className="duty-cards")],
        aside=html.Span(aside, className="duty-shift"),
        name="duty-now",
    )


def _missing(viewer: Viewer, what: str) -> list[Component]:
    """Return that there is no plan or roster, and what the viewer may do about it."""
    more = "do" if viewer.scope.may(Right.PLAN_WORK) else "ask"
    said = [viewer.say(f"duty_page.{key}") for key in (what, f"{what}_{more}")]
    return [empty(said[0]), html.P(said[1])]


def _card(
    viewer: Viewer,
    post: PostNow,
    name: str,
    shift: ShiftNow,
    then: PostNow | None,
    zone: ZoneInfo,
) -> Component:
    kind = viewer.say(f"cli.duty_kind.{post.kind}") if post.kind else ""
    head = html.Div(
        [html.Strong(html.Bdi(name)), html.Span(kind, className="duty-kind")], className="duty-post"
    )
    body = _filled(viewer, post) if post.who else _gap(viewer, post)
    return html.Li(
        [head, *body, _until(viewer, shift, then, zone)],
        className="duty-card" if post.who else "duty-card duty-gap",
    )


def _filled(viewer: Viewer, post: PostNow) -> list[Component | None]:
    assert post.who is not None, "asked of a post with somebody"
    return [
        html.Div(name_of(viewer, post.who), className="duty-who"),
        cause_badge(viewer, post.cause, post.instead),
    ]


def _gap(viewer: Viewer, post: PostNow) -> list[Component | None]:
    """Return that nobody is there, why, and what to do."""
    choose = None
    if post.slot is not None and viewer.scope.may(Right.PLAN_WORK):
        choose = link(viewer.say("duty_page.do_gap"), slot_path(post.slot), name="duty-do")
    return [
        html.Div(viewer.say("duty_page.nobody"), className="duty-who duty-nobody"),
        html.Div(viewer.say(f"cli.duty_why.{post.why}"), className="duty-why"),
        html.Div(viewer.say("duty_page.gap_calls"), className="duty-why"),
        choose,
    ]


def _until(
    viewer: Viewer, shift: ShiftNow, then: PostNow | None, zone: ZoneInfo
) -> Component | None:
    if shift.period is None:
        return None
    words = [viewer.say("duty_page.until", at=clock_text(viewer.language, shift.period.end, zone))]
    if then is not None:
        words.append(
            viewer.say("duty_page.then", name=then.who.name)
            if then.who
            else viewer.say("duty_page.then_nobody")
        )
    bad = then is not None and then.who is None
    return html.Div(
        [
            html.Span(words[0]),
            *(html.Span(w, className="duty-bad" if bad else None) for w in words[1:]),
        ],
        className="duty-until",
    )

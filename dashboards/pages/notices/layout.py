"""Step 5a. From: notices, gateways, what they cost. To: the page of the outbox. Pure."""

from __future__ import annotations

from decimal import Decimal
from zoneinfo import ZoneInfo

from dash import html
from dash.development.base_component import Component

from dashboards.components.act_form import Field, Kind, act_form
from dashboards.components.long_table import long_table, with_cards
from dashboards.components.pieces import (
    Children,
    badge,
    chart,
    data_age,
    empty,
    notice,
    page,
    panel,
    table,
)
from dashboards.components.toolbar import choice_links, toolbar
from dashboards.components.twin import twin
from dashboards.figures.notice_bars import NoticeTexts, notice_bars
from dashboards.formats import NOTHING, number, short_instant
from dashboards.pages.notices.words import (
    GATEWAY_TONES,
    about_link,
    by_what,
    person_of,
    progress,
    way_word,
)
from dashboards.queries.notice_rows import NoticeBoard, NoticeTab
from dashboards.queries.rows import Answer
from dashboards.security.scope import Right
from dashboards.selection import Selection
from dashboards.viewer import Viewer
from energy.alerting.notices.gateway import GatewayKind
from energy.alerting.notices.reports import NoticeRow

PATH, TEXTS_PATH = "/notices", "/notices/texts"
TEST = "notice-test"
HEADS = ("queued", "about", "person", "by", "state", "text")


def path_of(tab: NoticeTab) -> str:
    """Return the address of a tab."""
    return PATH if tab is NoticeTab.ALL else f"{PATH}/{tab}"


def parts_links(viewer: Viewer, here: str) -> Component:
    """Return the two parts of the pages of notices."""
    parts = [
        (viewer.say("notices_page.outbox"), PATH, here == PATH),
        (viewer.say("notices_page.texts"), TEXTS_PATH, here == TEXTS_PATH),
    ]
    return choice_links(parts, "", viewer.say("notices_page.title"))


def notices_page(
    viewer: Viewer, answer: Answer[NoticeBoard], selection: Selection, *, zone: ZoneInfo
) -> Component:
    """Return the page of a tab."""
    board = answer.rows
    return page(
        viewer.say("notices_page.title"),
        [
            parts_links(viewer, PATH),
            None if board.planned else notice(viewer.say("notices_page.no_plan"), good=False),
            toolbar(viewer, selection, path_of(board.tab)),
            _tabs(viewer, board, selection),
            panel(
                viewer.say(f"notice_tab.{board.tab}"),
                _outbox(viewer, board, selection, zone),
                aside=data_age(viewer, answer.age_s, answer.as_of),
                name="notices",
            ),
            panel(
                viewer.say("notices_page.channels"),
                _channels(viewer, board, selection),
                name="channels",
            ),
            panel(
                viewer.say("notices_page.gateways"), _gateways(viewer, board, zone), name="gateways"
            ),
        ],
        name="notices",
    )


def _tabs(viewer: Viewer, board: NoticeBoard, selection: Selection) -> Component:
    tabs = [
        (f"{viewer.say(f'notice_tab.{tab}')} {board.counts[tab]}", path_of(tab), tab is board.tab)
        for tab in NoticeTab
    ]
    return choice_links(tabs, selection.search(), viewer.say("notices_page.states"))


def _outbox(
    viewer: Viewer, board: NoticeBoard, selection: Selection, zone: ZoneInfo
) -> list[Component | None]:
    what = "waiting" if board.tab is NoticeTab.WAITING else "queued_in"
    more = board.counts[board.tab] - len(board.rows)
    head = html.P(viewer.say(f"notices_page.{what}"), className="subtitle")
    if not board.rows:
        return [head, empty(viewer.say("notices_page.none"))]
    heads = [viewer.say(f"notices_page.{name}") for name in HEADS]
    rows: list[list[Children]] = [
        [
            short_instant(viewer.language, row.queued_at, zone),
            about_link(viewer, row),
            person_of(row, board.names),
            by_what(viewer, row),
            progress(viewer, row, zone),
            html.Span(row.text or NOTHING, className="notice-text"),
        ]
        for row in board.rows
    ]
    return [
        head,
        *with_cards(
            long_table(viewer, heads, rows, name="notice-table"),
            lambda: html.Ul(
                [_card(viewer, row, board, zone) for row in board.rows], className="cards"
            ),
        ),
        html.P(viewer.say("notices_page.more", count=more), className="subtitle")
        if more > 0
        else None,
        twin(viewer, f"notices_{board.tab}", selection.search()),
    ]


def _card(viewer: Viewer, row: NoticeRow, board: NoticeBoard, zone: ZoneInfo) -> Component:
    return html.Li(
        [
            html.Div(
                [
                    html.Span(about_link(viewer, row)),
                    short_instant(viewer.language, row.queued_at, zone),
                ],
                className="card-head",
            ),
            html.Div(
                " · ".join(
                    filter(
                        None,
                        (
                            board.names.get(row.contact) or row.contact,
                            way_word(viewer, row.way),
                            row.gateway,
                        ),
                    )
                )
            ),
            html.Div(progress(viewer, row, zone)),
            html.Div(row.text, className="card-what notice-text") if row.text else None,
        ]
    )


def _channels(viewer: Viewer, board: NoticeBoard, selection: Selection) -> list[Component | None]:
    head = html.P(viewer.say("notices_page.channels_what"), className="subtitle")
    if not board.statistics:
        return [head, empty(viewer.say("notices_page.none_sent"))]
    texts = NoticeTexts(
        delivered=viewer.say("notice_state.delivered"),
        handed=viewer.say("notices_page.unreceipted"),
        failed=viewer.say("notice_state.failed"),
        untaken=viewer.say("notices_page.untaken"),
        messages=viewer.say("notices_page.messages"),
    )
    names = ("handed", "delivered", "failed", "refused", "down", "segments", "cost", "wait_s")
    heads = [viewer.say("cli.notice_head.gateway")]
    heads += [f">{viewer.say(f'cli.notice_head.{name}')}" for name in names]
    rows = [
        [
            row.gateway,
            *(str(getattr(row, name)) for name in names[:6]),
            f"{number(viewer.language, row.cost)} {row.currency}".strip(),
            NOTHING if row.wait_s is None else number(viewer.language, Decimal(row.wait_s)),
        ]
        for row in board.statistics
    ]
    return [
        head,
        chart(
            notice_bars(board.statistics, theme=viewer.theme, texts=texts),
            chart_id="notice-bars",
            label=_summary(viewer, board),
            language=viewer.language,
        ),
        table(heads, rows, name="notice-statistics"),
        twin(viewer, "notice_statistics", selection.search()),
    ]


def _summary(viewer: Viewer, board: NoticeBoard) -> str:
    told = [
        viewer.say(
            "notices_page.channel_summary",
            gateway=row.gateway,
            handed=row.handed,
            delivered=row.delivered,
            failed=row.failed,
            cost=f"{number(viewer.language, row.cost)} {row.currency}".strip(),
        )
        for row in board.statistics
    ]
    return " ".join(told)


def _gateways(viewer: Viewer, board: NoticeBoard, zone: ZoneInfo) -> list[Component | None]:
    names = ("gateway", "way", "state", "taken", "arrived_last", "untaken_last", "waiting_now")
    heads = [viewer.say(f"notices_page.g_{name}") for name in names]
    heads[-1] = f">{heads[-1]}"
    rows: list[list[Children]] = [
        [
            row.gateway,
            way_word(viewer, row.way),
            badge(viewer.say(f"notice_gateway.{row.state}"), GATEWAY_TONES[row.state]),
            short_instant(viewer.language, row.handed_at, zone),
            short_instant(viewer.language, row.delivered_at, zone),
            [
                short_instant(viewer.language, row.tried_at, zone),
                html.Div(row.reason, className="card-what notice-small") if row.reason else None,
            ],
            str(row.waiting),
        ]
        for row in board.gateways
    ]
    body = (
        table(heads, rows, name="notice-gateways")
        if rows
        else empty(viewer.say("notices_page.no_gateways"))
    )
    return [
        html.P(viewer.say("notices_page.gateways_what"), className="subtitle"),
        body,
        twin(viewer, "notice_gateways", "") if rows else None,
        _test(viewer, board),
    ]


def _test(viewer: Viewer, board: NoticeBoard) -> Component | None:
    """Return the form that sends a test message, for who acts on alerts."""
    if not viewer.scope.may(Right.ACKNOWLEDGE) or not board.ways or not board.planned:
        return None
    ways = {str(kind): way_word(viewer, str(kind)) for kind in GatewayKind}
    there = [way for way in ways if any(way in each for each in board.ways.values())]
    fields = [
        Field(
            name="contact",
            label="notices_page.person",
            kind=Kind.CHOICE,
            choices={key: key for key in sorted(board.ways)},
            value=min(board.ways),
        ),
        Field(
            name="way",
            label="notices_page.g_way",
            kind=Kind.CHOICE,
            choices={way: ways[way] for way in there},
            value=there[0],
        ),
    ]
    return html.Div(
        [
            html.H3(viewer.say("notices_page.test")),
            html.P(viewer.say("notices_page.test_what"), className="subtitle"),
            act_form(viewer, TEST, "site", fields, button="notices_page.test_button", quiet=True),
        ]
    )

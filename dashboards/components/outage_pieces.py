"""In: outages. Out: their state, span, receipts and cards: the pieces of several pages. Pure."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

from dash import html
from dash.development.base_component import Component

from dashboards.components.pieces import badge, extra, icon, link
from dashboards.formats import clock_text, day_text
from dashboards.queries.outage_rows import OutageBoard, OutageLine
from dashboards.viewer import Viewer
from energy.alerting.outages.reads import OutageState, Receipts
from energy.base.period import local_day

PATH = "/outages"
SOON = timedelta(hours=24)
"""What begins within it is told beforehand on pages that are not about outages."""
STATE_TONE = {
    OutageState.DRAFT: "fair",
    OutageState.TOLD: "calm",
    OutageState.CHANGED: "fair",
    OutageState.CANCELLED: "calm",
    OutageState.ENDED: "good",
}
RECEIPT_PARTS = (("delivered", "good"), ("handed", "calm"), ("queued", "fair"), ("failed", "bad"))
"""What notices are counted by, and the tone of each; what was withdrawn is none any more."""


def plan_path(utility: str, node: str) -> str:
    """Return the address of what goes dark without a node."""
    return f"{PATH}/plan?utility={utility}&node={node}"


def state_badge(viewer: Viewer, line: OutageLine, now: datetime) -> Component:
    """Return how far an outage is as a word with its tone."""
    if line.state is OutageState.TOLD and line.runs(now):
        return badge(viewer.say("outage_page.off"), "bad")
    return badge(state_word(viewer, line), STATE_TONE[line.state])


def state_word(viewer: Viewer, line: OutageLine) -> str:
    """Return how far an outage is."""
    return viewer.say(f"cli.outage_state.{line.state}")


def span_text(viewer: Viewer, first: datetime, last: datetime, zone: ZoneInfo) -> str:
    """Return a span in the site's zone; its day once where it is one."""
    days = [day_text(viewer.language, local_day(at, zone)) for at in (first, last)]
    begin, end = (clock_text(viewer.language, at, zone) for at in (first, last))
    if days[0] == days[1]:
        return f"{days[0]} {begin}–{end}"
    return f"{days[0]} {begin} – {days[1]} {end}"


def receipts_text(viewer: Viewer, receipts: Receipts) -> str:
    """Return how many received a version, in words."""
    sent = sum(getattr(receipts, name) for name, _ in RECEIPT_PARTS)
    return viewer.say("outage_page.delivered", count=receipts.delivered, all=sent)


def receipts_bar(viewer: Viewer, receipts: Receipts) -> Component:
    """Return a version's receipts: a bar in parts, and each part with its number and word."""
    counts = [(name, tone, getattr(receipts, name)) for name, tone in RECEIPT_PARTS]
    sent = sum(count for _, _, count in counts)
    bar = [
        html.Span(className=f"receipt receipt-{tone}", style={"flexGrow": count})
        for _, tone, count in counts
        if count
    ]
    words = [
        html.Span(
            [
                html.Span(className=f"receipt-sign receipt-{tone}", **extra(aria_hidden="true")),
                html.Strong(str(count)),
                f" {viewer.say(f'outage_notice.{name}')}",
            ],
            className="receipt-word",
        )
        for name, tone, count in counts
        if count or name == "delivered"
    ]
    return html.Div(
        [
            html.Div(bar, className="receipt-bar", **extra(aria_hidden="true")) if sent else None,
            html.Div(words, className="receipt-words"),
        ],
        className="receipts",
    )


def outage_card(viewer: Viewer, line: OutageLine, *, zone: ZoneInfo, now: datetime) -> Component:
    """Return an outage as a card of a list."""
    affected = (
        viewer.say("outage_page.not_reviewed")
        if line.accounts is None
        else viewer.say("outage_page.accounts", count=line.accounts)
    )
    return html.Article(
        [
            html.Div(
                [
                    icon(f"utility-{line.utility}"),
                    link(html.Strong(line.name), f"{PATH}/{line.outage}"),
                    state_badge(viewer, line, now),
                ],
                className="outage-head",
            ),
            html.Div(
                span_text(viewer, line.begins_at, line.ends_at, zone), className="outage-span"
            ),
            html.Div(line.reason, className="outage-why"),
            html.Div(affected, className="outage-who"),
            None if line.receipts is None else receipts_bar(viewer, line.receipts),
        ],
        className="outage-card",
    )


def outage_cards(
    viewer: Viewer, lines: Sequence[OutageLine], *, zone: ZoneInfo, now: datetime
) -> Component:
    """Return outages as cards."""
    cards = [outage_card(viewer, line, zone=zone, now=now) for line in lines]
    return html.Div(cards, className="outage-cards")


def near(board: OutageBoard, now: datetime) -> tuple[OutageLine, ...]:
    """Return the outages that run, and those told of that begin soon."""
    soon = (line for line in board.ahead if line.holds and line.begins_at <= now + SOON)
    return (*board.running, *soon)


def outage_strip(
    viewer: Viewer, lines: Sequence[OutageLine], *, zone: ZoneInfo, now: datetime
) -> Component | None:
    """Return outages as lines of one panel; None where there is none."""
    if not lines:
        return None
    rows = [
        html.Li(
            [
                state_badge(viewer, line, now),
                link([icon(f"utility-{line.utility}"), line.name], f"{PATH}/{line.outage}"),
                html.Span(span_text(viewer, line.begins_at, line.ends_at, zone)),
                None
                if line.receipts is None
                else html.Span(receipts_text(viewer, line.receipts), className="outage-who"),
            ]
        )
        for line in lines
    ]
    title = viewer.say("nav.outages")
    return html.Section(
        [html.H2(link(title, PATH)), html.Ul(rows)],
        className="panel outage-strip",
        **extra(aria_label=title),
    )

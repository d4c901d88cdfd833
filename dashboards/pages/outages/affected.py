"""Step 5a. From: what goes dark with a node. To: who is affected and who is called. Pure."""

from __future__ import annotations

from collections.abc import Sequence

from dash import html
from dash.development.base_component import Component

from dashboards.components.pieces import Children, badge, empty, link, panel, table
from dashboards.components.twin import twin
from dashboards.formats import NOTHING
from dashboards.queries.outage_rows import AffectedRow, CalledRow, NodeLook
from dashboards.security.scope import Right
from dashboards.viewer import Viewer
from energy.alerting.notices.notice import LOST, NoticeState

MOST_ROWS = 40
"""Rows of the page; the table behind it and the files have all."""
MOST_DARK = 12
"""Nodes that are named."""
_TONES = {
    **dict.fromkeys(map(str, LOST), "bad"),
    str(NoticeState.DELIVERED): "good",
    str(NoticeState.QUEUED): "fair",
}


def affected_panel(
    viewer: Viewer, look: NodeLook, *, twin_name: str, aside: Children = None
) -> Component:
    """Return who goes dark, protected loads first; how many, for who sees no accounts.

    Args:
        viewer: Who looks.
        look: What goes dark.
        twin_name: Of the table behind it in dashboards/pages/tables.py.
        aside: What stands right of the heading.
    """
    return panel(
        viewer.say("outage_page.affected"),
        [
            _counts(viewer, look),
            html.P(_dark(viewer, look), className="subtitle"),
            *_rows(viewer, look, twin_name),
        ],
        aside=aside,
        name="outage-affected",
    )


def _counts(viewer: Viewer, look: NodeLook) -> Component:
    told = (("points", look.points), ("protected", look.protected), ("accounts", look.accounts))
    return html.Div(
        [
            html.Div(
                [
                    html.Strong(str(count), className="outage-number"),
                    html.Span(viewer.say(f"outage_page.count_{name}")),
                ],
                className="outage-count bad" if name == "protected" and count else "outage-count",
            )
            for name, count in told
        ],
        className="outage-counts",
    )


def _dark(viewer: Viewer, look: NodeLook) -> str:
    more = len(look.dark) - MOST_DARK
    names = ", ".join(look.dark[:MOST_DARK])
    return viewer.say(
        "outage_page.dark_more" if more > 0 else "outage_page.dark", names=names, count=more
    )


def _rows(viewer: Viewer, look: NodeLook, twin_name: str) -> list[Component | None]:
    if look.rows is None:
        return [empty(viewer.say("outage_page.not_shown"))]
    if not look.rows:
        return [empty(viewer.say("outage_page.nobody"))]
    heads = [viewer.say(f"outage_page.{name}") for name in ("load", "who_pays", "told")]
    more = len(look.rows) - MOST_ROWS
    return [
        table(heads, [_row(viewer, each) for each in look.rows[:MOST_ROWS]], name="outage-rows"),
        html.P(viewer.say("outage_page.more", count=more), className="subtitle")
        if more > 0
        else None,
        twin(viewer, twin_name, ""),
    ]


def _row(viewer: Viewer, row: AffectedRow) -> list[Children]:
    name = row.meter or row.point
    load: list[str | Component | None] = [
        link(name, f"/meters/{row.point}"),
        badge(protected_word(viewer, row.protected), "bad") if row.protected else None,
    ]
    return [html.Div(load, className="outage-load"), _who(viewer, row), _called(viewer, row)]


def protected_word(viewer: Viewer, kind: str) -> str:
    """Return why a point must not be cut; "" where it may."""
    return viewer.say(f"cli.prepay.protection.{kind}") if kind else ""


def _who(viewer: Viewer, row: AffectedRow) -> Children:
    if not row.account:
        return NOTHING
    if not viewer.scope.may(Right.READ_BILLS):
        return f"{row.party} · {row.account}" if row.party else row.account
    return [
        link(row.party or row.account, f"/tenants/{row.account}"),
        f" · {row.account}" if row.party else None,
    ]


def _called(viewer: Viewer, row: AffectedRow) -> Children:
    if row.called:
        return ", ".join(row.called)
    if not row.account:
        return NOTHING
    return badge(viewer.say("outage_page.cannot"), "bad")


def called_panel(
    viewer: Viewer,
    called: Sequence[CalledRow] | None,
    unreached: Sequence[str] | None,
    *,
    title: str,
) -> Component | None:
    """Return who is told, protected loads first, and whom nobody can tell; None where not shown.

    Args:
        viewer: Who looks.
        called: Who is told.
        unreached: Accounts of which no contact can be told.
        title: Key of the heading.
    """
    if called is None or not (called or unreached):
        return None
    body: list[Component | None] = [
        html.Ul([_contact(viewer, each) for each in called[:MOST_ROWS]], className="outage-called")
        if called
        else None,
        html.P(viewer.say("outage_page.more", count=len(called) - MOST_ROWS), className="subtitle")
        if len(called) > MOST_ROWS
        else None,
    ]
    if unreached:
        words = viewer.say("outage_page.unreached", accounts=", ".join(unreached))
        body.append(html.P([badge(viewer.say("outage_page.cannot"), "bad"), " ", words]))
    return panel(viewer.say(title), body, name="outage-called")


def _contact(viewer: Viewer, row: CalledRow) -> Component:
    return html.Li(
        [
            html.Span(
                [
                    html.Strong(row.name),
                    f" · {viewer.say(f'outage_way.{row.way}')}",
                ]
            ),
            badge(viewer.say("outage_page.protected_first"), "bad") if row.protected else None,
            badge(notice_word(viewer, row.state), _TONES.get(row.state, "calm"))
            if row.state
            else None,
        ]
    )


def notice_word(viewer: Viewer, state: str) -> str:
    """Return how far a notice is; "" where there is none yet."""
    return viewer.say(f"outage_notice.{state}") if state else ""

"""Step 5a. From: an outage or a node, and who looks. To: the forms of what may be done. Pure.

The page decides nothing: that nobody reviews what is one's own is the domain's demand.
"""

from __future__ import annotations

from zoneinfo import ZoneInfo

from dash import html
from dash.development.base_component import Component

from dashboards.components.act_form import Field, act_form
from dashboards.components.pieces import notice, panel
from dashboards.note_words import EXAMPLE, wall_text
from dashboards.pages.outages.acts import CANCEL, CHANGE, PLAN, REVIEW, about_node, about_outage
from dashboards.queries.outage_rows import NodeLook, OutagePage
from dashboards.security.scope import Right
from dashboards.viewer import Viewer


def plan_form(viewer: Viewer, look: NodeLook, position: int) -> Component | None:
    """Return the form that plans an outage of a node; None for who may not.

    Args:
        viewer: Who looks.
        look: The node.
        position: Of the journal at which the page was made.
    """
    if not viewer.scope.may(Right.ACKNOWLEDGE):
        return None
    return panel(
        viewer.say("outage_page.plan_panel"),
        [
            html.P(viewer.say("outage_page.plan_what"), className="subtitle"),
            act_form(
                viewer,
                PLAN,
                about_node(look.utility, look.node, position),
                _fields("", "", ""),
                button="outage_act.plan",
            ),
        ],
        name="outage-plan",
    )


def acts_panels(viewer: Viewer, told: OutagePage, *, zone: ZoneInfo) -> list[Component | None]:
    """Return what a person may do with an outage: review, change, cancel."""
    line = told.standing.line
    if line.state.over or not viewer.scope.may(Right.ACKNOWLEDGE):
        return []
    about = about_outage(line.outage, line.version)
    return [
        _review(viewer, told, about),
        panel(
            viewer.say("outage_page.change_panel"),
            [
                html.P(viewer.say("outage_page.change_what"), className="subtitle"),
                act_form(
                    viewer,
                    CHANGE,
                    about,
                    _fields(
                        wall_text(line.begins_at, zone), wall_text(line.ends_at, zone), line.reason
                    ),
                    button="outage_act.change",
                    quiet=True,
                ),
            ],
            name="outage-change",
        ),
        panel(
            viewer.say("outage_page.cancel_panel"),
            [
                html.P(
                    viewer.say(
                        "outage_page.cancel_told" if line.holds else "outage_page.cancel_silent"
                    ),
                    className="subtitle",
                ),
                act_form(
                    viewer,
                    CANCEL,
                    about,
                    [Field(name="reason", label="outage_act.reason")],
                    button="outage_act.cancel",
                    quiet=True,
                ),
            ],
            name="outage-cancel",
        ),
    ]


def _review(viewer: Viewer, told: OutagePage, about: str) -> Component | None:
    standing = told.standing
    if not standing.line.state.waits:
        return None
    title = viewer.say("outage_page.review_panel", version=standing.line.version)
    if standing.written_by == viewer.scope.person:
        words = viewer.say("outage_page.review_other")
        return panel(title, html.P(words, className="outage-wait"), name="outage-review")
    if told.refusal is not None:
        return panel(
            title,
            notice(viewer.say("outage_page.review_no_text"), good=False),
            name="outage-review",
        )
    number = 0 if told.look is None or told.look.called is None else len(told.look.called)
    return panel(
        title,
        [
            html.P(
                viewer.say("outage_page.review_what", author=standing.author, count=number),
                className="subtitle",
            ),
            act_form(viewer, REVIEW, about, [], button="outage_act.review"),
        ],
        name="outage-review",
    )


def _fields(first: str, last: str, reason: str) -> list[Field]:
    return [
        Field(name="first", label="outage_act.first", value=first, hint=EXAMPLE),
        Field(name="last", label="outage_act.last", value=last, hint=EXAMPLE),
        Field(name="reason", label="outage_act.work", value=reason),
    ]

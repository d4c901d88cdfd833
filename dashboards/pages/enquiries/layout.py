"""In: enquiries with what was said. Out: their page, and the form that asks. Pure."""

from __future__ import annotations

from collections.abc import Sequence
from zoneinfo import ZoneInfo

import dash_mantine_components as dmc
from dash import dcc, html
from dash.development.base_component import Component

from billing.enquiries.enquiry import LONGEST, Subject
from dashboards.components.pieces import badge, empty, page, panel
from dashboards.formats import instant_text
from dashboards.queries.portal_rows import AskedRow, SaidRow
from dashboards.viewer import Viewer

ASK, ASK_WORDS, ASK_LINE, ASKED = "enquiry-ask", "enquiry-words", "enquiry-line", "enquiry-asked"
SAY, SAY_WORDS, SAID = "enquiry-say", "enquiry-more", "enquiry-said"
WHOLE = "0"
"""Choice of the whole bill."""


def enquiries_page(
    viewer: Viewer, asked: Sequence[AskedRow], *, zone: ZoneInfo, own: bool
) -> Component:
    """Return enquiries, those that wait first; `own` for the tenant's side."""
    nothing = "enquiries.none_own" if own else "enquiries.none"
    return page(
        viewer.say("enquiries.title"),
        [_enquiry(viewer, each, zone, own=own) for each in asked] or [empty(viewer.say(nothing))],
        name="own-enquiries" if own else "enquiries",
    )


def _enquiry(viewer: Viewer, asked: AskedRow, zone: ZoneInfo, *, own: bool) -> Component:
    subject = f"about_{asked.subject}" if asked.charge is None else "about_line"
    about = viewer.say(f"enquiries.{subject}", about=asked.key, charge=asked.charge or 0)
    name = str(asked.enquiry)
    waits = asked.state == "asked"
    return panel(
        viewer.say("enquiries.of_account", about=about, account=asked.account),
        [
            *(_said(viewer, said, zone, own=own) for said in asked.said),
            _field(
                viewer.say("enquiries.more" if own else "enquiries.answer"),
                {"type": SAY_WORDS, "enquiry": name},
            ),
            html.Button(
                viewer.say("enquiries.send"),
                id={"type": SAY, "enquiry": name},
                className="button",
            ),
            html.Div(id={"type": SAID, "enquiry": name}),
        ],
        aside=badge(viewer.say(f"enquiries.{asked.state}"), "fair" if waits else "good"),
        name="enquiry",
    )


def _said(viewer: Viewer, said: SaidRow, zone: ZoneInfo, *, own: bool) -> Component:
    who = viewer.say("enquiries.office" if said.of_office else "enquiries.tenant")
    by = who if own and said.of_office else f"{who} · {said.name}"
    when = instant_text(viewer.language, said.said_at, zone)
    return html.Div(
        [html.P(f"{by}, {when}", className="subtitle"), html.P(said.words)],
        className="enquiry-word",
    )


def _field(label: str, name: dict[str, str]) -> Component:
    return html.Label(
        [html.Span(label), dcc.Textarea(id=name, maxLength=LONGEST, className="enquiry-field")],
        className="enquiry-label",
    )


def ask_form(viewer: Viewer, subject: Subject, key: str, lines: Sequence[str] = ()) -> Component:
    """Return the form by which a tenant asks.

    Args:
        viewer: Who looks.
        subject: What it is about.
        key: Number of the bill, or key of the point.
        lines: What the charge lines of the bill say, in order.
    """
    about = f"{subject}/{key}"
    choices = [{"value": WHOLE, "label": viewer.say("enquiries.whole")}] + [
        {"value": str(n), "label": f"{n} {text}"} for n, text in enumerate(lines, start=1)
    ]
    return panel(
        viewer.say("enquiries.ask"),
        [
            dmc.Select(
                id={"type": ASK_LINE, "about": about},
                label=viewer.say("enquiries.line"),
                data=choices,
                value=WHOLE,
                allowDeselect=False,
                style=None if lines else {"display": "none"},
            ),
            _field(viewer.say("enquiries.words"), {"type": ASK_WORDS, "about": about}),
            html.Button(
                viewer.say("enquiries.send"), id={"type": ASK, "about": about}, className="button"
            ),
            html.Div(id={"type": ASKED, "about": about}),
        ],
        name="ask",
    )

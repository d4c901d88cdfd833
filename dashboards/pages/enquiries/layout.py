"""In: enquiries with what was said. Out: their page, and the form that asks. Pure."""

from __future__ import annotations

from collections.abc import Sequence
from zoneinfo import ZoneInfo

from dash import html
from dash.development.base_component import Component

from billing.enquiries.enquiry import LONGEST, Subject
from dashboards.components.act_form import Field, Kind, act_form
from dashboards.components.pieces import badge, empty, link, page, panel
from dashboards.formats import instant_text
from dashboards.pages.enquiries.acts import ASK, SAY
from dashboards.queries.portal_rows import AskedRow, SaidRow
from dashboards.viewer import Viewer

WHOLE = "0"
"""Choice of the whole bill."""


def enquiries_page(
    viewer: Viewer, asked: Sequence[AskedRow], *, zone: ZoneInfo, own: bool
) -> Component:
    """Return enquiries, those that wait first; `own` for the tenant's side."""
    nothing = "enquiries.none_own" if own else "enquiries.none"
    return page(
        viewer.say("enquiries.title"),
        enquiry_panels(viewer, asked, zone=zone, own=own) or [empty(viewer.say(nothing))],
        name="own-enquiries" if own else "enquiries",
    )


def enquiry_panels(
    viewer: Viewer, asked: Sequence[AskedRow], *, zone: ZoneInfo, own: bool
) -> list[Component]:
    """Return one panel for each enquiry, with the field that goes on with it."""
    return [_enquiry(viewer, each, zone, own=own) for each in asked]


def _enquiry(viewer: Viewer, asked: AskedRow, zone: ZoneInfo, *, own: bool) -> Component:
    subject = f"about_{asked.subject}" if asked.charge is None else "about_line"
    about = viewer.say(f"enquiries.{subject}", about=asked.key, charge=asked.charge or 0)
    waits = asked.state == "asked"
    return panel(
        viewer.say("enquiries.of_account", about=about, account=asked.account),
        [
            *(_said(viewer, said, zone, own=own) for said in asked.said),
            None if own else _subject(viewer, asked),
            act_form(
                viewer,
                SAY,
                str(asked.enquiry),
                [_words("enquiries.more" if own else "enquiries.answer")],
                button="enquiries.send",
            ),
        ],
        aside=badge(viewer.say(f"enquiries.{asked.state}"), "fair" if waits else "good"),
        name="enquiry",
    )


def _subject(viewer: Viewer, asked: AskedRow) -> Component | None:
    """Return the link to what is asked about; at a charge line the walk to its readings begins."""
    if asked.subject == Subject.METER:
        said = viewer.say("enquiries.to_meter")
        return html.P(link(said, f"/meters/{asked.key}", name="to-it"))
    if asked.invoice is None:
        return None
    bill = f"/bills/{asked.invoice}"
    if asked.charge is None:
        return html.P(link(viewer.say("enquiries.to_bill"), bill, name="to-it"))
    there = f"{bill}/lines/{asked.charge}"
    return html.P(link(viewer.say("enquiries.to_line"), there, name="to-it"))


def _said(viewer: Viewer, said: SaidRow, zone: ZoneInfo, *, own: bool) -> Component:
    who = viewer.say("enquiries.office" if said.of_office else "enquiries.tenant")
    by = who if own and said.of_office else f"{who} · {said.name}"
    when = instant_text(viewer.language, said.said_at, zone)
    return html.Div(
        [html.P(f"{by}, {when}", className="subtitle"), html.P(said.words)],
        className="enquiry-word",
    )


def _words(label: str) -> Field:
    return Field(name="words", label=label, kind=Kind.WORDS, longest=LONGEST)


def ask_form(viewer: Viewer, subject: Subject, key: str, lines: Sequence[str] = ()) -> Component:
    """Return the form by which a tenant asks.

    Args:
        viewer: Who looks.
        subject: What it is about.
        key: Number of the bill, or key of the point.
        lines: What the charge lines of the bill say, in order.
    """
    choices = {WHOLE: viewer.say("enquiries.whole")} | {
        str(n): f"{n} {text}" for n, text in enumerate(lines, start=1)
    }
    line = Field(
        name="line", label="enquiries.line", kind=Kind.CHOICE, value=WHOLE, choices=choices
    )
    fields = [*([line] if lines else []), _words("enquiries.words")]
    form = act_form(viewer, ASK, f"{subject}/{key}", fields, button="enquiries.send")
    return panel(viewer.say("enquiries.ask"), form, name="ask")

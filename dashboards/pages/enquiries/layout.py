"""In: enquiries with what was said. Out: their page, and the form that asks. Pure."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from zoneinfo import ZoneInfo

from dash import html
from dash.development.base_component import Component

from billing.enquiries.enquiry import LONGEST, Subject
from dashboards.components.act_form import Field, Kind, act_form
from dashboards.components.pieces import badge, empty, link, page, panel
from dashboards.components.request_forms import rate_form
from dashboards.components.request_pieces import REQUESTS
from dashboards.formats import instant_text
from dashboards.pages.enquiries.acts import ANY, ASK, RATE, SAY
from dashboards.pages.subjects import about_seen
from dashboards.queries.portal_rows import AskedRow, SaidRow
from dashboards.security.scope import Right
from dashboards.viewer import Viewer
from energy.service.requests.kinds import RequestKind, RequestState

WHOLE = "0"
"""Choice of the whole bill."""


def enquiries_page(
    viewer: Viewer,
    asked: Sequence[AskedRow],
    *,
    zone: ZoneInfo,
    own: bool,
    subjects: Mapping[str, str] | None = None,
) -> Component:
    """Return enquiries, those that wait first.

    Args:
        viewer: Who looks.
        asked: The enquiries.
        zone: The site's zone.
        own: Whether it is the tenant's side.
        subjects: What a tenant may file something about: "bill/NUMBER" and so on -> words.
    """
    nothing = "enquiries.none_own" if own else "enquiries.none"
    panels = enquiry_panels(viewer, asked, zone=zone, own=own) or [empty(viewer.say(nothing))]
    return page(
        viewer.say("enquiries.title"),
        [file_form(viewer, subjects, words_of(asked)), *panels] if subjects else panels,
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
            _told(viewer, asked, zone, own=own),
            *(_said(viewer, said, zone, own=own) for said in asked.said),
            None if own else _subject(viewer, asked),
            _rating(viewer, asked) if own else None,
            act_form(
                viewer,
                SAY,
                about_seen(asked.enquiry, len(asked.said)),
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


def _told(viewer: Viewer, asked: AskedRow, zone: ZoneInfo, *, own: bool) -> Component | None:
    """Return number, state and promise of the request that an enquiry is."""
    told, kind = asked.request, viewer.say(f"cli.request_kind.{asked.kind}")
    if told is None:
        return html.P(kind, className="subtitle")
    state = badge(viewer.say(f"cli.request_state.{told.state}"), "good" if told.over else "calm")
    if not own:
        words = viewer.say("enquiries.to_request", number=told.number)
        to: Component = html.Span(words)
        if viewer.scope.may(Right.READ_REQUESTS):
            to = link(words, f"{REQUESTS}/{told.number}", name="to-it")
        return html.P([f"{kind} · ", to, " ", state], className="enquiry-told")
    number = html.Strong(viewer.say("enquiries.number", number=told.number))
    said: list[Component | str | None] = [number, f" · {kind} ", state]
    at = told.answer_by or told.solve_by
    if told.state == RequestState.PAUSED:
        said.append(f" {viewer.say('enquiries.waits_for_you')}")
    elif at is not None and not told.over:
        which = "answer_by" if told.answer_by else "solve_by"
        when = instant_text(viewer.language, at, zone)
        said.append(f" {viewer.say(f'enquiries.{which}', at=when)}")
        if told.late:
            said += [" ", badge(viewer.say("enquiries.late"), "bad")]
    if told.score is not None:
        said.append(f" {viewer.say('enquiries.score', score=told.score)}")
    return html.P(said, className="enquiry-told")


def _rating(viewer: Viewer, asked: AskedRow) -> Component | None:
    """Return the form of how content the tenant is; None before the end, and once it is said."""
    told = asked.request
    if told is None or not told.over or told.score is not None:
        return None
    return html.Div(rate_form(viewer, RATE, str(asked.enquiry)), className="enquiry-rate")


def words_of(asked: Sequence[AskedRow]) -> int:
    """Return how many words were said in enquiries, by which a form says what was seen."""
    return sum(len(each.said) for each in asked)


def file_form(viewer: Viewer, subjects: Mapping[str, str], seen: int) -> Component:
    """Return the form by which a tenant files something.

    Args:
        viewer: Who looks.
        subjects: What it may be about: "account/KEY", "meter/POINT", "bill/NUMBER" -> words.
        seen: How many words of enquiries stand beside the form.
    """
    about = Field(
        name="about",
        label="enquiries.about",
        kind=Kind.CHOICE,
        choices=subjects,
        value=next(iter(subjects)),
    )
    fields = [_kind(viewer, tuple(RequestKind)), about, _words("request_form.said")]
    form = act_form(viewer, ASK, f"{ANY}@{seen}", fields, button="enquiries.send")
    return panel(viewer.say("enquiries.new"), form, name="file")


def _kind(viewer: Viewer, kinds: Sequence[RequestKind]) -> Field:
    choices = {str(each): viewer.say(f"enquiries.kind_{each}") for each in kinds}
    first = str(RequestKind.ENQUIRY)
    return Field(
        name="kind", label="enquiries.kind", kind=Kind.CHOICE, choices=choices, value=first
    )


def _words(label: str) -> Field:
    return Field(name="words", label=label, kind=Kind.WORDS, longest=LONGEST)


def ask_form(
    viewer: Viewer, subject: Subject, key: str, lines: Sequence[str] = (), *, seen: int
) -> Component:
    """Return the form by which a tenant asks.

    Args:
        viewer: Who looks.
        subject: What it is about.
        key: Number of the bill, or key of the point.
        lines: What the charge lines of the bill say, in order.
        seen: How many words of enquiries stand beside the form.
    """
    choices = {WHOLE: viewer.say("enquiries.whole")} | {
        str(n): f"{n} {text}" for n, text in enumerate(lines, start=1)
    }
    line = Field(
        name="line", label="enquiries.line", kind=Kind.CHOICE, value=WHOLE, choices=choices
    )
    kinds = [each for each in RequestKind if each is not RequestKind.BILL_DISPUTE or lines]
    fields = [_kind(viewer, kinds), *([line] if lines else []), _words("enquiries.words")]
    form = act_form(viewer, ASK, f"{subject}/{key}@{seen}", fields, button="enquiries.send")
    return panel(viewer.say("enquiries.ask"), form, name="ask")

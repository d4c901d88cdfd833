"""In: an address of assured events or contingency plans. Out: its page. I/O by ports."""

from __future__ import annotations

from dash.development.base_component import Component

from dashboards.pages.assurance.emergencies import activation_page, contingency_page
from dashboards.pages.assurance.events import event_page, events_page
from dashboards.pages.parts import Parts
from dashboards.pages.view import Asked, view
from dashboards.shift_papers.cells import Reader
from dashboards.shift_papers.event_paper import EventPaper
from dashboards.viewer import Viewer


def _events(parts: Parts, viewer: Viewer, _asked: Asked) -> Component:
    answer = parts.queries.assured_events(viewer.scope)
    return events_page(viewer, answer, zone=parts.settings.zone)


def _event(parts: Parts, viewer: Viewer, asked: Asked) -> Component | None:
    answer = parts.queries.assured_event(viewer.scope, asked.match[1])
    return None if answer is None else event_page(viewer, answer, zone=parts.settings.zone)


def _contingency(parts: Parts, viewer: Viewer, _asked: Asked) -> Component:
    answer = parts.queries.contingency(viewer.scope)
    return contingency_page(viewer, answer, zone=parts.settings.zone)


def _activation(parts: Parts, viewer: Viewer, asked: Asked) -> Component | None:
    answer = parts.queries.activation(viewer.scope, asked.match[1])
    return None if answer is None else activation_page(viewer, answer, zone=parts.settings.zone)


def event_paper(parts: Parts, viewer: Viewer, number: str) -> bytes | None:
    """Return the report of an event as PDF; None: there is no such event."""
    answer = parts.queries.assured_event(viewer.scope, number)
    if answer is None:
        return None
    told, settings = answer.rows, parts.settings
    reader = Reader(
        language=viewer.language,
        zone=settings.zone,
        name_of=told.people.name,
        duty=told.people.duty,
    )
    paper = EventPaper(
        event=told.event,
        contents=told.report,
        answers=told.answers,
        allowed=told.allowed,
        reader=reader,
        site=settings.site_name,
        now=told.now,
    )
    return paper.pdf()


ASSURANCE_VIEWS = (
    view(r"/assurance", _events),
    view(r"/assurance/(V-[0-9]{4}-[0-9]{1,9})", _event),
    view(r"/contingency", _contingency),
    view(r"/contingency/(A-[0-9]{4}-[0-9]{1,9})", _activation),
)

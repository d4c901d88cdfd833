"""In: posts, slots, people of duty. Out: their names, marks and addresses for pages. Pure."""

from __future__ import annotations

from datetime import datetime
from zoneinfo import ZoneInfo

from dash import html
from dash.development.base_component import Component

from dashboards.components.outage_pieces import span_text
from dashboards.components.pieces import badge, link
from dashboards.formats import day_text
from dashboards.queries.duty_rows import Who
from dashboards.viewer import Viewer
from energy.base.period import Period
from energy.service.duty.names import DutyNames
from energy.service.duty.plan import SlotKey

PATH = "/duty"
PARTS = ("leave", "log", "handover")
LEAVE, LOG, HANDOVER = (f"{PATH}/{part}" for part in PARTS)
WRONG_TONE = {"rest": "fair", "unqualified": "fair"}
"""What is wrong with a slot and is no gap; all else is bad."""
CAUSES = frozenset({"leave", "swap", "change", "back"})


def slot_path(slot: SlotKey) -> str:
    """Return the address of a slot."""
    return f"{PATH}/slots/{slot}"


def at_path(at: datetime, zone: ZoneInfo) -> str:
    """Return the address of who is called at an instant, by the clock on the wall."""
    return f"{PATH}/at/{at.astimezone(zone):%Y-%m-%d/%H%M}"


def slot_words(viewer: Viewer, slot: SlotKey, names: DutyNames) -> str:
    """Return a slot in words: day, shift, post."""
    language = viewer.language
    shift, post = names.shift(slot.shift, language), names.post(slot.post, language)
    return f"{day_text(language, slot.day)} · {shift} · {post}"


def shift_text(viewer: Viewer, shift: str, period: Period, zone: ZoneInfo, names: DutyNames) -> str:
    """Return the name and the span of a shift."""
    span = span_text(viewer, period.start, period.end, zone)
    return viewer.say("duty_page.shift", shift=names.shift(shift, viewer.language), span=span)


def name_of(viewer: Viewer, who: Who) -> list[Component]:
    """Return a person's name, with a mark where no notice reaches the person."""
    found: list[Component] = [html.Bdi(who.name, className="duty-name")]
    if not who.reachable:
        mark = badge(viewer.say("duty_page.unreachable"), "fair")
        found.append(html.Span(mark, title=viewer.say("duty_page.unreachable_what")))
    return found


def cause_badge(viewer: Viewer, cause: str, instead: str) -> Component | None:
    """Return why a slot is not as published, and in whose place somebody stands there."""
    if cause not in CAUSES:
        return None
    words = viewer.say(f"duty_page.cause_{cause}")
    mark = badge(words, "calm")
    if not instead:
        return mark
    told: Component = html.Span(
        [mark, html.Span(viewer.say("duty_page.instead", name=instead), className="duty-instead")],
        className="duty-cause",
    )
    return told


def wrong_badge(viewer: Viewer, kind: str) -> Component:
    """Return what is wrong with a slot as a word with its tone."""
    return badge(viewer.say(f"duty_page.wrong_{kind}"), WRONG_TONE.get(kind, "bad"))


def crumb(viewer: Viewer) -> list[Component]:
    """Return the way back to the page of duty."""
    return [link(viewer.say("nav.duty"), PATH)]


def parts_of(viewer: Viewer, here: str) -> Component:
    """Return the links between the pages of duty."""
    pages = (("nav.duty", PATH), *((f"duty_{key}.title", f"{PATH}/{key}") for key in PARTS))
    links = [
        link(viewer.say(key), path, name="seg seg-on" if path == here else "seg")
        for key, path in pages
    ]
    drawn: Component = html.Nav(links, className="segs duty-parts")
    return drawn

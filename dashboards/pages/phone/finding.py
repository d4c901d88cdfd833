"""In: a scanned or typed text. Out: the meter's page to open, or what to say. I/O by ports."""

from __future__ import annotations

from dash import html
from dash.development.base_component import Component

from dashboards.components.pieces import link, notice
from dashboards.pages.parts import Parts
from dashboards.pages.phone.entry import printable
from dashboards.pages.phone.layout import HOME, LONGEST_SOUGHT
from dashboards.queries.phone_rows import FoundMeter
from dashboards.viewer import Viewer
from energy.metering.label import Label, read_label


def found(parts: Parts, viewer: Viewer, text: str) -> str | Component:
    """Return the path of the one meter that a text names, else what to say.

    Raises:
        NotPermittedError: The person lacks the role.
    """
    sought = printable(text)[:LONGEST_SOUGHT]
    label = read_label(sought)
    if label is not None:
        return _labelled(parts, viewer, label)
    meters = parts.queries.find_meters(viewer.scope, sought)
    if len(meters) == 1:
        return path_of(meters[0])
    if not meters:
        return notice(viewer.say("phone.none", text=_short(sought)), good=False)
    return _choice(meters)


def path_of(meter: FoundMeter) -> str:
    """Return the address of a meter's page."""
    return f"{HOME}/meters/{meter.point}"


def _labelled(parts: Parts, viewer: Viewer, label: Label) -> str | Component:
    """Return the page of a label's meter; another site's, or another meter's, is told first."""
    if label.site != parts.settings.site_key:
        words = viewer.say("phone.other_site", site=label.site, own=parts.settings.site_key)
        return notice(words, good=False)
    meters = parts.queries.find_meters(viewer.scope, label.point)
    mine = next((each for each in meters if each.point == label.point), None)
    if mine is None:
        return notice(viewer.say("phone.none", text=label.point), good=False)
    if label.serial in {"", mine.serial}:
        return path_of(mine)
    words = viewer.say(
        "phone.other_serial", label=label.serial, serial=mine.serial or "–", point=mine.point
    )
    return html.Div([notice(words, good=False), _choice((mine,))])


def _choice(meters: tuple[FoundMeter, ...]) -> Component:
    rows = [
        html.Li(
            [
                html.Div(link(each.name, path_of(each)), className="card-head"),
                html.Div(
                    " · ".join(part for part in (each.point, each.serial, each.place) if part),
                    className="card-what",
                ),
            ]
        )
        for each in meters
    ]
    return html.Ul(rows, className="cards phone-choice")


def _short(text: str) -> str:
    return text if len(text) <= 40 else f"{text[:40]}…"

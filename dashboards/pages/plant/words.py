"""In: values of a diagram. Out: their words, stale ones marked as such. Pure."""

from __future__ import annotations

from datetime import datetime
from zoneinfo import ZoneInfo

from dash import html
from dash.development.base_component import Component

from dashboards.components.figure_number import Why, why_text
from dashboards.components.pieces import age_text, extra
from dashboards.formats import RATE_NAMES, STEP_UP, clock_text, gauge_text, number, significant
from dashboards.queries.one_line_rows import (
    GaugeValue,
    LineNode,
    OneLine,
    Position,
    Rate,
    StateValue,
)
from dashboards.viewer import Viewer
from energy.base.text import catalogue
from energy.base.units import Utility

TONES = {
    Position.CLOSED: "good",
    Position.OPEN: "calm",
    Position.READY: "good",
    Position.TRIPPED: "bad",
    Position.UNKNOWN: "fair",
}


def until_ms(at: datetime, fresh_s: int, *, stale: bool = False) -> str:
    """Return when a value becomes stale, 0 for already, for assets/plant.js. [ms since the epoch].

    Args:
        at: When it was told.
        fresh_s: Age from which on it is stale. [s]
        stale: Whether it is, whatever its age.
    """
    return "0" if stale else str(int((at.timestamp() + fresh_s) * 1000))


def rate_text(viewer: Viewer, utility: Utility, rate: Rate) -> str:
    """Return a rate with its unit: "1,234 kW"."""
    return f"{number(viewer.language, significant(rate.value))} {RATE_NAMES[utility]}"


def aged(
    viewer: Viewer,
    text: str,
    *,
    at: datetime,
    fresh_s: int,
    stale: bool,
    now: datetime,
    zone: ZoneInfo,
    name: str = "",
    why: Why | None = None,
) -> Component:
    """Return a value that is struck through with its age once it is stale.

    It becomes so by itself (assets/plant.js), also when the server is gone.

    Args:
        viewer: Who looks.
        text: The value with its unit.
        at: When it was told.
        fresh_s: From which age on it is stale. [s]
        stale: Whether it is stale already.
        now: The present.
        zone: The site's zone.
        name: For CSS.
        why: What it rests on.
    """
    since = (
        age_text(viewer, int((now - at).total_seconds()))
        if stale
        else viewer.say("one_line.last", at=clock_text(viewer.language, at, zone))
    )
    told = {} if why is None else {"data_why": why_text(viewer, why)}
    return html.Span(
        text,
        className=" ".join(word for word in ("aged", name, "stale" if stale else "") if word),
        **extra(data_until=until_ms(at, fresh_s, stale=stale), data_last=since, **told),
    )


def aged_rate(
    viewer: Viewer,
    rows: OneLine,
    rate: Rate,
    *,
    zone: ZoneInfo,
    name: str = "",
    why: Why | None = None,
) -> Component:
    """Return a node's rate as `aged` shows a value."""
    return aged(
        viewer,
        rate_text(viewer, rows.utility, rate),
        at=rate.at,
        fresh_s=rate.fresh_s,
        stale=rate.stale,
        now=rows.now,
        zone=zone,
        name=name,
        why=why,
    )


def why_rate(viewer: Viewer, node: LineNode, rate: Rate, *, now: datetime, as_of: int) -> Why:
    """Return what a node's rate rests on."""
    return Why(
        source=node.name,
        formula=viewer.say(f"one_line_from.{rate.known}", count=rate.meters),
        age_s=int((now - rate.at).total_seconds()),
        as_of=as_of,
    )


def value_text(viewer: Viewer, value: GaugeValue) -> str:
    """Return a gauge's value with its unit."""
    shown, unit = value.value, viewer.unit(value.unit)
    if unit == "W" and abs(shown) >= STEP_UP * 1000:
        shown, unit = shown / 1000, "kW"
    return gauge_text(viewer.language, significant(shown), "" if unit == "1" else unit).strip()


def short_text(viewer: Viewer, value: GaugeValue) -> str:
    """Return a gauge's value as a box has room for it."""
    key = f"short.{value.quantity}"
    if key in catalogue():
        shown = number(viewer.language, significant(value.value).normalize())
        return viewer.say(key, value=shown)
    return value_text(viewer, value)


def kind_word(viewer: Viewer, kind: str) -> str:
    """Return the word for a kind of node; one unknown to the catalogue as it is."""
    key = f"supply_kind.{kind}"
    return viewer.say(key) if key in catalogue() else kind.replace("_", " ")


def position_word(viewer: Viewer, position: Position, state: StateValue | None) -> Component:
    """Return what a switch says; once its word is stale, assets/plant.js says that it is unknown.

    Args:
        viewer: Who looks.
        position: As far as it is known now.
        state: The channel that tells; None where people declare it.
    """
    word = viewer.say(f"position.{position}")
    name = f"badge badge-{TONES[position]} position"
    if state is None:
        return html.Span(f"{word}, {viewer.say('one_line.declared')}", className=name)
    if state.at is None or position is Position.UNKNOWN:
        return html.Span(word, className=name)
    unknown = viewer.say("position.unknown")
    until = until_ms(state.at, state.fresh_s)
    return html.Span(word, className=name, **extra(data_until=until, data_unknown=unknown))


def state_text(viewer: Viewer, state: StateValue) -> str:
    """Return what a state says, in words; for one without a meaning its count."""
    if state.count is None or state.at is None:
        return viewer.say("position.unknown")
    if state.position is None:
        return viewer.say("one_line.count", count=state.count)
    return viewer.say(f"position.{state.position}")

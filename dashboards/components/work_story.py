"""In: what happened to an incident or an order, its clocks. Out: both, explained. Pure."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime, timedelta
from uuid import UUID
from zoneinfo import ZoneInfo

from dash import html
from dash.development.base_component import Component

from dashboards.components.pieces import Children, extra, facts, link, panel
from dashboards.components.work_pieces import clock_badge, clock_words, span_words
from dashboards.formats import instant_text, short_instant
from dashboards.queries.request_rows import RequestLine
from dashboards.queries.work_rows import IncidentLine
from dashboards.viewer import Viewer
from energy.service.work.checklist import Answer as Asks
from energy.service.work.checklist import CheckItem
from energy.service.work.clock import Pause, Standing
from energy.service.work.reads import FactRow

_PLAIN = ("words", "reason", "item", "number", "unit", "value")
_TONE = {
    "opened": "calm",
    "paused": "fair",
    "offered": "fair",
    "refused": "bad",
    "cancelled": "bad",
    "reopened": "bad",
    "resolved": "good",
    "closed": "good",
    "done": "good",
    "signed": "good",
}
Links = Mapping[str, tuple[str, str]]
"""Id of a thing that is named in a story -> its number and its address."""


def story_panel(
    viewer: Viewer,
    history: Sequence[FactRow],
    names: Mapping[UUID, str],
    *,
    zone: ZoneInfo,
    links: Links,
    items: Sequence[CheckItem] = (),
) -> Component:
    """Return what happened, in the order of time.

    Args:
        viewer: Who looks.
        history: What happened.
        names: Of everybody in it.
        zone: The site's zone.
        links: Where things that are named lead.
        items: Questions of the checklist, as far as answers are among it.
    """
    asked = {each.key: each for each in items}
    rows = [_fact(viewer, fact, names, zone, links, asked) for fact in history]
    return panel(
        viewer.say("cli.work.history"), html.Ol(rows, className="work-story"), name="work-story"
    )


def _fact(
    viewer: Viewer,
    fact: FactRow,
    names: Mapping[UUID, str],
    zone: ZoneInfo,
    links: Links,
    asked: Mapping[str, CheckItem],
) -> Component:
    act = fact.act.partition(".")[2]
    person = names.get(fact.person, "?") if fact.person else ""
    told = [] if act == "opened" else _told(viewer, fact.told, names, links)
    if act == "answered" and (item := asked.get(str(fact.told.get("item")))):
        told = [answer_words(viewer, item, str(fact.told.get("value", "")))]
    return html.Li(
        [
            html.Div(
                [
                    html.Strong(viewer.say(f"cli.work_act.{act}")),
                    html.Span(person),
                    html.Span(
                        instant_text(viewer.language, fact.at, zone), className="work-story-at"
                    ),
                ],
                className="work-story-head",
            ),
            html.Div(told, className="work-story-told") if told else None,
        ],
        className=f"work-fact work-fact-{_TONE.get(act, 'plain')}",
    )


def answer_words(viewer: Viewer, item: CheckItem, value: str) -> str:
    """Return a question with its answer, as the checklist shows both."""
    said = viewer.say(f"cli.work.{value}") if item.answer is Asks.YES_NO else value
    return f"{viewer.named(item.ask)} · {said} {item.unit}".rstrip()


def _told(
    viewer: Viewer, told: Mapping[str, object], names: Mapping[UUID, str], links: Links
) -> list[Component | str]:
    """Return the words of what happened, with the things that they are about."""
    found: list[Component | str] = []
    for name, part in (
        ("waits_for", "cli.work_waits"),
        ("problem", "cli.work_problem"),
        ("cause", "alert_cause"),
    ):
        if name in told:
            found.append(viewer.say(f"{part}.{told[name]}"))
    found += [names.get(UUID(str(told[name])), "?") for name in ("to", "person") if name in told]
    for name in ("order", "child", "parent"):
        if str(told.get(name)) in links:
            found.append(link(*links[str(told[name])]))
    if words := " ".join(str(told[name]) for name in _PLAIN if name in told):
        found.append(words)
    return [part for each in found for part in (" · ", each)][1:]


def clocks_panel(
    viewer: Viewer,
    line: IncidentLine | RequestLine,
    *,
    version: int,
    zone: ZoneInfo,
    aside: Children,
) -> Component:
    """Return both clocks of an incident or a request: how they stand, and what they count.

    Args:
        viewer: Who looks.
        line: The incident or the request.
        version: Of the service levels that it was opened under.
        zone: The site's zone.
        aside: What stands beside the heading.
    """
    level, heard = line.level, line.row.heard_at
    words = viewer.say(
        "work_clock.counts",
        level=viewer.named(level.name),
        version=version,
        counting=viewer.say(f"cli.work.{level.counting}"),
        at=instant_text(viewer.language, heard, zone),
    )
    clocks = (
        ("response", line.clocks.response, level.response_min, line.row.responded_at, ()),
        (
            "resolution",
            line.clocks.resolution,
            level.resolution_min,
            line.row.resolved_at,
            line.row.pauses,
        ),
    )
    return panel(
        viewer.say("work_clock.title"),
        [
            html.Div(
                [
                    _clock(viewer, name, standing, minutes, stopped, pauses, zone)
                    for name, standing, minutes, stopped, pauses in clocks
                ],
                className="work-clocks",
            ),
            html.P(words, className="subtitle"),
        ],
        aside=aside,
        name="work-clocks",
    )


def _clock(
    viewer: Viewer,
    name: str,
    standing: Standing,
    minutes: int,
    stopped: datetime | None,
    pauses: Sequence[Pause],
    zone: ZoneInfo,
) -> Component:
    target, working = timedelta(minutes=minutes), standing.working
    tone = clock_words(viewer, standing)[1]
    share = min(100, 100 * standing.used // target)
    pairs: list[tuple[str, Children]] = [
        (viewer.say("work_clock.promised"), span_words(viewer, target, working=working)),
        (
            viewer.say("work_clock.used"),
            span_words(viewer, standing.used, working=working),
        ),
    ]
    if standing.due_at is not None:
        at = instant_text(viewer.language, standing.due_at, zone)
        pairs.append((viewer.say("work_page.head_due"), at))
    if stopped is not None:
        at = instant_text(viewer.language, stopped, zone)
        pairs.append((viewer.say("work_clock.stopped"), at))
    if pauses:
        told = [html.Div(_pause(viewer, each, zone)) for each in pauses]
        pairs.append((viewer.say("work_clock.pauses"), told))
    title = viewer.say(f"work_clock.{name}")
    return html.Div(
        [
            html.Div([html.H3(title), clock_badge(viewer, standing)], className="work-clock-head"),
            html.Div(
                html.Span(className=f"work-used work-used-{tone}", style={"width": f"{share}%"}),
                className="work-bar",
                **extra(aria_hidden="true"),
            ),
            facts(pairs, name="work-clock-facts"),
        ],
        className="work-clock",
    )


def _pause(viewer: Viewer, pause: Pause, zone: ZoneInfo) -> str:
    begin = short_instant(viewer.language, pause.begin, zone)
    if pause.end is None:
        return viewer.say("work_clock.since", at=begin)
    return f"{begin} – {short_instant(viewer.language, pause.end, zone)}"

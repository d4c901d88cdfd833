"""Step 5a. From: the plant pages' answers. To: their layouts. Pure."""

from __future__ import annotations

from zoneinfo import ZoneInfo

from dash import html
from dash.development.base_component import Component

from dashboards.components.pieces import (
    badge,
    data_age,
    empty,
    extra,
    icon,
    link,
    page,
    panel,
    table,
)
from dashboards.components.twin import twin
from dashboards.pages.plant.detail import events_panel, node_panel
from dashboards.pages.plant.drawing import diagram
from dashboards.pages.plant.works import plants_panel
from dashboards.queries.one_line_rows import OneLine, StationRow
from dashboards.queries.plant_rows import Plant
from dashboards.queries.rows import Answer
from dashboards.selection import Selection
from dashboards.viewer import Viewer

PATH = "/plant"
LINE = "one-line"


def index_page(
    viewer: Viewer,
    stations: Answer[tuple[StationRow, ...]],
    plants: Answer[tuple[Plant, ...]],
    week: Selection,
) -> Component:
    """Return the list of substations, and that of plants over some days."""
    shown = [_stations(viewer, stations), plants_panel(viewer, plants, week)]
    return page(viewer.say("plant.title"), shown, name="plant")


def _stations(viewer: Viewer, answer: Answer[tuple[StationRow, ...]]) -> Component:
    title = viewer.say("plant.stations")
    if not answer.rows:
        return panel(title, empty(viewer.say("plant.no_station")), name="stations")
    heads = ("utility", "station", ">nodes", ">meters", "alerts")
    return panel(
        title,
        table(
            [
                (">" if name.startswith(">") else "") + viewer.say(f"plant.{name.lstrip('>')}")
                for name in heads
            ],
            [
                [
                    html.Span(
                        [icon(f"utility-{row.utility}"), viewer.say(f"utility.{row.utility}")]
                    ),
                    link(row.name, f"{PATH}/{row.key}?utility={row.utility}"),
                    str(row.nodes),
                    str(row.meters),
                    badge(str(row.alerts), "bad" if row.alerts else "good"),
                ]
                for row in answer.rows
            ],
            name="stations",
        ),
        aside=data_age(viewer, answer.age_s, answer.as_of),
        name="stations",
    )


def one_line_page(
    viewer: Viewer, answer: Answer[OneLine], selected: str, *, zone: ZoneInfo
) -> Component:
    """Return the page of a one-line diagram."""
    rows = answer.rows
    crumbs: list[str | Component | None] = [link(viewer.say("plant.title"), PATH)]
    crumbs += [link(node.name, _address(rows, node.key)) for node in rows.trail]
    live = html.Div(
        live_part(viewer, answer, selected, zone=zone), id={"type": LINE, "key": rows.root}
    )
    name = f"one_line~{rows.utility}~{rows.root}"
    whole = panel(viewer.say("one_line.every"), twin(viewer, name, ""), name="line-table")
    return page(rows.name, [live, whole], name="one-line", crumbs=crumbs)


def _address(rows: OneLine, key: str) -> str:
    return f"{PATH}/{key}?utility={rows.utility}"


def live_part(
    viewer: Viewer, answer: Answer[OneLine], selected: str, *, zone: ZoneInfo
) -> Component:
    """Return what news change: the drawing, the selected node, the events."""
    rows = answer.rows
    utility = viewer.say(f"utility.{rows.utility}")
    base = f"{_address(rows, rows.root)}&node="
    return html.Div(
        [
            panel(
                viewer.say("one_line.title"),
                [
                    html.P(viewer.say("one_line.what", utility=utility), className="subtitle"),
                    html.P(viewer.say("one_line.old"), className="line-old", role="status"),
                    diagram(viewer, answer, selected, base, zone=zone),
                ],
                aside=data_age(viewer, answer.age_s, answer.as_of),
                name="one-line",
            ),
            html.Div(
                [
                    html.Div(node_panel(viewer, answer, zone=zone)),
                    html.Div(events_panel(viewer, rows, zone=zone)),
                ],
                className="columns columns-even",
            ),
        ],
        className="stack line-live",
        **extra(data_plant_now=str(int(rows.now.timestamp() * 1000))),
    )

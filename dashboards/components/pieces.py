"""In: rows and a viewer. Out: badges, panels, ages: the small pieces of every page. Pure."""

from __future__ import annotations

from collections.abc import Sequence
from fractions import Fraction
from typing import Any

import dash_mantine_components as dmc
from dash import dcc, html
from dash.development.base_component import Component

from dashboards.formats import percent_text
from dashboards.theme import chart_config
from dashboards.viewer import Viewer
from energy.base.quality import Quality

Children = str | Component | Sequence[str | Component | None] | None

QUALITY_TONE: dict[Quality, str] = {
    Quality.MEASURED: "good",
    Quality.CORRECTED: "good",
    Quality.MANUAL: "good",
    Quality.ESTIMATED: "fair",
    Quality.INTERPOLATED: "fair",
    Quality.SUSPECT: "bad",
    Quality.MISSING: "bad",
}
SEVERITY_TONE: dict[str, str] = {
    "critical": "bad",
    "high": "bad",
    "medium": "fair",
    "low": "calm",
}
NEARLY_ALL = Fraction(95, 100)
"""From this part on a gap is small. [1]"""
STALE_S = 3600
"""A reading older than this is called old. [s]"""


def extra(**attributes: str) -> dict[str, Any]:
    """Return HTML attributes whose names hold a hyphen: `extra(aria_label="...")`."""
    return {name.replace("_", "-"): text for name, text in attributes.items()}


def icon(name: str) -> Component:
    """Return an icon of assets/icons in the colour of its text; decoration only."""
    return html.Span(className=f"icon icon-{name}", **extra(aria_hidden="true"))


def badge(text: str, tone: str) -> Component:
    """Return a word with the shape and colour of its tone: good, fair, bad or calm."""
    return html.Span([icon(f"tone-{tone}"), text], className=f"badge badge-{tone}")


def quality_badge(viewer: Viewer, quality: Quality) -> Component:
    """Return the word for a quality."""
    return badge(viewer.say(f"quality.{quality.name.lower()}"), QUALITY_TONE[quality])


def share_badge(viewer: Viewer, key: str, share: Fraction) -> Component:
    """Return how much is known as a per cent; all of it is good, nearly all fair.

    Args:
        viewer: Who looks.
        key: Text of the catalogue with the place {share}.
        share: Known part. [1]
    """
    tone = "good" if share == 1 else "fair" if share >= NEARLY_ALL else "bad"
    return badge(viewer.say(key, share=percent_text(share)), tone)


def severity_word(viewer: Viewer, severity: str) -> str:
    """Return the word for a severity; one unknown to the catalogue stands as it is."""
    return viewer.say(f"severity.{severity}") if severity in SEVERITY_TONE else severity


def severity_badge(viewer: Viewer, severity: str) -> Component:
    """Return a severity as word, icon and colour."""
    return badge(severity_word(viewer, severity), SEVERITY_TONE.get(severity, "calm"))


def age_text(viewer: Viewer, age_s: int | None) -> str:
    """Return an age in its largest whole unit. [s]."""
    if age_s is None:
        return viewer.say("age.none")
    for unit, length_s in (("d", 86_400), ("h", 3600), ("min", 60)):
        if age_s >= 2 * length_s:
            return viewer.say(f"age.{unit}", n=age_s // length_s)
    return viewer.say("age.s", n=max(age_s, 0))


def data_age(viewer: Viewer, age_s: int | None, as_of: int) -> Component:
    """Return how old the newest reading behind a panel is, and the position it reflects."""
    stale = age_s is None or age_s > STALE_S
    return html.Span(
        viewer.say("age.panel", age=age_text(viewer, age_s)),
        className="data-age stale" if stale else "data-age",
        title=viewer.say("age.position", position=as_of),
    )


def panel(title: str, children: Children, *, aside: Children = None, name: str) -> Component:
    """Return a card with a heading.

    Args:
        title: Heading.
        children: Content.
        aside: What stands right of the heading, often the data age.
        name: Name for CSS and tests.
    """
    return html.Section(
        [
            html.Header(
                [html.H2(title), html.Div(aside, className="panel-aside")],
                className="panel-head",
            ),
            html.Div(children, className="panel-body"),
        ],
        className=f"panel panel-{name}",
        **extra(aria_label=title),
    )


def tile(title: str, value: Component, *below: str | Component | None) -> Component:
    """Return a card with one large number and what stands below it."""
    return html.Article(
        [
            html.Header(html.H2(title), className="tile-head"),
            html.P(value, className="tile-value"),
            html.P(
                [html.Span(each) if isinstance(each, str) else each for each in below if each],
                className="tile-before tile-row",
            ),
        ],
        className="panel tile",
    )


def chart(figure: dict[str, Any], *, chart_id: str, label: str, language: str) -> Component:
    """Return a chart with a text summary for those who do not see it."""
    config: Any = chart_config(language)
    graph = dcc.Graph(id=chart_id, figure=figure, config=config, className="chart-graph")
    return html.Div(graph, role="img", className="chart", **extra(aria_label=label))


def link(text: Children, href: str, *, name: str = "") -> Component:
    """Return a link inside the site that loads no new page."""
    return dcc.Link(text, href=href, className=f"link {name}".strip())


def table(head: Sequence[str], rows: Sequence[Sequence[Children]], *, name: str) -> Component:
    """Return a plain table that scrolls sideways on a small screen.

    Args:
        head: Column titles; one that starts with ">" is right-aligned.
        rows: Cells.
        name: Name for CSS and tests.
    """
    right = [title.startswith(">") for title in head]
    body = [
        html.Tr(
            [
                html.Td(cell, className="right" if aligned else None)
                for cell, aligned in zip(row, right, strict=True)
            ]
        )
        for row in rows
    ]
    titles = [
        html.Th(title.removeprefix(">"), scope="col", className="right" if aligned else None)
        for title, aligned in zip(head, right, strict=True)
    ]
    return html.Div(
        html.Table([html.Thead(html.Tr(titles)), html.Tbody(body)], className=f"table {name}"),
        className="table-scroll",
        tabIndex="0",
    )


def facts(pairs: Sequence[tuple[str, Children]], *, name: str) -> Component:
    """Return a list of terms with their values: a plate, a clause."""
    return html.Dl(
        [html.Div([html.Dt(term), html.Dd(value)]) for term, value in pairs],
        className=f"facts {name}",
    )


def empty(text: str) -> Component:
    """Return what stands where there is nothing."""
    return html.P(text, className="empty")


def notice(text: str, *, good: bool) -> Component:
    """Return the answer to a command."""
    alert: Component = dmc.Alert(
        text, color="teal" if good else "red", className="notice", radius="md"
    )
    return alert


def page(title: str, children: Children, *, name: str, crumbs: Children = None) -> Component:
    """Return a page's content; `data-ready` tells tests that it is complete."""
    return html.Div(
        [
            html.Div([html.Nav(crumbs, className="crumbs") if crumbs else None, html.H1(title)]),
            *([children] if isinstance(children, str | Component) else children or []),
        ],
        className=f"page page-{name}",
        **extra(data_ready=name),
    )

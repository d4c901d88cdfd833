"""Step 5a. From: how loud a time was. To: the page of EEMUA 191 figures and bad actors. Pure."""

from __future__ import annotations

from dash import html
from dash.development.base_component import Component

from dashboards.components.pieces import Children, badge, data_age, empty, page, panel, table
from dashboards.components.toolbar import toolbar
from dashboards.components.twin import twin
from dashboards.formats import NOTHING
from dashboards.pages.rules.layout import parts_links
from dashboards.pages.rules.words import ACTORS
from dashboards.queries.rows import Answer
from dashboards.selection import Selection
from dashboards.viewer import Viewer
from energy.alerting.actors import (
    MEAN_AT_MOST,
    MOST_AT_MOST,
    STALE_AT_MOST,
    TOP_SHARE_AT_MOST,
    Figures,
    figure_texts,
    share_text,
)

MARKS = {
    "mean": f"≤ {MEAN_AT_MOST}",
    "most": f"≤ {MOST_AT_MOST}",
    "top_share": f"≤ {share_text(TOP_SHARE_AT_MOST)}",
    "chattering": "0",
    "stale": f"≤ {STALE_AT_MOST}",
}
"""How much is manageable (EEMUA 191, 3rd edition)."""


def actors_page(viewer: Viewer, answer: Answer[Figures], selection: Selection) -> Component:
    """Return the page of the figures."""
    found = answer.rows
    heads = [viewer.say("rules_page.figure"), f">{viewer.say('rules_page.value')}"]
    heads += [f">{viewer.say('rules_page.mark')}", viewer.say("rules_page.state")]
    rows: list[list[Children]] = [
        [
            viewer.say(f"cli.actors.{name}"),
            value,
            MARKS.get(name, NOTHING),
            _verdict(viewer, name, found),
        ]
        for name, value in figure_texts(found).items()
    ]
    return page(
        viewer.say("rules_page.part_actors"),
        [
            parts_links(viewer, ACTORS),
            toolbar(viewer, selection, ACTORS),
            panel(
                viewer.say("rules_page.figures"),
                [
                    html.P(viewer.say("rules_page.figures_what"), className="subtitle"),
                    table(heads, rows, name="loud-figures"),
                    twin(viewer, "alert_figures", selection.search()),
                ],
                aside=data_age(viewer, answer.age_s, answer.as_of),
                name="figures",
            ),
            panel(
                viewer.say("rules_page.loudest"), _loudest(viewer, found, selection), name="loudest"
            ),
        ],
        name="loudness",
    )


def _verdict(viewer: Viewer, name: str, found: Figures) -> Children:
    if name not in MARKS:
        return NOTHING
    beyond = name in found.beyond
    return badge(
        viewer.say("rules_page.beyond" if beyond else "rules_page.within"),
        "bad" if beyond else "good",
    )


def _loudest(viewer: Viewer, found: Figures, selection: Selection) -> list[Component | None]:
    if not found.actors:
        return [empty(viewer.say("rules_page.silent"))]
    heads = [viewer.say("rules_page.about")]
    heads += [f">{viewer.say(f'rules_page.{name}')}" for name in ("times", "share", "stood")]
    heads.append(viewer.say("rules_page.chatters"))
    rows: list[list[Children]] = [
        [
            html.Span(each.what, className="rule-words"),
            str(each.raised),
            share_text(each.share),
            f"{each.standing_s / 3600:.1f} h",
            badge(viewer.say("rules_page.yes"), "bad") if each.chatters else NOTHING,
        ]
        for each in found.actors
    ]
    return [
        table(heads, rows, name="loudest"),
        twin(viewer, "alert_loudest", selection.search()),
    ]

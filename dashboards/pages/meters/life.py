"""Step 5a. From: a metering point's life. To: the panels of its page. Pure."""

from __future__ import annotations

from zoneinfo import ZoneInfo

from dash import html
from dash.development.base_component import Component

from dashboards.components.figure_number import Why, figure_number
from dashboards.components.pieces import (
    chart,
    data_age,
    empty,
    panel,
    quality_badge,
    share_badge,
    table,
)
from dashboards.components.quality_grid import counts_text
from dashboards.components.toolbar import span_text, toolbar
from dashboards.components.twin import twin
from dashboards.figures.meter_span import SpanTexts, meter_span
from dashboards.formats import amount, instant_text, short_instant
from dashboards.pages.meters.life_words import LISTS
from dashboards.queries.life_rows import MeterLife
from dashboards.queries.rows import Answer
from dashboards.selection import Selection
from dashboards.viewer import Viewer
from energy.base.quality import Quality

MOST_ROWS = 12
"""Rows that a list of the page has; the table behind it has all."""
WHOLE_LIFE = {"served", "journal"}
"""Lists that go beyond the selected days: their instants say the year."""


def life_panels(
    viewer: Viewer, answer: Answer[MeterLife], selection: Selection, *, zone: ZoneInfo
) -> list[Component | None]:
    """Return the picker and what the selected days hold, then the point's whole life."""
    gaps, found, *whole = (_list(viewer, answer, selection, name, zone) for name in LISTS)
    return [
        toolbar(viewer, selection, f"/meters/{answer.rows.point}"),
        _span(viewer, answer, selection, zone),
        html.Div([html.Div(gaps), html.Div(found)], className="columns columns-even"),
        *whole,
    ]


def _span(
    viewer: Viewer, answer: Answer[MeterLife], selection: Selection, zone: ZoneInfo
) -> Component:
    life = answer.rows
    title = viewer.say("life_page.span", span=span_text(viewer, selection))
    if life.usage is None or life.utility is None:
        return panel(title, empty(viewer.say("meter.no_usage")), name="span")
    texts = SpanTexts(
        register=viewer.say("life_page.register"),
        usage=viewer.say("meter.usage_word"),
        missing=viewer.say("load.missing"),
        quality={q: viewer.say(f"quality.{q.name.lower()}") for q in Quality},
    )
    figure = meter_span(life, zone=zone, language=viewer.language, theme=viewer.theme, texts=texts)
    said = viewer.say("life_page.midnights" if life.midnights else "life_page.readings")
    return panel(
        title,
        [
            _used(viewer, answer),
            html.P(said, className="subtitle") if life.register else None,
            chart(figure, chart_id="span-chart", label=title, language=viewer.language),
            twin(viewer, f"life_usage~{life.point}", selection.search()),
        ],
        aside=data_age(viewer, answer.age_s, answer.as_of),
        name="span",
    )


def _used(viewer: Viewer, answer: Answer[MeterLife]) -> Component:
    """Return what was used in the selected days, how well that is known, and the worst of it."""
    life = answer.rows
    assert life.usage is not None, "a point whose usage is counted"
    assert life.utility is not None, "what counts usage has a utility"
    known = life.usage.quality < Quality.SUSPECT
    used = int(life.usage.usage[known].sum()) if known.any() else None
    why = Why(
        source=viewer.say("why.channel", quantity=life.quantity, point=life.point),
        formula=viewer.say("why.span", counts=counts_text(viewer, life.whole)),
        age_s=answer.age_s,
        as_of=answer.as_of,
    )
    number = figure_number(viewer, *amount(viewer.language, life.utility, used), why, name="tile")
    share = life.whole.score
    kinds = [Quality(int(code)) for code in sorted(set(life.usage.quality[known].tolist()))]
    return html.Div(
        [
            number,
            share_badge(viewer, "meter.complete", share) if share is not None else None,
            *(quality_badge(viewer, kind) for kind in kinds),
        ],
        className="completeness span-used",
    )


def _list(
    viewer: Viewer, answer: Answer[MeterLife], selection: Selection, name: str, zone: ZoneInfo
) -> Component:
    title = viewer.say(f"life_page.{name}")
    told = instant_text if name in WHOLE_LIFE else short_instant
    rows = LISTS[name](viewer, answer.rows, lambda at: told(viewer.language, at, zone))
    if not rows.cells:
        return panel(title, empty(viewer.say(f"life_page.{name}_none")), name=f"life-{name}")
    more = len(rows.cells) - MOST_ROWS
    note = viewer.say("life_page.more", count=more)
    return panel(
        title,
        [
            table(rows.heads, rows.cells[:MOST_ROWS], name=f"life-{name}"),
            html.P(note, className="subtitle") if more > 0 else None,
            twin(viewer, f"life_{name}~{answer.rows.point}", selection.search()),
        ],
        aside=data_age(viewer, answer.age_s, answer.as_of),
        name=f"life-{name}",
    )

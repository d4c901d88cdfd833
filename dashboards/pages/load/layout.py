"""Step 5a. From: the load page's answers. To: its layout. Pure."""

from __future__ import annotations

from decimal import Decimal
from zoneinfo import ZoneInfo

from dash import html
from dash.development.base_component import Component

from dashboards.components.figure_number import Why, figure_number
from dashboards.components.pieces import chart, data_age, empty, page, panel, share_badge, tile
from dashboards.components.toolbar import span_text, toolbar
from dashboards.components.twin import twin
from dashboards.figures.load_days import days_of, duration, peak_of, week_hours
from dashboards.figures.load_range import RangeTexts, load_range
from dashboards.figures.load_shapes import duration_curve, night_trend, week_heatmap
from dashboards.formats import (
    RATE_NAMES,
    amount,
    amount_text,
    number,
    rate_of,
    short_instant,
    significant,
    weekday_names,
)
from dashboards.pages.load.view_model import LoadModel
from dashboards.queries.load_rows import LoadRange
from dashboards.queries.rows import Answer
from dashboards.selection import Compare, Selection
from dashboards.viewer import Viewer

PATH = "/load"
SHAPES_FROM = 7
"""Hours of the week are drawn from here on. [d]"""
COMPARISONS = (
    Compare.PREVIOUS,
    Compare.WEEKDAY,
    Compare.YEAR,
    Compare.PLAN,
    Compare.BASELINE,
    Compare.PLACE,
)


def load_page(
    viewer: Viewer, model: LoadModel, selection: Selection, *, zone: ZoneInfo
) -> Component:
    """Return the page."""
    bar = toolbar(
        viewer,
        selection,
        PATH,
        utilities=model.utilities,
        places=model.places,
        comparisons=COMPARISONS,
    )
    title = viewer.say("load_page.title")
    if model.load is None:
        said = "overview.no_meters" if model.utility is None else "load_page.no_place"
        return page(title, [bar, empty(viewer.say(said))], name="load")
    answer = model.load
    return page(
        title,
        [
            bar,
            html.Div(_tiles(viewer, answer, zone), className="tiles"),
            _curve(viewer, answer, selection, zone),
            *_shapes(viewer, answer.rows, selection, zone),
        ],
        name="load",
    )


def _tiles(viewer: Viewer, answer: Answer[LoadRange], zone: ZoneInfo) -> list[Component]:
    rows, curve = answer.rows, answer.rows.curve
    due = rows.due()
    known, expected = int(curve.known[:due].sum()), int(curve.meters[:due].sum())
    used = int(curve.usage[:due].sum()) if known else None
    peak = peak_of(curve)
    tiles = [
        tile(
            viewer.say("load_page.usage"),
            figure_number(
                viewer,
                *amount(viewer.language, rows.utility, used),
                _why(viewer, answer, "load", known=known, expected=expected),
                name="tile",
            ),
            share_badge(viewer, "tile.known", rows.known_share()) if expected else "",
            _change(viewer, rows, used),
        ),
    ]
    rate = RATE_NAMES[rows.utility]
    if peak is not None:
        minutes = curve.step_s // 60

        def drawn(value: float, how: str) -> Component:
            why = _why(viewer, answer, how, minutes=minutes)
            return figure_number(viewer, _rate(viewer, value), rate, why, name="tile")

        tiles.append(
            tile(
                viewer.say("load_page.peak", minutes=minutes),
                drawn(rate_of(rows.utility, peak[0], curve.step_s), "peak"),
                short_instant(viewer.language, peak[1], zone),
            )
        )
        mean = rate_of(rows.utility, int(curve.usage[curve.whole].sum()), curve.step_s)
        mean /= int(curve.whole.sum())
        factor = 100 * mean / rate_of(rows.utility, peak[0], curve.step_s)
        least = rate_of(rows.utility, int(curve.usage[curve.whole].min()), curve.step_s)
        said = viewer.say("load_page.factor", share=_rate(viewer, factor))
        tiles.append(tile(viewer.say("load_page.mean"), drawn(mean, "mean"), said))
        tiles.append(tile(viewer.say("load_page.least"), drawn(least, "least"), ""))
    return tiles


def _rate(viewer: Viewer, value: float) -> str:
    return number(viewer.language, significant(Decimal(repr(value))))


def _why(viewer: Viewer, answer: Answer[LoadRange], how: str, **told: int) -> Why:
    """Return what a number of the selected load rests on."""
    utility = viewer.say(f"utility.{answer.rows.utility}")
    return Why(
        source=viewer.say("why.site", utility=utility),
        formula=viewer.say(f"why.{how}", **told),
        age_s=answer.age_s,
        as_of=answer.as_of,
    )


def _change(viewer: Viewer, rows: LoadRange, used: int | None) -> str:
    """Return how the usage stands to that beside it, over the same part of both times."""
    beside = rows.beside
    if beside is None or not used:
        return ""
    part = min(rows.due(), len(beside.usage))
    if not part or not beside.whole[:part].all() or not rows.curve.whole[:part].all():
        return viewer.say("load_page.change_unknown")
    other = int(beside.usage[:part].sum())
    text = amount_text(viewer.language, rows.utility, other)
    if not other:
        return viewer.say("load_page.beside", amount=text)
    change = Decimal((used - other) * 100) / other
    sign = "+" if change > 0 else ""
    share = f"{sign}{number(viewer.language, change.quantize(Decimal('0.1')))} %"
    return viewer.say("load_page.change", share=share, amount=text)


def _curve(
    viewer: Viewer, answer: Answer[LoadRange], selection: Selection, zone: ZoneInfo
) -> Component:
    rows = answer.rows
    texts = RangeTexts(
        measured=viewer.say("load.measured"),
        shaped=viewer.say("load.shaped"),
        partial=viewer.say("load.partial"),
        beside=rows.beside_place or viewer.say(f"compare.{selection.compare}"),
        band=viewer.say("load_page.band"),
        mean=viewer.say("load_page.mean"),
    )
    figure = load_range(rows, zone=zone, language=viewer.language, theme=viewer.theme, texts=texts)
    said = viewer.say(
        "load_page.what",
        utility=viewer.say(f"utility.{rows.utility}"),
        place=rows.place or viewer.say("toolbar.site"),
        span=span_text(viewer, selection),
        minutes=rows.curve.step_s // 60,
    )
    return panel(
        viewer.say("load_page.curve"),
        [
            html.P(said, className="subtitle"),
            None
            if rows.beside is not None or selection.compare is Compare.NONE
            else html.P(viewer.say(f"load_page.none_{selection.compare}"), className="subtitle"),
            chart(figure, chart_id="load-range", label=said, language=viewer.language),
            twin(viewer, "load", selection.search()),
        ],
        aside=data_age(viewer, answer.age_s, answer.as_of),
        name="load-range",
    )


def _shapes(
    viewer: Viewer, rows: LoadRange, selection: Selection, zone: ZoneInfo
) -> list[Component]:
    if not rows.curve.whole.any():
        return []
    utility, theme, language = rows.utility, viewer.theme, viewer.language
    shares, values = duration(rows, rows.curve)
    shapes = [
        _shape(
            viewer,
            "duration",
            duration_curve(
                shares, values, utility=utility, theme=theme, axis=viewer.say("load_page.share")
            ),
        )
    ]
    if selection.days >= SHAPES_FROM:
        days = [day for day in days_of(rows, rows.curve, zone) if day.greatest is not None]
        means = week_hours(rows, zone)
        names = weekday_names(language)
        heat = week_heatmap(means, utility=utility, theme=theme, weekdays=names)
        night = night_trend(days, utility=utility, language=language, theme=theme)
        shapes += [_shape(viewer, "week", heat), _shape(viewer, "night", night)]
    return [html.Div(shapes, className="columns columns-shapes")]


def _shape(viewer: Viewer, name: str, figure: dict[str, object]) -> Component:
    said = viewer.say(f"load_page.{name}_what")
    return html.Div(
        panel(
            viewer.say(f"load_page.{name}"),
            [
                html.P(said, className="subtitle"),
                chart(figure, chart_id=f"load-{name}", label=said, language=viewer.language),
            ],
            name=f"load-{name}",
        )
    )

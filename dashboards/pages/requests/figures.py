"""Step 5a. From: the figures of a month and of those before it. To: their page. Pure."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date, timedelta

from dash import html
from dash.development.base_component import Component

from dashboards.components.pieces import (
    Children,
    chart,
    data_age,
    empty,
    facts,
    link,
    page,
    panel,
    table,
)
from dashboards.components.request_pieces import ARTICLES, REQUESTS
from dashboards.components.toolbar import choice_links
from dashboards.components.twin import twin
from dashboards.components.work_pieces import span_words
from dashboards.figures.request_months import MonthBar, month_bars
from dashboards.formats import NOTHING, month_short, month_text
from dashboards.queries.request_rows import MonthFigures
from dashboards.queries.rows import Answer
from dashboards.viewer import Viewer
from energy.service.requests.figures import Figures, Part

FIGURES = f"{REQUESTS}/figures"
_OF_LEVELS = {"level", "complaint"}


def figures_page(viewer: Viewer, answer: Answer[MonthFigures]) -> Component:
    """Return how the desk did in a month."""
    told = answer.rows.told
    before, after = told.month - timedelta(days=1), (told.month + timedelta(days=31))
    steps = [
        (month_text(viewer.language, day), _path(day), day == told.month)
        for day in (before.replace(day=1), told.month, after.replace(day=1))
    ]
    return page(
        viewer.say("request_page.figures"),
        [
            html.P(viewer.say("request_page.figures_what"), className="subtitle"),
            choice_links(steps, "", viewer.say("request_page.figures")),
            panel(
                month_text(viewer.language, told.month),
                facts(_facts(viewer, told), name="work-facts"),
                aside=data_age(viewer, answer.age_s, answer.as_of),
                name="request-figures",
            ),
            _months(viewer, answer.rows),
            _counts(viewer, told, answer.rows.named),
            _units(viewer, told, answer.rows.named),
            _uses(viewer, answer.rows),
        ],
        name="request-figures",
        crumbs=[
            link(viewer.say("nav.requests"), REQUESTS),
            html.Span(viewer.say("request_page.figures")),
        ],
    )


def _path(day: date) -> str:
    return f"{FIGURES}?at={day.isoformat()}"


def _facts(viewer: Viewer, told: Figures) -> list[tuple[str, Children]]:
    used = NOTHING if told.median_used is None else span_words(viewer, told.median_used)
    score = NOTHING if told.satisfaction is None else str(told.satisfaction)
    pairs: list[tuple[str, Children]] = [
        ("heard", str(told.heard)),
        ("response", part_words(told.response)),
        ("resolution", part_words(told.resolution)),
        ("first_contact", part_words(told.first_contact)),
        ("median", used),
        ("satisfaction", f"{score} ({told.rated})" if told.rated else NOTHING),
    ]
    return [(viewer.say(f"cli.request_figure.{name}"), words) for name, words in pairs]


def part_words(part: Part) -> str:
    """Return so many of so many, with per cent."""
    return f"{part.of_them}/{part.all_of} ({part.percent} %)" if part.all_of else NOTHING


def _months(viewer: Viewer, told: MonthFigures) -> Component:
    every = (*told.before, told.told)
    title = viewer.say("request_page.months")
    bars = [
        MonthBar(
            name=month_short(viewer.language, each.month),
            kept=each.resolution.of_them,
            broken=each.resolution.all_of - each.resolution.of_them,
            under_way=max(each.heard - each.resolution.all_of, 0),
        )
        for each in every
    ]
    names = {key: viewer.say(f"request_page.bar_{key}") for key in ("kept", "broken", "under_way")}
    figure = month_bars(bars, names=names, theme=viewer.theme)
    return panel(
        title,
        [
            chart(figure, chart_id="request-months", label=title, language=viewer.language),
            twin(viewer, "request_figures", f"?at={told.told.month.isoformat()}"),
        ],
        name="request-months",
    )


def _counts(viewer: Viewer, told: Figures, names: Mapping[str, Mapping[str, str]]) -> Component:
    rows: list[list[Children]] = [
        [
            viewer.say(f"cli.request_head.{name}"),
            _key(viewer, name, key, names),
            str(many),
        ]
        for name, keys in told.counts.items()
        for key, many in keys.items()
    ]
    heads = [viewer.say("cli.request_head.by"), viewer.say("cli.request_head.key")]
    heads.append(f">{viewer.say('cli.request_head.requests')}")
    body = table(heads, rows, name="request-counts") if rows else _none(viewer)
    return panel(viewer.say("request_page.counts"), body, name="request-counts")


def _none(viewer: Viewer) -> Component:
    return empty(viewer.say("request_page.none_heard"))


def _key(viewer: Viewer, name: str, key: str, names: Mapping[str, Mapping[str, str]]) -> str:
    if name in _OF_LEVELS:
        return viewer.named(names[key]) if key in names else key
    return viewer.say(f"cli.request_{name}.{key}")


def _units(
    viewer: Viewer, told: Figures, names: Mapping[str, Mapping[str, str]]
) -> Component | None:
    if not told.units:
        return None
    heads = [viewer.say("cli.request_head.unit")]
    parts = ("judged", "justified", "points")
    heads += [f">{viewer.say(f'cli.request_head.{name}')}" for name in parts]
    rows: list[list[Children]] = [
        [
            viewer.named(names[each.unit]) if each.unit in names else each.unit,
            *(str(getattr(each, name)) for name in parts),
        ]
        for each in told.units
    ]
    title = viewer.say("request_page.units")
    return panel(title, table(heads, rows, name="request-units"), name="request-units")


def _uses(viewer: Viewer, told: MonthFigures) -> Component | None:
    if not told.uses:
        return None
    heads = [viewer.say("cli.request_head.article")]
    parts = ("requests", "over", "first_contact", "score")
    heads += [f">{viewer.say(f'cli.request_head.{name}')}" for name in parts]
    rows: list[list[Children]] = [
        [
            link(each.key, f"{ARTICLES}/{each.key}"),
            str(each.requests),
            str(each.over),
            str(each.first_contact),
            NOTHING if each.satisfaction is None else str(each.satisfaction),
        ]
        for each in told.uses
    ]
    title = viewer.say("request_page.uses")
    return panel(title, table(heads, rows, name="article-uses"), name="article-uses")

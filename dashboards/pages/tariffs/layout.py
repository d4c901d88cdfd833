"""In: answers about tariffs. Out: the list of versions, and a version with its weeks. Pure."""

from __future__ import annotations

from collections.abc import Mapping
from zoneinfo import ZoneInfo

import dash_mantine_components as dmc
from dash import html
from dash.development.base_component import Component

from billing.tariffs.week import Week
from dashboards.components.long_table import long_table
from dashboards.components.pieces import (
    Children,
    badge,
    chart,
    data_age,
    empty,
    extra,
    facts,
    link,
    page,
    panel,
    table,
)
from dashboards.figures.tariff_week import clock, stretches, tariff_week
from dashboards.formats import day_text, instant_text, number, weekday_names
from dashboards.queries.rows import Answer
from dashboards.queries.tariff_rows import BandRow, TariffPage, TariffRow
from dashboards.viewer import Viewer, key_word
from energy.base.period import WEEKDAYS

TRY = "tariff-account"
"""Field whose choice opens the trial."""
MOST_ROWS = 100


def path_of(row: TariffRow) -> str:
    """Return the address of a version."""
    return f"/tariffs/{row.tariff}/{row.valid_from}/{row.version}"


def name_of(viewer: Viewer, row: TariffRow) -> str:
    """Return a tariff's name; its key where the version cannot be read."""
    return viewer.named(row.names) if row.names else row.tariff


def tariff_list(
    viewer: Viewer, answer: Answer[tuple[TariffRow, ...]], *, zone: ZoneInfo
) -> Component:
    """Return the page of all versions."""
    title = viewer.say("tariff_page.title")
    if not answer.rows:
        return page(title, empty(viewer.say("tariff_page.none")), name="tariffs")
    heads = ("tariff", "utility", "valid_from", "version", "state", "published")
    rows: list[list[Children]] = [
        [
            link(name_of(viewer, row), path_of(row)),
            viewer.say(f"utility.{row.utility}"),
            day_text(viewer.language, row.valid_from),
            str(row.version),
            _state(viewer, row),
            instant_text(viewer.language, row.published_at, zone),
        ]
        for row in answer.rows[:MOST_ROWS]
    ]
    return page(
        title,
        panel(
            viewer.say("tariff_page.versions", count=len(answer.rows)),
            long_table(
                viewer, [viewer.say(f"tariff_page.{head}") for head in heads], rows, name="tariffs"
            ),
            aside=data_age(viewer, answer.age_s, answer.as_of),
            name="tariffs",
        ),
        name="tariffs",
    )


def _state(viewer: Viewer, row: TariffRow) -> Component:
    if row.withdrawn is not None:
        return badge(viewer.say("tariff_page.withdrawn"), "bad")
    if row.in_force:
        return badge(viewer.say("tariff_page.in_force"), "good")
    return badge(viewer.say("tariff_page.not_in_force"), "calm")


def tariff_page(viewer: Viewer, answer: Answer[TariffPage], *, zone: ZoneInfo) -> Component:
    """Return the page of one version."""
    rows = answer.rows
    return page(
        name_of(viewer, rows.row),
        [
            panel(
                viewer.say("tariff_page.version"),
                _facts(viewer, rows, zone),
                aside=data_age(viewer, answer.age_s, answer.as_of),
                name="tariff",
            ),
            *_weeks(viewer, rows),
            _form(viewer, rows),
        ],
        name="tariff",
        crumbs=[link(viewer.say("tariff_page.title"), "/tariffs"), html.Span(rows.row.tariff)],
    )


def _facts(viewer: Viewer, rows: TariffPage, zone: ZoneInfo) -> Component:
    row, until = rows.row, rows.valid_to
    pairs: list[tuple[str, str | Component]] = [
        (viewer.say("tariff_page.state"), _state(viewer, row)),
        (viewer.say("tariff_page.valid_from"), day_text(viewer.language, row.valid_from)),
        (viewer.say("tariff_page.version"), str(row.version)),
        (viewer.say("tariff_page.utility"), viewer.say(f"utility.{row.utility}")),
        (
            viewer.say("tariff_page.published"),
            instant_text(viewer.language, row.published_at, zone),
        ),
        (viewer.say("tariff_page.charges"), ", ".join(viewer.named(n) for n in rows.charges)),
    ]
    if until is not None:
        pairs.insert(2, (viewer.say("tariff_page.valid_to"), day_text(viewer.language, until)))
    if row.withdrawn is not None:
        pairs.append((viewer.say("tariff_page.withdrawn"), row.withdrawn))
    return facts(pairs, name="tariff")


def _weeks(viewer: Viewer, rows: TariffPage) -> list[Component]:
    if not rows.weeks:
        said = viewer.say("tariff_page.one_price")
        return [panel(viewer.say("tariff_page.week"), empty(said), name="tariff-week")]
    ranks = {band.letter: band.rank for band in rows.bands}
    head = [
        viewer.say("tariff_page.letter"),
        viewer.say("tariff_page.band"),
        ">" + viewer.say("tariff_page.price", currency=rows.currency, unit=viewer.unit(rows.unit)),
    ]
    bands = [[band.letter, viewer.named(band.names), _price(viewer, band)] for band in rows.bands]
    return [
        panel(viewer.say("tariff_page.bands"), table(head, bands, name="bands"), name="bands"),
        *(_week(viewer, week, ranks) for week in rows.weeks),
    ]


def _price(viewer: Viewer, band: BandRow) -> str:
    if band.price is None:
        return viewer.say("tariff_page.stepped")
    return number(viewer.language, band.price)


def _week(viewer: Viewer, week: Week, ranks: Mapping[str, int]) -> Component:
    short = weekday_names(viewer.language)
    days = [
        short[WEEKDAYS.index(d)] if d in WEEKDAYS else key_word(viewer, "day_class", d)
        for d, _ in week.rows
    ]
    season = key_word(viewer, "season", week.season)
    title = viewer.say("tariff_page.week_of", season=season)
    figure = tariff_week(week, ranks, days, theme=viewer.theme)
    told = [
        [day, " · ".join(f"{x} {clock(a)}–{clock(b)}" for x, a, b in stretches(cells))]
        for day, (_, cells) in zip(days, week.rows, strict=True)
    ]
    heads = [viewer.say("tariff_page.day"), viewer.say("tariff_page.times")]
    return panel(
        title,
        [
            chart(
                figure,
                chart_id=f"week-{week.season}",
                label=viewer.say("tariff_page.week_label", season=season),
                language=viewer.language,
            ),
            html.Details(
                [html.Summary(viewer.say("twin.show")), table(heads, told, name="week")],
                className="twin",
            ),
        ],
        name="tariff-week",
    )


def _form(viewer: Viewer, rows: TariffPage) -> Component | None:
    """Return the field that tries the version on an account's last year."""
    if not rows.accounts:
        return None
    field = dmc.Select(
        id={"type": TRY, "path": path_of(rows.row)},
        data=[{"value": key, "label": f"{key} {name}"} for key, name in rows.accounts],
        placeholder=viewer.say("tariff_page.choose"),
        searchable=True,
        size="sm",
        className="toolbar-select",
        **extra(aria_label=viewer.say("tariff_page.choose")),
    )
    said = html.P(viewer.say("tariff_page.try_what"), className="subtitle")
    return panel(viewer.say("tariff_page.try"), [said, field], name="trial")

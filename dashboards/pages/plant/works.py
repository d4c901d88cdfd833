"""Step 5a. From: what plants did. To: their list and one's page. Pure."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from decimal import Decimal
from zoneinfo import ZoneInfo

from dash import html
from dash.development.base_component import Component

from dashboards.components.figure_number import Why, figure_number
from dashboards.components.pieces import (
    Children,
    badge,
    chart,
    data_age,
    empty,
    link,
    page,
    panel,
    table,
    tile,
)
from dashboards.components.toolbar import span_text, toolbar
from dashboards.components.twin import twin
from dashboards.figures.plant_efficiency import EfficiencyTexts, plant_efficiency, points_of
from dashboards.formats import (
    NOTHING,
    UNITS,
    amount,
    amount_text,
    number,
    short_instant,
    significant,
)
from dashboards.pages.meters.layout import quantity_name
from dashboards.pages.plant.words import aged, position_word, state_text, value_text
from dashboards.queries.plant_rows import Plant, PlantKind, PlantPage, PlantWork, Turn
from dashboards.queries.rows import Answer
from dashboards.selection import Selection
from dashboards.viewer import Viewer
from energy.base.units import Utility

PATH = "/plants"
MOST_TURNS = 12
"""Starts and stops that the page lists; the table has all."""
BY_RATIO = frozenset({PlantKind.CHILLER, PlantKind.HEAT_PUMP})
"""Kinds whose efficiency is a coefficient of performance, no per cent."""
WORSE = -0.05
"""Beside its past from here on a plant is marked. [1]"""


def plants_panel(
    viewer: Viewer, answer: Answer[tuple[Plant, ...]], selection: Selection
) -> Component:
    """Return the list of plants over the selected days; without any, how to declare one."""
    title = viewer.say("plants.title")
    if not answer.rows:
        return panel(title, empty(viewer.say("plants.none")), name="plants")
    heads = ("name", "kind", ">efficiency", ">against", ">given", ">taken", ">ran", ">starts")
    said = viewer.say("plants.what", span=span_text(viewer, selection))
    return panel(
        title,
        [
            html.P(said, className="subtitle"),
            table(
                [
                    (">" if head.startswith(">") else "") + viewer.say(f"plants.{head.lstrip('>')}")
                    for head in heads
                ],
                [_row(viewer, plant, selection) for plant in answer.rows],
                name="plants",
            ),
        ],
        aside=data_age(viewer, answer.age_s, answer.as_of),
        name="plants",
    )


def _row(viewer: Viewer, plant: Plant, selection: Selection) -> list[Children]:
    work = plant.work
    there = replace(selection, place=plant.place.key).search()
    cells: list[Children] = [
        link(plant.place.name, PATH + there),
        viewer.say(f"plant_kind.{plant.kind}"),
    ]
    if work is None:
        return [*cells, *[NOTHING] * 6]
    return [
        *cells,
        " ".join(efficiency_text(viewer, plant, work.efficiency)).strip(),
        _against(viewer, work),
        _amounts(viewer, work, out=True),
        _amounts(viewer, work, out=False),
        _hours_text(viewer, work),
        str(work.starts),
    ]


def efficiency_text(viewer: Viewer, plant: Plant, value: float | None) -> tuple[str, str]:
    """Return an efficiency and its unit: "5.2", "91.4 %", "0.033 GJ/m³"."""
    if value is None:
        return NOTHING, ""
    if plant.work is None or not plant.work.percent:
        given, taken = (_unit(plant, out=out) for out in (True, False))
        return number(viewer.language, significant(Decimal(repr(value)))), f"{given}/{taken}"
    if plant.kind in BY_RATIO:
        return number(viewer.language, Decimal(repr(value)).quantize(Decimal("0.01"))), ""
    return number(viewer.language, Decimal(repr(100 * value)).quantize(Decimal("0.1"))), "%"


def _unit(plant: Plant, *, out: bool) -> str:
    """Return the unit of a side that is told in one utility."""
    return UNITS[main_utility(plant, out=out)][0].name


def main_utility(plant: Plant, *, out: bool) -> Utility:
    """Return the utility that stands for a side; a side without meters is that of the other."""
    order = [Utility.GAS, Utility.STEAM, Utility.COOLING, Utility.HEATING, Utility.ELECTRICITY]
    own = {meter.utility for meter in plant.meters if meter.out is out}
    own = own or {meter.utility for meter in plant.meters}
    return next((each for each in order if each in own), Utility.WATER)


def _against(viewer: Viewer, work: PlantWork) -> Component | str:
    if work.against is None:
        return NOTHING
    change = work.against - 1
    sign = "+" if change > 0 else ""
    text = (
        f"{sign}{number(viewer.language, Decimal(repr(100 * change)).quantize(Decimal('0.1')))} %"
    )
    return badge(text, "bad" if change < WORSE else "good")


def _amounts(viewer: Viewer, work: PlantWork, *, out: bool) -> str:
    told = [
        amount_text(viewer.language, flow.utility, flow.amount)
        for flow in work.flows
        if flow.out is out
    ]
    return ", ".join(told) or NOTHING


def _hours_text(viewer: Viewer, work: PlantWork) -> str:
    if not work.known_s:
        return NOTHING
    ran = number(viewer.language, (Decimal(work.run_s) / 3600).quantize(Decimal("0.1")))
    return viewer.say("plants.hours", hours=ran)


def plants_page(
    viewer: Viewer, answer: Answer[tuple[Plant, ...]], selection: Selection
) -> Component:
    """Return the page of all plants."""
    places = [plant.place for plant in answer.rows]
    bar = toolbar(viewer, selection, PATH, places=places)
    shown = [bar, plants_panel(viewer, answer, selection)]
    if selection.place:
        shown.insert(1, empty(viewer.say("plants.no_such")))
    crumbs = link(viewer.say("plant.title"), "/plant")
    return page(viewer.say("plants.title"), shown, name="plants", crumbs=crumbs)


def plant_page(
    viewer: Viewer,
    answer: Answer[PlantPage],
    every: Sequence[Plant],
    selection: Selection,
    *,
    zone: ZoneInfo,
) -> Component:
    """Return the page of one plant.

    Args:
        viewer: Who looks.
        answer: The plant.
        every: All plants, to choose from.
        selection: What is selected; the plant is its place.
        zone: The site's zone.
    """
    rows, plant = answer.rows, answer.rows.plant
    bar = toolbar(viewer, selection, PATH, places=[each.place for each in every])
    crumbs = [
        link(viewer.say("plant.title"), "/plant"),
        link(viewer.say("plants.title"), PATH + replace(selection, place="").search()),
    ]
    if plant.work is None:
        shown: list[Component] = [bar, empty(viewer.say("plants.too_long"))]
    else:
        shown = [
            bar,
            html.Div(_tiles(viewer, answer, plant.work), className="tiles"),
            _curve(viewer, answer, plant.work, selection, zone),
            html.Div(
                [
                    html.Div(_turns(viewer, plant.work, selection, zone)),
                    html.Div(_values(viewer, rows, zone)),
                ],
                className="columns columns-even",
            ),
        ]
    return page(plant.place.name, shown, name="plants", crumbs=crumbs)


def _tiles(viewer: Viewer, answer: Answer[PlantPage], work: PlantWork) -> list[Component]:
    plant = answer.rows.plant

    def told(value: str, unit: str, how: str) -> Component:
        names = ", ".join(meter.name for meter in plant.meters)
        why = Why(
            source=names,
            formula=viewer.say(f"plants.how_{how}"),
            age_s=answer.age_s,
            as_of=answer.as_of,
        )
        return figure_number(viewer, value, unit, why, name="tile")

    tiles: list[Component] = []
    if any(not meter.out for meter in plant.meters):
        value, unit = efficiency_text(viewer, plant, work.efficiency)
        like, _ = efficiency_text(viewer, plant, work.like)
        title = viewer.say(f"plants.{'cop' if plant.kind in BY_RATIO else 'efficiency'}")
        below = viewer.say("plants.like", value=f"{like} {unit}".strip())
        native = None if work.percent else viewer.say("plants.native")
        shown = told(value, unit, "efficiency")
        tiles.append(tile(title, shown, below, _against(viewer, work), native))
    else:
        tiles.append(
            tile(
                viewer.say("plants.against"),
                html.Span(_against(viewer, work)),
                _alike(viewer, work),
            )
        )
    for flow in work.flows:
        name = "given" if flow.out else "taken"
        value, unit = amount(viewer.language, flow.utility, flow.amount)
        utility = viewer.say(f"utility.{flow.utility}")
        tiles.append(
            tile(f"{viewer.say(f'plants.{name}')}: {utility}", told(value, unit, name), "")
        )
    known = number(viewer.language, (Decimal(work.known_s) / 3600).quantize(Decimal("0.1")))
    tiles.append(
        tile(
            viewer.say("plants.ran"),
            told(_hours_text(viewer, work), "", "ran"),
            viewer.say("plants.of_known", hours=known),
            viewer.say("plants.started", count=work.starts),
        )
    )
    return tiles


def _alike(viewer: Viewer, work: PlantWork) -> str:
    return viewer.say(f"plants.by_{work.bins}", count=work.compared)


def _curve(
    viewer: Viewer,
    answer: Answer[PlantPage],
    work: PlantWork,
    selection: Selection,
    zone: ZoneInfo,
) -> Component:
    plant = answer.rows.plant
    takes = any(not meter.out for meter in plant.meters)
    percent = takes and work.percent and plant.kind not in BY_RATIO
    name = ("cop" if plant.kind in BY_RATIO else "efficiency") if takes else "given"
    title = viewer.say(f"plants.{name}")
    unit = "%" if percent else efficiency_text(viewer, plant, 1.0)[1]
    figure = plant_efficiency(
        points_of(work.hours, zone),
        utility=main_utility(plant, out=True),
        theme=viewer.theme,
        texts=EfficiencyTexts(
            value=title, expected=viewer.say("plants.expected"), axis=unit if takes else "kWh"
        ),
        scale=100.0 if percent else 1.0,
    )
    said = viewer.say("plants.curve", name=plant.place.name, span=span_text(viewer, selection))
    known = any(point.value is not None for point in points_of(work.hours, zone))
    drawn = chart(figure, chart_id="plant-curve", label=said, language=viewer.language)
    return panel(
        title,
        [
            html.P([said, " ", _alike(viewer, work)], className="subtitle"),
            drawn if known else empty(viewer.say("plants.no_hours")),
            twin(viewer, "plant", selection.search()),
        ],
        aside=data_age(viewer, answer.age_s, answer.as_of),
        name="plant-curve",
    )


def _turns(viewer: Viewer, work: PlantWork, selection: Selection, zone: ZoneInfo) -> Component:
    rows = [_turn(viewer, turn, zone) for turn in work.turns[:MOST_TURNS]]
    heads = [viewer.say(f"plants.{name}") for name in ("turn_at", "turn_what")]
    return panel(
        viewer.say("plants.turns"),
        [
            html.P(viewer.say("plants.turns_what"), className="subtitle"),
            table([*heads, ">" + viewer.say("plants.turn_before")], rows, name="turns")
            if rows
            else empty(viewer.say("plants.no_turns")),
            twin(viewer, "plant_turns", selection.search()),
        ],
        name="plant-turns",
    )


def _turn(viewer: Viewer, turn: Turn, zone: ZoneInfo) -> list[Children]:
    return [
        short_instant(viewer.language, turn.at, zone),
        badge(
            viewer.say(f"plants.{'start' if turn.on else 'stop'}"), "good" if turn.on else "calm"
        ),
        before_text(viewer, turn),
    ]


def before_text(viewer: Viewer, turn: Turn) -> str:
    """Return for how long the plant had run or stood before; a dash where nobody knows."""
    if turn.before_s is None:
        return NOTHING
    hours, rest = divmod(turn.before_s // 60, 60)
    return viewer.say("plants.lasted", hours=hours, minutes=f"{rest:02d}")


def _values(viewer: Viewer, rows: PlantPage, zone: ZoneInfo) -> Component:
    title = viewer.say("plants.values")
    cells: list[list[Children]] = [
        [
            quantity_name(viewer, state.quantity),
            state_text(viewer, state)
            if state.position is None
            else position_word(viewer, state.position, state),
            link(state.meter, f"/meters/{state.point}"),
        ]
        for state in rows.states
    ]
    for value in sorted(rows.values, key=lambda each: "setpoint" not in each.quantity):
        told = aged(
            viewer,
            value_text(viewer, value),
            at=value.at,
            fresh_s=value.fresh_s,
            stale=value.stale,
            now=rows.now,
            zone=zone,
        )
        meter = link(value.meter, f"/meters/{value.point}")
        cells.append([quantity_name(viewer, value.quantity), told, meter])
    heads = [viewer.say(f"one_line.{name}") for name in ("quantity", "value", "source")]
    shown = (
        table(heads, cells, name="told-values") if cells else empty(viewer.say("plants.no_values"))
    )
    return panel(title, shown, name="plant-values")

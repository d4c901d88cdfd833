"""Step 5a. From: the registry or one metering point. To: its page. Pure."""

from __future__ import annotations

from collections.abc import Sequence
from decimal import Decimal
from zoneinfo import ZoneInfo

from dash import html
from dash.development.base_component import Component

from dashboards.components.device_text import device_counts, device_text
from dashboards.components.figure_number import Why, figure_number
from dashboards.components.meter_grid import meter_cards, meter_grid
from dashboards.components.meter_tabs import meter_tabs
from dashboards.components.notes import FIGURE, note_form, note_list, part
from dashboards.components.pieces import (
    Children,
    chart,
    data_age,
    empty,
    facts,
    link,
    page,
    panel,
    quality_badge,
    share_badge,
    table,
)
from dashboards.figures.daily_bars import BarTexts, daily_bars, day_marks
from dashboards.formats import NOTHING, gauge_text, instant_text, number, percent_text
from dashboards.queries.rows import (
    Answer,
    DeviceAnswers,
    MeterPage,
    MeterPlate,
    MeterRow,
    RegisterRow,
    UsageDay,
)
from dashboards.security.scope import Right
from dashboards.selection import Selection
from dashboards.viewer import Viewer
from energy.base.period import span_of_days
from energy.base.quality import Quality
from energy.base.text import catalogue
from energy.metering.channel import Kind
from energy.metering.completeness import together


def registry(
    viewer: Viewer,
    answer: Answer[tuple[MeterRow, ...]],
    selection: Selection,
    *,
    zone: ZoneInfo,
) -> Component:
    """Return the page of all metering points."""
    return page(
        viewer.say("meters.title"),
        [
            meter_tabs(viewer, selection, "/meters"),
            panel(
                viewer.say("meters.registry", count=len(answer.rows)),
                [
                    html.Div(
                        meter_grid(viewer, answer.rows, zone=zone, as_of=answer.as_of),
                        className="wide-only",
                    ),
                    html.Div(meter_cards(viewer, answer.rows), className="narrow-only"),
                ],
                aside=data_age(viewer, answer.age_s, answer.as_of),
                name="meters",
            ),
        ],
        name="meters",
    )


def quantity_name(viewer: Viewer, quantity: str) -> str:
    """Return the word for a channel's quantity; one unknown to the catalogue as it is."""
    key = f"quantity.{quantity}"
    return viewer.say(key) if key in catalogue() else quantity.replace("_", " ")


def plate_facts(viewer: Viewer, plate: MeterPlate, *, zone: ZoneInfo) -> Component:
    """Return the meter's plate."""
    retired = instant_text(viewer.language, plate.retired_at, zone)
    pairs: list[tuple[str, str | Component]] = [
        (viewer.say("plate.serial"), plate.serial),
        (viewer.say("plate.profile"), plate.profile),
        (viewer.say("plate.multiplier"), f"× {plate.multiplier}"),  # times
        (viewer.say("plate.seal"), plate.seal or NOTHING),
        (
            viewer.say("plate.commissioned"),
            instant_text(viewer.language, plate.commissioned_at, zone),
        ),
        (viewer.say("plate.place"), plate.place),
        (viewer.say("plate.point"), link(plate.point, f"/meters/{plate.point}")),
        (viewer.say("plate.source"), f"{plate.source} · {plate.address}"),
    ]
    if plate.device is not None:
        pairs.append((viewer.say("plate.device"), _device(viewer, plate.device)))
    if plate.retired_at is not None:
        pairs.append((viewer.say("plate.retired"), retired))
    return facts(pairs, name="plate")


def _device(viewer: Viewer, device: DeviceAnswers) -> Component:
    """Return how the device answers, and what its last error says."""
    said = [html.Div(device_text(viewer, device)), html.Div(device_counts(viewer, device))]
    if device.failing and device.message:
        said.append(html.Div(device.message, className="subtitle"))
    return html.Div(said)


def meter_page(
    viewer: Viewer,
    answer: Answer[MeterPage],
    life: Sequence[Component | None],
    *,
    zone: ZoneInfo,
) -> Component:
    """Return the page of one metering point, with the panels of its selected days and its life."""
    plate = answer.rows.plate
    return page(
        plate.name,
        [
            html.Div(
                [
                    panel(
                        viewer.say("meter.plate"),
                        plate_facts(viewer, plate, zone=zone),
                        aside=_incident(viewer, plate.point),
                        name="plate",
                    ),
                    html.Div(
                        usage_parts(viewer, answer, zone=zone),
                        id=part(FIGURE, f"point/{plate.point}"),
                    ),
                ],
                className="columns columns-meter",
            ),
            _form(viewer, answer, zone),
            *life,
            panel(
                viewer.say("meter.registers"), _registers(viewer, answer, zone), name="registers"
            ),
            panel(
                viewer.say("meter.readings"),
                _readings(viewer, answer, zone),
                aside=data_age(viewer, answer.age_s, answer.as_of),
                name="readings",
            ),
        ],
        name="meter",
        crumbs=[link(viewer.say("meters.title"), "/meters"), html.Span(plate.point)],
    )


def _incident(viewer: Viewer, point: str) -> Component | None:
    """Return the way to a new incident at the point, for who may open one."""
    if not viewer.scope.may(Right.WORK):
        return None
    return link(viewer.say("work_form.here"), f"/incidents/new/point/{point}")


def _form(viewer: Viewer, answer: Answer[MeterPage], zone: ZoneInfo) -> Component | None:
    days = [day.day for day in answer.rows.days]
    if not days:
        return None
    span = span_of_days(days[-1], days[-1], zone)
    about = f"point/{answer.rows.plate.point}"
    return note_form(viewer, about, zone=zone, first=span.start, last=span.end)


def usage_parts(viewer: Viewer, answer: Answer[MeterPage], *, zone: ZoneInfo) -> list[Component]:
    """Return the usage of the last days with the notes on them."""
    return [_usage_panel(viewer, answer, zone)]


def _usage_panel(viewer: Viewer, answer: Answer[MeterPage], zone: ZoneInfo) -> Component:
    plate, days = answer.rows.plate, answer.rows.days
    title = viewer.say("meter.usage", days=len(days))
    if plate.utility is None or not days:
        return panel(title, empty(viewer.say("meter.no_usage")), name="usage")
    texts = BarTexts(
        usage=viewer.say("meter.usage_word"),
        missing=viewer.say("load.missing"),
        quality={q: viewer.say(f"quality.{q.name.lower()}") for q in Quality},
    )
    figure = daily_bars(
        days,
        utility=plate.utility,
        language=viewer.language,
        theme=viewer.theme,
        texts=texts,
        notes=day_marks(answer.rows.notes, days, zone),
    )
    return panel(
        title,
        [
            _completeness(viewer, days),
            chart(figure, chart_id="usage-chart", label=title, language=viewer.language),
            note_list(viewer, answer.rows.notes, zone=zone, about=f"point/{plate.point}"),
        ],
        name="usage",
    )


def _completeness(viewer: Viewer, days: Sequence[UsageDay]) -> Component | None:
    """Return how the intervals of the days came to be; None where none was expected."""
    whole = together(day.complete for day in days if day.complete is not None)
    score = whole.score
    if score is None:
        return None
    parts = ((whole.estimated, "estimated"), (whole.missing, "missing"))
    return html.P(
        [
            share_badge(viewer, "meter.complete", score),
            *(
                html.Span(viewer.say(f"meter.complete_{name}", share=percent_text(share)))
                for intervals, name in parts
                if intervals and (share := whole.share(intervals)) is not None
            ),
        ],
        className="subtitle completeness",
    )


def _registers(viewer: Viewer, answer: Answer[MeterPage], zone: ZoneInfo) -> Component:
    head = [
        viewer.say("register.quantity"),
        viewer.say("register.kind"),
        viewer.say("register.resolution"),
        ">" + viewer.say("register.last"),
        viewer.say("register.at"),
        viewer.say("register.quality"),
        viewer.say("register.billing"),
    ]
    rows: list[Sequence[Children]] = [
        [
            quantity_name(viewer, row.quantity),
            viewer.say(f"kind.{row.kind}"),
            f"{number(viewer.language, row.resolution)} {viewer.unit(row.unit)}",
            _register(viewer, answer, row),
            instant_text(viewer.language, row.last_at, zone),
            quality_badge(viewer, row.quality),
            viewer.say("word.yes") if row.billing else viewer.say("word.no"),
        ]
        for row in answer.rows.registers
        if row.kind != Kind.COMPUTED
    ]
    if not rows and answer.rows.registers:
        return empty(viewer.say("meter.computed"))
    return table(head, rows, name="registers")


def _register(viewer: Viewer, answer: Answer[MeterPage], row: RegisterRow) -> Component:
    """Return what a register shows, and what that rests on."""
    resolution = f"{number(viewer.language, row.resolution)} {viewer.unit(row.unit)}"
    quantity = quantity_name(viewer, row.quantity)
    why = Why(
        source=viewer.say("why.register", quantity=quantity, serial=answer.rows.plate.serial),
        formula=viewer.say("why.shown", resolution=resolution),
        quality=row.quality,
        age_s=answer.age_s,
        as_of=answer.as_of,
    )
    shown = NOTHING if row.last is None else shown_text(viewer, row.last, row.unit)
    return figure_number(viewer, shown, "", why)


def _readings(viewer: Viewer, answer: Answer[MeterPage], zone: ZoneInfo) -> Component:
    if not answer.rows.readings:
        computed = {row.kind for row in answer.rows.registers} == {Kind.COMPUTED}
        return empty(viewer.say("meter.computed" if computed else "meter.no_readings"))
    head = [
        viewer.say("register.at"),
        viewer.say("register.quantity"),
        ">" + viewer.say("reading.count"),
        ">" + viewer.say("register.last"),
        viewer.say("register.quality"),
        ">" + viewer.say("reading.position"),
    ]
    rows: list[Sequence[Children]] = [
        [
            instant_text(viewer.language, row.at, zone),
            quantity_name(viewer, row.quantity),
            str(row.count),
            shown_text(viewer, row.value, row.unit),
            quality_badge(viewer, row.quality),
            str(row.position),
        ]
        for row in answer.rows.readings
    ]
    return table(head, rows, name="readings")


def shown_text(viewer: Viewer, value: Decimal, unit: str) -> str:
    """Return what a register shows, all digits; power in kilowatts from 10 kW on."""
    if unit == "W":
        return gauge_text(viewer.language, value, unit)
    return f"{number(viewer.language, value)} {viewer.unit(unit)}"

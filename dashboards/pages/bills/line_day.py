"""Step 6, shown. From: a day of a charge line. To: its intervals and readings, with entries. Pure.

The end of the walk from an amount to what a device said: charge line, tariff period, interval,
reading, entry of the journal with its hash.
"""

from __future__ import annotations

from collections.abc import Sequence
from fractions import Fraction
from zoneinfo import ZoneInfo

from dash import html
from dash.development.base_component import Component

from billing.money import exact_text
from dashboards.components.long_table import long_table
from dashboards.components.pieces import (
    Children,
    chart,
    empty,
    facts,
    link,
    page,
    panel,
    quality_badge,
)
from dashboards.components.twin import twin
from dashboards.figures.line_intervals import line_intervals
from dashboards.formats import (
    NOTHING,
    UNITS,
    day_text,
    instant_text,
    number,
    short_day,
)
from dashboards.pages.bills.bill import price_text
from dashboards.queries.bill_rows import Proof
from dashboards.queries.line_rows import EntryRow, LineDay
from dashboards.queries.rows import Answer
from dashboards.viewer import Viewer
from energy.base.text import catalogue


def line_days(viewer: Viewer, proof: Proof) -> Component:
    """Return the charged days of a line, each a link to its intervals."""
    path = f"/bills/{proof.bill.invoice}/lines/{proof.line.number}/days"
    unit = viewer.unit(proof.days_unit)
    return panel(
        viewer.say("line_day.days"),
        [
            html.P(viewer.say("line_day.days_what"), className="subtitle"),
            html.Ol(
                [
                    html.Li(
                        link(
                            [
                                html.Span(short_day(viewer.language, day)),
                                html.Span(
                                    NOTHING
                                    if used is None
                                    else f"{number(viewer.language, used)} {unit}".strip(),
                                    className="line-used",
                                ),
                            ],
                            f"{path}/{day}",
                            name="line-day",
                        )
                    )
                    for day, used in proof.days
                ],
                className="line-days",
            ),
        ],
        name="line-days",
    )


def line_day_page(viewer: Viewer, answer: Answer[LineDay], *, zone: ZoneInfo) -> Component:
    """Return the page of one day of a charge line."""
    told = answer.rows
    bill, line = told.bill, told.line
    title = bill.number or viewer.say("bill.draft", account=bill.account)
    name = f"{viewer.named(line.names)}, {day_text(viewer.language, told.day)}"
    return page(
        name,
        [
            panel(
                viewer.say("line_day.facts"), facts(_facts(viewer, told), name="day-facts"),
                name="line-day",
            ),
            panel(
                viewer.say("line_day.intervals"),
                [
                    _intervals(viewer, told, zone),
                    twin(viewer, f"line_day~{bill.invoice}_{line.number}_{told.day}", ""),
                ],
                name="line-intervals",
            ),
            panel(viewer.say("line_day.readings"), _readings(viewer, told, zone), name="readings"),
        ],
        name="line_day",
        crumbs=[
            link(viewer.say("bills.title"), "/bills"),
            link(title, f"/bills/{bill.invoice}"),
            link(
                viewer.say("proof.crumb", number=line.number),
                f"/bills/{bill.invoice}/lines/{line.number}",
            ),
            html.Span(day_text(viewer.language, told.day)),
        ],
    )  # fmt: skip


def charged_text(told: LineDay) -> str:
    """Return what the line charges of the day, in the utility's own unit."""
    unit = UNITS[told.utility][0]
    mine = [each.usage for each in told.intervals if each.charged and each.usage is not None]
    return f"{exact_text(Fraction(sum(mine), unit.per_unit))} {unit.name}"


def _facts(viewer: Viewer, told: LineDay) -> list[tuple[str, Children]]:
    line, intervals = told.line, told.intervals
    mine = [each for each in intervals if each.charged]
    point = NOTHING if line.point is None else link(line.point, f"/meters/{line.point}")
    return [
        (viewer.say("line.point"), point),
        (viewer.say("clause.clause"), html.Code(line.clause)),
        (viewer.say("line.price"), price_text(viewer, line, told.bill.currency)),
        (viewer.say("line_day.charged"), charged_text(told)),
        (viewer.say("line_day.of_intervals"), f"{len(mine)} / {len(intervals)}"),
        (viewer.say("line_day.known"), str(told.known)),
    ]


def _intervals(viewer: Viewer, told: LineDay, zone: ZoneInfo) -> Component:
    figure = line_intervals(
        told.intervals,
        utility=told.utility,
        zone=zone,
        language=viewer.language,
        theme=viewer.theme,
        texts={
            "priced": viewer.say("line_day.priced"),
            "other": viewer.say("line_day.other"),
            "missing": viewer.say("load.missing"),
        },
    )
    mine = sum(each.charged for each in told.intervals)
    missing = sum(each.usage is None for each in told.intervals)
    summary = viewer.say(
        "line_day.summary",
        day=day_text(viewer.language, told.day),
        priced=mine,
        every=len(told.intervals),
        usage=charged_text(told),
        missing=missing,
    )
    return html.Div(
        [
            html.P(summary, className="subtitle"),
            chart(figure, chart_id="line-intervals", label=summary, language=viewer.language),
        ]
    )


def _readings(viewer: Viewer, told: LineDay, zone: ZoneInfo) -> Component:
    """Return the readings with the entries that they came in."""
    if not told.readings:
        return empty(viewer.say("line_day.no_readings"))
    keys = (">reading.count", ">proof.register", "register.quality", ">reading.position")
    head = [viewer.say("register.at"), *(_head(viewer, key) for key in keys)]
    head += [_head(viewer, key) for key in ("line_day.entry", "line_day.learned", "bill.hash")]
    rows: list[Sequence[Children]] = [
        [
            instant_text(viewer.language, each.at, zone),
            str(each.count),
            f"{exact_text(each.value)} {viewer.unit(each.unit)}",
            quality_badge(viewer, each.quality),
            str(each.position),
            *_entry(viewer, told.entries.get(each.position), zone),
        ]
        for each in told.readings
    ]
    return long_table(viewer, head, rows, name="line-readings")


def _entry(viewer: Viewer, entry: EntryRow | None, zone: ZoneInfo) -> list[Children]:
    """Return what brought a reading, when, and the hash of its batch."""
    if entry is None:
        return [NOTHING, NOTHING, NOTHING]
    key = f"line_day.topic.{entry.topic}"
    told = viewer.say(key) if key in catalogue() else entry.topic
    return [
        " · ".join(word for word in (told, entry.source) if word),
        instant_text(viewer.language, entry.learned_at, zone),
        html.Code(entry.sha256, className="hash") if entry.sha256 else NOTHING,
    ]


def _head(viewer: Viewer, key: str) -> str:
    return (">" if key.startswith(">") else "") + viewer.say(key.lstrip(">"))

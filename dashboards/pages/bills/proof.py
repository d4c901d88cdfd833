"""Step 5a. From: the proof of a charge line. To: its page. Pure.

Two register readings, the meter's plate and the price clause, and how they make the amount.
"""

from __future__ import annotations

from collections.abc import Sequence
from zoneinfo import ZoneInfo

from dash import html
from dash.development.base_component import Component

from dashboards.components.pieces import (
    Children,
    empty,
    facts,
    link,
    page,
    panel,
    quality_badge,
    table,
)
from dashboards.formats import NOTHING, day_text, instant_text, money, number
from dashboards.pages.bills.bill import price_text, quantity_text
from dashboards.pages.bills.computed import computed_panels, source_head
from dashboards.pages.bills.layout import span_text
from dashboards.pages.bills.line_day import line_days
from dashboards.pages.meters.layout import plate_facts
from dashboards.queries.bill_rows import Proof, RegisterPair, RegisterReadingRow
from dashboards.queries.rows import Answer
from dashboards.viewer import Viewer
from energy.base.text import catalogue


def proof_page(viewer: Viewer, answer: Answer[Proof], *, zone: ZoneInfo) -> Component:
    """Return the page that proves one charge line."""
    proof, bill = answer.rows, answer.rows.bill
    title = bill.number or viewer.say("bill.draft", account=bill.account)
    return page(
        viewer.say("proof.title", number=proof.line.number, text=viewer.named(proof.line.names)),
        [
            panel(viewer.say("proof.amount"), _amount(viewer, proof), name="proof-amount"),
            *computed_panels(viewer, proof.computed),
            panel(
                viewer.say("proof.readings"), _readings(viewer, proof, zone), name="proof-readings"
            ),
            *([line_days(viewer, proof)] if proof.days else []),
            html.Div(
                [
                    panel(
                        viewer.say("meter.plate"),
                        empty(viewer.say(_no_plate(proof)))
                        if proof.plate is None or proof.computed is not None
                        else plate_facts(viewer, proof.plate, zone=zone),
                        name="proof-plate",
                    ),
                    panel(viewer.say("proof.clause"), _clause(viewer, proof), name="proof-clause"),
                ],
                className="columns columns-even",
            ),
        ],
        name="proof",
        crumbs=[
            link(viewer.say("bills.title"), "/bills"),
            link(title, f"/bills/{bill.invoice}"),
            html.Span(viewer.say("proof.crumb", number=proof.line.number)),
        ],
    )


def _no_plate(proof: Proof) -> str:
    return "proof.no_meter" if proof.computed is None else "proof.computed_meter"


def _amount(viewer: Viewer, proof: Proof) -> list[Component]:
    line, bill = proof.line, proof.bill
    amount = money(viewer.language, line.amount, bill.currency)
    sum_text = (
        f"{quantity_text(viewer, line)} × {price_text(viewer, line, bill.currency)} = {amount}"
        if line.quantity is not None and line.price is not None
        else amount
    )
    return [
        html.P(sum_text, className="sum"),
        html.P(_days(viewer, proof), className="subtitle"),
    ]


def _days(viewer: Viewer, proof: Proof) -> str:
    """Return the days that are charged, both included."""
    first, last = proof.line.first_day, proof.line.last_day
    if first is None or last is None:
        return span_text(viewer, proof.bill)
    return f"{day_text(viewer.language, first)} – {day_text(viewer.language, last)}"  # a span


def _reading_cells(
    viewer: Viewer, word: str, reading: RegisterReadingRow, zone: ZoneInfo
) -> list[Children]:
    return [
        viewer.say(word),
        reading.serial,
        instant_text(viewer.language, reading.at, zone),
        str(reading.count),
        f"{number(viewer.language, reading.value)} {viewer.unit(reading.unit)}",
        quality_badge(viewer, reading.quality),
        str(reading.position),
    ]


def _readings(viewer: Viewer, proof: Proof, zone: ZoneInfo) -> list[Component]:
    if proof.computed is not None:
        return [
            part
            for each in proof.computed.registers
            for part in (source_head(viewer, each), *_pairs(viewer, each.pairs, zone))
        ] or [empty(viewer.say("proof.no_inputs"))]
    if not proof.pairs:
        key = "proof.no_readings" if proof.by_time else "proof.intervals"
        return [empty(viewer.say(key))]
    return _pairs(viewer, proof.pairs, zone)


def _pairs(viewer: Viewer, pairs: Sequence[RegisterPair], zone: ZoneInfo) -> list[Component]:
    if not pairs:
        return []
    head = [
        "",
        viewer.say("plate.serial"),
        viewer.say("register.at"),
        ">" + viewer.say("reading.count"),
        ">" + viewer.say("proof.register"),
        viewer.say("register.quality"),
        ">" + viewer.say("reading.position"),
    ]
    rows: list[Sequence[Children]] = []
    for pair in pairs:
        rows.append(_reading_cells(viewer, "proof.opening", pair.opening, zone))
        rows.append(_reading_cells(viewer, "proof.closing", pair.closing, zone))
    return [
        table(head, rows, name="proof-readings"),
        *(html.P(_used(viewer, pair), className="sum") for pair in pairs),
    ]


def _used(viewer: Viewer, pair: RegisterPair) -> str:
    return viewer.say(
        "proof.used",
        counts=pair.counts,
        resolution=f"{pair.resolution} {viewer.unit(pair.unit)}",
        multiplier=pair.multiplier,
        used=f"{number(viewer.language, pair.used)} {viewer.unit(pair.unit)}",
    )


def _clause(viewer: Viewer, proof: Proof) -> Component:
    clause = proof.clause
    since = NOTHING if clause.valid_from is None else day_text(viewer.language, clause.valid_from)
    price = NOTHING if clause.price is None else number(viewer.language, clause.price)
    per = f" / {viewer.unit(clause.unit)}" if clause.unit else ""
    pairs: list[tuple[str, Children]] = [
        (viewer.say("clause.tariff"), clause.tariff),
        (viewer.say("clause.version"), str(clause.version or NOTHING)),
        (viewer.say("clause.since"), since),
        (viewer.say("clause.clause"), html.Code(clause.clause)),
        (viewer.say("clause.text"), viewer.named(clause.names)),
        (viewer.say("clause.price"), f"{price} {proof.bill.currency}{per}"),
        (viewer.say("bill.hash"), html.Code((clause.sha256 or NOTHING)[:16])),
    ]
    wording = [
        (_word(viewer, "word", name), _word(viewer, "value", value))
        for name, value in clause.wording
    ]
    return facts([*pairs, *wording], name="clause")


def _word(viewer: Viewer, kind: str, word: str) -> str:
    """Return a tariff file's word in the viewer's language; one unknown as it is."""
    key = f"clause.{kind}.{word}"
    return viewer.say(key) if key in catalogue() else word

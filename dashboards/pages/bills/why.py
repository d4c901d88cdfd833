"""In: a number of a bill. Out: the number, which says what it rests on when asked. Pure."""

from __future__ import annotations

from dash.development.base_component import Component

from dashboards.components.figure_number import Why, figure_number
from dashboards.queries.bill_rows import Bill, ChargeRow
from dashboards.queries.rows import Answer
from dashboards.viewer import Viewer


def sum_number(viewer: Viewer, answer: Answer[Bill], key: str, text: str) -> Component:
    """Return a sum of a bill.

    Args:
        viewer: Who looks.
        answer: The bill.
        key: "net", "tax" or "total".
        text: The sum as it is written.
    """
    bill = answer.rows
    why = Why(
        source=viewer.say("bill_why.lines", count=len(bill.lines)),
        formula=viewer.say(f"bill_why.{key}"),
        age_s=answer.age_s,
        as_of=bill.metering_position,
    )
    return figure_number(viewer, text, "", why)


def quantity_number(
    viewer: Viewer, answer: Answer[Bill], line: ChargeRow, text: str
) -> Component | str:
    """Return the quantity of a charge line; one that rests on nothing as it is."""
    if line.quantity is None:
        return text
    days = "" if line.first_day is None else f"{line.first_day} – {line.last_day}"  # a span
    why = Why(
        source=line.point or viewer.say("bill_why.account"),
        formula=viewer.say(
            "bill_why.quantity" if line.quality is not None else "bill_why.time",
            clause=line.clause,
            tariff=line.tariff,
            days=days,
        ),
        age_s=answer.age_s,
        as_of=answer.rows.metering_position,
        quality=line.quality,
    )
    return figure_number(viewer, text, "", why)

"""In: suspicions and inspections. Out: the tables behind their pages. I/O by the port."""

from __future__ import annotations

from collections.abc import Callable
from decimal import Decimal
from functools import partial
from uuid import UUID

from billing.ledger.sheets import Cell, Sheet
from dashboards.pages.inspections.course import COURSE, counted_word, lacks_word
from dashboards.pages.inspections.pieces import energy_text, kind_words, missing_text, why_words
from dashboards.pages.parts import Parts
from dashboards.queries.inspection_rows import InspectionCourse, InspectionTab
from dashboards.selection import Selection
from dashboards.viewer import Viewer
from energy.base.units import to_base
from energy.metering.plans.table import UNIT_OF

_SUSPICION = ("kind", "about", "from", "to", "missing", "why")
_INSPECTION = ("number", "state", "order", "about", "inspectors", "finding", "added")


def inspections_sheet(
    tab: InspectionTab, parts: Parts, viewer: Viewer, selection: Selection
) -> Sheet:
    """Return the suspicions or inspections of a tab."""
    del selection
    told = parts.queries.inspections(viewer.scope, tab).rows
    rows: list[list[Cell]]
    names: tuple[str, ...]
    if tab.of_suspicions:
        names = _SUSPICION
        rows = [
            [
                kind_words(viewer, row),
                row.about.partition(":")[2],
                row.first_day,
                row.last_day,
                missing_text(viewer, row),
                why_words(viewer, row),
            ]
            for row in told.suspicions
        ]
    else:
        names = _INSPECTION
        rows = [
            [
                row.number,
                viewer.say(f"cli.inspect_state.{'refused' if row.refused else row.state}"),
                viewer.say(f"cli.work_state.{row.order_state}"),
                row.about.partition(":")[2],
                " · ".join(told.names.get(each, "?") for each in row.inspectors),
                viewer.say(f"cli.inspect_finding.{row.finding}") if row.finding else "",
                energy_text(row.missed["utility"], row.missed["total"]) if row.missed else "",
            ]
            for row in told.inspections
        ]
    heads = tuple(viewer.say(f"cli.inspect_head.{name}") for name in names)
    return Sheet(name=f"inspections_{tab}", heads=heads, rows=rows)


def days_sheet(parts: Parts, viewer: Viewer, subject: str) -> Sheet | None:
    """Return what each day of a proposal lacks; None where nothing is proposed."""
    answer = parts.queries.inspection(viewer.scope, subject)
    if answer is None or answer.rows.row.missed is None:
        return None
    utility = answer.rows.row.missed["utility"]
    heads = (viewer.say("inspection_head.day"), viewer.say("cli.inspect_head.added"))
    rows: list[list[Cell]] = [
        [day, energy_text(utility, amount)] for day, amount in answer.rows.days
    ]
    return Sheet(name=answer.rows.row.number, heads=heads, rows=rows)


def course_sheet(parts: Parts, viewer: Viewer, subject: str) -> Sheet | None:
    """Return the days of a suspicion or an inspection: counted, missing, expected."""
    course = _course(parts, viewer, subject)
    if course is None:
        return None
    unit = UNIT_OF[course.utility]
    per_unit = to_base(course.utility, unit)

    def shown(base: int | None) -> Decimal | None:
        return None if base is None else Decimal(base) * per_unit.denominator / per_unit.numerator

    names = (
        counted_word(viewer, course),
        lacks_word(viewer, course),
        viewer.say("inspection_course.expected"),
    )
    rows: list[list[Cell]] = [
        [
            each.day,
            shown(each.usage),
            shown(course.lacking.get(each.day, 0)),
            shown(None if each.usage is None else each.usage + course.lacking.get(each.day, 0)),
            viewer.say(f"quality.{each.quality.name.lower()}"),
        ]
        for each in course.days
    ]
    heads = [viewer.say("inspection_head.day"), *(f"{name} [{unit}]" for name in names)]
    heads.append(viewer.say("register.quality"))
    return Sheet(name=COURSE, heads=tuple(heads), rows=rows)


def _course(parts: Parts, viewer: Viewer, subject: str) -> InspectionCourse | None:
    if subject.startswith("W-"):
        told = parts.queries.inspection(viewer.scope, subject)
        return told.rows.course if told else None
    try:
        suspicion = UUID(subject)
    except ValueError:
        return None
    found = parts.queries.suspicion(viewer.scope, suspicion)
    return found.rows.course if found else None


INSPECTION_TABLES: dict[str, Callable[[Parts, Viewer, Selection], Sheet | None]] = {
    f"inspections_{tab}": partial(inspections_sheet, tab) for tab in InspectionTab
}
INSPECTION_TABLES_OF: dict[str, Callable[[Parts, Viewer, str], Sheet | None]] = {
    "inspection_days": days_sheet,
    COURSE: course_sheet,
}

"""In: a selection. Out: the hours of a plant, its starts and stops, as tables. I/O by the port."""

from __future__ import annotations

from decimal import Decimal

from billing.ledger.sheets import Cell, Sheet
from dashboards.formats import UNITS
from dashboards.pages.parts import Parts
from dashboards.pages.plant.works import before_text, main_utility
from dashboards.queries.plant_rows import Plant, PlantWork
from dashboards.selection import Selection
from dashboards.viewer import Viewer

KWH = "kWh"


def hours_sheet(parts: Parts, viewer: Viewer, selection: Selection) -> Sheet | None:
    """Return the hours of the selected plant; None where there is none."""
    found = _work(parts, viewer, selection)
    if found is None:
        return None
    plant, work = found
    zone = parts.settings.zone
    given, taken = (
        KWH if work.percent else UNITS[main_utility(plant, out=out)][0].name
        for out in (True, False)
    )
    say = viewer.say
    return Sheet(
        name=f"plant_{plant.place.key}_{selection.first}_{selection.last}",
        heads=(
            say("plants_table.start"),
            say("plants_table.given", unit=given),
            say("plants_table.taken", unit=taken),
            say("plants_table.efficiency"),
            say("plants_table.expected"),
        ),
        rows=[
            [
                hour.start.astimezone(zone).isoformat(timespec="minutes"),
                *(_cell(each) for each in (hour.given, hour.taken, hour.efficiency, hour.expected)),
            ]
            for hour in work.hours
        ],
    )


def turns_sheet(parts: Parts, viewer: Viewer, selection: Selection) -> Sheet | None:
    """Return the starts and stops of the selected plant; None where there is none."""
    found = _work(parts, viewer, selection)
    if found is None:
        return None
    plant, work = found
    zone = parts.settings.zone
    return Sheet(
        name=f"starts_{plant.place.key}_{selection.first}_{selection.last}",
        heads=tuple(viewer.say(f"plants.turn_{name}") for name in ("at", "what", "before")),
        rows=[
            [
                turn.at.astimezone(zone).isoformat(timespec="minutes"),
                viewer.say(f"plants.{'start' if turn.on else 'stop'}"),
                before_text(viewer, turn),
            ]
            for turn in work.turns
        ],
    )


def _work(parts: Parts, viewer: Viewer, selection: Selection) -> tuple[Plant, PlantWork] | None:
    answer = parts.queries.plant(viewer.scope, selection, parts.settings.factors)
    if answer is None or answer.rows.plant.work is None:
        return None
    return answer.rows.plant, answer.rows.plant.work


def _cell(value: float | None) -> Cell:
    return None if value is None else Decimal(str(round(value, 4)))

"""In: a metering point's life. Out: its lists as heads and cells, for page and file. Pure."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal

from dashboards.components.alert_list import what_of
from dashboards.formats import NOTHING, number
from dashboards.queries.life_rows import MeterLife
from dashboards.viewer import Viewer
from energy.base.quality import Quality
from energy.base.text import catalogue


@dataclass(frozen=True, slots=True, kw_only=True)
class Rows:
    """A list: a head that begins with ">" is of numbers."""

    heads: tuple[str, ...]
    cells: tuple[tuple[str, ...], ...]


Told = Callable[[datetime | None], str]
"""Writes an instant: short for the eye, whole for a file."""
MakeRows = Callable[[Viewer, MeterLife, Told], Rows]


def gap_rows(viewer: Viewer, life: MeterLife, at: Told) -> Rows:
    """Return where readings are missing, the newest first, and how each gap is filled."""
    return Rows(
        heads=_heads(viewer, "from", "to", ">intervals", "filled"),
        cells=tuple(
            (
                at(gap.start),
                at(gap.end),
                str(gap.intervals),
                _filled(viewer, gap.quality),
            )
            for gap in reversed(life.gaps)
        ),
    )


def found_rows(viewer: Viewer, life: MeterLife, at: Told) -> Rows:
    """Return jumps and other findings, the newest first."""
    return Rows(
        heads=_heads(viewer, "finding", "from", "to", "state", ">position"),
        cells=tuple(
            (
                what_of(viewer, "", each.code),
                at(each.start),
                at(each.end),
                _joined(viewer.say(f"life_state.{each.state}"), each.decided_by, each.reason),
                str(each.position),
            )
            for each in life.found
        ),
    )


def stated_rows(viewer: Viewer, life: MeterLife, at: Told) -> Rows:
    """Return estimates, corrections and entered readings, who stated and who approved them."""
    names = ("kind", "quantity", "from", "to", ">readings", "state", "by", "approved_by", "reason")
    return Rows(
        heads=_heads(viewer, *names, ">position"),
        cells=tuple(
            (
                _joined(viewer.say(f"life_kind.{each.kind}"), _method(viewer, each.method)),
                _quantity(viewer, each.quantity),
                at(each.start),
                at(each.end),
                str(each.readings),
                viewer.say(f"life_state.{each.state}"),
                each.by,
                each.approved_by or NOTHING,
                each.reason or NOTHING,
                str(each.position),
            )
            for each in life.stated
        ),
    )


def served_rows(viewer: Viewer, life: MeterLife, at: Told) -> Rows:
    """Return the devices that served, with their multipliers and registers, the newest first."""
    names = ("serial", "quantity", "from", "to", ">multiplier", ">first", ">last", ">papers")
    return Rows(
        heads=_heads(viewer, *names),
        cells=tuple(
            (
                each.serial,
                _quantity(viewer, each.quantity),
                at(each.start),
                viewer.say("life_page.serves") if each.end is None else at(each.end),
                f"× {each.multiplier}",  # times
                _shown(viewer, each.first, each.unit),
                _shown(viewer, each.last, each.unit),
                str(each.documents),
            )
            for each in reversed(life.served)
        ),
    )


def journal_rows(viewer: Viewer, life: MeterLife, at: Told) -> Rows:
    """Return what the journal holds about the point, the newest first."""
    return Rows(
        heads=_heads(viewer, "learned", "event", "holds_from", "by", "reason", ">position"),
        cells=tuple(
            (
                at(each.at),
                event_word(viewer, each.topic),
                at(each.holds_from),
                each.by or NOTHING,
                _method(viewer, each.reason) or NOTHING,
                str(each.position),
            )
            for each in life.journal
        ),
    )


def event_word(viewer: Viewer, topic: str) -> str:
    """Return the words for an entry of the journal; one unknown to the catalogue as it is."""
    key = f"journal_event.{topic}"
    return viewer.say(key) if key in catalogue() else topic


def _heads(viewer: Viewer, *names: str) -> tuple[str, ...]:
    """Return titles; a name of numbers keeps its ">"."""
    right = ["" if name == name.removeprefix(">") else ">" for name in names]
    said = (viewer.say(f"life_head.{name.removeprefix('>')}") for name in names)
    return tuple(mark + title for mark, title in zip(right, said, strict=True))


def _filled(viewer: Viewer, quality: Quality) -> str:
    """Return how a gap is filled."""
    name = "nothing" if quality >= Quality.SUSPECT else quality.name.lower()
    return viewer.say(f"life_filled.{name}")


def _method(viewer: Viewer, method: str) -> str:
    key = f"estimate_method.{method}"
    return viewer.say(key) if key in catalogue() else method


def _quantity(viewer: Viewer, quantity: str) -> str:
    key = f"quantity.{quantity}"
    return viewer.say(key) if key in catalogue() else quantity.replace("_", " ")


def _shown(viewer: Viewer, value: Decimal | None, unit: str) -> str:
    return NOTHING if value is None else f"{number(viewer.language, value)} {viewer.unit(unit)}"


def _joined(*parts: str) -> str:
    return " · ".join(part for part in parts if part)


LISTS: dict[str, MakeRows] = {
    "gaps": gap_rows,
    "found": found_rows,
    "stated": stated_rows,
    "served": served_rows,
    "journal": journal_rows,
}
"""Every list of the page by name, in its order."""

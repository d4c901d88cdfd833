"""In: suspicions, inspections. Out: their states, figures, reasons: the pieces of pages. Pure."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date, timedelta
from fractions import Fraction
from typing import Any

from dash.development.base_component import Component

from billing.money import exact_text
from dashboards.components.pieces import Children, badge, link
from dashboards.formats import day_text, percent_text
from dashboards.pages.inspections.acts import PATH
from dashboards.selection import Selection, Span
from dashboards.viewer import Viewer
from energy.base.units import Utility, to_base
from energy.metering.plans.table import UNIT_OF
from energy.service.inspection.desk import NODE, POINT
from energy.service.inspection.kinds import (
    InspectionState,
    Method,
    SuspicionKind,
    SuspicionState,
)
from energy.service.inspection.reads import InspectionRow, SuspicionRow

BEFORE = timedelta(days=7)
"""Shown ahead of the days that are suspected, for comparison."""
_STATE_TONE = {
    InspectionState.ORDERED: "calm",
    InspectionState.FOUND: "fair",
    InspectionState.PROPOSED: "fair",
    InspectionState.APPROVED: "good",
}
_SUSPICION_TONE = {
    SuspicionState.OPEN: "fair",
    SuspicionState.DISMISSED: "calm",
    SuspicionState.ORDERED: "good",
}


def inspection_link(number: str) -> Component:
    """Return a link to an inspection."""
    return link(number, f"{PATH}/{number}")


def kind_words(viewer: Viewer, row: SuspicionRow) -> str:
    """Return why somebody should look, in a few words."""
    return viewer.say(f"cli.inspect_kind.{row.kind}")


def state_badge(viewer: Viewer, row: InspectionRow) -> Component:
    """Return how far an inspection is; a proposal that was refused as that."""
    if row.refused:
        return badge(viewer.say("cli.inspect_state.refused"), "bad")
    tone = _STATE_TONE[InspectionState(row.state)]
    return badge(viewer.say(f"cli.inspect_state.{row.state}"), tone)


def suspicion_badge(viewer: Viewer, row: SuspicionRow) -> Component:
    """Return what became of a suspicion."""
    tone = _SUSPICION_TONE[SuspicionState(row.state)]
    return badge(viewer.say(f"cli.inspect_suspicion.{row.state}"), tone)


def about_link(about: str, utility: str) -> Component:
    """Return a link to the point or the node that something is about."""
    if about.startswith(POINT):
        point = about.removeprefix(POINT)
        return link(point, f"/meters/{point}")
    node = about.removeprefix(NODE)
    first = node.partition("/")[2].partition("+")[0]
    return link(node, f"/plant/{first}?utility={utility}")


def usage_link(viewer: Viewer, row: SuspicionRow, today: date) -> Component:
    """Return a link to the usage that made something suspect, with the days before it."""
    chosen = Selection(
        today=today,
        span=Span.FREE,
        at=row.first_day - BEFORE,
        until=row.last_day,
        utility=Utility(row.utility),
    )
    if row.about.startswith(POINT):
        path = f"/meters/{row.about.removeprefix(POINT)}"
    else:
        path = f"/plant/{row.about.partition('/')[2].partition('+')[0]}"
    return link(viewer.say("inspection_page.usage"), f"{path}{chosen.search()}")


def energy_text(utility: str, base: int | Fraction) -> str:
    """Return an amount in the unit that people of the utility say, exact."""
    of = Utility(utility)
    unit = UNIT_OF[of]
    return f"{exact_text(Fraction(base) / to_base(of, unit))} {unit}"


def missing_text(viewer: Viewer, row: SuspicionRow) -> str:
    """Return what may be missing; of a seal nobody knows."""
    if row.kind == SuspicionKind.SEAL:
        return viewer.say("inspection_page.not_known")
    return energy_text(row.utility, row.energy)


def why_words(viewer: Viewer, row: SuspicionRow) -> str:
    """Return why something is suspected, with its figures."""
    told: dict[str, Any] = dict(row.figures)
    match row.kind:
        case SuspicionKind.LOSS:
            told["came_in"] = energy_text(row.utility, int(told["came_in"]))
            told["share"] = percent_text(Fraction(told["share"]) / 100)
            told["limit"] = f"{exact_text(Fraction(told['limit']))} %"
        case SuspicionKind.ZERO_USE:
            told["mean"] = energy_text(row.utility, round(Fraction(told["mean"])))
        case SuspicionKind.SEAL:
            return row.words
        case _:
            told |= {key: exact_text(Fraction(told[key])) for key in ("was", "now")}
    return viewer.say(f"cli.inspect_why.{row.kind}", **told)


def error_text(error: str | None) -> str:
    """Return an error in per cent; "" of none."""
    return f"{exact_text(Fraction(error))} %" if error else ""


def how_words(viewer: Viewer, missed: Mapping[str, Any]) -> str:
    """Return how what was missed is told, with the figures that it rests on."""
    utility, figures = missed["utility"], missed["figures"]
    match missed["method"]:
        case Method.ERROR:
            told = {"error": exact_text(Fraction(figures["error_percent"]))}
        case Method.COMPARISON:
            told = {
                "used": energy_text(utility, int(figures["used"])),
                "first": day_text(viewer.language, date.fromisoformat(figures["from"])),
                "last": day_text(viewer.language, date.fromisoformat(figures["to"])),
                "per_day": energy_text(utility, round(Fraction(figures["per_day"]))),
            }
        case _:
            told = {
                "load": exact_text(Fraction(figures["load"])),
                "unit": str(UNIT_OF[Utility(utility)]),
                "hours": exact_text(Fraction(figures["hours"])),
                "per_day": energy_text(utility, round(Fraction(figures["per_day"]))),
            }
    return viewer.say(f"inspection_how.{missed['method']}", **told)


def days_words(viewer: Viewer, first: date | None, last: date | None) -> Children:
    """Return some local days; "" of none."""
    return "" if first is None or last is None else days_text(viewer, first, last)


def days_text(viewer: Viewer, first: date, last: date) -> str:
    """Return some local days, both included."""
    if first == last:
        return day_text(viewer.language, first)
    return f"{day_text(viewer.language, first)} – {day_text(viewer.language, last)}"

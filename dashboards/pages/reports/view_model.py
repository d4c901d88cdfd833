"""In: a viewer and a selection. Out: what the report shows. I/O by the port."""

from __future__ import annotations

from dataclasses import dataclass

from dashboards.pages.parts import Parts
from dashboards.queries.report_rows import ReportPage
from dashboards.queries.rows import Answer, PlaceRow
from dashboards.selection import Selection
from dashboards.viewer import Viewer
from energy.base.units import Utility


@dataclass(frozen=True, slots=True, kw_only=True)
class ReportModel:
    """The report's answers."""

    utilities: tuple[Utility, ...]
    places: tuple[PlaceRow, ...]
    report: Answer[ReportPage] | None
    """None without meters or where there is no such place."""


def report_model(parts: Parts, viewer: Viewer, selection: Selection) -> ReportModel:
    """Return the answers of a report."""
    queries, scope = parts.queries, viewer.scope
    utilities = queries.utilities(scope)
    wanted = selection.utility
    utility = wanted if wanted in utilities else next(iter(utilities), None)
    return ReportModel(
        utilities=utilities,
        places=queries.places(scope),
        report=queries.report(scope, utility, selection) if utility else None,
    )

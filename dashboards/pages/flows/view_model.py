"""In: a viewer and a selection. Out: what the flow page shows. I/O by the port."""

from __future__ import annotations

from dataclasses import dataclass

from dashboards.pages.parts import Parts
from dashboards.queries.flow_rows import FlowPage
from dashboards.queries.rows import Answer, PlaceRow
from dashboards.queries.site_flow_rows import SiteFlow
from dashboards.selection import Selection
from dashboards.viewer import Viewer
from energy.base.units import Utility
from energy.metering.conversion import Measure


@dataclass(frozen=True, slots=True, kw_only=True)
class FlowModel:
    """The flow page's answers."""

    utilities: tuple[Utility, ...]
    places: tuple[PlaceRow, ...]
    flow: Answer[FlowPage] | None
    """None without meters or where there is no such place or node."""
    site: Answer[SiteFlow] | None = None
    """Of all utilities, where one unit for all is selected."""


def flow_model(parts: Parts, viewer: Viewer, selection: Selection) -> FlowModel:
    """Return the answers of the flow page."""
    queries, scope = parts.queries, viewer.scope
    utilities = queries.utilities(scope)
    wanted = selection.utility
    utility = wanted if wanted in utilities else next(iter(utilities), None)
    common = selection.measure is not Measure.NATIVE
    return FlowModel(
        site=queries.site_flow(scope, selection) if common else None,
        utilities=utilities,
        places=queries.places(scope),
        flow=queries.flow_page(scope, utility, selection) if utility else None,
    )

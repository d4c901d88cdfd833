"""In: a viewer and a selection. Out: what the load page shows. I/O by the port."""

from __future__ import annotations

from dataclasses import dataclass

from dashboards.pages.parts import Parts
from dashboards.queries.load_rows import LoadRange
from dashboards.queries.rows import Answer, PlaceRow
from dashboards.selection import Selection
from dashboards.viewer import Viewer
from energy.base.units import Utility


@dataclass(frozen=True, slots=True, kw_only=True)
class LoadModel:
    """The load page's answers."""

    utilities: tuple[Utility, ...]
    places: tuple[PlaceRow, ...]
    utility: Utility | None
    """The one shown; None at a site without meters."""
    load: Answer[LoadRange] | None
    """None without meters or where there is no such place."""


def load_model(parts: Parts, viewer: Viewer, selection: Selection) -> LoadModel:
    """Return the answers of the load page."""
    queries, scope = parts.queries, viewer.scope
    utilities = queries.utilities(scope)
    wanted = selection.utility
    utility = wanted if wanted in utilities else next(iter(utilities), None)
    return LoadModel(
        utilities=utilities,
        places=queries.places(scope),
        utility=utility,
        load=queries.load_range(scope, utility, selection) if utility else None,
    )

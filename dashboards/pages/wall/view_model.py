"""In: a viewer and the queries. Out: the answers that a wall shows. I/O by the port."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import timedelta

from dashboards.pages.overview.view_model import chosen_utility
from dashboards.pages.parts import Parts
from dashboards.queries.rows import AlertRow, Answer, EnergyFlow, LoadProfile, UtilityTile
from dashboards.viewer import Viewer
from energy.base.period import local_day


@dataclass(frozen=True, slots=True, kw_only=True)
class WallModel:
    """All panels of a wall, which are those of a phone too."""

    tiles: Answer[tuple[UtilityTile, ...]]
    load: Answer[LoadProfile] | None
    """None at a site without meters of any utility."""
    flow: Answer[EnergyFlow] | None
    alerts: Answer[tuple[AlertRow, ...]]


def wall_model(parts: Parts, viewer: Viewer, name: str) -> WallModel:
    """Return the answers of a wall: the load is that of its utility, or of the site's first."""
    queries, scope = parts.queries, viewer.scope
    tiles = queries.tiles(scope)
    utility = chosen_utility(tiles.rows, name)
    yesterday = local_day(parts.clock.now(), parts.settings.zone) - timedelta(days=1)
    return WallModel(
        tiles=tiles,
        load=queries.load_profile(scope, utility) if utility else None,
        flow=queries.energy_flow(scope, utility, yesterday) if utility else None,
        alerts=queries.open_alerts(scope),
    )

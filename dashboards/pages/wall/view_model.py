"""In: a viewer and the queries. Out: the answers that a wall shows. I/O by the port."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from dashboards.components.outage_pieces import SOON, near
from dashboards.pages.overview.view_model import chosen_utility
from dashboards.pages.parts import Parts
from dashboards.queries.outage_rows import OutageLine
from dashboards.queries.rows import AlertRow, Answer, EnergyFlow, LoadProfile, UtilityTile
from dashboards.queries.sound_rows import Called
from dashboards.viewer import Viewer
from energy.alerting.severity import AlertSeverity
from energy.base.period import local_day
from energy.service.assurance.kinds import EventState
from energy.service.assurance.reads import EventRow


@dataclass(frozen=True, slots=True, kw_only=True)
class WallAlarm:
    """A critical alert that nobody has acknowledged."""

    row: AlertRow
    called: tuple[Called, ...]
    """Who was told of it."""
    more: int
    """How many others there are."""


@dataclass(frozen=True, slots=True, kw_only=True)
class WallModel:
    """All panels of a wall."""

    tiles: Answer[tuple[UtilityTile, ...]]
    load: Answer[LoadProfile] | None
    """None at a site without meters of any utility."""
    flow: Answer[EnergyFlow] | None
    alerts: Answer[tuple[AlertRow, ...]]
    alarm: WallAlarm | None
    """What the wall shows instead of demand and flow, as long as it is there."""
    outages: tuple[OutageLine, ...]
    """Planned outages that run or begin soon."""
    events: tuple[EventRow, ...]
    """Assured events that run or begin soon, the first to begin first."""


def wall_model(parts: Parts, viewer: Viewer, name: str) -> WallModel:
    """Return the answers of a wall: the load is that of its utility, or of the site's first."""
    queries, scope = parts.queries, viewer.scope
    tiles = queries.tiles(scope)
    utility = chosen_utility(tiles.rows, name)
    now = parts.clock.now()
    yesterday = local_day(now, parts.settings.zone) - timedelta(days=1)
    alerts = queries.open_alerts(scope)
    return WallModel(
        tiles=tiles,
        load=queries.load_profile(scope, utility) if utility else None,
        flow=queries.energy_flow(scope, utility, yesterday) if utility else None,
        alerts=alerts,
        alarm=_alarm(parts, viewer, alarming(alerts.rows)),
        outages=near(queries.outages(scope).rows, now),
        events=_near(queries.assured_events(scope).rows.events, now),
    )


def _near(rows: Sequence[EventRow], now: datetime) -> tuple[EventRow, ...]:
    held = (row for row in rows if row.at(now) in {EventState.APPROVED, EventState.RUNNING})
    soon = (row for row in held if row.begins_at <= now + SOON)
    return tuple(sorted(soon, key=lambda row: (row.begins_at, row.number)))


def alarming(rows: Sequence[AlertRow]) -> list[AlertRow]:
    """Return the alerts for which a wall leaves what it shows, the newest first.

    Args:
        rows: Alerts that stand, wake and are told on themselves: no shelved one, no expected one,
            no child.
    """
    found = [
        row
        for row in rows
        if row.severity == AlertSeverity.CRITICAL
        and row.acknowledged_at is None
        and not row.historic
    ]
    return sorted(found, key=lambda row: row.raised_at, reverse=True)


def _alarm(parts: Parts, viewer: Viewer, rows: Sequence[AlertRow]) -> WallAlarm | None:
    if not rows:
        return None
    called = parts.queries.called(viewer.scope, rows[0].alert).rows
    return WallAlarm(row=rows[0], called=called, more=len(rows) - 1)

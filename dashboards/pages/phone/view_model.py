"""In: a viewer and the queries. Out: the answers of a phone's first page. I/O by the port."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta
from decimal import Decimal
from fractions import Fraction

from dashboards.pages.overview.view_model import chosen_utility
from dashboards.pages.parts import Parts
from dashboards.queries.phone_rows import DemandLimit
from dashboards.queries.rows import AlertRow, Answer, LoadProfile, UtilityTile
from dashboards.queries.work_rows import OrderBoard, OrderTab
from dashboards.security.scope import Right
from dashboards.viewer import Viewer
from energy.base.units import Utility


@dataclass(frozen=True, slots=True, kw_only=True)
class PhoneModel:
    """What stands on a phone's first page."""

    tiles: Answer[tuple[UtilityTile, ...]]
    load: Answer[LoadProfile] | None
    """None at a site without meters of any utility."""
    limit: DemandLimit | None
    alerts: Answer[tuple[AlertRow, ...]]
    work: Answer[OrderBoard] | None
    """One's own work orders; None for who may not work."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Demand:
    """The load of one interval."""

    ends: datetime
    usage: int
    """[base unit]"""


def phone_model(parts: Parts, viewer: Viewer) -> PhoneModel:
    """Return the answers of the first page: electricity where the site has it."""
    queries, scope = parts.queries, viewer.scope
    tiles = queries.tiles(scope)
    utility = chosen_utility(tiles.rows, Utility.ELECTRICITY)
    return PhoneModel(
        tiles=tiles,
        load=queries.load_profile(scope, utility) if utility else None,
        limit=queries.demand_limit(scope, utility) if utility else None,
        alerts=queries.open_alerts(scope),
        work=queries.work_orders(scope, OrderTab.MINE) if scope.may(Right.WORK) else None,
    )


def demands(profile: LoadProfile) -> tuple[Demand | None, Demand | None]:
    """Return the newest interval in which every meter is known, and today's greatest such."""
    step = timedelta(seconds=profile.step_s)
    whole = [
        Demand(ends=profile.start + (n + 1) * step, usage=usage)
        for n, (usage, known) in enumerate(zip(profile.usage, profile.known, strict=True))
        if usage is not None and known == profile.meters
    ]
    if not whole:
        return None, None
    return whole[-1], max(whole, key=lambda each: each.usage)


def share_of_limit(usage: int, step_s: int, limit_kw: Decimal) -> Fraction | None:
    """Return which part of a limit an interval's mean load is; None where the limit is zero.

    Args:
        usage: Of the interval. [Wh]
        step_s: Its width. [s]
        limit_kw: [kW]
    """
    if not limit_kw:
        return None
    return Fraction(usage * 3600, step_s * 1000) / Fraction(limit_kw)

"""In: how many metering points. Out: how many of each kind. Pure."""

from __future__ import annotations

from dataclasses import dataclass

from energy.base.errors import ConfigError
from energy.base.units import Utility

FEWEST, MOST = 30, 5000
"""Metering points that a simulated airport may have."""
_PERCENT = {
    Utility.WATER: (10, 3),
    Utility.GAS: (4, 4),
    Utility.HEATING: (4, 2),
    Utility.COOLING: (8, 2),
    Utility.STEAM: (3, 2),
}
"""Share of the points and the least. [%]"""


@dataclass(frozen=True, slots=True, kw_only=True)
class Quotas:
    """How the metering points of an airport are shared out."""

    utilities: dict[Utility, int]
    sensors: int
    buildings: int
    boards: int
    """Electricity boards with a meter."""
    chillers: int
    boilers: int
    steam_boilers: int

    @property
    def electric_leaves(self) -> int:
        """Return the electricity meters below the boards: three stand above them."""
        return self.utilities[Utility.ELECTRICITY] - self.boards - 3


def quotas_of(meters: int) -> Quotas:
    """Return how many meters and sensors of each kind make up a number.

    Args:
        meters: Metering points, sensors included.

    Raises:
        ConfigError: So few cannot be an airport, or so many were never tried.
    """
    if not FEWEST <= meters <= MOST:
        raise ConfigError(f"--meters {meters}: an airport has {FEWEST} to {MOST} of them.")
    shares = {u: max(least, meters * part // 100) for u, (part, least) in _PERCENT.items()}
    sensors = max(6, min(meters // 5, 60 + meters * 8 // 100))
    electricity = meters - sensors - sum(shares.values())
    buildings = max(3, min(8, (electricity - 3) // 5))
    return Quotas(
        utilities={Utility.ELECTRICITY: electricity, **shares},
        sensors=sensors,
        buildings=buildings,
        boards=max(buildings, electricity // 12),
        chillers=3 if shares[Utility.COOLING] >= 12 else 1,
        boilers=2 if shares[Utility.HEATING] >= 8 else 1,
        steam_boilers=2 if shares[Utility.STEAM] >= 8 else 1,
    )

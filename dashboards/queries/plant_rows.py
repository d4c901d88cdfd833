"""In: nothing. Out: what a chiller, a boiler, a photovoltaic plant did, as frozen values. Pure.

Efficiencies are floats: they are drawn and compared, never billed.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from dashboards.queries.one_line_rows import GaugeValue, StateValue
from dashboards.queries.rows import PlaceRow
from energy.base.units import Utility


class PlantKind(StrEnum):
    """What a plant makes of what."""

    CHILLER = "chiller"
    BOILER = "boiler"
    HEAT_PUMP = "heat_pump"
    STEAM_BOILER = "steam_boiler"
    GENERATOR = "generator"
    OTHER = "other"


class Bins(StrEnum):
    """What hours of the past are alike by."""

    TEMPERATURE = "temperature"
    IRRADIANCE = "irradiance"
    WEEK_HOUR = "week_hour"


@dataclass(frozen=True, slots=True, kw_only=True)
class PlantMeter:
    """A meter of a plant."""

    point: str
    name: str
    utility: Utility
    out: bool
    """Whether it counts what the plant gives."""


@dataclass(frozen=True, slots=True, kw_only=True)
class PlantFlow:
    """What went into a plant or came out of it, of one utility."""

    utility: Utility
    out: bool
    amount: int | None
    """Of the hours that are known; None where none is. [base unit]"""


@dataclass(frozen=True, slots=True, kw_only=True)
class PlantHour:
    """One hour of a plant."""

    start: datetime
    given: float | None
    """None where any of its meters is unknown. [kWh, or the unit of the one utility]"""
    taken: float | None
    """[kWh, or the unit of the one utility]"""
    expected: float | None
    """Efficiency of like hours of the past; what they gave where nothing is taken."""

    @property
    def efficiency(self) -> float | None:
        """Return what is given per what is taken; None where the plant took nothing."""
        return self.given / self.taken if self.given is not None and self.taken else None


@dataclass(frozen=True, slots=True, kw_only=True)
class Turn:
    """A start or a stop."""

    at: datetime
    on: bool
    before_s: int | None
    """How long it had run or stood; None where that began in a gap. [s]"""


@dataclass(frozen=True, slots=True, kw_only=True)
class PlantWork:
    """What a plant did over the selected days."""

    flows: tuple[PlantFlow, ...]
    efficiency: float | None
    """What was given per what was taken, of the hours in which both are known."""
    percent: bool
    """Whether both sides are energies, so that it has no unit."""
    like: float | None
    """The same hours by the past: what it would have been."""
    against: float | None
    """Given or efficiency beside that of like hours. [1]"""
    bins: Bins
    compared: int
    """Hours that have like ones in the past."""
    hours: tuple[PlantHour, ...]
    run_s: int
    """Known to have run. [s]"""
    known_s: int
    """Of which is known whether it ran. [s]"""
    turns: tuple[Turn, ...]
    """The newest first."""
    starts: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Plant:
    """A place of kind `plant` with meters of its own."""

    place: PlaceRow
    kind: PlantKind
    meters: tuple[PlantMeter, ...]
    work: PlantWork | None
    """None where the days are too many."""


@dataclass(frozen=True, slots=True, kw_only=True)
class PlantPage:
    """One plant."""

    plant: Plant
    values: tuple[GaugeValue, ...]
    states: tuple[StateValue, ...]
    now: datetime

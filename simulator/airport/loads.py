"""In: nothing. Out: who uses how much of what at the airport, and what drives it. Pure.

Means are of a year and are the airport's, however many meters share them: more meters see finer,
they do not make the airport larger.
"""

from __future__ import annotations

from dataclasses import dataclass

from energy.base.units import Utility

Mix = tuple[tuple[str, int], ...]
"""Kinds of drivers and their share of the mean. [1 / 1000]"""


@dataclass(frozen=True, slots=True, kw_only=True)
class Load:
    """One kind of use in one building."""

    key: str
    name: str
    building: str
    utility: Utility
    mean: int
    """Mean of the year: W, L / h or g / h by the utility."""
    mix: Mix
    meters: int
    """How many of a thousand meters of the utility measure it, before the largest share."""
    tenant: str | None = None
    """Kind of tenant that pays; None: the airport's own use."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Building:
    """A building with its feeder."""

    key: str
    name: str
    short: str
    """In the names of its meters."""
    kind: str
    area_m2: int
    busbar: int


BUILDINGS = (
    Building(key="t2", name="Terminal 2", short="T2", kind="building", area_m2=300_000, busbar=1),
    Building(key="t1", name="Terminal 1", short="T1", kind="building", area_m2=200_000, busbar=2),
    Building(
        key="energy", name="Energy centre", short="Energy", kind="plant", area_m2=9_000, busbar=2
    ),
    Building(
        key="ground",
        name="Apron and catering",
        short="Apron",
        kind="area",
        area_m2=42_000,
        busbar=2,
    ),
    Building(
        key="cargo", name="Cargo terminal", short="Cargo", kind="building", area_m2=65_000, busbar=1
    ),
    Building(
        key="hotel",
        name="Hotel and offices",
        short="Hotel",
        kind="building",
        area_m2=38_000,
        busbar=2,
    ),
    Building(
        key="parking", name="Car park", short="Parking", kind="building", area_m2=90_000, busbar=1
    ),
    Building(key="airfield", name="Airfield", short="Airfield", kind="area", area_m2=0, busbar=1),
)
"""In the order in which a small site file keeps them."""

_BOTH = (("t2", 600), ("t1", 400))
_E, _W, _G = Utility.ELECTRICITY, Utility.WATER, Utility.GAS
_H, _C, _S = Utility.HEATING, Utility.COOLING, Utility.STEAM


def _in_both(
    key: str, name: str, utility: Utility, mean: int, mix: Mix, meters: int, tenant: str | None
) -> list[Load]:
    return [
        Load(
            key=key,
            name=name,
            building=building,
            utility=utility,
            mean=mean * share // 1000,
            mix=mix,
            meters=meters * share // 1000,
            tenant=tenant,
        )
        for building, share in _BOTH
    ]


def _one(
    key: str,
    name: str,
    building: str,
    utility: Utility,
    mean: int,
    mix: Mix,
    meters: int,
    tenant: str | None = None,
) -> Load:
    return Load(
        key=key,
        name=name,
        building=building,
        utility=utility,
        mean=mean,
        mix=mix,
        meters=meters,
        tenant=tenant,
    )


LOADS: tuple[Load, ...] = (
    # Terminals: HVAC 61 %, lighting 17 % of 10 MW [share of terminal electricity]; the chillers
    # of the energy centre are the rest of the HVAC, air handlers 40-74 % of it [seven hubs].
    *_in_both("ahu", "Air handling", _E, 3_700_000, (("air", 1000),), 150, None),
    *_in_both("light", "Lighting", _E, 1_700_000, (("light", 1000),), 150, None),
    *_in_both("it", "IT and security", _E, 640_000, (("base", 850), ("people", 150)), 60, None),
    *_in_both("bags", "Baggage", _E, 380_000, (("people", 700), ("base", 300)), 50, None),
    *_in_both("lift", "Lifts, escalators", _E, 260_000, (("people", 1000),), 60, None),
    *_in_both("shop", "Shop", _E, 440_000, (("people", 750), ("base", 250)), 190, "shop"),
    *_in_both("food", "Restaurant", _E, 360_000, (("kitchen", 800), ("base", 200)), 90, "food"),
    *_in_both("air", "Airline", _E, 230_000, (("people", 600), ("base", 400)), 80, "airline"),
    _one("cargo", "Cargo hall", "cargo", _E, 520_000,
         (("apron", 500), ("work", 300), ("base", 200)), 40, "ground"),
    _one("gse", "Ground service", "ground", _E, 430_000,
         (("apron", 600), ("night", 400)), 40, "ground"),
    _one("catering", "Flight catering", "ground", _E, 300_000,
         (("kitchen", 700), ("base", 300)), 15, "ground"),
    _one("charge", "Car charging", "parking", _E, 320_000,
         (("night", 600), ("people", 400)), 25, None),
    _one("site", "Construction site", "parking", _E, 260_000, (("work", 1000),), 20, "site"),
    _one("hotel", "Hotel", "hotel", _E, 330_000,
         (("people", 400), ("light", 300), ("base", 300)), 15, "hotel"),
    _one("office", "Offices", "hotel", _E, 260_000, (("work", 700), ("base", 300)), 25, None),
    _one("runway", "Lights", "airfield", _E, 240_000, (("dark", 1000),), 15, None),
    # Water: 25 L a passenger.
    *_in_both("wash", "Washrooms", _W, 54_000, (("people", 1000),), 300, None),
    *_in_both("food", "Restaurant", _W, 22_000, (("kitchen", 1000),), 330, "food"),
    _one("tower", "Cooling towers", "energy", _W, 21_500, (("cool", 1000),), 50, None),
    _one("catering", "Flight catering", "ground", _W, 14_000, (("kitchen", 1000),), 60, "ground"),
    _one("hotel", "Hotel", "hotel", _W, 9_000, (("people", 800), ("base", 200)), 60, "hotel"),
    _one("site", "Construction site", "parking", _W, 3_000, (("work", 1000),), 80, "site"),
    _one("lawn", "Irrigation", "airfield", _W, 4_500, (("night", 1000),), 40, None),
    _one("cargo", "Cargo hall", "cargo", _W, 2_500, (("work", 1000),), 80, "ground"),
    # Gas: kitchens; what the boilers burn follows from what they give (plants.py).
    _one("catering", "Flight catering", "ground", _G, 22_000, (("kitchen", 1000),), 100, "ground"),
    *_in_both("food", "Restaurant", _G, 40_000, (("kitchen", 1000),), 550, "food"),
    # Heating and cooling, in W of heat.
    *_in_both("hall", "Halls", _H, 1_180_000, (("heat", 1000),), 620, None),
    _one("hotel", "Hotel", "hotel", _H, 260_000, (("heat", 700), ("people", 300)), 180, "hotel"),
    _one("office", "Offices", "hotel", _H, 100_000, (("heat", 1000),), 100, None),
    _one("cargo", "Cargo hall", "cargo", _H, 60_000, (("heat", 1000),), 100, "ground"),
    *_in_both("hall", "Halls", _C, 9_900_000, (("cool", 1000),), 420, None),
    *_in_both("shop", "Shop", _C, 1_000_000, (("cool", 1000),), 380, "shop"),
    _one("hotel", "Hotel", "hotel", _C, 700_000, (("cool", 1000),), 60, "hotel"),
    _one("office", "Offices", "hotel", _C, 350_000, (("cool", 1000),), 60, None),
    _one("catering", "Flight catering", "ground", _C, 300_000, (("cool", 1000),), 40, "ground"),
    _one("cargo", "Cargo hall", "cargo", _C, 250_000, (("cool", 1000),), 40, "ground"),
    # Steam, in g / h.
    _one("catering", "Flight catering", "ground", _S, 870_000, (("kitchen", 1000),), 400, "ground"),
    _one("laundry", "Laundry", "hotel", _S, 362_000, (("work", 1000),), 250, "hotel"),
    _one("damp", "Humidifiers", "t2", _S, 218_000, (("base", 1000),), 350, None),
)  # fmt: skip

"""In: a site file and hourly series. Out: the simulated meters. Pure, but for one read.

Only what a meter needs is taken from the site file; checking the file whole is `site init`'s work.
"""

from __future__ import annotations

import hashlib
import tomllib
from collections.abc import Mapping
from dataclasses import dataclass, replace
from fractions import Fraction
from functools import partial
from pathlib import Path
from typing import Any

from energy.base.errors import ConfigError
from simulator.device_maps import DEVICE_MAPS, FLOAT_LIMIT, DeviceState
from simulator.replay import (
    GAS_COUNTS_PER_TENTH,
    WEEK_US,
    HourlySeries,
    Register,
    electricity_counts_per_tenth,
)

PULSE_QUANTITY = "volume"
SPARE_OFFSET = 100
"""A spare meter answers at the unit of the meter it may replace plus this."""
NEAR_ROLLOVER = {"cam-b58-gas": 99_900_000, "cam-b109-gas": 99_950_000}
"""Gas meters that pass zero within the first 31 days of January. [count]"""
_START_RANGE = {"eastron_sdm630": 1_000_000, "abb_b23_b24": 20_000_000, "pulse": 5_000_000}


@dataclass(frozen=True, slots=True, kw_only=True)
class ElectricMeter:
    """A simulated Modbus electricity meter."""

    point: str
    unit: int
    profile: str
    register: Register
    quantities: tuple[str, ...]
    """What the site reads from it, in the order of its channels."""

    def state(self, at_us: int) -> DeviceState:
        """Return what the meter measures at an instant. [us since the epoch]."""
        register = self.register
        return DeviceState(
            import_count=register.shown_count(at_us), power_cw=register.power_cw(at_us)
        )


@dataclass(frozen=True, slots=True, kw_only=True)
class PulseMeter:
    """A simulated gas meter behind a pulse gateway."""

    point: str
    device: str
    topic: str
    register: Register

    @property
    def quantity(self) -> str:
        """What it counts."""
        return PULSE_QUANTITY

    def shown_count(self, at_us: int) -> int:
        """Return the count that it shows. [us since the epoch -> count]."""
        return self.register.shown_count(at_us)


@dataclass(frozen=True, slots=True, kw_only=True)
class Plant:
    """Every simulated meter of a site, in the order of the site file."""

    site: str
    electric: tuple[ElectricMeter, ...]
    pulse: tuple[PulseMeter, ...]

    def channels(self) -> list[tuple[str, str]]:
        """Return (point, quantity) of every channel that the site reads."""
        read = [(meter.point, name) for meter in self.electric for name in meter.quantities]
        return read + [(meter.point, PULSE_QUANTITY) for meter in self.pulse]

    def registers(self) -> dict[str, Register]:
        """Return the billed register of every point."""
        electric = {meter.point: meter.register for meter in self.electric}
        return electric | {meter.point: meter.register for meter in self.pulse}

    def spares(self) -> list[ElectricMeter]:
        """Return a spare device for every electricity meter, for practising a replacement.

        A spare measures the same building, at another unit and from a zero start.
        """
        return [
            replace(
                meter,
                unit=meter.unit + SPARE_OFFSET,
                register=replace(meter.register, start_count=0),
            )
            for meter in self.electric
        ]

    def require_floats_exact(self, until_us: int) -> None:
        """Refuse a play in which a float32 register could not tell neighbouring counts apart.

        Args:
            until_us: Last instant that has to be exact. [us since the epoch]

        Raises:
            ConfigError: A float meter reaches 2**23 counts before that instant.
        """
        for meter in self.electric:
            if DEVICE_MAPS[meter.profile].points["active_energy_import"].type != "f32":
                continue
            if meter.register.true_count(until_us) >= FLOAT_LIMIT:
                raise ConfigError(
                    f"The float register of {meter.point} passes {FLOAT_LIMIT} counts. "
                    "Raise --shift-weeks so that the play falls into the first years of the series."
                )


def start_count(point: str, profile: str) -> int:
    """Return the count a meter shows at the start of the series; the same in every run. [count]."""
    if point in NEAR_ROLLOVER:
        return NEAR_ROLLOVER[point]
    digest = hashlib.sha256(point.encode()).digest()
    return int.from_bytes(digest[:8], "big") % _START_RANGE[profile]


def build_plant(
    site_file: Mapping[str, Any], series: Mapping[str, HourlySeries], *, shift_weeks: int
) -> Plant:
    """Return the simulated meters of a site.

    Args:
        site_file: The site file as parsed.
        series: Hourly series by metering point.
        shift_weeks: How much later than the series the play lives. [week]

    Raises:
        ConfigError: A meter has no series, or a profile that the simulator cannot be.
    """
    topics = {row["key"]: row["topic"] for row in site_file["source"] if row["kind"] == "mqtt"}
    electric: list[ElectricMeter] = []
    pulse: list[PulseMeter] = []
    for row in site_file["meter"]:
        if row["point"] not in series:
            raise ConfigError(
                f"The simulator has no hourly series for {row['point']}. "
                "Name a point of simulator/data/README.md or add its series."
            )
        build = partial(
            Register,
            series=series[row["point"]],
            shift_us=shift_weeks * WEEK_US,
            start_count=start_count(row["point"], _known_profile(row)),
        )
        if row["profile"] == "pulse":
            pulse.append(_pulse_meter(row, topics[row["source"]], build))
        else:
            electric.append(_electric_meter(row, build))
    return Plant(site=site_file["site"]["key"], electric=tuple(electric), pulse=tuple(pulse))


def read_plant(file: Path, series: Mapping[str, HourlySeries], *, shift_weeks: int) -> Plant:
    """Return the simulated meters of a site file.

    Args:
        file: The site file (TOML).
        series: Hourly series by metering point.
        shift_weeks: How much later than the series the play lives. [week]

    Raises:
        ConfigError: The file is missing, no site file, or names a meter that cannot be simulated.
    """
    try:
        site_file = tomllib.loads(file.read_text(encoding="utf-8"))
        return build_plant(site_file, series, shift_weeks=shift_weeks)
    except (OSError, tomllib.TOMLDecodeError) as error:
        raise ConfigError(f"{file} cannot be read: {error}. Name a site file.") from error
    except KeyError as error:
        raise ConfigError(
            f"{file} lacks {error}, so its meters cannot be simulated. "
            "`site init FILE --dry-run` names every problem of the file."
        ) from error


def _known_profile(row: Mapping[str, Any]) -> str:
    profile = str(row["profile"])
    if profile not in _START_RANGE:
        raise ConfigError(
            f"The simulator cannot be a {profile} (meter {row['point']}). "
            f"It knows: {', '.join(_START_RANGE)}."
        )
    return profile


def _electric_meter(row: Mapping[str, Any], build: partial[Register]) -> ElectricMeter:
    per_tenth = electricity_counts_per_tenth(Fraction(row["multiplier"]))
    return ElectricMeter(
        point=row["point"],
        unit=int(row["address"]["unit"]),
        profile=row["profile"],
        register=build(counts_per_tenth=per_tenth, modulus=None),
        quantities=tuple(row["quantities"]),
    )


def _pulse_meter(row: Mapping[str, Any], topic: str, build: partial[Register]) -> PulseMeter:
    device = str(row["address"]["device"])
    modulus = int(row["channels"][0]["modulus"])
    return PulseMeter(
        point=row["point"],
        device=device,
        topic=topic.replace("+", device),
        register=build(counts_per_tenth=GAS_COUNTS_PER_TENTH, modulus=modulus),
    )

"""In: a TOML file that describes one kind of meter. Out: its values, checked. I/O: reads files.

Shared by the adapters that frame bytes themselves; shaped like a Modbus register map. What a value
is (facts of a channel) is read here, where it lies is read by the adapter's own `wire`. A profile
is checked whole: every problem is listed at once, and a profile with a problem is not used.
"""

from __future__ import annotations

import re
import tomllib
from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum
from fractions import Fraction
from pathlib import Path
from typing import Generic, TypeVar

from adapters.errors import AdapterError
from adapters.quantities import problem_with
from energy.base.errors import EnergyError
from energy.base.units import Utility, to_base
from energy.metering.channel import ChannelFacts, Direction, Kind, Side

W = TypeVar("W")
E = TypeVar("E", bound=StrEnum)
SCHEMA_VERSION = 1
TRUST = ("single", "agree", "manual", "conflict")
"""How well a value is known before a meter was witnessed; as in the register maps."""


class MeterProfileError(AdapterError):
    """A profile does not describe a meter; lists every problem found."""

    code = "profile"

    def __init__(self, name: str, problems: list[str]) -> None:
        """Join the problems into one message, one a row."""
        self.problems = problems
        rows = "\n".join(f"  - {problem}" for problem in problems)
        super().__init__(
            f"Profile {name!r} has {len(problems)} problem(s):\n{rows}\n"
            "Mend the profile (the adapter's README explains each key) and start again."
        )


@dataclass(frozen=True, slots=True, kw_only=True)
class ProfilePoint(Generic[W]):
    """One value of a meter: what it means and where it lies."""

    facts: ChannelFacts
    wire: W
    trust: str
    note: str

    @property
    def quantity(self) -> str:
        """Return its canonical name."""
        return self.facts.quantity

    @property
    def billing(self) -> bool:
        """Return whether bills may rest on it."""
        return self.facts.billing

    @property
    def resolution(self) -> Fraction:
        """Return units in one count. [unit / count]."""
        return self.facts.resolution

    @property
    def unit(self) -> str:
        """Return the unit of the resolution."""
        return self.facts.unit


@dataclass(frozen=True, slots=True, kw_only=True)
class MeterProfile(Generic[W]):
    """The values of one kind of meter."""

    id: str
    vendor: str
    models: tuple[str, ...]
    sources: tuple[str, ...]
    trust: str
    own: Mapping[str, str]
    """Keys of the adapter itself, for example the meter type of CJ/T 188."""
    points: Mapping[str, ProfilePoint[W]]

    def point(self, quantity: str) -> ProfilePoint[W]:
        """Return what is known of a quantity.

        Raises:
            MeterProfileError: The meter does not offer it.
        """
        try:
            return self.points[quantity]
        except KeyError:
            known = ", ".join(sorted(self.points))
            raise MeterProfileError(
                self.id, [f"no quantity {quantity!r}; the profile has {known}"]
            ) from None

    def facts(self, quantity: str) -> ChannelFacts:
        """Return what a channel of this quantity is.

        Raises:
            MeterProfileError: The meter does not offer it.
        """
        return self.point(quantity).facts

    def disagrees(self, quantity: str, *, unit: str, resolution: str) -> str | None:
        """Return how a channel in the journal differs from this profile, None where it does not.

        A profile that was changed after a meter was commissioned would make counts of another
        size: such a channel must not be collected.

        Args:
            quantity: Quantity of the channel.
            unit: Unit of the channel; empty in plans of earlier versions, which are not compared.
            resolution: Units per count of the channel, exact; empty likewise. [unit / count]

        Raises:
            MeterProfileError: The meter does not offer it.
        """
        facts = self.facts(quantity)
        same_step = not resolution or Fraction(resolution) == facts.resolution
        if same_step and unit in {"", facts.unit}:
            return None
        return (
            f"{quantity} was commissioned in steps of {resolution} {unit}, {self.id} now says "
            f"{facts.resolution} {facts.unit}: put the profile back, or commission the meter anew"
        )


class _Own:
    """Where a site's own profiles lie; nowhere until a process says so."""

    folder: Path | None = None


def use_own_profiles(data_dir: Path | None) -> None:
    """Look for a site's own profiles in `profiles/<protocol>` of a folder.

    Args:
        data_dir: The data directory; None knows those that ship alone.
    """
    _Own.folder = None if data_dir is None else data_dir / "profiles"


def ids_in(folder: Path) -> list[str]:
    """Return the ids of the profiles in a folder."""
    return sorted(path.stem for path in folder.glob("*.toml"))


def own_ids(protocol: str) -> list[str]:
    """Return the ids of a site's own profiles of a protocol."""
    return [] if _Own.folder is None else ids_in(_Own.folder / protocol)


def profile_text(profile: str, shipped: Path, protocol: str) -> str:
    """Return the text of a profile's file: of one that ships, else of a site's own.

    Args:
        profile: Id of the profile.
        shipped: Folder of those that ship.
        protocol: "dlt645", "cjt188", "mbus", "opcua" or "bacnet".

    Raises:
        MeterProfileError: There is no such profile.
    """
    if profile in ids_in(shipped):
        return (shipped / f"{profile}.toml").read_text("utf-8")
    if _Own.folder is not None and profile in own_ids(protocol):
        return (_Own.folder / protocol / f"{profile}.toml").read_text("utf-8")
    every = ", ".join([*ids_in(shipped), *own_ids(protocol)])
    raise MeterProfileError(profile, [f"no such profile; there are {every}"])


class ProfileReader(Generic[W]):
    """Reads one profile and gathers its problems; each adapter adds where a value lies."""

    OWN_KEYS: Mapping[str, str] = {}
    """Own keys of the whole file, each with the pattern of its text."""
    WIRE_KEYS: frozenset[str] = frozenset()
    """Own keys of a point."""
    _KEYS = frozenset(
        {"schema_version", "id", "vendor", "models", "utility", "side", "trust", "sources", "note",
         "point"}
    )  # fmt: skip
    _POINT_KEYS = frozenset(
        {"quantity", "resolution", "unit", "kind", "utility", "direction", "side", "billing",
         "modulus", "max_per_hour", "trust", "note"}
    )  # fmt: skip

    def __init__(self, text: str, *, name: str) -> None:
        """Take the text of a profile.

        Args:
            text: TOML.
            name: Name for messages; must equal the profile's id.

        Raises:
            MeterProfileError: The text is no TOML.
        """
        self.name = name
        self.problems: list[str] = []
        try:
            self.raw: Mapping[str, object] = tomllib.loads(text)
        except tomllib.TOMLDecodeError as error:
            raise MeterProfileError(name, [f"no TOML: {error}"]) from error

    def profile(self) -> MeterProfile[W]:
        """Return the checked profile.

        Raises:
            MeterProfileError: Lists every problem.
        """
        self.unknown("the profile", self.raw, self._KEYS | set(self.OWN_KEYS))
        if self.raw.get("schema_version") != SCHEMA_VERSION:
            self.problems.append(f"schema_version must be {SCHEMA_VERSION}")
        if self.raw.get("id") != self.name:
            self.problems.append(f"id must be {self.name!r}, the name of the file")
        points = self._points()
        read = MeterProfile(
            id=self.name,
            vendor=self.text("vendor", self.raw),
            models=self._texts("models"),
            sources=self._texts("sources"),
            trust=self._trust("the profile", self.raw),
            own={key: self._own(key, pattern) for key, pattern in self.OWN_KEYS.items()},
            points={point.quantity: point for point in points},
        )
        if self.problems:
            raise MeterProfileError(self.name, self.problems)
        return read

    def wire(self, where: str, row: Mapping[str, object], facts: ChannelFacts) -> W | None:
        """Return where a value lies; None after a problem was noted.

        Args:
            where: Begins each problem.
            row: The point's table.
            facts: What the value is, checked.
        """
        raise NotImplementedError

    def _points(self) -> list[ProfilePoint[W]]:
        rows = self.raw.get("point", [])
        if not isinstance(rows, list) or not rows:
            self.problems.append("there is no [[point]]")
            return []
        found = [p for p in (self._point(r) for r in rows if isinstance(r, dict)) if p is not None]
        names = [point.quantity for point in found]
        for name in sorted({name for name in names if names.count(name) > 1}):
            self.problems.append(f"quantity {name!r} stands twice")
        return found

    def _point(self, row: Mapping[str, object]) -> ProfilePoint[W] | None:
        where = f"point {row.get('quantity')!r}"
        before = len(self.problems)
        self.unknown(where, row, self._POINT_KEYS | self.WIRE_KEYS)
        facts = self._facts(where, row)
        trust = self._trust(where, row) if "trust" in row else str(self.raw.get("trust"))
        wire = None if facts is None else self.wire(where, row, facts)
        if facts is None or wire is None or len(self.problems) > before:
            return None
        return ProfilePoint(facts=facts, wire=wire, trust=trust, note=str(row.get("note", "")))

    def _facts(self, where: str, row: Mapping[str, object]) -> ChannelFacts | None:
        before = len(self.problems)
        name = row.get("quantity")
        problem = problem_with(name, plate=False)
        if problem is not None:
            self.problems.append(f"{where}: {problem}")
        kind = self.one_of(Kind, row.get("kind"), f"{where}: kind")
        stated = row.get("utility", self.raw.get("utility"))
        utility = None if stated == "none" else self.one_of(Utility, stated, f"{where}: utility")
        side = self.one_of(Side, row.get("side", self.raw.get("side")), f"{where}: side")
        direction = self.one_of(Direction, row.get("direction", "none"), f"{where}: direction")
        modulus = self.whole(where, row, "modulus", least=2)
        max_per_hour = self.whole(where, row, "max_per_hour", least=1)
        billing = row.get("billing", False)
        if not isinstance(billing, bool):
            self.problems.append(f"{where}: billing must be true or false")
        resolution = self._resolution(where, row.get("resolution"))
        unit = self.text("unit", row)
        if kind is Kind.COUNTER and utility is not None:
            self._counter_unit(where, utility, unit)
        if len(self.problems) > before or kind is None or side is None or direction is None:
            return None
        return ChannelFacts(
            quantity=str(name), kind=kind, utility=utility, unit=unit, resolution=resolution,
            modulus=modulus, direction=direction, side=side, billing=bool(billing),
            max_per_hour=max_per_hour,
        )  # fmt: skip

    def _counter_unit(self, where: str, utility: Utility, unit: str) -> None:
        try:
            to_base(utility, unit)
        except EnergyError as error:
            self.problems.append(f'{where}: {error} (or state utility = "none")')

    def _resolution(self, where: str, value: object) -> Fraction:
        try:
            if isinstance(value, str) and Fraction(value) > 0:
                return Fraction(value)
        except (ValueError, ZeroDivisionError):
            pass
        self.problems.append(f'{where}: resolution must be an exact text such as "0.01"')
        return Fraction(1)

    def _trust(self, where: str, table: Mapping[str, object]) -> str:
        trust = str(table.get("trust"))
        if trust not in TRUST:
            self.problems.append(f"{where}: trust must be one of {', '.join(TRUST)}")
        return trust

    def _own(self, key: str, pattern: str) -> str:
        value = self.text(key, self.raw)
        if not re.fullmatch(pattern, value):
            self.problems.append(f"{key} must look like {pattern}, not {value!r}")
        return value

    def _texts(self, key: str) -> tuple[str, ...]:
        value = self.raw.get(key)
        if not isinstance(value, list) or not value or not all(isinstance(v, str) for v in value):
            self.problems.append(f"{key} must be a list of texts, not empty")
            return ()
        return tuple(value)

    def text(self, key: str, table: Mapping[str, object]) -> str:
        """Return a text of a table; notes a problem when it is missing or empty."""
        value = table.get(key)
        if not isinstance(value, str) or not value:
            self.problems.append(f"{key} must be a text ({table.get('quantity', 'the profile')})")
            return "?"
        return value

    def whole(
        self, where: str, row: Mapping[str, object], key: str, *, least: int, most: int = 2**48
    ) -> int | None:
        """Return a whole number of a table, None when it is absent or a problem."""
        value = row.get(key)
        if value is None:
            return None
        if type(value) is not int or not least <= value <= most:
            self.problems.append(f"{where}: {key} must be a whole number, {least} or more")
            return None
        return value

    def one_of(self, kind: type[E], value: object, where: str) -> E | None:
        """Return a member of an enumeration; notes a problem when it is none."""
        try:
            return kind(str(value))
        except ValueError:
            self.problems.append(f"{where} must be one of {', '.join(kind)}, not {value!r}")
            return None

    def unknown(
        self, where: str, table: Mapping[str, object], keys: frozenset[str] | set[str]
    ) -> None:
        """Note every key that nobody knows."""
        self.problems += [f"{where}: unknown key {key!r}" for key in sorted(set(table) - keys)]

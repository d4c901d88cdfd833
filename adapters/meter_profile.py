"""In: the text of a profile of one kind of meter. Out: its values, checked. Pure.

Shared by the adapters that frame bytes themselves; shaped like a Modbus register map. What a value
is (facts of a channel) is read here, where it lies is read by the adapter's own `wire`. A profile
is checked whole: every problem is listed at once, and a profile with a problem is not used.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Generic, TypeVar

from adapters.errors import FaultyFileError
from adapters.profile_fields import Fields, changed_step, read_facts, twice
from adapters.profile_point import Point, Trust
from adapters.toml_text import table_in
from energy.metering.channel import LARGEST_MODULUS, ChannelFacts

W = TypeVar("W")
_FOR_ALL = ("utility", "side")
"""Keys of the whole file that hold for each point which does not state them."""


class MeterProfileError(FaultyFileError):
    """A profile does not describe a meter."""

    code = "profile"
    FAULTY = "faulty.profile"


@dataclass(frozen=True, slots=True, kw_only=True)
class ProfilePoint(Point, Generic[W]):
    """One value of a meter: what it means and where it lies."""

    wire: W
    trust: Trust
    note: str


@dataclass(frozen=True, slots=True, kw_only=True)
class MeterProfile(Generic[W]):
    """The values of one kind of meter."""

    id: str
    vendor: str
    models: tuple[str, ...]
    sources: tuple[str, ...]
    trust: Trust
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

        Args:
            quantity: Quantity of the channel.
            unit: Unit of the channel; empty in plans of earlier versions, which are not compared.
            resolution: Units per count of the channel, exact; empty likewise. [unit / count]

        Raises:
            MeterProfileError: The meter does not offer it.
        """
        return changed_step(self.id, self.facts(quantity), unit=unit, resolution=resolution)


@dataclass(frozen=True, slots=True, kw_only=True)
class ProfiledMeter(Generic[W]):
    """One meter of a source, as far as every protocol says it; its address is the protocol's."""

    point: str
    """Metering point."""
    profile: MeterProfile[W]
    channels: Mapping[str, int]
    """Channel number by quantity."""


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

    @classmethod
    def parse(cls, text: str, *, name: str) -> MeterProfile[W]:
        """Return the checked profile written in a text.

        Args:
            text: TOML.
            name: Name for messages; must equal the profile's id.

        Raises:
            MeterProfileError: Lists every problem.
        """
        fields = Fields(table_in(text, name=name, wrong=MeterProfileError), [])
        read = cls(fields).profile(name)
        if fields.problems:
            raise MeterProfileError(name, fields.problems)
        return read

    def __init__(self, fields: Fields) -> None:
        """Take a profile.

        Args:
            fields: Reads the whole file and gathers its problems.
        """
        self.fields = fields
        self._trust = fields.one_of(Trust, "trust") or Trust.SINGLE

    def profile(self, name: str) -> MeterProfile[W]:
        """Return the profile; it is worth nothing when a problem was noted.

        Args:
            name: Id that it must bear.
        """
        fields = self.fields
        fields.heading(name, self._KEYS | set(self.OWN_KEYS))
        return MeterProfile(
            id=name,
            vendor=fields.text("vendor"),
            models=fields.texts("models"),
            sources=fields.texts("sources"),
            trust=self._trust,
            own={key: self._own(key, pattern) for key, pattern in self.OWN_KEYS.items()},
            points={point.quantity: point for point in self._points()},
        )

    def wire(self, fields: Fields, facts: ChannelFacts) -> W | None:
        """Return where a value lies; None after a problem was noted.

        Args:
            fields: Reads the point's table.
            facts: What the value is, checked.
        """
        raise NotImplementedError

    def _points(self) -> list[ProfilePoint[W]]:
        rows = self.fields.tables("point")
        if not rows:
            self.fields.problem("there is no [[point]]")
        found = [point for point in map(self._point, rows) if point is not None]
        self.fields.problems += twice([point.quantity for point in found])
        return found

    def _point(self, row: Mapping[str, object]) -> ProfilePoint[W] | None:
        fields = self.fields.below(row, f"point {row.get('quantity')!r}", _FOR_ALL)
        before = len(fields.problems)
        facts = read_facts(fields, most=LARGEST_MODULUS)
        wire = self.wire(fields, facts) if len(fields.problems) == before else None
        fields.only(self._POINT_KEYS | self.WIRE_KEYS)
        trust = fields.one_of(Trust, "trust") if "trust" in row else self._trust
        if wire is None or trust is None or len(fields.problems) > before:
            return None
        return ProfilePoint(facts=facts, wire=wire, trust=trust, note=fields.text("note", ""))

    def _own(self, key: str, pattern: str) -> str:
        value = self.fields.text(key)
        if not re.fullmatch(pattern, value):
            self.fields.problem(f"{key} must look like {pattern}, not {value!r}")
        return value

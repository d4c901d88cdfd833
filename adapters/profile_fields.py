"""In: a table of a profile or register map. Out: its values by type, and every problem. Pure.

What every protocol's profiles say alike is read here; where a value lies is the adapter's own.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from enum import StrEnum
from fractions import Fraction
from typing import TypeVar

from adapters.number_text import exact_number
from adapters.quantities import is_energy_or_power, problem_with
from energy.base.errors import EnergyError
from energy.base.units import Utility, to_base
from energy.metering.channel import ChannelFacts, Direction, Kind, Side

E = TypeVar("E", bound=StrEnum)
SCHEMA_VERSION = 1


class Fields:
    """Reads one table; what is wrong goes to a list shared by all tables of the map."""

    def __init__(
        self,
        table: Mapping[str, object],
        problems: list[str],
        where: str = "",
        above: Mapping[str, object] | None = None,
    ) -> None:
        """Read a table.

        Args:
            table: The table.
            problems: Where problems are gathered.
            where: Name of the table in messages; empty for the map itself.
            above: Table whose values hold where this one is silent.
        """
        self.table = table
        self.problems = problems
        self._where = f"{where}: " if where else ""
        self._above = above or {}

    def problem(self, text: str) -> None:
        """Add a problem of this table."""
        self.problems.append(f"{self._where}{text}")

    def get(self, key: str) -> object:
        """Return a value as it stands, from the table above where this one is silent."""
        return self.table.get(key, self._above.get(key))

    def only(self, keys: frozenset[str]) -> None:
        """Refuse unknown keys."""
        for key in sorted(set(self.table) - keys):
            self.problem(f"unknown key {key!r}")

    def heading(self, name: str, keys: frozenset[str]) -> None:
        """Refuse a file of another version or name, and unknown keys.

        Args:
            name: Id that the file must bear.
            keys: Every key of the file.
        """
        self.only(keys)
        if self.table.get("schema_version") != SCHEMA_VERSION:
            self.problem(f"schema_version must be {SCHEMA_VERSION}")
        if self.table.get("id") != name:
            self.problem(f"id must be {name!r}, the name of the file")

    def text(self, key: str, default: str | None = None) -> str:
        """Return a text; without a default it must be there and not be empty."""
        value = self.table.get(key, default)
        if not isinstance(value, str) or (not value and default is None):
            self.problem(f"{key} must be a text")
            return "?"
        return value

    def texts(self, key: str, *, needed: bool = True) -> tuple[str, ...]:
        """Return a list of texts."""
        value = self.table.get(key, [])
        if not isinstance(value, list) or not all(isinstance(v, str) and v for v in value):
            self.problem(f"{key} must be a list of texts")
            return ()
        if needed and not value:
            self.problem(f"{key} must be a list of texts, not empty")
        return tuple(value)

    def whole(self, key: str, least: int, most: int | None = None) -> int | None:
        """Return a whole number within limits, or None when it is absent or wrong."""
        value = self.get(key)
        if value is None:
            return None
        if type(value) is not int or value < least or (most is not None and value > most):
            until = f" to {most}" if most is not None else " or more"
            self.problem(f"{key} must be a whole number, {least}{until}")
            return None
        return value

    def wholes(self, key: str, least: int, most: int) -> tuple[int, ...]:
        """Return a list of whole numbers within limits, empty when absent."""
        value = self.table.get(key, [])
        if not isinstance(value, list) or not all(
            type(v) is int and least <= v <= most for v in value
        ):
            self.problem(f"{key} must be a list of whole numbers, {least} to {most}")
            return ()
        return tuple(value)

    def exact(self, key: str, *, default: Fraction | None = None, above_zero: bool) -> Fraction:
        """Return an exact number written as text; without a default it must be there."""
        value = self.table.get(key)
        if value is None and default is not None:
            return default
        number = exact_number(value)
        if number is None or (above_zero and number <= 0):
            self.problem(f'{key} must be an exact text such as "0.01"')
            return Fraction(1)
        return number

    def bits(self, *, most: int, needed: bool = False) -> tuple[int, int] | None:
        """Return first bit and width of a state, or None when they are absent or wrong.

        Args:
            most: Bits of the word they are cut from; 0 where the value is no state. [bit]
            needed: Whether they must be there.
        """
        value = self.table.get("bits")
        if value is None and not needed:
            return None
        if isinstance(value, list) and len(value) == 2 and all(type(v) is int for v in value):
            first, width = value
            if first >= 0 and width >= 1 and first + width <= most:
                return first, width
        rule = f"must be [first, width] within {most} bits" if most else "are for a state alone"
        self.problem(f"bits {rule}")
        return None

    def flag(self, key: str) -> bool:
        """Return true or false, false when absent."""
        value = self.table.get(key, False)
        if not isinstance(value, bool):
            self.problem(f"{key} must be true or false")
            return False
        return value

    def one_of(self, kind: type[E], key: str, *, default: str | None = None) -> E | None:
        """Return a word of a closed list, or None when it is wrong."""
        value = self.get(key)
        value = default if value is None else value
        try:
            return kind(str(value))
        except ValueError:
            self.problem(f"{key} must be one of {', '.join(kind)}, not {value!r}")
            return None

    def one_or_none(self, kind: type[E], key: str, *, default: str | None = None) -> E | None:
        """Return a word of a closed list; "none" is None and right."""
        value = self.get(key)
        if (default if value is None else value) == "none":
            return None
        return self.one_of(kind, key, default=default)

    def tables(self, key: str) -> list[Mapping[str, object]]:
        """Return a list of tables, empty when absent."""
        value = self.table.get(key, [])
        if not isinstance(value, list) or not all(isinstance(row, dict) for row in value):
            self.problem(f"[[{key}]] must be tables")
            return []
        return value

    def below(self, row: Mapping[str, object], where: str, keys: Collection[str]) -> Fields:
        """Return the reader of a table below this one.

        Args:
            row: The table.
            where: Its name in messages.
            keys: Keys whose values hold for it where it is silent.
        """
        return Fields(row, self.problems, where, {key: self.table.get(key) for key in keys})


def read_facts(
    fields: Fields, *, unsettled: frozenset[str] = frozenset(), most: int | None = None
) -> ChannelFacts:
    """Return what a value is; what is wrong goes to the problems, and stands for nothing here.

    Args:
        fields: Reads the point's table.
        unsettled: Words for a unit that no source settles.
        most: Largest modulus, and most counts an hour; None for any. [count]
    """
    wrong = problem_with(fields.table.get("quantity"), plate=False)
    if wrong is not None:
        fields.problem(wrong)
    kind = fields.one_of(Kind, "kind")
    if kind is Kind.COMPUTED:
        fields.problem("kind must not be computed: no register tells it")
    facts = ChannelFacts(
        quantity=str(fields.table.get("quantity")),
        kind=kind or Kind.GAUGE,
        utility=fields.one_or_none(Utility, "utility"),
        unit=fields.text("unit"),
        resolution=fields.exact("resolution", above_zero=True),
        modulus=fields.whole("modulus", 2, most),
        direction=fields.one_of(Direction, "direction", default="none") or Direction.NONE,
        side=_side(fields),
        billing=fields.flag("billing"),
        max_per_hour=fields.whole("max_per_hour", 1, most),
    )
    if facts.kind is Kind.COUNTER and facts.utility is not None and facts.unit not in unsettled:
        try:
            to_base(facts.utility, facts.unit)
        except EnergyError as error:
            fields.problem(f'{error} (or state utility = "none")')
    return facts


def _side(fields: Fields) -> Side:
    if fields.get("side") is None:
        name = str(fields.table.get("quantity"))
        what = "energy or power" if is_energy_or_power(name) else "a value"
        fields.problem(f"side: {what} states its side, if only unknown")
    return fields.one_of(Side, "side", default="unknown") or Side.UNKNOWN


def twice(names: Sequence[str]) -> list[str]:
    """Return a problem for each quantity that stands in a profile more than once."""
    return [
        f"quantity {name!r} stands twice" for name in sorted(set(names)) if names.count(name) > 1
    ]


def changed_step(profile: str, facts: ChannelFacts, *, unit: str, resolution: str) -> str | None:
    """Return how a channel in the journal differs from its profile, None where it does not.

    A profile that was changed after a meter was commissioned would make counts of another size:
    such a channel must not be collected.

    Args:
        profile: Id of the profile.
        facts: What it now says of the channel.
        unit: Unit of the channel; empty in plans of earlier versions, which are not compared.
        resolution: Units per count of the channel, exact; empty likewise. [unit / count]
    """
    same_step = not resolution or Fraction(resolution) == facts.resolution
    if same_step and unit in {"", facts.unit}:
        return None
    return (
        f"{facts.quantity} was commissioned in steps of {resolution} {unit}, {profile} now says "
        f"{facts.resolution} {facts.unit}: put the profile back, or commission the meter anew"
    )

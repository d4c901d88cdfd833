"""In: a table of a register map. Out: its values by their types, and every problem. Pure."""

from __future__ import annotations

from collections.abc import Mapping
from enum import StrEnum
from fractions import Fraction
from typing import TypeVar

E = TypeVar("E", bound=StrEnum)


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
        try:
            if isinstance(value, str):
                number = Fraction(value)
                if number > 0 or not above_zero:
                    return number
        except (ValueError, ZeroDivisionError):
            pass
        self.problem(f'{key} must be an exact text such as "0.01"')
        return Fraction(1)

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

"""In: a parsed TOML, YAML or JSON table. Out: typed values, and every problem with its path. Pure.

A reader never stops at the first problem: it notes it and goes on with a stand-in value, so
that a person sees all problems of a file at once. Whoever reads must refuse the file when
`problems` is not empty.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from enum import StrEnum
from typing import TypeVar

KEY = re.compile(r"[A-Za-z0-9][A-Za-z0-9_.-]*")
DECIMAL = re.compile(r"-?[0-9]{1,18}(\.[0-9]{1,18})?")
LANGUAGES = ("en", "zh")
E = TypeVar("E", bound=StrEnum)


@dataclass(frozen=True, slots=True)
class BareNumber:
    """A number with a point or an exponent that stands without quotes in a file: never taken."""

    text: str


class CheckedTable:
    """One table of a file: reads typed values, notes problems, knows unread keys."""

    def __init__(self, raw: Mapping[str, object], path: str, problems: list[str]) -> None:
        """Wrap a table.

        Args:
            raw: The table.
            path: Where it stands in the file, "" for the top.
            problems: Where problems are noted.
        """
        self._raw = raw
        self._path = path
        self._problems = problems
        self._read: set[str] = set()

    def note(self, key: str, problem: str) -> None:
        """Note a problem at a key ("" for the table itself)."""
        self._problems.append(f"{self.at(key) or 'file'}: {problem}")

    def at(self, key: str) -> str:
        """Return the path of a key."""
        return ".".join(part for part in (self._path, key) if part)

    @property
    def problems_noted(self) -> int:
        """Return how many problems of the whole file are noted so far."""
        return len(self._problems)

    def has(self, key: str) -> bool:
        """Return whether the key is there with a value; one that says null is not."""
        self._read.add(key)
        return self._raw.get(key) is not None

    def raw(self, key: str) -> object:
        """Return a value as the file has it, for who reads several shapes; None where absent."""
        return self._take(key)

    def text(self, key: str) -> str:
        """Return a text that is not empty."""
        value = self._take(key)
        if isinstance(value, str) and value:
            return value
        return self._wrong(key, value, "a text", "")

    def key(self, key: str) -> str:
        """Return a key: letters, digits, dot, dash, underscore."""
        value = self.text(key)
        if value and not KEY.fullmatch(value):
            self.note(key, f"{value!r} may hold letters, digits, '.', '-' and '_' only")
        return value

    def decimal(
        self, key: str, *, least: Decimal | None = None, default: Decimal | None = None
    ) -> Decimal:
        """Return a decimal written as a string, or a whole number.

        Args:
            key: Of the number.
            least: What it is at least.
            default: Taken where the key is absent; None where it must be there.
        """
        value = self._take(key)
        if value is None and default is not None:
            return default
        if isinstance(value, int) and not isinstance(value, bool):
            value = str(value)
        if not isinstance(value, str) or not DECIMAL.fullmatch(value):
            return self._wrong(key, value, 'a decimal as a string, for example "0.1432"', Decimal())
        number = Decimal(value)
        if least is not None and number < least:
            self.note(key, f"{value} is below {least}")
        return number

    def whole(self, key: str, *, least: int, most: int, default: int | None = None) -> int:
        """Return a whole number within bounds; the default where the key is absent."""
        value = self._take(key)
        if value is None and default is not None:
            return default
        if isinstance(value, int) and not isinstance(value, bool) and least <= value <= most:
            return value
        return self._wrong(key, value, f"a whole number from {least} to {most}", least)

    def flag(self, key: str, *, default: bool) -> bool:
        """Return true or false; the default where the key is absent."""
        value = self._take(key)
        if value is None or isinstance(value, bool):
            return default if value is None else value
        return self._wrong(key, value, "true or false", default)

    def choice(self, key: str, kind: type[E], *, default: E | None = None) -> E:
        """Return a member of a closed set; the default where the key is absent."""
        value = self._take(key)
        if value is None and default is not None:
            return default
        try:
            return kind(value if isinstance(value, str) else "")
        except ValueError:
            return self._wrong(key, value, f"one of {', '.join(kind)}", next(iter(kind)))

    def day(self, key: str) -> date:
        """Return a calendar day."""
        value = self._take(key)
        try:
            return date.fromisoformat(value if isinstance(value, str) else "")
        except ValueError:
            return self._wrong(key, value, "a day, for example 2019-01-01", date.min)

    def names(self, key: str) -> dict[str, str]:
        """Return a text by language; English is needed, Chinese is welcome."""
        table = self.table(key)
        found = {language: table.text(language) for language in LANGUAGES if table.has(language)}
        if "en" not in found and self.has(key):
            table.note("en", "is missing")
        table.done()
        return found

    def texts(self, key: str) -> tuple[str, ...]:
        """Return a list of texts, at least one; a single text is a list of one."""
        value = self._take(key)
        if isinstance(value, str) and value:
            return (value,)
        if isinstance(value, Sequence) and not isinstance(value, str) and value:
            rows = tuple(row for row in value if isinstance(row, str))
            if len(rows) == len(value):
                return rows
        return self._wrong(key, value, "a list of texts", ())

    def table(self, key: str) -> CheckedTable:
        """Return a table within."""
        value = self._take(key)
        if not isinstance(value, Mapping):
            value = self._wrong(key, value, "a table", {})
        return CheckedTable(value, self.at(key), self._problems)

    def tables(self, key: str) -> Iterator[CheckedTable]:
        """Yield the rows of a list of tables; none when the key is absent."""
        value = self._take(key)
        value = [] if value is None else value
        if not isinstance(value, Sequence) or isinstance(value, str):
            value = self._wrong(key, value, "a list of tables", [])
        for number, row in enumerate(value, 1):
            path = self.at(f"{key}[{number}]")
            if isinstance(row, Mapping):
                yield CheckedTable(row, path, self._problems)
            else:
                self._problems.append(f"{path}: must be a table")

    def keys(self) -> list[str]:
        """Return the keys of a table whose keys are free, in the file's order."""
        return list(self._raw)

    def done(self) -> None:
        """Note every key that nobody read."""
        for key in self._raw:
            if key not in self._read:
                known = ", ".join(sorted(self._read))
                self.note(key, f"is not known here; known are {known}")

    def _take(self, key: str) -> object:
        self._read.add(key)
        return self._raw.get(key)

    def _wrong(self, key: str, value: object, needed: str, stand_in: V) -> V:
        self.note(key, "is missing" if value is None else f"must be {needed}, not {value!r}")
        return stand_in


V = TypeVar("V")


def bare_numbers(value: object, path: str = "") -> Iterator[tuple[str, str]]:
    """Yield the path and the text of every number in a parsed file that should be a string."""
    if isinstance(value, BareNumber):
        yield path, value.text
    elif isinstance(value, Mapping):
        for key, within in value.items():
            yield from bare_numbers(within, f"{path}.{key}" if path else str(key))
    elif isinstance(value, Sequence) and not isinstance(value, str):
        for number, within in enumerate(value, 1):
            yield from bare_numbers(within, f"{path}[{number}]")

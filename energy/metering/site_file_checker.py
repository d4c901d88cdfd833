"""In: tables of a site file. Out: typed values, and problems with their place. Pure."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from fractions import Fraction
from typing import Any

from energy.base.text import Worded


class Checker:
    """Reads tables and gathers problems, each with its place in the file."""

    def __init__(self, document: Mapping[str, Any]) -> None:
        """Check a parsed TOML document."""
        self.document = document
        self.problems: list[str] = []
        self.doubtful: set[str] = set()
        """Points whose own table has a problem: what follows from it is not told as well."""
        self._unread: set[str] = set()
        self._unknown: dict[tuple[str, str], tuple[int, str, int]] = {}

    def tell(self, where: str, key: str, /, **values: object) -> None:
        """Note what is wrong at a place of the file, in words of `why.toml_table`."""
        self.add(where, Worded.of(f"why.toml_table.{key}", **values))

    def add(self, where: str, problem: str) -> None:
        """Note a problem with its place."""
        self.problems.append(Worded.of("why.toml_table.at", where=where, problem=problem))

    def tables(self, name: str) -> list[dict[str, Any]]:
        """Return an array of tables, or a problem and nothing."""
        found = self.document.get(name, [])
        if not isinstance(found, list) or not all(isinstance(item, dict) for item in found):
            self.problems.append(Worded.of("why.toml_table.tables", name=name))
            return []
        return found

    def rows(self, table: Mapping[str, Any], key: str, where: str) -> list[dict[str, Any]]:
        """Return a list of tables inside a table, empty when absent, or a problem and nothing."""
        found = table.get(key, [])
        if not isinstance(found, list) or not all(isinstance(item, dict) for item in found):
            self.tell(where, "rows", key=key)
            return []
        return found

    def words(self, table: Mapping[str, Any], key: str, where: str) -> list[str]:
        """Return a list of texts inside a table, empty when absent, or a problem and nothing."""
        found = table.get(key, [])
        if not isinstance(found, list) or not all(isinstance(item, str) for item in found):
            self.tell(where, "words", key=key)
            return []
        return found

    def keys(self, tables: Sequence[Mapping[str, Any]], what: str) -> list[str]:
        """Return the keys of some tables; one that is missing or stands twice is a problem."""
        found = [self.text(table, "key", f"{what} {n}") for n, table in enumerate(tables, 1)]
        if not all(found):
            self._unread.add(what)
        self.unique(found, what)
        return found

    def known(
        self, name: str, keys: Sequence[object], what: str, where: str, *, role: str = ""
    ) -> None:
        """Refuse a name that no table has as its key: told once, however many name it.

        Where the key of such a table cannot be read, that is the problem, and nothing else.

        Args:
            name: What is named.
            keys: Of the tables.
            what: What the tables are, as in `keys`.
            where: What names it.
            role: As what it is named, where it is not called what it is.
        """
        if not name or name in keys or what in self._unread:
            return
        place, first, others = self._unknown.get((what, name), (len(self.problems), where, -1))
        text = f"{first}: {role or what} {name!r} is no {what} of this file"
        others += 1
        if others == 0:
            self.problems.append(text)
        else:
            self.problems[place] = f"{text}; {others} more name it"
        self._unknown[what, name] = (place, first, others)

    def whole(
        self, table: Mapping[str, Any], key: str, where: str, default: int | None, least: int = 0
    ) -> int:
        """Return a whole number, as one or as text, the default when absent, or a problem."""
        value = number_of(table.get(key, default))
        if type(value) is not int or value < least:
            self.tell(where, "whole", key=key, value=value, least=least)
            return least
        return value

    def flag(self, table: Mapping[str, Any], key: str, where: str) -> bool:
        """Return true or false, false when absent, or a problem and false."""
        value = table.get(key, False)
        if not isinstance(value, bool):
            self.tell(where, "flag", key=key, value=value)
            return False
        return value

    def text(self, table: Mapping[str, Any], key: str, where: str) -> str:
        """Return a non-empty text, or a problem and ""."""
        value = table.get(key)
        if not isinstance(value, str) or not value.strip():
            self.tell(where, "text", key=key)
            return ""
        return value

    def ratio(self, value: object, key: str, where: str) -> Fraction:
        """Return an exact positive number written as text or integer, or a problem and 1."""
        if isinstance(value, float):
            self.tell(where, "float", key=key, value=value)
            return Fraction(1)
        # An exponent could ask for more digits than there is memory.
        plain = type(value) in (int, str) and "e" not in str(value).lower()
        try:
            ratio = Fraction(str(value) if plain else "")
        except (ValueError, ZeroDivisionError):
            self.tell(where, "exact", key=key, value=value)
            return Fraction(1)
        if ratio <= 0:
            self.tell(where, "above_zero", key=key, value=value)
            return Fraction(1)
        return ratio

    def unknown_keys(self, table: Mapping[str, Any], known: set[str], where: str) -> None:
        """Refuse keys that nobody reads."""
        for key in sorted(set(table) - known):
            self.tell(where, "unknown_key", key=key)

    def unique(self, keys: Sequence[str], what: str) -> None:
        """Refuse a key used twice."""
        twice = {key for key in keys if key and keys.count(key) > 1}
        self.problems += [
            Worded.of("why.toml_table.twice", what=what, key=key) for key in sorted(twice)
        ]


def number_of(value: object) -> object:
    """Return a whole number that is written as text; anything else as it is."""
    text = value.strip() if isinstance(value, str) else ""
    short = text.isascii() and text.isdigit() and len(text) <= _LONGEST
    return int(text) if short else value


_LONGEST = 30
"""Digits of a number that is read from text."""

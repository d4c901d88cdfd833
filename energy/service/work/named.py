"""In: tables of a file of service levels. Out: what has a key and a name in each language. Pure."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass
from typing import Any, Final

from energy.base.text import LANGUAGES
from energy.metering.site_file_checker import Checker

_KEY: Final = re.compile(r"[a-z0-9][a-z0-9-]{0,23}")
_MOST_POINTS: Final = 100


@dataclass(frozen=True, slots=True, kw_only=True)
class Named:
    """A class of complaints, or a unit of the company."""

    key: str
    name: Mapping[str, str]
    """By language."""
    points: int = 0
    """What a justified complaint of the class gives; 0 of a unit."""


def named_to_json(part: str, named: Sequence[Named]) -> dict[str, Any]:
    """Return them as JSON values under a name; nothing where there are none, as before."""
    return {part: [{**asdict(each), "name": dict(each.name)} for each in named]} if named else {}


def named_from_json(stored: Mapping[str, Any], part: str) -> tuple[Named, ...]:
    """Return what named_to_json stored."""
    return tuple(Named(**each) for each in stored.get(part, ()))


def key_of(
    checker: Checker, table: Mapping[str, Any], field: str, where: str, what: str
) -> tuple[str, str]:
    """Return the key of a table and how it is called in problems; a bad key is a problem.

    Args:
        checker: Gathers problems.
        table: One table of the file.
        field: What the key is called there.
        where: How the table is called where it has no key.
        what: What the tables are.
    """
    key = checker.text(table, field, where)
    called = f"{what} {key}" if key else where
    if key and not _KEY.fullmatch(key):
        checker.problems.append(f"{called}: `{field}` is 1 to 24 of a-z, 0-9 and -")
    return key, called


def name_of(checker: Checker, table: Mapping[str, Any], where: str) -> dict[str, str]:
    """Return a name by language; one that is missing is a problem."""
    name = table.get("name")
    if not isinstance(name, dict) or any(
        not isinstance(name.get(language), str) or not name[language].strip()
        for language in LANGUAGES
    ):
        checker.problems.append(f'{where}: `name` is no table like {{en = "...", zh = "..."}}')
        return dict.fromkeys(LANGUAGES, "")
    return {language: str(name[language]) for language in LANGUAGES}


def named_of(checker: Checker, what: str, field: str, *, pointed: bool) -> tuple[Named, ...]:
    """Return the tables of a kind.

    Args:
        checker: Gathers problems.
        what: Name of the tables.
        field: What their key is called.
        pointed: Whether they state points.
    """
    found = []
    for n, table in enumerate(checker.tables(what), 1):
        key, where = key_of(checker, table, field, f"{what} {n}", what)
        checker.unknown_keys(table, {field, "name", *(["points"] if pointed else [])}, where)
        points = checker.whole(table, "points", where, None) if pointed else 0
        if points > _MOST_POINTS:
            checker.problems.append(f"{where}: `points` is at most {_MOST_POINTS}")
        found.append(Named(key=key, name=name_of(checker, table, where), points=points))
    checker.unique([each.key for each in found], what)
    return tuple(found)

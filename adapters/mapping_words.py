"""In: a table of a mapping. Out: what mappings of messages and of files say alike. Pure.

What is wrong goes to the problems of the checker; a mapping with a problem is not used.
"""

from __future__ import annotations

from enum import StrEnum
from typing import TypeVar
from zoneinfo import ZoneInfo

from adapters.unit_factors import CHANNEL_UNIT, COUNT_UNIT, KNOWN_UNITS
from energy.metering.site_file_checker import Checker

E = TypeVar("E", bound=StrEnum)
SCHEMA_VERSION = 1


class Rounding(StrEnum):
    """What becomes of a value that is no whole number of counts."""

    EXACT = "exact"
    """It is refused."""
    HALF_UP = "half_up"
    """The nearest count, half a count going up: for floats."""


def check_heading(checker: Checker, name: str) -> None:
    """Refuse a mapping of another version or name.

    Args:
        checker: Has the whole document.
        name: Id that it must bear.
    """
    if checker.document.get("schema_version") != SCHEMA_VERSION:
        checker.problems.append(f"schema_version must be {SCHEMA_VERSION}")
    if checker.document.get("id") != name:
        checker.problems.append(f"id must be {name!r}, the name of the file")


def one_of(checker: Checker, kind: type[E], value: object, where: str) -> E | None:
    """Return a word of a closed list, or a problem and None."""
    if value in list(kind):
        return kind(str(value))
    names = ", ".join(repr(each.value) for each in kind)
    checker.problems.append(f"{where} {value!r} is none of {names}")
    return None


def read_zone(checker: Checker, name: object, where: str) -> ZoneInfo | None:
    """Return a time zone, or a problem and None."""
    try:
        return ZoneInfo(str(name))
    except (KeyError, ValueError, OSError):
        checker.problems.append(f"{where}: zone {name!r} is unknown; write e.g. Asia/Shanghai")
        return None


def check_unit(checker: Checker, unit: object, where: str) -> None:
    """Refuse a unit that no mapping may name; an empty one is nobody's."""
    if unit and unit not in {*KNOWN_UNITS, COUNT_UNIT, CHANNEL_UNIT}:
        checker.problems.append(
            f"{where}: unit {unit!r} is unknown; there are {', '.join(sorted(KNOWN_UNITS))}, "
            f"{COUNT_UNIT} and {CHANNEL_UNIT}"
        )

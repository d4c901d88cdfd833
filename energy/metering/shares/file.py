"""In: a share file (TOML). Out: bearers, hours and apportionments as stated, or problems. Pure.

What only the site can say (whether a point exists, what a place measures) is checked where the
site is known; here is what the file says of itself. Every problem is listed at once.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from enum import StrEnum
from fractions import Fraction
from typing import Any, TypeGuard, TypeVar

from energy.metering.definition_file import DefinitionFileError, read_definitions
from energy.metering.shares.bearer import Bearer, BearerKind, Hold
from energy.metering.shares.hours_file import StatedHours, read_hours_tables
from energy.metering.shares.keys import KEYS
from energy.metering.shares.part import KeyKind, Part
from energy.metering.shares.version import KeyPortion, KeyVersion, Vacancy
from energy.metering.site_file_checker import Checker

_TABLES = {"bearer", "hours", "share"}
_BEARER_KEYS = {"kind", "key", "name", "account", "holds"}
_SHARE_KEYS = {
    "key",
    "name",
    "whole",
    "valid_from",
    "keys",
    "parts",
    "vacancy",
    "owner",
    "held_by",
}
_PART_KEYS = {"key", "name", "place", "points", "weight", "area_m2", "headcount"}
_STATED = ("weight", "area_m2", "headcount")
Chosen = TypeVar("Chosen", bound=StrEnum)
_FIRST_YEAR, _LAST_YEAR = 1970, 2999
_BAD_IN_KEYS = frozenset("./ ")


class ShareFileError(DefinitionFileError):
    """A share file cannot be taken; lists every problem found."""

    code = "share_file"
    TEXT = "share.file"


@dataclass(frozen=True, slots=True, kw_only=True)
class StatedShare:
    """An apportionment as a file states it."""

    key: str
    name: str
    whole: Mapping[str, str]
    """{"point", "quantity"?} or {"utility", "node"}; empty where the file says none."""
    version: KeyVersion


@dataclass(frozen=True, slots=True, kw_only=True)
class ShareFile:
    """What a share file states."""

    bearers: tuple[tuple[BearerKind, Bearer], ...]
    holds: tuple[tuple[BearerKind, Hold], ...]
    hours: tuple[StatedHours, ...]
    shares: tuple[StatedShare, ...]


def read_share_file(text: str) -> tuple[ShareFile, list[str]]:
    """Return what a share file states, and the problems in it.

    Args:
        text: The file's content.

    Raises:
        ShareFileError: It is no TOML.
    """
    checker = read_definitions(text, _TABLES, ShareFileError)
    bearers, holds = _bearers(checker)
    file = ShareFile(
        bearers=tuple(bearers),
        holds=tuple(holds),
        hours=read_hours_tables(checker),
        shares=tuple(_shares(checker)),
    )
    return file, checker.problems


def a_date(checker: Checker, table: Mapping[str, Any], key: str, where: str) -> date:
    """Return a date, or a problem and some day."""
    value = table.get(key)
    if type(value) is not date or not _FIRST_YEAR <= value.year <= _LAST_YEAR:
        checker.problems.append(f"{where}: `{key}` is no date like 2026-01-31")
        return date(_FIRST_YEAR, 1, 1)
    return value


def _bearers(
    checker: Checker,
) -> tuple[list[tuple[BearerKind, Bearer]], list[tuple[BearerKind, Hold]]]:
    bearers, holds = [], []
    for n, table in enumerate(checker.tables("bearer"), 1):
        where = f"bearer {table.get('key') or n!r}"
        checker.unknown_keys(table, _BEARER_KEYS, where)
        kind = _one_of(checker, table, "kind", BearerKind, where)
        key = _key(checker, table, where)
        name, account = table.get("name", ""), table.get("account")
        if not _shown(name) or not (account is None or _shown(account)):
            checker.problems.append(f"{where}: `name` and `account` are texts")
            continue
        if kind is BearerKind.TENANT and name:
            checker.problems.append(
                f"{where}: a tenant's name is kept, sealed, with its account. Leave `name` out"
            )
        if kind is not BearerKind.TENANT and account is not None:
            checker.problems.append(f'{where}: `account` goes with kind = "tenant" only')
        if kind is None:
            continue
        bearers.append((kind, Bearer(key=key, name=name, account=account)))
        holds += [(kind, hold) for hold in _holds(checker, table, key, where)]
    checker.unique([f"{kind.value} {bearer.key}" for kind, bearer in bearers], "bearer")
    return bearers, holds


def _holds(checker: Checker, table: Mapping[str, Any], key: str, where: str) -> list[Hold]:
    found = []
    for row in checker.rows(table, "holds", where):
        at = f"{where}: holds {row.get('points')}"
        checker.unknown_keys(row, {"points", "valid_from", "valid_to"}, at)
        valid_from = a_date(checker, row, "valid_from", at)
        valid_to = a_date(checker, row, "valid_to", at) if "valid_to" in row else None
        if valid_to is not None and valid_to <= valid_from:
            checker.problems.append(f"{at}: `valid_to` is the first day no longer held")
        points = checker.words(row, "points", at)
        if not points:
            checker.problems.append(f'{at}: `points` is missing; write ["point"]')
        found += [
            Hold(bearer=key, point=point, valid_from=valid_from, valid_to=valid_to)
            for point in points
        ]
    return found


def _shares(checker: Checker) -> list[StatedShare]:
    found = []
    for n, table in enumerate(checker.tables("share"), 1):
        where = f"share {table.get('key') or n!r}"
        checker.unknown_keys(table, _SHARE_KEYS, where)
        key = _key(checker, table, where)
        parts = _parts(checker, table, where)
        vacancy = _one_of(checker, table, "vacancy", Vacancy, where)
        held_by = _one_of(checker, table, "held_by", BearerKind, where)
        owner = table.get("owner")
        if owner is not None and owner not in {part.key for part in parts}:
            checker.problems.append(f"{where}: owner {owner!r} is none of its parts")
        if vacancy is Vacancy.OWNER and owner is None:
            checker.problems.append(f'{where}: vacancy = "owner" needs `owner`, one of its parts')
        keys = _keys(checker, table, parts, where)
        name = table.get("name", key)
        valid_from = a_date(checker, table, "valid_from", where)
        whole = _whole(checker, table, where)
        if not _shown(name):
            checker.problems.append(f"{where}: `name` is no text")
        if vacancy is None or held_by is None or not _shown(name):
            continue
        version = KeyVersion(
            valid_from=valid_from,
            keys=keys,
            parts=parts,
            vacancy=vacancy,
            owner=owner,
            held_by=held_by.value,
        )
        found.append(StatedShare(key=key, name=name, whole=whole, version=version))
    checker.unique([share.key for share in found], "share")
    return found


def _parts(checker: Checker, table: Mapping[str, Any], where: str) -> tuple[Part, ...]:
    found = []
    for n, row in enumerate(checker.rows(table, "parts", where), 1):
        at = f"{where}, part {row.get('key') or n!r}"
        checker.unknown_keys(row, _PART_KEYS, at)
        place = row.get("place")
        if place is not None and not isinstance(place, str):
            checker.problems.append(f"{at}: `place` is no text")
            place = None
        if not _shown(row.get("name", "")):
            checker.problems.append(f"{at}: `name` is no text")
        stated = {name: _number(checker, row[name], name, at) for name in _STATED if name in row}
        found.append(
            Part(
                key=_key(checker, row, at),
                name=str(row.get("name", "")),
                place=place,
                points=tuple(checker.words(row, "points", at)),
                stated=stated,
            )
        )
    checker.unique([part.key for part in found], f"{where}: part")
    if not found:
        checker.problems.append(f"{where}: has no `parts`")
    return tuple(sorted(found, key=lambda part: part.key))


def _keys(
    checker: Checker, table: Mapping[str, Any], parts: tuple[Part, ...], where: str
) -> tuple[KeyPortion, ...]:
    found = []
    for row in checker.rows(table, "keys", where):
        checker.unknown_keys(row, {"by", "portion"}, f"{where}: keys")
        by = _one_of(checker, row, "by", KeyKind, f"{where}: keys")
        portion = checker.ratio(row.get("portion", 1), "portion", f"{where}: keys")
        if by is not None:
            found.append(KeyPortion(by=by, portion=portion))
            checker.problems += [f"{where}: {problem}" for problem in _lacks(by, parts)]
    if not found:
        known = ", ".join(KeyKind)
        checker.problems.append(f'{where}: has no `keys`; write [{{by = "area"}}] ({known})')
    elif sum(key.portion for key in found) != 1:
        total = sum(key.portion for key in found)
        checker.problems.append(f"{where}: the portions of its keys add up to {total}, not to 1")
    return tuple(found)


def _lacks(by: KeyKind, parts: tuple[Part, ...]) -> list[str]:
    """Return what parts lack for a kind of key."""
    if KEYS[by].own_usage:
        none = not any(part.points for part in parts)
        return ["a key by energy needs `points` of at least one part"] if none else []
    name = KEYS[by].attribute or ""
    lacking = [
        part.key
        for part in parts
        if name not in part.stated and (by is KeyKind.FIXED or part.place is None)
    ]
    where = "" if by is KeyKind.FIXED else " or a `place` that has it"
    return [f"part {key!r} needs `{name}`{where} for a key by {by}" for key in lacking]


def _whole(checker: Checker, table: Mapping[str, Any], where: str) -> Mapping[str, str]:
    whole = table.get("whole", {})
    texts = isinstance(whole, dict) and all(isinstance(each, str) for each in whole.values())
    shapes: tuple[set[str], ...] = (
        {"point"},
        {"point", "quantity"},
        {"utility", "node"},
        set(),
    )
    if not texts or set(whole) not in shapes:
        checker.problems.append(
            f'{where}: `whole` is neither {{point = "..."}} nor {{utility = "...", node = "..."}}'
        )
        return {}
    return dict(whole)


def _shown(text: object) -> TypeGuard[str]:
    """Return whether this is a text of one row that can be shown."""
    return isinstance(text, str) and (text.isprintable() or not text)


def _number(checker: Checker, value: object, name: str, where: str) -> Fraction:
    """Return an exact number from zero on, or a problem and zero."""
    if type(value) is int and value == 0:
        return Fraction(0)
    return checker.ratio(value, name, where)


def _key(checker: Checker, table: Mapping[str, Any], where: str) -> str:
    key = checker.text(table, "key", where)
    if _BAD_IN_KEYS & set(key) or not key.isprintable():
        checker.problems.append(f"{where}: a key holds no blank, dot or slash")
        return ""
    return key


def _one_of(
    checker: Checker, table: Mapping[str, Any], name: str, kind: type[Chosen], where: str
) -> Chosen | None:
    value = table.get(name)
    known = [each.value for each in kind]
    if value not in known:
        checker.problems.append(f"{where}: `{name}` = {value!r} is none of {', '.join(known)}")
        return None
    return kind(value)

"""In: a dated key and the facts of a day. Out: the portion of each part, adding up to one. Pure.

A version holds from a local day on. It may mix several keys (half by area, half by own usage);
each is brought to its portion, and what they say is added. Who bears the portion of a unit that
nobody holds is stated in every version: nothing is decided silently.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from enum import StrEnum
from fractions import Fraction
from typing import Any

from energy.base.quality import Quality, worst_of
from energy.metering.shares.keys import KEYS
from energy.metering.shares.part import DayFacts, KeyKind, Part


class Vacancy(StrEnum):
    """Who bears the portion of a unit that nobody holds."""

    OWNER = "owner"
    """The owner's part."""
    OTHERS = "others"
    """Those that are held, by the same key."""
    COUNTED = "counted"
    """The unit itself, as if it were held."""


@dataclass(frozen=True, slots=True, kw_only=True)
class KeyPortion:
    """How much of the whole goes by one kind of key."""

    by: KeyKind
    portion: Fraction
    """Portions of a version add up to 1."""


@dataclass(frozen=True, slots=True, kw_only=True)
class KeyVersion:
    """By what a common quantity is divided among whom, from a local day on."""

    valid_from: date
    keys: tuple[KeyPortion, ...]
    parts: tuple[Part, ...]
    """By key."""
    vacancy: Vacancy
    owner: str | None
    """Part of the owner, never empty; bears what no key claims. None: that stays unknown."""
    held_by: str
    """Kind of cost bearer that holds a unit."""

    @property
    def own_usage(self) -> bool:
        """Return whether it needs the own usage of the parts."""
        return any(KEYS[key.by].own_usage for key in self.keys)

    @property
    def attributes(self) -> tuple[str, ...]:
        """Return the attributes of places it needs."""
        names = [KEYS[key.by].attribute for key in self.keys if key.by is not KeyKind.FIXED]
        return tuple(name for name in names if name is not None)


@dataclass(frozen=True, slots=True, kw_only=True)
class DayPortions:
    """What each part bears of a day's common quantity."""

    portions: Mapping[str, Fraction] | None
    """Part -> portion, adding up to 1; None where it is not known."""
    quality: Quality = Quality.MEASURED
    """The worst of what the key rests on."""
    unknown: tuple[str, ...] = ()
    """Parts whose weight is not known; none, where nobody's weight is above zero."""


def portions_on(version: KeyVersion, facts: DayFacts) -> DayPortions:
    """Return the portions of a day.

    Args:
        version: That holds on the day.
        facts: Of the day.
    """
    total = {part.key: Fraction(0) for part in version.parts}
    unknown: list[str] = []
    for key, told in zip(version.keys, borne_weights(version, facts), strict=True):
        lost = [part for part, weight in told.items() if weight is None]
        unknown += lost
        if lost:
            continue
        known = {part: Fraction(weight) for part, weight in told.items() if weight is not None}
        whole = sum(known.values(), Fraction(0))
        if whole == 0:
            if version.owner is None:
                return DayPortions(portions=None)
            total[version.owner] += key.portion
            continue
        for part, weight in known.items():
            total[part] += key.portion * weight / whole
    if unknown:
        return DayPortions(portions=None, unknown=tuple(dict.fromkeys(unknown)))
    return DayPortions(portions=total, quality=_quality(version, facts))


def borne_weights(version: KeyVersion, facts: DayFacts) -> list[dict[str, Fraction | None]]:
    """Return what each part weighs on a day with the empty units it bears, one mapping a key.

    Args:
        version: That holds on the day.
        facts: Of the day.

    Returns:
        Part -> weight; None where it is not known.
    """
    found = []
    for key in version.keys:
        borne: dict[str, Fraction | None] = dict.fromkeys(
            (part.key for part in version.parts), Fraction(0)
        )
        weights = _occupied(version, facts, KEYS[key.by].weights(version.parts, facts))
        for part, weight in zip(version.parts, weights, strict=True):
            if weight is None:
                borne[part.key] = None
                continue
            bearer = _bearer(version, facts, part.key)
            before = borne[bearer]
            borne[bearer] = None if before is None else before + weight
        found.append(borne)
    return found


def version_to_json(version: KeyVersion) -> dict[str, Any]:
    """Return a version as JSON values, exact."""
    return {
        "valid_from": version.valid_from.isoformat(),
        "keys": [[key.by.value, str(key.portion)] for key in version.keys],
        "parts": [_part_to_json(part) for part in version.parts],
        "vacancy": version.vacancy.value,
        "owner": version.owner,
        "held_by": version.held_by,
    }


def version_from_json(stored: Mapping[str, Any]) -> KeyVersion:
    """Return the version that version_to_json stored."""
    return KeyVersion(
        valid_from=date.fromisoformat(stored["valid_from"]),
        keys=tuple(KeyPortion(by=KeyKind(by), portion=Fraction(p)) for by, p in stored["keys"]),
        parts=tuple(_part_from_json(part) for part in stored["parts"]),
        vacancy=Vacancy(stored["vacancy"]),
        owner=stored["owner"],
        held_by=stored["held_by"],
    )


def held_version(versions: Sequence[KeyVersion], day: date) -> KeyVersion | None:
    """Return the version that holds on a day; None before the first.

    Args:
        versions: In the order in which they were told: of those of one day the last counts.
        day: Local day.
    """
    begun = [version for version in versions if version.valid_from <= day]
    if not begun:
        return None
    newest = max(version.valid_from for version in begun)
    return [version for version in begun if version.valid_from == newest][-1]


def _occupied(
    version: KeyVersion, facts: DayFacts, weights: Sequence[Fraction | None]
) -> list[Fraction | None]:
    """Return the weights; where the others bear it, an empty unit weighs nothing."""
    if version.vacancy is not Vacancy.OTHERS:
        return list(weights)
    return [
        Fraction(0) if part.key in facts.vacant and part.key != version.owner else weight
        for part, weight in zip(version.parts, weights, strict=True)
    ]


def _bearer(version: KeyVersion, facts: DayFacts, part: str) -> str:
    """Return the part that bears what a part weighs."""
    if version.vacancy is Vacancy.OWNER and part in facts.vacant:
        assert version.owner is not None, "checked when it was defined"
        return version.owner
    return part


def _quality(version: KeyVersion, facts: DayFacts) -> Quality:
    if not version.own_usage:
        return Quality.MEASURED
    return worst_of([Quality.MEASURED, *facts.quality.values()])


def _part_to_json(part: Part) -> dict[str, Any]:
    return {
        "key": part.key,
        "name": part.name,
        "place": part.place,
        "points": list(part.points),
        "stated": {name: str(value) for name, value in sorted(part.stated.items())},
    }


def _part_from_json(stored: Mapping[str, Any]) -> Part:
    return Part(
        key=stored["key"],
        name=stored["name"],
        place=stored["place"],
        points=tuple(stored["points"]),
        stated={name: Fraction(value) for name, value in stored["stated"].items()},
    )

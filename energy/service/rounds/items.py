"""In: what a plan asks for at a stop, what somebody says. Out: the value as it is kept. Pure."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal
from enum import StrEnum
from typing import Any, Final

from energy.service.rounds.errors import PatrolError
from energy.service.rounds.schedule import DueTimes
from energy.service.work.heard import Spot

NUMBER: Final = re.compile(r"-?[0-9]{1,12}(\.[0-9]{1,6})?")
"""A value as a person writes it: exact, without exponent."""


class LogKind(StrEnum):
    """What a log value is."""

    NUMBER = "number"
    YES_NO = "yes_no"
    CHOICE = "choice"


YES_NO: Final = ("yes", "no")


@dataclass(frozen=True, slots=True, kw_only=True)
class LogItem:
    """One value that is read at a stop."""

    key: str
    name: Mapping[str, str]
    """By language."""
    kind: LogKind
    unit: str = ""
    """Of a number; "" where it has none."""
    low: str = ""
    """Least number that is as it should be; "" for none. [unit]"""
    high: str = ""
    """Greatest number that is as it should be; "" for none. [unit]"""
    choices: Mapping[str, Mapping[str, str]]
    """Names by language of each choice, by its key."""
    good: tuple[str, ...] = ()
    """Answers and choices that are as they should be; empty: all are."""
    optional: bool = False

    def fitting(self, value: str) -> str:
        """Return a value as it is kept: an exact number, "yes", "no", the key of a choice.

        Raises:
            PatrolError: It is none.
        """
        said = value.strip()
        match self.kind:
            case LogKind.NUMBER if NUMBER.fullmatch(said):
                return str(Decimal(said))
            case LogKind.NUMBER:
                raise PatrolError.of("number", value=value[:40])
            case _ if said in self.known:
                return said
        raise PatrolError.of("choice", value=value[:40], known=", ".join(self.known))

    @property
    def known(self) -> tuple[str, ...]:
        """Return the answers there are; none of a number."""
        return YES_NO if self.kind is LogKind.YES_NO else tuple(self.choices)

    def outside(self, kept: str) -> bool:
        """Return whether a value, as it is kept, is not as it should be."""
        if self.kind is not LogKind.NUMBER:
            return bool(self.good) and kept not in self.good
        number = Decimal(kept)
        return bool(
            (self.low and number < Decimal(self.low)) or (self.high and number > Decimal(self.high))
        )

    @property
    def limits(self) -> str:
        """Return what is as it should be, for example "10 … 75", "≤ 75", "yes"; "" of anything."""
        if self.kind is not LogKind.NUMBER:
            return ", ".join(self.good)
        if self.low and self.high:
            return f"{self.low} … {self.high}"
        return f"≥ {self.low}" if self.low else f"≤ {self.high}" if self.high else ""

    def to_json(self) -> dict[str, Any]:
        """Return it as JSON values, exact."""
        return {
            "key": self.key,
            "name": dict(self.name),
            "kind": str(self.kind),
            "unit": self.unit,
            "low": self.low,
            "high": self.high,
            "choices": [[key, dict(name)] for key, name in self.choices.items()],
            "good": list(self.good),
            "optional": self.optional,
        }

    @classmethod
    def from_json(cls, stored: Mapping[str, Any]) -> LogItem:
        """Return what to_json stored."""
        told = {
            **stored,
            "kind": LogKind(stored["kind"]),
            "choices": {key: dict(name) for key, name in stored["choices"]},
            "good": tuple(stored["good"]),
        }
        return cls(**told)


@dataclass(frozen=True, slots=True, kw_only=True)
class Stop:
    """Where somebody stops on a round, and what is read there."""

    key: str
    name: Mapping[str, str]
    spot: Spot
    equipment: str
    """Number of the piece of equipment; "" of none."""
    items: tuple[LogItem, ...]

    def item(self, key: str) -> LogItem:
        """Return a log value by its key.

        Raises:
            PatrolError: The stop has none.
        """
        for each in self.items:
            if each.key == key:
                return each
        raise PatrolError.of(
            "no_value", value=key[:40], stop=self.key, known=", ".join(e.key for e in self.items)
        )

    def to_json(self) -> dict[str, Any]:
        """Return it as JSON values."""
        return {
            "key": self.key,
            "name": dict(self.name),
            "place": self.spot.place,
            "point": self.spot.point,
            "equipment": self.equipment,
            "items": [each.to_json() for each in self.items],
        }

    @classmethod
    def from_json(cls, stored: Mapping[str, Any]) -> Stop:
        """Return what to_json stored."""
        return cls(
            key=stored["key"],
            name=stored["name"],
            spot=Spot(place=stored["place"], point=stored["point"]),
            equipment=stored["equipment"],
            items=tuple(LogItem.from_json(each) for each in stored["items"]),
        )


@dataclass(frozen=True, slots=True, kw_only=True)
class RoundSpec:
    """One round as a version of the plan has it."""

    key: str
    name: Mapping[str, str]
    due: DueTimes
    within_min: int
    """How long it may take from the instant at which it is due. [min]"""
    early_min: int
    """How long before it may be begun. [min]"""
    stops: tuple[Stop, ...]

    def stop(self, key: str) -> Stop:
        """Return a stop by its key.

        Raises:
            PatrolError: The round has none.
        """
        for each in self.stops:
            if each.key == key:
                return each
        raise PatrolError.of(
            "no_stop", stop=key[:40], round=self.key, known=", ".join(e.key for e in self.stops)
        )

    def to_json(self) -> dict[str, Any]:
        """Return it as JSON values, exact."""
        return {
            "key": self.key,
            "name": dict(self.name),
            "due": self.due.to_json(),
            "within_min": self.within_min,
            "early_min": self.early_min,
            "stops": [each.to_json() for each in self.stops],
        }

    @classmethod
    def from_json(cls, stored: Mapping[str, Any]) -> RoundSpec:
        """Return what to_json stored."""
        return cls(
            key=stored["key"],
            name=stored["name"],
            due=DueTimes.from_json(stored["due"]),
            within_min=stored["within_min"],
            early_min=stored["early_min"],
            stops=tuple(Stop.from_json(each) for each in stored["stops"]),
        )


@dataclass(frozen=True, slots=True)
class StopNames:
    """Names of stops that a refusal tells, in the language of whoever reads it."""

    spec: RoundSpec
    keys: Sequence[str]

    def told(self, language: str) -> str:
        """Return the names."""
        names = [self.spec.stop(key).name for key in self.keys]
        return " · ".join(each.get(language) or each["en"] for each in names)


@dataclass(frozen=True, slots=True, kw_only=True)
class PatrolPlan:
    """The rounds of a site, as one version states them."""

    rounds: tuple[RoundSpec, ...]

    def find(self, key: str) -> RoundSpec | None:
        """Return a round by its key; None where there is none."""
        return next((each for each in self.rounds if each.key == key), None)

    def to_json(self) -> dict[str, Any]:
        """Return it as JSON values, exact."""
        return {"rounds": [each.to_json() for each in self.rounds]}

    @classmethod
    def from_json(cls, stored: Mapping[str, Any]) -> PatrolPlan:
        """Return what to_json stored."""
        return cls(rounds=tuple(RoundSpec.from_json(each) for each in stored["rounds"]))

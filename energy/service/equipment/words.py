"""In: what somebody says of a piece of equipment. Out: it, checked, or why not. Pure."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import asdict, dataclass
from enum import StrEnum
from typing import Any, Final

from energy.alerting.flood import NODE, POINT, SOURCE
from energy.base.errors import RefusedError

PIECE: Final = "equipment:"
"""What the name of a piece of equipment begins with: its number follows."""
CHANNEL: Final = "channel:"
"""What the name of a channel begins with: POINT/QUANTITY follows."""
_LONGEST: Final = 120
"""Of a name, a maker, a reason. [sign]"""


class EquipmentError(RefusedError):
    """An act on the register of equipment was refused; nothing was written."""

    code = "equipment"
    PART = "why.equipment"


class EquipmentClass(StrEnum):
    """What kind of thing it is."""

    TRANSFORMER = "transformer"
    SWITCHGEAR = "switchgear"
    CHILLER = "chiller"
    PUMP = "pump"
    BOILER = "boiler"
    GENERATOR = "generator"
    UPS = "ups"
    METER = "meter"
    GATEWAY = "gateway"
    OTHER = "other"


class Relation(StrEnum):
    """What a piece is to something else."""

    FEEDS = "feeds"
    """A node of a supply graph."""
    PART_OF = "part_of"
    """Another piece, one at a time."""
    STANDS_BY_FOR = "stands_by_for"
    """Another piece; two may stand by for each other."""
    METER_OF = "meter_of"
    """A metering point."""
    DEVICE_OF = "device_of"
    """A source, by which meters are read."""
    RUNS_BY = "runs_by"
    """A channel that tells its run hours, one at a time."""

    @property
    def to(self) -> str:
        """Return what the name of the other end begins with."""
        return _ENDS[self]

    @property
    def single(self) -> bool:
        """Return whether a piece has one such relation at a time."""
        return self in {Relation.PART_OF, Relation.RUNS_BY}


_ENDS: Final = {
    Relation.FEEDS: NODE,
    Relation.PART_OF: PIECE,
    Relation.STANDS_BY_FOR: PIECE,
    Relation.METER_OF: POINT,
    Relation.DEVICE_OF: SOURCE,
    Relation.RUNS_BY: CHANNEL,
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Facts:
    """What a piece of equipment is."""

    kind: EquipmentClass
    name: str
    place: str
    """Key of a place."""
    maker: str = ""
    type: str = ""
    serial: str = ""

    def checked(self) -> Facts:
        """Return it, each text on one line.

        Raises:
            EquipmentError: There is no name, or a text is too long.
        """
        said = {key: " ".join(str(value).split()) for key, value in asdict(self).items()}
        if not said["name"]:
            raise EquipmentError.of("name", most=_LONGEST)
        for value in said.values():
            limited(value)
        return Facts.from_json(said)

    def to_json(self) -> dict[str, str]:
        """Return it as JSON values."""
        return {key: str(value) for key, value in asdict(self).items()}

    @classmethod
    def from_json(cls, stored: Mapping[str, Any]) -> Facts:
        """Return what to_json stored."""
        return cls(**{**stored, "kind": EquipmentClass(stored["kind"])})


def limited(text: str) -> str:
    """Return a text on one line; "" stays.

    Raises:
        EquipmentError: It is too long.
    """
    said = " ".join(text.split())
    if len(said) > _LONGEST:
        raise EquipmentError.of("long", most=_LONGEST)
    return said


def worded(text: str, key: str) -> str:
    """Return a text on one line.

    Args:
        text: As it was typed.
        key: Of the refusal where there are no words.

    Raises:
        EquipmentError: It is empty or too long.
    """
    said = limited(text)
    if not said:
        raise EquipmentError.of(key, most=_LONGEST)
    return said

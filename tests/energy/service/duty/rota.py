"""In: nothing. Out: a plan of duty, people, rosters for tests. Pure."""

from __future__ import annotations

from datetime import date, timedelta
from typing import Any
from uuid import UUID

from energy.base.ids import id_of

ADA, BEN, CY, DEE, EVE, FAY = (
    id_of("person", name) for name in ("ada", "ben", "cy", "dee", "eve", "fay")
)
BOSS, CHIEF = id_of("person", "boss"), id_of("person", "chief")
MONDAY = date(2019, 1, 7)
SPEC: dict[str, Any] = {
    "rest_h": 11,
    "shift": [{"name": "day", "at": "07:00"}, {"name": "night", "at": "19:00"}],
    "post": [
        {"key": "desk", "kind": "desk", "group": "controllers"},
        {"key": "first", "kind": "on_call", "group": "engineers"},
        {"key": "reserve", "kind": "stand_in", "group": "controllers"},
    ],
    "group": {
        "controllers": [str(who) for who in (ADA, BEN, CY, DEE, FAY)],
        "engineers": [str(who) for who in (EVE, CY)],
    },
}
PATTERN: dict[str, Any] = {
    "desk": {"day": [str(ADA), str(BEN), str(CY)], "night": [str(CY), str(ADA), str(BEN)]},
    "first": {"day": [str(EVE)], "night": [str(EVE)]},
    "reserve": {"night": [str(DEE)]},
}
"""Three by turns: a day, the next night, a day off; Eve on call; Dee stands ready at night."""

NAMES: dict[str, Any] = {
    "day": {"en": "Day", "zh": "白班"},
    "night": {"en": "Night", "zh": "夜班"},
    "desk": {"en": "Control room", "zh": "控制室"},
}
"""What some shifts and posts of SPEC are called."""


def on(day: int) -> date:
    """Return a day of the week that begins on MONDAY."""
    return MONDAY + timedelta(days=day)


def people(*who: UUID) -> list[str]:
    return [str(each) for each in who]


def named(spec: dict[str, Any] = SPEC) -> dict[str, Any]:
    """Return a plan whose shifts and first post have names."""
    shifts = [{"key": e["name"], "name": NAMES[e["name"]], "at": e["at"]} for e in spec["shift"]]
    desk, *others = spec["post"]
    return {**spec, "shift": shifts, "post": [{**desk, "name": NAMES["desk"]}, *others]}

"""In: a map and how the device at hand differs. Out: the map for that device. Pure.

The difference is written behind the profile's id, so that it stands in the journal with the meter:
`schneider_iem3000@-1` (every address one lower), `sunspec_meter_int@40069` (addresses count from
there), `eastron_sdm630~little` (words the other way), `siemens_pac2200_3200~fc4`.
"""

from __future__ import annotations

import re
from dataclasses import replace
from typing import TypeVar

from adapters.errors import RegisterMapError
from adapters.modbus.register_point import Identify, PlatePoint, RegisterPoint
from adapters.modbus.register_product import RegisterMap

P = TypeVar("P", RegisterPoint, PlatePoint, Identify)
_NAME = re.compile(
    r"(?P<id>[a-z0-9_]+)(@(?P<shift>-?\d{1,5}))?(?P<words>~little|~big)?(~fc(?P<fc>[34]))?"
)


def split(profile: str) -> tuple[str, int | None, str | None, int | None] | None:
    """Return id, shift, word order and function code of a profile's name; None when it is none."""
    found = _NAME.fullmatch(profile)
    if found is None:
        return None
    shift, words, code = found["shift"], found["words"], found["fc"]
    return (
        found["id"],
        None if shift is None else int(shift),
        None if words is None else words[1:],
        None if code is None else int(code),
    )


def variant(
    register_map: RegisterMap,
    *,
    shift: int | None = None,
    word_order: str | None = None,
    function_code: int | None = None,
) -> RegisterMap:
    """Return a map for a device that differs from it; its id says how.

    Args:
        register_map: The map as its file says.
        shift: Added to every address; for a relative map the register where its model begins.
        word_order: "big" or "little"; None as the map says.
        function_code: 3 or 4 for every register; None as the map says.

    Raises:
        RegisterMapError: An address would lie outside 0 to 65535.
    """
    name = register_map.id
    name += f"@{shift}" if shift is not None else ""
    name += f"~{word_order}" if word_order is not None else ""
    name += f"~fc{function_code}" if function_code is not None else ""

    by = shift or 0

    def moved(place: P) -> P:
        code = place.function_code if function_code is None else function_code
        return replace(place, address=place.address + by, function_code=code)

    def moved_point(point: RegisterPoint) -> RegisterPoint:
        scale = None if point.scale_address is None else point.scale_address + by
        return replace(moved(point), scale_address=scale)

    made = replace(
        register_map,
        id=name,
        word_order=word_order or register_map.word_order,
        points={key: moved_point(point) for key, point in register_map.points.items()},
        plate={key: moved(point) for key, point in register_map.plate.items()},
        identify=tuple(moved(rule) for rule in register_map.identify),
        discovery=register_map.discovery if shift is None else None,
    )
    places: list[RegisterPoint | PlatePoint] = [*made.points.values(), *made.plate.values()]
    if any(place.address < 0 or place.end > 65536 for place in places):
        raise RegisterMapError(name, [f"@{shift} puts an address outside 0 to 65535"])
    return made

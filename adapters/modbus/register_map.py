"""In: the name of a profile. Out: its register map, checked. I/O: reads files.

Maps that ship lie in `maps/`; a site's own lie in `profiles/` of its data directory and may not
take the name of one that ships. What stands behind `@` or `~` in a name is how the device at hand
differs (register_variant.py).
"""

from __future__ import annotations

from pathlib import Path

from adapters.modbus.register_point import (
    Identify,
    Null,
    PlatePoint,
    RegisterPoint,
    RegisterType,
)
from adapters.modbus.register_product import Discovery, RegisterMap, SerialDefaults
from adapters.modbus.register_reader import parse
from adapters.modbus.register_variant import split, variant
from adapters.profile_point import Trust
from adapters.profile_shelf import OWN_PROFILES, ProfileShelf

__all__ = [
    "MAPS", "Discovery", "Identify", "Null", "PlatePoint", "RegisterMap", "RegisterPoint",
    "RegisterType", "SerialDefaults", "Trust", "load", "plain_id", "variant",
]  # fmt: skip

MAPS = ProfileShelf(Path(__file__).parent / "maps", own=OWN_PROFILES, parse=parse)
"""Those that ship, and an installation's own; a name with `@` or `~` is for `load`."""


def load(profile: str) -> RegisterMap:
    """Return the checked map of a profile.

    Args:
        profile: Id of the map, the name of its file; behind it what differs in the device.

    Raises:
        UnknownProfileError: There is no such map.
        ProfileNameTakenError: A map that ships and an installation's own bear this name.
        RegisterMapError: The map has problems.
    """
    parts = split(profile)
    if parts is None:
        raise MAPS.unknown(profile)
    name, shift, word_order, function_code = parts
    read = MAPS.load(name)
    if (shift, word_order, function_code) == (None, None, None):
        return read
    return variant(read, shift=shift, word_order=word_order, function_code=function_code)


def plain_id(profile: str) -> str:
    """Return the id of the map in a profile's name, without what differs in the device."""
    parts = split(profile)
    return profile if parts is None else parts[0]

"""In: the id of a profile. Out: the product it describes, whichever protocol it speaks. I/O: files.

The ids that ship do not meet: those of the other protocols begin with their names. An own profile
that bears the name of another protocol's is refused: commissioning and collecting ask different
shelves, and which of the two is meant nobody can tell.
"""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Any, Protocol

from adapters.bacnet import profile as bacnet
from adapters.cjt188 import profile as cjt188
from adapters.dlt645 import profile as dlt645
from adapters.mbus import profile as mbus
from adapters.meter_profile import MeterProfile
from adapters.modbus import register_map
from adapters.opcua import profile as opcua
from adapters.profile_point import Described
from adapters.profile_shelf import ProfileNameTakenError, ProfileShelf, UnknownProfileError
from energy.metering.channel import ChannelFacts
from energy.metering.source_facts import BACNET, CHINESE, MBUS, MODBUS, OPCUA

DLT645, CJT188 = CHINESE
SHELVES: Mapping[str, ProfileShelf[MeterProfile[Any]]] = {
    DLT645: dlt645.PROFILES, CJT188: cjt188.PROFILES, MBUS: mbus.PROFILES,
    OPCUA: opcua.PROFILES, BACNET: bacnet.PROFILES,
}  # fmt: skip
"""The profiles that are no register maps, by kind of source."""


class Product(Described, Protocol):
    """What is known of one kind of meter, and what channels its values become."""

    def facts(self, quantity: str) -> ChannelFacts:
        """Return what a channel of a quantity is.

        Raises:
            EnergyError: The product does not offer it.
        """
        ...


def shelf_of(profile: str) -> tuple[str, ProfileShelf[MeterProfile[Any]]] | None:
    """Return the kind of source of a profile and its shelf; None where it may be a register map.

    Raises:
        ProfileNameTakenError: Profiles of two protocols bear the name.
    """
    found = [
        (kind, shelf, file) for kind, shelf in SHELVES.items() for file in shelf.files(profile)[-1:]
    ]
    files = [*register_map.MAPS.files(profile)[-1:], *(file for _, _, file in found)]
    if len(files) > 1:
        raise ProfileNameTakenError(*files[:2])
    return found[0][:2] if found else None


def require_unused(file: Path, shelf: ProfileShelf[Any]) -> None:
    """Refuse a file that bears the name of a profile of another protocol.

    Args:
        file: A profile of an installation's own.
        shelf: Of its protocol.

    Raises:
        ProfileNameTakenError: It bears such a name.
    """
    for other in every_shelf():
        if other is not shelf and (files := other.files(file.stem)):
            raise ProfileNameTakenError(file, files[-1])


def kinds_of(profile: str) -> tuple[str, ...]:
    """Return the kinds of source that meters of a profile can be asked through.

    Raises:
        ProfileNameTakenError: Profiles of two protocols bear the name.
    """
    found = shelf_of(profile)
    return MODBUS if found is None else (found[0],)


def known_for(kind: str) -> list[str]:
    """Return the ids of the profiles whose meters a source of a kind can ask."""
    if kind in SHELVES:
        return SHELVES[kind].known()
    return register_map.MAPS.known() if kind in MODBUS else []


def every_shelf() -> list[ProfileShelf[Any]]:
    """Return the shelves of every protocol, the register maps first."""
    return [register_map.MAPS, *SHELVES.values()]


def every_profile() -> list[str]:
    """Return the ids of all profiles, whatever their protocol."""
    return [profile for shelf in every_shelf() for profile in shelf.known()]


def load_product(profile: str) -> Product:
    """Return the product of a profile.

    Args:
        profile: Id of the profile, the name of its file.

    Raises:
        UnknownProfileError: There is no such profile, whatever the protocol.
        ProfileNameTakenError: Two profiles bear the name.
        RegisterMapError: A register map has problems.
        MeterProfileError: The profile has problems.
    """
    found = shelf_of(profile)
    return load_map(profile) if found is None else found[1].load(profile)


def load_map(profile: str) -> register_map.RegisterMap:
    """Return a register map, where the profile may be one of any protocol.

    Raises:
        UnknownProfileError: There is no such profile; names the nearest of every protocol.
        ProfileNameTakenError: Two profiles bear the name.
        RegisterMapError: The map has problems.
    """
    shelf_of(register_map.plain_id(profile))
    try:
        return register_map.load(profile)
    except UnknownProfileError as error:
        raise UnknownProfileError(error.name, every_profile()) from None

"""In: the id of a profile. Out: the product it describes, whichever protocol it speaks. I/O: files.

The ids of the adapters do not meet: those of DL/T 645, CJ/T 188 and M-Bus begin with
their names.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Protocol

from adapters.cjt188 import profile as cjt188
from adapters.dlt645 import profile as dlt645
from adapters.mbus import profile as mbus
from adapters.modbus import register_map
from energy.metering.channel import ChannelFacts
from energy.metering.source_facts import CHINESE, MBUS, MODBUS

DLT645, CJT188 = CHINESE


class Billable(Protocol):
    """One value of a product."""

    @property
    def billing(self) -> bool:
        """Return whether bills may rest on it."""
        ...


class Product(Protocol):
    """What is known of one kind of meter."""

    @property
    def id(self) -> str:
        """Return the id of its profile."""
        ...

    @property
    def vendor(self) -> str:
        """Return who makes it."""
        ...

    @property
    def models(self) -> tuple[str, ...]:
        """Return the names on its plate."""
        ...

    @property
    def points(self) -> Mapping[str, Billable]:
        """Return its values by quantity."""
        ...

    def facts(self, quantity: str) -> ChannelFacts:
        """Return what a channel of a quantity is.

        Raises:
            EnergyError: The product does not offer it.
        """
        ...


def kinds_of(profile: str) -> tuple[str, ...]:
    """Return the kinds of source that meters of a profile can be asked through."""
    if profile in dlt645.known():
        return (DLT645,)
    if profile in cjt188.known():
        return (CJT188,)
    if profile in mbus.known():
        return (MBUS,)
    return MODBUS


def known_for(kind: str) -> list[str]:
    """Return the ids of the profiles whose meters a source of a kind can ask."""
    if kind == DLT645:
        return dlt645.known()
    if kind == CJT188:
        return cjt188.known()
    if kind == MBUS:
        return mbus.known()
    return register_map.known() if kind in MODBUS else []


def load_product(profile: str) -> Product:
    """Return the product of a profile.

    Args:
        profile: Id of the profile, the name of its file.

    Raises:
        RegisterMapError: There is no such profile, or a register map has problems.
        MeterProfileError: The profile has problems.
    """
    if profile in dlt645.known():
        return dlt645.load(profile)
    if profile in cjt188.known():
        return cjt188.load(profile)
    if profile in mbus.known():
        return mbus.load(profile)
    return register_map.load(profile)

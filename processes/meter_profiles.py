"""In: the id of a profile. Out: the product it describes, whichever protocol it speaks. I/O: files.

The ids of the adapters do not meet: those of the other protocols begin with their names.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Protocol

from adapters.bacnet import profile as bacnet
from adapters.cjt188 import profile as cjt188
from adapters.dlt645 import profile as dlt645
from adapters.mbus import profile as mbus
from adapters.modbus import register_map
from adapters.opcua import profile as opcua
from energy.metering.channel import ChannelFacts
from energy.metering.source_facts import BACNET, CHINESE, MBUS, MODBUS, OPCUA

DLT645, CJT188 = CHINESE
_OTHERS: Mapping[str, Any] = {
    DLT645: dlt645, CJT188: cjt188, MBUS: mbus, OPCUA: opcua, BACNET: bacnet,
}  # fmt: skip
"""The adapters whose profiles are no register maps, by kind of source."""


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
    for kind, each in _OTHERS.items():
        if profile in each.known():
            return (kind,)
    return MODBUS


def known_for(kind: str) -> list[str]:
    """Return the ids of the profiles whose meters a source of a kind can ask."""
    if kind in _OTHERS:
        return list(_OTHERS[kind].known())
    return register_map.known() if kind in MODBUS else []


def load_product(profile: str) -> Product:
    """Return the product of a profile.

    Args:
        profile: Id of the profile, the name of its file.

    Raises:
        RegisterMapError: There is no such profile, or a register map has problems.
        MeterProfileError: The profile has problems.
    """
    for each in _OTHERS.values():
        if profile in each.known():
            product: Product = each.load(profile)
            return product
    return register_map.load(profile)

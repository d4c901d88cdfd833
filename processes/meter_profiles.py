"""In: the id of a profile. Out: the product it describes, whichever protocol it speaks. I/O: files.

The ids of the adapters do not meet: those of DL/T 645 and CJ/T 188 begin with their names.
"""

from __future__ import annotations

from typing import Protocol

from adapters.cjt188 import profile as cjt188
from adapters.dlt645 import profile as dlt645
from adapters.modbus import register_map
from energy.metering.channel import ChannelFacts


class Product(Protocol):
    """What is known of one kind of meter."""

    @property
    def id(self) -> str:
        """Return the id of its profile."""
        ...

    def facts(self, quantity: str) -> ChannelFacts:
        """Return what a channel of a quantity is.

        Raises:
            EnergyError: The product does not offer it.
        """
        ...


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
    return register_map.load(profile)

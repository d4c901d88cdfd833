"""In: a profile's file. Out: which nodes of a server are which quantities. I/O: files."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from adapters.meter_profile import ProfileReader
from adapters.opcua.node import template_problem
from adapters.profile_fields import Fields
from adapters.profile_shelf import OWN_PROFILES, ProfileShelf
from adapters.server_wire import ServerWire, read_scale_and_bits
from energy.metering.channel import ChannelFacts

PROTOCOL = "opcua"
CHANGED = "changed"
"""The server dates a value by its last change: an old date tells nothing."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Wire(ServerWire):
    """Where a value lies."""

    node: str
    """Node id with "{meter}" for the meter's name."""


class OpcuaReader(ProfileReader[Wire]):
    """Reads where a value lies: node, scale, bits."""

    OWN_KEYS: Mapping[str, str] = {"timestamps": "sampled|changed"}
    WIRE_KEYS = frozenset({"node", "scale", "bits"})

    def wire(self, fields: Fields, facts: ChannelFacts) -> Wire | None:
        """Return where a value lies; None after a problem was noted."""
        before = len(fields.problems)
        node = fields.text("node")
        problem = template_problem(node)
        if problem is not None:
            fields.problem(problem)
        scale, bits = read_scale_and_bits(fields, facts)
        if len(fields.problems) > before:
            return None
        return Wire(node=node, scale=scale, bits=bits)


PROFILES = ProfileShelf(
    Path(__file__).parent / "profiles", own=f"{OWN_PROFILES}/{PROTOCOL}", parse=OpcuaReader.parse
)
"""Those that ship, and an installation's own."""

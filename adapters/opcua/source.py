"""Step 1 of 6: values of meters behind an OPC UA server -> reading columns of one slot. I/O."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from adapters.exact_float import FLOAT32_BITS, FLOAT64_BITS
from adapters.meter_profile import ProfiledMeter
from adapters.opcua.client import NodeValue, OpcuaClient
from adapters.opcua.node import filled
from adapters.opcua.profile import CHANGED, PROTOCOL, Wire
from adapters.opcua.settings import OpcuaSettings
from adapters.server_fault import ServerFault
from adapters.server_source import AskedValue, ServerSource, asked_values
from adapters.told_value import Flaw, Told
from energy.base.clock import Clock

STALE_INTERVALS = 2
_ABSENT = frozenset(
    {"BadNodeIdUnknown", "BadNodeIdInvalid", "BadAttributeIdInvalid", "BadNodeIdRejected"}
)
_REFUSED = frozenset({"BadUserAccessDenied", "BadNotReadable", "BadSecurityModeInsufficient"})


@dataclass(frozen=True, slots=True, kw_only=True)
class OpcuaMeter(ProfiledMeter[Wire]):
    """One meter behind a server: its name there and which quantity is which channel."""

    name: str
    """Stands for "{meter}" in the node ids."""


@dataclass(frozen=True, slots=True)
class NodeRef:
    """A node to read."""

    node: str
    dated: bool
    """Whether its date says when the value was sampled."""

    def __str__(self) -> str:
        """Return the node id."""
        return self.node


class OpcuaSource(ServerSource[NodeRef]):
    """Polls the meters behind one server, all in one question."""

    def __init__(
        self,
        key: str,
        settings: OpcuaSettings,
        meters: Sequence[OpcuaMeter],
        clock: Clock,
        *,
        interval_s: int,
        skew_s: float = 5.0,
    ) -> None:
        """Plan the question; nothing is opened yet.

        Args:
            key: Name of the source.
            settings: How the server is reached.
            meters: Which meters.
            clock: Dates answers that came too late for their slot.
            interval_s: Between two slots; a value two of them old is stale. [s]
            skew_s: An answer later than this after its slot is dated by the clock. [s]

        Raises:
            MeterProfileError: A channel's quantity is not in its profile.
            NodeError: A meter's name does not fit its profile.
        """
        client = OpcuaClient(settings)
        values = [value for meter in meters for value in _values(meter)]
        server = _Server(client, timedelta(seconds=STALE_INTERVALS * interval_s))
        super().__init__(key, client, [(server, values)], clock, skew_s=skew_s)


class _Server:
    """The server as it is asked."""

    protocol = PROTOCOL

    def __init__(self, client: OpcuaClient, stale: timedelta) -> None:
        self._client = client
        self._stale = stale
        self.where = client.settings.url

    async def ask(self, refs: Sequence[NodeRef], slot: datetime) -> Sequence[Told]:
        values = await self._client.read([ref.node for ref in refs])
        return [told(ref, v, slot, self._stale) for ref, v in zip(refs, values, strict=True)]

    def close(self) -> None:
        self._client.close()


def _values(meter: OpcuaMeter) -> list[AskedValue[NodeRef]]:
    dated = meter.profile.own["timestamps"] != CHANGED
    return asked_values(meter, lambda wire: NodeRef(filled(wire.node, meter.name), dated))


def told(ref: NodeRef, value: NodeValue, slot: datetime, stale: timedelta) -> Told:
    """Return what a node's value is worth.

    Args:
        ref: The node.
        value: What the server says of it.
        slot: The scheduled instant, aware UTC.
        stale: From which age on it says nothing of the slot.
    """
    if value.status.startswith("Bad"):
        return Told(fault=_fault_of(value.status), why=value.status, latency_us=value.latency_us)
    flaw, why = None, ""
    if not value.status.startswith("Good"):
        flaw, why = Flaw.UNCERTAIN, value.status
    elif value.status == "GoodLocalOverride":
        flaw, why = Flaw.OVERRIDDEN, value.status
    elif ref.dated and value.dated is not None and abs(slot - value.dated) > stale:
        flaw = Flaw.STALE if value.dated < slot else Flaw.TIME_AHEAD
        why = f"dated {value.dated.isoformat()}"
    return Told(
        value=value.value,
        fraction_bits=FLOAT32_BITS if value.single else FLOAT64_BITS,
        flaw=flaw,
        why=why,
        latency_us=value.latency_us,
    )


def _fault_of(status: str) -> ServerFault:
    if status in _ABSENT:
        return ServerFault.NO_SUCH_VALUE
    return ServerFault.REFUSED if status in _REFUSED else ServerFault.BAD_STATUS

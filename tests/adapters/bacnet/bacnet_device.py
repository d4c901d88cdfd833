"""A real BACnet/IP device on loopback (bacpypes3), in the loop of whoever starts it."""

from __future__ import annotations

import asyncio
import socket
from typing import Any

from bacpypes3.apdu import AbortPDU, AbortReason
from bacpypes3.app import Application
from bacpypes3.appservice import ApplicationServiceAccessPoint
from bacpypes3.comm import bind
from bacpypes3.errors import UnrecognizedService
from bacpypes3.ipv4.app import NormalApplication
from bacpypes3.ipv4.link import NormalLinkLayer
from bacpypes3.local.device import DeviceObject
from bacpypes3.netservice import NetworkServiceAccessPoint, NetworkServiceElement
from bacpypes3.object import (
    AccumulatorObject,
    AnalogInputObject,
    BinaryInputObject,
    LargeAnalogValueObject,
)
from bacpypes3.pdu import IPv4Address, LocalStation
from bacpypes3.primitivedata import ObjectIdentifier
from bacpypes3.vlan import VirtualNetwork
from bacpypes3.vlan.link import VirtualLinkLayer

from tests.fixtures.ports import free_port

KINDS: dict[str, type[Any]] = {
    "accumulator": AccumulatorObject,
    "analog-input": AnalogInputObject,
    "binary-input": BinaryInputObject,
    "large-analog-value": LargeAnalogValueObject,
}


class MeterDevice(NormalApplication):
    """A device with objects of meters; counts what it is asked, and can refuse."""

    _debug = None

    def __init__(
        self, number: int = 1001, *, host: str = "127.0.0.2", port: int = 0, apdu: int = 1476
    ) -> None:
        if not port:
            port = free_port(host, socket.SOCK_DGRAM)
        self.host, self.port = host, port
        self.questions = 0
        self.largest = 10**9
        """Objects in a question from which the answer is too long."""
        self.single = False
        """Whether the device knows no ReadPropertyMultiple."""
        self.mute = False
        """Whether it drops them without a word."""
        self.writes = 0
        device = DeviceObject(
            objectIdentifier=("device", number),
            objectName=f"device {number}",
            vendorIdentifier=999,
            maxApduLengthAccepted=apdu,
        )
        super().__init__(device, IPv4Address(f"{host}/32:{port}"))

    async def listening(self) -> MeterDevice:
        await asyncio.gather(*self.normal.server._transport_tasks)
        return self

    def say(self, kind: str, instance: int, value: object, **properties: object) -> None:
        """Let an object hold a present value and other properties."""
        known = self.get_object_id(ObjectIdentifier((kind, instance)))
        if known is not None:
            self.delete_object(known)
        properties.setdefault("statusFlags", [0, 0, 0, 0])
        self.add_object(
            KINDS[kind](
                objectIdentifier=(kind, instance),
                objectName=f"{kind} {instance}",
                presentValue=value,
                **properties,
            )
        )

    async def indication(self, apdu: Any) -> None:
        self.questions += 1
        self.writes += "Write" in type(apdu).__name__
        await super().indication(apdu)

    async def do_ReadPropertyMultipleRequest(self, apdu: Any) -> None:  # noqa: N802 - theirs
        if self.single:
            raise UnrecognizedService
        if self.mute:
            return
        if len(apdu.listOfReadAccessSpecs) > self.largest:
            reason = AbortReason.segmentationNotSupported
            await self.response(AbortPDU(srv=True, reason=reason, context=apdu))
            return
        await super().do_ReadPropertyMultipleRequest(apdu)


class StationDevice(Application):
    """A device behind a router, on a network inside the process."""

    _debug = None

    def __init__(self, number: int, network: str, station: int) -> None:
        super().__init__()
        device = DeviceObject(
            objectIdentifier=("device", number), objectName=f"device {number}",
            vendorIdentifier=999, maxApduLengthAccepted=480,
        )  # fmt: skip
        self.asap = ApplicationServiceAccessPoint(device, self.device_info_cache)
        self.nsap = NetworkServiceAccessPoint()
        self.nse = NetworkServiceElement()
        bind(self.nse, self.nsap)
        bind(self, self.asap, self.nsap)
        own = LocalStation(station)
        self.nsap.bind(VirtualLinkLayer(own, network), address=own)
        self.add_object(device)

    say = MeterDevice.say


class MeterRouter:
    """A router on loopback with devices as stations of network 2001 behind it."""

    def __init__(self, *, stations: dict[int, int], host: str = "127.0.0.2") -> None:
        self.host, self.port = host, free_port(host, socket.SOCK_DGRAM)
        self.network = f"network {self.port}"
        VirtualNetwork(self.network)  # it registers itself under its name
        self.nsap = NetworkServiceAccessPoint()
        self.nse = NetworkServiceElement()
        bind(self.nse, self.nsap)
        own = IPv4Address(f"{host}/32:{self.port}")
        self.link = NormalLinkLayer(own)
        self.nsap.bind(self.link, net=100, address=own)
        self.nsap.bind(VirtualLinkLayer(LocalStation(1), self.network), net=2001)
        self.devices = [
            StationDevice(number, self.network, station) for station, number in stations.items()
        ]

    async def listening(self) -> MeterRouter:
        await asyncio.gather(*self.link.server._transport_tasks)
        return self

    def close(self) -> None:
        self.link.close()

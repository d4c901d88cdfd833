"""In: objects and properties. Out: what a BACnet device says of them, or a named fault. I/O: UDP.

The only file that imports bacpypes3, and that late: the extra may not be installed. It asks with
ReadProperty and ReadPropertyMultiple alone, and answers nobody: no request of others reaches a
service, and no request that writes is ever made.
"""

from __future__ import annotations

import asyncio
import logging
import socket
import struct
from collections.abc import Sequence
from dataclasses import dataclass
from functools import cache
from types import SimpleNamespace
from typing import Any

from adapters.bacnet.profile import PROTOCOL
from adapters.server_fault import ServerAskError, ServerFault, not_installed

RETRIES = 1
"""Times that a question is sent again when no answer comes: UDP loses."""
OWN_INSTANCE = 4_194_302
LARGEST_APDU = 1476
"""What fits a BACnet/IP packet. [byte]"""
_REAL, _DOUBLE, _BITS = 4, 5, 8
_OPENING = 2


@dataclass(frozen=True, slots=True, kw_only=True)
class Property:
    """What a device says of one property."""

    value: object = None
    """int, float, bool, a tuple of bits, or None where it holds none."""
    single: bool = False
    """Whether it is a float of 32 bits."""
    error: str = ""
    """Why there is no value, for example "unknown-object"; empty where there is one."""


class RefusedError(Exception):
    """The device answers that it does not answer this question."""

    def __init__(self, reason: str, *, whole: bool) -> None:
        """Take the reason.

        Args:
            reason: As the device says it, for example "unrecognized-service".
            whole: Whether the question as such is refused, not what it names.
        """
        super().__init__(reason)
        self.reason = reason
        self.whole = whole


Asked = tuple[str, int, str]
"""Kind of object, its instance, name of the property."""


class BacnetLink:
    """One UDP port of the collector, through which the devices of a source are asked."""

    def __init__(self, host: str, port: int, *, timeout_s: float) -> None:
        """Take host and port of the device or router; nothing is opened yet.

        Args:
            host: Name or address.
            port: Usually 47808.
            timeout_s: Longest wait for one answer. [s]
        """
        self.host, self.port = host, port
        self.timeout_s = timeout_s
        self.connects = 0
        self._app: Any = None
        self._loop: asyncio.AbstractEventLoop | None = None
        self._opening = asyncio.Lock()
        self._target = ""

    @property
    def where(self) -> str:
        """Return host and port."""
        return f"{self.host}:{self.port}"

    async def one(self, route: str, asked: Asked) -> Property:
        """Return what a device says of one property (ReadProperty).

        Args:
            route: Network and station behind a router; empty for the device at the host.
            asked: The property.

        Raises:
            ServerAskError: No proper answer came.
            RefusedError: The device refuses the question as such.
        """
        await self._open()
        library = _library()
        kind, instance, name = asked
        request = library.apdu.ReadPropertyRequest(
            objectIdentifier=library.ObjectIdentifier((kind, instance)),
            propertyIdentifier=library.PropertyIdentifier(name),
            destination=self._address(route),
        )
        try:
            answer = await self._asked(request, library.apdu.ReadPropertyACK)
        except RefusedError as error:
            if error.whole:
                raise
            return Property(error=error.reason)
        told = (tuple(answer.objectIdentifier), answer.propertyIdentifier)
        wanted = (tuple(request.objectIdentifier), request.propertyIdentifier)
        if told != wanted:
            raise self._fault(ServerFault.UNKNOWN_FORMAT, f"{told} came for {wanted}")
        return _plain(answer.propertyValue)

    async def many(self, route: str, asked: Sequence[Asked]) -> list[Property]:
        """Return what a device says of properties, in their order (ReadPropertyMultiple).

        Args:
            route: Network and station behind a router; empty for the device at the host.
            asked: The properties; those of one object stand together.

        Raises:
            ServerAskError: No proper answer came.
            RefusedError: The device refuses the question as such.
        """
        await self._open()
        library = _library()
        specs: dict[tuple[str, int], list[Any]] = {}
        for kind, instance, name in asked:
            reference = library.PropertyReference(propertyIdentifier=name)
            specs.setdefault((kind, instance), []).append(reference)
        request = library.apdu.ReadPropertyMultipleRequest(
            listOfReadAccessSpecs=[
                library.ReadAccessSpecification(
                    objectIdentifier=library.ObjectIdentifier(each),
                    listOfPropertyReferences=references,
                )
                for each, references in specs.items()
            ],
            destination=self._address(route),
        )
        answer = await self._asked(request, library.apdu.ReadPropertyMultipleACK)
        told = _results(answer)
        return [told.get(_key(library, each), Property(error="no-answer-for-it")) for each in asked]

    def close(self) -> None:
        """Close the port."""
        app, self._app = self._app, None
        if app is not None and self._loop is not None and not self._loop.is_closed():
            app.end()

    async def _open(self) -> None:
        loop = asyncio.get_running_loop()
        if self._loop is not loop:
            self.close()
            self._loop, self._opening = loop, asyncio.Lock()
        async with self._opening:  # several devices are asked at once
            if self._app is None:
                await self._open_port(loop)

    async def _open_port(self, loop: asyncio.AbstractEventLoop) -> None:
        try:
            library = await asyncio.to_thread(_library)
        except ImportError as error:
            raise not_installed(PROTOCOL, self.where) from error
        try:
            found = await loop.getaddrinfo(
                self.host, self.port, family=socket.AF_INET, type=socket.SOCK_DGRAM
            )
            target: Any = found[0][4]
            own = _bound(target)
        except OSError as error:
            raise self._fault(ServerFault.NO_CONNECTION, error.strerror or str(error)) from error
        self._target = f"{target[0]}:{target[1]}"
        self._app = library.Asker(own, round(self.timeout_s * 1000))
        self.connects += 1

    def _address(self, route: str) -> Any:
        return _library().Address(f"{route}@{self._target}" if route else self._target)

    async def _asked(self, request: Any, wanted: type) -> Any:
        """Send one question; return its answer."""
        library = _library()
        try:
            async with asyncio.timeout((RETRIES + 2) * self.timeout_s):
                answer = await self._app.request(request)
        except TimeoutError as error:
            raise self._silent() from error
        except library.apdu.ErrorRejectAbortNack as error:
            reason = _reason(error)
            if reason in {"no-response", "65"}:  # said by our own side
                raise self._silent() from error
            whole = not isinstance(error, library.apdu.ErrorPDU) or reason in _WHOLE
            raise RefusedError(reason, whole=whole) from error
        except OSError as error:
            raise self._fault(ServerFault.NO_CONNECTION, error.strerror or str(error)) from error
        except Exception as error:  # whatever octets make the library stumble over
            what = f"no sound answer ({type(error).__name__}: {error})"[:300]
            raise self._fault(ServerFault.UNKNOWN_FORMAT, what) from error
        if not isinstance(answer, wanted):
            what = f"{type(answer).__name__} came for {type(request).__name__}"
            raise self._fault(ServerFault.UNKNOWN_FORMAT, what)
        return answer

    def _silent(self) -> ServerAskError:
        what = f"no answer in {self.timeout_s:g} s, asked {RETRIES + 1} times"
        return self._fault(ServerFault.NO_ANSWER, what)

    def _fault(self, fault: ServerFault, what: str) -> ServerAskError:
        return ServerAskError(PROTOCOL, fault, self.where, what)


_WHOLE = frozenset({"service-request-denied", "other", "operational-problem", "device-busy"})


def _bound(target: Any) -> socket.socket:
    """Return a UDP port of the machine's own address towards a device."""
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as probe:
        probe.connect(target)
        host = probe.getsockname()[0]
    own = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
    own.setblocking(False)
    own.bind((host, 0))
    return own


def _plain(any_: Any) -> Property:
    """Return the one value that an answer holds; the type is told by its tag."""
    tags = list(any_.tagList or ())
    if len(tags) > 2 and int(tags[0].tag_class) == _OPENING:
        tags = tags[1:-1]
    if len(tags) != 1 or int(tags[0].tag_class) != 0:
        return Property(value=())  # a list, a date with time, a choice: no number
    number, octets = int(tags[0].tag_number), bytes(tags[0].tag_data or b"")
    if number == 0:
        return Property()
    if number == 1:
        return Property(value=bool(tags[0].tag_lvt))
    if number in {2, 9}:
        return Property(value=int.from_bytes(octets, "big"))
    if number == 3:
        return Property(value=int.from_bytes(octets, "big", signed=True))
    if number == _REAL and len(octets) == 4:
        return Property(value=struct.unpack(">f", octets)[0], single=True)
    if number == _DOUBLE and len(octets) == 8:
        return Property(value=struct.unpack(">d", octets)[0])
    if number == _BITS and octets:
        bits = "".join(f"{octet:08b}" for octet in octets[1:])
        return Property(value=tuple(int(bit) for bit in bits[: len(bits) - octets[0]]))
    return Property(value=())


def _results(answer: Any) -> dict[tuple[tuple[int, int], int], Property]:
    """Return what an answer says, by object and property."""
    told = {}
    for access in answer.listOfReadAccessResults or ():
        kind, instance = access.objectIdentifier
        for element in access.listOfResults or ():
            result = element.readResult
            key = ((int(kind), int(instance)), int(element.propertyIdentifier))
            if result.propertyAccessError is not None:
                told[key] = Property(error=str(result.propertyAccessError.errorCode))
            elif result.propertyValue is not None:
                told[key] = _plain(result.propertyValue)
    return told


def _key(library: Any, asked: Asked) -> tuple[tuple[int, int], int]:
    kind, instance, name = asked
    return (
        (int(library.ObjectType(kind)), instance),
        int(library.PropertyIdentifier(name)),
    )


def _reason(error: Any) -> str:
    """Return why a device refuses, in the words of the standard."""
    code = getattr(error, "errorCode", None)
    if code is None:
        code = getattr(error, "apduAbortRejectReason", None)
    return str(code)


def _settle() -> None:
    """Let addresses name their router, and the library log nothing: we tell faults ourselves."""
    from bacpypes3.settings import settings

    settings.route_aware = True
    logging.getLogger("bacpypes3").setLevel(logging.CRITICAL + 1)


@cache
def _library() -> Any:
    """Return what is needed of bacpypes3; the first call imports it.

    Raises:
        ImportError: The extra is not installed.
    """
    from bacpypes3 import apdu
    from bacpypes3.app import Application, DeviceInfoCache
    from bacpypes3.appservice import ApplicationServiceAccessPoint
    from bacpypes3.basetypes import PropertyIdentifier, PropertyReference, ReadAccessSpecification
    from bacpypes3.comm import bind
    from bacpypes3.ipv4.link import NormalLinkLayer
    from bacpypes3.local.device import DeviceObject
    from bacpypes3.netservice import NetworkServiceAccessPoint, NetworkServiceElement
    from bacpypes3.pdu import Address, IPv4Address
    from bacpypes3.primitivedata import ObjectIdentifier, ObjectType

    _settle()

    class Asker(Application):  # type: ignore[misc]
        """Asks, and lets nobody ask it."""

        def __init__(self, own: socket.socket, timeout_ms: int) -> None:
            super().__init__(device_info_cache=DeviceInfoCache())
            host, port = own.getsockname()
            address = IPv4Address(f"{host}/32:{port}")
            device = DeviceObject(
                objectIdentifier=("device", OWN_INSTANCE),
                objectName="Meterline",
                vendorIdentifier=999,
                maxApduLengthAccepted=LARGEST_APDU,
                segmentationSupported="noSegmentation",
                apduTimeout=timeout_ms,
                numberOfApduRetries=RETRIES,
            )
            self.asap = ApplicationServiceAccessPoint(device, self.device_info_cache)
            self.nsap = NetworkServiceAccessPoint()
            self.nse = NetworkServiceElement()
            bind(self.nse, self.nsap)
            bind(self, self.asap, self.nsap)
            self.link_layer = NormalLinkLayer(address, bind_socket=own)
            self.nsap.bind(self.link_layer, address=address)

        async def indication(self, apdu: Any) -> None:
            """Let requests of others come to nothing."""

        def end(self) -> None:
            self.link_layer.close()

    return SimpleNamespace(
        Address=Address,
        Asker=Asker,
        ObjectIdentifier=ObjectIdentifier,
        ObjectType=ObjectType,
        PropertyIdentifier=PropertyIdentifier,
        PropertyReference=PropertyReference,
        ReadAccessSpecification=ReadAccessSpecification,
        apdu=apdu,
    )

"""In: node ids. Out: what an OPC UA server says of them, or a named fault. I/O: TCP.

The only file that imports asyncua, and that late: the extra may not be installed, and importing it
takes a second. Read service alone: no call writes, browses or calls a method.
"""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Iterator, Sequence
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any

from adapters.opcua.node import namespace_of
from adapters.opcua.settings import (
    PROTOCOL,
    SIGNED,
    AccessFiles,
    OpcuaSettings,
    format_of,
    read_access,
)
from adapters.server_fault import ServerAskError, ServerFault, not_installed
from energy.base.clock import monotonic_s

if TYPE_CHECKING:
    from asyncua import ua
    from asyncua.client.client import Client

NAMESPACES = "i=2255"
MOST_NODES = "i=11705"
"""Where a server tells how many nodes one question may name."""
NODES_A_READ = 500
WATCH_S = 30.0
"""How often the library asks whether the server still lives; keeps the session. [s]"""
SESSION_MS = 120_000
CONNECT_QUESTIONS = 8
"""Questions until a session stands; each may take the time-out."""
_SESSION_LOST = frozenset(
    {"BadSessionIdInvalid", "BadSessionClosed", "BadSecureChannelIdInvalid",
     "BadSecureChannelClosed", "BadConnectionClosed", "BadSecureChannelTokenUnknown"}
)  # fmt: skip
_UNSECURED = ("No matching endpoints", "Server certificate mismatch")
"""How the library begins when the server has no such security, or another certificate."""
MOST_SIGNS = 300
_NO_TRUST = ("BadCertificate", "BadSecurity", "BadApplicationSignature", "BadNonce")


@dataclass(frozen=True, slots=True, kw_only=True)
class NodeValue:
    """What a server says of one node."""

    value: object
    status: str
    """Name of the status code, for example "Good" or "BadNoCommunication"."""
    single: bool
    """Whether it is a float of 32 bits."""
    dated: datetime | None
    """When it was measured, aware UTC; None where the server does not tell."""
    latency_us: int


class _SessionLostError(Exception):
    """The server knows the session no more, or the connection is gone: worth one more try."""


class OpcuaClient:
    """One server."""

    def __init__(self, settings: OpcuaSettings) -> None:
        """Take the settings; nothing is opened yet."""
        self.settings = settings
        self.connects = 0
        self._client: Client | None = None
        self._loop: asyncio.AbstractEventLoop | None = None
        self._reading = asyncio.Lock()
        self._ua: Any = None
        self._namespaces: dict[str, int] = {}
        self._most = NODES_A_READ

    async def read(self, nodes: Sequence[str]) -> list[NodeValue]:
        """Return what the server says of each node, in their order.

        Args:
            nodes: Node ids.

        Raises:
            ServerAskError: The server gave no proper answer.
        """
        loop = asyncio.get_running_loop()
        if self._loop is not loop:
            self.close()
            self._loop, self._reading = loop, asyncio.Lock()
        async with self._reading:  # somebody in a hurry may ask beside the slots
            return await self._read(nodes)

    async def _read(self, nodes: Sequence[str]) -> list[NodeValue]:
        fresh = await self._connect()
        try:
            return await self._read_all(nodes)
        except _SessionLostError as error:
            self.close()
            if fresh:
                raise self._fault(ServerFault.CLOSED, str(error)) from error
        except ServerAskError:
            self.close()
            raise
        await self._connect()
        try:
            return await self._read_all(nodes)
        except _SessionLostError as error:
            self.close()
            raise self._fault(ServerFault.CLOSED, str(error)) from error

    def close(self) -> None:
        """End the session and close the connection, without waiting for the server."""
        client, self._client = self._client, None
        if client is None:
            return
        if self._loop is not None and not self._loop.is_closed():
            _take_leave(client, self._ua)

    async def _connect(self) -> bool:
        """Return whether a connection was opened just now."""
        if self._client is not None:
            return False
        settings = self.settings
        self._ua, files = await asyncio.to_thread(_prepared, settings)
        client = await self._made(files)
        try:
            with self._told():
                async with asyncio.timeout(CONNECT_QUESTIONS * settings.timeout_s):
                    await client.connect()
        except _SessionLostError as error:
            raise await self._why_not(files, str(error)) from error
        except ServerAskError as error:
            if settings.signed and error.fault in {ServerFault.NO_ANSWER, ServerFault.CLOSED}:
                raise await self._why_not(files, error.what) from error
            raise
        self._client = client
        self.connects += 1
        try:
            await self._learn()
        except _SessionLostError as error:
            self.close()
            raise self._fault(ServerFault.CLOSED, str(error)) from error
        except ServerAskError:
            self.close()
            raise
        return True

    async def _made(self, files: AccessFiles) -> Client:
        client = _client(self.settings)
        if not self.settings.signed:
            return client
        from asyncua.crypto import uacrypto
        from asyncua.crypto.security_policies import SecurityPolicyBasic256Sha256

        def written(octets: bytes) -> uacrypto.CertProperties:
            return uacrypto.CertProperties(octets, extension=format_of(octets))

        try:
            own = await uacrypto.load_certificate(files.certificate, format_of(files.certificate))
            client.application_uri = _uri_of(own) or client.application_uri
            await client.set_security(
                SecurityPolicyBasic256Sha256,
                written(files.certificate),
                written(files.key),
                server_certificate=written(files.authority),
                mode=self._ua.MessageSecurityMode.SignAndEncrypt,
            )
        except (ValueError, TypeError) as error:
            what = f"a certificate or key cannot be used ({error})"
            raise self._fault(ServerFault.NOT_TRUSTED, what) from error
        if self.settings.user:
            client.set_user(self.settings.user)
            client.set_password(files.password)
        return client

    async def _why_not(self, files: AccessFiles, met: str) -> ServerAskError:
        """Return why a secured connection did not come about: ask the server for its offers."""
        if not self.settings.signed:
            return self._fault(ServerFault.CLOSED, met)
        from asyncua.crypto import uacrypto
        from cryptography.hazmat.primitives.serialization import Encoding

        try:
            with self._told():
                async with asyncio.timeout(CONNECT_QUESTIONS * self.settings.timeout_s):
                    offers = await _client(self.settings).connect_and_get_server_endpoints()
        except _SessionLostError as error:
            return self._fault(ServerFault.CLOSED, str(error))
        except ServerAskError as error:
            return error
        shown = {
            bytes(each.ServerCertificate or b"")
            for each in offers
            if str(each.SecurityPolicyUri).endswith(SIGNED)
            and each.SecurityMode == self._ua.MessageSecurityMode.SignAndEncrypt
        }
        known = await uacrypto.load_certificate(files.authority, format_of(files.authority))
        if not shown:
            what = f"the server does not offer {SIGNED} with SignAndEncrypt"
        elif known.public_bytes(Encoding.DER) not in shown:
            what = "the server shows another certificate than the one in `authority`"
        else:
            what = f"the server refuses the collector's certificate ({met})"
        return self._fault(ServerFault.NOT_TRUSTED, what)

    async def _learn(self) -> None:
        """Ask for the names of namespaces and for how many nodes one question may name."""
        names, most = await self._ask([NAMESPACES, MOST_NODES])
        told = names.value if isinstance(names.value, list) else []
        self._namespaces = {str(name): number for number, name in enumerate(told)}
        limit = most.value if type(most.value) is int and most.status == "Good" else 0
        self._most = min(limit, NODES_A_READ) if limit > 0 else NODES_A_READ

    async def _read_all(self, nodes: Sequence[str]) -> list[NodeValue]:
        values: list[NodeValue] = []
        for first in range(0, len(nodes), self._most):
            values += await self._ask(nodes[first : first + self._most])
        return values

    async def _ask(self, nodes: Sequence[str]) -> list[NodeValue]:
        """Ask one question."""
        client, ua = self._client, self._ua
        assert client is not None, "a session stands"
        params = ua.ReadParameters()
        params.TimestampsToReturn = ua.TimestampsToReturn.Source
        known = [self._node(node) for node in nodes]
        for node in known:
            if node is not None:
                wanted = ua.ReadValueId()
                wanted.NodeId, wanted.AttributeId = node, ua.AttributeIds.Value
                params.NodesToRead.append(wanted)
        asked_s = monotonic_s()
        told = []
        if params.NodesToRead:
            with self._told():
                async with asyncio.timeout(2 * self.settings.timeout_s):
                    told = list(await client.uaclient.read(params))
        latency_us = round((monotonic_s() - asked_s) * 1e6)
        if len(told) != len(params.NodesToRead):
            what = f"{len(told)} values came for {len(params.NodesToRead)} nodes"
            raise self._fault(ServerFault.UNKNOWN_FORMAT, what)
        answers = iter(told)
        return [
            _NO_NODE if node is None else _value(next(answers), ua, latency_us) for node in known
        ]

    def _node(self, written: str) -> ua.NodeId | None:
        """Return a node id as the library has it, None for one that this server cannot have."""
        uri, rest = namespace_of(written)
        if uri and uri not in self._namespaces:
            return None
        text = f"ns={self._namespaces[uri]};{rest}" if uri else written
        try:
            return self._ua.NodeId.from_string(text)  # type: ignore[no-any-return]
        except (ValueError, self._ua.UaError):
            return None

    @contextmanager
    def _told(self) -> Iterator[None]:
        """Turn what the library raises into named faults."""
        try:
            yield
        except TimeoutError as error:
            raise self._fault(
                ServerFault.NO_ANSWER, f"no answer in {self.settings.timeout_s:g} s"
            ) from error
        except ConnectionRefusedError as error:
            raise self._fault(ServerFault.NO_CONNECTION, "the port is closed") from error
        except (ConnectionError, EOFError) as error:
            raise _SessionLostError(str(error) or "the connection was closed") from error
        except OSError as error:
            raise self._fault(ServerFault.NO_CONNECTION, error.strerror or str(error)) from error
        except self._ua.UaStatusCodeError as error:
            name = _status_name(error)
            if name in _SESSION_LOST:
                raise _SessionLostError(name) from error
            raise self._fault(_fault_of(name), name) from error
        except self._ua.UaError as error:
            secured = str(error).startswith(_UNSECURED)
            fault = ServerFault.NOT_TRUSTED if secured else ServerFault.UNKNOWN_FORMAT
            raise self._fault(fault, str(error)[:MOST_SIGNS]) from error
        except Exception as error:  # whatever octets make the library stumble over
            what = f"no sound answer ({type(error).__name__}: {error})"[:MOST_SIGNS]
            raise self._fault(ServerFault.UNKNOWN_FORMAT, what) from error

    def _fault(self, fault: ServerFault, what: str) -> ServerAskError:
        return ServerAskError(PROTOCOL, fault, self.settings.url, what)


_NO_NODE = NodeValue(value=None, status="BadNodeIdUnknown", single=False, dated=None, latency_us=0)


def _prepared(settings: OpcuaSettings) -> tuple[Any, AccessFiles]:
    """Return the library's part that names things, and the access files; takes a while."""
    try:
        from asyncua import ua
    except ImportError as error:
        raise not_installed(PROTOCOL, settings.url) from error
    logging.getLogger("asyncua").setLevel(logging.CRITICAL + 1)  # we tell faults ourselves
    return ua, read_access(settings)


def _client(settings: OpcuaSettings) -> Client:
    from asyncua.client.client import Client

    client = Client(settings.url, timeout=settings.timeout_s, watchdog_intervall=WATCH_S)
    client.session_timeout = SESSION_MS
    client.name = client.description = "Meterline"
    return client


def _take_leave(client: Client, ua: Any) -> None:
    """Tell the server that the session ends, and end it; nobody waits for the answer."""
    inner = client.uaclient
    inner.request_disconnect()
    for task in (client._supervisor_task, client._stale_watchdog_task, client._renew_channel_task):  # noqa: SLF001
        if task is not None:
            task.cancel()
    protocol = inner.protocol
    if protocol is not None and protocol.transport is not None:
        request = ua.CloseSessionRequest()
        request.DeleteSubscriptions = True
        with suppress(OSError, RuntimeError):  # then the session ends when its time is over
            protocol._send_request(request).cancel()  # noqa: SLF001 - the public call waits
    inner.disconnect_socket()


def _uri_of(certificate: Any) -> str:
    """Return the name of the application in a certificate; "" where it has none."""
    from cryptography import x509

    try:
        names = certificate.extensions.get_extension_for_class(x509.SubjectAlternativeName).value
    except x509.ExtensionNotFound:
        return ""
    uris = names.get_values_for_type(x509.UniformResourceIdentifier)
    return str(uris[0]) if uris else ""


def _status_name(error: Any) -> str:
    return type(error).__name__ if error.code is None else str(_name_of(error.code))


def _name_of(code: int) -> str:
    from asyncua import ua

    return str(ua.StatusCode(ua.UInt32(code & 0xFFFF_0000)).name)


def _fault_of(name: str) -> ServerFault:
    if name.startswith(_NO_TRUST):
        return ServerFault.NOT_TRUSTED
    if name in {"BadTcpMessageTypeInvalid", "BadTcpEndpointUrlInvalid", "BadDecodingError"}:
        return ServerFault.UNKNOWN_FORMAT
    return ServerFault.NO_ANSWER if name in {"BadTimeout", "BadRequestTimeout"} else (
        ServerFault.REFUSED
    )  # fmt: skip


def _value(told: Any, ua: Any, latency_us: int) -> NodeValue:
    variant = told.Value
    status = told.StatusCode
    dated = told.SourceTimestamp
    return NodeValue(
        value=None if variant is None else variant.Value,
        status="Good" if status is None else _name_of(int(status.value)),
        single=variant is not None and variant.VariantType == ua.VariantType.Float,
        dated=None if dated is None else dated.replace(tzinfo=UTC),
        latency_us=latency_us,
    )

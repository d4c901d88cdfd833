"""A real OPC UA server on loopback with nodes of meters, in the loop of whoever starts it."""

from __future__ import annotations

import asyncio
from collections.abc import Sequence
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

from asyncua import Server, ua
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import rsa
from cryptography.x509.oid import ExtendedKeyUsageOID, NameOID

from simulator.listening import accept_no_more

URI = "urn:test:meters"
BEGIN = datetime(2026, 11, 20, tzinfo=UTC)


class MeterServer:
    """One server; its nodes are "ns=2;s=<name>"."""

    def __init__(self) -> None:
        self.server = Server()
        self.port = 0
        self._nodes: dict[str, Any] = {}
        self._open_users: Any = None

    async def start(self, *, port: int = 0) -> MeterServer:
        await self.server.init()
        await self.server.set_application_uri("urn:test:server")
        self.server.set_endpoint(f"opc.tcp://127.0.0.1:{port}/meters")
        self.server.set_security_policy([ua.SecurityPolicyType.NoSecurity])
        assert await self.server.register_namespace(URI) == 2
        await self.server.start()
        listening = self.server.bserver._server.sockets[0]
        self.port = listening.getsockname()[1]
        return self

    async def secure(self, certificate: tuple[Path, Path], users: Any, validator: Any) -> None:
        """Start again with certificates and one account; building a server takes seconds."""
        await self.stop()
        self.server.iserver.endpoints.clear()
        await self.server.load_certificate(str(certificate[0]))
        await self.server.load_private_key(str(certificate[1]))
        self.server.set_security_policy([ua.SecurityPolicyType.Basic256Sha256_SignAndEncrypt])
        self._open_users = self.server.iserver.user_manager
        self.server.iserver.user_manager = users
        self.server.iserver.certificate_validator = validator
        await self.server.start()

    async def unsecure(self) -> None:
        """Start again, open to all."""
        await self.stop()
        self.server.iserver.endpoints.clear()
        self.server.certificate = None
        self.server.set_security_policy([ua.SecurityPolicyType.NoSecurity])
        self.server.iserver.user_manager = self._open_users
        self.server.iserver.certificate_validator = None
        await self.server.start()

    async def stop(self) -> None:
        """Listen no more; whoever is just being accepted arrives before."""
        server = self.server.bserver._server
        assert isinstance(server, asyncio.Server), "it was started"
        await accept_no_more(server)
        await self.server.stop()

    async def say(
        self,
        name: str,
        value: object,
        kind: ua.VariantType | None = None,
        *,
        status: int = ua.StatusCodes.Good,
        dated: datetime | None = None,
    ) -> None:
        """Let a node hold a value."""
        variant = ua.Variant(value, kind)
        if name not in self._nodes:
            objects = self.server.nodes.objects
            self._nodes[name] = await objects.add_variable(f"ns=2;s={name}", name, variant)
        stamp = None if dated is None else dated.replace(tzinfo=None)
        told = ua.DataValue(
            Value=variant, StatusCode=ua.StatusCode(ua.UInt32(status)), SourceTimestamp=stamp
        )
        await self.server.write_attribute_value(self._nodes[name].nodeid, told)

    @property
    def connections(self) -> int:
        """Connections that stand now."""
        return len(self.server.bserver.clients)


def make_certificate(folder: Path, name: str, uri: str) -> tuple[Path, Path]:
    """Write a self-signed certificate and its key as PEM files."""
    key = rsa.generate_private_key(public_exponent=65537, key_size=2048)
    who = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, name)])
    usages = [ExtendedKeyUsageOID.CLIENT_AUTH, ExtendedKeyUsageOID.SERVER_AUTH]
    names: Sequence[x509.GeneralName] = [x509.UniformResourceIdentifier(uri)]
    made = (
        x509.CertificateBuilder()
        .subject_name(who)
        .issuer_name(who)
        .public_key(key.public_key())
        .serial_number(x509.random_serial_number())
        .not_valid_before(BEGIN)
        .not_valid_after(BEGIN + timedelta(days=3650))
        .add_extension(x509.SubjectAlternativeName(names), critical=False)
        .add_extension(x509.BasicConstraints(ca=False, path_length=None), critical=True)
        .add_extension(x509.ExtendedKeyUsage(usages), critical=False)
        .sign(key, hashes.SHA256())
    )
    certificate_file, key_file = folder / f"{name}.pem", folder / f"{name}-key.pem"
    certificate_file.write_bytes(made.public_bytes(serialization.Encoding.PEM))
    key_file.write_bytes(
        key.private_bytes(
            serialization.Encoding.PEM,
            serialization.PrivateFormat.PKCS8,
            serialization.NoEncryption(),
        )
    )
    return certificate_file, key_file

"""In: what a site says of an OPC UA server. Out: how it is reached, and its files. I/O: files."""

from __future__ import annotations

from dataclasses import dataclass, field
from pathlib import Path

from adapters.server_fault import ServerAskError, ServerFault

PROTOCOL = "opcua"
SIGNED = "Basic256Sha256"
"""The one policy that is offered: SignAndEncrypt, with certificates on both sides."""
POLICIES = ("none", SIGNED)
_PEM = b"-----BEGIN"


@dataclass(frozen=True, slots=True, kw_only=True)
class OpcuaSettings:
    """How a server is reached."""

    host: str
    port: int
    path: str = ""
    """What follows the port in the server's address, for example "/meters"."""
    security: str = "none"
    authority: str = ""
    """File with the server's own certificate: no other server is talked to."""
    certificate: str = ""
    key_file: str = ""
    user: str = ""
    password_file: str = ""
    timeout_s: float = 1.0

    @property
    def signed(self) -> bool:
        """Return whether the channel is signed and encrypted."""
        return self.security == SIGNED

    @property
    def url(self) -> str:
        """Return the server's address."""
        host = f"[{self.host}]" if ":" in self.host else self.host
        path = self.path if not self.path or self.path.startswith("/") else f"/{self.path}"
        return f"opc.tcp://{host}:{self.port}{path}"


@dataclass(frozen=True, slots=True, kw_only=True)
class AccessFiles:
    """The contents of the files of a server's settings."""

    authority: bytes = b""
    certificate: bytes = b""
    key: bytes = field(default=b"", repr=False)
    password: str = field(default="", repr=False)


def read_access(settings: OpcuaSettings) -> AccessFiles:
    """Return the contents of the files that the settings name.

    Raises:
        ServerAskError: A file cannot be read.
    """
    password = _octets(settings, settings.password_file, ServerFault.REFUSED)
    if not settings.signed:
        return AccessFiles()
    trust = ServerFault.NOT_TRUSTED
    return AccessFiles(
        authority=_octets(settings, settings.authority, trust),
        certificate=_octets(settings, settings.certificate, trust),
        key=_octets(settings, settings.key_file, trust),
        password=password.decode("utf-8", "replace").rstrip("\r\n"),
    )


def format_of(octets: bytes) -> str:
    """Return how a certificate or key is written: "pem" or "der"."""
    return "pem" if octets.lstrip().startswith(_PEM) else "der"


def _octets(settings: OpcuaSettings, name: str, fault: ServerFault) -> bytes:
    if not name:
        return b""
    try:
        return Path(name).read_bytes()
    except OSError as error:
        what = f"the file {name} cannot be read ({error.strerror})"
        raise ServerAskError(PROTOCOL, fault, settings.url, what) from error

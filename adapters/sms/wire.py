"""In: host and port. Out: whole packets, each led by its length. I/O: TCP, TLS.

SMPP and CMPP both begin a packet with its length in four octets. A packet that has come by half
waits for its rest however often somebody looks; a length beyond any packet ends the connection.
"""

from __future__ import annotations

import socket
import ssl
from collections.abc import Iterator

from energy.alerting.notices.gateway import GatewayDownError
from energy.base.clock import monotonic_s

LEAST_WAIT_S = 0.001
_CHUNK = 65_536


class PacketWire:
    """An open connection that brings packets."""

    def __init__(
        self, host: str, port: int, *, timeout_s: float, tls: bool, least: int, most: int
    ) -> None:
        """Connect.

        Args:
            host: Gateway.
            port: TCP port.
            timeout_s: Longest wait for a connection, and to get rid of octets. [s]
            tls: Whether the connection is encrypted, the gateway's certificate checked.
            least: Of a packet, its length included. [byte]
            most: Of a packet. [byte]

        Raises:
            GatewayDownError: It does not answer.
        """
        self._timeout_s = timeout_s
        self._limits = (least, most)
        self._received = bytearray()
        try:
            plain = socket.create_connection((host, port), timeout=timeout_s)
            self._socket = _encrypted(plain, host) if tls else plain
        except OSError as error:
            raise GatewayDownError(f"{host}:{port}: {error}") from error

    def send(self, packet: bytes) -> None:
        """Send a packet.

        Raises:
            GatewayDownError: The connection is gone.
        """
        try:
            self._socket.settimeout(self._timeout_s)
            self._socket.sendall(packet)
        except OSError as error:
            raise GatewayDownError(f"the connection broke: {error}") from error

    def packets(self, wait_s: float) -> list[bytes]:
        """Return the whole packets that have come; none when the wait is over first.

        Args:
            wait_s: Longest wait for the first. [s]

        Raises:
            GatewayDownError: The gateway hung up, or what came is no packet.
        """
        until_s = monotonic_s() + wait_s
        while not (found := list(self._whole())):
            try:
                self._socket.settimeout(max(until_s - monotonic_s(), LEAST_WAIT_S))
                part = self._socket.recv(_CHUNK)
            except TimeoutError:
                return []
            except OSError as error:
                raise GatewayDownError(f"the connection broke: {error}") from error
            if not part:
                raise GatewayDownError("the gateway hung up")
            self._received += part
        return found

    def close(self) -> None:
        """Hang up."""
        self._socket.close()

    def _whole(self) -> Iterator[bytes]:
        least, most = self._limits
        while len(self._received) >= 4:
            length = int.from_bytes(self._received[:4], "big")
            if not least <= length <= most:
                raise GatewayDownError(f"a packet of {length} bytes, not {least} to {most}")
            if len(self._received) < length:
                return
            packet = bytes(self._received[:length])
            del self._received[:length]
            yield packet


def _encrypted(plain: socket.socket, host: str) -> socket.socket:
    try:
        return ssl.create_default_context().wrap_socket(plain, server_hostname=host)
    except OSError:
        plain.close()
        raise

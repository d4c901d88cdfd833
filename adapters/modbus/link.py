"""In: where a Modbus device or bus is reached and by which transport. Out: a value. Pure."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum


class LinkKind(StrEnum):
    """The transports; the words stand in site files."""

    TCP = "modbus_tcp"
    RTU_OVER_TCP = "modbus_rtu_over_tcp"
    RTU = "modbus_rtu"
    UDP = "modbus_udp"
    TLS = "modbus_tls"


PARITIES = ("N", "E", "O")
STOP_BITS = (1, 2)
DATA_BITS = 8
"""RTU knows no other. [bit]"""


@dataclass(frozen=True, slots=True, kw_only=True)
class Link:
    """One way to a device, a gateway or a serial bus."""

    kind: LinkKind
    host: str = ""
    """Device or gateway; empty for a serial port."""
    port: int = 0
    device: str = ""
    """Serial port: "/dev/ttyUSB0", "COM7"."""
    baud: int = 9600
    """Speed of the serial bus; behind a transparent gateway too. [bit/s]"""
    parity: str = "N"
    """N, E or O."""
    stop_bits: int = 1
    """[bit]"""
    authority: str = ""
    """File with the certificates that TLS trusts; empty trusts the machine's own list."""
    certificate: str = ""
    """File with the client's certificate for TLS; empty shows none."""
    key: str = ""
    """File with the key of that certificate; empty where the certificate's file holds it."""

    @property
    def where(self) -> str:
        """Return where it is, as people write it: "10.8.1.20:502", "/dev/ttyUSB0 9600 8N1"."""
        if self.kind is LinkKind.RTU:
            return f"{self.device} {self.baud} {DATA_BITS}{self.parity}{self.stop_bits}"
        return f"{self.host}:{self.port}"

    @property
    def framing(self) -> str:
        """Return "rtu" (checksum, no transaction numbers) or "mbap" (transaction numbers)."""
        return "rtu" if self.kind in {LinkKind.RTU, LinkKind.RTU_OVER_TCP} else "mbap"

    @property
    def character_s(self) -> float:
        """Return how long one character takes on the serial bus. [s].

        A start bit, eight data bits, the parity bit if any and the stop bits.
        """
        bits = 1 + DATA_BITS + (self.parity != "N") + self.stop_bits
        return bits / self.baud

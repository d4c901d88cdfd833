"""In: a link as a technician types it. Out: the link, and why nobody answers there. I/O: sockets.

No database and no site: this is what works on a laptop in a plant room.
"""

from __future__ import annotations

import asyncio
import re
from contextlib import suppress
from enum import StrEnum
from pathlib import Path

from adapters.modbus.link import PARITIES, STOP_BITS, Link, LinkKind
from energy.base.errors import RefusedError
from processes.technician_told import NoContactError, ToldError

MODBUS_PORT = 502
KINDS = {
    "tcp": LinkKind.TCP,
    "rtu-over-tcp": LinkKind.RTU_OVER_TCP,
    "udp": LinkKind.UDP,
    "rtu": LinkKind.RTU,
}
EXAMPLES = "tcp:10.8.1.20:502, rtu:/dev/ttyUSB0,9600,8N1 or rtu-over-tcp:10.8.1.20:4001"
_HOST = re.compile(r"(?P<host>\[[0-9a-fA-F:]+\]|[^:\s]+)(:(?P<port>\d{1,5}))?")
_SERIAL = re.compile(
    r"(?P<device>[^,]+)(,(?P<baud>\d{3,7}))?(,8(?P<parity>[NEO])(?P<stop>[12]))?", re.IGNORECASE
)


class LinkTextError(ToldError, RefusedError):
    """A link as typed is none."""

    code = "field.link"


class UnitsTextError(ToldError, RefusedError):
    """A list of unit numbers as typed is none."""

    code = "field.units"


class Reach(StrEnum):
    """What is found at a link before anything is asked."""

    OPEN = "open"
    CLOSED = "closed"
    """The host is there and refuses the port."""
    SILENT = "silent"
    UNKNOWN_HOST = "unknown_host"
    NO_DEVICE = "no_device"
    NOT_ALLOWED = "not_allowed"


def parse_link(text: str) -> Link:
    """Return the link that a technician typed.

    Raises:
        LinkTextError: It is none; says how one looks.
    """
    kind_text, sign, rest = text.strip().partition(":")
    kind = KINDS.get(kind_text.lower())
    if not sign or kind is None:
        kinds = ", ".join(f"{kind}:" for kind in KINDS)
        raise LinkTextError.of("link_kind", text=repr(text), kinds=kinds, examples=EXAMPLES)
    if kind is LinkKind.RTU:
        return _serial(text, rest)
    found = _HOST.fullmatch(rest.strip())
    if found is None:
        raise LinkTextError.of("link_host", text=repr(text), rest=repr(rest), examples=EXAMPLES)
    port = int(found["port"] or MODBUS_PORT)
    if not 1 <= port <= 65535:
        raise LinkTextError.of("link_port", text=repr(text), examples=EXAMPLES)
    return Link(kind=kind, host=found["host"].strip("[]"), port=port)


def _serial(text: str, rest: str) -> Link:
    found = _SERIAL.fullmatch(rest.strip())
    if found is None:
        raise LinkTextError.of("link_serial", text=repr(text), rest=repr(rest), examples=EXAMPLES)
    parity, stop = (found["parity"] or "N").upper(), int(found["stop"] or 1)
    assert parity in PARITIES, "the pattern sees to it"
    assert stop in STOP_BITS, "the pattern sees to it"
    return Link(
        kind=LinkKind.RTU,
        device=found["device"].strip(),
        baud=int(found["baud"] or 9600),
        parity=parity,
        stop_bits=stop,
    )


def link_text(link: Link) -> str:
    """Return a link as a technician types it."""
    word = next((word for word, kind in KINDS.items() if kind is link.kind), link.kind.value)
    if link.kind is LinkKind.RTU:
        return f"{word}:{link.device},{link.baud},8{link.parity}{link.stop_bits}"
    host = f"[{link.host}]" if ":" in link.host else link.host
    return f"{word}:{host}:{link.port}"


def parse_units(text: str) -> list[int]:
    """Return the unit numbers written as "1-32" or "1,5,17-20".

    Raises:
        UnitsTextError: They are none of 1 to 247.
    """
    units: set[int] = set()
    for part in text.replace(" ", "").split(","):
        first, sign, last = part.partition("-")
        ends = (first, last if sign else first)
        if not all(end.isdecimal() and 1 <= int(end) <= 247 for end in ends):
            raise UnitsTextError.of("units_text", text=repr(text))
        units |= set(range(int(ends[0]), int(ends[1]) + 1))
    if not units:
        raise UnitsTextError.of("units_order", text=repr(text))
    return sorted(units)


async def reach(link: Link, timeout_s: float) -> Reach:
    """Return what is found at a link; nothing is asked there.

    Args:
        link: Where.
        timeout_s: Longest wait for a connection. [s]
    """
    if link.kind is LinkKind.RTU:
        return Reach.OPEN if _port_exists(link.device) else Reach.NO_DEVICE
    if link.kind is LinkKind.UDP:
        return Reach.OPEN
    try:
        async with asyncio.timeout(timeout_s):
            _, writer = await asyncio.open_connection(link.host, link.port)
    except ConnectionRefusedError:
        return Reach.CLOSED
    except TimeoutError:
        return Reach.SILENT
    except OSError as error:
        return Reach.UNKNOWN_HOST if _unresolved(error) else Reach.SILENT
    writer.close()
    with suppress(OSError):
        await writer.wait_closed()
    return Reach.OPEN


def _port_exists(device: str) -> bool:
    """Return whether a serial port may exist; names without a path (COM7) cannot be looked up."""
    return not device.startswith("/") or Path(device).exists()


def _unresolved(error: OSError) -> bool:
    return error.__class__.__name__ == "gaierror"


_UNREACHED = {
    Reach.CLOSED: "port_closed",
    Reach.UNKNOWN_HOST: "unknown_host",
    Reach.NO_DEVICE: "no_serial_port",
    Reach.NOT_ALLOWED: "port_not_allowed",
}


def unreached(link: Link, found: Reach, timeout_s: float) -> NoContactError:
    """Return why nothing is reached, with the next step.

    Args:
        link: Where.
        found: What was met.
        timeout_s: How long was waited. [s]
    """
    return NoContactError.of(
        _UNREACHED.get(found, "host_silent"),
        where=link.where,
        host=link.host,
        device=link.device,
        seconds=f"{timeout_s:g}",
    )

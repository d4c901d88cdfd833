"""In: this machine. Out: its serial ports by name, as a person knows them. I/O: asks the system."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

from serial.tools import list_ports

SYSTEM = Path("/sys/class/tty")
"""Where a Linux kernel tells of its ports; nothing is told elsewhere."""
NO_CHIP = "0"
"""Kernel's word for a port behind which it found none (PORT_UNKNOWN)."""


@dataclass(frozen=True, slots=True, kw_only=True)
class SerialPortName:
    """A serial port of this machine."""

    device: str
    """What `--link rtu:` and a source are told: "COM3", "/dev/ttyUSB0"."""
    description: str
    """What the system calls it: "USB Serial Port (COM3)"."""
    maker: str
    """Of the adapter; empty where it does not say."""
    serial: str
    """Of the adapter: tells two of the same kind apart; empty where it has none."""


def serial_ports() -> list[SerialPortName]:
    """Return the serial ports of this machine by name, COM10 behind COM9."""
    found = [
        SerialPortName(
            device=str(port.device),
            description=_said(port.description),
            maker=_said(port.manufacturer),
            serial=_said(port.serial_number),
        )
        for port in list_ports.comports()
        if _has_hardware(Path(str(port.device)).name)
    ]
    return sorted(found, key=lambda port: (len(port.device), port.device))


def ports_text() -> str:
    """Return the names of the ports in one row, "none" where there is none."""
    return ", ".join(port.device for port in serial_ports()) or "none"


def _has_hardware(name: str) -> bool:
    """Return whether a chip is behind a port: a PC's kernel names 32 ports and finds one or two."""
    try:
        return (SYSTEM / name / "type").read_text("ascii").strip() != NO_CHIP
    except (OSError, ValueError):
        return True  # an adapter, or another system


def _said(text: object) -> str:
    return "" if text in {None, "n/a"} else str(text)

"""In: a serial device. Out: an open port for bytes. I/O: the only file of ours that knows pyserial.

pyserial waits in a thread of the port's own, a twentieth of a second at a time, so that a silent
bus never holds up the event loop or another bus.
"""

from __future__ import annotations

import asyncio
from concurrent.futures import ThreadPoolExecutor

import serial

from adapters.serial_ports import ports_text

SLICE_S = 0.05
"""Longest single wait of the thread; a closed port is let go within it. [s]"""


async def open_port(device: str, *, baud: int, parity: str, stop_bits: int) -> SerialPort:
    """Return an open serial port with an empty input.

    Args:
        device: "/dev/ttyUSB0" or "COM3".
        baud: Speed. [bit/s]
        parity: "N", "E" or "O".
        stop_bits: 1 or 2.

    Raises:
        OSError: There is no such device, another program holds it, or it cannot do this speed or
            parity.
    """
    thread = ThreadPoolExecutor(max_workers=1, thread_name_prefix=f"serial {device}")

    def opened() -> serial.Serial:
        port = serial.Serial(
            device,
            baudrate=baud,
            parity=parity,
            stopbits=stop_bits,
            timeout=SLICE_S,
            write_timeout=5.0,
            exclusive=True,
        )
        port.reset_input_buffer()
        return port

    try:
        port = await asyncio.get_running_loop().run_in_executor(thread, opened)
    except FileNotFoundError as error:
        thread.shutdown(wait=False)
        raise FileNotFoundError(
            error.errno, f"no such serial port; here: {ports_text()}"
        ) from error
    except BaseException as error:
        thread.shutdown(wait=False)
        if _refuses(error):
            raise OSError(f"{device} cannot do {baud} bit/s, parity {parity}: {error}") from error
        raise
    return SerialPort(port, thread)


def _refuses(error: BaseException) -> bool:
    """Return whether a port does not take its settings; on Linux its own module says so."""
    return isinstance(error, ValueError) or type(error).__module__ == "termios"


class SerialPort:
    """A serial device as a port."""

    def __init__(self, port: serial.Serial, thread: ThreadPoolExecutor) -> None:
        """Take an open device and its thread."""
        self._port = port
        self._thread = thread

    async def write(self, octets: bytes) -> None:
        """Send bytes and wait until they have left."""

        def sent() -> None:
            self._port.write(octets)
            self._port.flush()

        await asyncio.get_running_loop().run_in_executor(self._thread, sent)

    async def read(self, timeout_s: float) -> bytes:
        """Return what came; nothing when nothing did for a slice, however long the caller waits."""

        def came() -> bytes:
            first = self._port.read(1)
            return bytes(first + self._port.read(self._port.in_waiting)) if first else b""

        return await asyncio.get_running_loop().run_in_executor(self._thread, came)

    def discard(self) -> int:
        """Throw away what came unasked; return how much. [byte]."""
        unasked = int(self._port.in_waiting)
        if unasked:
            self._port.reset_input_buffer()
        return unasked

    def close(self) -> None:
        """Close the device once its thread lets go of it."""
        self._port.cancel_read()
        self._thread.submit(self._port.close)
        self._thread.shutdown(wait=False)

    def wait_closed(self) -> None:
        """Wait until its thread has let go of it: whoever opens it next finds it free."""
        self._thread.shutdown(wait=True)

"""In: AT commands. Out: what the modem answers, row by row. I/O: a serial port."""

from __future__ import annotations

import asyncio
import re
from contextlib import suppress

from adapters.octets_serial import SerialPort, open_port
from energy.alerting.notices.gateway import GatewayDownError, GatewayError
from energy.base.clock import monotonic_s

_ERROR = re.compile(r"\+CM[ES] ERROR: *(\d+)")
_PROMPT = b"> "
_ESCAPE, _END = b"\x1b", b"\x1a"
UNKNOWN_ERROR = 500


class ModemError(GatewayError):
    """A modem answered with an error."""

    code = "notice.modem"

    def __init__(self, command: str, number: int) -> None:
        """Keep the number of the error.

        Args:
            command: What was asked, without its values.
            number: As TS 27.005 has it; 500 where the modem tells none.
        """
        super().__init__(f"{command}: error {number}")
        self.number = number


class ModemLine:
    """An open line to a modem; each command waits for its end."""

    def __init__(self, device: str, baud: int, timeout_s: float) -> None:
        """Open the port.

        Args:
            device: "/dev/ttyUSB2" or "COM4".
            baud: Speed. [bit/s]
            timeout_s: Longest that one command may take. [s]

        Raises:
            GatewayDownError: The port cannot be opened.
        """
        self._timeout_s = timeout_s
        self._received = b""
        self._runner = asyncio.Runner()
        try:
            self._port: SerialPort = self._runner.run(
                open_port(device, baud=baud, parity="N", stop_bits=1)
            )
        except OSError as error:
            self._runner.close()
            raise GatewayDownError(f"{device}: {error}") from error

    def wake(self) -> None:
        """Break off whatever the modem waits for, and hear that it is there.

        Raises:
            GatewayDownError: It is not.
        """
        self._write(_ESCAPE)
        with suppress(ModemError):  # the rest of what was broken off
            self.ask("AT")
        self._received = b""
        self.ask("ATE0")

    def ask(self, command: str) -> list[str]:
        """Return the rows of an answer, without its last "OK".

        Args:
            command: "AT+CREG?".

        Raises:
            ModemError: It answers with an error.
            GatewayDownError: It does not answer in time.
        """
        self._write(command.encode("ascii") + b"\r")
        return self._answer(command)

    def ask_with(self, command: str, content: bytes) -> list[str]:
        """Return the rows of the answer to a command that is followed by a content.

        Args:
            command: "AT+CMGS=23".
            content: What the modem prompts for; its end is added.

        Raises:
            ModemError: It answers with an error.
            GatewayDownError: It does not answer in time.
        """
        self._write(command.encode("ascii") + b"\r")
        until_s = monotonic_s() + self._timeout_s
        while _PROMPT not in self._received:
            if any(_is_error(row) for row in self._received.decode("latin-1").splitlines()):
                return self._answer(command)
            self._more(until_s)
        self._received = self._received.split(_PROMPT, 1)[1]
        self._write(content + _END)
        return self._answer(command)

    def close(self) -> None:
        """Close the port; it is free when this returns."""
        self._port.close()
        self._port.wait_closed()
        self._runner.close()

    def _answer(self, command: str) -> list[str]:
        rows: list[str] = []
        until_s = monotonic_s() + self._timeout_s
        while True:
            *whole, self._received = self._received.split(b"\n")
            for place, octets in enumerate(whole):
                row = octets.decode("latin-1").strip()
                if row == "OK" or _is_error(row):
                    self._received = b"\n".join([*whole[place + 1 :], self._received])
                    if row == "OK":
                        return rows
                    found = _ERROR.match(row)
                    number = int(found[1]) if found else UNKNOWN_ERROR
                    raise ModemError(command.split("=", maxsplit=1)[0], number)
                if row and row != command:
                    rows.append(row)
            self._more(until_s)

    def _more(self, until_s: float) -> None:
        if monotonic_s() > until_s:
            raise GatewayDownError(f"the modem did not answer within {self._timeout_s:g} s")
        try:
            self._received += self._runner.run(self._port.read(self._timeout_s))
        except OSError as error:
            raise GatewayDownError(f"the serial port broke: {error}") from error

    def _write(self, octets: bytes) -> None:
        try:
            self._runner.run(self._port.write(octets))
        except OSError as error:
            raise GatewayDownError(f"the serial port broke: {error}") from error


def _is_error(row: str) -> bool:
    return row.strip() == "ERROR" or _ERROR.match(row.strip()) is not None

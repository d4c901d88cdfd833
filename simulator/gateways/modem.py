"""In: AT commands on a pseudo-terminal. Out: a modem with a card and a network. I/O: a pty.

Its device is a link that stays where it is when the modem is taken out and put in again. PDUs are
read and written here apart from the adapter, so that each checks the other.
"""

from __future__ import annotations

import os
import re
import select
import threading
from pathlib import Path
from typing import Self

from simulator.gateways.desk import Desk, Fault, Taken

_ERROR = {Fault.BUSY: 42, Fault.REFUSED: 28, Fault.FAULTY: 500, Fault.DOWN: 331}
_SIGNS = (
    "@£$¥èéùìòÇ\nØø\rÅåΔ_ΦΓΛΩΠΨΣΘΞ\x1bÆæßÉ !\"#¤%&'()*+,-./0123456789:;<=>?"
    "¡ABCDEFGHIJKLMNOPQRSTUVWXYZÄÖÑÜ§¿abcdefghijklmnopqrstuvwxyzäöñüà"
)
_STAMP = "62113280100023"
"""26-11-23 08:01:00, eight hours before UTC's: swapped digits, then 32 quarters."""
_STORES = ("SM", "SR")


class Modem:
    """A modem behind a device."""

    def __init__(self, folder: Path, *, pin: str = "", registered: bool = True) -> None:
        """Prepare.

        Args:
            folder: Where the link to the device is made.
            pin: Of the card; "" asks for none.
            registered: Whether a network has it.
        """
        self.desk = Desk()
        self.device = str(folder / "modem")
        self.pin, self.registered = pin, registered
        self.pins_tried = 0
        self.commands: list[str] = []
        self._locked = bool(pin)
        self._stores: dict[str, dict[int, str]] = {store: {} for store in _STORES}
        self._store = "SM"
        self._numbers = 0
        self._indexes = 0
        self._thread: threading.Thread | None = None

    def __enter__(self) -> Self:
        self.start()
        return self

    def __exit__(self, *_: object) -> None:
        self.stop()

    def start(self) -> None:
        """Put it in."""
        import tty  # not on every system; only who simulates needs it

        self._ends = os.openpty()
        tty.setraw(self._ends[1])
        Path(self.device).unlink(missing_ok=True)
        Path(self.device).symlink_to(os.ttyname(self._ends[1]))
        self._wake = os.pipe()
        self._echo, self._prompted = True, False
        self._thread = threading.Thread(target=self._run, daemon=True)
        self._thread.start()

    def stop(self) -> None:
        """Take it out."""
        if self._thread is None:
            return
        os.write(self._wake[1], b"x")
        self._thread.join(10)
        self._thread = None
        for descriptor in (*self._ends, *self._wake):
            os.close(descriptor)
        Path(self.device).unlink()

    @property
    def stored(self) -> int:
        """Return how many messages and reports it holds."""
        return sum(map(len, self._stores.values()))

    def report(self, reference: str, *, status: int = 0, times: int = 1) -> None:
        """Store what became of a message.

        Args:
            reference: As the desk has it: number, a point, digits.
            status: TP-Status.
            times: How often.
        """
        number, digits = reference.split(".")
        address = f"{len(digits):02X}91{_swapped(digits)}"
        pdu = f"0006{int(number):02X}{address}{_STAMP}{_STAMP}{status:02X}"
        for _ in range(times):
            self._keep("SR", pdu)

    def receive(self, sender: str, text: str) -> None:
        """Store a message from a telephone.

        Args:
            sender: Its digits with country.
            text: What it says.
        """
        head = f"0004{len(sender):02X}91{_swapped(sender)}00"
        if text.isascii():
            bits = "".join(f"{_SIGNS.index(sign):07b}"[::-1] for sign in text)
            bits += "0" * (-len(bits) % 8)
            octets = bytes(int(bits[at : at + 8][::-1], 2) for at in range(0, len(bits), 8))
            self._keep("SM", f"{head}00{_STAMP}{len(text):02X}{octets.hex().upper()}")
        else:
            wide = text.encode("utf-16-be")
            self._keep("SM", f"{head}08{_STAMP}{len(wide):02X}{wide.hex().upper()}")

    def _keep(self, store: str, pdu: str) -> None:
        self._indexes += 1
        self._stores[store][self._indexes] = pdu

    def _run(self) -> None:
        received = b""
        while True:
            ready, _, _ = select.select([self._ends[0], self._wake[0]], [], [])
            if self._wake[0] in ready:
                return
            received += os.read(self._ends[0], 4096)
            received = self._heard(received)

    def _heard(self, received: bytes) -> bytes:
        """Deal with what is whole; return the rest."""
        while received:
            if received.startswith(b"\x1b"):
                self._prompted, received = False, received[1:]
            elif self._prompted and b"\x1a" in received:
                content, received = received.split(b"\x1a", 1)
                self._prompted = False
                self._sent(content.decode())
            elif not self._prompted and b"\r" in received:
                row, received = received.split(b"\r", 1)
                self._asked(row.decode("latin-1").strip())
            else:
                break
        return received

    def _say(self, *rows: str) -> None:
        os.write(self._ends[0], "".join(f"\r\n{row}\r\n" for row in rows).encode())

    def _asked(self, command: str) -> None:
        self.commands.append(command)
        if self._echo:
            os.write(self._ends[0], f"{command}\r".encode())
        if found := re.fullmatch(r"AT\+CMGS=(\d+)", command):
            self._length, self._prompted = int(found[1]), True
            os.write(self._ends[0], b"\r\n> ")
        elif command.startswith("AT+CPIN="):
            self._unlock(command)
        elif command:
            rows = self._answer(command)
            self._say(*(["ERROR"] if rows is None else [*rows, "OK"]))

    def _unlock(self, command: str) -> None:
        self.pins_tried += 1
        if command == f'AT+CPIN="{self.pin}"':
            self._locked = False
            self._say("OK")
        else:
            self._say("+CME ERROR: 16")

    def _answer(self, command: str) -> list[str] | None:
        """Return the rows of an answer; None to what it does not know."""
        if command == "AT+CPIN?":
            return ["+CPIN: SIM PIN" if self._locked else "+CPIN: READY"]
        if command == "AT+CREG?":
            return [f"+CREG: 0,{1 if self.registered else 2}"]
        if command == "AT+CMGL=4":
            held = sorted(self._stores[self._store].items())
            return [row for index, pdu in held for row in (f"+CMGL: {index},0,,26", pdu)]
        if found := re.fullmatch(r'AT\+CPMS="(\w+)"', command):
            self._store = found[1]
            return []
        if found := re.fullmatch(r"AT\+CMGD=(\d+)", command):
            self._stores[self._store].pop(int(found[1]))
            return []
        self._echo = self._echo and command != "ATE0"
        known = {"AT", "ATE0", "AT+CMEE=1", "AT+CMGF=0", "AT+CNMI=2,1,0,2,0"}
        return [] if command in known else None

    def _sent(self, pdu: str) -> None:
        fault = self.desk.next_fault()
        if fault is Fault.SLOW:
            return
        if fault in _ERROR:
            self._say(f"+CMS ERROR: {_ERROR[fault]}")
            return
        octets = bytes.fromhex(pdu)
        assert len(octets) - 1 == self._length, "the length counts no centre"
        self._numbers = (self._numbers + 1) % 256
        digits, text, chain = _submitted(octets)
        reference = f"{self._numbers}.{digits}"
        self.desk.take(Taken(reference=reference, to=digits, text=text, key=chain))
        if fault is not Fault.CUT:
            self._say(f"+CMGS: {self._numbers}", "OK")


def _swapped(digits: str) -> str:
    even = digits + "F" * (len(digits) % 2)
    return "".join(even[at + 1] + even[at] for at in range(0, len(even), 2))


def _submitted(octets: bytes) -> tuple[str, str, str]:
    """Return number, text and chain of a SUBMIT with a relative validity."""
    first, length = octets[1], octets[3]
    end = 5 + (length + 1) // 2
    swapped = octets[5:end].hex().upper()
    digits = _swapped(swapped).rstrip("F")
    coding, number, content = octets[end + 1], octets[end + 3], octets[end + 4 :]
    header = content[:6] if first & 0x40 else b""
    if coding == 8:
        assert len(content) == number, "octets are counted"
        text = content[len(header) :].decode("utf-16-be")
    else:
        bits = "".join(f"{octet:08b}"[::-1] for octet in content)
        assert len(content) == (number * 7 + 7) // 8, "septets are counted"
        septets = [int(bits[at * 7 : at * 7 + 7][::-1], 2) for at in range(number)]
        skipped = 7 if header else 0
        text = "".join(_SIGNS[septet] for septet in septets[skipped:])
        text = text.replace("\x1b<", "[").replace("\x1b>", "]")
    return digits, text, header[3:5].hex()

"""In: a port of this machine. Out: a message centre that speaks SMPP 3.4. I/O: sockets.

Written from the specification, without the library that the product uses, so that each checks the
other.
"""

from __future__ import annotations

import socket
import struct
import threading

from simulator.gateways.desk import Fault, Taken
from simulator.gateways.server import LoopbackServer, octets_of, wait_for_end
from simulator.gateways.told import Telling, Tellings

_ANSWER = 0x8000_0000
BIND, SUBMIT, DELIVER, UNBIND, ENQUIRE = 0x09, 0x04, 0x05, 0x06, 0x15
_STATUS = {Fault.BUSY: 0x58, Fault.REFUSED: 0x0B, Fault.FAULTY: 0x08}
_SIGNS = (
    "@£$¥èéùìòÇ\nØø\rÅåΔ_ΦΓΛΩΠΨΣΘΞ\x1bÆæßÉ !\"#¤%&'()*+,-./0123456789:;<=>?"
    "¡ABCDEFGHIJKLMNOPQRSTUVWXYZÄÖÑÜ§¿abcdefghijklmnopqrstuvwxyzäöñüà"
)


class MessageCentre(LoopbackServer):
    """An SMPP server on the loopback; takes a user and password, and every number."""

    def __init__(self, *, user: str, password: str) -> None:
        """Prepare.

        Args:
            user: Whom it lets in.
            password: Of that user.
        """
        super().__init__()
        self.user, self.password = user, password
        self.tellings = Tellings()
        self.enquired = 0
        """How often it was asked whether it is there."""
        self.segments: list[tuple[int, int, bytes]] = []
        """esm_class, data_coding and short_message of everything taken."""

    def receipt(self, reference: str, *, state: str = "DELIVRD", times: int = 1) -> None:
        """Tell what became of a segment.

        Args:
            reference: Its id.
            state: Word of appendix B.
            times: How often it is told.
        """
        text = (
            f"id:{reference} sub:001 dlvrd:001 submit date:2611230800 done date:2611230801 "
            f"stat:{state} err:{'000' if state == 'DELIVRD' else '069'} text:Feeder"
        )
        for _ in range(times):
            self.tellings.tell(_deliver("8613800138000", 0x04, 0, text.encode()))

    def reply(self, sender: str, text: str) -> None:
        """Let a telephone answer.

        Args:
            sender: Its digits.
            text: What it says.
        """
        narrow = text.isascii()
        octets = text.encode("ascii" if narrow else "utf-16-be")
        self.tellings.tell(_deliver(sender, 0, 0 if narrow else 8, octets))

    def enquire(self) -> None:
        """Ask the client whether it is there; its answer counts."""
        with self._sending:
            self._connection.sendall(_packet(ENQUIRE, 0, 77))

    def serve(self, connection: socket.socket) -> None:
        """Talk SMPP."""
        self._connection, self._sending = connection, threading.Lock()

        def send(command: int, status: int, sequence: int, body: bytes = b"") -> None:
            with self._sending:
                connection.sendall(_packet(command, status, sequence, body))

        def tell(telling: Telling) -> None:
            send(DELIVER, 0, telling.sequence, telling.body)

        try:
            while True:
                length, command, _, sequence = struct.unpack(">4L", octets_of(connection, 16))
                body = octets_of(connection, length - 16)
                if command == BIND:
                    ok = body.split(b"\0")[:2] == [self.user.encode(), self.password.encode()]
                    send(_ANSWER | BIND, 0 if ok else 0x0E, sequence, b"centre\0" if ok else b"")
                    if ok:
                        self.desk.signed_in()
                        self.tellings.signed_in(tell)
                elif command == SUBMIT:
                    status, name = self._submitted(connection, body)
                    send(_ANSWER | SUBMIT, status, sequence, name)
                elif command == _ANSWER | DELIVER:
                    self.tellings.acknowledged(sequence)
                elif command == ENQUIRE:
                    self.enquired += 1
                    send(_ANSWER | ENQUIRE, 0, sequence)
                elif command == _ANSWER | ENQUIRE:
                    self.enquired += 1
                elif command == UNBIND:
                    send(_ANSWER | UNBIND, 0, sequence)
                    return
        finally:
            self.tellings.signed_out(tell)

    def _submitted(self, connection: socket.socket, body: bytes) -> tuple[int, bytes]:
        """Return status and id of a segment; OSError where the talk ends over it."""
        fault = self.desk.next_fault()
        if fault is Fault.SLOW:
            wait_for_end(connection)
        if fault in {Fault.DOWN, Fault.SLOW}:
            raise OSError
        if fault in _STATUS:
            return _STATUS[fault], b""
        rest = body.split(b"\0", 1)[1][2:].split(b"\0", 1)[1][2:]
        to, rest = rest.split(b"\0", 1)
        esm_class, (_, _, rest) = rest[0], (rest[1], rest[2], rest[3:])
        rest = rest.split(b"\0", 1)[1].split(b"\0", 1)[1]
        coding, length, content = rest[2], rest[4], rest[5:]
        assert len(content) == length, "sm_length counts what follows"
        self.segments.append((esm_class, coding, content))
        header, text = (content[:6], content[6:]) if esm_class & 0x40 else (b"", content)
        reference = f"{len(self.segments):08X}"
        written = text.decode("utf-16-be", "surrogatepass") if coding == 8 else _narrow(text)
        self.desk.take(
            Taken(reference=reference, to=to.decode(), text=written, key=header[3:5].hex())
        )
        if fault is Fault.CUT:
            raise OSError
        return 0, reference.encode() + b"\0"


def _narrow(octets: bytes) -> str:
    """Return the text of septets; of the extensions it knows brackets alone."""
    text = "".join(_SIGNS[octet] for octet in octets)
    return text.replace("\x1b<", "[").replace("\x1b>", "]")


def _packet(command: int, status: int, sequence: int, body: bytes = b"") -> bytes:
    return struct.pack(">4L", 16 + len(body), command, status, sequence) + body


def _deliver(sender: str, esm_class: int, coding: int, content: bytes) -> bytes:
    return b"".join(
        (
            b"\0\x01\x01" + sender.encode() + b"\0",
            b"\x03\x0010690000\0",
            bytes([esm_class, 0, 0]),
            b"\0\0",
            bytes([0, 0, coding, 0, len(content)]),
            content,
        )
    )

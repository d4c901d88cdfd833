"""In: a port of this machine. Out: a gateway that speaks CMPP 2.0 or 3.0. I/O: sockets.

Written from the published layouts, apart from the adapter, so that each checks the other.
"""

from __future__ import annotations

import hashlib
import socket
import struct
import threading

from simulator.gateways.desk import Fault, Taken
from simulator.gateways.server import LoopbackServer, octets_of, wait_for_end
from simulator.gateways.told import Telling, Tellings

_ANSWER = 0x8000_0000
CONNECT, TERMINATE, SUBMIT, DELIVER, ACTIVE_TEST = 1, 2, 4, 5, 8
_RESULT = {Fault.BUSY: 8, Fault.REFUSED: 13, Fault.FAULTY: 99}
_SENDER = b"10690000".ljust(21, b"\0")


class CmppServer(LoopbackServer):
    """An ISMG on the loopback; takes an account and its secret, and every number."""

    def __init__(self, *, account: str, secret: str, wide: bool) -> None:
        """Prepare.

        Args:
            account: Whom it lets in.
            secret: Shared with the account.
            wide: CMPP 3.0 in place of 2.0.
        """
        super().__init__()
        self.account, self.secret, self.wide = account, secret, wide
        self.tellings = Tellings()
        self.segments: list[bytes] = []
        """Bodies of everything taken."""
        self.tested = 0
        """How often one side was asked whether it is there, and answered."""
        self.honest = True
        """Whether it proves that it knows the secret."""

    @property
    def _number_bytes(self) -> int:
        return 32 if self.wide else 21

    def receipt(self, reference: str, *, state: str = "DELIVRD", times: int = 1) -> None:
        """Tell what became of a segment.

        Args:
            reference: Its id, hexadecimal.
            state: Stat of the status report.
            times: How often it is told.
        """
        content = b"".join(
            (
                bytes.fromhex(reference),
                state.encode().ljust(7, b"\0"),
                b"2611230800",
                b"2611230801",
                b"8613800138000".ljust(self._number_bytes, b"\0"),
                struct.pack(">L", 7),
            )
        )
        for _ in range(times):
            self.tellings.tell(self._deliver("8613800138000", 0, 1, content))

    def reply(self, sender: str, text: str) -> None:
        """Let a telephone answer.

        Args:
            sender: Its digits.
            text: What it says.
        """
        narrow = text.isascii()
        octets = text.encode("ascii" if narrow else "gb18030")
        self.tellings.tell(self._deliver(sender, 0 if narrow else 15, 0, octets))

    def test_client(self) -> None:
        """Ask the client whether it is there; its answer counts."""
        with self._sending:
            self._connection.sendall(struct.pack(">3L", 12, ACTIVE_TEST, 77))

    def serve(self, connection: socket.socket) -> None:
        """Talk CMPP."""
        self._connection, self._sending = connection, threading.Lock()

        def send(command: int, sequence: int, body: bytes = b"") -> None:
            with self._sending:
                connection.sendall(struct.pack(">3L", 12 + len(body), command, sequence) + body)

        def tell(telling: Telling) -> None:
            send(DELIVER, telling.sequence, telling.body)

        try:
            while True:
                length, command, sequence = struct.unpack(">3L", octets_of(connection, 12))
                body = octets_of(connection, length - 12)
                if command == CONNECT:
                    status, answer = self._sign_in(body)
                    send(_ANSWER | CONNECT, sequence, answer)
                    if not status:
                        self.desk.signed_in()
                        self.tellings.signed_in(tell)
                elif command == SUBMIT:
                    send(_ANSWER | SUBMIT, sequence, self._submitted(connection, body))
                elif command == _ANSWER | DELIVER:
                    assert len(body) == (12 if self.wide else 9), "id and result"
                    self.tellings.acknowledged(sequence)
                elif command == ACTIVE_TEST:
                    self.tested += 1
                    send(_ANSWER | ACTIVE_TEST, sequence, b"\0")
                elif command == _ANSWER | ACTIVE_TEST:
                    self.tested += 1
                elif command == TERMINATE:
                    send(_ANSWER | TERMINATE, sequence)
                    return
        finally:
            self.tellings.signed_out(tell)

    def _sign_in(self, body: bytes) -> tuple[int, bytes]:
        source, proof, version, stamp = struct.unpack(">6s16sBL", body)
        secret = self.secret.encode()
        said = self.account.encode() + bytes(9) + secret + f"{stamp:010d}".encode()
        ok = (
            source.rstrip(b"\0") == self.account.encode()
            and proof == hashlib.md5(said, usedforsecurity=False).digest()
        )
        known = version == (0x30 if self.wide else 0x20)
        status = (0 if ok else 3) if known else 4
        told = struct.pack(">L" if self.wide else ">B", status)
        mine = told + proof + (secret if self.honest else b"guess")
        return status, told + hashlib.md5(mine, usedforsecurity=False).digest() + bytes([version])

    def _submitted(self, connection: socket.socket, body: bytes) -> bytes:
        """Return the answer to a segment; OSError where the talk ends over it."""
        fault = self.desk.next_fault()
        if fault is Fault.SLOW:
            wait_for_end(connection)
        if fault in {Fault.DOWN, Fault.SLOW}:
            raise OSError
        if fault in _RESULT:
            return bytes(8) + struct.pack(">L" if self.wide else ">B", _RESULT[fault])
        fee = 33 if self.wide else 21
        header, coding = body[24 + fee : 26 + fee]
        to_at = 24 + fee + 2 + 6 + 2 + 6 + 17 + 17 + 21 + 1
        to = body[to_at : to_at + self._number_bytes].rstrip(b"\0").decode()
        length_at = to_at + self._number_bytes + (1 if self.wide else 0)
        length = body[length_at]
        content = body[length_at + 1 : length_at + 1 + length]
        tail = len(body) - length_at - 1 - length
        assert tail == (20 if self.wide else 8), f"{tail} bytes behind the content"
        self.segments.append(body)
        chain, text = (content[:6], content[6:]) if header else (b"", content)
        reference = (0x5DB8_1234_0000_0000 + len(self.segments)).to_bytes(8, "big")
        written = text.decode("utf-16-be" if coding == 8 else "ascii")
        self.desk.take(Taken(reference=reference.hex(), to=to, text=written, key=chain[3:5].hex()))
        if fault is Fault.CUT:
            raise OSError
        return reference + struct.pack(">L" if self.wide else ">B", 0)

    def _deliver(self, sender: str, coding: int, receipt: int, content: bytes) -> bytes:
        return b"".join(
            (
                struct.pack(">Q", 0x5DB8_1234_8000_0000 + len(content)),
                _SENDER,
                b"alerts".ljust(10, b"\0"),
                bytes([0, 0, coding]),
                sender.encode().ljust(self._number_bytes, b"\0"),
                b"\0" if self.wide else b"",
                bytes([receipt, len(content)]),
                content,
                bytes(20 if self.wide else 8),
            )
        )

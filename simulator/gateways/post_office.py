"""In: a port of this machine. Out: a mail server that takes, defers and refuses. I/O: sockets."""

from __future__ import annotations

import socket
from collections.abc import Callable
from email.message import EmailMessage
from email.parser import BytesParser
from email.policy import default
from typing import BinaryIO

from simulator.gateways.desk import Fault, Taken
from simulator.gateways.server import LoopbackServer, wait_for_end

_SAID = {
    Fault.BUSY: "451 4.7.1 slow down",
    Fault.REFUSED: "550 5.1.1 no such person: {to}",
    Fault.FAULTY: "421 4.3.0 disk full",
}


class PostOffice(LoopbackServer):
    """A small SMTP server on the loopback."""

    def __init__(
        self,
        *,
        refused: set[str] | None = None,
        deferred: set[str] | None = None,
        hang_up_after: int | None = None,
    ) -> None:
        """Prepare.

        Args:
            refused: Addresses that it does not know.
            deferred: Addresses that it takes later.
            hang_up_after: Takes so many mails, then ends each connection without an answer.
        """
        super().__init__()
        self.mails: list[EmailMessage] = []
        self.refused = refused or set()
        self.deferred = deferred or set()
        self.hang_up_after = hang_up_after

    @property
    def url(self) -> str:
        """Return its address as the setting mail_server has it."""
        return f"smtp://127.0.0.1:{self.port}?plain"

    def serve(self, connection: socket.socket) -> None:
        """Talk SMTP."""
        with connection.makefile("rb") as heard:

            def say(text: str) -> None:
                connection.sendall(f"{text}\r\n".encode())

            say("220 post office")
            self.desk.signed_in()
            while self._verb(heard, say, connection):
                pass

    def _verb(self, heard: BinaryIO, say: Callable[[str], None], connection: socket.socket) -> bool:
        """Answer one row; return whether the talk goes on."""
        row = heard.readline().decode().strip()
        verb = row.split(":")[0].split()[0].upper() if row else "QUIT"
        if verb == "RCPT":
            return self._recipient(row.split("<")[1].split(">")[0], say, connection)
        if verb == "DATA":
            say("354 go on")
            content = b"".join(iter(heard.readline, b".\r\n"))
            if not self._take(content):
                return False
            say(f"250 taken as {len(self.mails)}")
        elif verb == "QUIT":
            say("221 bye")
            return False
        else:
            say("250 ok")
        return True

    def _recipient(
        self, address: str, say: Callable[[str], None], connection: socket.socket
    ) -> bool:
        self._fault = self.desk.next_fault()
        if address in self.refused:
            self._fault = Fault.REFUSED
        elif address in self.deferred:
            say("451 4.3.0 later")
            return True
        match self._fault:
            case Fault.SLOW:
                wait_for_end(connection)
                return False
            case Fault.DOWN:
                return False
            case Fault.BUSY | Fault.REFUSED | Fault.FAULTY:
                say(_SAID[self._fault].format(to=address))
            case _:
                say("250 ok")
        return True

    def _take(self, content: bytes) -> bool:
        """Keep a mail; return whether the answer is not lost."""
        found = BytesParser(policy=default).parsebytes(content.replace(b"\r\n..", b"\r\n."))
        assert isinstance(found, EmailMessage)
        self.mails.append(found)
        body = found.get_body(("plain",))
        self.desk.take(
            Taken(
                reference=str(len(self.mails)),
                to=str(found["To"]),
                text=str(body.get_content()) if body else "",
                key=str(found["Message-ID"]),
            )
        )
        lost = self.hang_up_after is not None and len(self.mails) > self.hang_up_after
        return not lost and self._fault is not Fault.CUT

"""In: a port of the loopback. Out: a server with a thread a connection. I/O: sockets.

It can be stopped and started again on its port, and it can hang up on everybody: what a gateway's
client must outlive.
"""

from __future__ import annotations

import contextlib
import socket
import threading
from abc import ABC, abstractmethod
from typing import Self

from simulator.gateways.desk import Desk

HOST = "127.0.0.1"
STOP_S = 10.0
"""Longest wait for a thread at the end. [s]"""


class LoopbackServer(ABC):
    """Answers on a port of the loopback."""

    def __init__(self) -> None:
        """Prepare; nothing listens yet."""
        self.desk = Desk()
        self.port = 0
        """Chosen at the first start and kept. [TCP port]"""
        self._lock = threading.Lock()
        self._open: set[socket.socket] = set()
        self._threads: list[threading.Thread] = []
        self._listener: socket.socket | None = None
        self._accepts: threading.Thread | None = None

    def __enter__(self) -> Self:
        self.start()
        return self

    def __exit__(self, *_: object) -> None:
        self.stop()

    def start(self) -> None:
        """Listen."""
        self._listener = socket.create_server((HOST, self.port))
        self.port = self._listener.getsockname()[1]
        self._accepts = threading.Thread(target=self._accept, args=(self._listener,), daemon=True)
        self._accepts.start()

    def stop(self) -> None:
        """Listen no more and hang up on everybody."""
        if self._listener is not None and self._accepts is not None:
            with contextlib.suppress(OSError):  # nobody ever came
                self._listener.shutdown(socket.SHUT_RDWR)
            self._accepts.join(STOP_S)  # from here on nobody is let in whom nobody hangs up on
            self._listener.close()
            self._listener = self._accepts = None
        self.hang_up()
        for thread in self._threads:
            thread.join(STOP_S)
        self._threads.clear()

    def hang_up(self) -> None:
        """End every connection as a failing network does, without a word."""
        with self._lock:
            gone = list(self._open)
        for each in gone:
            with contextlib.suppress(OSError):  # the other side was first
                each.shutdown(socket.SHUT_RDWR)

    @abstractmethod
    def serve(self, connection: socket.socket) -> None:
        """Talk on a connection until it ends; OSError and EOFError end it, too."""

    def _accept(self, listener: socket.socket) -> None:
        while True:
            try:
                connection, _ = listener.accept()
            except OSError:  # stopped
                return
            with self._lock:
                self._open.add(connection)
            thread = threading.Thread(target=self._serve, args=(connection,), daemon=True)
            self._threads.append(thread)
            thread.start()

    def _serve(self, connection: socket.socket) -> None:
        with connection:
            try:
                self.serve(connection)
            except (OSError, EOFError):
                pass  # how the talk ended: the other side's own affair
            finally:
                with self._lock:
                    self._open.discard(connection)
                with contextlib.suppress(OSError):
                    connection.shutdown(socket.SHUT_RDWR)


def octets_of(connection: socket.socket, number: int) -> bytes:
    """Return so many octets of a connection.

    Args:
        connection: An open connection.
        number: How many. [byte]

    Raises:
        EOFError: The other side ended it before.
    """
    found = b""
    while len(found) < number:
        part = connection.recv(number - len(found))
        if not part:
            raise EOFError
        found += part
    return found


def wait_for_end(connection: socket.socket) -> None:
    """Read and say nothing until the other side gives up, or the server is stopped."""
    while connection.recv(4096):
        pass

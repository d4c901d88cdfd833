"""In: a link that cannot be opened. Out: why, and when to try again. I/O: certificates only.

Nothing here opens a connection: the client does.
"""

from __future__ import annotations

import errno
import os
import ssl
from collections.abc import Awaitable, Callable
from typing import Any, Protocol

from adapters.backoff import Backoff
from adapters.modbus.frame import Fault
from adapters.modbus.link import Link, LinkKind

FIRST_RETRY_S = 0.5
LONGEST_RETRY_S = 30.0


class Monotonic(Protocol):
    """Reads a clock that never goes back. [s]."""

    def __call__(self) -> float:
        """Return its reading. [s]."""
        ...


class Redial:
    """When a connection that failed may be tried again."""

    def __init__(self, name: str, monotonic: Monotonic) -> None:
        """Begin without a wait.

        Args:
            name: Name of the connection; spreads the waits of many.
            monotonic: Clock for waits. [s]
        """
        self._backoff = Backoff(name, first_s=FIRST_RETRY_S, most_s=LONGEST_RETRY_S)
        self._monotonic = monotonic
        self._not_before_s = 0.0
        self._closes = 0
        self.cause = ""
        """Why the last try failed."""

    @property
    def too_early(self) -> bool:
        """Whether the wait is not over."""
        return self._monotonic() < self._not_before_s

    def hurry(self) -> None:
        """Forget the wait: somebody waits for this very slot."""
        self._not_before_s = 0.0

    def failed(self, cause: str) -> None:
        """Wait: no connection could be made."""
        self.cause = cause
        self._not_before_s = self._monotonic() + self._backoff.next_s()

    def closed(self) -> None:
        """Wait if it was not for the first time that the device closed instead of answering."""
        self._closes += 1
        if self._closes > 1:
            self.failed("the device closes its connections")

    def answered(self) -> None:
        """Begin again at the first wait; a connection alone proves nothing, an answer does."""
        self._backoff.reset()
        self._closes = 0


def bus_name(link: Link) -> str:
    """Return the name of the bus: one for all the ways to write a serial port."""
    return os.path.realpath(link.device) if link.kind is LinkKind.RTU else link.where


def where_asked(link: Link, unit: int, address: int, count: int) -> str:
    """Return which registers of whom were asked for, in words."""
    return f"{link.where} unit {unit} registers {address} to {address + count - 1}"


def fault_of(error: Exception, usual: Fault) -> Fault:
    """Return the class of a connection that could not be made.

    Args:
        error: Why.
        usual: The class of most causes.
    """
    if isinstance(error, ssl.SSLError):
        return Fault.TLS
    if isinstance(error, OSError) and error.errno in {errno.EMFILE, errno.ENFILE}:
        return Fault.TOO_MANY_FILES
    return usual


def tls_context(link: Link) -> ssl.SSLContext:
    """Return how TLS shows who we are and whom it trusts.

    Raises:
        SSLError: A certificate or key cannot be read or does not fit; names the file.
    """
    file = link.authority
    try:
        context = ssl.create_default_context(cafile=link.authority or None)
        file = link.certificate
        if link.certificate:
            context.load_cert_chain(link.certificate, link.key or None)
    except OSError as error:
        files = f"{file} (key {link.key})" if link.key and file == link.certificate else file
        raise ssl.SSLError(0, f"{files}: {error.strerror or error}") from error
    return context


def telling(create: Callable[[], Awaitable[Any]], failed: list[Exception]) -> Callable[[], Any]:
    """Return a way to open a transport that keeps why it could not: the library does not.

    Args:
        create: The library's way.
        failed: Gathers the errors.
    """

    async def run() -> Any:
        try:
            return await create()
        except OSError as error:
            failed.append(error)
            raise
        except (ValueError, OverflowError) as error:  # a baud rate or host name that cannot be
            failed.append(error)
            raise OSError(str(error)) from error

    return run


def words(error: Exception) -> str:
    """Return why a connection could not be made, in the system's words."""
    if isinstance(error, ssl.SSLCertVerificationError):
        return error.verify_message
    if isinstance(error, TimeoutError) and not error.errno:
        return "no answer to the call in time"
    if isinstance(error, OSError) and error.strerror:
        if "Connect call failed" in error.strerror and error.errno is not None:
            return os.strerror(error.errno)
        return error.strerror
    return str(error) or type(error).__name__

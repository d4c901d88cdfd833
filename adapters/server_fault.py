"""In: what went wrong when a server was asked for values. Out: named faults. Pure.

Shared by the adapters that ask servers for named values (OPC UA, BACnet). The next step stands here
in English and, in both languages, in the catalogue under `server.fault`.
"""

from __future__ import annotations

from enum import StrEnum

from adapters.errors import AdapterError


class ServerFault(StrEnum):
    """What went wrong with a question."""

    NOT_INSTALLED = "not_installed"
    NO_CONNECTION = "no_connection"
    NO_ANSWER = "no_answer"
    CLOSED = "closed"
    NOT_TRUSTED = "not_trusted"
    REFUSED = "refused"
    WRONG_METER = "wrong_meter"
    NO_SUCH_VALUE = "no_such_value"
    BAD_STATUS = "bad_status"
    UNKNOWN_FORMAT = "unknown_format"


NEXT_STEP: dict[ServerFault, str] = {
    ServerFault.NOT_INSTALLED: "install the extra of this protocol and start the collector again",
    ServerFault.NO_CONNECTION: "is it on, are host and port right, and does a firewall between "
    "let the collector through?",
    ServerFault.NO_ANSWER: "is the device on and its address right? a slow one needs a longer "
    "`timeout_ms`",
    ServerFault.CLOSED: "the server ended the connection: it may allow fewer clients, or it was "
    "started again",
    ServerFault.NOT_TRUSTED: "check `authority`, `certificate` and `key_file`, their dates, and "
    "that the server was told to trust the collector's certificate",
    ServerFault.REFUSED: "check user and password file, and what this user may read at the server",
    ServerFault.WRONG_METER: "another device answers at this address: compare the instance number "
    "on the device with the address",
    ServerFault.NO_SUCH_VALUE: "the server does not keep this value: compare the profile and the "
    "address with the server's own list",
    ServerFault.BAD_STATUS: "the server has no good value: look at its own connection to the meter",
    ServerFault.UNKNOWN_FORMAT: "what answers there speaks another protocol, or wrongly: check "
    "host and port",
}
NO_REST = frozenset({ServerFault.NO_SUCH_VALUE, ServerFault.BAD_STATUS})
"""Faults of one value: the server itself answers."""


class ServerAskError(AdapterError):
    """A server gave no answer to a question; nothing of it is kept."""

    code = "server.ask"

    def __init__(self, protocol: str, fault: ServerFault, where: str, what: str) -> None:
        """Name the fault, where and what was met.

        Args:
            protocol: "opcua" or "bacnet"; begins the code.
            fault: Class of the fault.
            where: Server, and what it was asked for.
            what: What was met, in words.
        """
        self.protocol = protocol
        self.fault = fault
        self.where = where
        self.what = what
        self.code = f"{protocol}.{fault}"
        super().__init__(f"{where}: {what}; {NEXT_STEP[fault]}")


def not_installed(protocol: str, where: str) -> ServerAskError:
    """Return the fault of a protocol whose extra is not installed."""
    what = f"the extra for {protocol} is not installed (pip install 'meterline[{protocol}]')"
    return ServerAskError(protocol, ServerFault.NOT_INSTALLED, where, what)

"""In: segments of short messages. Out: their ids at a gateway. I/O: CMPP over TCP."""

from __future__ import annotations

import hmac
from collections.abc import Callable, Mapping, Sequence
from datetime import datetime

from adapters.sms.cmpp.fields import Value
from adapters.sms.cmpp.packets import (
    ANSWER,
    Command,
    Packet,
    Version,
    answer_authenticator,
    authenticator,
    read,
    written,
)
from adapters.sms.link import Link, Parsed
from adapters.sms.wire import PacketWire
from energy.alerting.notices.gateway import (
    GatewayBusyError,
    GatewayDownError,
    GatewayRefusedError,
)

_SIGN_IN = {
    1: "structure of the sign-in",
    2: "source address",
    3: "account or secret",
    4: "version too high",
}
_BUSY = 8
_REFUSED = {
    1: "structure", 2: "command", 3: "sequence used twice", 4: "length", 5: "fee code",
    6: "longest text", 7: "service", 9: "fee number not served here",
    10: "sender", 11: "source", 12: "fee number", 13: "number of the recipient",
}  # fmt: skip


class Session(Link[Packet]):
    """A gateway at which we are signed in."""

    def __init__(
        self,
        wire: PacketWire,
        version: Version,
        *,
        timeout_s: float,
        window: int,
        told: Callable[[Session, Packet], None],
    ) -> None:
        """Take a connection.

        Args:
            wire: The connection.
            version: What is spoken.
            timeout_s: Longest wait for answers. [s]
            window: Most segments without an answer.
            told: Called with each DELIVER; whoever stored it acknowledges.
        """
        super().__init__(wire, timeout_s=timeout_s, window=window)
        self._version = version
        self._told = told

    def connect(self, source: str, secret: str, at: datetime) -> None:
        """Sign in.

        Args:
            source: Account (SP_Id).
            secret: Shared with the gateway.
            at: Now, in the gateway's zone.

        Raises:
            GatewayDownError: It does not let us in, or is not who it says.
        """
        timestamp = int(at.strftime("%m%d%H%M%S"))
        proof = authenticator(source, secret, timestamp)
        values: dict[str, Value] = {
            "source": source,
            "authenticator": proof,
            "version": int(self._version),
            "timestamp": timestamp,
        }
        (answer,) = self._ask(Command.CONNECT, [values])
        status = answer.number("status")
        if status:
            words = _SIGN_IN.get(status, "unknown status")
            raise GatewayDownError(f"no sign-in: {words} ({status})")
        expected = answer_authenticator(self._version, status, proof, secret)
        if not hmac.compare_digest(expected, answer.octets("authenticator")):
            raise GatewayDownError("no sign-in: the gateway does not know the secret")

    def submit(self, segments: Sequence[Mapping[str, Value]]) -> list[int]:
        """Hand the segments of one message over; return their ids.

        Raises:
            GatewayDownError, GatewayBusyError, GatewayRefusedError: One was not taken.
        """
        answers = self._ask(Command.SUBMIT, segments)
        for answer in answers:
            result = answer.number("result")
            if result:
                raise _error_of(result)
        return [answer.number("msg_id") for answer in answers]

    def acknowledge(self, packet: Packet) -> None:
        """Tell the gateway that a DELIVER is stored."""
        values = {"msg_id": packet.number("msg_id"), "result": 0}
        self._answer(Command.DELIVER_RESP, packet.sequence, values)

    def terminate(self) -> None:
        """Say good-bye; the answer is not waited for."""
        self._answer(Command.TERMINATE, self.next_sequence(), {})

    def parsed(self, octets: bytes) -> Parsed[Packet]:
        """Return a packet; ValueError where it is none."""
        packet = read(self._version, octets)
        return Parsed(packet.sequence, answer=bool(packet.command & ANSWER), packet=packet)

    def came(self, sequence: int, packet: Packet) -> None:
        """Deal with what the gateway asks."""
        match packet.command:
            case Command.DELIVER:
                self._told(self, packet)
            case Command.ACTIVE_TEST:
                self._answer(Command.ACTIVE_TEST_RESP, sequence, {})
            case Command.TERMINATE:
                self._answer(Command.TERMINATE_RESP, sequence, {})
                raise GatewayDownError("the gateway said good-bye")
            case _:
                raise GatewayDownError(f"a gateway asks no {packet.command.name}")

    def test(self, sequence: int) -> bytes:
        """Return an ACTIVE_TEST."""
        return written(self._version, Command.ACTIVE_TEST, sequence, {})

    def _ask(self, command: Command, many: Sequence[Mapping[str, Value]]) -> list[Packet]:
        numbered = [(self.next_sequence(), values) for values in many]
        return self.ask(
            [(each, written(self._version, command, each, values)) for each, values in numbered]
        )

    def _answer(self, command: Command, sequence: int, values: Mapping[str, Value]) -> None:
        self.send(written(self._version, command, sequence, values))


def _error_of(result: int) -> GatewayDownError | GatewayBusyError | GatewayRefusedError:
    if result == _BUSY:
        return GatewayBusyError(f"flow control ({result})")
    if result in _REFUSED:
        return GatewayRefusedError(f"{_REFUSED[result]} ({result})")
    return GatewayDownError(f"fault of the gateway ({result})")

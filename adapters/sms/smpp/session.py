"""In: segments of short messages. Out: their ids at a message centre. I/O: SMPP 3.4 over TCP.

smpplib packs and reads the packets; the connection is ours, so that half a packet is not lost
when a wait is over, and TLS checks the name of the message centre.
"""

from __future__ import annotations

import struct
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from smpplib import consts, exceptions, smpp

from adapters.sms.link import Link, Parsed
from adapters.sms.wire import PacketWire
from energy.alerting.notices.gateway import (
    GatewayBusyError,
    GatewayDownError,
    GatewayRefusedError,
)

LEAST, MOST = 16, 65_536
_BUSY = {consts.SMPP_ESME_RTHROTTLED, consts.SMPP_ESME_RMSGQFUL}
_DOWN = {
    consts.SMPP_ESME_RSYSERR,
    consts.SMPP_ESME_RINVBNDSTS,
    consts.SMPP_ESME_RALYBND,
    consts.SMPP_ESME_RBINDFAIL,
    consts.SMPP_ESME_RINVPASWD,
    consts.SMPP_ESME_RINVSYSID,
    consts.SMPP_ESME_RUNKNOWNERR,
}
_ANSWER = 0x8000_0000
_RECEIPTED = 1
"""registered_delivery: told of success and of failure."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Segment:
    """A segment as submit_sm takes it."""

    content: bytes
    data_coding: int
    esm_class: int


class Session(Link[Any]):
    """A message centre to which we are bound as transceiver."""

    def __init__(
        self,
        wire: PacketWire,
        *,
        timeout_s: float,
        window: int,
        told: Callable[[Session, int, Any], None],
    ) -> None:
        """Take a connection.

        Args:
            wire: The connection.
            timeout_s: Longest wait for answers. [s]
            window: Most segments without an answer.
            told: Called with each deliver_sm and its sequence; whoever stored it acknowledges.
        """
        super().__init__(wire, timeout_s=timeout_s, window=window)
        self._told = told

    def bind(self, user: str, password: str, system_type: str) -> None:
        """Sign in.

        Raises:
            GatewayDownError: It does not let us in.
        """
        (answer,) = self._ask(
            "bind_transceiver", [{"system_id": user, "password": password,
                                  "system_type": system_type, "interface_version": 0x34}]
        )  # fmt: skip
        if answer.status:
            raise GatewayDownError(f"no sign-in: {_words(answer.status)}")

    def submit(self, fields: dict[str, object], segments: list[Segment]) -> list[str]:
        """Hand the segments of one message over; return their ids.

        Raises:
            GatewayDownError, GatewayBusyError, GatewayRefusedError: One was not taken.
        """
        answers = self._ask(
            "submit_sm",
            [
                {
                    **fields,
                    "short_message": segment.content,
                    "data_coding": segment.data_coding,
                    "esm_class": segment.esm_class,
                    "registered_delivery": _RECEIPTED,
                }
                for segment in segments
            ],
        )
        for answer in answers:
            if answer.status:
                raise _error_of(answer.status)
        return [(answer.message_id or b"").decode("ascii", "replace") for answer in answers]

    def acknowledge(self, sequence: int) -> None:
        """Tell the message centre that a deliver_sm is stored."""
        self._answer("deliver_sm_resp", sequence)

    def unbind(self) -> None:
        """Say good-bye; the answer is not waited for."""
        self._answer("unbind", self.next_sequence())

    def parsed(self, octets: bytes) -> Parsed[Any]:
        """Return a packet; ValueError where it is none."""
        length, command, status, sequence = struct.unpack(">LLLL", octets[:16])
        if status and length == LEAST and command & _ANSWER:
            packet: Any = _Refusal(status)  # an answer that is an error may have no body
            return Parsed(sequence, answer=True, packet=packet)
        try:
            packet = smpp.parse_pdu(octets, client=self, allow_unknown_opt_params=True)
        except (
            exceptions.UnknownCommandError, exceptions.PDUError, struct.error, IndexError, KeyError,
            TypeError,
        ) as error:  # fmt: skip
            raise ValueError(f"{type(error).__name__}: {error}") from error
        if packet is None or (packet.command == "deliver_sm" and packet.esm_class is None):
            raise ValueError(f"command 0x{command:08x} without its body")
        return Parsed(sequence, answer=bool(command & _ANSWER), packet=packet)

    def came(self, sequence: int, packet: Any) -> None:
        """Deal with what the message centre asks."""
        match packet.command:
            case "deliver_sm":
                self._told(self, sequence, packet)
            case "enquire_link":
                self._answer("enquire_link_resp", sequence)
            case "unbind":
                self._answer("unbind_resp", sequence)
                raise GatewayDownError("the message centre said good-bye")
            case _:
                pass  # alert_notification and the like: nothing that we asked for

    def test(self, sequence: int) -> bytes:
        """Return an enquire_link."""
        return self._octets("enquire_link", sequence, {})

    def _ask(self, command: str, many: list[dict[str, Any]]) -> list[Any]:
        numbered = [(self.next_sequence(), fields) for fields in many]
        return self.ask([(each, self._octets(command, each, fields)) for each, fields in numbered])

    def _answer(self, command: str, sequence: int) -> None:
        self.send(self._octets(command, sequence, {}))

    def _octets(self, command: str, sequence: int, fields: dict[str, Any]) -> bytes:
        packet = smpp.make_pdu(command, client=self, status=consts.SMPP_ESME_ROK, **fields)
        packet.sequence = sequence
        return bytes(packet.generate())

    @property
    def sequence(self) -> int:
        """Return the newest number, as smpplib asks for it."""
        return self._sequence


@dataclass(frozen=True, slots=True)
class _Refusal:
    """An answer without a body."""

    status: int


def _error_of(status: int) -> GatewayDownError | GatewayBusyError | GatewayRefusedError:
    if status in _BUSY:
        return GatewayBusyError(_words(status))
    return (GatewayDownError if status in _DOWN else GatewayRefusedError)(_words(status))


def _words(status: int) -> str:
    return f"{consts.DESCRIPTIONS.get(status, 'unknown status')} (0x{status:08x})"

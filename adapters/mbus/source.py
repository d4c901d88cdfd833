"""Step 1 of 6: values of M-Bus meters -> reading columns of one slot. I/O.

One read gives every value of a meter, so that they are of one moment.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from adapters.bus_source import BusMeter, BusSource, Keep
from adapters.link_fault import KEEPS_LINK, AskFailedError, LinkFault
from adapters.mbus.address import Address
from adapters.mbus.client import PROTOCOL, MbusClient, Readout
from adapters.mbus.decode import FLAW_MEANS, Decoded, Flaw, Wire, decode
from adapters.meter_profile import ProfiledMeter, ProfilePoint
from adapters.octets import OctetLink
from adapters.poll import PolledValue
from energy.base.clock import Clock

QUESTIONS_OCTETS = 23
"""Selection with its acknowledgement, and the question for values. [byte]"""
TELEGRAM_OCTETS = 150
"""A usual telegram, until a meter has shown what its own are. [byte]"""
NUMBER_DIGITS = 8


@dataclass(frozen=True, slots=True, kw_only=True)
class MbusMeter(ProfiledMeter[Wire]):
    """One meter on a bus: its address and which quantity is which channel."""

    address: Address
    serial: str = ""
    """Serial number on record; where it ends with eight digits, the meter must say them."""


class MbusSource(BusSource):
    """Polls the M-Bus meters of one bus."""

    PROTOCOL = PROTOCOL

    def __init__(
        self,
        key: str,
        link: OctetLink,
        meters: Sequence[MbusMeter],
        clock: Clock,
        *,
        timeout_s: float = 1.0,
        baud: int = 2400,
        skew_s: float = 5.0,
    ) -> None:
        """Plan the questions; nothing is opened yet.

        Args:
            key: Name of the source.
            link: The bus.
            meters: Which meters.
            clock: Dates answers that came too late for their slot.
            timeout_s: Longest wait for one answer, beside its time on the wire. [s]
            baud: Speed of the bus. [bit/s]
            skew_s: An answer later than this after its slot is dated by the clock. [s]

        Raises:
            MeterProfileError: A channel's quantity is not in its profile.
        """
        client = MbusClient(link, timeout_s=timeout_s, baud=baud)
        asked = [_AskedMeter(client, meter) for meter in meters]
        super().__init__(key, link, asked, clock, skew_s=skew_s)


class _AskedMeter(BusMeter[Wire]):
    """A meter as it is asked."""

    def __init__(self, client: MbusClient, meter: MbusMeter) -> None:
        super().__init__(meter)
        self._client = client
        self._meter = meter
        self._reset = meter.profile.own["application_reset"] == "yes"

    @property
    def exchanges(self) -> Sequence[int]:
        return [QUESTIONS_OCTETS, TELEGRAM_OCTETS]

    async def read(self, keep: Keep, *, urgent: bool) -> Sequence[AskFailedError]:
        try:
            readout = await self._client.read(self._meter.address, reset=self._reset)
        except AskFailedError as error:
            if error.fault in KEEPS_LINK:
                return [error]
            raise
        other = is_other(self._meter.serial, readout)
        values, absent = [], []
        for point in self.points:
            got = decode(readout.head, readout.records, point.wire, point.facts)
            if got.flaw is Flaw.NO_RECORD:
                absent.append(self._absent(point.quantity))
            else:
                values.append(self._value(point, got, readout, other=other))
        keep(values)
        return absent

    def _absent(self, quantity: str) -> AskFailedError:
        where = f"{self._client.link.where} meter {self._meter.address}"
        what = f"{quantity}: {FLAW_MEANS[Flaw.NO_RECORD]}"
        return AskFailedError(PROTOCOL, LinkFault.NO_SUCH_VALUE, where, what)

    def _value(
        self, point: ProfilePoint[Wire], got: Decoded, readout: Readout, *, other: bool
    ) -> PolledValue:
        flaw, why = got.flaw, "" if got.flaw is None else FLAW_MEANS[got.flaw]
        if other:
            flaw = Flaw.OTHER_DEVICE
            why = f"{FLAW_MEANS[flaw]}: {readout.head.who}, not {self._meter.serial}"
        return self.value(point, got.count, flaw, why)


def is_other(serial: str, readout: Readout) -> bool:
    """Return whether a readout is of another meter than the one on record.

    Args:
        serial: Serial number on record; one that does not end with eight digits tells nothing.
        readout: What the meter at the address said.
    """
    number = serial[-NUMBER_DIGITS:]
    return number.isdecimal() and len(number) == NUMBER_DIGITS and readout.head.who.number != number

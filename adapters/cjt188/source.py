"""Step 1 of 6: values of CJ/T 188 meters -> reading columns of one slot. I/O.

One question gives every value of a meter, so that they are of one moment.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from adapters.bus_source import BusSource, BusValue, Keep
from adapters.cjt188.client import PROTOCOL, Cjt188Client
from adapters.cjt188.decode import FLAW_MEANS, Wire, decode, layout_size
from adapters.link_fault import KEEPS_LINK, AskFailedError
from adapters.meter_profile import MeterProfile
from adapters.octets import OctetLink
from energy.base.clock import Clock

FRAME_OCTETS = 20
"""A question, or an answer beside its values, with wake-up bytes. [byte]"""


@dataclass(frozen=True, slots=True, kw_only=True)
class Cjt188Meter:
    """One meter on a bus: its address and which quantity is which channel."""

    point: str
    meter: str
    """Address, fourteen digits, highest first, as on the plate."""
    profile: MeterProfile[Wire]
    channels: Mapping[str, int]
    """Channel number by quantity."""
    edition: str = ""
    """"2004" or "2018": order of the identifier's bytes; empty takes the profile's."""


class Cjt188Source(BusSource):
    """Polls the CJ/T 188 meters of one bus."""

    PROTOCOL = PROTOCOL

    def __init__(
        self,
        key: str,
        link: OctetLink,
        meters: Sequence[Cjt188Meter],
        clock: Clock,
        *,
        timeout_s: float = 1.5,
        skew_s: float = 5.0,
    ) -> None:
        """Plan the questions; nothing is opened yet.

        Args:
            key: Name of the source.
            link: The bus.
            meters: Which meters.
            clock: Dates answers that came too late for their slot.
            timeout_s: Longest wait for one answer. [s]
            skew_s: An answer later than this after its slot is dated by the clock. [s]

        Raises:
            MeterProfileError: A channel's quantity is not in its profile.
        """
        client = Cjt188Client(link, timeout_s=timeout_s)
        asked = [_AskedMeter(client, meter) for meter in meters]
        super().__init__(key, link, asked, clock, skew_s=skew_s)


class _AskedMeter:
    """A meter as it is asked."""

    def __init__(self, client: Cjt188Client, meter: Cjt188Meter) -> None:
        self._client = client
        self._meter = meter
        self._points = [meter.profile.point(quantity) for quantity in meter.channels]

    @property
    def point(self) -> str:
        return self._meter.point

    @property
    def channels(self) -> Mapping[str, int]:
        return self._meter.channels

    @property
    def exchanges(self) -> Sequence[int]:
        return [2 * FRAME_OCTETS + layout_size(self._meter.profile.own["layout"])]

    async def read(self, keep: Keep, *, urgent: bool) -> Sequence[AskFailedError]:
        own = self._meter.profile.own
        try:
            values = await self._client.read(
                self._meter.meter,
                type_=int(own["meter_type"], 16),
                size=layout_size(own["layout"]),
                low_first=(self._meter.edition or own["edition"]) == "2018",
                repeats=own["sequence"] == "repeated",
            )
        except AskFailedError as error:
            if error.fault in KEEPS_LINK:
                return [error]
            raise
        keep([self._value(number, values) for number in range(len(self._points))])
        return []

    def _value(self, number: int, values: bytes) -> BusValue:
        point = self._points[number]
        got = decode(values, point.wire, point.facts)
        return BusValue(
            channel=self._meter.channels[point.quantity],
            quantity=point.quantity,
            count=got.count,
            flaw="" if got.flaw is None else got.flaw.value,
            why="" if got.flaw is None else FLAW_MEANS[got.flaw],
            billing=point.billing,
        )

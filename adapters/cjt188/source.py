"""Step 1 of 6: values of CJ/T 188 meters -> reading columns of one slot. I/O.

One question gives every value of a meter, so that they are of one moment.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from adapters.bus_source import BusMeter, BusSource, Keep
from adapters.cjt188.client import PROTOCOL, Cjt188Client
from adapters.cjt188.decode import FLAW_MEANS, Wire, decode, layout_size
from adapters.link_fault import KEEPS_LINK, AskFailedError
from adapters.meter_profile import ProfiledMeter, ProfilePoint
from adapters.octets import OctetLink
from adapters.poll import PolledValue
from energy.base.clock import Clock

FRAME_OCTETS = 20
"""A question, or an answer beside its values, with wake-up bytes. [byte]"""


@dataclass(frozen=True, slots=True, kw_only=True)
class Cjt188Meter(ProfiledMeter[Wire]):
    """One meter on a bus: its address and which quantity is which channel."""

    meter: str
    """Address, fourteen digits, highest first, as on the plate."""
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


class _AskedMeter(BusMeter[Wire]):
    """A meter as it is asked."""

    def __init__(self, client: Cjt188Client, meter: Cjt188Meter) -> None:
        super().__init__(meter)
        self._client = client
        self._meter = meter

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
        keep([self._value(point, values) for point in self.points])
        return []

    def _value(self, point: ProfilePoint[Wire], values: bytes) -> PolledValue:
        got = decode(values, point.wire, point.facts)
        why = "" if got.flaw is None else FLAW_MEANS[got.flaw]
        return self.value(point, got.count, got.flaw, why)

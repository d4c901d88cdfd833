"""In: a device that goes, its display. Out: its final counts, each proved or noted. I/O.

The register counts where the device still answers and its display agrees; else the display does,
and the record says so.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from fractions import Fraction

from billing.money import exact_text
from energy.metering.channel import Channel
from energy.metering.meter import Meter
from processes.technician_checks import Check, Display, Outcome, final_count
from processes.technician_desk import FieldDesk
from processes.technician_device import Device
from processes.technician_facts import counting, display_checks, flaw_checks, raise_on
from processes.technician_values import ChecksFailedError, FieldRefusedError, NoContactError


@dataclass(frozen=True, slots=True, kw_only=True)
class FinalReading:
    """The last reading of a device."""

    desk: FieldDesk
    meter: Meter
    device: Device
    channels: Sequence[Channel]
    displays: Mapping[str, Display]
    """By quantity."""

    def counts(self, checks: list[Check]) -> dict[str, int]:
        """Return the final counts by quantity: of the register, else of the display. [count].

        Args:
            checks: What was found is added.

        Raises:
            ChecksFailedError: Display and register differ, or the display lies below what the
                register was at.
            FieldRefusedError: The device is silent and a counter has no display.
        """
        facts = [channel.facts for channel in self.channels]
        try:
            answered = self.desk.read(self.device, [f.quantity for f in facts])
        except NoContactError as error:
            told = {"serial": self.meter.serial, "cause": str(error)}
            checks.append(Check.of("final_reading", Outcome.NOTED, "final_silent", **told))
            return self.of_displays()
        multiplier = Fraction(self.meter.multiplier)
        found = [
            check.old() for check in display_checks(answered, facts, self.displays, multiplier)
        ]
        raise_on([*flaw_checks(answered), *found])
        checks += found
        return {
            channel.facts.quantity: answered.counts[channel.facts.quantity]
            for channel in counting(self.channels)
        }

    def newest(self) -> dict[int, tuple[datetime, int]]:
        """Return instant and count of the newest reading by channel. [count]."""
        return self.desk.newest([channel.number for channel in self.channels])

    def of_displays(self) -> dict[str, int]:
        """Return the counts that the displays stand for, by quantity. [count].

        Raises:
            ChecksFailedError: A display lies below what the register was at.
            FieldRefusedError: A counter has no display.
        """
        newest = self.newest()
        counts: dict[str, int] = {}
        for channel in counting(self.channels):
            quantity, unit = channel.facts.quantity, channel.facts.unit
            if quantity not in self.displays:
                raise FieldRefusedError.of(
                    "final_display_missing", serial=self.meter.serial, quantity=quantity
                )
            display = self.displays[quantity]
            counts[quantity] = final_count(display, channel.facts.resolution)
            last = newest.get(channel.number)
            if last is not None and display.value + display.step < (
                shown := last[1] * channel.facts.resolution
            ):
                told = {
                    "display": display.text,
                    "register": exact_text(shown),
                    "unit": unit,
                    "at": f"{last[0]:%Y-%m-%d %H:%M}",
                }
                below = Check.of("final_reading", Outcome.REFUSED, "final_below", **told)
                raise ChecksFailedError([below])
            if last is not None:
                counts[quantity] = max(counts[quantity], last[1])
        return counts

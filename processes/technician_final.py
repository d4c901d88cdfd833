"""In: a device that goes, its display. Out: its final counts, each proved or noted. I/O.

The register counts where the device still answers and its display agrees; else the display does,
and the record says so.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from fractions import Fraction

from billing.money import exact_text
from energy.metering.channel import Channel
from energy.metering.meter import Meter
from energy.views.point_rows import newest_counts
from processes.technician_checks import Check, Display, Outcome, final_count
from processes.technician_desk import FieldDesk
from processes.technician_device import Device, read_device
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
            answered = read_device(self.device, [f.quantity for f in facts], self.desk.clock)
        except NoContactError as error:
            text = f"meter {self.meter.serial} is silent, its display counts: {error}"
            checks.append(Check(name="final reading", outcome=Outcome.NOTED, text=text))
            return self.of_displays()
        multiplier = Fraction(self.meter.multiplier)
        found = [
            replace(check, name=f"final {check.name}", text=f"old meter: {check.text}")
            for check in display_checks(answered, facts, self.displays, multiplier)
        ]
        raise_on([*flaw_checks(answered), *found])
        checks += found
        return {
            channel.facts.quantity: answered.counts[channel.facts.quantity]
            for channel in counting(self.channels)
        }

    def newest(self) -> dict[int, tuple[datetime, int]]:
        """Return instant and count of the newest reading by channel. [count]."""
        with self.desk.database.connection() as connection:
            numbers = [channel.number for channel in self.channels]
            return newest_counts(connection, self.desk.site.schema, numbers)

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
                raise FieldRefusedError(
                    f"Meter {self.meter.serial} is silent and has a counter {quantity}. Read its "
                    f"display: --final-display {quantity}=VALUE. Nothing was written."
                )
            display = self.displays[quantity]
            counts[quantity] = final_count(display, channel.facts.resolution)
            last = newest.get(channel.number)
            if last is not None and display.value + display.step < (
                shown := last[1] * channel.facts.resolution
            ):
                reason = f"final display {display.text} but the register was at "
                reason += f"{exact_text(shown)} {unit} on {last[0]:%Y-%m-%d %H:%M} UTC. "
                reason += "Read the display again."
                raise ChecksFailedError([reason])
            if last is not None:
                counts[quantity] = max(counts[quantity], last[1])
        return counts

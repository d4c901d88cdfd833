"""In: an old and a new device of one point. Out: the event of the replacement. I/O.

While both counts are taken the collector does not ask the point: a reading of the old device
after the instant of the exchange would be taken for the new one's.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from fractions import Fraction

from energy.metering.channel import Channel
from energy.metering.meter import Meter
from processes.technician_bus import without
from processes.technician_checks import Check, Display, Outcome
from processes.technician_desk import FieldDesk
from processes.technician_device import Answered, Device, same_address
from processes.technician_facts import counting, flaw_checks, raise_on, start_counts
from processes.technician_final import FinalReading
from processes.technician_record import record_of
from processes.technician_values import FieldRefusedError, Installed, Remarks


@dataclass(frozen=True, slots=True, kw_only=True)
class Exchange:
    """One replacement, examined and ready to be done."""

    desk: FieldDesk
    meter: Meter
    old: Device
    device: Device
    channels: Sequence[Channel]
    finals: Mapping[str, Display]
    """Displays of the old device, by quantity."""

    def do(
        self, installed: Installed, remarks: Remarks, reason: str, checks: list[Check]
    ) -> tuple[Answered, int, dict[str, int]]:
        """Stop asking the point, take both counts, append; on any failure ask it as before.

        Args:
            installed: The new device.
            remarks: What belongs into the record.
            reason: Why the old one goes.
            checks: Checks so far; those of the old device are added.

        Returns:
            First answer of the new device, position of the event, final counts by quantity.

        Raises:
            NoContactError: The new device is silent.
            ChecksFailedError: A display speaks against its register.
            ConflictError: Somebody else changed the point first.
        """
        desk, meter = self.desk, self.meter
        plan = desk.plan()
        try:
            desk.publish(without(plan, meter.point, self.old.source, self.device.source))
            final = self._final_counts(checks)
            quantities = [channel.facts.quantity for channel in self.channels]
            answered = desk.read(self.device, quantities)
            raise_on(flaw_checks(answered))
            numbers = {channel.facts.quantity: channel.number for channel in self.channels}
            meter.replace(
                at=answered.at,
                final_counts={numbers[quantity]: count for quantity, count in final.items()},
                serial=installed.serial,
                profile=self.device.product.id,
                source=self.device.source.key,
                address=dict(self.device.address),
                multiplier=installed.multiplier or Fraction(meter.multiplier),
                start_counts=start_counts(answered, self.channels),
                reason=reason,
                record=record_of(desk, remarks, checks, "field replace"),
                command_id=desk.command_id(),
            )
            position = desk.store(meter)
        except BaseException:
            desk.restore(plan)
            raise
        return answered, position, final

    def _final_counts(self, checks: list[Check]) -> dict[str, int]:
        """Return the old device's counts: its register where it answers, else its display."""
        old = FinalReading(
            desk=self.desk,
            meter=self.meter,
            device=self.old,
            channels=self.channels,
            displays=self.finals,
        )
        if self.old.source.key == self.device.source.key and same_address(
            self.old.address, self.device.address
        ):
            told = {"address": self.old.name}
            checks.append(Check.of("final_reading", Outcome.NOTED, "final_same_address", **told))
            self._require_not_mixed_up(old.newest())
            return old.of_displays()
        return old.counts(checks)

    def _require_not_mixed_up(self, newest: Mapping[int, tuple[datetime, int]]) -> None:
        """Refuse when the collector has read the new device as the old one already."""
        facts = [channel.facts for channel in self.channels]
        answered = self.desk.read(self.device, [f.quantity for f in facts])
        for channel in counting(self.channels):
            quantity, last = channel.facts.quantity, newest.get(channel.number)
            if last is None or quantity not in self.finals or quantity not in answered.counts:
                continue
            final = self.finals[quantity].value / channel.facts.resolution
            if abs(last[1] - answered.counts[quantity]) < abs(last[1] - final):
                raise FieldRefusedError.of(
                    "read_as_old", serial=self.meter.serial, at=f"{last[0]:%Y-%m-%d %H:%M}"
                )

"""In: an old and a new device of one point. Out: the event of the replacement. I/O.

While both counts are taken the collector does not ask the point: a reading of the old device
after the instant of the exchange would be taken for the new one's.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from fractions import Fraction
from uuid import uuid4

from billing.money import exact_text
from energy.metering.channel import Channel
from energy.metering.meter import Meter
from energy.views.point_rows import newest_counts
from processes.technician_checks import Check, Display, Outcome, final_count
from processes.technician_desk import FieldDesk
from processes.technician_device import Answered, Device, read_device
from processes.technician_facts import (
    counting,
    display_checks,
    flaw_checks,
    raise_on,
    start_counts,
)
from processes.technician_record import record_of, store_meter
from processes.technician_values import (
    ChecksFailedError,
    FieldRefusedError,
    Installed,
    NoContactError,
)


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
        self, installed: Installed, reason: str, checks: list[Check]
    ) -> tuple[Answered, int, dict[str, int]]:
        """Stop asking the point, take both counts, append; on any failure ask it as before.

        Args:
            installed: The new device.
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
            others = tuple(each for each in plan.meters if each.point != meter.point)
            desk.publish(replace(plan, meters=others))
            final = self._final_counts(checks)
            quantities = [channel.facts.quantity for channel in self.channels]
            answered = read_device(self.device, quantities, desk.clock)
            raise_on(flaw_checks(answered))
            numbers = {channel.facts.quantity: channel.number for channel in self.channels}
            meter.replace(
                at=answered.at,
                final_counts={numbers[quantity]: count for quantity, count in final.items()},
                serial=installed.serial,
                profile=self.device.map.id,
                source=self.device.source.key,
                address={"unit": self.device.unit},
                multiplier=installed.multiplier or Fraction(meter.multiplier),
                start_counts=start_counts(answered, self.channels),
                reason=reason,
                record=record_of(desk.system, desk.site, installed, checks, "field replace"),
                command_id=uuid4(),
            )
            position = store_meter(desk.metering, meter, None)
        except BaseException:
            desk.restore(plan)
            raise
        return answered, position, final

    def _final_counts(self, checks: list[Check]) -> dict[str, int]:
        """Return the old device's counts: its register where it answers, else its display."""
        facts = [channel.facts for channel in self.channels]
        if (self.old.source.key, self.old.unit) == (self.device.source.key, self.device.unit):
            text = f"the new meter answers at unit {self.old.unit}: the old display counts"
            checks.append(Check(name="final reading", outcome=Outcome.NOTED, text=text))
            self._require_not_mixed_up()
            return self._from_displays()
        try:
            answered = read_device(self.old, [f.quantity for f in facts], self.desk.clock)
        except NoContactError as error:
            text = f"meter {self.meter.serial} is silent, its display counts: {error}"
            checks.append(Check(name="final reading", outcome=Outcome.NOTED, text=text))
            return self._from_displays()
        multiplier = Fraction(self.meter.multiplier)
        found = [
            replace(check, name=f"final {check.name}", text=f"old meter: {check.text}")
            for check in display_checks(answered, facts, self.finals, multiplier)
        ]
        raise_on([*flaw_checks(answered), *found])
        checks += found
        return {
            channel.facts.quantity: answered.counts[channel.facts.quantity]
            for channel in counting(self.channels)
        }

    def _require_not_mixed_up(self) -> None:
        """Refuse when the collector has read the new device as the old one already."""
        facts = [channel.facts for channel in self.channels]
        answered = read_device(self.device, [f.quantity for f in facts], self.desk.clock)
        newest = self._newest()
        for channel in counting(self.channels):
            quantity, last = channel.facts.quantity, newest.get(channel.number)
            if last is None or quantity not in self.finals or quantity not in answered.counts:
                continue
            final = self.finals[quantity].value / channel.facts.resolution
            if abs(last[1] - answered.counts[quantity]) < abs(last[1] - final):
                raise FieldRefusedError(
                    f"The collector has read the new meter as {self.meter.serial} already (last "
                    f"{last[0]:%Y-%m-%d %H:%M} UTC). Give the new meter another unit number and "
                    "run `field replace` again with the final display. Nothing was written."
                )

    def _newest(self) -> dict[int, tuple[datetime, int]]:
        with self.desk.database.connection() as connection:
            numbers = [channel.number for channel in self.channels]
            return newest_counts(connection, self.desk.site.schema, numbers)

    def _from_displays(self) -> dict[str, int]:
        newest = self._newest()
        counts: dict[str, int] = {}
        for channel in counting(self.channels):
            quantity, unit = channel.facts.quantity, channel.facts.unit
            if quantity not in self.finals:
                raise FieldRefusedError(
                    f"Meter {self.meter.serial} is silent and has a counter {quantity}. Read its "
                    f"display: --final-display {quantity}=VALUE. Nothing was written."
                )
            display = self.finals[quantity]
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

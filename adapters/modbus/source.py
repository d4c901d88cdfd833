"""Step 1 of 6: registers of meters -> reading columns of one slot. I/O.

From: one device, gateway or serial bus with many units behind it. To: the spool. Sources on one
bus take turns: it is asked one question at a time.
"""

from __future__ import annotations

from collections.abc import Collection, Sequence
from datetime import datetime, timedelta

from adapters.modbus.budget import Demand, gap_on
from adapters.modbus.buses import Buses, ModbusSettings, speed_of
from adapters.modbus.cycle import Cycle, CycleLimits, Turn, turns_of
from adapters.modbus.decode_desk import Sheet
from adapters.modbus.device import Device, ModbusMeter
from adapters.modbus.quarantine import Standing
from adapters.poll import PollResult
from energy.base.clock import Clock

__all__ = ["ModbusMeter", "ModbusSettings", "ModbusSource"]

MARGIN = 0.02
"""Part of the interval that a cycle leaves free before the next slot."""


class ModbusSource:
    """Polls the meters of one Modbus device, gateway or serial bus."""

    def __init__(
        self,
        settings: ModbusSettings,
        meters: Sequence[ModbusMeter],
        clock: Clock,
        buses: Buses | None = None,
    ) -> None:
        """Plan the reads; nothing is opened yet.

        Args:
            settings: Where and how.
            meters: Which units.
            clock: Dates answers that came too late for their slot.
            buses: What it shares with other sources; None shares nothing.

        Raises:
            UnknownQuantityError: A channel's quantity is not in its register map.
        """
        shared = Buses() if buses is None else buses
        self.key = settings.key
        self.settings = settings
        self._clock = clock
        self._skew = timedelta(seconds=settings.skew_s)
        self._monotonic = shared.monotonic
        self._desk = shared.desk
        gap = gap_on(speed_of(settings.link, settings.least_gap_s))
        self.devices = [
            Device(settings.key, meter, gap, shared.decoders, shared.learned) for meter in meters
        ]
        self.bus = shared.join(settings, len(meters))
        self._turns: list[Turn] = []
        self._planned: list[int] = []
        self._is_full = False
        self._cycles = 0

    @property
    def channels(self) -> dict[int, str]:
        """Return the metering point of each channel of this source."""
        return {
            channel: device.meter.point
            for device in self.devices
            for channel in device.meter.channels.values()
        }

    @property
    def demand(self) -> Demand:
        """Return what one slot asks of the bus."""
        assert self.settings.interval_s is not None, "a scheduled source has an interval"
        meters = []
        for device in self.devices:
            plate = () if device.plate_question is None else (device.plate_question.registers,)
            meters.append((*plate, *(read.block.count for read in device.reads)))
        return Demand(interval_s=self.settings.interval_s, meters=tuple(meters))

    async def poll(
        self, slot: datetime, *, points: Collection[str] | None = None, urgent: bool = False
    ) -> PollResult:
        """Return what the meters answer for a slot; a meter that fails never stops the others.

        Args:
            slot: The scheduled instant, aware UTC.
            points: Ask only these meters; None asks all.
            urgent: Somebody waits for this very slot: ask resting meters too, and date every
                reading by the slot.
        """
        if urgent:
            self.bus.hurry()
        sheet = Sheet()
        limits = CycleLimits(
            slot=slot,
            skew=self._skew,
            timeout_s=self.settings.timeout_s,
            interval_s=self.settings.interval_s,
            until_s=self._until_s(slot),
            urgent=urgent,
        )
        cycle = Cycle(self.bus, self._clock, self._monotonic, limits, sheet)
        well, others = self._wanted(points)
        none_lived = not well
        await cycle.run(well, others, self._first(others) if not urgent else None)
        if none_lived and any(d.watch.standing is Standing.WELL for d in others):
            self._wake(others)
        self._is_full = not cycle.had_time
        if cycle.left_out:
            self._first_next_time(cycle.left_out)
        return await self._desk.result(sheet, at_once=urgent)

    def close(self) -> None:
        """Close the connections, unless another source still uses the bus."""
        self.bus.leave()

    def _wanted(self, points: Collection[str] | None) -> tuple[list[Turn], list[Device]]:
        """Return the turns of well devices and the other devices, only those asked for."""
        planned = [len(device.reads) for device in self.devices]
        if planned != self._planned:
            self._planned = planned
            self._turns = turns_of(self.devices)
        others = [
            device
            for device in self.devices
            if device.watch.standing is not Standing.WELL
            and (points is None or device.meter.point in points)
        ]
        if not others and points is None:  # nearly always: everybody is well and wanted
            return list(self._turns), others
        well = [
            turn
            for turn in self._turns
            if turn.device.watch.standing is Standing.WELL
            and (points is None or turn.device.meter.point in points)
        ]
        return well, others

    def _first(self, others: Sequence[Device]) -> Device | None:
        """Return who goes first because the time never sufficed for him: each in his turn."""
        self._cycles += 1
        waiting = [d for d in others if d.watch.standing is not Standing.DEAD]
        if not self._is_full or not waiting:
            return None
        return waiting[self._cycles % len(waiting)]

    def _until_s(self, slot: datetime) -> float:
        """Return when this cycle must be over: shortly before the next slot, monotonic. [s]."""
        interval_s = self.settings.interval_s
        if interval_s is None:
            return 0.0
        late_s = (self._clock.now() - slot) / timedelta(seconds=1) % interval_s
        return self._monotonic() + interval_s * (1 - MARGIN) - late_s

    def _wake(self, others: Sequence[Device]) -> None:
        """Ask everybody again soon: nobody answered before, so it was the bus."""
        for device in others:
            if device.watch.standing is Standing.DEAD:
                device.watch.wake()

    def _first_next_time(self, left_out: Sequence[Turn]) -> None:
        """Put the turns there was no time for before the others of their rank."""
        late = set(left_out)
        self._turns.sort(key=lambda turn: (turn.rank, turn not in late))

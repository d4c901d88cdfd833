"""The airport's meters as the sockets serve them: silent now and then, but never in a play."""

from __future__ import annotations

import asyncio
import struct
from datetime import UTC, datetime, timedelta
from pathlib import Path

from energy.base.clock import PlayClock, to_us
from simulator.airport.design import airport_of
from simulator.airport.faults import Fault, FaultKind
from simulator.airport.model import AirportModel, seconds_of
from simulator.airport.plant import AirportPlant, SometimesSilent
from simulator.modbus_slave import start_units

AIRPORT = airport_of(100, 1)
AT = datetime(2026, 3, 3, 3, 3, tzinfo=UTC)
AT_US = to_us(AT)
POINTS = AIRPORT.gateways[0]


def units(clock: PlayClock) -> dict[int, SometimesSilent]:
    """Return a gateway whose first meter is silent for an hour."""
    began = seconds_of(to_us(AT - timedelta(minutes=30)))
    silent = Fault(kind=FaultKind.SILENT, point=POINTS[0], first_s=began, until_s=began + 3_600)
    plant = AirportPlant(AirportModel(AIRPORT, [silent]))
    return plant.units(POINTS, clock, lambda *_: None)


def test_a_silent_meter_says_nothing_live_and_answers_in_a_play(tmp_path: Path) -> None:
    clock = PlayClock(tmp_path / "play.clock")
    meter = units(clock)[1]
    clock.move_to(AT)
    assert isinstance(meter.read(3, 20480, 4, AT_US), bytes)
    clock.move_to(None)
    assert meter.read(3, 20480, 4, AT_US) is None
    assert isinstance(meter.read(3, 20480, 4, AT_US + 3_600_000_000), bytes)


def test_behind_a_gateway_the_others_answer_while_one_is_silent(tmp_path: Path) -> None:
    async def ask() -> tuple[int, bytes]:
        clock = PlayClock(tmp_path / "play.clock")
        silent, well = units(clock)[1], units(clock)[2]

        class Still:
            """The instant of the fault, live."""

            def now(self) -> datetime:
                return AT

        behind = {1: silent, 2: well}
        listening = await start_units(behind, Still(), host="127.0.0.1", port=0)
        reader, writer = await asyncio.open_connection("127.0.0.1", listening.port)
        for unit in (1, 2):
            writer.write(struct.pack(">HHHBBHH", unit, 0, 6, unit, 3, 20480, 4))
        header = await reader.readexactly(9)
        registers = await reader.readexactly(8)
        writer.close()
        await writer.wait_closed()
        await listening.close()
        return header[6], registers

    unit, registers = asyncio.run(ask())
    assert unit == 2
    model = AirportModel(AIRPORT)
    meter = next(m for m in AIRPORT.metered if m.point == POINTS[1])
    assert int.from_bytes(registers, "big") == model.true_count(meter, seconds_of(AT_US))


def test_a_counter_that_fell_to_zero_is_no_truth_to_judge_by() -> None:
    point = next(m.point for m in AIRPORT.metered if m.level == "tenant")
    fallen = Fault(kind=FaultKind.RESET, point=point, first_s=0)
    plant = AirportPlant(AirportModel(AIRPORT, [fallen]))
    assert point not in plant.registers()
    assert len(plant.registers()) == len(AIRPORT.metered) - 1

from __future__ import annotations

from dataclasses import replace

import pytest

from adapters.modbus.budget import Budget, BusOverloadedError, BusSpeed, Demand, gap_on, require_fit

B9600 = BusSpeed(baud=9600)


def demand(meters: int, *reads: int, interval_s: float = 10) -> Demand:
    return Demand(interval_s=interval_s, meters=(reads,) * meters)


def budget(*demands: Demand, speed: BusSpeed = B9600) -> Budget:
    return Budget(bus="B3", speed=speed, demands=demands)


@pytest.mark.parametrize(
    ("baud", "milliseconds"),
    [(2400, 603), (9600, 166), (19200, 93), (38400, 58), (115200, 35)],
)
def test_a_read_of_sixty_registers_takes_what_the_octets_take(baud: int, milliseconds: int) -> None:
    assert round(1000 * BusSpeed(baud=baud).read_s(60)) == milliseconds


def test_parity_and_a_least_pause_cost_their_time() -> None:
    with_parity = replace(B9600, bits_per_octet=11)
    assert with_parity.read_s(60) > B9600.read_s(60)
    paused = replace(B9600, least_gap_s=0.05)
    pause_s = 3.5 * 10 / 9600
    assert paused.read_s(60) == pytest.approx(B9600.read_s(60) + 0.05 - pause_s)


@pytest.mark.parametrize(("baud", "gap"), [(2400, 12), (9600, 19), (19200, 29), (115200, 141)])
def test_a_hole_is_read_along_while_that_is_quicker_than_another_question(
    baud: int, gap: int
) -> None:
    speed = BusSpeed(baud=baud)
    assert speed.gap == gap == gap_on(speed)
    octet_s = 10 / baud
    assert 2 * gap * octet_s <= speed.read_s(0) < 2 * (gap + 1) * octet_s


def test_without_a_serial_bus_a_hole_of_sixteen_registers_is_read_along() -> None:
    assert gap_on(None) == 16


def test_an_impossible_schedule_is_refused_with_its_arithmetic() -> None:
    with pytest.raises(BusOverloadedError) as refused:
        require_fit([budget(demand(32, 60, 60))])
    text = str(refused.value)
    assert "bus B3 needs 10.6 s, interval is 10 s" in text
    assert "32 meters x 2 reads (120 registers)" in text
    assert "166 ms a read at 9600 baud" in text
    assert "Choose an interval of 15 s or 19200 baud or a second bus" in text


def test_a_bus_that_is_nearly_full_is_told_of_and_one_with_room_is_not() -> None:
    (warning,) = require_fit([budget(demand(28, 60, 60)), budget(demand(10, 60, 60))])
    assert "93% of its time" in warning


def test_sources_on_one_bus_share_its_time() -> None:
    slow, quick = demand(20, 60, 60), demand(4, 60, interval_s=1)
    assert budget(slow).fits
    assert budget(quick).fits
    both = budget(slow, quick)
    assert not both.fits
    assert both.share == pytest.approx(budget(slow).share + budget(quick).share)
    with pytest.raises(BusOverloadedError, match=r"and needs 0\.7 s, interval is 1 s"):
        require_fit([both])


def test_meters_of_different_products_are_counted_apart() -> None:
    mixed = Demand(interval_s=60, meters=((60, 60), (60, 60), (10,)))
    assert "1 meter x 1 read (10 registers), 2 meters x 2 reads (120 registers)" in (
        budget(mixed).text
    )

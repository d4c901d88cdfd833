from __future__ import annotations

import pytest

from adapters.modbus.quarantine import DeadTime, DeviceWatch, Latencies, Standing


def test_three_failed_cycles_make_a_device_dead_and_one_answer_well() -> None:
    watch = DeviceWatch("bus/m1")
    assert watch.standing is Standing.NEW
    watch.answered()
    standings = []
    for _ in range(3):
        watch.failed(0.0)
        standings.append(watch.standing)
    assert standings == [Standing.DOUBTFUL, Standing.DOUBTFUL, Standing.DEAD]
    watch.answered()
    assert watch.standing is Standing.WELL


def test_probes_of_a_dead_device_double_from_half_a_minute_to_ten() -> None:
    watch, now_s, waits = DeviceWatch("bus/m1"), 0.0, []
    for _ in range(12):
        watch.failed(now_s)
        if watch.standing is Standing.DEAD:
            waits.append(watch.probe_at_s - now_s)
            now_s = watch.probe_at_s
    assert 15 <= waits[0] <= 30
    assert all(300 <= wait <= 600 for wait in waits[5:])


@pytest.mark.parametrize(
    ("own_ms", "bus_ms", "probe_s"),
    [([], [], 1.0), ([], [40], 0.06), ([100] * 99, [40], 0.15), ([2], [40], 0.05), ([900], [], 1)],
)
def test_a_probe_waits_half_as_long_again_as_it_ever_took(
    own_ms: list[int], bus_ms: list[int], probe_s: float
) -> None:
    watch, bus = DeviceWatch("bus/m1"), Latencies()
    for latency in own_ms:
        watch.latencies.keep(latency / 1000)
    for latency in bus_ms:
        bus.keep(latency / 1000)
    assert watch.probe_s(bus, 1.0) == pytest.approx(probe_s)


def test_dead_devices_take_a_tenth_of_the_time_and_save_nothing_up() -> None:
    dead_time, asked = DeadTime(0.0), 0
    for now_s in range(1, 1001):
        if dead_time.allows(float(now_s), 1.0):
            dead_time.spend(1.0)
            asked += 1
    assert 90 <= asked <= 100, "ten tenths of a second are a hair less than one"
    assert dead_time.allows(10_000.0, 1.0)
    dead_time.spend(1.0)
    assert not dead_time.allows(10_000.0, 1.0)

"""Registers of the comparison: what both sides are given."""

from __future__ import annotations

import numpy as np

from bench.beside.registers import HOUR_US, counters, planned, registers
from bench.readings import MIDNIGHT_US, is_counter


def test_registers_only_rise_and_their_steps_are_the_energy() -> None:
    every = registers(3, 2)
    assert every.count.shape == (2 * 96 + 1, 3)
    assert (every.energy > 0).all()
    assert (every.count[0] + every.energy.sum(axis=0)).tolist() == every.count[-1].tolist()


def test_a_day_uses_more_than_a_night() -> None:
    energy = registers(5, 10).energy.reshape(10, 24, 4, 5).sum(axis=(0, 2, 3))
    assert energy[7:19].min() > 2 * np.delete(energy, range(7, 19)).max()


def test_readings_stand_instant_by_instant() -> None:
    columns = registers(2, 1).columns(4, 6)
    assert columns.channel.tolist() == [1, 2, 1, 2]
    hour_on = MIDNIGHT_US + HOUR_US
    assert columns.at_us.tolist() == [
        hour_on,
        hour_on,
        hour_on + 900_000_000,
        hour_on + 900_000_000,
    ]


def test_what_was_not_read_is_gone_and_the_register_counted_on() -> None:
    every = registers(1, 1)
    gone = np.zeros(97, dtype=bool)
    gone[10:20] = True
    read = every.without(gone)
    assert len(read.at_us) == 87
    assert int(read.energy.sum()) == int(every.energy.sum())


def test_every_meter_is_a_counter_of_the_bench_site() -> None:
    for meters in (1, 8, 9, 100):
        numbers = counters(meters)
        assert len(set(numbers)) == meters
        assert all(is_counter(n) for n in numbers)
        assert planned(meters) % 20 == 0
        assert max(numbers) <= planned(meters)

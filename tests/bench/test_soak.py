"""What is said of a soak's memory."""

from __future__ import annotations

from bench.soak import by_time, growth_per_hour
from bench.sustained import Run


def soaked(memory: list[float]) -> Run:
    return Run(lag_s=0, worst_lag_s=0, growth_mib=0, readings_per_s=1, memory_mib=memory)


def test_steady_rise_is_told_by_the_hour() -> None:
    assert growth_per_hour(soaked([100.0 + n for n in range(1800)]), 30.0) == 3600.0


def test_flat_memory_does_not_grow() -> None:
    assert growth_per_hour(soaked([500.0] * 7), 1.0) == 0.0


def test_first_and_last_sample_are_shown() -> None:
    rows = by_time(soaked([float(n) for n in range(120)]), 2.0)
    assert rows[0] == (0.0, 0.0)
    assert rows[-1] == (2.0 * 119 / 120, 119.0)
    assert len(rows) == 11


def test_nothing_sampled_gives_no_rows() -> None:
    assert by_time(soaked([]), 2.0) == []

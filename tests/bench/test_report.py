"""The table of medians as a person sees it."""

from __future__ import annotations

from io import StringIO

import pytest
from rich.console import Console

from bench.measure import Aim, Bench, Measured, Sides, ready
from bench.report import as_table, digits, target_text


def bench(aim: Aim, target: float | None) -> Bench:
    """Return a bench that measures nothing."""
    return Bench(
        name="append",
        says="",
        unit="reading/s",
        prepare=lambda ground, scale: ready(Sides(product=lambda: 1.0)),
        aim=aim,
        target=target,
    )


def shown(met: bool | None) -> str:
    """Return the table of one result as text."""
    result = Measured(
        name="append",
        value=1234567.0,
        unit="reading/s",
        baseline=1000000.0,
        ratio=1.2346,
        target=1.2,
        met=met,
    )
    out = StringIO()
    table = as_table([bench(Aim.RATIO_AT_LEAST, 1.2)], [result], {"disk": "vda"}, 5)
    Console(file=out, width=120).print(table)
    return out.getvalue()


def test_row_holds_value_baseline_ratio_and_target() -> None:
    text = shown(met=True)
    for part in ("1,234,567 reading/s", "1,000,000", "1.23", "ratio >= 1.2", "yes", "disk: vda"):
        assert part in text


def test_missed_target_is_shouted() -> None:
    assert "NO" in shown(met=False)


@pytest.mark.parametrize(("value", "wanted"), [(2.5, 2), (999.9, 2), (1000.0, 0)])
def test_large_values_have_no_digits_behind_the_point(value: float, wanted: int) -> None:
    assert digits(value) == wanted


def test_bench_without_target_shows_none() -> None:
    assert target_text(bench(Aim.NONE, None)) == ""

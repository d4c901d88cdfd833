"""Numbers without a gap."""

from __future__ import annotations

from uuid import UUID

from billing.invoices.number_series import NumberSeries, series_id

COMMAND = UUID(int=1)


def test_numbers_follow_each_other_over_several_runs() -> None:
    series = NumberSeries(site="cambridge", prefix="CAM", year=2019, command_id=COMMAND)
    first = series.allocate([UUID(int=n) for n in range(3)], command_id=COMMAND)
    second = series.allocate([UUID(int=9)], command_id=COMMAND)
    assert first == ["CAM-2019-000001", "CAM-2019-000002", "CAM-2019-000003"]
    assert second == ["CAM-2019-000004"]
    assert series.id == series_id("cambridge", "CAM", 2019)


def test_each_year_and_prefix_has_a_series_of_its_own() -> None:
    ids = {series_id("s", prefix, year) for prefix in ("A", "B") for year in (2019, 2020)}
    assert len(ids) == 4

"""Usage of tenants, production lines and shifts: on the days they hold, to the last base unit."""

from __future__ import annotations

from datetime import date

import pytest

from energy.metering.shares.file import ShareFileError
from energy.metering.usage_groups import Every
from processes.shares.bearer_usage import By, NoBearerError, read_bearer_usage
from tests.fixtures.postgres import TestSite
from tests.fixtures.shares import FIRST, LAST, TENANTS, Mall, share_file

pytestmark = pytest.mark.servers
SHIFTS = """
[[bearer]]
kind = "production_line"
key = "press"
name = "Press shop"
holds = [{ points = ["u1", "u2"], valid_from = 2019-03-27 }]
[[hours]]
production_line = "press"
valid_from = 2019-03-01
[hours.week]
mon-thu = ["early 06:00-14:00", "late 14:00-22:00", "night 22:00-06:00"]
sat = ["night 22:00-06:00"]
"""


@pytest.fixture
def mall(site_schema: TestSite) -> Mall:
    mall = Mall(site_schema)
    mall.found()
    mall.read()
    return mall


def usage_by(mall: Mall, by: By, every: Every = Every.DAY) -> dict[tuple[str, str], list[int]]:
    found = read_bearer_usage(mall.site.writer, mall.site.site, by, FIRST, LAST, every)
    return {
        (row.bearer, row.shift or row.point or ""): [group.known_usage for group in row.groups]
        for row in found.rows
    }


def known(days: list[int | None]) -> list[int]:
    assert None not in days
    return [day or 0 for day in days]


def test_a_tenant_has_used_its_points_on_the_days_it_holds_them(mall: Mall) -> None:
    mall.define(share_file() + TENANTS)
    own, common = known(mall.days("u2")), known(mall.days("common.u2"))
    found = usage_by(mall, By.TENANT)
    assert found["cafe", ""] == [own[n] + common[n] for n in (0, 1)]
    assert found["florist", ""] == [own[n] + common[n] for n in (4, 5)]


def test_shifts_and_what_lies_in_none_add_up_to_the_line_through_the_clock_change(
    mall: Mall,
) -> None:
    mall.define(SHIFTS)
    found = usage_by(mall, By.SHIFT, Every.MONTH)
    assert {shift for _, shift in found} == {"early", "late", "night", ""}
    total = sum(sum(used) for used in found.values())
    assert [total] == usage_by(mall, By.LINE, Every.MONTH)["press", ""]
    held = [known(mall.days(point))[1:] for point in ("u1", "u2")]
    assert total == sum(map(sum, held))


def test_each_device_of_a_line_is_told_for_itself(mall: Mall) -> None:
    mall.define(SHIFTS)
    found = usage_by(mall, By.DEVICE)
    assert found["press", "u1"] == known(mall.days("u1"))[1:]
    assert found["press", "u2"] == known(mall.days("u2"))[1:]


def test_a_weekday_named_twice_is_refused(mall: Mall) -> None:
    with pytest.raises(ShareFileError, match="thu stands twice"):
        mall.define(SHIFTS.replace("sat =", "thu-sat ="))


def test_a_shift_that_ends_inside_an_interval_is_refused(mall: Mall) -> None:
    with pytest.raises(ShareFileError, match="14:10 lies inside an interval of 900 s"):
        mall.define(SHIFTS.replace("14:00", "14:10"))


def test_a_site_without_bearers_says_how_to_state_one(mall: Mall) -> None:
    with pytest.raises(NoBearerError, match="share define"):
        usage_by(mall, By.DEPARTMENT)


def test_days_that_run_backwards_are_refused(mall: Mall) -> None:
    with pytest.raises(NoBearerError):
        read_bearer_usage(
            mall.site.writer, mall.site.site, By.TENANT, LAST, date(2019, 3, 1), Every.DAY
        )

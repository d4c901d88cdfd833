"""What is not known of a divided day names the cases that wait about it."""

from __future__ import annotations

from datetime import date, timedelta
from typing import Any

import pytest

from energy.metering.reading import Reading
from energy.views.review import read_cases
from processes.shares.reads import explain_share
from tests.fixtures.shares import BEGUN, Mall, share_file

pytestmark = pytest.mark.servers


def test_a_day_in_doubt_names_its_case_and_no_other_days(new_site: Any) -> None:
    mall = Mall(new_site())
    mall.site.clock.move_to(mall.site.clock.now() + timedelta(days=100))
    mall.found()
    mall.read()
    mall.define(share_file())
    before = explain_share(mall.site.writer, mall.site.site, "common", date(2019, 3, 27))
    assert (before.cases, before.whole is None) == ((), False)
    for hours in (30, 78):
        at = BEGUN + timedelta(hours=hours, minutes=5)
        mall.site.accept(Reading(channel=mall.channels[0], at=at, count=50_000))
    mall.site.project()
    with mall.site.writer.connection() as connection:
        cases = read_cases(connection, mall.site.schema, date(2019, 5, 1))
    assert len(cases) == 2
    for day, case in ((27, cases[0]), (29, cases[1])):
        found = explain_share(mall.site.writer, mall.site.site, "common", date(2019, 3, day))
        assert (found.whole, found.cases) == (None, (case.case,))

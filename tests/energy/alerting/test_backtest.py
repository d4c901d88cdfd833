"""A back-test tells what live evaluation would have raised, and stores nothing."""

from __future__ import annotations

from datetime import date, timedelta
from typing import Any

import numpy as np
import pytest

from energy.alerting.backtest import BackTest, BackTester
from energy.alerting.rule_reads import read_channels
from energy.alerting.rules.kinds import specs_of
from energy.base.errors import RefusedError
from energy.base.ids import id_of
from processes.project import catch_up
from tests.energy.alerting.test_evaluator import alerts, evaluated
from tests.energy.alerting.test_rule_reads import define
from tests.fixtures.batches import MIDNIGHT, at, reading
from tests.fixtures.postgres import TestSite

pytestmark = pytest.mark.servers
DAYS = (date(2019, 1, 1), date(2019, 1, 3))


@pytest.fixture
def site(new_site: Any) -> TestSite:
    """A site with a gauge of channel 2."""
    site: TestSite = new_site(at=MIDNIGHT)
    site.counter(gauge=True)
    catch_up(site.writer, site.site, site.clock)
    return site


def judged(
    site: TestSite, kind: str, subject: dict[str, str], *, delay_s: int = 0, **terms: Any
) -> BackTest:
    catch_up(site.writer, site.site, site.clock)
    stored = {
        "kind": kind,
        "key": "k",
        "version": 1,
        "name": "K",
        "severity": "low",
        "channel": 0,
        "subject": subject,
        "terms": terms,
        "delay_s": delay_s,
        "valid_from": "2030-01-01T00:00:00+00:00",
    }
    done = []
    with site.writer.connection() as connection:
        channels = read_channels(connection, site.schema)
        specs = specs_of(id_of("k"), stored, site.site.zone, channels)
        tester = BackTester(connection=connection, schema=site.schema, zone=site.site.zone)
        found = tester.run(specs, DAYS, lambda n, of: done.append((n, of)))
    assert done == [(1, 3), (2, 3), (3, 3)]
    return found


def test_backtest_finds_what_live_evaluation_raised(site: TestSite) -> None:
    define(site, "load", terms={"above": "100", "deadband": "10"}, delay_s=1800)
    rng = np.random.default_rng(7)
    values = (100 + 40 * np.sin(np.arange(288) / 9) + rng.integers(-15, 15, 288)).astype(int)
    for n in range(0, 288, 48):
        part = [reading(2, 15 * (n + m), int(v)) for m, v in enumerate(values[n : n + 48])]
        site.clock.move_to(at(15 * (n + 48)))
        site.accept(*part)
    before = site.rows("SELECT count(*) FROM {s}.operations_events")
    # The same delay, as a rule that nobody has defined.
    found = judged(site, "threshold", {"quantity": "active_power"}, above="100", deadband="10")
    assert site.rows("SELECT count(*) FROM {s}.operations_events") == before
    assert (found.subjects, found.readings) == (1, 288)
    evaluated(site)
    live = alerts(site)
    assert live
    assert len(found.cases) >= len(live), "without its delay it fires more often"
    assert found.per_week * 3 == len(found.cases) * 7
    assert {row[2] for row in live} <= {case.cleared_at for case in found.cases}


def test_gaps_over_midnight_are_missing_once(site: TestSite) -> None:
    site.clock.move_to(at(3 * 1440))
    minutes = [0, 600, 1430, 1440 + 30, 2 * 1440 + 700]
    site.accept(*(reading(2, minute, 50) for minute in minutes))
    found = judged(site, "missing", {"quantity": "active_power"}, for_s=11 * 3600)
    assert [(case.raised_at, case.cleared_at) for case in found.cases] == [
        (at(600 + 660), at(1430)),
        (at(1470 + 660), at(2 * 1440 + 700)),
        (at(2 * 1440 + 700 + 660), None),
    ]
    stood = (1430 - 1260) + (2 * 1440 + 700 - 2130) + (1440 - 1360)
    assert found.open_s == 60 * stood


def test_gaps_that_outlast_the_delay_are_missing(site: TestSite) -> None:
    site.clock.move_to(at(3 * 1440))
    site.accept(*(reading(2, minute, 50) for minute in (0, 600, 1430, 1440 + 30, 3 * 1440 - 1)))
    found = judged(site, "missing", {"quantity": "active_power"}, for_s=11 * 3600, delay_s=12_000)
    assert [(case.raised_at, case.cleared_at) for case in found.cases] == [
        (at(1470 + 660 + 200), at(3 * 1440 - 1))
    ]


def test_combination_is_tested_on_the_alerts_that_were(site: TestSite) -> None:
    for key, above in (("load", "60"), ("overload", "80")):
        define(site, key, terms={"above": above})
    site.accept(*(reading(2, 10 * n, v) for n, v in enumerate([50, 70, 90, 70, 50])))
    evaluated(site)
    found = judged(site, "combination", {}, all_of=["load", "overload"], within_s=300)
    assert [(each.raised_at, each.cleared_at) for each in found.cases] == [(at(20), at(30))]


def test_what_has_no_past_is_refused(site: TestSite) -> None:
    for kind, terms in (("prepaid_low", {"below": "5"}), ("communication", {"for_s": 5})):
        with pytest.raises(RefusedError, match="no past"):
            judged(site, kind, {}, **terms)
    with pytest.raises(RefusedError, match="no channel"):
        judged(site, "threshold", {"quantity": "x"}, above="5")
    assert site.clock.now() - MIDNIGHT == timedelta(0)

"""Live evaluation: facts once, killed at any moment, late readings or not."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import numpy as np
import pytest

from energy.alerting import evaluator as evaluating
from energy.alerting.evaluator import Evaluator
from energy.alerting.rule import Rule, rule_id
from energy.alerting.views import OPERATIONS_VIEWS, AlertView
from energy.base.errors import ConflictError
from energy.journal.follower import Follower, event_fold
from tests.fixtures.batches import MIDNIGHT, at, reading
from tests.fixtures.postgres import TestSite, command

pytestmark = pytest.mark.servers


@pytest.fixture
def site(new_site: Any) -> TestSite:
    """A site with a gauge of channel 2 that must stay below 100; its clock stands at midnight."""
    site: TestSite = new_site(at=MIDNIGHT)
    site.counter(gauge=True)
    spec = {
        "key": "load",
        "version": 1,
        "name": "Load",
        "channel": 2,
        "above": 100,
        "delay_s": 900,
        "deadband": 10,
        "severity": "high",
        "fresh_s": 900,
    }
    site.application("operations").store(
        Rule(site=site.site.key, key="load", version=1, spec=spec, command_id=command("rule"))
    )
    folded(site)
    return site


def folded(site: TestSite) -> None:
    follower = Follower(
        site.writer,
        site.schema,
        "operations",
        OPERATIONS_VIEWS,
        event_fold(site.schema, [AlertView()]),
        site.clock,
    )
    while follower.step():
        pass


def evaluator(site: TestSite) -> Evaluator:
    return Evaluator(site.writer, site.site, site.clock)


def evaluated(site: TestSite) -> None:
    while evaluator(site).step():
        pass
    folded(site)


def alerts(site: TestSite) -> list[tuple[Any, ...]]:
    return site.rows(
        "SELECT raised_at, value, cleared_at, historic FROM {s}.alert ORDER BY raised_at"
    )


def test_alert_is_raised_and_cleared_once(site: TestSite) -> None:
    site.accept(*(reading(2, 15 * n, v) for n, v in enumerate([90, 120, 130, 80])))
    evaluated(site)
    evaluated(site)
    assert alerts(site) == [(at(30), 130, at(45), False)]
    assert site.rows("SELECT count(*) FROM {s}.operations_events") == [(3,)]


def test_crossing_older_than_its_limit_is_historic(site: TestSite) -> None:
    site.tick(30 * 60 + 901)
    site.accept(reading(2, 15, 120), reading(2, 30, 130))
    evaluated(site)
    assert alerts(site) == [(at(30), 130, None, True)]


def test_killed_between_facts_and_position_raises_no_second_alert(
    site: TestSite, monkeypatch: pytest.MonkeyPatch
) -> None:
    class Killed(BaseException):
        pass

    def killed(*_: object) -> None:
        raise Killed

    site.accept(reading(2, 0, 120), reading(2, 15, 130))
    site.accept(reading(2, 30, 50), reading(2, 45, 140), reading(2, 60, 150))
    with monkeypatch.context() as patch:
        patch.setattr(Evaluator, "_save", killed)
        for _ in range(3):
            with pytest.raises(Killed):
                evaluator(site).step()
    site.accept(reading(2, 5, 0), reading(2, 75, 10))
    evaluated(site)
    assert [row[:3] for row in alerts(site)] == [
        (at(15), 130, at(30)),
        (at(60), 150, at(75)),
    ]
    assert site.rows("SELECT count(*) FROM {s}.operations_events") == [(1 + 4,)]


def test_what_was_not_stored_yet_is_evaluated_again_and_raises_no_second_alert(
    site: TestSite,
) -> None:
    mine = Evaluator(site.writer, site.site, site.clock, save_s=3600)
    mine.step()
    for first in (0, 2, 4):
        site.accept(reading(2, 15 * first, 120), reading(2, 15 * first + 15, 130))
        assert mine.step() == 1
    position = "SELECT position FROM {s}.follower WHERE name = 'alert-evaluator'"
    assert site.rows(position) == [(0,)], "quiet or not, the position waits"
    site.tick(135 * 60)
    site.accept(reading(2, 120, 50), reading(2, 135, 140))
    evaluated(site)  # another one, that begins at what is stored
    assert site.rows(position) != [(0,)]
    site.accept(reading(2, 150, 150))
    while mine.step():
        pass
    folded(site)
    assert [row[:3] for row in alerts(site)] == [(at(15), 130, at(120)), (at(150), 150, None)]


def test_what_failed_half_way_begins_at_what_is_stored(
    site: TestSite, monkeypatch: pytest.MonkeyPatch
) -> None:
    mine = evaluator(site)
    site.accept(reading(2, 0, 120), reading(2, 15, 130))
    with monkeypatch.context() as patch:
        patch.setattr(mine._raising, "take", _away)
        patch.setattr(mine, "_clear_withdrawn", lambda _: None)
        with pytest.raises(ConflictError):
            mine.step()
    while mine.step():
        pass
    folded(site)
    assert [row[:3] for row in alerts(site)] == [(at(15), 130, None)]


def _away(_: object) -> None:
    raise ConflictError.of("known.changed")


def test_many_small_batches_are_evaluated_at_once(site: TestSite) -> None:
    mine = evaluator(site)
    mine.step()
    for n in range(150):
        site.accept(reading(2, n, 60))
    assert mine.step() == 150


def test_so_many_readings_are_evaluated_at_once(
    site: TestSite, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(evaluating, "READINGS", 3)
    mine = evaluator(site)
    mine.step()
    for n in range(4):
        site.accept(reading(2, 30 * n, 60), reading(2, 30 * n + 15, 60))
    assert [mine.step() for _ in range(5)] == [1, 1, 1, 1, 0]


def test_a_channel_planned_later_is_watched_when_the_views_show_it(
    new_site: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(evaluating, "RELOAD_S", 0.0)
    site: TestSite = new_site(at=MIDNIGHT)
    spec = {
        "key": "all",
        "version": 1,
        "name": "All",
        "channel": 0,
        "severity": "high",
        "subject": {"quantity": "active_power"},
        "terms": {"above": "100"},
    }
    site.application("operations").store(
        Rule(site=site.site.key, key="all", version=1, spec=spec, command_id=command("all"))
    )
    folded(site)
    mine = evaluator(site)
    mine.step()
    site.counter(gauge=True)
    mine.step()  # it knows before the views do
    site.project()
    site.accept(reading(2, 0, 1_000_000))
    while mine.step():
        pass
    folded(site)
    assert [row[:2] for row in alerts(site)] == [(at(0), 1_000_000)]


@pytest.mark.parametrize("seed", range(4))
def test_alerts_do_not_depend_on_the_slices(
    new_site: Any, site: TestSite, seed: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    rng = np.random.default_rng(seed)
    jitter = rng.integers(0, 1 + 6 * (seed % 2), 40)
    quarters = sorted(range(40), key=lambda n: n + int(jitter[n]))
    told = [reading(2, 15 * n, int(rng.integers(60, 190))) for n in quarters]
    while told:
        many = int(rng.integers(1, 5))
        site.accept(*told[:many])
        del told[:many]
    site.tick(86_400)  # the readings are of the past
    found = []
    for size in (1, 3, 64):
        monkeypatch.setattr(evaluating, "SLICE", size)
        with site.server.superuser() as connection:
            connection.execute(
                f"DELETE FROM {site.schema}.follower WHERE name = %s".encode(),
                (evaluating.EVALUATOR,),
            )
        evaluated(site)
        found.append(alerts(site))
    assert found[0] == found[1] == found[2]
    assert found[0]


def test_two_evaluators_at_once_raise_one_alert(site: TestSite) -> None:
    import threading

    site.accept(*(reading(2, 15 * n, 120 + n) for n in range(4)))
    site.accept(reading(2, 90, 0))
    start = threading.Barrier(3)

    def evaluate() -> None:
        start.wait()
        mine = evaluator(site)
        while mine.step():
            pass

    threads = [threading.Thread(target=evaluate) for _ in range(3)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    folded(site)
    assert [row[:3] for row in alerts(site)] == [(at(15), 121, at(90))]


def test_damaged_batch_does_not_stop_the_alerts(site: TestSite) -> None:
    from dataclasses import replace

    bad = replace(site.spooler.batch([reading(2, 0, 120)]), payload=b"rubbish")
    good = site.spooler.batch([reading(2, 15, 120), reading(2, 30, 130)])
    site.tick(1800)
    site.ingest.accept([bad, good])
    evaluated(site)
    assert [row[0] for row in alerts(site)] == [at(30)]


def test_withdrawn_rule_is_evaluated_no_more(site: TestSite) -> None:
    operations = site.application("operations")
    rule = operations.find(rule_id(site.site.key, "load", 1))
    assert isinstance(rule, Rule)
    rule.withdraw(command_id=command("withdraw"))
    operations.store(rule)
    folded(site)
    site.accept(reading(2, 0, 120), reading(2, 15, 130))
    evaluated(site)
    assert alerts(site) == []
    assert site.clock.now() - MIDNIGHT == timedelta(0)


def test_alert_of_a_withdrawn_rule_is_cleared(site: TestSite) -> None:
    site.accept(reading(2, 0, 120), reading(2, 15, 120))
    evaluator(site).step()
    folded(site)
    operations = site.application("operations")
    (known,) = site.rows("SELECT rule FROM {s}.rule")
    rule = operations.find(known[0])
    assert isinstance(rule, Rule)
    rule.withdraw(command_id=command("withdraw"))
    operations.store(rule)
    folded(site)
    assert site.rows("SELECT cleared_at FROM {s}.alert") == [(None,)]
    evaluator(site).step()
    evaluator(site).step()
    folded(site)
    assert site.rows("SELECT cleared_at FROM {s}.alert") == [(site.clock.now(),)]


def test_reading_dated_ahead_does_not_silence_its_rule(site: TestSite) -> None:
    site.ingest.accept([site.spooler.batch([reading(2, 525_600, 10)])])
    site.accept(reading(2, 0, 120), reading(2, 15, 120))
    while evaluator(site).step():
        pass
    folded(site)
    assert site.rows("SELECT raised_at, cleared_at FROM {s}.alert") == [(at(15), None)]


def test_fault_that_outlives_a_backlog_is_raised_live_once_at_its_first_fresh_reading(
    site: TestSite,
) -> None:
    site.tick(3600)
    site.accept(reading(2, 0, 120), reading(2, 15, 130), reading(2, 30, 131))
    evaluated(site)
    assert alerts(site) == [(at(15), 130, None, True)]
    site.accept(reading(2, 55, 95), reading(2, 60, 132))  # inside the deadband, and above it
    evaluated(site)
    site.tick(60)
    site.accept(reading(2, 61, 133))
    evaluated(site)
    assert alerts(site) == [(at(15), 130, None, True), (at(60), 132, None, False)]
    site.accept(reading(2, 62, 80))
    evaluated(site)
    assert [row[2] for row in alerts(site)] == [at(62), at(62)]


def test_fault_that_stands_at_the_end_of_its_backlog_is_raised_with_it(site: TestSite) -> None:
    site.tick(3600)
    site.accept(*(reading(2, 5 * n, 120) for n in range(13)))
    evaluated(site)
    assert alerts(site) == [(at(15), 120, None, True), (at(60), 120, None, False)]


def test_crossing_that_woke_people_is_not_raised_again_when_its_slice_is_met_late(
    site: TestSite, monkeypatch: pytest.MonkeyPatch
) -> None:
    class Killed(BaseException):
        pass

    def killed(*_: object) -> None:
        raise Killed

    site.tick(1800)
    site.accept(reading(2, 0, 120), reading(2, 15, 130), reading(2, 30, 130))
    with monkeypatch.context() as patch:
        patch.setattr(Evaluator, "_save", killed)
        with pytest.raises(Killed):
            evaluator(site).step()
    site.tick(600)
    evaluated(site)
    assert alerts(site) == [(at(15), 130, None, False)]


def test_fault_of_a_backlog_that_was_over_before_its_end_wakes_nobody(site: TestSite) -> None:
    site.tick(3600)
    site.accept(reading(2, 0, 120), reading(2, 15, 130), reading(2, 30, 50), reading(2, 60, 120))
    evaluated(site)
    assert alerts(site) == [(at(15), 130, at(30), True)]


def test_a_clock_of_this_machine_that_ran_ahead_does_not_silence_the_rules(site: TestSite) -> None:
    site.accept(reading(2, 24 * 60, 50))  # learned by a clock that was a day ahead, too
    evaluated(site)
    site.accept(reading(2, 0, 120), reading(2, 15, 120))
    evaluated(site)
    assert alerts(site) == [(at(15), 120, None, False)]

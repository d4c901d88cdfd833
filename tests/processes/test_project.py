from __future__ import annotations

import threading
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from types import SimpleNamespace
from typing import Any

import pytest

import processes.project
from energy.base.clock import monotonic_s, wait
from energy.base.config import Config
from energy.store.sites import UnknownSiteError
from energy.system import System
from energy.views.progress import read_all_lags
from processes.project import Projection
from processes.site_vitals import rounds_health
from tests.energy.alerting.notices.book import an_alert
from tests.fixtures.batches import reading
from tests.fixtures.postgres import TestSite

pytestmark = pytest.mark.servers


def until(condition: Callable[[], bool], seconds: float = 60.0) -> None:
    end_s = monotonic_s() + seconds
    while not condition():
        assert monotonic_s() < end_s, "it never came about"
        wait(0.02)


@dataclass
class Running:
    projection: Projection
    site: TestSite


@pytest.fixture
def running(site_schema: TestSite, directory: Any) -> Iterator[Running]:
    system: Any = SimpleNamespace(
        database=site_schema.writer,
        clock=site_schema.clock,
        config=Config(pool_size=4),
        sites=lambda: [site_schema.site],
    )
    projection, stop = Projection(system), threading.Event()
    thread = threading.Thread(target=projection.run, args=(stop,))
    thread.start()
    yield Running(projection, site_schema)
    stop.set()
    thread.join(timeout=60)
    assert not thread.is_alive()


def rollup(site: TestSite) -> list[tuple[Any, ...]]:
    return site.rows("SELECT usage FROM {s}.usage_day")


def test_what_is_appended_is_folded_rolled_up_and_its_lag_is_told(running: Running) -> None:
    site = running.site
    channel = site.counter()
    site.accept(*(reading(channel, m, m) for m in range(0, 1441, 15)))
    until(lambda: (14_400,) in rollup(site))
    until(lambda: not any(lag.entries for lag in read_all_lags(site.writer, site.schema)))
    lags = running.projection.lags
    caught_up = (site.site.key, "metering", 0)
    until(lambda: caught_up in [(key, lag.follower, lag.entries) for key, lag in lags.rows()])
    text = "".join(str(metric) for metric in lags.metrics())
    assert "meterline_view_lag_seconds" in text
    assert site.site.key in text
    assert rounds_health(running.projection.rounds, lags=running.projection.lags).ok


def test_the_lag_in_seconds_is_the_age_of_the_oldest_entry_not_folded(
    site_schema: TestSite,
) -> None:
    channel = site_schema.counter()
    site_schema.project()
    site_schema.accept(reading(channel, 24 * 60, 1))
    learned = reading(channel, 24 * 60, 1).at
    site_schema.accept(reading(channel, 25 * 60, 2))
    (lag,) = [
        lag
        for lag in read_all_lags(site_schema.writer, site_schema.schema)
        if lag.follower == "metering"
    ]
    assert (lag.entries, lag.oldest_at) == (2, learned)
    assert lag.seconds(reading(channel, 25 * 60, 0).at) == 3600
    site_schema.project()
    (lag,) = [
        lag
        for lag in read_all_lags(site_schema.writer, site_schema.schema)
        if lag.follower == "metering"
    ]
    assert (lag.entries, lag.seconds(site_schema.clock.now())) == (0, 0.0)


def test_a_process_serves_the_site_it_is_told_or_all(site_schema: TestSite, directory: Any) -> None:
    def system(site: str) -> System:
        made = System(config=Config(site=site), role="meterline_writer", clock=site_schema.clock)
        made.__dict__["database"] = site_schema.writer
        return made

    assert system("").sites() == []
    with pytest.raises(UnknownSiteError):
        system("nowhere").sites()


def test_a_long_fold_of_readings_keeps_no_alert_waiting(
    site_schema: TestSite, directory: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    folding, stop = threading.Event(), threading.Event()

    def long(*_: object) -> int:
        folding.set()
        stop.wait(30)
        return 0

    monkeypatch.setattr(processes.project, "roll_up", long)
    system: Any = SimpleNamespace(
        database=site_schema.writer,
        clock=site_schema.clock,
        config=Config(pool_size=4),
        sites=lambda: [site_schema.site],
    )
    thread = threading.Thread(target=Projection(system).run, args=(stop,))
    thread.start()
    try:
        assert folding.wait(20)
        an_alert(site_schema)
        until(lambda: bool(site_schema.rows("SELECT FROM {s}.alert")))
    finally:
        stop.set()
        thread.join()

"""Acts of one kind at one site come one after the other; others do not wait for each other."""

from __future__ import annotations

import threading
from collections.abc import Callable
from datetime import date
from pathlib import Path
from uuid import UUID

import pytest

from energy.base.clock import monotonic_s, wait
from energy.base.config import Config, load_config
from energy.base.errors import ConfigError, UnknownMeterError
from energy.store.server_settings import SUPERUSER
from energy.system import WRITER, System
from processes.formula_desk import FormulaDesk
from processes.one_by_one import Act, one_by_one
from processes.settling import settle
from processes.validating import validate_up_to
from tests.fixtures.batches import reading
from tests.fixtures.postgres import TestSite

pytestmark = pytest.mark.servers


class CutShortError(Exception):
    """An act that fails."""


def waits_or_ends(at: TestSite, rival: threading.Thread) -> None:
    """Return when somebody waits for an advisory lock, or the rival has ended."""
    until = monotonic_s() + 20
    asked = "SELECT count(*) FROM pg_locks WHERE locktype = 'advisory' AND NOT granted"
    while rival.is_alive() and at.rows(asked) == [(0,)]:
        assert monotonic_s() < until, "the rival neither waits nor ends"
        wait(0.01)


def started(act: Callable[[], object]) -> threading.Thread:
    thread = threading.Thread(target=act)
    thread.start()
    return thread


def test_the_second_waits_until_the_first_has_ended(site_schema: TestSite) -> None:
    at, order = site_schema, []

    def second() -> None:
        with one_by_one(at.writer, at.site, Act.PLANS):
            order.append("second")

    with one_by_one(at.writer, at.site, Act.PLANS):
        rival = started(second)
        waits_or_ends(at, rival)
        order.append("first")
        with one_by_one(at.writer, at.site, Act.COMPUTED):
            order.append("of another kind")
    rival.join()
    assert order == ["first", "of another kind", "second"]


def test_the_smallest_pool_that_may_be_set_has_room_for_an_act_and_a_look(
    site_schema: TestSite, tmp_path: Path
) -> None:
    at = site_schema
    least = min(n for n in range(5) if not refused(n))
    parts = {"dsn": at.server.dsn(SUPERUSER), "data_dir": tmp_path}
    system = System(config=Config(pool_size=least, **parts), role=WRITER, clock=at.clock)
    for channel in (at.counter("m1"), at.counter("m2")):
        spike = {300: 700_000}
        at.accept(*(reading(channel, m, spike.get(m, 10 * m)) for m in range(0, 600, 15)))
    try:
        validate_up_to(system, at.site)
        desk = FormulaDesk(system.database, at.site, at.clock)
        with one_by_one(system.database, at.site, Act.PLANS):
            settle(system.database, at.site, at.clock, "metering")
        with pytest.raises(UnknownMeterError):
            desk.retire(
                "net",
                valid_from=date(2019, 1, 1),
                reason="metered",
                by=UUID(int=1),
                command_id=UUID(int=2),
            )
    finally:
        system.database.close()
    assert at.rows("SELECT count(*) > 0 FROM {s}.finding") == [(True,)]


def refused(size: int) -> bool:
    """Return whether a size of the pool is no setting."""
    try:
        load_config(environment={"METERLINE_POOL_SIZE": str(size)})
    except ConfigError:
        return True
    return False


def test_what_fails_lets_the_next_one_go_on(site_schema: TestSite) -> None:
    at = site_schema

    def fail() -> None:
        with one_by_one(at.writer, at.site, Act.PLANS):
            raise CutShortError

    with pytest.raises(CutShortError):
        fail()
    with one_by_one(at.writer, at.site, Act.PLANS):
        pass

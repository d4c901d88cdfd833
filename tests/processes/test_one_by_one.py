"""Acts of one kind at one site come one after the other; others do not wait for each other."""

from __future__ import annotations

import threading
from collections.abc import Callable

import pytest

from energy.base.clock import monotonic_s, wait
from processes.one_by_one import Act, one_by_one
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


def test_what_fails_lets_the_next_one_go_on(site_schema: TestSite) -> None:
    at = site_schema

    def fail() -> None:
        with one_by_one(at.writer, at.site, Act.PLANS):
            raise CutShortError

    with pytest.raises(CutShortError):
        fail()
    with one_by_one(at.writer, at.site, Act.PLANS):
        pass

"""The sound by the command row: silent under a name, tested by who hears it, listed by shift."""

from __future__ import annotations

import pytest

from energy.base.clock import SystemClock
from energy.base.ids import id_of
from energy.journal.access import Access
from tests.energy.alerting.notices import book
from tests.fixtures.postgres import new_site
from tests.scripts.commands.test_notice import said
from tests.scripts.commands.test_readings import Row, row

__all__ = ["new_site", "row"]
pytestmark = pytest.mark.servers


@pytest.fixture
def hall(row: Row) -> Row:
    """A wall in the hall, and two people who act on alerts."""
    for name in ("root", "warden"):
        row(f"user add {name} --name {name.title()} --role admin")
    Access(row.site.writer, SystemClock(), book.vault()).enrol_device(
        token_hash=b"x" * 32,
        kind="kiosk",
        site=row.site.site.key,
        name="hall",
        by=book.ADMIN,
        view="/wall/main",
        command_id=id_of("command", "bind hall"),
    )
    return row


def test_it_is_silent_for_minutes_under_a_name_and_nobody_goes_on_alone(hall: Row) -> None:
    assert "not silent" in said(hall("alert unsilence --by root", code=2))
    assert "1 to 10 minutes" in said(hall("alert silence 11 --by root", code=2))
    told = said(hall("alert silence 10 --by root"))
    assert "by Root" in told
    assert "silent already" in said(hall("alert silence 5 --by warden", code=2))
    assert "are heard" in said(hall("alert unsilence --by warden"))
    assert "somebody else" in said(hall("alert silence 5 --by root", code=2))
    assert "by Warden" in said(hall("alert silence 5 --by warden"))
    assert hall.site.rows("SELECT count(*), count(ended_at) FROM {s}.alarm_silence") == [(2, 1)]
    assert "desk" in said(hall("alert silence 5 --by clerk", code=2)), "a clerk may not"


def test_a_screen_counts_as_tested_when_somebody_says_that_it_was_heard(hall: Row) -> None:
    assert "not heard" in said(hall("alert sound-test", code=1))
    assert "no screen" in said(hall("alert sound-test wall/nowhere --by root", code=2))
    nobody = said(hall("alert sound-test wall/hall --heard --by root", code=2))
    assert "no such sound test" in nobody
    assert "plays its tones" in said(hall("alert sound-test wall/hall --by root"))
    assert "Root" in said(hall("alert sound-test", code=1)), "it was begun, nobody heard it"
    assert "was heard" in said(hall("alert sound-test wall/hall --heard --by warden"))
    assert "Warden" in said(hall("alert sound-test"))
    (told,) = hall.json("alert sound-test")["screens"]
    assert (told["screen"], told["heard"], told["by"]) == ("wall/hall", True, "Warden")
    hall("alert sound-test wall/hall --heard --by warden")  # said twice it is once
    assert hall.site.rows("SELECT count(*), count(heard_at) FROM {s}.sound_test") == [(1, 1)]


def test_a_site_without_screens_has_none_to_test(row: Row) -> None:
    assert "No desk and no wall is bound" in said(row("alert sound-test"))

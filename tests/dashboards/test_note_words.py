"""What is typed as a time is read by the clock of the site."""

from __future__ import annotations

from datetime import UTC, date, datetime
from zoneinfo import ZoneInfo

import pytest

from dashboards.note_words import wall_instant, wall_text, whole_days
from energy.metering.pinned_note import NoteWords, PinnedNoteError

LONDON = ZoneInfo("Europe/London")


def test_a_wall_time_and_a_day_are_instants_of_the_site() -> None:
    assert wall_instant("2026-07-01 08:30", LONDON) == datetime(2026, 7, 1, 7, 30, tzinfo=UTC)
    assert wall_instant(" 2026-07-01 ", LONDON) == datetime(2026, 6, 30, 23, tzinfo=UTC)
    last = wall_instant("2026-07-01", LONDON, last=True)
    assert last == datetime(2026, 7, 1, 22, 59, tzinfo=UTC)
    assert wall_text(last, LONDON) == "2026-07-01 23:59"


def test_of_an_hour_that_happens_twice_a_span_holds_both() -> None:
    first = wall_instant("2026-10-25 01:30", LONDON)
    last = wall_instant("2026-10-25 01:30", LONDON, last=True)
    assert (last - first).total_seconds() == 3600


@pytest.mark.parametrize("text", ["", "soon", "2026-03-29 01:30", "2026-02-30", "9999-12-32"])
def test_what_is_no_time_or_never_was_is_refused(text: str) -> None:
    with pytest.raises(PinnedNoteError):
        wall_instant(text, LONDON)


def test_a_span_that_is_refused_is_told_by_the_clock_it_was_typed_by() -> None:
    first, last = (wall_instant(f"2026-07-01 {at}", LONDON) for at in ("09:00", "08:00"))
    with pytest.raises(PinnedNoteError) as refused:
        NoteWords.checked(text="x", first=first, last=last, place="hall", zone=LONDON)
    assert "from 2026-07-01 09:00 to 2026-07-01 08:00 (BST)" in str(refused.value)


def test_days_that_were_typed_are_days_again() -> None:
    first = wall_instant("2026-07-01", LONDON)
    for typed in ("2026-07-02", "2026-07-03 00:00"):
        last = wall_instant(typed, LONDON, last=True)
        assert whole_days(first, last, LONDON) == (date(2026, 7, 1), date(2026, 7, 2))
    noon = wall_instant("2026-07-01 12:00", LONDON)
    assert whole_days(first, noon, LONDON) is None
    assert whole_days(first, first, LONDON) is None

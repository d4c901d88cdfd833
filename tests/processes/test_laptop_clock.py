"""The laptop's clock is doubted before anything is written, and both times are shown."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

import pytest

from energy.base.text import t
from processes.laptop_clock import Doubt, LaptopClockError, LaptopTime, laptop_offset, offset_text

NOW = datetime(2026, 11, 22, 6, 5, 33, tzinfo=UTC)
HOUR = timedelta(hours=1)


def _time(**changes: Any) -> LaptopTime:
    told: dict[str, Any] = {
        "now": NOW,
        "offset": 8 * HOUR,
        "zone": ZoneInfo("Asia/Shanghai"),
        "pack_at": NOW - HOUR,
        "last_at": None,
    }
    return LaptopTime(**{**told, **changes})


def test_a_clock_that_fits_pack_outbox_and_zone_is_believed() -> None:
    _time().require_right()
    _time(last_at=NOW).require_right()


@pytest.mark.parametrize(
    ("changes", "doubt", "told"),
    [
        ({"pack_at": NOW + HOUR}, Doubt.BEFORE_PACK, "15:05:33"),
        ({"last_at": NOW + HOUR}, Doubt.WENT_BACK, "set back"),
        ({"pack_at": NOW - timedelta(days=61)}, Doubt.FAR_AHEAD, "60 days"),
        ({"offset": timedelta()}, Doubt.OTHER_ZONE, "2026-11-22 06:05:33 (UTC+00:00)"),
    ],
)
def test_a_doubtful_clock_is_refused_with_both_times(
    changes: dict[str, Any], doubt: Doubt, told: str
) -> None:
    time = _time(**changes)
    assert time.doubts == [doubt]
    with pytest.raises(LaptopClockError, match="Nothing was written") as caught:
        time.require_right()
    assert told in str(caught.value)
    assert "未写入" in caught.value.told("zh")


def test_a_doubt_is_no_word_of_what_was_written() -> None:
    time = _time(offset=timedelta())
    for language, denied in (("en", "Nothing was written"), ("zh", "未写入")):
        assert denied not in t(language, f"laptop_why.{time.doubts[0]}", **time.told())


def test_a_person_s_word_counts_for_a_day_and_not_longer() -> None:
    doubtful = {"offset": timedelta()}
    _time(**doubtful, confirmed_at=NOW - 23 * HOUR).require_right()
    for said in (NOW - 25 * HOUR, NOW + HOUR):
        with pytest.raises(LaptopClockError):
            _time(**doubtful, confirmed_at=said).require_right()


def test_the_site_s_offset_is_that_of_its_summer() -> None:
    london = _time(
        now=datetime(2026, 7, 1, tzinfo=UTC), zone=ZoneInfo("Europe/London"), offset=HOUR,
        pack_at=datetime(2026, 7, 1, tzinfo=UTC),
    )  # fmt: skip
    london.require_right()
    assert offset_text(london.site_offset) == "UTC+01:00"
    assert offset_text(timedelta(hours=-3, minutes=-30)) == "UTC-03:30"
    assert laptop_offset(NOW) == NOW.astimezone().utcoffset()

"""The figures of a month against sums by hand: who counts, what is late, whose points."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from typing import Any
from uuid import UUID
from zoneinfo import ZoneInfo

import pytest

from energy.service.requests.errors import RequestError
from energy.service.requests.figures import Figures, Part, UnitFigures, figures, month_of
from energy.service.requests.reads import RequestRow
from energy.service.work.levels import parse_levels
from energy.service.work.reads import LevelsRow
from tests.energy.service.requests.counter import ANNA, LEVELS

LONDON = ZoneInfo("Europe/London")
JULY, BEGIN, END = month_of("2026-07", LONDON)
NINE = datetime(2026, 7, 1, 8, tzinfo=UTC)
NOW = datetime(2026, 8, 10, tzinfo=UTC)
FIRST, LEVEL_SET = parse_levels(LEVELS)
KNOWN = {
    1: LevelsRow(version=1, valid_from=FIRST, levels=LEVEL_SET, author=ANNA, published_at=NINE)
}
NOTHING: dict[str, Any] = dict.fromkeys(RequestRow.__dataclass_fields__)
ROW = RequestRow(
    **{
        **NOTHING,
        "request": UUID(int=1),
        "kind": "enquiry",
        "category": "bill",
        "channel": "phone",
        "level": "enquiry",
        "levels": 1,
        "heard_at": NINE,
        "complaint": "",
        "unit": "",
        "points": 0,
        "pauses": (),
    }
)


def minutes(number: float) -> timedelta:
    return timedelta(minutes=number)


def told(*rows: RequestRow) -> Figures:
    return figures(JULY, BEGIN, END, [(row, row.clocks(KNOWN, LONDON, NOW)) for row in rows])


def solved(answer: float, end: float, **changed: Any) -> RequestRow:
    at = changed.get("heard_at", NINE)
    times: dict[str, Any] = {"responded_at": at + minutes(answer), "resolved_at": at + minutes(end)}
    return replace(ROW, **times, **{"first_contact": True, **changed})


def test_a_month_is_that_of_the_wall() -> None:
    assert (*(datetime(2026, 6, 30, 23, tzinfo=UTC), datetime(2026, 7, 31, 23, tzinfo=UTC)),) == (
        BEGIN,
        END,
    )
    for typed in ("2026-13", "July", "2026-7", "9999-12", ""):
        with pytest.raises(RequestError, match="no month"):
            month_of(typed, LONDON)


def test_figures_are_those_of_a_sum_by_hand() -> None:
    complaint: dict[str, Any] = {"kind": "complaint", "level": "complaint", "complaint": "late"}
    judged: dict[str, Any] = {"judged_at": NINE, "unit": "meters"}
    found = told(
        solved(60, 240, score=5),  # both to the minute: in time
        solved(61, 100, score=4, first_contact=False),
        solved(10, 241, channel="mail"),
        solved(5, 20, **complaint, **judged, justified=True, points=4, score=2),
        replace(ROW, **complaint, **judged, justified=False),  # open for weeks: late in both
        replace(ROW, heard_at=END - minutes(5), responded_at=END),
    )
    assert found == Figures(
        month=date(2026, 7, 1),
        heard=6,
        counts={
            "kind": {"complaint": 2, "enquiry": 4},
            "category": {"bill": 6},
            "channel": {"mail": 1, "phone": 5},
            "level": {"complaint": 2, "enquiry": 4},
            "complaint": {"late": 2},
        },
        response=Part(of_them=4, all_of=6),
        resolution=Part(of_them=3, all_of=6),
        first_contact=Part(of_them=3, all_of=4),
        median_used=minutes(170),
        satisfaction=Decimal("3.67"),
        rated=3,
        units=[UnitFigures(unit="meters", judged=2, justified=1, points=4)],
    )
    assert (found.response.percent, found.first_contact.percent) == (
        *(Decimal("66.7"), Decimal("75.0")),
    )


def test_what_was_heard_before_counts_for_its_judgement_alone() -> None:
    before = replace(ROW, heard_at=BEGIN - minutes(1), judged_at=BEGIN, unit="meters", points=6)
    later = replace(ROW, judged_at=END, unit="desk", points=9, responded_at=NINE)
    found = told(before, later)
    assert (found.heard, [(each.unit, each.points) for each in found.units]) == (
        *(1, [("meters", 6)]),
    )


def test_what_still_has_time_is_neither_in_time_nor_late() -> None:
    row = replace(ROW, heard_at=NINE)
    found = figures(JULY, BEGIN, END, [(row, row.clocks(KNOWN, LONDON, NINE + minutes(5)))])
    assert (found.response, found.resolution) == (Part(of_them=0, all_of=0),) * 2
    assert (found.response.percent, found.median_used, found.satisfaction) == (None, None, None)

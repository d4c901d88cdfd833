"""In: reports as they were made. Out: held against what was counted by hand. I/O: reads.

The night of Friday 23 October, 19:00 to 07:00: open in it were incidents 16, 19 and 20, which
waited for Monday, and 21, heard at 03:08 and solved at 05:25.

Sunday 25 October has 25 hours. Heard before its end and not closed before its begin are 16, 19,
20, 23 (closed at 07:20), 24, 25, 26 and 28, heard at 23:50. At its end 16 had used 480 minutes of
Thursday and 480 of Friday; 19 420 of Friday, 20 its half hour of Friday; 23 270 and 24 152, with
72 until somebody answered; 25 nothing; 26 half an hour before it waited; 28 ten minutes.

The week of 19 to 25 October: incidents 1 to 26 and 28. Answered late were 5, 7 and 24; solved late
8, 12 and 23. Four alerts: two critical, two high. The desk changed hands thirteen times.

Requests heard in October: 59, the sixtieth is of November. Answered in time are 50; 57 are over,
all but number 47 in time; 45 of them took one answer. Eight gave a score: 4 4 3 2 5 5 1 2, in the
mean 3.25. The network team is judged for 3, 10, 19, 24, 40 and 54, four times justly: 4 + 10 + 10 +
4; the metering team for 14, 32, 38 and 47: 6 + 4 + 6.
"""

from __future__ import annotations

import json
from typing import Any, Final

from tests.energy_company.company import Company
from tests.energy_company.office import Office

SUNDAY: Final = {
    16: ("under_way", 20, "kept", 960, "kept"),
    19: ("under_way", 30, "kept", 420, "kept"),
    20: ("open", 30, "kept", 30, "kept"),
    23: ("closed", 10, "kept", 270, "broken"),
    24: ("closed", 72, "broken", 152, "kept"),
    25: ("under_way", 0, "kept", 0, "kept"),
    26: ("paused", 10, "kept", 30, "kept"),
    28: ("open", 10, "kept", 10, "kept"),
}
"""Incident -> state, minutes until the answer, in time or not, the same of the solution."""
WEEK: Final = {*range(1, 27), 28}
LATE_ANSWERS, LATE_SOLUTIONS, CHANGES = 3, 3, 13


def reports_are_as_counted(at: Company, office: Office) -> None:
    """Hold three reports against what was counted by hand."""
    night = _rows(office, "shift", "2026-10-23/night", "incidents")
    assert {_n(at, row) for row in night} == {16, 19, 20, 21}
    assert {row["state"] for row in night if _n(at, row) == 21} == {"resolved"}
    found = {_n(at, row): _told(row) for row in _rows(office, "day", "2026-10-25", "incidents")}
    assert found == SUNDAY
    week = _rows(office, "week", "2026-W43", "incidents")
    assert {_n(at, row) for row in week} == WEEK
    assert sum(row["response_kept"] == "broken" for row in week) == LATE_ANSWERS
    assert sum(row["solution_kept"] == "broken" for row in week) == LATE_SOLUTIONS
    raised = {
        row["severity"]: row["raised"]
        for row in _rows(office, "week", "2026-W43", "severities")
        if row["raised"]
    }
    assert raised == {"critical": 2, "high": 2}
    assert len(_rows(office, "week", "2026-W43", "handovers")) == CHANGES


def requests_of_october_are_as_counted(office: Office) -> None:
    """Hold the figures of the service desk against what was counted by hand."""
    told = json.loads(office.row("request figures 2026-10 --json").stdout)
    parts = ("response", "resolution", "first_contact")
    assert told["heard"] == 59
    assert [(told[e]["of_them"], told[e]["all_of"]) for e in parts] == [
        (50, 59),
        (56, 57),
        (45, 57),
    ]
    assert (told["rated"], told["satisfaction"]) == (8, "3.25")
    units = [tuple(e[n] for n in ("unit", "judged", "justified", "points")) for e in told["units"]]
    assert units == [("meters", 4, 3, 16), ("network", 6, 4, 28)]


def _told(row: dict[str, Any]) -> tuple[Any, ...]:
    names = ("state", "response", "response_kept", "solution", "solution_kept")
    return tuple(row[name] for name in names)


def _n(at: Company, row: dict[str, Any]) -> int:
    """Return the number of the script of an incident that a report names."""
    ((made,),) = at.site.rows("SELECT incident FROM {s}.incident WHERE number = %s", row["number"])
    return next(n for (kind, n), known in at.made.items() if kind == "incident" and known == made)


def _rows(office: Office, kind: str, span: str, table: str) -> list[dict[str, Any]]:
    told = json.loads(office.row(f"report show {kind} {span} --json").stdout)["contents"]
    (found,) = [each for each in told["tables"] if each["key"] == table]
    names = [each["name"] for each in found["columns"]]
    return [dict(zip(names, row, strict=True)) for row in found["rows"]]

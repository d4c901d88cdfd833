"""The log sheet as a paper: every mark is explained, a long day stands in several tables."""

from __future__ import annotations

import io
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

import pytest
from pypdf import PdfReader

from dashboards.patrol_paper import ACROSS, log_page, log_pdf
from dashboards.patrol_sheet import SheetReader
from energy.base.clock import ManualClock
from energy.service.rounds.reads import RoundRow
from energy.service.rounds.schedule import Standing
from tests.dashboards.fake_energy import SITE
from tests.dashboards.fake_patrol import FakePatrol

NOON = datetime(2026, 10, 24, 12, tzinfo=UTC)
BERLIN = ZoneInfo("Europe/Berlin")
NAME = "Grace <b> \\ #panic() \x07"


def rows() -> list[RoundRow]:
    return FakePatrol(clock=ManualClock(NOON))._walks()


def reader(language: str = "en") -> SheetReader:
    return SheetReader(language=language, zone=BERLIN, name_of=lambda _person: NAME)


def page_of(told: list[RoundRow], language: str = "en") -> dict[str, Any]:
    return log_page(told, date(2026, 10, 24), SITE, reader(language), now=NOON)


def of_kind(page: dict[str, Any], kind: str) -> list[dict[str, Any]]:
    return [each for each in page["blocks"] if each["kind"] == kind]


def test_what_a_mark_does_not_say_stands_below() -> None:
    page = page_of(rows())
    sheet, remarks = of_kind(page, "table")
    assert sheet["head"][3:] == ["08:00", "10:00", "12:00", "14:00"], "what is to come has none"
    oil = next(row for row in sheet["rows"] if row[1] == "Oil temperature [°C]")
    assert oil[2] == "-10.5 … 75"
    assert oil[3:] == ["missed", "80 !~?", "80 !~?", ""]
    mode = next(row for row in sheet["rows"] if row[1] == "Mode")
    assert mode[4] == "( )", "why stands below"
    told = [(row[0], row[2], row[3], row[6]) for row in remarks["rows"] if row[0] == "10:00"]
    assert told == [
        ("10:00", "Oil temperature", "81.50 °C", "outside"),
        ("10:00", "Oil temperature", "80 °C", "outside, mended, wrong scale, I-2026-00001"),
        ("10:00", "Oil temperature", "79 °C", "outside, in doubt"),
        ("10:00", "Unusual noise", "no", "fan stands still"),
        ("10:00", "", "", "Pump skipped: door locked"),
    ]
    counts = dict(page["facts"])["Rounds"]
    assert counts == "due 1 · under way 1 · walked 1 · missed 1"
    assert [each["names"] for each in of_kind(page, "signatures")] == [["Seen by, date"]]


def test_a_day_of_25_hours_stands_in_tables_that_fit() -> None:
    walked = next(row for row in rows() if row.standing is Standing.WALKED)
    first = datetime(2026, 10, 24, 22, tzinfo=UTC)  # midnight of the day of 25 hours
    day = [replace(walked, due_at=first + timedelta(hours=hours)) for hours in range(25)]
    page = page_of(day)
    *sheets, remarks = of_kind(page, "table")
    hours = [head for sheet in sheets for head in sheet["head"][3:]]
    assert len(hours) == 25
    assert {len(sheet["head"]) for sheet in sheets} == {3 + ACROSS, 3 + 1}
    assert hours[2:4] == ["02:00+0200", "02:00+0100"]
    assert of_kind(page, "heading")[0]["body"] == f"00:00 – {hours[5]}"
    assert len(remarks["rows"]) == 25 * 5
    assert all(len(row) == len(sheet["head"]) for sheet in sheets for row in sheet["rows"])


@pytest.mark.parametrize("language", ["en", "zh"])
def test_it_is_set_whatever_people_are_called(language: str) -> None:
    paper = log_pdf(rows(), date(2026, 10, 24), SITE, reader(language), now=NOON)
    assert paper == log_pdf(rows(), date(2026, 10, 24), SITE, reader(language), now=NOON)
    text = "".join(each.extract_text() for each in PdfReader(io.BytesIO(paper)).pages)
    wanted = {"en": ("Log sheet", "Oil temperature"), "zh": ("运行记录表", "油温")}[language]
    for each in (*wanted, "80 !~?", "#panic()", "I-2026-00001"):
        assert each in text

"""The papers of a report: the same octets again, numbers are numbers, hostile names are texts."""

from __future__ import annotations

import io
import json
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import UUID
from zoneinfo import ZoneInfo

import pytest
from openpyxl import load_workbook
from pypdf import PdfReader

from dashboards.shift_papers.cells import Reader
from dashboards.shift_papers.paper import Paper, report_pdf
from dashboards.shift_papers.told import change_rows
from dashboards.shift_papers.workbook import workbook_of
from energy.service.duty.names import NO_NAMES, DutyNames
from energy.service.duty.plan import plan_from
from energy.service.reports.reads import ReportRow
from energy.service.reports.table import Column, Contents, ReportTable, Series, seal_of
from tests.energy.service.duty.rota import named

MIDNIGHT = datetime(2019, 1, 2, tzinfo=UTC)
HOSTILE = '=HYPERLINK("http://x","pay")'
BELL = "bell \x07 <b>&amp;</b> #panic() \\ $x$"
ENERGY = (
    *(("utility", "word:utility"), ("area", "text"), ("used", "usage"), ("missing", "permille")),
    *(("previous", "usage"), ("previous_missing", "permille")),
    *(("alike", "usage"), ("alike_missing", "permille"), ("plan", "usage")),
)


def table(key: str, columns: tuple[tuple[str, str], ...], *rows: Any) -> ReportTable:
    made = tuple(Column(name=name, kind=kind) for name, kind in columns)
    return ReportTable(key=key, columns=made, rows=rows)


def contents() -> Contents:
    incidents = (
        *(("number", "text"), ("what", "text"), ("class", "text"), ("heard_at", "instant")),
        *(("state", "word:report_state"), ("response", "minutes")),
        *(("response_kept", "word:report_kept"), ("owner", "person")),
    )
    heard = "2019-01-01T10:00:00+00:00"
    return Contents(
        kind="day",
        span="2019-01-01",
        begin="2019-01-01T00:00:00+00:00",
        end=MIDNIGHT.isoformat(),
        facts={
            "electricity_wh": 1_234_567,
            "peak_w": 60_000,
            "peak_at": heard,
            "contract_w": 80_000,
        },
        tables=(
            table(
                "energy",
                ENERGY,
                ("electricity", "", 1_234_567, 0, 1_000_000, 0, 2_000_000, 25, 2_469_134),
                ("electricity", HOSTILE, 1_000, 500, None, 1000, 0, 0, None),
            ),
            table("severities", (("severity", "word:severity"), ("raised", "count"))),
            table(
                "incidents",
                incidents,
                ("I-1", BELL, "critical", heard, "open", 75, "broken", str(UUID(int=7))),
            ),
            table(
                "money", (("what", "word:report_money"), ("total", "amount")), ("issued", "9.50")
            ),
        ),
        series=(
            Series(key="electricity", step_s=3600, values=(*range(23), None)),
            Series(key="gas", step_s=3600, values=(1,) * 24),
        ),
    )


def edition(made: Contents, number: int = 1, *changes: list[str]) -> ReportRow:
    return ReportRow(
        report=UUID(int=1),
        edition=number,
        kind="day",
        span=made.span,
        begin_at=MIDNIGHT - timedelta(days=1),
        end_at=MIDNIGHT,
        due_at=MIDNIGHT + timedelta(hours=8),
        sha256=seal_of(made.text()),
        positions={"metering": 4711, "operations": 815},
        changes=changes,
        made_at=MIDNIGHT + timedelta(minutes=10),
        made_by=None,
        reviewed_by=UUID(int=7),
        reviewed_at=MIDNIGHT + timedelta(hours=1),
        sent_by=None,
        sent_at=None,
        sent_to=(),
        reminded_at=None,
        late_told_at=None,
        first_sent_at=None,
    )


def reader(language: str = "en", duty: DutyNames = NO_NAMES) -> Reader:
    names, zone = {UUID(int=7): "Ada"}, ZoneInfo("Europe/London")
    return Reader(language=language, zone=zone, name_of=names.get, duty=duty)


def words(octets: bytes) -> str:
    return "\n".join(page.extract_text() for page in PdfReader(io.BytesIO(octets)).pages)


@pytest.mark.parametrize(("language", "title"), [("en", "Day report"), ("zh", "日报")])
def test_an_edition_is_the_same_paper_again(language: str, title: str) -> None:
    made = contents()
    paper = report_pdf(edition(made), made, reader(language), "Yard", money=False)
    assert report_pdf(edition(made), made, reader(language), "Yard", money=False) == paper
    told = words(paper)
    assert all(each in told for each in (title, "2019-01-01", "4711", "815", "Ada", "I-1"))
    assert "#panic()" in told  # what typst would take for code is a text
    assert edition(made).sha256[:16] in told


def test_changes_of_money_are_for_who_may_read_bills() -> None:
    made = contents()
    changed = (
        ["money", "issued", "total", "9.00", "9.50"],
        ["meters", "", "more", "3", "4"],
    )
    row = edition(made, 2, *changed)
    for money, told in ((True, 2), (False, 1)):
        assert len(change_rows(row, made, reader(), money=money)) == told
        paper = words(report_pdf(row, made, reader(), "Yard", money=money))
        assert ("9.50" in paper) is money
        assert f"{told} figures or rows" in paper
        book = load_workbook(io.BytesIO(workbook_of(row, made, reader(), money=money)))
        cells = [str(c.value) for sheet in book for line in sheet for c in line]
        assert any("9.5" in each for each in cells) is money
        assert "rows left out" in cells


def test_a_paper_says_what_is_missing_and_compares_only_what_is_whole() -> None:
    made = contents()
    page = Paper(edition(made), made, reader(), "Yard").page(money=False)
    rows = next(each["rows"] for each in page["blocks"] if each["kind"] == "table")
    assert rows[0] == [
        *("Electricity", "whole site", "1,235 kWh", "–", "1,000 kWh", "+23.5"),
        *("2,000 kWh *", "–", "50 %"),
    ]
    assert rows[1][1:] == [HOSTILE, "1.000 kWh", "50.0 %", "–", "–", "0 kWh", "–", "–"]
    glance = next(each["rows"] for each in page["blocks"] if each["kind"] == "facts")
    assert ["Of the agreed 80.00 kW", "75.0 %"] in glance
    assert ["Incidents / beyond service level", "1 / 1"] in glance
    (load,) = [each for each in page["blocks"] if each["kind"] == "load"]
    assert "stroke-dasharray" not in load["svg"]  # 22 Wh an hour are far below 80 kW
    assert any("1:15 late" in str(each) for each in page["blocks"])


def test_a_corrected_edition_says_what_it_changed() -> None:
    made = contents()
    row = edition(
        made,
        2,
        ["energy", "electricity · -", "used", "1000000", "1234567"],
        ["incidents", "I-1", "", "", "1"],
    )
    told = words(report_pdf(row, made, reader(), "Yard", money=False))
    assert "Edition 2 replaces edition 1: 2 figures" in told
    assert "1,000 kWh" in told
    assert "new row" in told


def test_a_workbook_holds_numbers_and_texts_and_is_the_same_again() -> None:
    made = contents()
    octets = workbook_of(edition(made), made, reader(), money=True)
    assert workbook_of(edition(made), made, reader(), money=True) == octets
    book = load_workbook(io.BytesIO(octets))
    assert book.sheetnames == ["About", "Energy", "Alerts by severity", "Incidents", "Money"]
    rows = list(book["Energy"].iter_rows())
    assert [cell.value for cell in rows[0]][-2:] == ["plan", "unit"]
    assert [cell.value for cell in rows[1]][:4] == ["Electricity", "whole site", 1234.567, 0]
    assert rows[1][-1].value == "kWh"
    assert (rows[2][1].value, rows[2][1].data_type) == (HOSTILE, "s")
    (incident,) = list(book["Incidents"].iter_rows(min_row=2, values_only=True))
    assert incident[1] == BELL.replace("\x07", "\ufffd")
    assert (incident[3], incident[5], incident[7]) == ("2019-01-01 10:00", 75, "Ada")
    assert book["Money"]["B2"].value == 9.5


def test_money_is_for_who_may_read_it() -> None:
    made = contents()
    octets = workbook_of(edition(made), made, reader(), money=False)
    assert "Money" not in load_workbook(io.BytesIO(octets)).sheetnames
    shown = Paper(edition(made), made, reader(), "Yard").page(money=False)
    assert "9.50" not in json.dumps(shown)
    assert "9.50" in json.dumps(Paper(edition(made), made, reader(), "Yard").page(money=True))


def test_a_report_of_nothing_is_a_paper_too() -> None:
    made = replace(contents(), facts={}, tables=(), series=())
    assert "Day report" in words(report_pdf(edition(made), made, reader(), "Yard", money=True))
    assert workbook_of(edition(made), made, reader(), money=True)


def of_shift() -> Contents:
    roster = table(
        "roster",
        (*(("day", "day"), ("shift", "text"), ("post", "text")), ("person", "person")),
        ("2019-01-01", "night", "desk", str(UUID(int=7))),
        ("2019-01-01", "night", "first", None),
    )
    desks = table("handovers", (("post", "text"), ("points", "count")), ("desk", 2))
    tables = (replace(roster, names=3), desks)
    return replace(contents(), kind="shift", span="2019-01-01/night", tables=tables)


def test_a_shift_and_a_post_are_told_by_name_in_the_readers_language() -> None:
    made, names = of_shift(), plan_from(named()).names
    changed = ["roster", "2019-01-01 · night · desk", "person", "", str(UUID(int=7))]
    row = replace(edition(made, 2, changed), kind="shift")
    read = reader("zh", names)
    paper = words(report_pdf(row, made, read, "Yard", money=False))
    assert paper.count("控制室") == 3, "the roster, the handover, the change"
    assert "2019-01-01 夜班" in paper
    assert "2019-01-01 · 夜班 · 控制室" in paper
    assert "first" in paper, "a post without a name"
    assert "desk" not in paper
    book = load_workbook(io.BytesIO(workbook_of(row, made, read, money=False)))
    cells = [str(c.value) for sheet in book for line in sheet for c in line]
    assert {"夜班", "控制室"} <= set(cells)
    keys = words(report_pdf(row, made, reader("zh"), "Yard", money=False))
    assert "desk" in keys, "without names as before"


def test_no_other_report_takes_a_name_of_a_post() -> None:
    made, names = contents(), plan_from(named()).names
    row = edition(made, 2, ["incidents", "desk", "", "", "1"])
    ((_, name, *_),) = change_rows(row, made, reader("zh", names), money=False)
    assert name == "desk"

"""The paper of an assured event: what was signed is the same again, what was not says so."""

from __future__ import annotations

import io
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from uuid import UUID
from zoneinfo import ZoneInfo

import pytest
from pypdf import PdfReader

from dashboards.shift_papers.cells import Reader
from dashboards.shift_papers.event_paper import EventPaper
from energy.base.period import Period
from energy.service.assurance.plan import EventPlan
from energy.service.assurance.reads import AllowedRow, AnswerRow, EventRow
from energy.service.assurance.reporting import check_table, staff_table
from energy.service.assurance.staffing import GapKind, Manned
from energy.service.duty.names import DutyNames
from energy.service.reports.columns import table_of
from energy.service.reports.table import Contents, seal_of
from tests.energy.service.assurance.test_event_file import parsed

BEGIN = datetime(2019, 1, 7, 14, tzinfo=UTC)
END = BEGIN + timedelta(hours=12)
ADA, EVE, GONE = (UUID(int=number) for number in (7, 8, 9))
HOSTILE = "bell \x07 <b>&amp;</b> #panic() \\ $x$"
DUTY = DutyNames(posts={"desk": {"en": "Control room", "zh": "控制室"}})


def plan() -> EventPlan:
    return replace(parsed(), title=HOSTILE, period=Period(start=BEGIN, end=END))


def contents(rows: int = 1) -> Contents:
    """Return what happened: alerts of both kinds, an incident, answers, staffing, one allowance."""
    alert = ("0123abcd", BEGIN.isoformat(), "high", "Load", "m1")
    alerts = [
        (*alert, mine, "120 kW", "100 kW", None, END.isoformat()) for mine in ("yes", "no")
    ] * rows
    incident = ("I-2019-00001", HOSTILE, "high", BEGIN.isoformat(), "open", str(ADA))
    span = Period(start=BEGIN, end=END)
    desk = Manned(post="desk", period=span, person=ADA, named=True, gap=None)
    gap = Manned(post="switch-room", period=span, person=None, named=False, gap=GapKind.OPEN)
    heads = ("alert", "at", "severity", "what", "where", "of_event", "value", "limit")
    kinds = ("text", "instant", "word:severity", "text", "text", "word:cli.event_yes")
    columns = [*zip(heads, (*kinds, "text", "text"), strict=True)]
    columns += [("seen_at", "instant"), ("cleared_at", "instant")]
    told = ("number", "what", "urgency", "heard_at", "state", "owner")
    words = ("text", "text", "word:cli.work_urgency", "instant", "word:cli.work_state", "person")
    return Contents(
        kind="event",
        span="V-2019-00001",
        begin=BEGIN.isoformat(),
        end=END.isoformat(),
        facts={"title": HOSTILE, "edition": 2, "rules": 1},
        tables=(
            table_of("event_alerts", alerts, columns),
            table_of("event_incidents", [incident], [*zip(told, words, strict=True)]),
            check_table(plan(), {"ups": "yes", "volts": "230.5"}),
            staff_table([desk, gap]),
            table_of("event_allowed", [("S-2019-00004",)], [("thing", "text")]),
        ),
    )


def event(made: Contents, *, signed: bool) -> EventRow:
    at = END + timedelta(hours=1)
    return EventRow(
        assured_event=UUID(int=1),
        number="V-2019-00001",
        title=HOSTILE,
        begins_at=BEGIN,
        ends_at=END,
        state="signed" if signed else "approved",
        edition=2,
        holds=2,
        spec=plan().to_json(),
        held=plan().to_json(),
        rules=["V-2019-00001-2-load"],
        author=ADA,
        planned_at=BEGIN,
        approved_by=EVE,
        approved_at=BEGIN,
        reason="",
        called_off_by=None,
        called_off_at=None,
        words="went well" if signed else "",
        signed_by=GONE if signed else None,
        signed_at=at if signed else None,
        report=made.text() if signed else None,
        position=7,
    )


def paper(made: Contents, language: str = "en", *, signed: bool, later_h: int = 2) -> EventPaper:
    names = {ADA: "Ada", EVE: "Eve"}
    told_at = BEGIN + timedelta(minutes=5)
    said = {"person": ADA, "told_at": told_at}
    return EventPaper(
        event=event(made, signed=signed),
        contents=made,
        answers=[
            AnswerRow(position=1, item="ups", value="no", person=EVE, told_at=told_at),
            AnswerRow(position=2, item="ups", value="yes", **said),
            AnswerRow(position=3, item="volts", value="231", **said),
        ],
        allowed=[AllowedRow(thing=UUID(int=4), called="S-2019-00004", reason="leak", **said)],
        reader=Reader(
            language=language, zone=ZoneInfo("Europe/London"), name_of=names.get, duty=DUTY
        ),
        site="Yard",
        now=END + timedelta(hours=later_h),
    )


def words(octets: bytes) -> str:
    return "\n".join(page.extract_text() for page in PdfReader(io.BytesIO(octets)).pages)


@pytest.mark.parametrize(
    ("language", "title", "post", "question"),
    [
        ("en", "Assured event", "Control room", "UPS on battery tested?"),
        ("zh", "保障任务报告", "控制室", "UPS 已做放电试验？"),
    ],
)
def test_a_signed_report_is_the_same_paper_again(
    language: str, title: str, post: str, question: str
) -> None:
    made = contents()
    octets = paper(made, language, signed=True).pdf()
    assert paper(made, language, signed=True, later_h=99).pdf() == octets, "as it was signed"
    told = words(octets)
    for each in (title, post, question, "V-2019-00001", "I-2019-00001", "went well", "leak"):
        assert each in told
    assert "#panic()" in told, "what typst would take for code is a text"
    assert seal_of(made.text())[:16] in told


def test_who_was_erased_has_no_name_and_an_answer_told_later_has_nobodys() -> None:
    page = paper(contents(), signed=True).page()
    facts = dict(page["facts"])
    assert facts["Approved by"] == "Eve, 2019-01-07 14:00"
    assert facts["Report signed by"] == "–, 2019-01-08 03:00"
    assert facts["Edition"] == "2"
    checks = next(each["rows"] for each in page["blocks"] if each.get("head", [""])[0] == "phase")
    assert checks == [
        ["before", "UPS on battery tested?", "yes", "Ada", "01-07 14:05"],
        ["during", "Voltage at the stand", "230.5 V", "", ""],
        ["after", "Remark", "–", "", ""],
    ]


def test_a_report_that_nobody_signed_says_so_and_when_it_was_made() -> None:
    made = contents()
    page = paper(made, signed=False).page()
    assert page["draft"] == "Not signed: as it is known now"
    assert paper(made, "zh", signed=False).page()["draft"] == "未签署：目前所知"
    assert "Seal" not in dict(page["facts"])
    assert (page["date"], paper(made, signed=True).page()["draft"]) == ("2019-01-08", "")
    (glance,) = [each["rows"] for each in page["blocks"] if each["kind"] == "facts"]
    assert glance == [
        ["Alerts / by its limits", "2 / 1"],
        ["Incidents", "1"],
        ["Questions answered", "2 / 3"],
        ["Gaps in the staffing", "1"],
        ["Allowed in spite of it", "1"],
    ]


def test_a_report_of_nothing_and_one_of_very_much_are_papers_too() -> None:
    made = contents()
    bare = replace(made, tables=tuple(replace(each, rows=()) for each in made.tables))
    assert "Nothing of: Alerts, Incidents" in words(paper(bare, signed=True).pdf())
    told = words(paper(contents(rows=300), signed=True).pdf())
    assert told.count("120 kW") == 500
    assert "100 more are kept nowhere here" in told

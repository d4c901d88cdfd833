"""What page, file and paper of a report say: the same figures, and nothing that is not known."""

from __future__ import annotations

import io
from dataclasses import replace
from datetime import date
from decimal import Decimal
from fractions import Fraction
from typing import Any

import pytest
from pypdf import PdfReader

from dashboards.pages.reports.paper import paper_of, report_pdf
from dashboards.pages.reports.tables import report_places_sheet, report_sheet
from dashboards.pages.reports.told import beside_days, told_place
from dashboards.queries.report_rows import ReportPage
from dashboards.queries.rows import Answer
from dashboards.security.scope import Role
from dashboards.selection import Selection, selection_of
from energy.base.units import Utility
from energy.metering.conversion import ConversionFactors, Measure, read_conversion_factors
from tests.dashboards.test_pages import parts, viewer

TODAY = date(2026, 7, 15)
JUNE = "?span=month&at=2026-06-01&compare=previous"
CO2 = """
[[factor]]
utility = "electricity"
measure = "co2"
value = "0.5"
per = "kWh"
from = 2026-01-01
source = "a notice"
"""


def selected(search: str) -> Selection:
    return selection_of(search, TODAY)


def asked(search: str, role: Role = Role.VIEWER) -> Answer[ReportPage]:
    answer = parts().queries.report(viewer(role).scope, Utility.ELECTRICITY, selected(search))
    assert answer is not None
    return answer


def test_a_month_that_is_over_stands_beside_the_whole_month_before() -> None:
    assert beside_days(asked(JUNE).rows) == (30, 31)


def test_a_month_that_goes_on_stands_beside_as_many_days() -> None:
    page = asked("?span=month&compare=previous").rows
    assert beside_days(page) == (14, 14)
    told = told_place(page, page.own, ConversionFactors())
    assert told.change == Decimal("0.0"), "the made-up days are all alike"
    assert told.before == page.own.days.total(14)


def test_what_is_not_wholly_known_is_not_compared() -> None:
    page = asked(JUNE).rows
    whole = page.own.days.whole.copy()
    whole[3] = False
    own = replace(page.own, days=replace(page.own.days, whole=whole))
    told = told_place(replace(page, own=own), own, ConversionFactors())
    assert (told.change, told.whole) == (None, False)
    assert told.usage == page.own.days.known()


def test_a_report_is_converted_by_declared_factors_alone() -> None:
    page = asked(JUNE).rows
    shipped = told_place(page, page.own, ConversionFactors()).converted
    assert shipped[Measure.CO2].value is None
    assert shipped[Measure.TCE].value == Fraction("0.1229") * page.own.days.known() / 1_000_000
    declared = read_conversion_factors(CO2, "here", "factors.toml")
    co2 = told_place(page, page.own, declared).converted[Measure.CO2]
    assert co2.value == Fraction("0.5") * page.own.days.known() / 1_000_000


def test_the_files_say_what_the_page_says() -> None:
    given, who = parts(), viewer(Role.ENERGY_MANAGER)
    sheet = report_sheet(given, who, selected(JUNE + "&utility=electricity"))
    places = report_places_sheet(given, who, selected(JUNE + "&utility=electricity"))
    assert sheet is not None
    assert places is not None
    assert sheet.name == "report_electricity_2026-06-01_2026-06-30"
    known = Decimal(asked(JUNE).rows.own.days.known()) / 1000
    assert sum(Decimal(str(row[1])) for row in sheet.rows) == known
    assert [row[0] for row in sheet.rows][:2] == [date(2026, 6, 1), date(2026, 6, 2)]
    assert len(places.heads) == len(places.rows[0]) == 10
    assert len(report_places_sheet(given, viewer(Role.VIEWER), selected(JUNE)).heads) == 9  # type: ignore[union-attr]
    assert report_sheet(given, who, selected("?place=nowhere")) is None


@pytest.mark.parametrize("language", ["en", "zh"])
@pytest.mark.parametrize("search", [JUNE, "?at=2026-07-01", "?span=year&at=2025-05-01"])
def test_the_paper_says_place_days_figures_and_sources(language: str, search: str) -> None:
    given = parts()
    reader = viewer(Role.ENERGY_MANAGER, language)
    answer = asked(search, Role.ENERGY_MANAGER)
    octets = report_pdf(reader, answer, selected(search), given.settings)
    text = " ".join(page.extract_text() for page in PdfReader(io.BytesIO(octets)).pages)
    page: dict[str, Any] = paper_of(reader, answer, selected(search), given.settings)
    assert page["title"] in text
    assert "\N{SUBSCRIPT TWO}" not in text
    for row in page["facts"]:
        assert row[1].replace(" ", "") in text.replace(" ", "").replace("\n", "")
    assert "GB/T2589-2020" in text.replace(" ", "").replace("\n", "")


def test_a_paper_of_nothing_known_says_so() -> None:
    given, reader = parts(), viewer(Role.VIEWER)
    search = "?at=2027-01-01"
    answer = asked(search)
    page = paper_of(reader, answer, selected(search), given.settings)
    texts = [block.get("body") for block in page["blocks"]]
    assert reader.say("flow_page.nothing") in texts
    assert report_pdf(reader, answer, selected(search), given.settings).startswith(b"%PDF")

"""A year's bars: whole months, partial ones paler, the plan across, notes on their months."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime
from typing import Any
from zoneinfo import ZoneInfo

import plotly.graph_objects as go
import pytest

from dashboards.figures.plan_bars import PlanTexts, month_marks, plan_bars
from dashboards.queries.plan_rows import NoteRow
from dashboards.theme import Theme
from energy.base.ids import id_of
from tests.dashboards.fake_plans import figures

ZONE = ZoneInfo("Europe/London")
TEXTS = PlanTexts(
    actual="Actual",
    partial="Partial",
    plan="Plan",
    last_year="Last year",
    barred="Barred",
    findings={1: "barred: 1 finding", 3: "barred: 3 findings"},
)


def note(first: datetime, last: datetime) -> NoteRow:
    return NoteRow(
        note=id_of("note", str(first)),
        version=1,
        first=first,
        last=last,
        about="campus",
        text="x",
        by=id_of("person", "anna"),
        author="Anna",
        at=first,
    )


def drawn(*notes: NoteRow) -> dict[str, Any]:
    return plan_bars(figures(2026), notes, zone=ZONE, language="en", theme=Theme.LIGHT, texts=TEXTS)


def trace(name: str) -> Any:
    return next(trace for trace in drawn()["data"] if trace["name"] == name)


def test_it_is_a_figure_of_plotly() -> None:
    assert len(go.Figure(drawn()).data) == 4


def test_a_month_with_a_gap_is_drawn_as_partly_known_and_never_as_whole() -> None:
    assert trace("Actual")["y"][2] is None
    assert trace("Partial")["y"][2] == 312.9
    assert trace("Partial")["text"][2] == "69 %"
    assert trace("Actual")["y"][11] is None
    assert trace("Partial")["y"][11] is None


def test_an_estimated_month_is_hatched_and_the_unknown_last_year_is_no_bar() -> None:
    shapes = trace("Actual")["marker"]["pattern"]["shape"]
    assert [n for n, shape in enumerate(shapes) if shape] == [4]
    assert trace("Last year")["y"][1] is None


def test_the_plan_lies_across_each_month_and_is_absent_without_one() -> None:
    assert trace("Plan")["y"][:4] == [430, 430, 430, None]
    bare = replace(figures(2026), months=tuple(replace(m, plan=None) for m in figures(2026).months))
    made = plan_bars(bare, [], zone=ZONE, language="en", theme=Theme.DARK, texts=TEXTS)
    assert "Plan" not in [trace["name"] for trace in made["data"]]  # type: ignore[attr-defined]


def test_a_note_stands_on_its_month_and_a_longer_one_ends_with_the_year() -> None:
    short = note(datetime(2026, 7, 1, tzinfo=UTC), datetime(2026, 7, 1, tzinfo=UTC))
    long = note(datetime(2025, 3, 1, tzinfo=UTC), datetime(2027, 3, 1, tzinfo=UTC))
    first, second = month_marks([short, long], 2026, ZONE)
    assert (first.number, first.first) == (1, 6.5)
    assert first.last > first.first
    assert (second.first, second.last) == (0.5, 12.5)
    assert [each["text"] for each in drawn(short, long)["layout"]["annotations"]] == ["1", "2"]


def with_barred(usage: int, *, last_year: bool = False) -> Any:
    """Return the figure of a year whose April is barred."""
    months = list(figures(2026).months)
    if last_year:
        months[3] = replace(months[3], last_year=usage, last_year_barred=1)
    else:
        months[3] = replace(months[3], actual=usage, known_usage=usage, barred=3)
    year = replace(figures(2026), months=tuple(months))
    return plan_bars(year, [], zone=ZONE, language="en", theme=Theme.LIGHT, texts=TEXTS)


def test_a_barred_month_is_crossed_out_says_by_how_many_and_is_never_drawn_as_good() -> None:
    made = with_barred(440_000_000)
    by_name = {trace["name"]: trace for trace in made["data"]}
    assert by_name["Actual"]["y"][3] is None
    assert by_name["Barred"]["y"][3] == 440
    assert by_name["Barred"]["marker"]["pattern"]["shape"] == "x"
    assert by_name["Barred"]["text"][3] == "barred: 3 findings"
    assert [each["text"] for each in made["layout"]["annotations"]] == ["barred: 3 findings"]
    assert "range" not in made["layout"]["yaxis"]
    assert len(go.Figure(made).data) == 5


@pytest.mark.parametrize("last_year", [False, True])
def test_a_barred_amount_never_sets_the_scale_of_the_others(last_year: bool) -> None:
    made = with_barred(1_800_000_000_000, last_year=last_year)
    assert made["layout"]["yaxis"]["title"]["text"] == "MWh"
    assert made["layout"]["yaxis"]["range"] == [0, 684 if last_year else 663]
    (label,) = (each["text"] for each in made["layout"]["annotations"])
    told = "barred: 1 finding" if last_year else "barred: 3 findings"
    assert label == f"{told} (1,800,000 MWh)"
    crossed = next(t for t in made["data"] if t["name"] == "Last year")["marker"]["pattern"]
    assert (crossed["shape"][3] == "x") is last_year

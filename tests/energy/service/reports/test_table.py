"""Contents of a report: kept as a text, sealed, and what a later edition tells otherwise. Pure."""

from __future__ import annotations

from dataclasses import replace

from hypothesis import given
from hypothesis import strategies as st

from energy.service.reports.table import (
    Change,
    Column,
    Contents,
    ReportTable,
    Series,
    changes,
    seal_of,
)

COLUMNS = (
    Column(name="number", kind="text"),
    Column(name="used", kind="usage"),
    Column(name="owner", kind="person", loose=True),
)
CELLS = st.none() | st.integers(0, 10**15) | st.text(max_size=5)


def contents(*rows: tuple[str | int | None, ...], more: int = 0) -> Contents:
    return Contents(
        kind="day",
        span="2019-01-01",
        begin="2019-01-01T00:00:00+00:00",
        end="2019-01-02T00:00:00+00:00",
        facts={"peak_w": 12, "peak_at": None},
        tables=(ReportTable(key="orders", columns=COLUMNS, rows=rows, more=more),),
        series=(Series(key="electricity", step_s=900, values=(1, None, 3)),),
    )


@given(st.lists(st.tuples(CELLS, CELLS, CELLS), max_size=5))
def test_what_is_kept_is_read_back_and_is_the_same_text_again(
    rows: list[tuple[str | int | None, ...]],
) -> None:
    made = contents(*rows, more=3)
    assert Contents.of(made.text()) == made
    assert Contents.of(made.text()).text() == made.text()
    assert seal_of(made.text()) == seal_of(Contents.of(made.text()).text())


def test_a_later_edition_says_what_it_changed() -> None:
    before = contents(("W-1", 5, "ada"), ("W-2", 6, "ben"), ("W-2", 6, "cy"))
    after = contents(("W-1", None, "ada"), ("W-2", 6, "eve"), ("W-3", 1, "cy"))
    assert changes(before, after) == [
        Change(table="orders", row="W-1", column="used", before="5", after=""),
        Change(table="orders", row="W-2 (2)", column="", before="1", after=""),
        Change(table="orders", row="W-3", column="", before="", after="1"),
    ]


def test_what_goes_on_changing_behind_the_span_corrects_nothing() -> None:
    before = contents(("W-1", 5, "ada"))
    assert changes(before, contents(("W-1", 5, "ben"))) == []
    assert changes(before, replace(before, series=())) == []


def test_a_part_that_is_new_or_gone_is_told_row_by_row() -> None:
    whole = contents(("W-1", 5, "ada"))
    none = replace(whole, tables=())
    assert [each.after for each in changes(none, whole)] == ["1"]
    assert [each.before for each in changes(whole, none)] == ["1"]


def test_beyond_the_cut_of_a_table_no_row_is_new_or_gone() -> None:
    before = contents(("W-1", 5, "ada"), ("W-2", 6, "ben"), more=3)
    after = contents(("W-1", 7, "ada"), ("W-3", 6, "ben"), more=4)
    assert changes(before, after) == [
        Change(table="orders", row="W-1", column="used", before="5", after="7"),
        Change(table="orders", row="", column="more", before="3", after="4"),
    ]
    grown = contents(*before.tables[0].rows, ("W-9", 1, "cy"), more=3)
    assert changes(grown, before) == []  # it may stand beyond the cut

"""Notes are numbered; those that begin together stand below each other."""

from __future__ import annotations

from datetime import UTC, date, datetime
from zoneinfo import ZoneInfo

from dashboards.figures.daily_bars import day_marks
from dashboards.figures.note_marks import NoteMark, note_labels, note_shapes
from dashboards.queries.plan_rows import NoteRow
from dashboards.queries.rows import UsageDay
from dashboards.theme import PALETTES, Theme
from energy.base.ids import id_of
from energy.base.quality import Quality

PALETTE = PALETTES[Theme.LIGHT]
MARKS = [NoteMark(number=n, first=3, last=5) for n in (1, 2, 3, 4)]


def test_each_mark_has_its_number_where_its_span_begins() -> None:
    labels, shapes = note_labels(MARKS, PALETTE), note_shapes(MARKS, PALETTE)
    assert [label["text"] for label in labels] == ["1", "2", "3", "4"]
    assert {(shape["x0"], shape["x1"]) for shape in shapes} == {(3, 5)}
    assert [label["y"] == labels[0]["y"] for label in labels] == [True, False, False, True]


def test_on_an_axis_of_days_a_note_stands_on_its_hours_and_never_beside_the_axis() -> None:
    days = [UsageDay(day=date(2026, 7, n), usage=1, quality=Quality.MEASURED) for n in (1, 2)]
    row = NoteRow(
        note=id_of("note"),
        version=1,
        first=datetime(2026, 7, 1, 11, tzinfo=UTC),
        last=datetime(2026, 9, 1, tzinfo=UTC),
        about="m1",
        text="x",
        by=id_of("person", "anna"),
        author="Anna",
        at=datetime(2026, 7, 1, tzinfo=UTC),
    )
    assert day_marks([row], days, ZoneInfo("Europe/London")) == [
        NoteMark(number=1, first="2026-07-01T00:00:00", last="2026-07-02T12:00:00")
    ]
    assert day_marks([row], [], ZoneInfo("Europe/London")) == []

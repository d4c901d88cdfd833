"""A day's curve: whole on days of 23 and 25 hours, gaps are gaps, nothing unknown is a zero."""

from __future__ import annotations

from datetime import date, datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

import plotly.graph_objects as go
import pytest

from dashboards.figures.load_profile import LoadTexts, load_profile
from dashboards.queries.rows import LoadProfile, TariffBand
from dashboards.theme import Theme
from energy.base.period import day_period
from energy.base.quality import Quality
from energy.base.units import Utility

LONDON = ZoneInfo("Europe/London")
TEXTS = LoadTexts(
    measured="Measured", shaped="Shaped", partial="Partial", before="Before", missing="Gap", now=""
)


def profile(
    day: date,
    *,
    known: list[int] | None = None,
    usage: int = 25_000,
    now: datetime | None = None,
    quality: dict[int, Quality] | None = None,
    bands: tuple[TariffBand, ...] = (),
) -> LoadProfile:
    period = day_period(day, LONDON)
    count = int((period.end - period.start) / timedelta(minutes=15))
    counts = known if known is not None else [2] * count
    return LoadProfile(
        utility=Utility.ELECTRICITY,
        day=day,
        start=period.start,
        now=now or period.end + timedelta(hours=1),
        step_s=900,
        usage=tuple(usage if n else None for n in counts),
        known=tuple(counts),
        quality=tuple((quality or {}).get(n, Quality.MEASURED) for n in range(count)),
        meters=2,
        bands=bands,
        tariff=None,
        before=(),
    )


def figure(rows: LoadProfile, language: str = "en") -> dict[str, Any]:
    drawn: dict[str, Any] = load_profile(
        rows, zone=LONDON, language=language, theme=Theme.LIGHT, texts=TEXTS
    )
    go.Figure(drawn)
    return drawn


def trace(drawn: dict[str, Any], name: str) -> dict[str, Any]:
    return next(t for t in drawn["data"] if t["name"] == name)


@pytest.mark.parametrize(
    ("day", "quarters", "hours"),
    [(date(2026, 3, 29), 92, 23), (date(2026, 7, 1), 96, 24), (date(2026, 10, 25), 100, 25)],
)
def test_each_quarter_hour_of_a_day_is_drawn_once(day: date, quarters: int, hours: int) -> None:
    drawn = figure(profile(day))
    measured = trace(drawn, "Measured")
    assert len(measured["x"]) == quarters + 1  # the last step keeps its width
    assert measured["x"] == sorted(set(measured["x"]))
    assert measured["x"][-1] == hours
    assert drawn["layout"]["xaxis"]["range"] == [0, hours]


def test_the_repeated_hour_stands_beside_itself() -> None:
    measured = trace(figure(profile(date(2026, 10, 25))), "Measured")
    at = {
        text: [x for x, t in zip(measured["x"], measured["text"], strict=True) if t == text]
        for text in ("01:00–01:15",)
    }
    assert at["01:00–01:15"] == [1.0, 2.0]


def test_wall_times_are_ticked_once_each_on_the_long_day() -> None:
    axis = figure(profile(date(2026, 10, 25)))["layout"]["xaxis"]
    assert axis["ticktext"] == ["00:00", "04:00", "08:00", "12:00", "16:00", "20:00", "24:00"]
    assert axis["tickvals"] == [0.0, 5.0, 9.0, 13.0, 17.0, 21.0, 25.0]


def test_quarter_hour_energy_is_drawn_as_mean_power() -> None:
    measured = trace(figure(profile(date(2026, 7, 1), usage=25_000)), "Measured")
    assert measured["y"][0] == 100.0  # 25 kWh in 15 minutes


def test_a_gap_is_a_gap_and_is_marked() -> None:
    known = [2] * 20 + [0] * 12 + [2] * 64
    drawn = figure(profile(date(2026, 7, 1), known=known))
    measured = trace(drawn, "Measured")
    inside = [y for x, y in zip(measured["x"], measured["y"], strict=True) if 5.0 < x < 8.0]
    assert inside == [None] * 11
    assert measured["connectgaps"] is False
    grey = [s for s in drawn["layout"]["shapes"] if (s["x0"], s["x1"]) == (5.0, 8.0)]
    assert len(grey) == 1
    assert "Gap" in [a["text"] for a in drawn["layout"]["annotations"]]


def test_nothing_missing_is_drawn_as_zero() -> None:
    drawn = figure(profile(date(2026, 7, 1), known=[0] * 96))
    assert all(y is None for t in drawn["data"] for y in t["y"])


def test_hours_to_come_are_no_gap() -> None:
    day = date(2026, 7, 1)
    start = day_period(day, LONDON).start
    drawn = figure(profile(day, known=[2] * 40 + [0] * 56, now=start + timedelta(hours=10)))
    assert [s for s in drawn["layout"]["shapes"] if s["type"] == "rect"] == []


def test_what_only_some_meters_reported_is_dotted() -> None:
    drawn = figure(profile(date(2026, 7, 1), known=[2] * 40 + [1] * 4 + [2] * 52))
    partial = trace(drawn, "Partial")
    assert partial["line"]["dash"] == "dot"
    assert sum(y is not None for y in partial["y"]) == 5  # four steps and their end
    measured = trace(drawn, "Measured")
    assert all(y is None for x, y in zip(measured["x"], measured["y"], strict=True) if 10 < x < 11)


def test_an_estimated_shape_is_dashed() -> None:
    quality = dict.fromkeys(range(10, 14), Quality.INTERPOLATED)
    drawn = figure(profile(date(2026, 7, 1), quality=quality))
    assert trace(drawn, "Shaped")["line"]["dash"] == "dash"


def test_bands_are_named_in_the_language_and_only_when_long() -> None:
    start = day_period(date(2026, 7, 1), LONDON).start
    bands = tuple(
        TariffBand(
            start=start + timedelta(hours=first),
            end=start + timedelta(hours=after),
            key=name,
            names={"en": name, "zh": zh},
            rank=rank,
        )
        for name, zh, rank, first, after in (
            ("Night", "夜间", 0, 0, 7),
            ("Short", "短", 1, 7, 8),
            ("Day", "日间", 2, 8, 24),
        )
    )
    drawn = figure(profile(date(2026, 7, 1), bands=bands), "zh")
    assert [a["text"] for a in drawn["layout"]["annotations"]] == ["夜间", "日间"]
    assert len([s for s in drawn["layout"]["shapes"] if s["type"] == "rect"]) == 3


def test_an_empty_day_is_drawn() -> None:
    drawn = figure(profile(date(2026, 7, 1), known=[0] * 96))
    assert drawn["layout"]["xaxis"]["range"] == [0, 24]

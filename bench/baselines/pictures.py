"""In: the archive, a folder. Out: the pictures of docs/baselines.md. I/O: Chromium, PNG files."""

from __future__ import annotations

from datetime import datetime, timedelta
from pathlib import Path

import numpy as np
import plotly.graph_objects as go

from bench.baselines.archive import FIRST, Archive
from bench.baselines.command import SEEDS, counted, ours, places
from bench.baselines.counting import Counted
from bench.baselines.planted import Kind, Planted, plant
from bench.screens.browser import chromium
from energy.alerting.baseline.expected import deviations
from energy.alerting.baseline.rolling import by_hour

YEAR = 2019
WIDTH, HEIGHT = 1000, 420
AROUND_H = 60
USED, EXPECTED, PLANTED_FILL = "#1f4e79", "#c55a11", "rgba(197, 90, 17, 0.18)"


def draw(archive: Archive, folder: Path) -> None:
    """Write `baseline-caught.png`, `baseline-missed.png` and `baseline-false.png`.

    Args:
        archive: Planted with the first seed of the year judged.
        folder: Of the pictures.
    """
    seed = SEEDS[YEAR][0]
    result, _ = counted(archive, ours(archive, warm=False), YEAR, seed)
    figures = {
        "baseline-caught": _around(archive, result, seed, caught=True),
        "baseline-missed": _around(archive, result, seed, caught=False),
        "baseline-false": _per_meter(archive, result),
    }
    with chromium() as browser:
        page = browser.new_page(viewport={"width": WIDTH, "height": HEIGHT})
        for name, figure in figures.items():
            page.set_content(figure.to_html(include_plotlyjs=True, full_html=True))
            page.wait_for_selector(".main-svg")
            page.screenshot(path=folder / f"{name}.png")


def _chosen(result: Counted, *, caught: bool) -> Planted:
    """Return the middle one, by its place, of the six hours above that were caught or missed."""
    found = [
        one
        for one, by in result.caught.items()
        if one.kind is Kind.ABOVE and (by is not None) is caught
    ]
    return found[len(found) // 2]


def _around(archive: Archive, result: Counted, seed: int, *, caught: bool) -> go.Figure:
    first_day, past_day = places(YEAR)
    usage, _ = plant(archive.usage[:, :past_day], first_day, past_day, seed)
    one = _chosen(result, caught=caught)
    own = usage[one.meter : one.meter + 1]
    begin, end = max(one.begin - AROUND_H, 0), one.end + AROUND_H
    hours = [_time(hour) for hour in range(begin, end)]
    figure = go.Figure()
    for name, series, colour in (
        ("used", by_hour(own)[0], USED),
        ("expected", by_hour(deviations(own).expected)[0], EXPECTED),
    ):
        figure.add_scatter(
            x=hours, y=series[begin:end], name=name, line={"color": colour, "shape": "hv"}
        )
    figure.add_vrect(x0=_time(one.begin), x1=_time(one.end), fillcolor=PLANTED_FILL, line_width=0)
    raised = result.caught[one]
    if raised is not None:
        figure.add_vline(x=_time(raised.hour + 1), line={"dash": "dash", "color": EXPECTED})
    said = f"caught after {raised.hour + 1 - one.begin} h" if raised is not None else "missed"
    return _laid_out(
        figure, f"{archive.meters[one.meter]}: {one.kind.value}, {said}", "kWh in the hour"
    )


def _per_meter(archive: Archive, result: Counted) -> go.Figure:
    order = np.argsort(result.false_a_month)
    figure = go.Figure()
    figure.add_bar(
        x=[archive.meters[meter].removeprefix("cam-").removesuffix("-elec") for meter in order],
        y=result.false_a_month[order],
        marker_color=USED,
    )
    figure.add_hline(y=1.0, line={"dash": "dash", "color": EXPECTED})
    return _laid_out(figure, "False alarms a month of each meter, March to December 2019", "")


def _laid_out(figure: go.Figure, title: str, unit: str) -> go.Figure:
    return figure.update_layout(
        title=title,
        yaxis_title=unit,
        template="plotly_white",
        margin={"l": 60, "r": 20, "t": 50, "b": 50},
        width=WIDTH,
        height=HEIGHT,
    )


def _time(hour: int) -> datetime:
    return datetime.fromordinal(FIRST.toordinal()) + timedelta(hours=hour)

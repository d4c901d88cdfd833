"""The registry as a grid and as cards: a site of 5,000 meters must not stop the browser."""

from __future__ import annotations

from datetime import UTC, datetime
from decimal import Decimal
from zoneinfo import ZoneInfo

import pytest

from dashboards.components.meter_grid import MOST_CARDS, meter_cards, meter_grid
from dashboards.queries.rows import MeterRow
from dashboards.security.scope import Role, Scope
from dashboards.theme import Theme
from dashboards.viewer import Viewer
from energy.base.ids import id_of
from energy.base.quality import Quality
from energy.base.units import Utility

VIEWER = Viewer(
    scope=Scope(
        person=id_of("person", "x"), name="X", roles=frozenset({Role.ADMIN}), sites=frozenset()
    ),
    language="en",
    theme=Theme.LIGHT,
)


def rows(count: int) -> tuple[MeterRow, ...]:
    return tuple(
        MeterRow(
            point=f"p-{number}",
            name=f"Meter {number}",
            place="Terminal 2",
            utility=Utility.WATER,
            serial=f"{number}",
            profile="pulse",
            last_at=datetime(2026, 1, 1, tzinfo=UTC),
            last=Decimal(number),
            unit="m3",
            quality=Quality.MEASURED,
            age_s=5,
        )
        for number in range(count)
    )


@pytest.mark.parametrize(("count", "shown"), [(1, 1), (MOST_CARDS, MOST_CARDS), (5_000, 60)])
def test_a_phone_gets_so_many_cards_and_is_told_how_many_more_there_are(
    count: int, shown: int
) -> None:
    page = str(meter_cards(VIEWER, rows(count)).to_plotly_json())
    assert page.count("/meters/p-") == shown
    assert (f"{count - shown:d} more" in page.replace(",", "")) == (count > shown)


def test_a_last_reading_says_what_it_rests_on() -> None:
    (row,) = meter_grid(VIEWER, rows(1), zone=ZoneInfo("UTC"), as_of=77).rowData
    told = dict(pair.split("\t") for pair in row["last_why"].split("\n"))
    assert told["Source"] == "Meter 0, meter 0"
    assert (told["Quality"], told["Journal position"]) == ("measured", "77")

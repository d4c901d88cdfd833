"""A meter known to be wired the wrong way lives on: reset, put right, exchanged, checked."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from energy.base.period import span_of_days
from energy.base.quality import Quality
from energy.store.pool import Database
from energy.views.as_of import folded_as_of, folded_position
from energy.views.findings import read_findings
from energy.views.usage import read_spans
from energy.views.validation.validation import Validation
from processes.meter_life.acts import reverse
from processes.meter_life.resets import record_reset
from processes.technician_site import SiteDesk
from tests.fixtures.batches import MIDNIGHT, at, reading
from tests.fixtures.meters import find_meter, replace
from tests.fixtures.postgres import TestSite
from tests.fixtures.rebuild import copied_journal, folded_live, view_rows
from tests.processes.meter_life import test_acts as acts

pytestmark = pytest.mark.servers
REVERSED = (*range(360, 540, 15), *range(660, 720, 15))
"""Quarters over which the meter is wired the wrong way. [min]"""


@pytest.fixture
def desk(site_schema: TestSite, directory: Database, tmp_path: Path) -> SiteDesk:
    """The desk of a site with two points that count both ways; nothing serves the second."""
    return acts.two_way_desk(site_schema, tmp_path)


def flow(minute: int) -> tuple[int, int]:
    """Return what truly flows in the quarter that begins then, import and export. [count]."""
    return 7 + (minute // 15) % 5, 3 + (minute // 15) % 2


class Story:
    """A day told in the order in which it happens."""

    def __init__(self, desk: SiteDesk, site: TestSite) -> None:
        self.desk, self.site = desk, site
        self.shows = [0, 500]
        self.seen: list[tuple[int, dict[int, Any]]] = []

    def until(self, first: int, last: int) -> None:
        """Read and count every quarter, the last reading is left to who follows; then look."""
        told = []
        for minute in range(first, last, 15):
            told += [reading(1 + n, minute, count) for n, count in enumerate(self.shows)]
            flown = flow(minute)[::-1] if minute in REVERSED else flow(minute)
            self.shows = [n + more for n, more in zip(self.shows, flown, strict=True)]
        self.site.accept(*told)
        self.look()

    def look(self) -> None:
        self.site.project()
        period = span_of_days(acts.DAY, acts.DAY, self.site.site.zone)
        with self.site.writer.connection() as connection:
            position = folded_position(connection, self.site.schema)
            self.seen.append((position, read_spans(connection, self.site.schema, [1, 2], period)))

    def exchange(self, minute: int, serial: str, start: list[int]) -> None:
        meter = find_meter(self.desk.metering, self.site.site.key)
        final = dict(enumerate(self.shows, 1))
        shown = dict(enumerate(start, 1))
        replace(meter, when=at(minute), final=final, start=shown, serial=serial)
        self.desk.metering.store(meter)
        self.shows = start
        self.look()

    def wired(self, minute: int, *, straight: bool = False) -> None:
        imported, exported = (f"{count / 100:.2f}" for count in self.shows)
        shown = (imported, f"active_energy_export={exported}")
        said = acts.AS_READ | {"start_counts": shown, "straight": straight}
        reverse(self.desk, "m1", at(minute), None, **said)
        self.look()

    def tell(self) -> None:
        desk = self.desk
        self.until(0, 360)
        self.wired(360)
        self.until(360, 480)
        record_reset(
            *(desk, "m1", at(480)),
            before=(f"{self.shows[0] / 100:.2f}",),
            after=("0.09",),
            stated=acts.SAID,
        )
        self.shows[0] = 9
        self.until(480, 540)
        self.wired(540, straight=True)
        self.until(540, 600)
        self.exchange(600, "S-2", [40, 60])
        self.until(600, 660)
        self.wired(660)
        self.until(660, 720)
        self.exchange(720, "S-3", [5, 7])
        self.until(720, 1455)


def test_a_reversed_meter_is_reset_put_right_and_exchanged_without_loss(
    desk: SiteDesk, site_schema: TestSite, new_site: Any
) -> None:
    site = site_schema
    story = Story(desk, site)
    story.tell()
    period = span_of_days(acts.DAY, acts.DAY, site.site.zone)
    _, spans = story.seen[-1]
    for n in (0, 1):
        assert spans[n + 1].usage.tolist() == [
            10 * flow(minute)[n] for minute in range(0, 1440, 15)
        ]
        assert (spans[n + 1].quality != Quality.MISSING).all()
    with site.writer.connection() as connection:
        assert read_findings(connection, site.schema, point="m1") == []
        for position, seen in story.seen:
            then = folded_as_of(connection, site.schema, site.site.zone, [1, 2], period, position)
            assert all(then[n].usage.tolist() == seen[n].usage.tolist() for n in (1, 2))
    again: TestSite = new_site()
    copied_journal(site, again)
    folded_live(again, 7)
    folded_live(site, 7)
    assert own_rows(again) == own_rows(site)


def own_rows(site: TestSite) -> dict[str, list[tuple[Any, ...]]]:
    """Return the rows of the views but the rolled-up ones: they keep the position of a slice."""
    of_slices = ("usage_hour", "usage_day", "usage_month", "demand_", "completeness_")
    rows = view_rows(site)
    return {view: rows[view] for view in rows if not view.startswith(of_slices)}


OPEN = (
    "SELECT code, channel FROM {s}.finding WHERE explained_position IS NULL "
    "AND code IN ('register.spike', 'reading.out_of_order') ORDER BY code, channel"
)
PROPOSED = "SELECT channel, state FROM {s}.correction"


@pytest.mark.parametrize("end", [360, None])
def test_a_point_that_was_wired_wrongly_is_checked_like_any_other(
    desk: SiteDesk, site_schema: TestSite, end: int | None
) -> None:
    """The spike of import's register hurts import behind the span, export within it."""
    site = site_schema
    site.accept(
        *[reading(1, minute, 0) for minute in range(0, 361, 15)],
        *[reading(2, minute, 500 + minute) for minute in range(0, 361, 15)],
    )
    site.project()
    reverse(desk, "m1", MIDNIGHT, None if end is None else at(end), **acts.AS_READ)
    hurt = 2 if end is None else 1
    own = {minute: minute - 360 for minute in range(375, 1441, 15)}
    late, spike = own.pop(1200), {600: own[600] + 5_000}
    site.accept(*[reading(1, minute, count) for minute, count in (own | spike).items()])
    site.accept(*[reading(2, minute, 860) for minute in range(375, 1441, 15)])
    look(site)
    assert site.rows(OPEN) == [("register.spike", hurt)]
    assert site.rows(PROPOSED) == [(1, "proposed")]  # of the register, whatever it counts for
    site.accept(reading(1, 1200, late + 9_000))
    look(site)
    assert ("reading.out_of_order", hurt) in site.rows(OPEN)


def look(site: TestSite) -> None:
    """Look until nothing is new."""
    for _ in range(5):
        site.project()
        looked = Validation(site.writer, site.schema, site.site.zone, site.clock).look()
        if looked is not None and not looked.behind and not looked.told:
            break
    site.project()

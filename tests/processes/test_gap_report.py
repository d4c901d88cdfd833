from __future__ import annotations

from datetime import datetime, timedelta
from uuid import uuid4

import pytest

from energy.base.clock import to_us
from energy.journal.noted import Notes
from energy.metering.note import note
from energy.metering.plant import Source
from processes.gap_report import Fate, GapReport, gap_report
from tests.fixtures.batches import at, reading
from tests.fixtures.postgres import TestSite, command, database_server, new_site, site_schema

__all__ = ["database_server", "new_site", "site_schema"]
pytestmark = pytest.mark.servers


class Yard:
    """A site with two meters behind one source and one behind another, asked every minute."""

    def __init__(self, site: TestSite) -> None:
        self.site = site
        for key in ("bus-1", "bus-2"):
            source = Source(
                site=site.site.key, key=key, kind="modbus_tcp",
                settings={"host": "127.0.0.1", "port": 502, "interval_s": 60},
                command_id=command("source", key),
            )  # fmt: skip
            site.application("metering").store(source)
        served = {"m1": "bus-1", "m2": "bus-1", "m3": "bus-2"}
        self.channels = {point: site.counter(point) for point in served}
        site.project()
        with site.writer.transaction() as connection:
            for point, key in served.items():
                connection.execute(
                    f"UPDATE {site.schema}.meter SET source = %s WHERE point = %s", (key, point)
                )

    def told(self, point: str, *minutes: range) -> None:
        rows = [
            reading(self.channels[point], minute, minute) for some in minutes for minute in some
        ]
        self.site.accept(*rows)

    def report(self, last: int = 120, **options: object) -> GapReport:
        self.site.project()
        return gap_report(
            self.site.writer,
            self.site.schema,
            at(0),
            at(last),
            **options,  # type: ignore[arg-type]
        )


@pytest.fixture
def yard(site_schema: TestSite) -> Yard:
    return Yard(site_schema)


def rows(report: GapReport) -> list[tuple[str, datetime, datetime, int, str]]:
    return [(g.point, g.start, g.end, g.slots, g.reason) for g in report.gaps]


def test_a_site_without_gaps_is_whole(yard: Yard) -> None:
    for point in yard.channels:
        yard.told(point, range(121))
    assert yard.report() == GapReport(gaps=(), numbers=())
    assert yard.report().is_whole


def test_gaps_say_whether_a_meter_its_bus_or_the_whole_site_was_silent(yard: Yard) -> None:
    yard.told("m1", range(20), range(30, 60), range(70, 100), range(110, 121))
    yard.told("m2", range(60), range(70, 100), range(110, 121))
    yard.told("m3", range(100), range(110, 121))
    expected = [
        ("m1", at(19), at(30), 10, "meter"),
        ("m1", at(59), at(70), 10, "bus"),
        ("m2", at(59), at(70), 10, "bus"),
        *((point, at(99), at(110), 10, "site") for point in ("m1", "m2", "m3")),
    ]
    assert rows(yard.report()) == expected
    assert not yard.report().is_whole
    assert {g.point for g in yard.report(source="bus-2").gaps} == {"m3"}


def test_what_waits_in_a_spool_is_told_from_what_is_lost(yard: Yard) -> None:
    for point in yard.channels:
        yard.told(point, range(60))
    epoch, sequence = yard.site.spooler.stream, yard.site.spooler.sequence
    spool = {
        "source_epoch": str(epoch),
        "head": sequence + 3,
        "sequences": [[sequence + 1, sequence + 2]],
        "open": {"bus-2": 4},
        "spans": [
            {"source": "bus-1", "readings": 9, "first_us": to_us(at(60)), "last_us": to_us(at(120))}
        ],
    }
    report = yard.report(spool=spool)
    assert {gap.point: gap.reason for gap in report.gaps} == dict.fromkeys(
        ("m1", "m2", "m3"), "waiting"
    )
    (lost,) = report.numbers
    assert (lost.source_epoch, lost.first, lost.last) == (epoch, sequence + 3, sequence + 3)
    assert lost.fate is Fate.LOST
    assert not report.is_whole


def test_reasons_that_the_collector_has_told_are_named(yard: Yard) -> None:
    for point in yard.channels:
        yard.told(point, range(20), range(30, 60), range(90, 121))
    thinned = note(
        "spool.thinned", at(60), at(89), source="bus-1",
        proof={"source_epoch": str(uuid4()), "sequences": [[1, 2]], "readings": 60},
    )  # fmt: skip
    down = note("collector.was_down", at(19) + timedelta(seconds=30), at(30))
    site = yard.site
    Notes(site.writer, site.schema, site.clock).take([thinned, down])
    found = {(g.point, g.start): g.reason for g in yard.report().gaps}
    assert {found[point, at(19)] for point in yard.channels} == {"collector_down"}
    assert [found[point, at(59)] for point in ("m1", "m2", "m3")] == ["thinned", "thinned", "site"]


def test_numbers_missing_between_others_are_waiting_thinned_or_elsewhere(yard: Yard) -> None:
    spooler = yard.site.spooler
    batches = [
        spooler.batch([reading(yard.channels["m1"], minute, minute)]) for minute in range(10)
    ]
    yard.site.ingest.accept([b for n, b in enumerate(batches) if n not in {2, 3, 5, 6}])
    first = batches[0].sequence
    report = yard.report(10)
    assert [(n.first - first, n.last - first, n.fate) for n in report.numbers] == [
        (2, 3, Fate.ELSEWHERE), (5, 6, Fate.ELSEWHERE)
    ]  # fmt: skip
    spool = {
        "source_epoch": str(spooler.stream),
        "head": batches[-1].sequence,
        "sequences": [[first + 2, first + 3], [first + 5, first + 5]],
    }
    numbers = yard.report(10, spool=spool).numbers
    fates = [(n.first - first, n.last - first, n.fate) for n in numbers]
    assert fates == [(2, 3, Fate.WAITING), (5, 5, Fate.WAITING), (6, 6, Fate.LOST)]


def test_the_rest_of_a_backlog_behind_a_mark_makes_nothing_lost_that_came_before_it(
    yard: Yard,
) -> None:
    spooler = yard.site.spooler
    batches = [spooler.batch([reading(yard.channels["m1"], n, n)]) for n in range(10)]
    yard.site.ingest.accept([batches[n] for n in (0, 1, 5, 6, 7)])  # the newest goes first
    with yard.site.writer.transaction() as connection:
        connection.execute(
            f"INSERT INTO {yard.site.schema}.mark "
            "SELECT max(notification_id), %s, 'midnight', %s "
            f"FROM {yard.site.schema}.metering_events",
            (at(0), at(0)),
        )
    yard.site.ingest.accept([batches[n] for n in (8, 2, 3, 4, 9)])
    assert yard.report(10).numbers == ()

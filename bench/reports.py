"""In: three weeks of 300 meters, 40 incidents. Out: how fast a day's report is made. I/O.

Timed is what `report make` does: everything gathered in one transaction, then the PDF and the
workbook in English, a span of its own each time. The baseline gathers as a script would, asking for
each meter by itself and for each of the three days, and sets the same paper by a fresh compiler and
fonts. 10 s a report are 0.1 a second.
"""

from __future__ import annotations

import math
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from itertools import cycle
from uuid import UUID

from bench.drafts import UTILITIES
from bench.ground import ZONE, BenchSite, Ground
from bench.measure import Aim, Bench, Scale, Sides, rate
from billing.documents.typesetting import pdf_alone
from dashboards.queries.sql_site import SqlSite
from dashboards.shift_papers.cells import Reader
from dashboards.shift_papers.paper import Paper, paper_job, report_pdf
from dashboards.shift_papers.workbook import workbook_of
from energy.alerting.views import OPERATIONS_VIEWS
from energy.base.ids import id_of
from energy.base.period import day_period
from energy.base.secrets import PersonVault
from energy.journal.application import JournalApplication
from energy.journal.follower import Follower, event_fold
from energy.metering.plant import PlaceTree
from energy.service.reports.kinds import ReportKind
from energy.service.reports.reads import ReportRow
from energy.service.reports.table import Contents, seal_of
from energy.service.views import OperationsView
from energy.service.work.desk import IncidentDesk, WorkPlanDesk
from energy.service.work.heard import Heard, Spot
from energy.service.work.kinds import Origin, Urgency
from energy.service.work.levels import parse_levels
from energy.store.sites import Site
from energy.views.computed import channel_usage
from processes.shift_reports.gathering import Gathered, gather

METERS, INCIDENTS, AREAS = 300, 40, 10
FIRST, LAST = date(2019, 1, 1), date(2019, 1, 22)
BY = UUID(int=1)
LEVELS = """
valid_from = 2019-01-01
reopen_days = 14
[hours]
week = { mon-fri = ["08:00-17:00"] }
[[level]]
class = "critical"
name = { en = "Critical", zh = "紧急" }
response_min = 15
resolution_min = 240
counting = "round_the_clock"
"""


@dataclass(frozen=True, slots=True, kw_only=True)
class Reported:
    """The report of a day, as PDF and workbook."""

    @contextmanager
    def __call__(self, ground: Ground, scale: Scale) -> Iterator[Sides]:
        """Give both sides."""
        meters = 12 if scale.smoke else METERS
        with reported_site(ground, meters) as (at, channels):
            days = cycle(f"2019-01-{day:02d}" for day in (22, 21, 20, 19, 18))

            def product() -> None:
                made = gather(at, ReportKind.DAY, next(days))
                row, reader = edition_of(made), reader_of("en")
                assert report_pdf(row, made.contents, reader, at.site.name, money=False)
                assert workbook_of(row, made.contents, reader, money=False)

            def baseline() -> None:
                made = gather(at, ReportKind.DAY, next(days))
                _one_by_one(at, channels, made.contents)
                row, reader = edition_of(made), reader_of("en")
                page = Paper(row, made.contents, reader, at.site.name).page(money=False)
                assert pdf_alone(paper_job(page, row))
                assert workbook_of(row, made.contents, reader, money=False)

            yield Sides(product=lambda: rate(1, product), baseline=lambda: rate(1, baseline))


def _one_by_one(at: SqlSite, channels: list[int], contents: Contents) -> None:
    """Ask for each meter by itself, three days."""
    day = date.fromisoformat(contents.span)
    with at.database.connection() as connection:
        for number in channels:
            for back in (0, 1, 7):
                period = day_period(day - timedelta(days=back), ZONE)
                channel_usage(connection, at.schema, ZONE, [number], period)


def edition_of(made: Gathered) -> ReportRow:
    """Return a first edition of what was gathered, as it would be kept."""
    contents = made.contents
    end = datetime.fromisoformat(contents.end)
    return ReportRow(
        report=UUID(int=2),
        edition=1,
        kind=contents.kind,
        span=contents.span,
        begin_at=datetime.fromisoformat(contents.begin),
        end_at=end,
        due_at=end + timedelta(hours=8, minutes=30),
        sha256=seal_of(contents.text()),
        positions=made.positions,
        changes=(),
        made_at=end + timedelta(minutes=10),
        made_by=None,
        reviewed_by=None,
        reviewed_at=None,
        sent_by=None,
        sent_at=None,
        sent_to=(),
        reminded_at=None,
        late_told_at=None,
        first_sent_at=None,
    )


def reader_of(language: str) -> Reader:
    """Return who reads, to whom every person is the same."""
    return Reader(language=language, zone=ZONE, name_of=lambda who: "Ada" if who else None)


@contextmanager
def reported_site(ground: Ground, meters: int) -> Iterator[tuple[SqlSite, list[int]]]:
    """Yield a site with so many meters in ten areas, usage of three weeks, incidents and alerts."""
    with ground.site(20) as made:
        key = made.schema.removeprefix("site_")
        site = Site(key=key, name="Bench airport", zone=ZONE, currency="GBP", language="en")
        _places(made, key)
        channels = _meters(ground, made, meters)
        made.clock.move_to(max(made.clock.now(), datetime(2019, 1, 23, 7, tzinfo=UTC)))
        _incidents(made, site)
        _alerts(ground, made)
        at = SqlSite(
            database=made.database,
            site=site,
            clock=made.clock,
            vault=PersonVault(bytes(32), {}),  # type: ignore[arg-type]
        )
        yield at, channels


def _places(made: BenchSite, key: str) -> None:
    places = [{"key": "site", "parent": None, "kind": "site", "name": "Airport"}]
    places += [
        {"key": f"area-{n}", "parent": "site", "kind": "area", "name": f"Area {n}"}
        for n in range(AREAS)
    ]
    tree = PlaceTree(site=key, places=places, command_id=id_of("bench tree", key))
    JournalApplication(made.database, made.schema, "metering", made.clock).store(tree)
    follower = made.metering()
    while follower.step():
        pass


def _meters(ground: Ground, made: BenchSite, meters: int) -> list[int]:
    """Put meters and the blocks of their days in place as the views write them."""
    for table in ("channel", "segment", "meter"):
        ground.administer(f"DELETE FROM {made.schema}.{table}")  # those of the readings' benches
    schema, numbers = made.schema, list(range(1000, 1000 + meters))
    for number in numbers:
        utility, (unit, quantity) = list(UTILITIES.items())[number % len(UTILITIES)]
        point = f"p-{number}"
        ground.administer(
            f"INSERT INTO {schema}.meter (point, meter, place, name, utility, address, "
            f"commissioned_at) VALUES ('{point}', gen_random_uuid(), "
            f"'area-{number % AREAS}', 'Meter {number}', '{utility}', '{{}}', '2018-01-01Z')"
        )
        ground.administer(
            f"INSERT INTO {schema}.channel SELECT {number}, '{point}', '{quantity}', 'counter', "
            f"'{utility}', '{unit}', '1/1000', NULL, 'import', 'secondary', true, 900, NULL"
        )
        ground.administer(
            f"INSERT INTO {schema}.segment SELECT {number}, '2018-01-01Z', NULL, 'S', '1', 0, "
            "NULL, 1"
        )
        missing = "00" * 90 + f"{6:02x}" * 6 if number % 97 == 0 else "00" * 96
        ground.administer(
            f"INSERT INTO {schema}.usage_block SELECT {number}, day, 0, 1, day AT TIME ZONE 'UTC', "
            f"900, 96, decode('{_shape(number)}', 'hex'), decode('{missing}', 'hex'), NULL, NULL, "
            f"0, 0 FROM generate_series(date '{FIRST}', date '{LAST}', interval '1 day') AS day"
        )
    for table in ("meter", "channel", "segment", "usage_block"):
        ground.administer(f"ANALYZE {schema}.{table}")
    return numbers


def _shape(number: int) -> str:
    """Return the usage of a day, more at noon, as a block holds it."""
    size = 20_000 * (1 + number % 7)
    values = [int(size * (2 - math.cos(math.tau * (n - 8) / 96))) for n in range(96)]
    return "".join(f"{value:08x}" for value in values)


def _incidents(made: BenchSite, site: Site) -> None:
    first, levels = parse_levels(LEVELS)
    WorkPlanDesk(made.database, site, made.clock).publish_levels(
        levels, valid_from=first, by=BY, command_id=id_of("bench levels", site.key)
    )
    desk = IncidentDesk(made.database, site, made.clock, lambda _: True)
    begin = datetime(2019, 1, 22, 1, tzinfo=UTC)
    for n in range(INCIDENTS):
        heard = Heard(
            origin=Origin.SEEN,
            about="",
            what=f"pump {n} of the chilled water plant hums and its seal leaks",
            urgency=Urgency.NORMAL,
            spot=Spot(),
            heard_at=begin + timedelta(minutes=30 * n),
        )
        desk.open(heard, "critical", by=BY, command_id=id_of("bench incident", site.key, str(n)))
    fold = event_fold(made.schema, [OperationsView()])
    follower = Follower(
        made.database, made.schema, "operations", OPERATIONS_VIEWS, fold, made.clock
    )
    while follower.step():
        pass


def _alerts(ground: Ground, made: BenchSite) -> None:
    ground.administer(
        f"INSERT INTO {made.schema}.alert (alert, rule, channel, severity, raised_at, value, "
        "limit_value, historic, cleared_at, acknowledged_at, position, name) "
        "SELECT gen_random_uuid(), gen_random_uuid(), 1000 + n, "
        "(ARRAY['critical', 'high', 'medium'])[1 + n % 3], "
        "timestamptz '2019-01-22 00:10Z' + n * interval '12 min', 1, 1, false, "
        "timestamptz '2019-01-22 01:10Z' + n * interval '12 min', "
        "timestamptz '2019-01-22 00:14Z' + n * interval '13 min', 1, 'Load of feeder ' || n "
        "FROM generate_series(1, 90) AS n"
    )


BENCHES = (
    Bench(
        name="reports-day",
        says="a day's report of 300 meters, 40 incidents as PDF and XLSX; meter by meter (10 s)",
        unit="report/s",
        prepare=Reported(),
        aim=Aim.VALUE_AT_LEAST,
        target=0.1,
    ),
)

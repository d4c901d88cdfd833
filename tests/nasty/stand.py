"""In: a simulated device on a socket. Out: what becomes of it in a site: the whole way. I/O.

The device answers on a port; the collector's own sources poll it, its spool keeps, its drain
brings; the views fold, the alarms look, and billing says what bars a bill. Only the clock is ours.
"""

from __future__ import annotations

import asyncio
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import timedelta
from pathlib import Path
from typing import Any

from adapters.modbus.learned import Learned
from adapters.modbus.register_map import load
from adapters.spool import Spool
from adapters.spool_rows import SpoolPart
from billing.views.supply import SupplyReader
from dashboards.queries.sql import SqlQueries
from dashboards.queries.sql_site import SqlSite
from dashboards.security.scope import Role, Scope
from energy.alerting.finding_alarms import FindingAlarms
from energy.alerting.views import OPERATIONS_VIEWS, AlertView
from energy.base.finding import Severity
from energy.base.period import day_period, local_day
from energy.base.secrets import PersonVault
from energy.journal.directory import TableKeys
from energy.journal.follower import Follower, event_fold
from energy.journal.noted import Notes
from energy.metering.plant import ChannelRegister
from energy.views.usage import read_spans
from processes.collector_drain import Drain
from processes.collector_plan import ChannelPlan, CollectPlan, MeterPlan, SourcePlan
from processes.collector_sources import Sources
from simulator.profile_image import Value
from simulator.profile_slave import ProfileSlave
from tests.fixtures.meters import commission, planned
from tests.fixtures.postgres import TestSite, command
from tests.fixtures.slaves import image_of, slaves

POINT, SOURCE, UNIT = "m1", "bus-1", 1


class Stand:
    """One meter that is really read, and what a site makes of it."""

    def __init__(
        self, site: TestSite, slave: ProfileSlave, folder: Path, profile: str, *quantities: str
    ) -> None:
        self.site, self.slave, self.profile = site, slave, profile
        read = load(profile)
        self.channels = {quantity: n for n, quantity in enumerate(quantities, start=1)}
        facts = [read.facts(quantity) for quantity in quantities]
        register = ChannelRegister(site=site.site.key, command_id=command("register"))
        register.take(point=POINT, count=len(facts), command_id=command("take"))
        meter = planned(site.site.key, POINT, 1, *facts)
        commission(meter)
        site.application("metering").store(register, meter)
        self.spool = Spool(folder / "spool.sqlite", site.clock)
        plan = CollectPlan(
            site=site.site.key,
            sources=(
                SourcePlan(
                    key=SOURCE,
                    kind="modbus_tcp",
                    host="127.0.0.1",
                    port=slave.port,
                    interval_s=900,
                    timeout_ms=5000,
                ),
            ),
            meters=(
                MeterPlan(
                    point=POINT,
                    source=SOURCE,
                    profile=profile,
                    address={"unit": UNIT},
                    channels=tuple(
                        ChannelPlan(number=number, quantity=quantity)
                        for quantity, number in self.channels.items()
                    ),
                    serial="S-1",
                ),
            ),
        )
        self.sources = Sources(plan, self.spool, site.clock, Learned())
        notes = Notes(site.writer, site.schema, site.clock)
        self.drain = Drain(self.spool, site.ingest, notes=notes)
        self.runner = asyncio.Runner()

    def close(self) -> None:
        self.sources.close()
        self.runner.close()
        self.spool.close()

    def show(self, *, word_order: str | None = None, **values: Value) -> None:
        """Let the device show a sound device's values but for these."""
        self.slave.images[UNIT] = image_of(self.profile, values, word_order=word_order)

    def registers(self, address: int, *words: int, code: int = 3) -> None:
        """Put bare words into registers."""
        image = dict(self.slave.images[UNIT])
        image |= {(code, address + n): word for n, word in enumerate(words)}
        self.slave.images[UNIT] = image

    def poll(self, *, minutes: int = 15) -> None:
        """Let time go on and poll the device once; what it gave is brought to the journal."""
        self.site.clock.move_to(self.site.clock.now() + timedelta(minutes=minutes))
        (source,) = self.sources.polled
        result = self.runner.run(source.poll(self.site.clock.now(), urgent=True))
        self.sources.note(source, result)
        self.sources.commit([SpoolPart(source=source.key, columns=result.columns)], ())
        self.sources.findings.tell()
        while self.drain.step(least=1):
            continue
        assert not self.drain.failing, self.drain.failing

    def look(self) -> None:
        """Let views and alarms catch up."""
        self.site.project(rollups=True)
        FindingAlarms(self.site.writer, self.site.schema, self.site.clock).step()
        fold = event_fold(self.site.schema, [AlertView()])
        follower = Follower(
            self.site.writer, self.site.schema, "operations", OPERATIONS_VIEWS, fold,
            self.site.clock,
        )  # fmt: skip
        while follower.step():
            pass

    def alarms(self) -> list[tuple[str, str]]:
        """Return code and severity of every open alert of a finding."""
        self.look()
        return self.site.rows(
            "SELECT f.code, a.severity FROM {s}.alert AS a JOIN {s}.alert_finding AS f "
            "USING (alert) WHERE a.cleared_at IS NULL AND NOT a.historic ORDER BY 1, 2"
        )

    def on_screen(self) -> list[tuple[str, str, str]]:
        """Return code, metering point and meter of every open alert, as the dashboard asks."""
        self.look()
        manager = Scope(
            person=command("manager"),
            name="M",
            roles=frozenset({Role.ENERGY_MANAGER}),
            sites=frozenset({self.site.site.key}),
        )
        screens = SqlSite(
            database=self.site.writer,
            site=self.site.site,
            clock=self.site.clock,
            vault=PersonVault(bytes(32), TableKeys(self.site.writer)),
        )
        rows = SqlQueries(screens).open_alerts(manager).rows
        return [(row.code, row.point, row.meter) for row in rows]

    def bars(self) -> set[str]:
        """Return the codes that bar a bill of the day, as billing reads them; no tariff aside."""
        self.look()
        day = local_day(self.site.clock.now(), self.site.site.zone)
        with self.site.writer.connection() as connection:
            reader = SupplyReader(
                connection,
                self.site.site,
                self.site.application("metering").position(),
                self.site.application("books").position(),
            )
            facts = reader.facts(POINT, "none", day, day)
        return {
            each.code
            for each in facts.findings
            if each.severity is Severity.DO_NOT_BILL and each.code != "bill.tariff_missing"
        }

    def readings(self, quantity: str) -> list[tuple[Any, ...]]:
        """Return count and quality of a channel's readings, by time."""
        self.look()
        return self.site.rows(
            "SELECT count, quality FROM {s}.reading WHERE channel = %s ORDER BY at",
            self.channels[quantity],
        )

    def usage(self, quantity: str) -> list[tuple[int, int]]:
        """Return usage [base unit] and quality of every quarter of the day, known or not."""
        self.look()
        zone = self.site.site.zone
        today = day_period(local_day(self.site.clock.now(), zone), zone)
        number = self.channels[quantity]
        with self.site.writer.connection() as connection:
            span = read_spans(connection, self.site.schema, [number], today)[number]
        return list(zip(span.usage.tolist(), span.quality.tolist(), strict=True))


@contextmanager
def stand(site: TestSite, folder: Path, profile: str, *quantities: str) -> Iterator[Stand]:
    """Run a device of a product and the collector that reads it."""
    with slaves({UNIT: image_of(profile)}) as slave:
        made = Stand(site, slave, folder, profile, *quantities)
        try:
            yield made
        finally:
            made.close()

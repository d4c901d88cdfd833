"""One reading walks by name through every step, from the register to the invoice.

It is the count of cam-b2-elec at the end of 1 January 2019: the opening register of the bill has
gone before it, and nothing else of the meter is known.
"""

from __future__ import annotations

import ast
import asyncio
import json
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from fractions import Fraction
from pathlib import Path
from typing import Any
from uuid import UUID, uuid4

import pytest

from adapters.modbus.link import Link, LinkKind
from adapters.modbus.register_map import load
from adapters.modbus.source import ModbusMeter, ModbusSettings, ModbusSource
from adapters.spool import Spool
from billing.office import BillingOffice
from billing.runs.review import ReviewedDraft
from energy.base.clock import ManualClock, to_us
from energy.base.period import day_period
from energy.base.quality import Quality
from energy.base.secrets import PersonVault
from energy.journal.directory import TableKeys
from energy.journal.entry import BATCH_TOPIC, decode_batch
from energy.journal.ingest import Ingest
from energy.journal.recorder import read_entries
from energy.journal.verify import verify
from energy.metering.codec import decode
from energy.metering.reading import Reading, ReadingColumns, SpooledBatch
from energy.store.pool import Database
from energy.store.sites import Site
from energy.system import OWNER, WRITER
from energy.views.registry_reads import channel_numbers
from energy.views.usage import read_spans
from processes.project import catch_up
from processes.site_init import check_site_file, init_site
from simulator.energy_file import load_series
from simulator.modbus_slave import start_slave
from simulator.plant import ElectricMeter, Plant, read_plant
from tests.fixtures.postgres import DatabaseServer

ROOT = Path(__file__).resolve().parents[2]
SITE_FILE = ROOT / "simulator" / "sites" / "cambridge" / "site.toml"
NEW_YEAR = date(2019, 1, 1)
OPENING = datetime(2019, 1, 1, tzinfo=UTC)
CLOSING = OPENING + timedelta(days=1)
POINT, GAS, ACCOUNT = "cam-b2-elec", "cam-b2-gas", "A-0002"
STEPS = {
    "1": ("adapters/modbus/source.py", "adapters/mqtt/source.py"),
    "2": ("adapters/spool.py",),
    "3": ("energy/journal/ingest.py",),
    "4": ("energy/views/usage.py",),
    "5b": ("billing/rating/rate.py",),
    "6": ("billing/runs/bill_run.py", "billing/invoices/invoice.py"),
}


@pytest.mark.parametrize(
    ("step", "file"), [(step, file) for step, files in STEPS.items() for file in files]
)
def test_file_on_the_line_says_which_step_it_is(step: str, file: str) -> None:
    docstring = ast.get_docstring(ast.parse((ROOT / file).read_text(encoding="utf-8")))
    assert docstring is not None
    first = docstring.split("\n\n")[0]
    assert first.startswith(f"Step {step} of 6")
    assert "Pure" in first or "I/O" in first


@pytest.fixture(scope="module")
def plant() -> Plant:
    return read_plant(SITE_FILE, load_series(), shift_weeks=0)


@pytest.fixture
def clock() -> ManualClock:
    return ManualClock(OPENING)


@pytest.fixture
def writer(database_server: DatabaseServer, directory: Database) -> Iterator[Database]:
    database = Database(database_server.dsn(WRITER))
    yield database
    database.close()
    with database_server.superuser() as connection:
        connection.execute("DROP SCHEMA IF EXISTS site_cambridge CASCADE")
        connection.execute("DELETE FROM directory.migration WHERE scope = 'site_cambridge'")


@pytest.fixture
def campus(
    database_server: DatabaseServer,
    writer: Database,
    clock: ManualClock,
    plant: Plant,
    tmp_path: Path,
) -> Campus:
    owner = Database(database_server.dsn(OWNER), max_size=2)
    vault = PersonVault(bytes(range(32)), TableKeys(writer))
    try:
        site = init_site(check_site_file(SITE_FILE), owner, writer, clock, vault)
    finally:
        owner.close()
    (meter,) = (each for each in plant.electric if each.point == POINT)
    numbers = channel_numbers(writer, site.schema)
    return Campus(
        site=site,
        plant=plant,
        meter=meter,
        channels={quantity: numbers[POINT, quantity] for quantity in meter.quantities},
        gas_channel=numbers[GAS, "volume"],
        writer=writer,
        clock=clock,
        office=BillingOffice(writer, site, clock, vault),
        folder=tmp_path,
    )


@dataclass(frozen=True, kw_only=True)
class Campus:
    """The demo campus before anything was read, and the meter whose reading walks."""

    site: Site
    plant: Plant
    meter: ElectricMeter
    channels: dict[str, int]
    gas_channel: int
    writer: Database
    clock: ManualClock
    office: BillingOffice
    folder: Path

    @property
    def channel(self) -> int:
        return self.channels["active_energy_import"]

    def true_count(self, at: datetime) -> int:
        """Return what the register really holds, by the simulator's own book."""
        return self.meter.register.true_count(to_us(at))


@pytest.mark.servers
def test_one_reading_from_the_register_to_the_invoice(campus: Campus) -> None:
    the_reading = Reading(channel=campus.channel, at=CLOSING, count=campus.true_count(CLOSING))
    columns = asyncio.run(step_1_poll(campus, the_reading))
    batch = step_2_spool(campus, columns, the_reading)
    position = step_3_accept(campus, batch, the_reading)
    used_counts = the_reading.count - campus.true_count(OPENING)
    step_4_project(campus, used_counts)
    run, draft = step_5b_rate(campus, used_counts)
    step_6_issue(campus, run, draft, position, the_reading)


async def step_1_poll(campus: Campus, the_reading: Reading) -> ReadingColumns:
    """Registers -> reading: asked over a real socket at the opening and closing midnight."""
    slave = await start_slave(
        [campus.meter], campus.clock, lambda *_: None, host="127.0.0.1", port=0
    )
    asked = ModbusMeter(
        point=POINT,
        unit=campus.meter.unit,
        map=load(campus.meter.profile),
        channels=campus.channels,
    )
    settings = ModbusSettings(
        key="modbus-1", link=Link(kind=LinkKind.TCP, host="127.0.0.1", port=slave.port)
    )
    source = ModbusSource(settings, [asked], campus.clock)
    answers = []
    for slot in (OPENING, CLOSING):
        campus.clock.move_to(slot)
        result = await source.poll(slot, urgent=True)
        assert result.failures == ()
        answers.append(result.columns)
    source.close()
    await slave.close()
    assert the_reading in list(answers[1])
    return ReadingColumns.joined(answers)


def step_2_spool(campus: Campus, columns: ReadingColumns, the_reading: Reading) -> SpooledBatch:
    """Reading -> the same, safe on disk, numbered and chained."""
    spool = Spool(campus.folder / "spool.sqlite", campus.clock)
    assert spool.append("modbus-1", columns) == len(columns)
    assert spool.seal() == 1
    spool.close()
    again = Spool(campus.folder / "spool.sqlite", campus.clock)
    (batch,) = again.pending()
    assert (batch.stream, batch.sequence, batch.source) == (again.stream, 1, "modbus-1")
    assert the_reading in list(decode(batch.payload))
    again.close()
    return batch


def step_3_accept(campus: Campus, batch: SpooledBatch, the_reading: Reading) -> int:
    """Batch -> journal entry; return its position."""
    schema = campus.site.schema
    accepted = Ingest(campus.writer, schema, campus.clock).accept([batch])
    spool = Spool(campus.folder / "spool.sqlite", campus.clock)
    spool.accepted([batch])
    assert (accepted.stored, spool.pending()) == (1, [])
    spool.close()
    with campus.writer.connection() as connection:
        (entry,) = read_entries(
            connection, schema, "metering", after=accepted.position - 1, limit=9
        )
        assert verify(connection, schema, "metering").chain_ok
    assert entry.topic == BATCH_TOPIC
    assert the_reading in list(decode(decode_batch(entry.state).payload))
    return accepted.position


def step_4_project(campus: Campus, used_counts: int) -> None:
    """Journal entries -> usage, beside the gas that the same bill needs."""
    _bring_gas(campus)
    catch_up(campus.writer, campus.site, campus.clock)
    day = day_period(NEW_YEAR, campus.site.zone)
    with campus.writer.connection() as connection:
        span = read_spans(connection, campus.site.schema, [campus.channel], day)[campus.channel]
    assert int(span.usage.sum()) == used_counts * 10, "Wh of counts of 0.01 kWh"
    assert set(span.quality.tolist()) == {Quality.INTERPOLATED}, "measured total, estimated shape"


def step_5b_rate(campus: Campus, used_counts: int) -> tuple[UUID, ReviewedDraft]:
    """Usage and tariff -> charge lines."""
    office = campus.office
    run = office.open_run(NEW_YEAR, NEW_YEAR, uuid4(), uuid4(), accounts=[ACCOUNT])
    catch_up(campus.writer, campus.site, campus.clock)
    (draft,) = office.rate(run).drafts
    assert draft.findings == ()
    energy = [c for c in _supply(draft.document)["charges"] if c["clause"].startswith("E.")]
    assert sum(Fraction(c["quantity"]) for c in energy) == Fraction(used_counts, 100)
    for charge in energy:
        exact = Fraction(charge["quantity"]) * Fraction(charge["price"])
        assert exact == Fraction(charge["unrounded"])
    return run, draft


def step_6_issue(
    campus: Campus, run: UUID, draft: ReviewedDraft, position: int, the_reading: Reading
) -> None:
    """Charge lines -> invoice, with the reading on it and the way back to the journal."""
    campus.office.approve(run, uuid4())
    (number,) = campus.office.issue(run, uuid4())
    catch_up(campus.writer, campus.site, campus.clock)
    with campus.writer.connection() as connection:
        row: tuple[Any, ...] | None = connection.execute(
            f"SELECT number, document, total, provenance FROM {campus.site.schema}.invoice".encode()
        ).fetchone()
    assert row is not None
    assert row[0] == number == "CAM-2019-000001"
    closing = _supply(row[1])["readings"][0]["closing"]
    assert closing["at"] == CLOSING.isoformat()
    assert closing["count"] == the_reading.count
    assert Decimal(closing["shown"]) == Decimal(the_reading.count) / 100
    assert row[2] == draft.total > 0
    assert str(position) in row[3], "the provenance leads back to the journal entry"
    assert campus.office.re_rate(draft.invoice).same


def _supply(document: str) -> dict[str, Any]:
    (supply,) = (s for s in json.loads(document)["supplies"] if s["point"] == POINT)
    found: dict[str, Any] = supply
    return found


def _bring_gas(campus: Campus) -> None:
    """Let the account's gas meter be read too: a bill holds all of an account or nothing."""
    (pulse,) = (each for each in campus.plant.pulse if each.point == GAS)
    spool = Spool(campus.folder / "gas.sqlite", campus.clock)
    spool.append(
        "pulses-1",
        ReadingColumns.of(
            Reading(
                channel=campus.gas_channel,
                at=at,
                count=pulse.register.shown_count(to_us(at)),
            )
            for at in (OPENING, CLOSING)
        ),
    )
    spool.seal()
    Ingest(campus.writer, campus.site.schema, campus.clock).accept(spool.pending())
    spool.close()

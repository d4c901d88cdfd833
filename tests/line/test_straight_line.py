"""One reading walks by name through every step, from the register to the invoice.

It is the count of cam-b2-elec at the end of 1 January 2019: the opening register of the bill has
gone before it, and nothing else of the meter is known.
"""

from __future__ import annotations

import ast
import asyncio
import json
from collections.abc import Iterator
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from fractions import Fraction
from pathlib import Path
from typing import Any
from uuid import uuid4

import pytest

from adapters.modbus.register_map import load
from adapters.modbus.source import ModbusMeter, ModbusSettings, ModbusSource
from adapters.spool import Spool
from billing.office import BillingOffice
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
from energy.metering.reading import Reading, ReadingColumns
from energy.store.pool import Database
from energy.store.sites import Site
from energy.system import OWNER, WRITER
from energy.views.usage import read_spans
from processes.project import catch_up
from processes.site_init import channel_numbers, check_site_file, init_site
from simulator.energy_file import load_series
from simulator.modbus_slave import start_slave
from simulator.plant import Plant, read_plant
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
    "5b": ("billing/rating.py",),
    "6": ("billing/bill_run.py", "billing/invoice.py"),
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
def vault(writer: Database) -> PersonVault:
    return PersonVault(bytes(range(32)), TableKeys(writer))


@pytest.fixture
def site(
    database_server: DatabaseServer, writer: Database, clock: ManualClock, vault: PersonVault
) -> Site:
    owner = Database(database_server.dsn(OWNER), max_size=2)
    try:
        return init_site(check_site_file(SITE_FILE), owner, writer, clock, vault)
    finally:
        owner.close()


async def polled(plant: Plant, clock: ManualClock, channels: dict[str, int]) -> ReadingColumns:
    """Ask the meter's registers over a real socket at the opening and the closing midnight."""
    (meter,) = (each for each in plant.electric if each.point == POINT)
    slave = await start_slave([meter], clock, lambda *_: None, host="127.0.0.1", port=0)
    port = slave.sockets[0].getsockname()[1]
    asked = ModbusMeter(
        point=POINT, unit=meter.unit, map=load(meter.profile), channels=channels
    )
    source = ModbusSource(
        ModbusSettings(key="modbus-1", host="127.0.0.1", port=port), [asked], clock
    )
    answers = []
    for slot in (OPENING, CLOSING):
        if slot > clock.now():
            clock.move_to(slot)
        result = await source.poll(slot, urgent=True)
        assert result.failures == ()
        answers.append(result.columns)
    source.close()
    slave.close()
    await slave.wait_closed()
    return ReadingColumns.joined(answers)


@pytest.mark.servers
def test_one_reading_from_the_register_to_the_invoice(
    site: Site,
    plant: Plant,
    writer: Database,
    clock: ManualClock,
    vault: PersonVault,
    tmp_path: Path,
) -> None:
    numbers = channel_numbers(writer, site.schema)
    (meter,) = (each for each in plant.electric if each.point == POINT)
    channels = {quantity: numbers[POINT, quantity] for quantity in meter.quantities}
    channel = channels["active_energy_import"]

    # step 1, poll: registers -> reading
    columns = asyncio.run(polled(plant, clock, channels))
    true_count = meter.register.true_count(to_us(CLOSING))
    the_reading = Reading(channel=channel, at=CLOSING, count=true_count)
    assert the_reading in list(columns)

    # step 2, spool: the same, safe on disk, numbered and chained
    spool = Spool(tmp_path / "spool.sqlite", clock)
    assert spool.append("modbus-1", columns) == len(columns)
    assert spool.seal() == 1
    (batch,) = spool.pending()
    assert (batch.stream, batch.sequence, batch.source) == (spool.stream, 1, "modbus-1")
    assert the_reading in list(decode(batch.payload))

    # step 3, accept: batch -> journal entry
    accepted = Ingest(writer, site.schema, clock).accept([batch])
    spool.accepted([batch])
    assert (accepted.stored, spool.pending()) == (1, [])
    spool.close()
    with writer.connection() as connection:
        (entry,) = read_entries(
            connection, site.schema, "metering", after=accepted.position - 1, limit=9
        )
        assert verify(connection, site.schema, "metering").chain_ok
    assert entry.topic == BATCH_TOPIC
    assert the_reading in list(decode(decode_batch(entry.state).payload))
    _bring_gas(site, plant, writer, clock, numbers[GAS, "volume"], tmp_path)

    # step 4, project: journal entries -> usage
    catch_up(writer, site, clock)
    day = day_period(NEW_YEAR, site.zone)
    with writer.connection() as connection:
        span = read_spans(connection, site.schema, [channel], day)[channel]
    used_counts = true_count - meter.register.true_count(to_us(OPENING))
    assert int(span.usage.sum()) == used_counts * 10, "Wh of counts of 0.01 kWh"
    assert set(span.quality.tolist()) == {Quality.INTERPOLATED}, "measured total, estimated shape"

    # step 5b, rate: usage and tariff -> charge lines
    office = BillingOffice(writer, site, clock, vault)
    run = office.open_run(NEW_YEAR, NEW_YEAR, uuid4(), uuid4(), accounts=[ACCOUNT])
    catch_up(writer, site, clock)
    (draft,) = office.rate(run).drafts
    assert draft.findings == ()
    supply = _supply(draft.document)
    energy = [c for c in supply["charges"] if c["clause"].startswith("E.")]
    assert sum(Fraction(c["quantity"]) for c in energy) == Fraction(used_counts, 100)
    for charge in energy:
        assert Fraction(charge["quantity"]) * Fraction(charge["price"]) == Fraction(
            charge["unrounded"]
        )

    # step 6, issue: charge lines -> invoice
    office.approve(run, uuid4())
    assert office.issue(run, uuid4()) == ["CAM-2019-000001"]
    catch_up(writer, site, clock)
    with writer.connection() as connection:
        row: tuple[Any, ...] | None = connection.execute(
            f"SELECT number, document, total, provenance FROM {site.schema}.invoice".encode()
        ).fetchone()
    assert row is not None
    assert row[0] == "CAM-2019-000001"
    closing = _supply(row[1])["readings"][0]["closing"]
    assert closing["at"] == CLOSING.isoformat()
    assert closing["count"] == the_reading.count
    assert Decimal(closing["shown"]) == Decimal(the_reading.count) / 100
    assert row[2] == draft.total > 0
    assert str(accepted.position) in row[3], "the provenance leads back to the journal entry"
    assert office.re_rate(draft.invoice).same


def _supply(document: str) -> dict[str, Any]:
    (supply,) = (s for s in json.loads(document)["supplies"] if s["point"] == POINT)
    found: dict[str, Any] = supply
    return found


def _bring_gas(
    site: Site, plant: Plant, writer: Database, clock: ManualClock, channel: int, folder: Path
) -> None:
    """Let the account's gas meter be read too: a bill holds all of an account or nothing."""
    (pulse,) = (each for each in plant.pulse if each.point == GAS)
    spool = Spool(folder / "gas.sqlite", clock)
    spool.append(
        "pulses-1",
        ReadingColumns.of(
            Reading(channel=channel, at=at, count=pulse.register.shown_count(to_us(at)))
            for at in (OPENING, CLOSING)
        ),
    )
    spool.seal()
    Ingest(writer, site.schema, clock).accept(spool.pending())
    spool.close()

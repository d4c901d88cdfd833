"""In: a data directory. Out: an installation with 1,000 meters, rules, people, a gateway. I/O.

The site is made through the journal as `site init` makes it: meters of a few quantities each, a
rule of its own for each meter's load, and a rule a quantity for all meters together.
"""

from __future__ import annotations

import os
import sys
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, replace
from fractions import Fraction
from pathlib import Path
from zoneinfo import ZoneInfo

import psycopg

from adapters.modbus.read_plan import plan_reads
from adapters.modbus.register_map import load
from bench.modbus import PROFILE, host_of
from energy.alerting.notices.desk import ContactWords, NoticeDesk
from energy.alerting.notices.gateway import GatewayKind
from energy.alerting.notices.words import TemplateKey, shipped
from energy.alerting.rule import Rule
from energy.base.aggregate import use_clock
from energy.base.clock import Clock, SystemClock
from energy.base.config import Config
from energy.base.ids import id_of
from energy.journal.application import JournalApplication
from energy.journal.directory import found_site
from energy.metering.channel import Channel
from energy.metering.meter import Meter, facts_to_json
from energy.store.embedded import EmbeddedPostgres
from energy.store.migrate import make_roles, migrate_directory, migrate_site
from energy.store.server_settings import SUPERUSER
from energy.store.sites import Site
from energy.system import OWNER, WRITER, System, embedded_of
from processes.collector_plan import ChannelPlan, CollectPlan, MeterPlan, SourcePlan
from processes.meter_profiles import load_product
from processes.project import catch_up
from simulator.gateways.web import WebGateway

SITE = Site(
    key="bench", name="Bench", zone=ZoneInfo("Europe/London"), currency="GBP", language="en"
)
LOAD = "active_power_l1"
"""Of it each meter has a rule of its own."""
COMMON = (
    *("voltage_l1", "voltage_l2", "voltage_l3", "current_l1", "current_l2", "current_l3"),
    *("active_power_l2", "active_power_l3", "apparent_power_l1", "apparent_power_l2"),
)
"""Of each there is one rule for all meters."""
QUANTITIES = (*COMMON[:6], LOAD, *COMMON[6:])
HIGH = 5_000.0
"""Above every limit; the slave's picture is far below."""
TOKEN = "bench"  # noqa: S105 - of a gateway that listens on the loopback alone
GATEWAY = "sms"
PHONE = "+441632960001"
MADE_BY, REVIEWED_BY = id_of("bench", "author"), id_of("bench", "reviewer")
_TOGETHER = 100
_PLAN = {
    "signature": {"en": "Bench", "zh": "测试"},
    "person_per_hour": 0,
    "duty": {"high": {"repeat_s": 0, "escalate_s": 0, "tell_cleared": False}},
    "who": [{"severity": "high", "level": 1, "group": "duty", "ways": ["sms"]}],
}
_GATEWAYS = """[[gateway]]
name = "{name}"
kind = "sms"
adapter = "http_sms"
timeout_s = 10
[gateway.options]
shape = "bench.toml"
base = "{base}"
sender = "10690000"
"""


@dataclass(frozen=True, slots=True, kw_only=True)
class Place:
    """An installation that is ready: its server runs, its processes do not."""

    config: Config
    meters: int
    clock: SystemClock
    server: EmbeddedPostgres

    def environment(self) -> Mapping[str, str]:
        """Return what its processes must know."""
        return {
            **os.environ,
            "METERLINE_DATA_DIR": str(self.config.data_dir),
            "METERLINE_GATEWAYS": self.config.gateways,
            "METERLINE_SITE": SITE.key,
            "METERLINE_COLLECT_PORT": "0",
            "METERLINE_PROJECT_PORT": "0",
            "METERLINE_JOBS_PORT": "0",
            "PYTHONPATH": str(Path(__file__).parents[2]),
        }

    def administer(self, *statements: str) -> None:
        """Run statements as superuser."""
        with psycopg.connect(self.server.dsn(user=SUPERUSER), autocommit=True) as connection:
            for each in statements:
                connection.execute(each.encode())

    def version(self) -> str:
        """Return the server's version."""
        return self._asked("SHOW server_version")

    def journal_size(self) -> int:
        """Return the size of the readings' journal with its indexes. [byte]."""
        return int(self._asked(f"SELECT pg_total_relation_size('{SITE.schema}.metering_events')"))

    def _asked(self, question: str) -> str:
        with psycopg.connect(self.server.dsn(user=SUPERUSER)) as connection:
            row = connection.execute(question.encode()).fetchone()
        assert row is not None, "the question has an answer"
        return str(row[0])


def channel_of(meter: int, quantity: str) -> int:
    """Return the number of a meter's channel."""
    return 1 + meter * len(QUANTITIES) + QUANTITIES.index(quantity)


def meter_of(channel: int) -> int:
    """Return the meter that a channel is of."""
    return (channel - 1) // len(QUANTITIES)


def register_of(quantity: str) -> int:
    """Return the first register of a quantity."""
    return load(PROFILE).point(quantity).address


def reads_a_meter() -> int:
    """Return how many questions a poll of one meter takes."""
    points = load(PROFILE)
    return len(plan_reads(points.point(quantity) for quantity in QUANTITIES))


def collect_plan(port: int, meters: int) -> CollectPlan:
    """Return a plan of meters that are each a bus of their own, polled each second."""
    return CollectPlan(
        site=SITE.key,
        sources=tuple(
            SourcePlan(key=f"m{n}", kind="modbus_tcp", host=host_of(n), port=port, interval_s=1)
            for n in range(meters)
        ),
        meters=tuple(
            MeterPlan(
                point=f"p{n}",
                source=f"m{n}",
                profile=PROFILE,
                address={"unit": 1},
                channels=tuple(
                    ChannelPlan(number=channel_of(n, each), quantity=each) for each in QUANTITIES
                ),
            )
            for n in range(meters)
        ),
    )


@contextmanager
def made(folder: Path, meters: int, gateway: WebGateway) -> Iterator[Place]:
    """Give a fresh installation in a folder; its server is stopped afterwards.

    Args:
        folder: Empty; stays.
        meters: How many.
        gateway: Listens already.
    """
    folder.chmod(0o755)  # PostgreSQL of a root launcher runs as another account
    config = replace(Config(), data_dir=folder, gateways=str(folder / "gateways.toml"))
    config.secrets_dir.mkdir(mode=0o700, exist_ok=True)
    _tell_of_gateway(config, gateway)
    clock = SystemClock()
    use_clock(clock)
    server = embedded_of(config)
    server.start()
    try:
        make_roles(server.dsn(user=SUPERUSER))
        system = System(config=config, role=WRITER, clock=clock)
        try:
            _founded(system, owner_dsn=server.dsn(user=OWNER), clock=clock)
            _planned(system, meters)
            _ruled(system, meters)
            _book(system)
        finally:
            system.close()
        yield Place(config=config, meters=meters, clock=clock, server=server)
    finally:
        server.stop()


def _tell_of_gateway(config: Config, gateway: WebGateway) -> None:
    told = _GATEWAYS.format(name=GATEWAY, base=gateway.base)
    Path(config.gateways).write_text(told, encoding="utf-8")
    (config.secrets_dir / f"gateway-{GATEWAY}").write_text(gateway.token, encoding="utf-8")
    shapes = config.data_dir / "gateways"
    shapes.mkdir(exist_ok=True)
    sample = Path(__file__).parents[2] / "adapters" / "sms" / "http" / "shape.sample.toml"
    (shapes / "bench.toml").write_bytes(sample.read_bytes())


def _founded(system: System, *, owner_dsn: str, clock: SystemClock) -> None:
    with psycopg.connect(owner_dsn, autocommit=True) as owner:
        migrate_directory(owner, at=clock.now())
        migrate_site(owner, SITE.key, at=clock.now())
    found_site(
        system.database,
        clock,
        key=SITE.key,
        name=SITE.name,
        zone=SITE.zone.key,
        currency=SITE.currency,
        language=SITE.language,
        command_id=id_of("bench", "found"),
    )


def _planned(system: System, meters: int) -> None:
    metering = JournalApplication(system.database, SITE.schema, "metering", system.clock)
    for first in range(0, meters, _TOGETHER):
        numbers = range(first, min(first + _TOGETHER, meters))
        metering.store(*(_meter(number, system.clock) for number in numbers))
    catch_up(system.database, SITE, system.clock)


def _meter(number: int, clock: Clock) -> Meter:
    point, product = f"p{number}", load_product(PROFILE)
    channels = [
        Channel(number=channel_of(number, each), point=point, facts=product.facts(each))
        for each in QUANTITIES
    ]
    meter = Meter(
        site=SITE.key,
        point=point,
        name=f"Feeder {number}",
        place="hall",
        utility="electricity",
        channels=[facts_to_json(channel) for channel in channels],
        command_id=id_of("bench", point, "plan"),
    )
    meter.commission(
        at=clock.now(),
        serial=f"S-{number}",
        profile=PROFILE,
        source=f"m{number}",
        address={"unit": 1},
        multiplier=Fraction(1),
        start_counts={},
        record={},
        command_id=id_of("bench", point, "commission"),
    )
    return meter


def _ruled(system: System, meters: int) -> None:
    subjects = {f"load-{n}": {"points": [f"p{n}"], "quantity": LOAD} for n in range(meters)}
    subjects |= {each.replace("_", "-"): {"quantity": each} for each in COMMON}
    rules = [
        Rule(
            site=SITE.key,
            key=key,
            version=1,
            spec={
                "key": key,
                "version": 1,
                "kind": "threshold",
                "name": f"High {key}",
                "severity": "high",
                "channel": 0,
                "subject": subject,
                "terms": {"above": "1000", "deadband": "10"},
            },
            command_id=id_of("bench", "rule", key),
        )
        for key, subject in subjects.items()
    ]
    operations = JournalApplication(system.database, SITE.schema, "operations", system.clock)
    for first in range(0, len(rules), _TOGETHER):
        operations.store(*rules[first : first + _TOGETHER])
    catch_up(system.database, SITE, system.clock)


def _book(system: System) -> None:
    """Register who is on duty, the texts, the plan: one message an alert."""
    desk = NoticeDesk(system.database, SITE, system.vault, system.clock)

    words = ContactWords(
        key="duty", name="Duty", language="en", acknowledges=False,
        addresses={GatewayKind.SMS: PHONE},
    )  # fmt: skip
    desk.register(words, by=MADE_BY, command_id=id_of("bench", "contact"))
    catch_up(system.database, SITE, system.clock)
    desk.set_group("duty", ["duty"], by=MADE_BY, command_id=id_of("bench", "group"))
    for key in TemplateKey:
        desk.draft(key, shipped(key), by=MADE_BY, command_id=id_of("bench", key, "draft"))
        desk.review(key, by=REVIEWED_BY, command_id=id_of("bench", key, "review"))
    catch_up(system.database, SITE, system.clock)
    desk.set_plan(_PLAN, by=MADE_BY, command_id=id_of("bench", "plan"))
    catch_up(system.database, SITE, system.clock)


def command_of(module: str, *arguments: str) -> list[str]:
    """Return how a process is started."""
    return [sys.executable, "-m", module, *arguments]

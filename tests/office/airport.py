"""The airport as its billing office meets it: meters that counted, an old system that billed.

The simulator says what every register showed; the old system's bills are worked out here by a few
lines of their own, so that the parallel run compares two programs and not one with itself.
"""

from __future__ import annotations

import json
import os
import shutil
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from decimal import ROUND_HALF_UP, Decimal
from itertools import pairwise
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

import numpy as np
from click.testing import Result
from typer.testing import CliRunner

from billing.takeover.sheets import RULES, Sheet
from energy.base.clock import clock_from_environment, to_us
from energy.base.config import load_config
from energy.base.ids import id_of
from energy.base.secrets import PersonVault, master_key
from energy.base.units import Utility
from energy.journal.directory import People, TableKeys
from energy.journal.ingest import Ingest
from energy.metering.channel import Channel
from energy.metering.reading import ReadingColumns
from energy.store.pool import Database
from energy.views.registry import load_channels
from scripts.main import app
from simulator.airport.design import airport_of
from simulator.airport.model import AirportModel, seconds_of
from simulator.airport.names import tenant_name
from simulator.airport.parts import Airport, Metered, Tenant, serials_of
from simulator.airport.site_file import site_text, write_profiles, write_site
from tests.billing.takeover.workbooks import Rows, stated
from tests.fixtures.batches import Spooler

ZONE = ZoneInfo("Asia/Shanghai")
KEY = "airport"
SCHEMA = f"site_{KEY}"
PEOPLE = {"mira": "billing_clerk", "jonas": "billing_approver"}
BATCH = 6
POLL_S = 28_800
"""Longest time between two readings: a silence of more is a finding. [s]"""
BEGUN = date(2026, 9, 28)
"""Day on which the meters began to be read here."""
CENT = Decimal("0.01")
EDGES = (0, 8, 10, 12, 14, 19)
"""Local hours at which a band begins in October."""
BANDS = {"valley": "0.2480", "flat": "0.6540", "peak": "1.1120"}
USE = {
    Utility.WATER: ("5.86", 2, 1000),
    Utility.GAS: ("4.37", 1, 1000),
    Utility.HEATING: ("0.4620", 0, 1000),
    Utility.COOLING: ("0.3180", 0, 1000),
    Utility.STEAM: ("268.00", 3, 1_000_000),
}
"""Price, digits of the quantity, base units of the simulator a unit."""


OLD_UNIT = {Utility.STEAM: "t", Utility.HEATING: "kWh", Utility.COOLING: "kWh"}


def rounded(value: Decimal, digits: int = 2) -> Decimal:
    """Return a value rounded half up."""
    return value.quantize(Decimal(1).scaleb(-digits), ROUND_HALF_UP)


def band_of(hour: int) -> str:
    """Return the band of a local hour in October."""
    return "valley" if hour < 8 else "peak" if 10 <= hour < 12 or 14 <= hour < 19 else "flat"


@dataclass(frozen=True)
class OldBill:
    """What the old system billed for a point."""

    account: str
    utility: str
    quantity: Decimal
    unit: str
    net: Decimal
    tax: Decimal

    @property
    def total(self) -> Decimal:
        return self.net + self.tax


@dataclass
class AirportOffice:
    """A site with meters and tariffs, its month, its old system, and the command row."""

    meters: int
    accounts: int
    first: date
    last: date
    folder: Path
    writer: Database
    said: list[str] = field(default_factory=list)
    """Rows typed and what they answered, for the guide."""
    dark: set[str] = field(default_factory=set)
    """Accounts whose meter was silent for some days: the total is known, its bands are not."""
    airport: Airport = field(init=False)
    model: AirportModel = field(init=False)

    def __post_init__(self) -> None:
        self.airport = airport_of(self.meters, 1)
        self.model = AirportModel(self.airport)
        self._counts: dict[int, Mapping[str, int]] = {}

    # ------------------------------------------------------------ the command row
    def __call__(self, row: str, *more: object, code: int = 0) -> Result:
        words = [*row.split(), *map(str, more)]
        result = CliRunner().invoke(app, words, env={"METERLINE_SITE": KEY, "COLUMNS": "120"})
        if result.exception is not None and not isinstance(result.exception, SystemExit):
            raise result.exception
        assert result.exit_code == code, f"{row}: {result.exit_code}\n{result.output}"
        typed = " ".join(f'"{word}"' if " " in word else word for word in words)
        told = f"$ scripts/meterline {typed}\n{result.output}"
        self.said.append(told.replace(f"{self.folder}/", ""))
        return result

    def json(self, row: str, *more: object, code: int = 0) -> Any:
        text = self(row, *more, "--json", code=code).stdout
        return json.loads(text)

    def causes(self, run: str) -> set[str]:
        """Return the causes of a run's exceptions that wait for a decision."""
        words = ["bill", "exceptions", run, "--json"]
        result = CliRunner().invoke(app, words, env={"METERLINE_SITE": KEY})
        return {each["cause"] for each in json.loads(result.stdout) if each["decision"] is None}

    def keep(self) -> None:
        """Keep what was said, and the papers, where METERLINE_OFFICE_KEPT names a folder."""
        if folder := os.environ.get("METERLINE_OFFICE_KEPT"):
            kept = Path(folder) / str(self.accounts)
            kept.mkdir(parents=True, exist_ok=True)
            (kept / "said.txt").write_text("\n".join(self.said), encoding="utf-8")
            if (self.folder / "papers").exists():
                shutil.copytree(self.folder / "papers", kept / "papers", dirs_exist_ok=True)

    # ------------------------------------------------------------ the site
    def found(self) -> None:
        """Make the site with meters and tariffs, without an account."""
        write_profiles(self.folder)
        folder = self.folder / "site"
        file = write_site(self.airport, folder, interval_s=POLL_S)
        text = site_text(self.airport, interval_s=POLL_S)
        begin, end = text.index("[[account]]"), text.index("[[tariff]]")
        rules = text.find("[[rule]]")
        tail = text[end:] if rules < 0 else text[end:rules]
        whole = (text[:begin] + tail).replace("since = 2024-01-01", f"since = {BEGUN}")
        file.write_text(whole, encoding="utf-8")
        self("site init", file)
        clock = clock_from_environment()
        vault = PersonVault(
            master_key(load_config().secrets_dir / "master.key"), TableKeys(self.writer)
        )
        for name, role in PEOPLE.items():
            People(self.writer, clock, vault).add(
                sign_in=name,
                name=name.title(),
                password_hash="x",
                roles=[role],
                language="en",
                command_id=id_of("office", name),
            )

    @property
    def tenants(self) -> list[tuple[str, Tenant, list[Metered]]]:
        """Return account, tenant and metering points of everybody taken over."""
        paid: dict[str, list[Metered]] = {}
        for meter in self.airport.metered:
            if meter.tenant is not None:
                paid.setdefault(meter.tenant, []).append(meter)
        every = [tenant for tenant in self.airport.tenants if tenant.key in paid]
        return [
            (f"K-{number:04d}", tenant, paid[tenant.key])
            for number, tenant in enumerate(every[: self.accounts], start=1)
        ]

    def points(self) -> Iterator[tuple[str, Metered]]:
        """Yield account and metering point."""
        for account, _, meters in self.tenants:
            for meter in meters:
                yield account, meter

    # ------------------------------------------------------------ registers
    def instants(self) -> list[datetime]:
        """Return the instants at which a band begins, and the end of the month."""
        begin = datetime(self.first.year, self.first.month, self.first.day, tzinfo=ZONE)
        days = (self.last - self.first).days + 1
        hours = [24 * day + hour for day in range(days) for hour in EDGES]
        return [begin + timedelta(hours=hour) for hour in (*hours, 24 * days)]

    def counts_at(self, at: datetime) -> Mapping[str, int]:
        """Return what every register showed, by point. [count]."""
        seconds = seconds_of(to_us(at))
        if seconds not in self._counts:
            self._counts[seconds] = {
                meter.point: self.model.true_count(meter, seconds) for _, meter in self.points()
            }
        return self._counts[seconds]

    def channels(self) -> dict[str, Channel]:
        """Return the billed channel of each point."""
        with self.writer.connection() as connection:
            every = load_channels(connection, SCHEMA).values()
        return {each.point: each for each in every if each.facts.billing}

    def shown(self, meter: Metered, at: datetime) -> Decimal:
        """Return what a display showed, before any multiplier."""
        channel = self.channels_known[meter.point]
        facts = channel.facts
        count = self.counts_at(at)[meter.point] % (facts.modulus or 10**18)
        value = count * facts.resolution
        return Decimal(value.numerator) / Decimal(value.denominator)

    def read_electricity(self, *, silent: Mapping[str, range] | None = None) -> int:
        """Bring the electricity meters' readings into the journal; return how many readings.

        Args:
            silent: Places of instants at which a point did not answer.
        """
        self.channels_known = self.channels()
        spooler, instants = Spooler(f"office {self.first}"), self.instants()
        electric = [m for _, m in self.points() if m.utility is Utility.ELECTRICITY]
        ingest = Ingest(self.writer, SCHEMA, clock_from_environment())
        total = 0
        for first in range(0, len(instants), BATCH):
            some = instants[first : first + BATCH]
            rows = [
                (self.channels_known[meter.point].number, to_us(at), self._count(meter, at))
                for place, at in enumerate(some, start=first)
                for meter in electric
                if place not in (silent or {}).get(meter.point, ())
            ]
            columns = ReadingColumns(
                channel=np.array([row[0] for row in rows], dtype=np.int32),
                at_us=np.array([row[1] for row in rows], dtype=np.int64),
                count=np.array([row[2] for row in rows], dtype=np.int64),
                quality=np.zeros(len(rows), dtype=np.uint8),
            )
            ingest.accept([spooler.sealed(columns)])
            total += len(rows)
        return total

    def _count(self, meter: Metered, at: datetime) -> int:
        modulus = self.channels_known[meter.point].facts.modulus
        return self.counts_at(at)[meter.point] % (modulus or 10**18)

    def month_end_file(self, *, without: Sequence[str] = ()) -> Path:
        """Write what the reading round read on the first day behind the month."""
        file, at = self.folder / "round.csv", self.instants()[-1]
        rows = ["point,quantity,at,value"]
        for _, meter in self.points():
            if meter.utility is not Utility.ELECTRICITY and meter.point not in without:
                rows.append(f"{meter.point},,{at.isoformat()},{self.shown(meter, at)}")
        file.write_text("\n".join(rows) + "\n", encoding="utf-8")
        return file

    def route_file(self) -> Path:
        """Write in which order papers are handed out: building by building."""
        file = self.folder / "route.csv"
        rows = ["account,building,round,stop,way"]
        rows += [
            f"{account},{meters[0].place},{1 + number % 2},{number},print"
            for number, (account, _, meters) in enumerate(self.tenants, start=1)
        ]
        file.write_text("\n".join(rows) + "\n", encoding="utf-8")
        return file

    # ------------------------------------------------------------ the old system
    def workbook(self) -> Rows:
        """Return what the old system's lists hold, filled into the workbook."""
        rows: Rows = {sheet: [] for sheet in RULES}
        opened = date(2024, 1, 1)
        for number, (account, tenant, meters) in enumerate(self.tenants, start=1):
            name = tenant_name(tenant.kind, tenant.number, language=tenant.language)
            rows[Sheet.PARTIES].append(
                {
                    "party": f"P-{number:04d}",
                    "legal_name": name,
                    "billing_address": f"{name}\nAirport Road 1",
                    "contact_name": name,
                    "contact_email": f"{tenant.key}@kapok-bay.example",
                }
            )
            rows[Sheet.ACCOUNTS].append(
                {
                    "account": account,
                    "party": f"P-{number:04d}",
                    "language": tenant.language,
                    "opened_on": opened,
                }
            )
            for meter in meters:
                self._add_point(rows, number, account, meter)
            if number % 4 == 0:
                rows[Sheet.RECEIVABLES].append(
                    {
                        "account": account,
                        "number": f"2026/09/{number:05d}",
                        "dated": self.first,
                        "due_on": self.first + timedelta(days=30),
                        "amount": 100 + number,
                    }
                )
            if number % 10 == 0:
                rows[Sheet.DEPOSITS].append(
                    {"account": account, "deposit": "D-1", "paid_on": opened, "amount": 5000}
                )
        rows[Sheet.NUMBERS].append(
            {"prefix": "KBA", "year": 2026, "next": 40_213, "last_number": "2026/09/40198"}
        )
        return stated(rows)

    def _add_point(self, rows: Rows, number: int, account: str, meter: Metered) -> None:
        """Add a point's contract, the age of its meter and its last billing reading."""
        serials, begin, opened = serials_of(self.airport), self.instants()[0], date(2024, 1, 1)
        electric = meter.utility is Utility.ELECTRICITY
        rows[Sheet.CONTRACTS].append(
            {
                "account": account,
                "contract": f"V-{number:04d}",
                "point": meter.point,
                "tariff": f"airport-{meter.utility.value}",
                "signed_on": opened,
                "valid_from": self.first,
                "basis": "intervals" if electric else "register",
            }
        )
        rows[Sheet.METERS].append(
            {
                "point": meter.point,
                "serial": serials[meter.point],
                "installed_on": date(2012 + number % 10, 1 + number % 12, 5),
                "calibration_valid_until": date(2027 + number % 3, 6, 30),
            }
        )
        rows[Sheet.READINGS].append(
            {
                "point": meter.point,
                "serial": serials[meter.point],
                "read_at": self.first,
                "reading": float(self.shown(meter, begin)),
            }
        )

    def old_bills(self) -> list[OldBill]:
        """Return what the old system billed: a few lines of arithmetic, a point a bill."""
        return [self._old_bill(account, meter) for account, meter in self.points()]

    def _old_bill(self, account: str, meter: Metered) -> OldBill:
        instants, utility = self.instants(), meter.utility
        if utility is Utility.ELECTRICITY:
            wh = dict.fromkeys(BANDS, 0)
            for at, behind in pairwise(instants):
                used = self.counts_at(behind)[meter.point] - self.counts_at(at)[meter.point]
                wh[band_of(at.hour)] += used * meter.per_count
            kwh = {band: rounded(Decimal(used) / 1000) for band, used in wh.items()}
            net = sum((rounded(kwh[b] * Decimal(price)) for b, price in BANDS.items()), Decimal(0))
            net += rounded(Decimal("3.2") * ((self.last - self.first).days + 1))
            quantity, unit, rate = Decimal(sum(wh.values())) / 1000, "kWh", "0.13"
        else:
            price, digits, per_unit = USE[utility]
            counted = self.counts_at(instants[-1])[meter.point]
            counted -= self.counts_at(instants[0])[meter.point]
            quantity = Decimal(counted * meter.per_count) / per_unit
            net = rounded(rounded(quantity, digits) * Decimal(price)) + 30
            unit, rate = OLD_UNIT.get(utility, "m3"), "0.09"
        return OldBill(
            account=account,
            utility=utility.value,
            quantity=quantity,
            unit=unit,
            net=net,
            tax=rounded(net * Decimal(rate)),
        )

    def write_old_bills(self, bills: Sequence[OldBill]) -> Path:
        """Write the old system's bills as it exports them."""
        file = self.folder / "old-bills.csv"
        rows = ["account,from,to,utility,quantity,unit,net,tax,total"]
        rows += [
            f"{b.account},{self.first},{self.last},{b.utility},{b.quantity},{b.unit},"
            f"{b.net},{b.tax},{b.total}"
            for b in bills
        ]
        file.write_text("\n".join(rows) + "\n", encoding="utf-8")
        return file

"""In: usage blocks of a month of many accounts. Out: how fast they become stored drafts. I/O.

Timed is the whole `rate` of a bill run: accounts and contracts read, blocks unpacked, registers
proven, findings asked, every charge rated, documents written, drafts and run stored in one
transaction. The baseline makes quantities alone, the way a program with a row an interval does: SQL
sums of every supply by tariff band, from a table without anything else in it.

The bar is 10,000 accounts with six utilities in 15 s; the rate of the default size is what counts,
and it is linear in the accounts.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import AbstractContextManager, contextmanager
from dataclasses import dataclass
from datetime import date
from uuid import UUID, uuid4

from bench.ground import ZONE, BenchSite, Ground
from bench.measure import Aim, Bench, Scale, Sides, rate
from billing.office import BillingOffice
from billing.views.books import books_follower
from energy.base.ids import id_of
from energy.base.secrets import PersonVault
from energy.store.sites import Site

ACCOUNTS = 200
"""Accounts of the default size."""
FIRST, LAST = date(2019, 1, 1), date(2019, 1, 31)
CLERK = UUID(int=1)
UTILITIES = {
    "electricity": ("kWh", "active_energy_import"),
    "water": ("m3", "volume"),
    "gas": ("m3", "volume"),
    "heating": ("GJ", "heat"),
    "cooling": ("GJ", "cooling"),
    "steam": ("t", "mass"),
}
"""Unit of the register and of the bill, and quantity, by utility."""
TARIFF = """tariff = "bench-{utility}"
version = 1
valid_from = 2018-01-01
utility = "{utility}"
currency = "GBP"
zone = "Europe/London"
clock = "local"
unit = "{unit}"
[name]
en = "{utility}"
{gas}
[tax]
mode = "exclusive"
rate = "0.20"
rounding = "per_rate"
[rounding]
line = 2
quantity = 3
{charges}
[[charge]]
id = "LEVY"
kind = "energy"
price = "0.00203"
[charge.name]
en = "Levy"
[[charge]]
id = "STANDING"
kind = "fixed"
per = "month"
price = "48.50"
[charge.name]
en = "Standing charge"
"""
BANDS = """[[period]]
id = "night"
at = ["00:00-07:00", "23:00-24:00"]
[[period]]
id = "day"
at = ["07:00-23:00"]
"""
CHARGE = """[[charge]]
id = "E.{band}"
kind = "energy"
{period}price = "{price}"
[charge.name]
en = "Energy {band}"
"""


@dataclass(frozen=True, slots=True, kw_only=True)
class Drafted:
    """A month of many accounts rated, against SQL over a row an interval."""

    accounts: int

    def __call__(self, ground: Ground, scale: Scale) -> AbstractContextManager[Sides]:
        """Give both sides."""
        return self._sides(ground, 3 if scale.smoke else self.accounts)

    @contextmanager
    def _sides(self, ground: Ground, accounts: int) -> Iterator[Sides]:
        with planned_office(ground, accounts) as (site, office):
            _rows(ground, site)
            supplies = accounts * len(UTILITIES)

            def product() -> float:
                run = office.open_run(FIRST, LAST, CLERK, uuid4())
                catch_up(site)
                speed = rate(supplies, lambda: office.rate(run))
                assert not office.books.run(run).dirty, "every draft is clean"
                office.abandon(run, CLERK, "measured", command_id=uuid4())
                return speed

            yield Sides(product=product, baseline=lambda: rate(supplies, lambda: _summed(site)))


@contextmanager
def planned_office(ground: Ground, accounts: int) -> Iterator[tuple[BenchSite, BillingOffice]]:
    """Yield a site and its office, tariffs published, so many accounts planned."""
    with ground.site(20) as site:
        office = office_with_tariffs(site)
        plan_accounts(ground, site, accounts)
        yield site, office


def office_with_tariffs(site: BenchSite) -> BillingOffice:
    """Return the office of a site, its tariffs published."""
    place = Site(
        key=site.schema.removeprefix("site_"),
        name="Bench",
        zone=ZONE,
        currency="GBP",
        language="en",
    )
    vault = PersonVault(bytes(32), {})  # type: ignore[arg-type]
    office = BillingOffice(site.database, place, site.clock, vault)
    for utility, (unit, _) in UTILITIES.items():
        office.publish_tariff(_tariff(utility, unit), command_id=id_of("bench", utility), by=None)
    catch_up(site)
    return office


def _tariff(utility: str, unit: str) -> str:
    banded = utility == "electricity"
    charges = "".join(
        CHARGE.format(band=band, price=price, period=f'period = "{band}"\n' if banded else "")
        for band, price in ({"night": "0.11", "day": "0.21"} if banded else {"all": "0.5"}).items()
    )
    gas = '[gas]\ncalorific_mj_per_m3 = "39.5"\ncorrection = "1"' if utility == "gas" else ""
    return TARIFF.format(
        utility=utility,
        unit="kWh" if utility == "gas" else unit,
        gas=gas,
        charges=(BANDS if banded else "") + charges,
    )


def plan_accounts(ground: Ground, site: BenchSite, accounts: int) -> None:
    """Put meters, readings, blocks and accounts in place as the views write them."""
    schema = site.schema
    kinds = ", ".join(
        f"({n}, '{utility}', '{unit}', '{quantity}')"
        for n, (utility, (unit, quantity)) in enumerate(UTILITIES.items())
    )
    every = (
        f"generate_series(1, {accounts}) AS a CROSS JOIN "
        f"(VALUES {kinds}) AS k (n, utility, unit, quantity)"
    )
    number, point = "1000 + a * 6 + n", "'p-' || a || '-' || utility"
    usage = "decode(repeat(lpad(to_hex(40 + (a + n) % 60), 8, '0'), 96), 'hex')"
    days = f"generate_series(date '{FIRST}', date '{LAST}', interval '1 day') AS day"
    counted = "(40 + (a + n) % 60) * 96 * 31"
    statements = [
        (
            f"INSERT INTO {schema}.meter (point, meter, place, name, utility, address) "
            f"SELECT {point}, gen_random_uuid(), 'hall', 'M', utility, '{{}}' FROM {every}"
        ),
        (
            f"INSERT INTO {schema}.channel SELECT {number}, {point}, quantity, 'counter', utility, "
            "unit, CASE unit WHEN 'GJ' THEN '1/10000000' WHEN 't' THEN '1/1000000' "
            f"ELSE '1/1000' END, NULL, 'import', 'secondary', true, 900, NULL FROM {every}"
        ),
        (
            f"INSERT INTO {schema}.segment SELECT {number}, '2018-01-01Z', NULL, 'S', '1', 0, "
            f"NULL, 1 FROM {every}"
        ),
        (
            f"INSERT INTO {schema}.reading SELECT {number}, at, CASE at WHEN '2019-01-01Z' THEN 0 "
            f"ELSE {counted} END, 0, 1 FROM {every} "
            "CROSS JOIN (VALUES (timestamptz '2019-01-01Z'), ('2019-02-01Z')) AS r (at)"
        ),
        (
            f"INSERT INTO {schema}.usage_block SELECT {number}, day, 0, 1, day AT TIME ZONE 'UTC', "
            f"900, 96, {usage}, decode(repeat('00', 96), 'hex'), NULL, NULL, 0, 0 "
            f"FROM {every} CROSS JOIN {days}"
        ),
        (
            f"INSERT INTO {schema}.account (account, name_sealed, person, language, opened_on, "
            "position) "
            "SELECT 'A-' || lpad(a::text, 6, '0'), '', "
            f"gen_random_uuid(), 'en', '2018-01-01', 1 FROM generate_series(1, {accounts}) AS a"
        ),
        (
            f"INSERT INTO {schema}.account_channel SELECT 'A-' || lpad(a::text, 6, '0'), {point}, "
            f"'bench-' || utility, '2018-01-01', NULL, 1 FROM {every}"
        ),
        (
            f"ANALYZE {schema}.meter, {schema}.channel, {schema}.segment, {schema}.reading, "
            f"{schema}.usage_block, {schema}.account, {schema}.account_channel"
        ),
    ]
    for statement in statements:
        ground.administer(statement)


def _rows(ground: Ground, site: BenchSite) -> None:
    """Give the baseline its table: a row an interval, and nothing else."""
    schema = site.schema
    ground.administer(
        f"CREATE TABLE {schema}.bench_interval AS SELECT b.channel, u.start_at, u.usage "
        f"FROM {schema}.usage_block AS b CROSS JOIN LATERAL {schema}.usage_unpack(b) AS u"
    )
    ground.administer(f"GRANT SELECT ON {schema}.bench_interval TO meterline_writer")
    ground.administer(f"ANALYZE {schema}.bench_interval")


def _summed(site: BenchSite) -> None:
    with site.database.connection() as connection:
        connection.execute(
            "SELECT channel, extract(hour FROM start_at AT TIME ZONE 'Europe/London') "
            f"BETWEEN 7 AND 22, sum(usage) FROM {site.schema}.bench_interval GROUP BY 1, 2".encode()
        ).fetchall()


def catch_up(site: BenchSite) -> None:
    """Let the views come up to the journals."""
    for follower in (
        site.metering(),
        books_follower(site.database, site.schema, site.clock),
    ):
        while follower.step():
            pass


BENCHES = (
    Bench(
        name="drafts",
        says="usage blocks of a month to stored drafts | quantities alone by SQL over intervals",
        unit="supplies/s",
        prepare=Drafted(accounts=ACCOUNTS),
        aim=Aim.VALUE_AT_LEAST,
        target=4_000,
    ),
)

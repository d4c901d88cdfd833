"""What registers say of a supply, read from a real site: by hand, exchanged, by bands, frozen."""

from __future__ import annotations

from dataclasses import replace as changed
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from fractions import Fraction
from typing import Any

import pytest

from billing.accounts.agreed import AgreedQuantity
from billing.accounts.roles import FixedCharges
from billing.accounts.terms import BasisTerm
from billing.basis.basis import BillingBasis
from billing.invoices.invoice_facts import SupplyFacts
from billing.views.payers import read_payers
from billing.views.supply import SupplyReader
from energy.base.ids import id_of
from energy.metering.channel import Kind
from energy.metering.plant import ChannelRegister
from energy.metering.reading import Reading
from tests.billing.samples import TARIFFS
from tests.fixtures.accounts import CLERK, TARIFF, YEAR, Yard
from tests.fixtures.meters import (
    commission,
    counter_facts,
    find_meter,
    gauge_facts,
    planned,
    replace,
)
from tests.fixtures.postgres import (
    TestSite,
    command,
    database_server,
    new_site,
    site_schema,
)

__all__ = ["database_server", "new_site", "site_schema"]
pytestmark = pytest.mark.servers
JAN, FEB, MAR = date(2019, 1, 1), date(2019, 2, 1), date(2019, 3, 1)
DAY = timedelta(days=1)


@pytest.fixture
def yard(site_schema: TestSite) -> Yard:
    return Yard(site_schema)


def facts(yard: Yard, first: date, last: date, point: str = "m1", **more: Any) -> SupplyFacts:
    site = yard.site
    with site.writer.connection() as connection:
        position = site.application("metering").position()
        reader = SupplyReader(connection, site.site, position, more.pop("books", 2**62))
        return reader.facts(point, TARIFF, first, last, **more)


def bill_by(yard: Yard, basis: BillingBasis, first: date = YEAR, **more: Any) -> None:
    term = BasisTerm(point="m1", basis=basis, valid_from=first, **more)
    told = command("basis", first, basis)
    yard.desk.tell(
        "A", lambda known: known.set_basis(term, by=CLERK, command_id=told), command_id=told
    )
    yard.catch_up()


def noon(day: date) -> datetime:
    return datetime(day.year, day.month, day.day, 12, tzinfo=UTC)


def test_a_meter_read_by_hand_is_billed_exactly_and_without_a_shape(yard: Yard) -> None:
    channel = yard.found("m1")["m1"]
    yard.read(channel, (noon(date(2018, 12, 31)), 1000), (noon(FEB), 4210), (noon(MAR), 5000))
    before = facts(yard, JAN, FEB - DAY)
    assert before.basis is BillingBasis.INTERVALS and before.span is not None
    bill_by(yard, BillingBasis.REGISTER)
    found = facts(yard, JAN, FEB - DAY)
    assert found.span is None and found.shape is not None
    assert [(each.quantity, each.base_units, each.period) for each in found.sums] == [
        ("active_import", 32_100, None)
    ]
    assert found.findings == []
    (register,) = found.registers
    assert (register.opening_count, register.closing_count) == (1000, 4210)
    told = found.quantities()
    assert told is not None and told.registers == found.sums


def test_a_device_exchanged_with_another_ratio_bills_both_and_gaps_of_the_fold_are_none(
    yard: Yard,
) -> None:
    channel = yard.found("m1")["m1"]
    site = yard.site
    when = datetime(2019, 1, 10, 9, 7, tzinfo=UTC)
    metering = site.application("metering")
    meter = find_meter(metering, site.site.key, "m1")
    replace(
        meter,
        when=when,
        final={channel: 2000},
        start={channel: 50},
        multiplier=Fraction(40),
    )
    metering.store(meter)
    yard.read(channel, (yard.midnight(JAN), 1500), (yard.midnight(FEB), 80))
    bill_by(yard, BillingBasis.REGISTER)
    found = facts(yard, JAN, FEB - DAY)
    assert [each.base_units for each in found.sums] == [(2000 - 1500) * 10 + (80 - 50) * 400]
    assert [each.serial for each in found.registers] == ["S-1", "S-2"]


def test_before_commissioning_and_after_retirement_registers_know_what_intervals_do_not(
    yard: Yard,
) -> None:
    yard.site.clock.move_to(datetime(2019, 6, 1, tzinfo=UTC))
    begun = datetime(2019, 1, 9, 10, 7, tzinfo=UTC)
    number = yard.site.counter("m1", since=begun, commissioned=False)
    metering = yard.site.application("metering")
    meter = find_meter(metering, yard.site.site.key, "m1")
    commission(meter, since=begun, start_counts={number: 1200})
    metering.store(meter)
    yard.found()
    yard.open("C", "m1")
    yard.read(number, (yard.midnight(FEB), 5000))
    term = BasisTerm(point="m1", basis=BillingBasis.REGISTER, valid_from=YEAR)
    told = command("basis")
    yard.desk.tell(
        "C", lambda known: known.set_basis(term, by=CLERK, command_id=told), command_id=told
    )
    yard.catch_up()
    found = facts(yard, JAN, FEB - DAY)
    assert [each.base_units for each in found.sums] == [38_000]
    assert [each.code for each in found.findings] == []


def test_without_a_reading_near_the_day_a_finding_says_what_to_do(yard: Yard) -> None:
    channel = yard.found("m1")["m1"]
    yard.read(channel, (yard.midnight(JAN), 1500), (noon(date(2019, 2, 9)), 1800))
    bill_by(yard, BillingBasis.REGISTER)
    found = facts(yard, JAN, FEB - DAY)
    assert [each.code for each in found.findings] == ["bill.no_billing_reading"]
    assert found.sums == () and found.quantities() is not None
    bill_by(yard, BillingBasis.REGISTER, JAN, window_h=24 * 9)
    assert [each.base_units for each in facts(yard, JAN, FEB - DAY).sums] == [3000]


def test_the_bill_of_the_next_month_begins_with_the_reading_that_the_last_one_took(
    yard: Yard,
) -> None:
    channel = yard.found("m1")["m1"]
    taken = noon(FEB + DAY)
    yard.read(channel, (yard.midnight(JAN), 1000), (taken, 2000), (yard.midnight(MAR), 3000))
    bill_by(yard, BillingBasis.REGISTER)
    assert facts(yard, JAN, FEB - DAY).registers[-1].closing_at == taken
    with yard.site.writer.connection() as connection:
        connection.execute(
            f"INSERT INTO {yard.site.schema}.billed_reading VALUES (%s, 'm1', %s, %s, 1)",
            (id_of("invoice"), FEB, taken),
        )
    yard.read(channel, (noon(FEB), 1960))
    found = facts(yard, FEB, MAR - DAY)
    assert found.registers[0].opening_at == taken
    assert [each.base_units for each in found.sums] == [10_000]
    assert facts(yard, FEB, MAR - DAY, books=0).basis is BillingBasis.INTERVALS


def banded(yard: Yard, *more: str) -> dict[str, int]:
    """Plan a meter with band registers; return channel numbers by quantity."""
    yard.found()
    site = yard.site
    names = ("active_energy_import", *more)
    metering = site.application("metering")
    made = command("bands")
    register = metering.find(id_of("channel_register", site.site.key))
    register = register or ChannelRegister(site=site.site.key, command_id=made)
    first = register.take(point="m1", count=len(names), command_id=made)
    every = [
        changed(gauge_facts(name), unit="kWh", resolution=Fraction(1, 100))
        if name.endswith("month_end")
        else changed(counter_facts(quantity=name), billing=name == names[0])
        for name in names
    ]
    assert all(each.kind in {Kind.COUNTER, Kind.GAUGE} for each in every)
    meter = planned(site.site.key, "m1", first, *every)
    commission(meter)
    metering.store(register, meter)
    yard.open("M", "m1")
    yard.catch_up()
    return {name: first + n for n, name in enumerate(names)}


def by_bands(yard: Yard, **registers: str) -> None:
    term = BasisTerm(
        point="m1",
        basis=BillingBasis.METER_TARIFF_REGISTERS,
        valid_from=YEAR,
        tolerance_percent=Decimal(0),
        registers=registers,
    )
    told = command("bands of", registers)
    yard.desk.tell(
        "M", lambda known: known.set_basis(term, by=CLERK, command_id=told), command_id=told
    )
    yard.catch_up()


def read_all(yard: Yard, numbers: dict[str, int], rows: dict[str, tuple[int, int]]) -> None:
    yard.site.accept(
        *(
            Reading(channel=numbers[f"active_energy_import{suffix}"], at=at, count=count)
            for suffix, counts in rows.items()
            for at, count in zip((yard.midnight(JAN), yard.midnight(FEB)), counts, strict=True)
        )
    )
    yard.catch_up()


def test_band_registers_become_periods_of_the_tariff(yard: Yard) -> None:
    numbers = banded(yard, "active_energy_import_t1", "active_energy_import_t2")
    read_all(yard, numbers, {"": (1000, 1500), "_t1": (400, 700), "_t2": (600, 800)})
    by_bands(yard, t1="day", t2="night")
    found = facts(yard, JAN, FEB - DAY)
    assert [(each.period, each.base_units) for each in found.sums] == [
        ("day", 3000),
        ("night", 2000),
    ]
    assert found.findings == []


def test_bands_that_do_not_add_up_to_the_whole_are_told_with_both_figures(yard: Yard) -> None:
    numbers = banded(yard, "active_energy_import_t1", "active_energy_import_t2")
    read_all(yard, numbers, {"": (1000, 1500), "_t1": (400, 700), "_t2": (600, 700)})
    by_bands(yard)
    (finding,) = facts(yard, JAN, FEB - DAY).findings
    assert finding.code == "bill.basis_differs"
    assert finding.proof["meter_tariff_registers"] == 4000 and finding.proof["register"] == 5000
    by_bands(yard, t1="day", t3="night")
    assert [each.code for each in facts(yard, JAN, FEB - DAY).findings] == [
        "bill.no_band_registers"
    ]


def test_what_a_meter_froze_at_the_end_of_the_month_stands_for_that_midnight(yard: Yard) -> None:
    numbers = banded(yard, "active_energy_import_month_end")
    whole, frozen = numbers["active_energy_import"], numbers["active_energy_import_month_end"]
    yard.read(whole, (yard.midnight(JAN), 1000), (noon(date(2019, 2, 20)), 2500))
    yard.read(frozen, (noon(date(2019, 1, 20)), 990), (noon(date(2019, 2, 20)), 1777))
    term = BasisTerm(point="m1", basis=BillingBasis.REGISTER, valid_from=YEAR)
    told = command("frozen")
    yard.desk.tell(
        "M", lambda known: known.set_basis(term, by=CLERK, command_id=told), command_id=told
    )
    yard.catch_up()
    found = facts(yard, JAN, FEB - DAY)
    assert [each.base_units for each in found.sums] == [7770]
    assert found.registers[-1].closing_at == yard.midnight(FEB)


def test_a_supply_is_cut_where_another_basis_begins_and_knows_what_is_agreed(yard: Yard) -> None:
    channel = yard.found("m1")["m1"]
    yard.read(channel, *((yard.midnight(JAN + n * DAY), 1000 + 10 * n) for n in range(32)))
    early = yard.site.application("books").position()
    bill_by(yard, BillingBasis.REGISTER, date(2019, 1, 11))
    kept = AgreedQuantity(
        name="agreed_kw", unit="kW", value=Decimal(5), valid_from=YEAR, valid_to=None
    )
    for n, act in enumerate((kept, changed(kept, value=Decimal(7), valid_from=FEB - 5 * DAY))):
        told = command("agree", n)
        yard.desk.tell(
            "A",
            lambda known, act=act, told=told: known.agree(  # type: ignore[misc]
                "m1", act, by=CLERK, command_id=told
            ),
            command_id=told,
        )
    told = command("suspend")
    yard.desk.tell(
        "A",
        lambda known: known.suspend(
            "m1",
            date(2019, 1, 21),
            fixed_charges=FixedCharges.WAIVED,
            reason="empty",
            by=CLERK,
            command_id=told,
        ),
        command_id=told,
    )
    yard.catch_up()
    with yard.site.writer.connection() as connection:
        (payer,) = read_payers(connection, yard.site.schema, JAN, FEB - DAY, books_position=2**62)
        (before,) = read_payers(connection, yard.site.schema, JAN, FEB - DAY, books_position=early)
    assert [each.valid_from.day for each in payer.supplies] == [1, 11]
    assert len(before.supplies) == 1
    last = facts(yard, date(2019, 1, 21), FEB - DAY)
    assert [(int(each.value), each.valid_from.day) for each in last.agreed] == [(5, 21), (7, 27)]
    assert last.basis is BillingBasis.REGISTER
    assert [each.fixed_charges for each in last.suspended] == [FixedCharges.WAIVED]
    assert facts(yard, JAN, date(2019, 1, 10)).basis is BillingBasis.INTERVALS


def test_where_the_price_changes_a_reading_stands_or_a_person_divides_by_days(yard: Yard) -> None:
    channel = yard.found("m1")["m1"]
    text = (TARIFFS / f"{TARIFF}.toml").read_text(encoding="utf-8")
    (since,) = (line for line in text.splitlines() if line.startswith("valid_from"))
    yard.office.publish_tariff(
        text.replace(since, "valid_from = 2019-01-11"), command_id=command("dearer"), by=None
    )
    yard.read(channel, (yard.midnight(JAN), 1000), (yard.midnight(FEB), 1311))
    bill_by(yard, BillingBasis.REGISTER, window_h=1)
    (finding,) = facts(yard, JAN, FEB - DAY).findings
    assert finding.code == "bill.no_reading_at_change"
    assert finding.proof == {"day": "2019-01-11", "choices": ["enter_reading", "estimate_by_days"]}
    told = command("split")
    yard.desk.tell(
        "A",
        lambda known: known.split_by_days(
            "m1", date(2019, 1, 11), reason="agreed", by=CLERK, command_id=told
        ),
        command_id=told,
    )
    yard.catch_up()
    divided = facts(yard, JAN, FEB - DAY)
    assert [(each.base_units, each.quality.name) for each in divided.sums] == [
        (1003, "ESTIMATED"),
        (2107, "ESTIMATED"),
    ]
    yard.read(channel, (yard.midnight(date(2019, 1, 11)), 1200))
    exact = facts(yard, JAN, FEB - DAY)
    assert [(each.base_units, each.quality.name) for each in exact.sums] == [
        (2000, "MEASURED"),
        (1110, "MEASURED"),
    ]
    assert exact.findings == []

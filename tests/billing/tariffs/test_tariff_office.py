"""Publishing on a real journal: tariffs, calendar years, prices, golden bills, as known at."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date
from decimal import Decimal
from uuid import UUID

import pytest

from billing.errors import TariffFileError, UnknownBillingObjectError, WrongStateError
from billing.tariffs import tariff_office
from billing.tariffs.calendar_aggregate import class_of_days
from billing.tariffs.day_calendar import CalendarYear, read_calendar_year
from billing.tariffs.price_table import read_price_file
from billing.tariffs.tariff_document import document_of
from billing.tariffs.tariff_office import GoldenBillError, TariffOffice
from billing.views.tariffs import (
    read_prices,
    read_version_rows,
    read_versions,
    read_year_rows,
    read_years,
)
from energy.base.ids import id_of
from tests.billing.tariffs.files import PLAIN, WHOLE, edited
from tests.billing.town import CLERK, Town

pytestmark = pytest.mark.servers
LONDON = PLAIN.replace("EUR", "GBP").replace("Europe/Berlin", "Europe/London")
BANDS = """
calendar: town
periods: [{id: d, days: [work, rest], at: '00:00-24:00'}, {id: h, days: holiday}]
"""
TABLE = "  - {id: F, kind: adder, table: grid, column: fuel}\n"
YEAR = {"calendar": "town", "year": 2025, "days": {"holiday": ["01-01"], "work": ["01-04"]}}


def document(text: str) -> dict[str, object]:
    return document_of(text, ".yaml")


def publish(office: TariffOffice, text: str, key: str = "p") -> UUID:
    return office.publish(document(text), command_id=id_of("c", key), by=CLERK)


def year(
    office: TariffOffice, change: Mapping[str, object] | None = None, reason: str = ""
) -> list[str]:
    found = read_calendar_year({**YEAR, **(change or {})})
    key = id_of("y", found.sha256, reason)
    return office.publish_year(found, reason, command_id=key, by=CLERK)


def prices(office: TariffOffice, rows: str, reason: str = "") -> list[str]:
    found = read_price_file("month,fuel\n" + rows, ".csv", "grid")
    return office.publish_prices(
        found, reason, command_id=id_of("r", found.name, str(len(rows)), reason), by=CLERK
    )


def parked(town: Town) -> bytes:
    return f"SELECT position, error FROM {town.site.schema}.parked".encode()


@pytest.fixture
def office(town: Town) -> TariffOffice:
    return TariffOffice(town.office.books)


def test_a_name_that_nobody_can_read_on_a_bill_is_not_published(office: TariffOffice) -> None:
    with pytest.raises(TariffFileError, match=r"name: holds signs that nobody sees \(U\+202E\)"):
        publish(office, LONDON + 'name: "\u202egood"\n')
    assert office.position() == 0


def test_a_file_is_published_once_with_its_golden_bill(town: Town, office: TariffOffice) -> None:
    first = publish(office, LONDON)
    assert publish(office, LONDON, "again") == first
    assert office.position() == 1
    town.catch_up()
    with town.database.connection() as connection:
        (row,) = read_version_rows(connection, town.site.schema)
        (version,) = read_versions(connection, town.site.schema, "plain", 1)
        assert read_versions(connection, town.site.schema, "plain", 0) == ()
    assert row.golden is not None
    assert row.golden["lines"][0]["charge"] == "E"
    assert version.sha256 == row.sha256
    with pytest.raises(TariffFileError, match="raise the version"):
        publish(office, edited("0.30", "0.31", LONDON))


def test_a_file_of_another_site_is_refused(office: TariffOffice) -> None:
    with pytest.raises(TariffFileError) as caught:
        publish(office, PLAIN)
    assert caught.value.problems == [
        "zone: must be the site's, Europe/London",
        "currency: must be the site's, GBP",
    ]


def test_a_withdrawn_version_is_not_in_use_but_was_known_before(
    town: Town, office: TariffOffice
) -> None:
    publish(office, LONDON)
    day = date(2025, 1, 1)
    for _ in range(2):  # repeated after an unknown commit
        office.withdraw("plain", day, 1, "mistyped", command_id=id_of("w"), by=CLERK)
    assert office.position() == 2
    town.catch_up()
    with town.database.connection() as connection:
        schema = town.site.schema
        assert len(read_versions(connection, schema, "plain", 1)) == 1
        assert read_versions(connection, schema, "plain", 2) == ()
        assert read_version_rows(connection, schema)[0].withdrawn == "mistyped"
    with pytest.raises(WrongStateError, match="Raise the version"):
        publish(office, LONDON, "again")
    with pytest.raises(WrongStateError, match="withdrawn"):
        office.withdraw("plain", day, 1, "twice", command_id=id_of("v"), by=CLERK)
    with pytest.raises(UnknownBillingObjectError):
        office.withdraw("plain", day, 2, "no such", command_id=id_of("u"), by=CLERK)
    assert publish(office, edited("tariff: plain", "tariff: plain\nversion: 2", LONDON), "v2")


def test_a_program_that_rates_otherwise_is_noticed(
    town: Town, office: TariffOffice, monkeypatch: pytest.MonkeyPatch
) -> None:
    publish(office, LONDON)
    day = date(2025, 1, 1)
    assert office.golden("plain", day, 1).differences == ()
    real = tariff_office.golden_bill
    monkeypatch.setattr(
        tariff_office, "golden_bill", lambda of: real(of).replace('"net":"', '"net":"1')
    )
    with pytest.raises(GoldenBillError, match=r"rated otherwise now.*bill net"):
        publish(office, LONDON, "again")
    (difference,) = office.golden("plain", day, 1).differences
    assert difference.field == "net"
    office.accept_golden("plain", day, 1, "digits", command_id=id_of("g"), by=CLERK)
    assert office.golden("plain", day, 1).differences == ()
    publish(office, LONDON, "once more")
    town.catch_up()
    with town.database.connection() as connection:
        golden = read_version_rows(connection, town.site.schema)[0].golden
        assert golden is not None
        assert golden["net"].startswith("1")
        assert connection.execute(parked(town)).fetchall() == []


def test_a_calendar_year_counts_from_the_position_that_told_it(
    town: Town, office: TariffOffice
) -> None:
    year(office)
    town.catch_up()
    publish(office, LONDON + "  - {id: D, kind: energy, period: d, price: 1}\n" + BANDS)
    assert year(office) == []
    changed = {"days": {"holiday": ["01-01", "01-02"], "work": ["01-04"]}}
    with pytest.raises(WrongStateError, match="--reason why the days are changed"):
        year(office, changed)
    assert year(office, changed, "state notice") == ["2025-01-02"]
    assert office.position() == 3
    town.catch_up()
    schema = town.site.schema
    with town.database.connection() as connection:
        known = [read_versions(connection, schema, "plain", position)[0] for position in (2, 3)]
        assert [
            tariff.calendar and tariff.calendar.day_class(date(2025, 1, 2)) for tariff in known
        ] == ["work", "holiday"]
        assert known[0].calendar is not None
        assert known[0].calendar.day_class(date(2026, 1, 2)) is None, "nobody published it"
        assert [row[3] for row in read_year_rows(connection, schema)] == ["", "state notice"]
        assert read_years(connection, schema, "town", 0) == {}


def test_a_year_with_a_class_that_a_tariff_has_no_price_for_is_refused(
    town: Town, office: TariffOffice
) -> None:
    year(office)
    town.catch_up()
    publish(office, LONDON + BANDS)
    town.catch_up()
    with pytest.raises(TariffFileError, match=r"tariff plain: periods: .* 'special'"):
        year(office, {"year": 2026, "days": {"special": ["07-15"]}})
    assert year(office, {"year": 2026, "days": {}}) == []


def test_a_calendar_that_nobody_knows_is_refused_and_a_shipped_one_is_checked_by(
    office: TariffOffice,
) -> None:
    with pytest.raises(TariffFileError, match="'town' is unknown"):
        publish(office, LONDON + BANDS)
    publish(office, LONDON + BANDS.replace("town", "gb-eng"))


def test_months_of_prices_count_from_the_position_that_told_them(
    town: Town, office: TariffOffice
) -> None:
    publish(office, LONDON + TABLE)
    assert prices(office, "2025-01,0.01\n2025-02,0.02\n") == ["2025-01", "2025-02"]
    assert prices(office, "2025-01,0.01\n") == []
    with pytest.raises(WrongStateError, match="published for 2025-01 with other prices"):
        prices(office, "2025-01,0.011\n2025-03,0.03\n")
    assert prices(office, "2025-01,0.011\n2025-03,0.03\n", "typo") == ["2025-01", "2025-03"]
    town.catch_up()
    schema = town.site.schema
    with town.database.connection() as connection:
        last = office.position()
        known = [read_versions(connection, schema, "plain", n)[0] for n in (1, last - 1, last)]
        values = [tariff.tables["grid"].value("2025-01", "fuel") for tariff in known]
        assert values == [None, Decimal("0.01"), Decimal("0.011")]
        assert list(read_prices(connection, schema, "grid", last).months) == [
            *("2025-01", "2025-02", "2025-03"),
        ]
        assert connection.execute(parked(town)).fetchall() == []


def test_the_guides_example_is_published_and_read_back(town: Town, office: TariffOffice) -> None:
    text = WHOLE.replace("CNY", "GBP").replace("Asia/Shanghai", "Europe/London")
    publish(office, text)
    town.catch_up()
    with town.database.connection() as connection:
        (tariff,) = read_versions(connection, town.site.schema, "CN-GIP-10kV", 1)
    assert tariff.calendar is not None
    assert tariff.calendar.years == {}, "what ships is for trials, bills need a published year"
    assert tariff.tables["grid"].value("2025-01", "base") == Decimal("0.4213")


def test_the_class_of_every_day_of_a_leap_year() -> None:
    weekdays = dict.fromkeys(range(7), "work")
    days = class_of_days(CalendarYear(name="x", year=2024, days={}, weekdays=weekdays).document())
    assert (len(days), set(days.values())) == (366, {"work"})


def test_prices_of_heat_are_published_with_their_unit_only(
    town: Town, office: TariffOffice
) -> None:
    heat = LONDON.replace("utility: electricity", "utility: heating").replace("unit: kWh\n", "")
    assert "heating" in heat
    assert "unit:" not in heat
    with pytest.raises(TariffFileError, match=r"unit: is missing: heating .* MWh, MJ, GJ"):
        publish(office, heat)
    publish(office, heat + "unit: GJ\n", "heat in GJ")
    town.catch_up()
    with town.database.connection() as connection:
        (tariff,) = read_versions(connection, town.site.schema, "plain", office.position())
    assert tariff.unit == "GJ"

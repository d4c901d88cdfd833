"""Usage files that cannot be used: each is refused with file, place and cause, never half read."""

from __future__ import annotations

import gzip
import json
import zipfile
from datetime import date
from decimal import Decimal
from fractions import Fraction
from pathlib import Path

import pytest

from billing.rating.errors import RatingFileError
from billing.rating.rate_files import rate_files
from billing.rating.usage_file import read_usage_file
from energy.base.units import Utility
from tests.billing.rating.tariffs import DAY_AND_NIGHT, energy, tariff_of

DAY = (date(2025, 6, 2), date(2025, 6, 2))
TARIFF = """tariff: T
utility: electricity
currency: CNY
zone: Asia/Shanghai
interval: {minutes: 60}
valid: {from: 2025-01-01, to: 2026-01-01}
tax: {mode: exclusive, rate: "0", rounding: per_rate}
charges:
  - {id: E, kind: energy, price: "0.5"}
"""


def rows(*, header: str = "start,active_import_kwh", value: str = "1") -> list[str]:
    return [header, *(f"2025-06-02T{hour:02d}:00:00+08:00,{value}" for hour in range(24))]


def edited(at: int, text: str) -> str:
    found = rows()
    found[at] = text
    return "\n".join(found) + "\n"


def refused(folder: Path, usage: str | bytes, tariff: str = TARIFF) -> str:
    """Return the message with which a usage file is refused."""
    (folder / "t.yaml").write_text(tariff)
    path = folder / "u.csv"
    path.write_bytes(usage if isinstance(usage, bytes) else usage.encode())
    with pytest.raises(RatingFileError) as caught:
        rate_files(folder / "t.yaml", path, days=DAY)
    message = str(caught.value)
    assert str(path) in message or str(folder / "t.yaml") in message
    return message


WRONG: dict[str, tuple[str | bytes, str]] = {
    "a gap": ("\n".join(r for n, r in enumerate(rows()) if n != 5), "1 interval(s) missing"),
    "a gap by the clock of the file": (
        "\n".join(r for n, r in enumerate(rows()) if n != 5),
        "from 2025-06-02T04:00:00+08:00 to 2025-06-02T05:00:00+08:00;",
    ),
    "a misspelt column beside a right one": (
        "\n".join(
            f"{row},{'reactive_imports_kvarh' if n == 0 else '1'}" for n, row in enumerate(rows())
        ),
        "row 1: column 'reactive_imports_kvarh' is not known",
    ),
    "an empty value": (edited(5, "2025-06-02T04:00:00+08:00,"), "1 interval(s) missing"),
    "a duplicate": (edited(5, "2025-06-02T05:00:00+08:00,1"), "stands in row 6 already"),
    "the same instant in another offset": (
        edited(24, "2025-06-01T16:00:00+00:00,1"),
        "stands in row 2 already",
    ),
    "an exponent": (edited(5, "2025-06-02T04:00:00+08:00,1e5"), "row 6, active_import_kwh: '1e5'"),
    "below zero": (
        edited(5, "2025-06-02T04:00:00+08:00,-5"),
        "row 6, active_import_kwh: -5 is below zero; a column has one direction",
    ),
    "no number": (edited(5, "2025-06-02T04:00:00+08:00,NaN"), "row 6, active_import_kwh: 'NaN'"),
    "infinity": (edited(5, "2025-06-02T04:00:00+08:00,inf"), "'inf' is no decimal"),
    "digits of another script": (edited(5, "2025-06-02T04:00:00+08:00,١"), "is no decimal"),
    "a comma as decimal point": (edited(5, '2025-06-02T04:00:00+08:00,"1,5"'), "'1,5'"),
    "too many digits": (edited(5, f"2025-06-02T04:00:00+08:00,0.{'1' * 13}"), "is no decimal"),
    "a number beyond all meters": (
        edited(5, f"2025-06-02T04:00:00+08:00,{'9' * 15}.{'9' * 12}"),
        "too large or too fine",
    ),
    "no start": ("\n".join(rows(header="begin,active_import_kwh")), "column 'start' is missing"),
    "no quantity": ("start\n2025-06-02T00:00:00+08:00\n", "has no column of a quantity"),
    "an unknown column": ("\n".join(rows(header="start,active_import")), "is not known"),
    "a wrong unit": ("\n".join(rows(header="start,active_import_m3")), "is not known"),
    "another quantity": ("\n".join(rows(header="start,volume_m3")), "has no column of a quantity"),
    "a column twice": (
        "start,active_import_kwh,active_import_mwh\n2025-06-02T00:00:00+08:00,1,1\n",
        "active_import stands there twice",
    ),
    "start twice": ("start,start\n", "'start' stands there twice"),
    "semicolons": ("\n".join(rows()).replace(",", ";"), "parted by commas"),
    "a local time": (edited(5, "2025-06-02T04:00:00,1"), "has no offset"),
    "no instant": (edited(5, "yesterday,1"), "is no instant"),
    "a day that is none": (edited(5, "2025-02-30T04:00:00+08:00,1"), "no moment of the calendar"),
    "an offset that is none": (edited(5, "2025-06-02T04:00:00+99:00,1"), "no moment of"),
    "off the grid": (edited(5, "2025-06-02T04:10:00+08:00,1"), "is not on the grid of 60"),
    "a column too few": (edited(5, "2025-06-02T04:00:00+08:00"), "has 1 columns, not 2"),
    "an open quote": (edited(5, '2025-06-02T04:00:00+08:00,"1'), "no CSV"),
    "a header alone": ("start,active_import_kwh\n", "has a header but no rows"),
    "another day": ("\n".join(rows()).replace("06-02", "06-03"), "24 interval(s) missing"),
    "nothing": ("", "is empty"),
    "blanks": ("\n \n", "is empty"),
    "UTF-16": ("\n".join(rows()).encode("utf-16"), "is UTF-16"),
    "Latin-1": (edited(5, "2025-06-02T04:00:00+08:00,1\xe9").encode("latin-1"), "row 6: byte 0xe9"),
    "zeros": (b"start\x00,", "zero bytes"),
    "gzip": (gzip.compress(b"0" * 10**6), "is compressed (gzip)"),
}


@pytest.mark.parametrize("name", WRONG)
def test_a_usage_file_is_refused_with_its_place_and_cause(name: str, tmp_path: Path) -> None:
    usage, says = WRONG[name]
    assert says in refused(tmp_path, usage)


def test_an_archive_is_refused_whatever_it_would_become(tmp_path: Path) -> None:
    bomb = tmp_path / "bomb.zip"
    with zipfile.ZipFile(bomb, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("u.csv", b"0" * 10**6)
    assert "is a ZIP archive" in refused(tmp_path, bomb.read_bytes())


def test_a_folder_and_a_file_that_is_not_there_are_refused(tmp_path: Path) -> None:
    (tmp_path / "t.yaml").write_text(TARIFF)
    with pytest.raises(RatingFileError, match="is a folder or device"):
        rate_files(tmp_path / "t.yaml", tmp_path, days=DAY)
    with pytest.raises(RatingFileError, match=r"none\.csv"):
        rate_files(tmp_path / "t.yaml", tmp_path / "none.csv", days=DAY)
    with pytest.raises(RatingFileError, match="is a folder or device"):
        rate_files(tmp_path, tmp_path / "u.csv", days=DAY)


def test_a_file_larger_than_any_usage_is_not_read(tmp_path: Path) -> None:
    huge = tmp_path / "u.csv"
    with huge.open("wb") as stream:
        stream.truncate(2**40)
    (tmp_path / "t.yaml").write_text(TARIFF)
    with pytest.raises(RatingFileError, match="1099511627776 bytes"):
        rate_files(tmp_path / "t.yaml", huge, days=DAY)


def test_days_outside_the_tariff_are_refused(tmp_path: Path) -> None:
    (tmp_path / "t.yaml").write_text(TARIFF)
    (tmp_path / "u.csv").write_text("\n".join(rows()))
    with pytest.raises(RatingFileError, match="holds from 2025-01-01 until the day before 2026"):
        rate_files(
            tmp_path / "t.yaml", tmp_path / "u.csv", days=(date(2025, 12, 31), date(2026, 1, 1))
        )
    with pytest.raises(RatingFileError, match="is before"):
        rate_files(tmp_path / "t.yaml", tmp_path / "u.csv", days=(DAY[1], date(2025, 6, 1)))


def test_a_tariff_that_is_wrong_is_named_with_its_problems(tmp_path: Path) -> None:
    message = refused(tmp_path, "\n".join(rows()), TARIFF.replace("CNY", "XYZ"))
    assert "t.yaml" in message
    assert "currency: 'XYZ' is unknown" in message


def test_a_calendar_beside_the_tariff_that_is_no_text_is_named(tmp_path: Path) -> None:
    (tmp_path / "days.yaml").write_bytes(b"calendar: x\n# \xe9\n")
    message = refused(tmp_path, "\n".join(rows()), TARIFF + "calendar: days.yaml\n")
    assert "t.yaml: cannot be used" in message
    assert "calendar: days.yaml is no UTF-8" in message


def test_a_year_that_the_calendar_does_not_know_is_the_tariff_files(tmp_path: Path) -> None:
    calendar = 'calendar: {calendar: x, years: {2024: {holiday: "01-01"}}}\n'
    message = refused(tmp_path, "\n".join(rows()), TARIFF + calendar)
    assert "t.yaml: cannot be used" in message
    assert "calendar: Calendar x is not published for 2025" in message


def test_sums_without_a_shape_have_no_price_by_time_of_day(tmp_path: Path) -> None:
    path = tmp_path / "u.csv"
    path.write_text("start,active_import_kwh\n2025-06-01T00:00:00+08:00,30\n")
    known = read_usage_file(path, tariff_of(), date(2025, 6, 1), date(2025, 6, 30))
    (total,) = known.registers
    assert (total.base_units, total.first_day, total.last_day) == (
        30_000,
        date(2025, 6, 1),
        date(2025, 6, 30),
    )
    tariff = TARIFF.replace("interval: {minutes: 60}\n", "").replace(
        "charges:\n  - {id: E, kind",
        'periods:\n  - {id: d, at: "08:00-24:00"}\n  - {id: n, at: "00:00-08:00"}\n'
        'charges:\n  - {id: N, kind: energy, period: n, price: "1"}\n'
        "  - {id: E, period: d, kind",
    )
    message = refused(tmp_path, "start,active_import_kwh\n2025-06-02T00:00:00+08:00,1\n", tariff)
    assert "needs intervals, not days or months" in message


def test_values_finer_than_a_base_unit_are_kept_exact(tmp_path: Path) -> None:
    path = tmp_path / "u.csv"
    lines = rows(value="0.1234567")
    path.write_text("\n".join(lines))
    tariff = tariff_of(energy("E", (None, "1")), periods=DAY_AND_NIGHT)
    known = read_usage_file(path, tariff, *DAY)
    total = Fraction(int(known.usage["active_import"].usage.sum()), known.scale)
    assert total == 24 * Fraction(Decimal("123.4567"))


def test_the_column_says_quantity_and_unit(tmp_path: Path) -> None:
    path = tmp_path / "u.csv"
    path.write_text("start,heat_gj,volume_m3\n2025-06-02T00:00:00+08:00,0.001,2\n")
    known = read_usage_file(path, tariff_of(utility=Utility.HEATING, unit="GJ"), *DAY)
    assert {each.quantity: each.base_units for each in known.registers} == {
        "heat": 10_000,
        "volume": 2_000,
    }


HISTORY = {
    "no JSON": ("{", "no JSON"),
    "a float": ('{"maxima": [{"month": "2025-01", "kw": 1.5}]}', "is a float"),
    "a list": ("[]", "must be an object"),
    "an unknown key": ('{"maximum": []}', "maximum: is not known"),
    "a month that is none": ('{"maxima": [{"month": "2025-13", "kw": "1"}]}', "maxima[1].month"),
    "a kW that is none": ('{"maxima": [{"month": "2025-01", "kw": true}]}', "maxima[1].kw"),
    "maxima that are no list": ('{"maxima": {"2025-01": "1"}}', 'like {"month": ..., "kw": ...'),
    "an opening twice": (
        json.dumps({"openings": [{"charge": "E", "year": 2025, "quantity": 1}] * 2}),
        "openings[2]: E of 2025 stands there twice",
    ),
    "an unknown charge": (
        '{"openings": [{"charge": "X", "year": 2025, "quantity": "1"}]}',
        "openings[1].charge: must be one of E",
    ),
    "a key twice": ('{"maxima": [], "maxima": []}', "maxima stands twice"),
    "too deep": ("[" * 100_000, "too deep"),
    "agreed as a flag": ('{"agreed": {"quota": true}}', "quota: must be a decimal"),
}


@pytest.mark.parametrize("name", HISTORY)
def test_a_history_is_refused_with_its_path_and_cause(name: str, tmp_path: Path) -> None:
    text, says = HISTORY[name]
    (tmp_path / "t.yaml").write_text(TARIFF)
    (tmp_path / "u.csv").write_text("\n".join(rows()))
    (tmp_path / "h.json").write_text(text)
    with pytest.raises(RatingFileError) as caught:
        rate_files(
            tmp_path / "t.yaml", tmp_path / "u.csv", days=DAY, history_path=tmp_path / "h.json"
        )
    assert says in str(caught.value)
    assert "h.json" in str(caught.value)


def test_an_agreed_quantity_that_nothing_states_is_asked_for(tmp_path: Path) -> None:
    tariff = TARIFF + '  - {id: D, kind: demand, basis: contract, window: 60, price: "40"}\n'
    message = refused_agreed(tmp_path, tariff)
    assert "--agreed" in message
    assert "contract_demand_kw" in message


def refused_agreed(folder: Path, tariff: str) -> str:
    (folder / "t.yaml").write_text(tariff)
    (folder / "u.csv").write_text("\n".join(rows()))
    with pytest.raises(RatingFileError) as caught:
        rate_files(folder / "t.yaml", folder / "u.csv", days=DAY)
    (folder / "a.json").write_text(json.dumps({"contract_demand_kw": "10"}))
    found = rate_files(folder / "t.yaml", folder / "u.csv", days=DAY, agreed_path=folder / "a.json")
    assert found.settlement.charges[1].price == 40
    return str(caught.value)

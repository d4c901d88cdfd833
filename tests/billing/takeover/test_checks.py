"""Workbooks as hostile as people make them: every fault is told with its place and next step."""

from __future__ import annotations

import zipfile
from collections.abc import Callable
from datetime import UTC, date, datetime
from fractions import Fraction
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

import pytest

from billing.takeover.checks import check_rows
from billing.takeover.errors import TakeOverError
from billing.takeover.known import KnownPoint, KnownSite
from billing.takeover.problems import Problems
from billing.takeover.sheets import RULES, Column, Holds, Sheet
from billing.takeover.site_checks import check_site
from billing.takeover.template import write_template
from billing.takeover.totals import check_totals
from billing.takeover.workbook import normal_text, read_workbook
from energy.base.text import catalogue
from energy.base.units import Utility
from energy.metering.channel import Channel, ChannelFacts, Direction, Kind
from tests.billing.takeover.workbooks import FIRST, Rows, book_of, filled, saved, stated


def known_site(**others: Any) -> KnownSite:
    facts = {
        "key": "town",
        "zone": ZoneInfo("Europe/London"),
        "currency": "GBP",
        "now": datetime(2019, 2, 1, 9, tzinfo=UTC),
        "points": {
            point: _point(number, point)
            for number, point in enumerate(("b1-elec", "b1-gas", "b2-elec", "b2-gas"), 1)
        },
        "tariffs": {
            "campus-electricity": ("electricity", date(2018, 1, 1)),
            "campus-gas": ("gas", date(2018, 1, 1)),
        },
        "accounts": frozenset(),
        "parties": frozenset(),
        "items": frozenset(),
        "payers": {},
        "series": frozenset(),
    }
    return KnownSite(**facts | others)


def _point(number: int, point: str) -> KnownPoint:
    gas = point.endswith("gas")
    channel = Channel(
        number=number,
        point=point,
        facts=ChannelFacts(
            quantity="volume" if gas else "active_energy_import",
            kind=Kind.COUNTER,
            utility=Utility.GAS if gas else Utility.ELECTRICITY,
            unit="m3" if gas else "kWh",
            resolution=Fraction(1, 100),
            modulus=100_000_000,
            direction=Direction.IMPORT,
            billing=True,
        ),
    )
    return KnownPoint(
        utility="gas" if gas else "electricity",
        serial=f"SN-{number:04d}",
        since=datetime(2018, 1, 1, tzinfo=UTC),
        channels={channel.facts.quantity: channel, "": channel},
    )


def problems_of(path: Path, known: KnownSite | None = None) -> Problems:
    problems, site = Problems(), known or known_site()
    sheets = read_workbook(path, problems)
    check_rows(sheets, site.currency, site.accounts, site.parties, problems)
    check_site(sheets, site, problems)
    check_totals(sheets, problems)
    return problems


def told(problems: Problems) -> list[tuple[str, int, str, str]]:
    return [(each.sheet, each.row, each.column, each.code) for each in problems.rows]


def test_a_workbook_filled_in_rightly_has_no_problem(tmp_path: Path) -> None:
    assert told(problems_of(saved(filled(), tmp_path / "w.xlsx"))) == []


def test_the_template_is_read_by_the_check_that_follows_it(tmp_path: Path) -> None:
    for language in ("en", "zh"):
        write_template(tmp_path / "t.xlsx", language)
        assert told(problems_of(tmp_path / "t.xlsx")) == []


def test_every_problem_and_every_column_is_told_in_both_languages() -> None:
    texts = catalogue()
    for sheet, rule in RULES.items():
        for column in rule.columns:
            assert set(texts[f"takeover.column.{sheet.name.lower()}.{column.name}"]) == {"en", "zh"}
    codes = {key.rpartition(".")[2] for key in texts if key.startswith("takeover.problem.")}
    source = "".join(
        path.read_text(encoding="utf-8")
        for path in (Path(__file__).parents[3] / "billing" / "takeover").glob("*.py")
    )
    assert all(f'"{code}"' in source for code in codes)


Spoil = Callable[[Any], None]
OWED, READ, PAID = Sheet.RECEIVABLES, Sheet.READINGS, Sheet.CONTRACTS
LATE = date(2020, 1, 1)
USED = Sheet.ACCOUNTS
HALF_PAST_NINE = datetime.fromisoformat("2017-05-01T09:30")  # a cell holds a local time


def _set(sheet: Sheet, column: str, value: object, row: int = 2) -> Spoil:
    place = [each.name for each in RULES[sheet].columns].index(column) + 1

    def spoil(book: Any) -> None:
        cell = book[sheet.value].cell(row, place)
        cell.value = value
        if isinstance(value, int | float):
            cell.number_format = "General"  # else what stood there makes a date of it

    return spoil


def _hide_row(book: Any) -> None:
    book[Sheet.ACCOUNTS.value].row_dimensions[3].hidden = True


def _hide_column(book: Any) -> None:
    book[Sheet.ACCOUNTS.value].column_dimensions["B"].hidden = True


def _hide_sheet(book: Any) -> None:
    book[Sheet.DEPOSITS.value].sheet_state = "veryHidden"


def _merge(book: Any) -> None:
    book[Sheet.PARTIES.value].merge_cells("C2:C3")


def _beside(book: Any) -> None:
    book[Sheet.ACCOUNTS.value].cell(2, 9).value = "note"


def _rename(book: Any) -> None:
    book[Sheet.ACCOUNTS.value].cell(1, 1).value = "acount"


def _remove(book: Any) -> None:
    del book[Sheet.DEPOSITS.value]


def _add(book: Any) -> None:
    book.create_sheet("Tabelle1").append(["x", "y"])


# fmt: off
FAULTS: list[tuple[Spoil, str, int, str, str]] = [
    (_set(OWED, "amount", "=B2*2"), OWED, 2, "amount", "formula"),
    (_set(OWED, "amount", "#REF!"), OWED, 2, "amount", "error_cell"),
    (_set(OWED, "amount", True), OWED, 2, "amount", "truth_value"),
    (_set(OWED, "amount", "1,234.5"), OWED, 2, "amount", "no_number"),
    (_set(OWED, "amount", 1.005), OWED, 2, "amount", "money_digits"),
    (_set(OWED, "amount", FIRST), OWED, 2, "amount", "number_as_date"),
    (_set(OWED, "due_on", 43_500), OWED, 2, "due_on", "date_as_number"),
    (_set(OWED, "due_on", "4.1.2019"), OWED, 2, "due_on", "no_date"),
    (_set(OWED, "due_on", date(2018, 1, 1)), OWED, 2, "due_on", "due_before"),
    (_set(OWED, "account", "009"), OWED, 2, "account", "unknown_name"),
    (_set(OWED, "number", "OLD-18-1", 3), OWED, 3, "number", "twice"),
    (_set(Sheet.ACCOUNTS, "account", 1), Sheet.ACCOUNTS, 2, "account", "no_text"),
    (_set(Sheet.ACCOUNTS, "language", "fr"), Sheet.ACCOUNTS, 2, "language", "no_choice"),
    (_set(Sheet.ACCOUNTS, "party", None), Sheet.ACCOUNTS, 2, "party", "empty"),
    (_set(Sheet.ACCOUNTS, "party", "P-b1\u200b"), Sheet.ACCOUNTS, 2, "party", "hidden_sign"),
    (_set(Sheet.ACCOUNTS, "party", "P\nb1"), Sheet.ACCOUNTS, 2, "party", "several_rows"),
    (_set(USED, "opened_on", HALF_PAST_NINE), "accounts", 2, "opened_on", "time_in_day"),
    (_set(USED, "opened_on", LATE), PAID, 2, "valid_from", "before_opening"),
    (_set(Sheet.PARTIES, "legal_name", "x" * 501), "parties", 2, "legal_name", "too_long"),
    (_set(Sheet.PARTIES, "country", "Germany"), "parties", 2, "country", "no_country"),
    (_set(Sheet.PARTIES, "country", "gb"), "parties", 2, "country", "no_country"),
    (_set(Sheet.PARTIES, "iban", "DE00 1234 5678 9012 34"), "parties", 2, "iban", "no_iban"),
    (_set(PAID, "point", "nowhere"), PAID, 2, "point", "unknown_point"),
    (_set(PAID, "tariff", "none"), PAID, 2, "tariff", "unknown_tariff"),
    (_set(PAID, "tariff", "campus-gas"), PAID, 2, "tariff", "other_utility"),
    (_set(PAID, "valid_to", FIRST), PAID, 2, "valid_to", "days_backwards"),
    (_set(PAID, "point", "b1-elec", 4), PAID, 4, "point", "paid_twice"),
    (_set(PAID, "cycle_day", 29), PAID, 2, "cycle_day", "no_cycle_day"),
    (_set(READ, "reading", 0.005), READ, 2, "reading", "not_shown"),
    (_set(READ, "reading", 1e6), READ, 2, "reading", "not_shown"),
    (_set(READ, "serial", "SN-9999"), READ, 2, "serial", "other_serial"),
    (_set(READ, "read_at", date(2017, 1, 1)), READ, 2, "read_at", "before_service"),
    (_set(READ, "read_at", date(2018, 11, 1)), PAID, 3, "basis", "no_opening"),
    (_set(READ, "read_at", LATE), READ, 2, "read_at", "future"),
    (_set(READ, "quantity", "steam"), READ, 2, "quantity", "no_channel"),
    (_set(Sheet.NUMBERS, "next", 0), "next numbers", 2, "next", "no_whole"),
    (_set(Sheet.CONTROL, "count", 3), "control totals", 2, "count", "count_differs"),
    (_set(Sheet.CONTROL, "count", None), "control totals", 2, "count", "no_control"),
    (_set(Sheet.CONTROL, "sum", 400.41, 8), "control totals", 8, "sum", "sum_differs"),
    (_hide_row, "accounts", 3, "", "hidden_row"),
    (_hide_column, "accounts", 1, "party", "hidden_column"),
    (_hide_sheet, "deposits", 0, "", "hidden_sheet"),
    (_merge, "parties", 2, "", "merged"),
    (_beside, "accounts", 2, "I", "beside_columns"),
    (_rename, "accounts", 1, "account", "no_column"),
    (_remove, "deposits", 0, "", "no_sheet"),
    (_add, "Tabelle1", 0, "", "unknown_sheet"),
]
# fmt: on


@pytest.mark.parametrize(("spoil", "sheet", "row", "column", "code"), FAULTS)
def test_what_is_wrong_is_told_with_sheet_row_and_column(
    tmp_path: Path, spoil: Spoil, sheet: str, row: int, column: str, code: str
) -> None:
    book = book_of(filled())
    spoil(book)
    book.save(tmp_path / "w.xlsx")
    problems = problems_of(tmp_path / "w.xlsx")
    found = {(each.sheet.lower(), each.row, each.column, each.code) for each in problems.rows}
    assert (sheet.lower(), row, column, code) in found
    for each in problems.rows:
        assert "{" not in each.cause("en") and "{" not in each.cause("zh")


@pytest.mark.parametrize(
    ("others", "sheet", "code"),
    [
        ({"accounts": frozenset({"001"})}, "accounts", "there_already"),
        ({"parties": frozenset({"P-b1"})}, "parties", "there_already"),
        ({"items": frozenset({"OLD-18-1"})}, "open receivables", "there_already"),
        ({"series": frozenset({("CAM", 2019)})}, "next numbers", "series_begun"),
        ({"payers": {"b1-elec": (("A", date(2018, 1, 1), None),)}}, "contracts", "paid_already"),
        (
            {"tariffs": {"campus-electricity": ("electricity", date(2019, 2, 1))}},
            "contracts",
            "before_tariff",
        ),
    ],
)
def test_what_the_site_has_already_stands_in_the_way(
    tmp_path: Path, others: dict[str, Any], sheet: str, code: str
) -> None:
    found = told(problems_of(saved(filled(), tmp_path / "w.xlsx"), known_site(**others)))
    assert (sheet, code) in {(each[0], each[3]) for each in found}


@pytest.mark.parametrize("content", [b"", b"PK\x03\x04 nonsense", b"a,b\n1,2\n"])
def test_what_is_no_workbook_is_refused(tmp_path: Path, content: bytes) -> None:
    file = tmp_path / "w.xlsx"
    file.write_bytes(content)
    with pytest.raises(TakeOverError):
        read_workbook(file, Problems())


def test_a_workbook_with_damaged_insides_is_refused(tmp_path: Path) -> None:
    whole, damaged = saved(filled(), tmp_path / "w.xlsx"), tmp_path / "d.xlsx"
    with zipfile.ZipFile(whole) as source, zipfile.ZipFile(damaged, "w") as target:
        for member in source.namelist():
            content = source.read(member)
            target.writestr(member, content[: len(content) // 2] if "sheet1" in member else content)
    with pytest.raises(TakeOverError):
        read_workbook(damaged, Problems())
    with pytest.raises(TakeOverError):
        read_workbook(tmp_path / "none.xlsx", Problems())


def test_a_number_is_taken_as_it_is_typed() -> None:
    money = Column(name="amount", holds=Holds.MONEY)
    for value, text in ((100.10, "100.1"), (0.1 + 0.2, "0.3"), (-5, "-5"), ("12.50", "12.5")):
        assert normal_text(value, money) == (text, "")
    for value in (float("nan"), float("inf"), 1e300, "１２", "--5"):
        assert normal_text(value, money)[1]


@pytest.mark.slow
def test_ten_thousand_rows_are_checked(tmp_path: Path) -> None:
    rows: Rows = filled()
    rows[Sheet.RECEIVABLES] = [
        {
            "account": "001",
            "number": f"OLD-{n}",
            "dated": date(2018, 12, 5),
            "due_on": date(2019, 1, 4),
            "amount": n + 0.25,
        }
        for n in range(10_000)
    ]
    stated(rows)
    assert told(problems_of(saved(rows, tmp_path / "w.xlsx"))) == []

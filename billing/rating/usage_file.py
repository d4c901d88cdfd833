"""In: a usage file (CSV), the billed days. Out: the quantities of a supply. I/O: reads the file.

`start` and one column a quantity: `active_import_kwh`, `reactive_import_kvarh`, `volume_m3` ...;
or the earlier `start,usage` in base units. On a grid that divides the hour the rows are intervals;
rows that begin at local midnights a day or more apart are sums without a shape.
"""

from __future__ import annotations

import csv
import io
import re
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from fractions import Fraction
from itertools import pairwise
from math import lcm
from pathlib import Path
from zoneinfo import ZoneInfo

import numpy as np

from billing.rating.errors import BELOW_ZERO, SHOWN, RatingFileError
from billing.rating.file_text import text_of
from billing.rating.quantities import IN_FILES, OWN, UNITS, Quantities, RegisterSum, named_by
from billing.tariffs.tariff import Stamp, TariffVersion
from energy.base.clock import from_us, to_us
from energy.base.period import Period, grid_of, local_day, midnight, span_of_days
from energy.base.quality import Quality
from energy.metering.usage import UsageSpan

MOST_BYTES = 64 * 2**20
"""Of a usage file: a year of minutes with several quantities. [B]"""
MOST_DIGITS = 12
"""After the point of a value."""
START, USAGE = "start", "usage"
_COLUMN = re.compile(r"([a-z]+(?:_[a-z]+)*)_([a-z0-9]+)")
_VALUE = re.compile(r"-?[0-9]{1,15}(?:\.[0-9]{1,12})?")
_INSTANT = re.compile(
    r"[0-9]{4}-[0-9]{2}-[0-9]{2}[T ][0-9]{2}:[0-9]{2}(:[0-9]{2}(\.0+)?)?"
    r"(?P<offset>Z|[+-][0-9]{2}(:?[0-9]{2})?)?"
)
_UNITS = {unit.lower(): unit for units in UNITS.values() for unit in units}
_DAY_S = 23 * 3600
_US = 1_000_000
_GREATEST = 2**62


@dataclass(frozen=True, slots=True, kw_only=True)
class Column:
    """A column of the file."""

    place: int
    name: str
    quantity: str
    base_per_unit: Fraction
    """[base unit / unit]"""


@dataclass(slots=True, kw_only=True)
class Rows:
    """What the rows say, and what is wrong with them."""

    file: str
    problems: list[str] = field(default_factory=list)
    numbers: dict[int, int] = field(default_factory=dict)
    """Instant -> row number. [us]"""
    values: dict[str, dict[int, str]] = field(default_factory=dict)
    """Quantity -> instant [us] -> value as it stands."""

    def refuse(self) -> None:
        """Raise what was noted."""
        if self.problems:
            raise RatingFileError(self.file, self.problems)


def read_usage_file(
    path: Path, tariff: TariffVersion, first_day: date, last_day: date
) -> Quantities:
    """Return the quantities of a usage file over some days.

    Args:
        path: The file.
        tariff: Says the grid and which end of an interval an instant is.
        first_day: First local day that must be in it.
        last_day: The last, included.

    Raises:
        RatingFileError: Anything is wrong; each problem with its row and column.
    """
    file = str(path)
    columns, rows = _read(file, text_of(path, MOST_BYTES), tariff)
    period = span_of_days(first_day, last_day, tariff.zone)
    step_s = _step_s(rows, tariff)
    if step_s is None:
        return _sums(rows, columns, tariff, (first_day, last_day))
    return _intervals(rows, columns, tariff, period, step_s)


def header_of(path: Path) -> list[str]:
    """Return the names of a usage file's columns; none where its first row is no CSV.

    Raises:
        RatingFileError: It is no text, or cannot be read.
    """
    try:
        header = next(csv.reader(io.StringIO(text_of(path, MOST_BYTES), newline="")), [])
    except csv.Error:
        return []  # said with its row when the rows are read
    return [name.strip() for name in header]


def days_of_file(path: Path, tariff: TariffVersion) -> tuple[date, date]:
    """Return the first and last local day that a usage file has a row of.

    Raises:
        RatingFileError: The rows cannot be read.
    """
    _, rows = _read(str(path), text_of(path, MOST_BYTES), tariff)
    back = _back(tariff, _step_s(rows, tariff) or 0)
    return (
        local_day(from_us(min(rows.numbers) - back), tariff.zone),
        local_day(from_us(max(rows.numbers) - back), tariff.zone),
    )


# ---------------------------------------------------------------- rows
def _read(file: str, text: str, tariff: TariffVersion) -> tuple[list[Column], Rows]:
    rows = Rows(file=file)
    reader = csv.reader(io.StringIO(text, newline=""), strict=True)
    try:
        header = [name.strip() for name in next(reader, [])]
        start, columns = _columns(rows, header, tariff)
        rows.refuse()
        for each in columns:
            rows.values[each.quantity] = {}
        for row in reader:
            if row:
                _take(rows, row, reader.line_num, header, start, columns)
            if len(rows.problems) > SHOWN:
                break
    except csv.Error as error:
        rows.problems.append(f"row {reader.line_num}: no CSV: {error}")
    rows.refuse()
    if not rows.numbers:
        raise RatingFileError(file, ["file: has a header but no rows"])
    return columns, rows


def _columns(rows: Rows, header: list[str], tariff: TariffVersion) -> tuple[int, list[Column]]:
    if START not in header:
        hint = "; the columns must be parted by commas" if ";" in "".join(header) else ""
        rows.problems.append(f"row 1: column {START!r} is missing{hint}")
        return 0, []
    columns: list[Column] = []
    for place, name in enumerate(header):
        if name == START:
            if header.index(START) != place:
                rows.problems.append(f"row 1: column {START!r} stands there twice")
            continue
        column = _column(place, name, tariff)
        if column is None:
            rows.problems.append(
                f"row 1: column {name[:40]!r} is not known; write a quantity and its unit, as "
                "active_import_kwh, reactive_import_kvarh, volume_m3, heat_gj, cooling_kwh, mass_t"
            )
        elif column.quantity in {each.quantity for each in columns}:
            rows.problems.append(f"row 1: column {name!r}: {column.quantity} stands there twice")
        else:
            columns.append(column)
    if not columns and not rows.problems:
        rows.problems.append("row 1: has no column of a quantity, for example active_import_kwh")
    return header.index(START), columns


def _column(place: int, name: str, tariff: TariffVersion) -> Column | None:
    if name == USAGE:
        own = OWN[tariff.utility]
        return Column(place=place, name=name, quantity=own, base_per_unit=Fraction(1))
    match = _COLUMN.fullmatch(name)
    if match is None:
        return None
    quantity, suffix = match.groups()
    known = UNITS.get(quantity.split("_", maxsplit=1)[0], {})
    unit = _UNITS.get(suffix, "")
    if unit not in known or quantity not in IN_FILES | named_by(tariff.clauses):
        return None
    return Column(place=place, name=name, quantity=quantity, base_per_unit=known[unit])


def _take(
    rows: Rows,
    row: list[str],
    number: int,
    header: list[str],
    start: int,
    columns: Iterable[Column],
) -> None:
    if len(row) != len(header):
        rows.problems.append(f"row {number}: has {len(row)} columns, not {len(header)}")
        return
    try:
        at_us = _instant(row[start])
    except ValueError as error:
        rows.problems.append(f"row {number}, {START}: {error}")
        return
    if at_us in rows.numbers:
        first = rows.numbers[at_us]
        rows.problems.append(f"row {number}, {START}: {row[start]} stands in row {first} already")
    rows.numbers[at_us] = number
    for column in columns:
        value = row[column.place].strip()
        if value and _VALUE.fullmatch(value) is None:
            rows.problems.append(
                f"row {number}, {column.name}: {value[:40]!r} is no decimal like 12.345 (at most "
                f"{MOST_DIGITS} digits behind the point)"
            )
        elif value.startswith("-") and value.strip("-0."):
            rows.problems.append(f"row {number}, {column.name}: {value} {BELOW_ZERO}")
        elif column.name == USAGE and "." in value:
            rows.problems.append(
                f"row {number}, {USAGE}: {value!r} is no whole number of base units"
            )
        elif value:
            rows.values[column.quantity][at_us] = value


def _instant(text: str) -> int:
    """Return an instant. [us].

    Raises:
        ValueError: The text is none, with what is wrong.
    """
    match = _INSTANT.fullmatch(text.strip())
    if match is None:
        raise ValueError(f"{text[:40]!r} is no instant like 2025-01-01T00:00:00+08:00")
    if match["offset"] is None:
        raise ValueError(
            f"{text} has no offset: a local time alone is told twice when clocks go back; write "
            "2025-01-01T00:00:00+08:00"
        )
    try:
        at = datetime.fromisoformat(text.strip())
        return to_us(at)
    except (ValueError, OverflowError):
        raise ValueError(f"{text} is no moment of the calendar") from None


# ---------------------------------------------------------------- grid
def _step_s(rows: Rows, tariff: TariffVersion) -> int | None:
    """Return the width of the file's intervals; None where rows are days or longer. [s]."""
    if tariff.interval_minutes is not None:
        return tariff.interval_minutes * 60
    instants = np.array(sorted(rows.numbers), dtype=np.int64)
    step_us = int(np.diff(instants).min()) if len(instants) > 1 else _DAY_S * _US
    if step_us >= _DAY_S * _US:
        return None
    if step_us % (60 * _US) or 3600 * _US % step_us:
        raise RatingFileError(
            rows.file,
            [
                (
                    f"file, {START}: the nearest rows are {step_us // _US} s apart; intervals must "
                    "be whole minutes that divide the hour, or days"
                )
            ],
        )
    return step_us // _US


def _back(tariff: TariffVersion, step_s: int) -> int:
    """Return how far an interval begins before the instant that stands for it. [us]."""
    return step_s * _US if tariff.stamp is Stamp.END else 0


def _intervals(
    rows: Rows, columns: list[Column], tariff: TariffVersion, period: Period, step_s: int
) -> Quantities:
    start_us, count = to_us(period.start) + _back(tariff, step_s), grid_of(period, step_s)
    step_us = step_s * _US
    for at_us, number in rows.numbers.items():
        if (at_us - start_us) % step_us:
            at = from_us(at_us).astimezone(tariff.zone).isoformat()
            rows.problems.append(
                f"row {number}, {START}: {at} is not on the grid of {step_s // 60} minutes that "
                "the other rows or the tariff say"
            )
    rows.refuse()
    scale = _scale(rows, columns)
    usage: dict[str, UsageSpan] = {}
    for column in columns:
        found = rows.values[column.quantity]
        places = {
            place: found[at_us]
            for at_us in rows.numbers
            if at_us in found and 0 <= (place := (at_us - start_us) // step_us) < count
        }
        rows.problems += _gaps(column, places, period, step_s, tariff.zone)
        values = np.zeros(count, dtype=np.int64)
        quality = np.full(count, int(Quality.MISSING), dtype=np.uint8)
        for place, whole in _whole(rows, column, places, scale).items():
            values[place] = whole
            quality[place] = int(Quality.MEASURED)
        usage[column.quantity] = UsageSpan(
            channel=0, start=period.start, step_s=step_s, usage=values, quality=quality
        )
    rows.refuse()
    return Quantities(channel=0, usage=usage, scale=scale)


def _gaps(
    column: Column, places: Mapping[int, str], period: Period, step_s: int, zone: ZoneInfo
) -> Iterator[str]:
    """Yield what is missing of the period: a gap is never a zero."""
    count, step = grid_of(period, step_s), timedelta(seconds=step_s)
    known = np.zeros(count + 2, dtype=np.int8)
    known[[0, -1]] = 1
    known[[place + 1 for place in places]] = 1
    edges = np.flatnonzero(np.diff(known))
    for first, after in zip(edges[::2].tolist(), edges[1::2].tolist(), strict=True):
        begin, end = (
            (period.start + n * step).astimezone(zone).isoformat() for n in (first, after)
        )
        yield (
            f"file, {column.name}: {after - first} interval(s) missing from {begin} "
            f"to {end}; a gap is not a zero"
        )


def _scale(rows: Rows, columns: list[Column]) -> int:
    """Return the scale at which every value of the file is a whole number."""
    scale = 1
    for column in columns:
        texts = rows.values[column.quantity].values()
        digits = max((len(text.partition(".")[2]) for text in texts), default=0)
        scale = lcm(scale, (column.base_per_unit / 10**digits).denominator)
    return scale


def _whole(rows: Rows, column: Column, places: Mapping[int, str], scale: int) -> dict[int, int]:
    """Return values as whole numbers. [base unit / scale]."""
    factor = column.base_per_unit * scale
    whole: dict[int, int] = {}
    total = 0
    for place, text in places.items():
        before, _, behind = text.partition(".")
        value = int(before + behind) * factor / 10 ** len(behind)
        assert value.denominator == 1, "the scale fits every value"
        whole[place] = value.numerator
        total += abs(value.numerator)
    if total >= _GREATEST:
        rows.problems.append(f"file, {column.name}: its values are too large or too fine to add up")
        return {}
    return whole


# ---------------------------------------------------------------- sums without a shape
def _sums(
    rows: Rows, columns: list[Column], tariff: TariffVersion, days: tuple[date, date]
) -> Quantities:
    starts: dict[date, int] = {}
    for at_us, number in rows.numbers.items():
        day = local_day(from_us(at_us), tariff.zone)
        if to_us(midnight(day, tariff.zone)) != at_us:
            rows.problems.append(
                f"row {number}, {START}: rows of days or longer begin at local midnight of "
                f"{tariff.zone.key}"
            )
        starts[day] = at_us
    rows.refuse()
    ordered = sorted(starts)
    one = timedelta(days=1)
    daily = all(b - a == one for a, b in pairwise(ordered))
    last = ordered[-1] if daily and len(ordered) > 1 else max(days[1], ordered[-1])
    ends = [*(each - one for each in ordered[1:]), last]
    scale = _scale(rows, columns)
    registers: list[RegisterSum] = []
    for column in columns:
        found = rows.values[column.quantity]
        places = {n: found[starts[day]] for n, day in enumerate(ordered) if starts[day] in found}
        whole = _whole(rows, column, places, scale)
        within = [(n, d, e) for n, (d, e) in enumerate(zip(ordered, ends, strict=True))]
        for n, begin, end in within:
            if end < days[0] or begin > days[1]:
                continue
            if n not in whole:
                rows.problems.append(f"row {rows.numbers[starts[begin]]}, {column.name}: is empty")
                continue
            registers.append(
                RegisterSum(
                    quantity=column.quantity, first_day=begin, last_day=end, base_units=whole[n]
                )
            )
    if ordered[0] > days[0] or ends[-1] < days[1]:
        rows.problems.append(
            f"file, {START}: rows cover {ordered[0]} to {ends[-1]}, not {days[0]} to {days[1]}"
        )
    rows.refuse()
    return Quantities(channel=0, registers=tuple(registers), scale=scale)

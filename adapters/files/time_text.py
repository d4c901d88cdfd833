"""In: a cell and the rule of its time. Out: the instants it can mean. Pure.

Patterns are those of strptime, only what files need: %Y %y %m %d %H %M %S %f and %%. "24:00" is
the midnight that ends the day. Excel's serial numbers are days since 1899-12-30, local time.
"""

from __future__ import annotations

import re
from datetime import UTC, date, datetime, time, timedelta
from decimal import Decimal
from typing import TypeAlias

from adapters.files.mapping import TimeFormat, TimeRule
from adapters.files.piece import CellError
from energy.base.clock import to_us
from energy.base.text import tell
from energy.base.wall_time import instants_of

Cell: TypeAlias = "str | int | float | Decimal | bool | datetime | date | time | timedelta | None"
"""What stands in a cell; CSV has texts only."""
_CODES = {
    "Y": r"(?P<Y>\d{4})",
    "y": r"(?P<y>\d{2})",
    "m": r"(?P<m>\d{1,2})",
    "d": r"(?P<d>\d{1,2})",
    "H": r"(?P<H>\d{1,2})",
    "M": r"(?P<M>\d{1,2})",
    "S": r"(?P<S>\d{1,2})",
    "f": r"(?P<f>\d{1,6})",
    "%": "%",
}
_DAY_0 = datetime(1899, 12, 30)  # noqa: DTZ001 - a wall-clock time; its zone is the rule's
_LAST_SERIAL = 2_958_465
"""9999-12-31. [d]"""
_MS_A_DAY = 86_400_000
_LAST_S = 253_402_300_799
_LONGEST = 64
_NUMBER = re.compile(r"\d{1,19}(?:\.\d{1,15})?", re.ASCII)


class TimeTextError(CellError):
    """A cell holds no instant; says why and what to do."""


def pattern_problem(pattern: str) -> str | None:
    """Return what is wrong with a pattern, or None."""
    codes = re.findall(r"%(.?)", pattern.replace("%%", ""))
    wrong = [code for code in codes if code not in _CODES]
    if wrong:
        return f"pattern {pattern!r} has %{wrong[0]}; there are %Y %y %m %d %H %M %S %f"
    if len(set(codes)) != len(codes) or not {"m", "d"} <= set(codes) or not {"Y", "y"} & set(codes):
        return f"pattern {pattern!r} must name year, month and day once"
    return None


class TimeReader:
    """Reads the instants of one file."""

    def __init__(self, rule: TimeRule) -> None:
        """Prepare a rule."""
        self._rule = rule
        parts = re.split(r"(%.)", rule.pattern)
        shapes = [_CODES[p[1]] if p.startswith("%") else re.escape(p) for p in parts if p]
        self._pattern = re.compile("".join(shapes), re.ASCII)

    def instants(self, cell: Cell) -> tuple[int, ...]:
        """Return the instants a cell means: one, or the two of an hour that happens twice. [us].

        Raises:
            TimeTextError: It is no instant in the mapping's format.
        """
        try:
            match self._rule.format:
                case TimeFormat.ISO:
                    return (self._iso(cell),)
                case TimeFormat.EPOCH_S:
                    return (self._epoch(cell, 1_000_000),)
                case TimeFormat.EPOCH_MS:
                    return (self._epoch(cell, 1000),)
                case TimeFormat.LOCAL | TimeFormat.EXCEL:
                    return self._local(cell)
        except (ValueError, OverflowError) as error:
            raise _no_time(cell, self._rule) from error

    def _iso(self, cell: Cell) -> int:
        if not isinstance(cell, str) or len(cell) > _LONGEST:
            raise _no_time(cell, self._rule)
        at = datetime.fromisoformat(cell)
        if at.tzinfo is None:
            raise TimeTextError(tell("why.row.no_zone", cell=cell))
        return to_us(at.astimezone(UTC))

    def _epoch(self, cell: Cell, unit_us: int) -> int:
        if isinstance(cell, str) and _NUMBER.fullmatch(cell):
            cell = Decimal(cell)
        if isinstance(cell, bool) or not isinstance(cell, (int, float, Decimal)):
            raise _no_time(cell, self._rule)
        number = Decimal(cell) * unit_us
        if not 0 <= number <= _LAST_S * 1_000_000:
            raise _no_time(cell, self._rule)
        return int(number)

    def _local(self, cell: Cell) -> tuple[int, ...]:
        zone = self._rule.zone
        assert zone is not None, "the mapping file was checked"
        if isinstance(cell, datetime):
            wall = cell
        elif isinstance(cell, date):
            wall = datetime.combine(cell, time(0))
        elif self._rule.format is TimeFormat.EXCEL:
            wall = _from_serial(cell)
        else:
            wall = self._from_text(cell)
        instants = instants_of(wall.replace(tzinfo=None), zone)
        if not instants:
            raise TimeTextError(tell("why.row.skipped", cell=shown(cell), zone=zone.key))
        return instants

    def _from_text(self, cell: Cell) -> datetime:
        found = self._pattern.fullmatch(cell) if isinstance(cell, str) else None
        if found is None:
            raise _no_time(cell, self._rule)
        parts = {name: int(digits) for name, digits in found.groupdict().items()}
        year = parts["Y"] if "Y" in parts else 2000 + parts["y"]
        hour, minute, second = (parts.get(name, 0) for name in "HMS")
        fraction = found.groupdict().get("f") or ""
        micro = int(fraction.ljust(6, "0")) if fraction else 0
        if hour == 24 and not (minute or second or micro):
            return datetime(year, parts["m"], parts["d"]) + timedelta(days=1)  # noqa: DTZ001
        return datetime(  # noqa: DTZ001 - a wall-clock time
            year, parts["m"], parts["d"], hour, minute, second, micro
        )


def _from_serial(cell: Cell) -> datetime:
    """Return the wall-clock time of a serial number, to the millisecond."""
    if isinstance(cell, str) and _NUMBER.fullmatch(cell):
        cell = Decimal(cell)
    days = Decimal(0)
    if isinstance(cell, float):
        days = Decimal(format(cell, ".15g"))
    elif isinstance(cell, (int, Decimal)) and not isinstance(cell, bool):
        days = Decimal(cell)
    if not 1 <= days <= _LAST_SERIAL:
        raise ValueError("no serial number of a day")
    return _DAY_0 + timedelta(milliseconds=int((days * _MS_A_DAY).to_integral_value()))


def joined_time(cells: list[Cell]) -> Cell:
    """Return one cell of several: texts by a space, a date cell with a time cell as one instant."""
    if len(cells) == 1:
        cell = cells[0]
        return cell.strip() if isinstance(cell, str) else cell
    first, second = cells[0], cells[1]
    if isinstance(first, datetime) and isinstance(second, time):
        return datetime.combine(first.date(), second)
    return " ".join(shown(cell).strip("'") for cell in cells).strip()


def shown(cell: Cell) -> str:
    """Return a cell for a message: short, without control characters."""
    if isinstance(cell, (datetime, date, time)):
        return cell.isoformat(" ") if isinstance(cell, datetime) else cell.isoformat()
    return repr(cell)[:60] if isinstance(cell, str) else str(cell)[:60]


def _no_time(cell: Cell, rule: TimeRule) -> TimeTextError:
    wanted = f"local {rule.pattern!r}" if rule.format is TimeFormat.LOCAL else rule.format.value
    return TimeTextError(tell("why.row.no_time", cell=shown(cell), wanted=wanted))

"""In: a cell and the channel it is for. Out: a whole count, none, or a refusal. Pure.

Counts come about in whole numbers only: value x scale x unit / resolution. What is no whole count
is refused, or rounded half up where the mapping says so.
"""

from __future__ import annotations

from datetime import date, time, timedelta
from decimal import Decimal
from fractions import Fraction
from typing import Protocol

from adapters.files.mapping import ValueRule
from adapters.files.piece import CellError
from adapters.files.time_text import Cell, shown
from adapters.mapping_words import Rounding
from adapters.number_text import MAX_POWER, WRITTEN, NumberFormat, digits_in
from energy.base.text import tell
from energy.metering.channel import Channel

LARGEST_COUNT = 2**53
"""No register shows more. [count]"""


class ValueTextError(CellError):
    """A cell holds no value of its channel; says why and what to do."""


class NameRefusedError(CellError):
    """A name in the file is nobody's; says why and what to do."""


class Target:
    """The channel a column or a name is for, and counts in one of what is written there."""

    def __init__(self, channel: Channel, per_written: Fraction) -> None:
        """Prepare a channel.

        Args:
            channel: The channel.
            per_written: Counts in one of the written unit, the scale included. [count / unit]
        """
        self.channel = channel
        self.number = channel.number
        self._per_written = per_written
        self.ratios: list[tuple[int, int]] = []
        """What `ratio` has found so far, by digits behind the point."""

    def ratio(self, behind: int) -> tuple[int, int]:
        """Return counts of one in the last of so many digits behind the point, as a ratio."""
        while len(self.ratios) <= behind:
            factor = self._per_written / 10 ** len(self.ratios)
            self.ratios.append((factor.numerator, factor.denominator))
        return self.ratios[behind]


class ChannelNames(Protocol):
    """Knows which channel a name in the file means."""

    def target(self, name: str, unit: str) -> Target | None:
        """Return the channel of a name; None when it is to be ignored.

        Args:
            name: Head of a column, or what the columns of the name say.
            unit: What the unit's column says; empty where there is none.

        Raises:
            NameRefusedError: It is nobody's, of another kind, or its unit does not fit.
        """
        ...


class ValueReader:
    """Reads the values of one file."""

    def __init__(self, rule: ValueRule) -> None:
        """Prepare a rule."""
        self._rule = rule
        self._nulls = rule.nulls
        self._written = rule.number in WRITTEN
        self._exact = rule.rounding is Rounding.EXACT

    def count(self, cell: Cell, target: Target) -> int | None:
        """Return the count of a cell; None where it says "no value". [count].

        Raises:
            ValueTextError: It is no number in the mapping's format, or no count of the channel.
        """
        found = self._found(cell)
        if found is None:
            return None
        digits, behind = found
        ratios = target.ratios
        numerator, denominator = ratios[behind] if behind < len(ratios) else target.ratio(behind)
        count, rest = divmod(digits * numerator, denominator)
        if rest:
            if self._exact:
                raise _not_whole(cell, target)
            count = (2 * digits * numerator + denominator) // (2 * denominator)
        if not -LARGEST_COUNT <= count <= LARGEST_COUNT:
            raise ValueTextError(tell("why.row.too_large", cell=shown(cell)))
        return count

    def decimal(self, cell: Cell) -> Decimal | None:
        """Return the exact number of a cell as it is written; None where it says "no value".

        Raises:
            ValueTextError: It is no number in the mapping's format.
        """
        found = self._found(cell)
        if found is None:
            return None
        digits, behind = found
        return Decimal((int(digits < 0), tuple(map(int, str(abs(digits)))), -behind))

    def _found(self, cell: Cell) -> tuple[int, int] | None:
        """Return whole digits and how many stand behind the point; None for "no value"."""
        if type(cell) is str:
            text = cell.strip()
            if text in self._nulls:
                return None
            found = self._digits(text)
        elif cell is None:
            if "" in self._nulls:
                return None
            raise ValueTextError(tell("why.row.empty"))
        else:
            found = self._number(cell)
        if found is None:
            raise self._wrong(cell)
        return found

    def _digits(self, text: str) -> tuple[int, int] | None:
        rule = self._rule
        if rule.suffix:
            if not text.endswith(rule.suffix):
                return None
            text = text[: -len(rule.suffix)].rstrip()
        return digits_in(text, rule.number) if self._written else None

    def _number(self, cell: Cell) -> tuple[int, int] | None:
        """Return the digits of a number that a workbook or JSON holds as a number."""
        if isinstance(cell, bool):
            return (int(cell), 0) if self._rule.number is NumberFormat.SWITCH else None
        if cell is None or isinstance(cell, (str, date, time, timedelta)):
            return None
        if isinstance(cell, int):
            return (cell, 0) if abs(cell) < 10**MAX_POWER else None
        number = Decimal(format(cell, ".15g")) if isinstance(cell, float) else cell
        if not number.is_finite() or abs(number.adjusted()) > MAX_POWER:
            return None
        if self._rule.number is NumberFormat.INTEGER and number != int(number):
            return None
        sign, digits, exponent = number.as_tuple()
        assert isinstance(exponent, int), "it is finite"
        whole = int("".join(map(str, digits))) * (-1 if sign else 1)
        return (whole * 10**exponent, 0) if exponent > 0 else (whole, -exponent)

    def _wrong(self, cell: Cell) -> ValueTextError:
        wanted = tell("why.row.format", form=self._rule.number.value)
        if self._rule.suffix:
            wanted = tell("why.row.suffixed", form=wanted, suffix=self._rule.suffix)
        return ValueTextError(tell("why.row.no_number", cell=shown(cell), wanted=wanted))


def _not_whole(cell: Cell, target: Target) -> ValueTextError:
    facts = target.channel.facts
    return ValueTextError(
        tell(
            "why.row.not_whole",
            cell=shown(cell),
            resolution=facts.resolution,
            unit=facts.unit,
            key=target.channel.key,
        )
    )

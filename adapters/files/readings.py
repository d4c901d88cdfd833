"""In: the rows of a file, its mapping, the channels. Out: readings as columns, refused rows. Pure.

Every cell becomes a whole count at one instant or a refusal that names its row and the next step.
Nothing is kept but what is due: readings of the hour that happens twice wait for their second.
"""

from __future__ import annotations

import math
from collections.abc import Iterator, Sequence

from adapters.files.mapping import (
    LOCAL_DAY_S,
    FileMapping,
    Layout,
    Others,
    Series,
    Stamp,
    Twice,
)
from adapters.files.piece import Cause, Gathered, Piece, ReadRow, RefusedRow, Why
from adapters.files.table import Row, Table
from adapters.files.time_text import Cell, TimeReader, TimeTextError, joined_time, shown
from adapters.files.value_text import (
    ChannelNames,
    NameRefusedError,
    Target,
    ValueReader,
    ValueTextError,
)
from adapters.files.workbook import TableError
from energy.base.clock import from_us, to_us
from energy.base.period import local_day, midnight
from energy.base.quality import Quality
from energy.base.text import tell

AT_ONCE = 100_000
"""Readings of one piece."""
REMEMBERED = 200_000
"""Most texts of times remembered: the same ones come again for every channel."""
MOST_HELD = 1_000_000
"""Most readings of hours that happen twice that wait for their second."""


def read_pieces(table: Table, mapping: FileMapping, names: ChannelNames) -> Iterator[Piece]:
    """Yield the readings of a table.

    Args:
        table: An open file.
        mapping: What its cells mean.
        names: Which channel a name means.

    Raises:
        TableError: The file lacks a column that the mapping names, or cannot be read on.
    """
    return _Reader(table, mapping, names).pieces()


class _Reader:
    """Reads one file."""

    def __init__(self, table: Table, mapping: FileMapping, names: ChannelNames) -> None:
        self._table = table
        self._mapping = mapping
        self._names = names
        self._places = {head: n for n, head in enumerate(table.heads) if head}
        rule = mapping.time
        self._time = TimeReader(rule)
        self._time_at = [self._place(column) for column in rule.columns]
        self._twice_at = self._place(rule.twice_column) if rule.twice_column else None
        quality = mapping.quality
        self._quality_at = self._place(quality.column) if quality.column else None
        self._value = ValueReader(mapping.value)
        self._known: dict[Cell, tuple[int, ...]] = {}
        self._held: dict[tuple[int, tuple[int, ...]], list[ReadRow]] = {}
        self._held_count = 0
        self._by_order = rule.twice is Twice.ORDER
        self._latest: dict[int, int] = {}
        self._backwards: set[tuple[int, tuple[int, ...]]] = set()
        self._out = Gathered()
        width = mapping.interval_s or 0
        self._shift_us = width * 1_000_000 if mapping.stamp is Stamp.START else 0
        self._days = mapping.series is Series.INTERVALS and width == LOCAL_DAY_S
        grid_s = math.gcd(width, 900) if mapping.series is Series.INTERVALS else 0
        self._grid_us = 0 if self._days else grid_s * 1_000_000

    def _place(self, column: str) -> int:
        try:
            return self._places[column]
        except KeyError:
            heads = ", ".join(repr(head) for head in list(self._places)[:30])
            raise TableError.of("table.no_column_mend", column=column, heads=heads) from None

    def pieces(self) -> Iterator[Piece]:
        """Yield pieces of about AT_ONCE readings."""
        wide = self._mapping.layout is Layout.WIDE
        columns = self._columns() if wide else []
        long = (
            None
            if wide
            else (
                [self._place(name) for name in self._mapping.names],
                self._place(self._mapping.value.column),
                self._place(unit) if (unit := self._mapping.value.unit_column) else None,
            )
        )
        targets: dict[tuple[str, str], Target | NameRefusedError | None] = {}
        width = len(self._table.heads)
        for row in self._table.rows:
            self._out.rows += 1
            cells = row.cells
            if len(cells) > width and any(_word(cells, n) for n in range(width, len(cells))):
                fault = tell("why.row.many_cells", given=len(cells), width=width)
                self._refuse(row.number, Why.ROW, fault)
            elif row.fault:
                self._refuse(row.number, Why.ROW, row.fault)
            elif long is None:
                self._row(row, columns)
            elif (target := self._long_target(row, long, targets)) is not None:
                self._row(row, [(long[1], target, self._mapping.value.column)])
            if len(self._out.channel) + len(self._out.refused) >= AT_ONCE:
                yield self._give()
        self._release()
        yield self._give()

    def _give(self) -> Piece:
        piece, self._out = self._out.piece(), Gathered()
        return piece

    def _columns(self) -> list[tuple[int, Target, str]]:
        """Return place, channel and head of every column with values.

        Raises:
            TableError: A column is nobody's, or a listed one is not there.
        """
        found, problems = [], []
        for head, place in self._places.items():
            if head in self._mapping.reserved:
                continue
            try:
                target = self._names.target(head, "")
            except NameRefusedError as error:
                problems.append(str(error))
                continue
            if target is not None:
                found.append((place, target, head))
        problems += [
            f"column {channel.name!r} of [[channel]] is not in the file"
            for channel in self._mapping.channels
            if channel.name not in self._places
        ]
        if problems or not found:
            told = "; ".join(problems[:20]) or "no column holds values"
            raise TableError.of("table.unfit", told=told)
        return found

    def _long_target(
        self,
        row: Row,
        long: tuple[list[int], int, int | None],
        targets: dict[tuple[str, str], Target | NameRefusedError | None],
    ) -> Target | None:
        """Return the channel of a row in the long layout; None when it is refused or ignored."""
        name_at, _, unit_at = long
        cells = row.cells
        name = "/".join(_word(cells, place) for place in name_at)
        key = (name, _word(cells, unit_at) if unit_at is not None else "")
        if key not in targets:
            if len(targets) > REMEMBERED:  # names come from the file: never without bound
                targets.clear()
            try:
                targets[key] = self._names.target(*key)
            except NameRefusedError as error:
                targets[key] = error
        target = targets[key]
        if isinstance(target, NameRefusedError):
            self._refuse(row.number, Why.NAME, target.cause)
            return None
        return target

    def _row(self, row: Row, columns: Sequence[tuple[int, Target, str]]) -> None:
        instants = self._instants(row)
        if not instants:
            return
        quality = self._quality(row)
        if quality is None:
            return
        read = self._values(row, columns, quality)
        whose = columns[0][1].number if self._mapping.layout is Layout.LONG else 0
        if len(instants) == 1:
            self._out.take(read, instants[0])
            if self._by_order:
                self._latest[whose] = instants[0]
            return
        key = (whose, instants)
        self._held.setdefault(key, []).append(read)
        if self._latest.get(whose, 0) > instants[1]:  # a later time stands before both
            self._backwards.add(key)
        self._held_count += 1 + len(read.counts)
        if self._held_count > MOST_HELD:
            raise TableError.of("table.many_twice")

    def _values(
        self, row: Row, columns: Sequence[tuple[int, Target, str]], quality: Quality
    ) -> ReadRow:
        """Return the values of a row."""
        cells, width, count = row.cells, len(row.cells), self._value.count
        read = ReadRow(row.number, int(quality), [], [])
        if quality is Quality.MISSING:
            self._out.empty += len(columns)
            return read
        for place, target, head in columns:
            try:
                value = count(cells[place] if place < width else None, target)
            except ValueTextError as error:
                self._refuse(row.number, Why.VALUE, error.cause, head)
                continue
            if value is None:
                self._out.empty += 1
            else:
                read.channels.append(target.number)
                read.counts.append(value)
        return read

    def _instants(self, row: Row) -> tuple[int, ...]:
        """Return the instants a row may mean; none when it is refused."""
        cells = row.cells
        if len(self._time_at) == 1 and self._time_at[0] < len(cells):
            cell = cells[self._time_at[0]]
        else:
            given = [cells[place] if place < len(cells) else None for place in self._time_at]
            cell = joined_time(given)
        instants = self._known.get(cell)
        if instants is None:
            try:
                instants = self._stamped(self._time.instants(joined_time([cell])))
            except TimeTextError as error:
                self._refuse(row.number, Why.TIME, error.cause)
                return ()
            if len(self._known) > REMEMBERED:
                self._known.clear()
            self._known[cell] = instants
        if self._grid_us and instants[0] % self._grid_us:
            self._refuse(
                row.number,
                Why.GRID,
                tell("why.row.grid", cell=shown(cell), interval_s=self._mapping.interval_s),
            )
            return ()
        return instants if len(instants) == 1 else self._which(row, instants, cell)

    def _which(self, row: Row, instants: tuple[int, ...], cell: Cell) -> tuple[int, ...]:
        """Return which of two instants a row means; both where the order of rows decides."""
        rule = self._mapping.time
        if rule.twice is Twice.ORDER:
            return instants
        if rule.twice is Twice.COLUMN:
            word = _word(row.cells, self._twice_at)
            if word in rule.earlier:
                return instants[:1]
            if word in rule.later:
                return instants[1:]
            cause = tell("why.row.neither", word=word, column=rule.twice_column)
            self._refuse(row.number, Why.TWICE, cause)
            return ()
        self._refuse(
            row.number,
            Why.TWICE,
            tell("why.row.twice", cell=shown(cell)),
        )
        return ()

    def _stamped(self, instants: tuple[int, ...]) -> tuple[int, ...]:
        """Return the ends of the intervals that instants name."""
        if self._days:
            return tuple(self._day_end(at_us) for at_us in instants)
        return tuple(at_us + self._shift_us for at_us in instants)

    def _day_end(self, at_us: int) -> int:
        zone = self._mapping.time.zone
        assert zone is not None, "the mapping file was checked"
        day = local_day(from_us(at_us), zone)
        if to_us(midnight(day, zone)) != at_us:
            raise TimeTextError(tell("why.row.no_midnight"))
        if self._mapping.stamp is Stamp.END:
            return at_us
        return to_us(midnight(local_day(from_us(at_us + 129_600_000_000), zone), zone))

    def _quality(self, row: Row) -> Quality | None:
        rule = self._mapping.quality
        if self._quality_at is None:
            return rule.default
        word = _word(row.cells, self._quality_at)
        quality = rule.words.get(word)
        if quality is not None:
            return quality
        if rule.others is Others.SUSPECT:
            return Quality.SUSPECT
        cause = tell("why.row.quality", word=word[:40])
        self._refuse(row.number, Why.QUALITY, cause)
        return None

    def _release(self) -> None:
        """Tell the two hours apart by the order of rows; what is not there twice is refused."""
        for key, rows in self._held.items():
            cause = None
            if len(rows) != 2:
                cause = tell("why.row.not_twice", times=len(rows))
            elif key in self._backwards:
                cause = tell("why.row.backwards")
            if cause is not None:
                for read in rows:
                    self._refuse(read.number, Why.TWICE, cause)
                continue
            for at_us, read in zip(key[1], rows, strict=True):
                self._out.take(read, at_us)
        self._held.clear()

    def _refuse(self, row: int, why: Why, cause: Cause, column: str = "") -> None:
        self._out.refused.append(RefusedRow(row, why, cause, column))


def _word(cells: Sequence[Cell], place: int | None) -> str:
    """Return the text of a cell; empty where there is none."""
    if place is None or place >= len(cells):
        return ""
    cell = cells[place]
    if type(cell) is str:
        return cell.strip()
    if isinstance(cell, float) and cell.is_integer():
        return str(int(cell))  # a name of digits that a workbook holds as a number
    return "" if cell is None else str(cell).strip()

"""In: nothing. Out: what a mapping of a file is: layout, names, times, numbers, qualities. Pure.

A mapping says what the cells of one kind of file mean. It is data (a TOML file, see
`mapping_file.py`), and the only thing that decides: nothing is guessed from the cells.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import StrEnum
from fractions import Fraction
from zoneinfo import ZoneInfo

from adapters.mapping_words import Rounding
from adapters.number_text import NumberFormat
from energy.base.quality import Quality
from energy.metering.channel import Kind

LOCAL_DAY_S = 86_400
"""Stands for an interval from one local midnight to the next, however long. [s]"""


class FileKind(StrEnum):
    """What the octets of a file are."""

    CSV = "csv"
    XLSX = "xlsx"
    JSON = "json"


class Layout(StrEnum):
    """Where the values stand."""

    WIDE = "wide"
    """A column a channel."""
    LONG = "long"
    """A row a reading: columns for name, time and value."""


class Series(StrEnum):
    """What the values are."""

    REGISTERS = "registers"
    """What a register showed at the instant."""
    INTERVALS = "intervals"
    """The quantity of an interval."""
    GAUGES = "gauges"
    """A value that goes up and down, at the instant."""
    STATES = "states"

    @property
    def channel_kind(self) -> Kind:
        """Return the kind of channel that takes them."""
        kinds = {Series.REGISTERS: Kind.COUNTER, Series.INTERVALS: Kind.INTERVAL}
        return kinds.get(self, Kind.STATE if self is Series.STATES else Kind.GAUGE)


class Stamp(StrEnum):
    """Which end of its interval an instant names."""

    START = "start"
    END = "end"


class TimeFormat(StrEnum):
    """How an instant is written."""

    ISO = "iso"
    """ISO 8601 with its zone."""
    LOCAL = "local"
    """Local time in a stated zone and pattern; a date cell of a workbook is local too."""
    EPOCH_S = "epoch_s"
    EPOCH_MS = "epoch_ms"
    EXCEL = "excel"
    """Days since 1899-12-30 with their fraction, local time in a stated zone."""


class Twice(StrEnum):
    """What tells the two hours apart that bear the same wall-clock times in autumn."""

    REFUSE = "refuse"
    """Nothing does: such a row is refused."""
    ORDER = "order"
    """The order of the rows: of one channel the row that comes first is the earlier."""
    COLUMN = "column"
    """A column says it."""


class Unlisted(StrEnum):
    """What becomes of a name that no [[channel]] lists."""

    REFUSE = "refuse"
    IGNORE = "ignore"
    KEY = "key"
    """The name is a point of the site, or "point/quantity"."""


class Others(StrEnum):
    """What becomes of a reading whose quality word is not listed."""

    REFUSE = "refuse"
    SUSPECT = "suspect"


@dataclass(frozen=True, slots=True, kw_only=True)
class TimeRule:
    """Where a row's instant stands and how it is written."""

    columns: tuple[str, ...]
    """Joined by a space."""
    format: TimeFormat
    zone: ZoneInfo | None = None
    pattern: str = ""
    twice: Twice = Twice.REFUSE
    twice_column: str = ""
    earlier: frozenset[str] = frozenset()
    """Words of that column in the earlier of the two hours (summer time)."""
    later: frozenset[str] = frozenset()


@dataclass(frozen=True, slots=True, kw_only=True)
class ValueRule:
    """How values are written; a [[channel]] may have its own unit and scale."""

    column: str = ""
    """Column of the values in the long layout."""
    number: NumberFormat = NumberFormat.PLAIN
    unit: str = ""
    unit_column: str = ""
    scale: Fraction = Fraction(1)
    suffix: str = ""
    nulls: frozenset[str] = frozenset({""})
    """Texts that say "no value"."""
    rounding: Rounding = Rounding.EXACT


@dataclass(frozen=True, slots=True, kw_only=True)
class QualityRule:
    """How good a row's values are."""

    default: Quality = Quality.MEASURED
    column: str = ""
    words: Mapping[str, Quality] = field(default_factory=dict)
    """Quality by word; MISSING: there is no value, whatever stands in its cell."""
    others: Others = Others.REFUSE


@dataclass(frozen=True, slots=True, kw_only=True)
class NamedChannel:
    """Which channel a name in the file means."""

    name: str
    point: str
    quantity: str = ""
    """Empty: the billed channel of the point, else its first."""
    unit: str = ""
    scale: Fraction | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class TableRule:
    """How rows and columns are found in a file."""

    kind: FileKind
    encoding: str = "utf-8"
    separator: str = ","
    quote: str = '"'
    sheet: str = ""
    """Name of the sheet; empty: the first."""
    head_rows: tuple[int, ...] = (1,)
    """Rows that name the columns, from 1; none: columns are called "1", "2" ..."""
    first_row: int = 2
    """First row with values."""
    rows_at: tuple[str, ...] = ()
    """Steps to the list of objects in a JSON document."""


@dataclass(frozen=True, slots=True, kw_only=True)
class FileMapping:
    """A whole mapping file for readings."""

    id: str
    title: str
    table: TableRule
    layout: Layout
    series: Series
    time: TimeRule
    value: ValueRule
    names: tuple[str, ...] = ()
    """Columns of the name in the long layout, joined by "/"."""
    unlisted: Unlisted = Unlisted.REFUSE
    channels: tuple[NamedChannel, ...] = ()
    quality: QualityRule = QualityRule()
    interval_s: int | None = None
    """Width of an interval, or how far readings are apart; LOCAL_DAY_S: a local day. [s]"""
    stamp: Stamp = Stamp.END
    source: str = ""
    """The mapping's text as it stood in its file: kept with what it imported."""

    @property
    def reserved(self) -> frozenset[str]:
        """Return the columns that hold no values."""
        named = {*self.time.columns, *self.names, self.time.twice_column}
        return frozenset((named | {self.quality.column, self.value.unit_column}) - {""})

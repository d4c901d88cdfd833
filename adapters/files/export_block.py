"""In: a selection that was read. Out: the head and the blocks of it that every format writes. Pure.

A block is a stretch of one channel, so that a file of any size is written with the memory of one.
"""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal
from enum import StrEnum
from typing import BinaryIO, Self

import numpy as np

from energy.base.clock import to_us
from energy.base.errors import RefusedError
from energy.base.quality import Quality
from energy.base.units import Utility
from energy.metering.plans.table import UNIT_OF

FORMAT_NAME, FORMAT_VERSION = "meterline export", 1
"""The version counts up when a column changes its meaning or goes; a new column does not count."""


class ExportError(RefusedError):
    """A selection cannot be written in a format."""

    code = "export"


class What(StrEnum):
    """What a file holds."""

    USAGE = "usage"
    READINGS = "readings"


class FileFormat(StrEnum):
    """How a file is written."""

    CSV = "csv"
    XLSX = "xlsx"
    PARQUET = "parquet"
    GREEN_BUTTON = "greenbutton"


USAGE_COLUMNS = (
    "point",
    "quantity",
    "utility",
    "start",
    "end",
    "usage",
    "unit",
    "usage_base",
    "base_unit",
    "quality",
    "known",
    "expected",
)
READING_COLUMNS = ("point", "quantity", "at", "value", "unit", "count", "quality", "position")
COLUMNS: Mapping[What, tuple[str, ...]] = {
    What.USAGE: USAGE_COLUMNS,
    What.READINGS: READING_COLUMNS,
}


@dataclass(frozen=True, slots=True, kw_only=True)
class ExportHead:
    """What is said once of a file."""

    site: str
    zone: str
    what: What
    every: str
    """Width of a row: 15min, hour, day or month; empty for readings."""
    first: datetime
    """First instant of the selection, aware UTC."""
    end: datetime
    """Where it ends, aware UTC; not part of it."""
    as_of: int
    """Metering position: the file holds what was known there."""
    written_at: datetime

    def facts(self) -> dict[str, str]:
        """Return it as names and texts."""
        return {
            "format": FORMAT_NAME,
            "version": str(FORMAT_VERSION),
            "site": self.site,
            "zone": self.zone,
            "what": self.what.value,
            "every": self.every,
            "first": _instant(self.first),
            "end": _instant(self.end),
            "as_of": str(self.as_of),
            "written_at": _instant(self.written_at),
        }


@dataclass(frozen=True, slots=True, kw_only=True)
class ExportChannel:
    """The channel of a block."""

    number: int
    point: str
    name: str
    quantity: str
    utility: Utility | None
    direction: str
    unit: str
    """Of the values: that of the register for readings, else the utility's."""
    base_unit: str


@dataclass(frozen=True, slots=True, kw_only=True)
class UsageBlock:
    """Usage of one channel over a stretch; all lists are of one length."""

    channel: ExportChannel
    start_us: Sequence[int]
    end_us: Sequence[int]
    usage: Sequence[int | None]
    """None unless every interval is known. [base unit]"""
    quality: Sequence[int]
    known: Sequence[int]
    expected: Sequence[int]


@dataclass(frozen=True, slots=True, kw_only=True)
class ReadingBlock:
    """Readings of one channel over a stretch; all lists are of one length."""

    channel: ExportChannel
    at_us: Sequence[int]
    value: Sequence[Decimal]
    """As the register shows it. [unit]"""
    count: Sequence[int]
    """[count]"""
    quality: Sequence[int]
    position: Sequence[int]


Block = UsageBlock | ReadingBlock


class ExportWriter(ABC):
    """Writes a file block by block."""

    def __init__(self, file: BinaryIO, head: ExportHead) -> None:
        """Begin a file.

        Args:
            file: Written to from its beginning.
            head: What is said once.
        """
        self._file = file
        self._head = head

    @abstractmethod
    def write(self, block: Block) -> None:
        """Add a block."""

    @abstractmethod
    def close(self) -> None:
        """End the file; the stream stays open."""

    def abandon(self) -> None:  # noqa: B027 - most formats hold nothing
        """Give back what is held of a file that is not ended; the stream is thrown away."""

    def __enter__(self) -> Self:
        """Return the writer."""
        return self

    def __exit__(self, kind: type[BaseException] | None, *_: object) -> None:
        """End the file, or abandon it when something went wrong."""
        if kind is None:
            self.close()
        else:
            self.abandon()


QUALITY_NAME = {int(quality): quality.name.lower() for quality in Quality}
_SHIFT: dict[Utility, int] = {
    Utility.ELECTRICITY: 3,
    Utility.WATER: 3,
    Utility.GAS: 3,
    Utility.HEATING: 7,
    Utility.COOLING: 7,
    Utility.STEAM: 6,
}
"""Digits by which the base unit is finer than UNIT_OF: each factor is a power of ten."""


def in_unit(utility: Utility, base: int) -> Decimal:
    """Return usage in the unit of its utility, exactly. [kWh, m3, GJ or t].

    Args:
        utility: Its utility.
        base: [base unit]
    """
    return Decimal(base).scaleb(-_SHIFT[utility])


def unit_of(utility: Utility) -> str:
    """Return the unit of a utility's exported usage."""
    return UNIT_OF[utility]


def instant_texts(at_us: Sequence[int]) -> list[str]:
    """Return instants as the files hold them: "2026-07-01T00:00:00Z"; microseconds if any."""
    instants = np.array(at_us, dtype=np.int64)
    whole = np.datetime_as_string((instants // 1_000_000).astype("datetime64[s]")).tolist()
    rest = (instants % 1_000_000).tolist()
    return [
        f"{text}.{part:06}Z" if part else f"{text}Z" for text, part in zip(whole, rest, strict=True)
    ]


def _instant(at: datetime) -> str:
    return instant_texts([to_us(at)])[0]


def texted_rows(block: Block, columns: Sequence[str]) -> list[list[object]]:
    """Return a block's rows as `rows_of`, their instants as texts.

    Args:
        block: The block.
        columns: Names of its columns.
    """
    rows = [list(row) for row in rows_of(block)]
    for n, name in enumerate(columns):
        if name in INSTANTS:
            texts = instant_texts([row[n] for row in rows])  # type: ignore[misc]  # instants
            for row, text in zip(rows, texts, strict=True):
                row[n] = text
    return rows


def rows_of(block: Block) -> list[tuple[object, ...]]:
    """Return a block's rows: values in the order of its columns, instants as integers. [us]."""
    channel = block.channel
    if isinstance(block, ReadingBlock):
        return [
            (
                channel.point,
                channel.quantity,
                at_us,
                value,
                channel.unit,
                count,
                QUALITY_NAME[quality],
                position,
            )
            for at_us, value, count, quality, position in zip(
                block.at_us,
                block.value,
                block.count,
                block.quality,
                block.position,
                strict=True,
            )
        ]
    utility = channel.utility
    assert utility is not None, "what has usage has a utility"
    return [
        (
            channel.point,
            channel.quantity,
            utility.value,
            start_us,
            end_us,
            None if usage is None else in_unit(utility, usage),
            channel.unit,
            usage,
            channel.base_unit,
            QUALITY_NAME[quality],
            known,
            expected,
        )
        for start_us, end_us, usage, quality, known, expected in zip(
            block.start_us,
            block.end_us,
            block.usage,
            block.quality,
            block.known,
            block.expected,
            strict=True,
        )
    ]


INSTANTS = frozenset({"start", "end", "at"})
"""Columns that hold instants."""

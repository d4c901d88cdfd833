"""In: nothing. Out: what is read of a file at once: readings as columns, refused rows. Pure."""

from __future__ import annotations

from dataclasses import dataclass, field
from enum import StrEnum
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from energy.base.text import Told


class Why(StrEnum):
    """Why a row, or one cell of it, gives no reading."""

    ROW = "row"
    TIME = "time"
    TWICE = "twice"
    NAME = "name"
    VALUE = "value"
    QUALITY = "quality"
    GRID = "grid"
    FUTURE = "future"
    RANGE = "range"
    CONTRADICTION = "contradiction"
    """Two rows of the file say different things of one instant."""
    CONFLICT = "conflict"
    """The journal holds another value of the instant."""


Cause = Told | str
"""Why, and the next step."""


class CellError(Exception):
    """A cell gives no reading; says why and what to do."""

    def __init__(self, cause: Cause) -> None:
        """Take the cause."""
        super().__init__(cause)
        self.cause = cause


class RefusedRow(NamedTuple):
    """A row, or one cell of it, that gives no reading."""

    row: int
    why: Why
    cause: Cause
    """Cause and next step."""
    column: str = ""


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Piece:
    """Readings in the order of their rows, arrays of shape (n,)."""

    channel: NDArray[np.int32]
    at_us: NDArray[np.int64]
    count: NDArray[np.int64]
    quality: NDArray[np.uint8]
    row: NDArray[np.int64]
    """Row of the file."""
    refused: tuple[RefusedRow, ...]
    rows: int
    """Rows read for this piece."""
    empty: int
    """Cells that say "no value"."""


class ReadRow(NamedTuple):
    """The values of one row."""

    number: int
    quality: int
    channels: list[int]
    counts: list[int]


@dataclass(slots=True)
class Gathered:
    """What has been read since the last piece: values, and how many of them each row has."""

    channel: list[int] = field(default_factory=list)
    count: list[int] = field(default_factory=list)
    at_us: list[int] = field(default_factory=list)
    quality: list[int] = field(default_factory=list)
    row: list[int] = field(default_factory=list)
    values: list[int] = field(default_factory=list)
    """Values of each row."""
    refused: list[RefusedRow] = field(default_factory=list)
    rows: int = 0
    empty: int = 0

    def take(self, row: ReadRow, at_us: int) -> None:
        """Take the values of a row over, at its instant."""
        self.channel += row.channels
        self.count += row.counts
        self.at_us.append(at_us)
        self.quality.append(row.quality)
        self.row.append(row.number)
        self.values.append(len(row.counts))

    def piece(self) -> Piece:
        """Return all of it as columns."""
        values = np.array(self.values, dtype=np.int64)
        return Piece(
            channel=np.array(self.channel, dtype=np.int32),
            at_us=np.repeat(np.array(self.at_us, dtype=np.int64), values),
            count=np.array(self.count, dtype=np.int64),
            quality=np.repeat(np.array(self.quality, dtype=np.uint8), values),
            row=np.repeat(np.array(self.row, dtype=np.int64), values),
            refused=tuple(self.refused),
            rows=self.rows,
            empty=self.empty,
        )

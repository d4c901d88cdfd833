"""In: channels answered at slots. Out: how many distinct ones, through SIGKILL. I/O: one file.

The file is one page of JSON (whose play it is) followed by one byte per slot and channel. It is
mapped shared: what was written stays when the process is killed.
"""

from __future__ import annotations

import json
import mmap
import os
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from pathlib import Path

from energy.base.clock import from_us, to_us
from energy.base.errors import ConfigError

_SECOND_US = 1_000_000


@dataclass(frozen=True, slots=True, kw_only=True)
class PlayWindow:
    """Slots of a play: from the first instant to the last, both included."""

    first: datetime
    last: datetime
    slot_s: int
    """Width of a slot. [s]"""

    def __post_init__(self) -> None:
        """Refuse a window that is no whole number of slots.

        Raises:
            ConfigError: The window is empty, not aware or no whole number of slots.
        """
        aware = self.first.tzinfo is not None and self.last.tzinfo is not None
        if not aware or self.slot_s <= 0 or self.first > self.last:
            raise ConfigError("A play needs --from <= --to with their zones (…Z) and --slot-s > 0.")
        if (self.last - self.first) % timedelta(seconds=self.slot_s):
            raise ConfigError(f"--from to --to is no whole number of slots of {self.slot_s} s.")

    @property
    def slots(self) -> int:
        """Return the number of slots."""
        return (self.last - self.first) // timedelta(seconds=self.slot_s) + 1

    def index_of(self, at_us: int) -> int | None:
        """Return the number of the slot at an instant, None when none is. [us since the epoch]."""
        index, rest = divmod(at_us - to_us(self.first), self.slot_s * _SECOND_US)
        return index if rest == 0 and 0 <= index < self.slots else None

    def after(self, safe: datetime | None) -> datetime | None:
        """Return the first slot after the safe one, None when the play is over."""
        if safe is None or safe < self.first:
            return self.first
        slot_us = self.slot_s * _SECOND_US
        index = (to_us(safe) - to_us(self.first)) // slot_us + 1
        return None if index >= self.slots else from_us(to_us(self.first) + index * slot_us)


class Progress:
    """What was answered or published so far, by slot and channel."""

    def __init__(
        self,
        file: Path,
        window: PlayWindow,
        channels: Sequence[tuple[str, str]],
        *,
        shift_weeks: int,
    ) -> None:
        """Take up a play, or begin it.

        Args:
            file: Where the play's progress is kept.
            window: The play's slots.
            channels: (point, quantity) of every channel read.
            shift_weeks: The play's shift; another one would make the counts jump. [week]

        Raises:
            ConfigError: The file belongs to a play with other settings.
        """
        self._window = window
        self._width = len(channels)
        self._column = {channel: number for number, channel in enumerate(channels)}
        header = _header(window, channels, shift_weeks)
        if not file.exists():
            _create(file, header, window.slots * self._width)
        with file.open("r+b") as opened:
            self._map = mmap.mmap(opened.fileno(), 0)
        self._offset = len(header)
        if self._map[: self._offset] != header:
            raise ConfigError(
                f"{file} belongs to a play with another window, shift or set of meters. "
                "Start with the settings of that play, or with a new data folder."
            )

    def mark(self, point: str, quantity: str, at_us: int) -> None:
        """Note that a channel was answered or published at an instant; outside slots not.

        Args:
            point: Metering point.
            quantity: Quantity of the channel.
            at_us: Instant. [us since the epoch]
        """
        index = self._window.index_of(at_us)
        if index is not None:
            self._map[self._offset + index * self._width + self._column[point, quantity]] = 1

    def readings_sent(self) -> int:
        """Return how many distinct (channel, slot) were answered or published."""
        return self._map[self._offset :].count(1)

    def close(self) -> None:
        """Write the file through and let it go."""
        self._map.flush()
        self._map.close()


def _header(window: PlayWindow, channels: Sequence[tuple[str, str]], shift_weeks: int) -> bytes:
    text = json.dumps(
        {
            "first": window.first.isoformat(),
            "last": window.last.isoformat(),
            "slot_s": window.slot_s,
            "shift_weeks": shift_weeks,
            "channels": [list(channel) for channel in channels],
        }
    )
    return text.encode() + b"\n"


def _create(file: Path, header: bytes, size: int) -> None:
    file.parent.mkdir(parents=True, exist_ok=True)
    fresh = file.with_suffix(".new")
    with fresh.open("wb") as opened:
        opened.write(header + bytes(size))
        opened.flush()
        os.fsync(opened.fileno())
    fresh.replace(file)

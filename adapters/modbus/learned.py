"""In: what devices have taught. Out: the same after a restart. I/O: one small JSON file.

Kept are the holes a device refuses to have read along, and the plate value (serial number or
ratio) by which it is known again. The file is a memory, not a record: without it the devices are
asked once more.
"""

from __future__ import annotations

import json
import os
import threading
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import structlog

from adapters.modbus.read_plan import Hole

FILE = "modbus-learned.json"
FORMAT = 1
_log = structlog.get_logger("adapters.modbus")


@dataclass(slots=True, kw_only=True)
class Lesson:
    """What one device has taught."""

    holes: set[Hole] = field(default_factory=set)
    plate: str | None = None
    """The constant plate value as it was first read; None before that."""


class Learned:
    """What is known of every device, by its name; used by one thread, saved by any."""

    def __init__(self, path: Path | None = None) -> None:
        """Read what was learned before.

        Args:
            path: The file; None forgets at the end.
        """
        self._path = path
        self._lock = threading.Lock()
        self._lessons: dict[str, Lesson] = {}
        self._changed = False
        if path is not None and path.exists():
            self._read(path)

    def of(self, device: str) -> Lesson:
        """Return what a device has taught; say `changed` after adding to it.

        Args:
            device: Source, unit, profile and serial number.
        """
        with self._lock:
            return self._lessons.setdefault(device, Lesson())

    def changed(self) -> None:
        """Note that there is something to save."""
        self._changed = True

    def save(self) -> None:
        """Write the file if there is something new; a disk without room is told, not fatal."""
        if self._path is None or not self._changed:
            return
        with self._lock:
            self._changed = False
            devices = {
                name: {"holes": sorted(lesson.holes), "plate": lesson.plate}
                for name, lesson in sorted(self._lessons.items())
                if lesson.holes or lesson.plate is not None
            }
        fresh = self._path.with_name(self._path.name + ".new")
        try:
            with fresh.open("w", encoding="utf-8") as file:
                json.dump({"format": FORMAT, "devices": devices}, file, indent=1)
                file.flush()
                os.fsync(file.fileno())
            fresh.replace(self._path)
        except OSError as error:
            self._changed = True
            _log.warning("modbus.not_remembered", file=str(self._path), cause=str(error))

    def _read(self, path: Path) -> None:
        try:
            self._lessons = _lessons(json.loads(path.read_text("utf-8")))
        except (OSError, ValueError, KeyError, TypeError, AttributeError) as error:
            _log.warning(
                "modbus.forgotten",
                file=str(path),
                cause=repr(error),
                next_step="nothing: the devices are asked again what they refuse and who they are",
            )


def _lessons(told: dict[str, Any]) -> dict[str, Lesson]:
    if told["format"] != FORMAT:
        raise ValueError(f"format {told['format']} is not {FORMAT}")
    return {name: _lesson(row) for name, row in told["devices"].items()}


def _lesson(row: dict[str, Any]) -> Lesson:
    plate = row["plate"]
    if plate is not None and not isinstance(plate, str):
        raise ValueError("a plate value is a text")
    return Lesson(holes={Hole(*map(int, hole)) for hole in row["holes"]}, plate=plate)

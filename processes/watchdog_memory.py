"""In: what was told to whom, and what is broken now. Out: what is to be told. I/O: a small file.

What is about to be told is written down first: whoever is killed between telling and writing tells
the same once more, under the same key, and no third time.
"""

from __future__ import annotations

import json
from collections.abc import Collection
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any
from uuid import UUID, uuid4

MOST_TRIES = 2


class Memory:
    """What one installation's watchdog has told; every change is in the file at once."""

    def __init__(self, file: Path, repeat_s: int) -> None:
        """Read the file; one that is missing or torn knows nothing.

        Args:
            file: JSON, mode 0600; it holds no address.
            repeat_s: The same trouble is told again after so long. [s]
        """
        self._file = file
        self._repeat = timedelta(seconds=repeat_s)
        self._kept = _read(file)
        self.lost = ""
        """Why it cannot be written down, "" where it can: what is told may be told again."""

    def begin(self, who: str, troubles: Collection[str], now: datetime) -> UUID | None:
        """Return the key of the message that must go to somebody now; None: all was told.

        Args:
            who: Any name of the recipient.
            troubles: Keys of what is broken.
            now: Present instant.
        """
        mine = self._kept.setdefault(who, {})
        told = {key: at for key, at in mine.get("told", {}).items() if self._fresh(at, now)}
        mine["told"] = told
        news = sorted(set(troubles) - set(told))
        if not news:
            return None
        begun = mine.get("telling", {})
        same = begun.get("news") == news and self._fresh(begun["at"], now)
        tries = begun["tries"] if same else 0
        if tries >= MOST_TRIES:
            self.told(who, troubles, now)
            return None
        key = begun["key"] if same else str(uuid4())
        at = begun["at"] if same else now.isoformat()
        mine["telling"] = {"key": key, "news": news, "at": at, "tries": tries + 1}
        self._write()
        return UUID(key)

    def told(self, who: str, troubles: Collection[str], now: datetime) -> None:
        """Remember that somebody was told."""
        mine = self._kept.setdefault(who, {})
        mine["told"] = mine.get("told", {}) | dict.fromkeys(troubles, now.isoformat())
        mine.pop("telling", None)
        self._write()

    def failed(self, who: str) -> None:
        """Remember that no gateway took a message: the next look tries it again."""
        telling = self._kept.get(who, {}).get("telling")
        if telling is not None:
            telling["tries"] = 0
            self._write()

    def _fresh(self, at: str, now: datetime) -> bool:
        """Return whether an instant is of the set time; one in the future is of another clock."""
        return timedelta() <= now - datetime.fromisoformat(at) < self._repeat

    def _write(self) -> None:
        fresh = self._file.with_name(self._file.name + ".new")
        try:
            self._file.parent.mkdir(parents=True, exist_ok=True)
            fresh.touch(mode=0o600)
            fresh.write_text(json.dumps(self._kept), encoding="utf-8")
            fresh.replace(self._file)
        except OSError as error:
            self.lost = type(error).__name__


def _read(file: Path) -> dict[str, Any]:
    try:
        kept = json.loads(file.read_text("utf-8"))
    except (OSError, ValueError):
        return {}
    return kept if isinstance(kept, dict) else {}

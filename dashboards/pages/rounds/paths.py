"""In: rounds, days, values. Out: addresses of their pages, names of their forms. Pure."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date
from uuid import UUID

PATH, WALKED = "/rounds", "/m/rounds"
START, TELL = "begin-patrol", "tell-patrol"
VALUE = "v-"
"""Begins the name of a log value's field."""
STOP_FORM = r"[a-z0-9][a-z0-9-]{0,39}"
"""Form of the key of a round, a stop, a log value."""
DAY_FORM = r"[0-9]{4}-[0-9]{2}-[0-9]{2}"
SURE_FORM = r"[a-z0-9=.;_-]{1,2000}"
"""Form of what was told back, as an address carries it."""


def day_path(key: str, day: date) -> str:
    """Return the address of a round's log sheet."""
    return f"{PATH}/{key}/{day.isoformat()}"


def course_path(key: str, day: date, stop: str, value: str) -> str:
    """Return the address of a number over the days until one."""
    return f"{day_path(key, day)}/{stop}/{value}"


def walk_path(walked: UUID, stop: str = "") -> str:
    """Return the address of a round that is walked, or of a stop of it."""
    return f"{WALKED}/{walked}/{stop}".rstrip("/")


def sure_path(walked: UUID, stop: str, kept: Mapping[str, str]) -> str:
    """Return the address of a stop with values that were told back."""
    return f"{walk_path(walked, stop)}/{sure_text(kept)}"


def sure_text(kept: Mapping[str, str]) -> str:
    """Return values as an address and a form carry them."""
    return ";".join(f"{key}={value}" for key, value in kept.items())


def sure_values(text: str) -> dict[str, str]:
    """Return the values that a text of `sure_text` carries."""
    pairs = (each.partition("=") for each in text.split(";") if each)
    return {key: value for key, _, value in pairs}

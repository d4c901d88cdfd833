"""In: nothing. Out: what an entry of a round is, what somebody read. Pure."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import Final


class Entry(StrEnum):
    """What an entry is."""

    TOLD = "told"
    MENDED = "mended"
    DOUBT = "doubt"
    """Brought beside a value that is there; it does not count."""
    NOTED = "noted"
    """A note said later, with the value it is about, which goes on counting as it was told."""


COUNTING: Final = frozenset({Entry.TOLD, Entry.MENDED})
"""The latest of these is what counts."""


class Raised(StrEnum):
    """What is made of a value that is not as it should be."""

    INCIDENT = "incident"
    ORDER = "order"


@dataclass(frozen=True, slots=True, kw_only=True)
class Said:
    """What somebody read."""

    value: str
    """As it was typed."""
    read_at: datetime
    sure: bool = False
    """Whether a value outside its limits was told back and confirmed."""
    reason: str = ""
    """Why a value that is there is mended."""
    note: str = ""

"""In: domain events and stored ones. Out: each as the other, the same everywhere. Pure.

Knows no database: a laptop without one folds the events it carries with the same mapper.
"""

from __future__ import annotations

from datetime import date
from fractions import Fraction
from uuid import UUID

from eventsourcing.application import Application
from eventsourcing.persistence import JSONTranscoder, Mapper, Transcoding


class DateAsText(Transcoding):
    """A calendar day as ISO text."""

    type = date
    name = "date"

    def encode(self, obj: date) -> str:
        """Return the ISO text."""
        return obj.isoformat()

    def decode(self, data: str) -> date:
        """Return the day."""
        return date.fromisoformat(data)


class FractionAsText(Transcoding):
    """An exact ratio as text, for example "1/3"."""

    type = Fraction
    name = "fraction"

    def encode(self, obj: Fraction) -> str:
        """Return the ratio as text."""
        return str(obj)

    def decode(self, data: str) -> Fraction:
        """Return the ratio."""
        return Fraction(data)


def register_own(transcoder: JSONTranscoder) -> None:
    """Add days and ratios to what the library can store."""
    transcoder.register(DateAsText())
    transcoder.register(FractionAsText())


def event_mapper() -> Mapper[UUID]:
    """Return the library's mapper with our transcodings, without any database."""
    transcoder = JSONTranscoder()
    Application.register_transcodings(None, transcoder)  # type: ignore[arg-type]
    register_own(transcoder)
    return Mapper(transcoder)

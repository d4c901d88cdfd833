"""In: until when the certificates of meters hold. Out: where one has ended. Pure.

Whoever bills by a meter must be able to show that it was tested: an end is told once, and is over
when a newer certificate is filed or another meter comes.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Final

from energy.base.finding import Severity
from energy.metering.checks.span import Span

CODE: Final = "certificate.expired"
SEVERITY: Final = Severity.WARN


@dataclass(frozen=True, slots=True, kw_only=True)
class Certificate:
    """The newest certificate of a meter in service."""

    place: int
    """Place of the channel among those looked at."""
    ends_us: int
    """Midnight behind its last day. [us]"""


def found(certificates: Iterable[Certificate], *, now_us: int) -> list[Span]:
    """Return which certificates have ended.

    Args:
        certificates: Of billed channels.
        now_us: The present. [us]
    """
    return [
        Span(place=each.place, start_us=each.ends_us, end_us=now_us, lasts=True)
        for each in certificates
        if each.ends_us <= now_us
    ]

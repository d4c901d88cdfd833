"""In: the kind of a sign-in and a site's rules. Out: how long its session lives. Pure."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import timedelta
from enum import StrEnum


class Kind(StrEnum):
    """Where a session is at home."""

    OFFICE = "office"
    PHONE = "phone"
    """A technician's own phone, bound to it."""
    DESK = "desk"
    """A bound workstation of the command centre."""
    KIOSK = "kiosk"
    """A screen on a wall, bound to one page."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Terms:
    """How long a session lives."""

    kind: Kind
    lifetime: timedelta
    idle: timedelta | None
    """Longest time without a person's action; None: no end."""


OFFICE = Terms(kind=Kind.OFFICE, lifetime=timedelta(hours=8), idle=timedelta(minutes=30))
PENDING = Terms(kind=Kind.OFFICE, lifetime=timedelta(minutes=15), idle=timedelta(minutes=15))
"""Between the password and the second factor."""
KIOSK = Terms(kind=Kind.KIOSK, lifetime=timedelta(days=365), idle=None)
"""As long as its token holds: an administrator ends it."""


def phone_terms(days: int) -> Terms:
    """Return the terms of a technician's phone. [d]."""
    return Terms(kind=Kind.PHONE, lifetime=timedelta(days=days), idle=None)


def desk_terms(shift_h: int) -> Terms:
    """Return the terms of a desk: a shift and an hour for its handing over. [h]."""
    return Terms(kind=Kind.DESK, lifetime=timedelta(hours=shift_h + 1), idle=None)

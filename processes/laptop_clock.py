"""In: a laptop's clock and zone, a pack, the outbox. Out: whether its time can be true. Pure.

A wrong clock dates every reading and every meter change wrong, and nothing later can tell. So it is
looked at before anything is written: against the pack, which the server's clock dated, against the
last command, and the laptop's zone against the site's, both shown.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum
from zoneinfo import ZoneInfo

from energy.base.text import tell
from processes.laptop_errors import LaptopError

OLDEST_PACK = timedelta(days=60)
"""A clock further ahead of its pack than this may be wrong by a year."""
CONFIRMED = timedelta(hours=24)
"""How long a person's word about the clock counts."""


class Doubt(StrEnum):
    """Why a clock is doubted."""

    BEFORE_PACK = "before_pack"
    WENT_BACK = "went_back"
    FAR_AHEAD = "far_ahead"
    OTHER_ZONE = "other_zone"


class LaptopClockError(LaptopError):
    """The laptop's clock or zone is doubtful; nothing was written."""

    code = "laptop.clock"


@dataclass(frozen=True, slots=True, kw_only=True)
class LaptopTime:
    """What the laptop's clock says, beside what it must fit."""

    now: datetime
    offset: timedelta
    """Of the laptop's zone from UTC, now."""
    zone: ZoneInfo
    """Of the site."""
    pack_at: datetime
    """When the server made the pack."""
    last_at: datetime | None
    """Of the newest command."""
    confirmed_at: datetime | None = None
    """When a person last said that the clock is right."""

    @property
    def site_offset(self) -> timedelta:
        """Return the offset of the site's zone from UTC, now."""
        offset = self.now.astimezone(self.zone).utcoffset()
        assert offset is not None, "a zone has an offset"
        return offset

    @property
    def doubts(self) -> list[Doubt]:
        """Return every reason to doubt the clock, whatever a person says."""
        found = []
        if self.now < self.pack_at:
            found.append(Doubt.BEFORE_PACK)
        if self.last_at is not None and self.now < self.last_at:
            found.append(Doubt.WENT_BACK)
        if self.now - self.pack_at > OLDEST_PACK:
            found.append(Doubt.FAR_AHEAD)
        if self.offset != self.site_offset:
            found.append(Doubt.OTHER_ZONE)
        return found

    @property
    def confirmed(self) -> bool:
        """Return whether a person has vouched for the clock within the last day."""
        said = self.confirmed_at
        return said is not None and timedelta() <= self.now - said <= CONFIRMED

    def require_right(self) -> None:
        """Refuse a clock that is doubtful and that nobody vouches for.

        Raises:
            LaptopClockError: Names the first reason and both times.
        """
        doubts = self.doubts
        if doubts and not self.confirmed:
            doubt = tell(f"laptop_why.{doubts[0]}", **self.told())
            raise LaptopClockError.of("clock", doubt=doubt)

    def told(self) -> dict[str, str]:
        """Return the times as a person reads them."""
        return {
            "laptop": _wall(self.now, self.offset),
            "laptop_offset": offset_text(self.offset),
            "site": f"{self.now.astimezone(self.zone):%Y-%m-%d %H:%M:%S}",
            "site_offset": offset_text(self.site_offset),
            "zone": self.zone.key,
            "utc": f"{self.now:%Y-%m-%d %H:%M:%S}",
            "pack": f"{self.pack_at.astimezone(self.zone):%Y-%m-%d %H:%M:%S}",
            "last": f"{self.last_at.astimezone(self.zone):%Y-%m-%d %H:%M:%S}"
            if self.last_at is not None
            else "-",
        }


def offset_text(offset: timedelta) -> str:
    """Return an offset as "UTC+08:00"."""
    minutes = offset // timedelta(minutes=1)
    sign = "-" if minutes < 0 else "+"
    return f"UTC{sign}{abs(minutes) // 60:02}:{abs(minutes) % 60:02}"


def laptop_offset(now: datetime) -> timedelta:
    """Return the offset of this machine's zone from UTC at an instant."""
    offset = now.astimezone().utcoffset()
    assert offset is not None, "a machine has a zone"
    return offset


def _wall(now: datetime, offset: timedelta) -> str:
    return f"{now.replace(tzinfo=None) + offset:%Y-%m-%d %H:%M:%S}"

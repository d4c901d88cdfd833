"""In: nothing. Out: the rows about what is heard of alerts and who was told; their port. Pure."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, time
from typing import Protocol
from uuid import UUID

from dashboards.queries.rows import Answer
from dashboards.security.scope import Scope


@dataclass(frozen=True, slots=True, kw_only=True)
class SilenceTold:
    """The newest silence."""

    begins_at: datetime
    ends_at: datetime
    by: str
    over: bool
    """Whether a person or a critical alert ended it before its time."""

    def left_s(self, now: datetime) -> int:
        """Return how long it still lasts. [s]."""
        left = 0 if self.over else int((self.ends_at - now).total_seconds())
        return max(left, 0)


@dataclass(frozen=True, slots=True, kw_only=True)
class SoundTested:
    """A test of what a screen plays."""

    test: UUID
    screen: str
    begun_at: datetime
    begun_by: str
    heard_at: datetime | None
    heard_by: str


@dataclass(frozen=True, slots=True, kw_only=True)
class SoundBoard:
    """What is heard at a site, and where it was tested."""

    sounding: tuple[tuple[UUID, str], ...]
    """Alerts that nobody has seen and that must be heard, with their severities."""
    silence: SilenceTold | None
    tests: tuple[SoundTested, ...]
    """The newest heard and the newest unheard test of each screen in the last day or so."""
    screens: tuple[str, ...]
    """Bound desks and walls, by name: "desk/NAME", "wall/NAME"."""
    begins: tuple[time, ...] = ()
    """When shifts begin, as the plan of notices names them; () where it names none."""

    @property
    def silence_seen(self) -> str:
        """Return what tells the newest silence from the one before it."""
        return "-" if self.silence is None else self.silence.begins_at.isoformat()

    def test_seen(self, screen: str) -> str:
        """Return what tells the newest test of a screen from the one before it."""
        mine = (each.begun_at.isoformat() for each in self.tests if each.screen == screen)
        return max(mine, default="-")

    def heard(self, screen: str, since: datetime) -> SoundTested | None:
        """Return the heard test of a screen since an instant."""
        mine = (each for each in self.tests if each.screen == screen)
        return next((e for e in mine if e.heard_at is not None and e.heard_at >= since), None)

    def begun(self, screen: str, since: datetime) -> SoundTested | None:
        """Return the test of a screen that was begun since an instant and nobody has heard."""
        mine = [each for each in self.tests if each.screen == screen]
        after = max([since, *(each.begun_at for each in mine if each.heard_at is not None)])
        return next((e for e in mine if e.heard_at is None and e.begun_at >= after), None)


@dataclass(frozen=True, slots=True, kw_only=True)
class Called:
    """A person who was told of an alert."""

    name: str
    way: str
    state: str
    """How far the notice is; see energy/alerting/notices/notice.py."""
    level: int
    at: datetime


class SoundQueries(Protocol):
    """Questions about what is heard of alerts, and who was told."""

    def sound(self, scope: Scope) -> Answer[SoundBoard]:
        """Return what is heard, silent, tested."""
        ...

    def called(self, scope: Scope, alert: UUID) -> Answer[tuple[Called, ...]]:
        """Return who was told of an alert, the highest level first."""
        ...

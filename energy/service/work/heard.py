"""In: nothing. Out: what is known of work when it is opened. Pure."""

from __future__ import annotations

from dataclasses import asdict, dataclass, replace
from datetime import datetime

from energy.service.work.errors import WorkError, worded
from energy.service.work.kinds import Origin, Urgency


@dataclass(frozen=True, slots=True, kw_only=True)
class Spot:
    """Where something is; what is not known is "" (a key of the site each)."""

    place: str = ""
    node: str = ""
    """UTILITY/KEY of the supply graph."""
    point: str = ""
    """Metering point."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Promise:
    """What the service levels promise of a class, as it held when a thing was opened."""

    level: str
    """Class."""
    levels: int
    """Version of the service levels."""
    second_person: bool
    reopen_days: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Heard:
    """What was heard at the first contact."""

    origin: Origin
    about: str
    """Id of the alert, key of the account, name of the plan, number of the request; "" where
    somebody saw it."""
    what: str
    urgency: Urgency
    spot: Spot
    heard_at: datetime
    """When the clock begins."""

    def checked(self, now: datetime) -> Heard:
        """Return it with its words on one line.

        Raises:
            WorkError: Nothing is said of what is wrong, or it was heard in the future.
        """
        if self.heard_at > now:
            raise WorkError.of("future", at=self.heard_at)
        return replace(self, what=worded(self.what, "what"))

    def to_json(self) -> dict[str, str]:
        """Return its words and keys."""
        return {
            "origin": str(self.origin),
            "about": self.about,
            "what": self.what,
            "urgency": str(self.urgency),
            **asdict(self.spot),
        }

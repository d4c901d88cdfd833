"""In: what an applicant asks for. Out: the same, checked. Pure."""

from __future__ import annotations

import re
from dataclasses import asdict, dataclass
from datetime import date, datetime
from typing import Any, Final

from energy.base.units import Utility
from energy.service.cases.errors import CaseError
from energy.service.cases.kinds import CaseKind

_TENANT: Final = re.compile(r"(party|account)/\S{1,80}")
_MOST_W: Final = 10**12


@dataclass(frozen=True, slots=True, kw_only=True)
class Application:
    """What an applicant asks for; what is not said is "" (a key of the site each)."""

    kind: CaseKind
    applicant: str
    """"party/KEY" or "account/KEY": who that is, billing keeps sealed."""
    utility: str
    place: str = ""
    node: str = ""
    """UTILITY/KEY of the supply graph that would feed it."""
    point: str = ""
    """Metering point: of a new supply it comes with the commissioning."""
    account: str = ""
    """Who pays for the point when it is asked; "" of a new supply."""
    capacity_w: int = 0
    """Asked capacity; 0 where none is. [W]"""
    wanted_on: date | None = None
    asked_at: datetime
    """When it came: the first clock begins."""

    def checked(self, now: datetime) -> Application:
        """Return it.

        Raises:
            CaseError: The applicant is no tenant's id, there is no such utility, something its
                kind needs is missing, or it came in the future.
        """
        if not _TENANT.fullmatch(self.applicant):
            raise CaseError.of("applicant", given=self.applicant)
        if self.utility not in set(Utility):
            raise CaseError.of("utility", given=self.utility, known=", ".join(Utility))
        if self.asked_at > now:
            raise CaseError.of("future", at=self.asked_at)
        if not 0 <= self.capacity_w <= _MOST_W:
            raise CaseError.of("capacity", most=_MOST_W // 1000)
        if self.node and self.node.partition("/")[0] != self.utility:
            raise CaseError.of("other_utility", node=self.node, utility=self.utility)
        if self.kind is CaseKind.NEW_SUPPLY:
            if not (self.place or self.node) or self.account:
                raise CaseError.of("where")
        elif not (self.point and self.account):
            raise CaseError.of("which")
        if self.kind is CaseKind.CAPACITY_CHANGE and not self.capacity_w:
            raise CaseError.of("capacity", most=_MOST_W // 1000)
        return self

    def to_json(self) -> dict[str, Any]:
        """Return its words and keys as an event holds them; instants and days stand beside."""
        told = asdict(self)
        del told["asked_at"], told["wanted_on"]
        return {**told, "kind": str(self.kind)}

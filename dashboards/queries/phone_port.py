"""In: nothing. Out: the questions of a phone; every one takes the scope first. Pure."""

from __future__ import annotations

from typing import Protocol

from dashboards.queries.phone_rows import DemandLimit, FoundMeter, PhoneMeter
from dashboards.queries.rows import Answer
from dashboards.security.scope import Scope
from energy.base.units import Utility


class PhoneQueries(Protocol):
    """Questions of who stands before a meter with a phone."""

    def demand_limit(self, scope: Scope, utility: Utility) -> DemandLimit | None:
        """Return the contract demand of the incoming points; None where one has none agreed."""
        ...

    def find_meters(self, scope: Scope, text: str) -> tuple[FoundMeter, ...]:
        """Return the points whose key or serial is a text; else those of which it is a part."""
        ...

    def phone_meter(self, scope: Scope, point: str) -> Answer[PhoneMeter] | None:
        """Return what is told of a meter at a point; None when there is no such point."""
        ...

    def await_reading(self, scope: Scope, position: int) -> None:
        """Wait until the views show what was written to `metering` up to a position, 2 s."""
        ...

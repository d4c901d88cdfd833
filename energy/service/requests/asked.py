"""In: nothing. Out: what is known of a request when it is opened. Pure."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import asdict, dataclass
from datetime import datetime
from uuid import UUID

from energy.service.requests.errors import RequestError
from energy.service.requests.kinds import Category, Channel, RequestKind
from energy.service.work.heard import Spot


@dataclass(frozen=True, slots=True, kw_only=True)
class Asked:
    """What was heard at the first contact, but for the words."""

    kind: RequestKind
    category: Category
    channel: Channel
    tenant: str = ""
    """ "party/KEY" or "account/KEY"; "" where nobody knows who asks."""
    spot: Spot
    invoice: str = ""
    """Number of the bill; "" of none."""
    enquiry: UUID | None = None
    """Of the portal, where the tenant's words stand."""
    heard_at: datetime
    """When its clocks begin."""

    def checked(self, now: datetime) -> Asked:
        """Return it.

        Raises:
            RequestError: It was heard in the future, or a bill is disputed and none is named.
        """
        if self.heard_at > now:
            raise RequestError.of("future", at=self.heard_at)
        if self.kind is RequestKind.BILL_DISPUTE and not self.invoice:
            raise RequestError.of("which_bill")
        return self

    def to_json(self) -> dict[str, str]:
        """Return its words and keys."""
        return {
            "kind": str(self.kind),
            "category": str(self.category),
            "channel": str(self.channel),
            "tenant": self.tenant,
            "invoice": self.invoice,
            **asdict(self.spot),
        }


@dataclass(frozen=True, slots=True, kw_only=True)
class FromBooks:
    """What the books know; energy knows no books, so it is handed in."""

    person_of: Callable[[str], UUID | None]
    """Tenant ("party/KEY", "account/KEY") -> the person under whose key his words are sealed."""
    knows_invoice: Callable[[str], bool]

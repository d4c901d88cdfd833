"""In: nothing. Out: the short lists by which requests are counted. Pure."""

from __future__ import annotations

from enum import StrEnum


class RequestKind(StrEnum):
    """What a tenant wants of the desk."""

    SERVICE_REQUEST = "service_request"
    """Something is to be done."""
    COMPLAINT = "complaint"
    ENQUIRY = "enquiry"
    """Something is to be told."""
    BILL_DISPUTE = "bill_dispute"

    @property
    def level(self) -> str:
        """Return the class of the service levels that it has where nobody names another."""
        return self.value.replace("_", "-")


class Category(StrEnum):
    """What it is about."""

    SUPPLY = "supply"
    """No supply, or a poor one."""
    METER = "meter"
    BILL = "bill"
    PAYMENT = "payment"
    CONNECTION = "connection"
    """New, changed or ended supplies."""
    CONDUCT = "conduct"
    """How somebody was treated."""
    OTHER = "other"


class Channel(StrEnum):
    """How something came to the desk, or went out."""

    PORTAL = "portal"
    PHONE = "phone"
    MAIL = "mail"
    COUNTER = "counter"


class RequestState(StrEnum):
    """How far a request is."""

    OPEN = "open"
    """Nobody has answered."""
    UNDER_WAY = "under_way"
    PAUSED = "paused"
    """It waits for the tenant."""
    RESOLVED = "resolved"
    CLOSED = "closed"


class Outcome(StrEnum):
    """How a request ended."""

    DONE = "done"
    """What was asked for was done."""
    EXPLAINED = "explained"
    REFUSED = "refused"
    WITHDRAWN = "withdrawn"
    """The tenant took it back."""
    SILENT = "silent"
    """The tenant was asked, and said nothing more."""


class CallOutcome(StrEnum):
    """What came of a call-back."""

    REACHED = "reached"
    NOT_REACHED = "not_reached"
    NEEDLESS = "needless"
    """It was not called: nothing was left to say."""


class MadeKind(StrEnum):
    """What can be made from a request."""

    INCIDENT = "incident"
    WORK_ORDER = "work_order"

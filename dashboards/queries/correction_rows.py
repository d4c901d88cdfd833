"""In: nothing. Out: the frozen rows of corrections of issued bills. Pure."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any
from uuid import UUID

from billing.corrections.line_desk import CreditState
from billing.views.corrections import CorrectionRow


@dataclass(frozen=True, slots=True, kw_only=True)
class CorrectionList:
    """The corrections of a site, the most money first."""

    rows: tuple[CorrectionRow, ...]
    currency: str
    people: Mapping[UUID, str]
    """Names of those who raised and decided."""


@dataclass(frozen=True, slots=True, kw_only=True)
class CorrectionPage:
    """One correction with each charge before and after."""

    row: CorrectionRow
    currency: str
    charges: tuple[Mapping[str, Any], ...]
    """Charges that differ, as the credit note or the next bill will list them."""
    people: Mapping[UUID, str]


@dataclass(frozen=True, slots=True, kw_only=True)
class LinkedBill:
    """A document that takes a bill back or follows it, or that it takes back or follows."""

    relation: str
    """corrects, replaces, credit_note (beside replaces), credited_by, replaced_by."""
    number: str
    invoice: UUID


@dataclass(frozen=True, slots=True, kw_only=True)
class BillCredits:
    """What corrects an issued bill or credit note, and what can be credited of it."""

    rows: tuple[CorrectionRow, ...]
    """Proposals about it, in their order."""
    links: tuple[LinkedBill, ...]
    state: CreditState | None
    """None of a credit note."""
    currency: str

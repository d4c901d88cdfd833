"""In: nothing. Out: the frozen rows of corrections of issued bills. Pure."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any
from uuid import UUID

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

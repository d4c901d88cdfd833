"""In: a name. Out: a role of a party, or what becomes of fixed charges. Pure."""

from __future__ import annotations

from enum import StrEnum


class PartyRole(StrEnum):
    """What a party is to an account."""

    TENANT = "tenant"
    OWNER = "owner"
    PAYER = "payer"


class FixedCharges(StrEnum):
    """What becomes of fixed charges while a supply is suspended."""

    DUE = "due"
    WAIVED = "waived"

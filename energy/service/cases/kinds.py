"""In: nothing. Out: kinds of supply cases and their steps, in order. Pure."""

from __future__ import annotations

from collections.abc import Mapping
from enum import StrEnum
from typing import Final


class CaseKind(StrEnum):
    """What an applicant asks for."""

    NEW_SUPPLY = "new_supply"
    CAPACITY_CHANGE = "capacity_change"
    TRANSFER = "transfer"
    """Another tenant takes a supply over."""
    SUSPENSION = "suspension"
    CLOSURE = "closure"


class CaseStep(StrEnum):
    """What a case goes through."""

    APPLICATION = "application"
    """Looked through: it is whole."""
    SURVEY = "survey"
    QUOTATION = "quotation"
    CONTRACT = "contract"
    WORK = "work"
    """The work order made of the case."""
    DISCONNECTION = "disconnection"
    """Carried out by a switching order, confirmed by readings."""
    TERMS = "terms"
    """Billing knows that the supply is suspended."""
    COMMISSIONING = "commissioning"
    HANDOVER = "handover"
    """The reading by which the point changes hands."""
    LAST_READING = "last_reading"
    FINAL_BILL = "final_bill"
    FIRST_BILL = "first_bill"


class CaseState(StrEnum):
    """How far a case is."""

    OPEN = "open"
    DONE = "done"
    REFUSED = "refused"
    WITHDRAWN = "withdrawn"


class Turn(StrEnum):
    """Whose turn it is."""

    OURS = "ours"
    APPLICANT = "applicant"
    NOBODY = "nobody"
    """It is over."""


class Capacity(StrEnum):
    """What the survey finds of the asked capacity."""

    WITHIN = "within"
    BEYOND = "beyond"
    """More than the feeder is built for: a warning, people decide."""
    UNKNOWN = "unknown"
    """The supply graph knows no limit, or nobody asked for a capacity."""


_S = CaseStep
STEPS: Final[Mapping[CaseKind, tuple[CaseStep, ...]]] = {
    CaseKind.NEW_SUPPLY: (
        *(_S.APPLICATION, _S.SURVEY, _S.QUOTATION, _S.CONTRACT, _S.WORK, _S.COMMISSIONING),
        _S.FIRST_BILL,
    ),
    CaseKind.CAPACITY_CHANGE: (
        *(_S.APPLICATION, _S.SURVEY, _S.QUOTATION, _S.CONTRACT, _S.WORK, _S.COMMISSIONING),
    ),
    CaseKind.TRANSFER: (*(_S.APPLICATION, _S.CONTRACT, _S.HANDOVER, _S.FINAL_BILL, _S.FIRST_BILL),),
    CaseKind.SUSPENSION: (_S.APPLICATION, _S.DISCONNECTION, _S.TERMS),
    CaseKind.CLOSURE: (*(_S.APPLICATION, _S.DISCONNECTION, _S.LAST_READING, _S.FINAL_BILL),),
}
"""Steps of a kind in order; a definition may leave out those that are not needed for its end."""
NEEDED: Final[Mapping[CaseKind, frozenset[CaseStep]]] = {
    CaseKind.NEW_SUPPLY: frozenset({_S.APPLICATION, _S.CONTRACT, _S.COMMISSIONING, _S.FIRST_BILL}),
    CaseKind.CAPACITY_CHANGE: frozenset({_S.APPLICATION, _S.CONTRACT}),
    CaseKind.TRANSFER: frozenset(STEPS[CaseKind.TRANSFER]),
    CaseKind.SUSPENSION: frozenset({_S.APPLICATION, _S.DISCONNECTION}),
    CaseKind.CLOSURE: frozenset({_S.APPLICATION, _S.LAST_READING, _S.FINAL_BILL}),
}
"""Steps that no definition leaves out."""

"""In: what a signed-in person decides about readings. Out: events of the journal. I/O by ports.

The writes of the review's pages. Rights are asked here; the second person, and how much money one
may decide about alone, by the domain.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date
from typing import Protocol
from uuid import UUID

from dashboards.security.scope import Right, Scope
from energy.base.errors import RefusedError


class ReviewDesk(Protocol):
    """Where cases of doubt are decided (processes/review/screen_desk.py)."""

    def accept(self, case: UUID, reason: str, *, by: UUID, may_decide: bool) -> None:
        """Let the values stand."""
        ...

    def hold(self, case: UUID, reason: str, *, until: date, by: UUID) -> None:
        """Let the case wait until a day."""
        ...

    def release(self, case: UUID, reason: str, *, by: UUID, may_decide: bool) -> None:
        """End the hold, or take the proposed acceptance back."""
        ...

    def correct(self, case: UUID, readings: Sequence[str], reason: str, *, by: UUID) -> None:
        """Propose what the register showed, each as TIME=VALUE."""
        ...

    def state(self, point: str, readings: Sequence[str], reason: str, *, by: UUID) -> None:
        """Propose what a point's register showed, of no case."""
        ...

    def without(self, case: UUID, instants: Sequence[str], reason: str, *, by: UUID) -> None:
        """Propose that readings shall not count."""
        ...

    def estimate(self, case: UUID, method: str, reason: str, *, by: UUID) -> None:
        """Let an estimate stand in for what is missing."""
        ...

    def approve(self, correction: UUID, *, by: UUID) -> None:
        """Let a proposed correction count."""
        ...

    def reject(self, correction: UUID, reason: str, *, by: UUID) -> None:
        """Refuse a proposed correction."""
        ...


class ReviewCommands:
    """The decisions about readings of one site."""

    def __init__(self, site: str, desk: ReviewDesk) -> None:
        """Decide at a site through its desk."""
        self._site, self._desk = site, desk

    def accept(self, scope: Scope, case: UUID, reason: str) -> None:
        """Let the values of a case stand, or propose it to who decides.

        Raises:
            NotPermittedError: The person neither decides nor proposes.
            RefusedError: There is no reason; the case is decided, or wants a second person.
        """
        may_decide = self._demand_either(scope)
        self._desk.accept(case, _said(reason), by=scope.person, may_decide=may_decide)

    def hold(self, scope: Scope, case: UUID, until: date, reason: str) -> None:
        """Let a case wait until a day.

        Raises:
            NotPermittedError: The person does not decide on readings.
            RefusedError: There is no reason; the day is not to come; the case is decided.
        """
        scope.demand(Right.DECIDE_READINGS, self._site)
        self._desk.hold(case, _said(reason), until=until, by=scope.person)

    def release(self, scope: Scope, case: UUID, reason: str) -> None:
        """End a hold, or take an acceptance back: who only proposes, the own one.

        Raises:
            NotPermittedError: The person may not.
            RefusedError: There is no reason; nothing holds the case.
        """
        may_decide = self._demand_either(scope)
        self._desk.release(case, _said(reason), by=scope.person, may_decide=may_decide)

    def correct(self, scope: Scope, case: UUID, readings: Sequence[str], reason: str) -> None:
        """Propose what the register showed.

        Raises:
            NotPermittedError: The person states no readings.
            RefusedError: There is no reason or no reading, or it cannot be true.
        """
        scope.demand(Right.STATE_READINGS, self._site)
        if not readings:
            raise RefusedError.of("review.no_reading_said")
        self._desk.correct(case, readings, _said(reason), by=scope.person)

    def state(self, scope: Scope, point: str, readings: Sequence[str], reason: str) -> None:
        """Propose what the register of a point showed, whether or not a case is about it.

        Raises:
            NotPermittedError: The person states no readings.
            RefusedError: There is no reason or no reading, or it cannot be true.
        """
        scope.demand(Right.STATE_READINGS, self._site)
        if not readings:
            raise RefusedError.of("review.no_reading_said")
        self._desk.state(point, readings, _said(reason), by=scope.person)

    def without(self, scope: Scope, case: UUID, instants: Sequence[str], reason: str) -> None:
        """Propose that readings shall not count whose right values nobody knows.

        Raises:
            NotPermittedError: The person states no readings.
            RefusedError: There is no reason or no instant, or no such reading.
        """
        scope.demand(Right.STATE_READINGS, self._site)
        if not instants:
            raise RefusedError.of("review.no_reading_said")
        self._desk.without(case, instants, _said(reason), by=scope.person)

    def estimate(self, scope: Scope, case: UUID, method: str, reason: str) -> None:
        """Let an estimate stand in for what is missing.

        Raises:
            NotPermittedError: The person does not decide on readings.
            RefusedError: There is no reason; nothing is missing, or the method lacks what it needs.
        """
        scope.demand(Right.DECIDE_READINGS, self._site)
        self._desk.estimate(case, method, _said(reason), by=scope.person)

    def approve(self, scope: Scope, correction: UUID) -> None:
        """Let a correction count as the second person.

        Raises:
            NotPermittedError: The person does not decide on readings.
            FourEyesError: The person proposed it.
            RefusedError: It is decided already.
        """
        scope.demand(Right.DECIDE_READINGS, self._site)
        self._desk.approve(correction, by=scope.person)

    def reject(self, scope: Scope, correction: UUID, reason: str) -> None:
        """Refuse a correction.

        Raises:
            NotPermittedError: The person does not decide on readings.
            RefusedError: There is no reason, or it is decided already.
        """
        scope.demand(Right.DECIDE_READINGS, self._site)
        self._desk.reject(correction, _said(reason), by=scope.person)

    def _demand_either(self, scope: Scope) -> bool:
        """Return whether the person decides on readings; refuse who does not even state them."""
        decides = scope.may(Right.DECIDE_READINGS)
        scope.demand(Right.DECIDE_READINGS if decides else Right.STATE_READINGS, self._site)
        return decides


def _said(reason: str) -> str:
    """Return a reason.

    Raises:
        RefusedError: It says nothing.
    """
    if not reason.strip():
        raise RefusedError.of("review.no_reason")
    return reason.strip()

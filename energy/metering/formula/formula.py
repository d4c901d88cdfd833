"""In: commands on formulas. Out: their events. Pure.

A formula belongs to a computed channel of a metering point that no device serves. Its versions
hold from local days on; none is ever changed.
"""

from __future__ import annotations

from datetime import date
from typing import Any
from uuid import UUID

from eventsourcing.domain import event

from energy.base.aggregate import JournalAggregate
from energy.base.errors import RefusedError
from energy.base.ids import id_of
from energy.metering.formula.version import constants_from_json

FORMULA_TOPICS = frozenset({"formula.defined", "formula.revised", "formula.retired"})
"""Topics of these events."""


def formula_id(site: str, point: str) -> UUID:
    """Return the id of the formula of a point."""
    return id_of("formula", site, point)


class FormulaStateError(RefusedError):
    """A command does not fit the state of a formula."""

    code = "formula.state"


class Formula(JournalAggregate):
    """The formula of a computed channel."""

    TOPIC = "formula"

    class Created(JournalAggregate.Created):
        """The first version."""

        TOPIC = "formula.defined"
        site: str
        point: str
        channel: int
        valid_from: date
        text: str
        unit: str
        constants: list[dict[str, Any]]
        reason: str
        decided_by: UUID | None

    class Revised(JournalAggregate.Event):
        """Another version holds from a local day on; what was before that day stays."""

        TOPIC = "formula.revised"
        channel: int
        valid_from: date
        text: str
        unit: str
        constants: list[dict[str, Any]]
        reason: str
        decided_by: UUID | None

    class Retired(JournalAggregate.Event):
        """From a local day on nothing is computed any more."""

        TOPIC = "formula.retired"
        channel: int
        valid_from: date
        reason: str
        decided_by: UUID | None

    @staticmethod
    def create_id(*, site: str, point: str, **_: object) -> UUID:
        """Return the id from site and point."""
        return formula_id(site, point)

    @event(Created)
    def __init__(
        self,
        *,
        site: str,
        point: str,
        channel: int,
        valid_from: date,
        text: str,
        unit: str,
        constants: list[dict[str, Any]],
        reason: str,
        decided_by: UUID | None,
        command_id: UUID,
    ) -> None:
        """Define the formula."""
        self.site = site
        self.point = point
        self.channel = channel
        self.unit = unit
        self.first = (valid_from, text, unit, constants)
        """What the first version says."""
        self.held = constants_from_json(constants)
        """Constants of the newest version."""
        self.newest: tuple[date, str, list[dict[str, Any]]] | None = (valid_from, text, constants)
        """What the newest version says; None for one that retires the formula."""
        self.retired_from: date | None = None

    def revise(
        self,
        *,
        valid_from: date,
        text: str,
        constants: list[dict[str, Any]],
        reason: str,
        decided_by: UUID | None,
        command_id: UUID,
    ) -> None:
        """Let another version hold from a local day on; after a retirement it holds again.

        The newest version told again is none.

        Args:
            valid_from: First local day.
            text: The formula.
            constants: Its dated constants.
            reason: Why.
            decided_by: Who.
            command_id: Of the command.
        """
        if self.newest == (valid_from, text, constants):
            return
        self._revise(
            channel=self.channel,
            valid_from=valid_from,
            text=text,
            unit=self.unit,
            constants=constants,
            reason=reason,
            decided_by=decided_by,
            command_id=command_id,
        )

    def retire(
        self, *, valid_from: date, reason: str, decided_by: UUID | None, command_id: UUID
    ) -> None:
        """Compute nothing any more from a local day on; from the same day again says nothing.

        Raises:
            FormulaStateError: It is retired already, from another day on.
        """
        if self.retired_from == valid_from:
            return
        if self.retired_from is not None:
            raise FormulaStateError.of("formula.retired", point=self.point, since=self.retired_from)
        self._retire(
            channel=self.channel,
            valid_from=valid_from,
            reason=reason,
            decided_by=decided_by,
            command_id=command_id,
        )

    @event(Revised)
    def _revise(
        self,
        *,
        channel: int,
        valid_from: date,
        text: str,
        unit: str,
        constants: list[dict[str, Any]],
        reason: str,
        decided_by: UUID | None,
        command_id: UUID,
    ) -> None:
        self.held = constants_from_json(constants)
        self.newest = (valid_from, text, constants)
        self.retired_from = None

    @event(Retired)
    def _retire(
        self,
        *,
        channel: int,
        valid_from: date,
        reason: str,
        decided_by: UUID | None,
        command_id: UUID,
    ) -> None:
        self.newest = None
        self.retired_from = valid_from

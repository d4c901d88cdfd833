"""In: commands on a piece of equipment. Out: its facts, each holding from a local day on. Pure.

Days are local days of the site; a day to which something holds is the first on which it does not.
"""

from __future__ import annotations

from datetime import date
from typing import Any
from uuid import UUID

from eventsourcing.domain import event

from energy.base.aggregate import JournalAggregate
from energy.base.ids import id_of
from energy.service.equipment.words import EquipmentError, Facts, Relation, limited, worded


class Equipment(JournalAggregate):
    """A piece of equipment: what it is, what it belongs to, its certificates."""

    TOPIC = "equipment"

    class Created(JournalAggregate.Created):
        """It is in the register."""

        TOPIC = "equipment.registered"
        equipment: UUID
        number: str
        facts: dict[str, str]
        """As `Facts.from_json` reads it."""
        since: date
        """First local day in service."""
        by: UUID

    class Changed(JournalAggregate.Event):
        """It is something else from a day on, or stands elsewhere."""

        TOPIC = "equipment.changed"
        facts: dict[str, str]
        on: date
        by: UUID

    class Related(JournalAggregate.Event):
        """It is something to another thing from a day on."""

        TOPIC = "equipment.related"
        relation: str
        to: str
        """"node:UTILITY/KEY", "equipment:NUMBER", "point:KEY", "source:KEY", "channel:KEY"."""
        on: date
        by: UUID

    class Unrelated(JournalAggregate.Event):
        """That ended: it does not hold on that day any more."""

        TOPIC = "equipment.unrelated"
        relation: str
        to: str
        on: date
        by: UUID

    class Certified(JournalAggregate.Event):
        """A certificate was filed."""

        TOPIC = "equipment.certified"
        kind: str
        number: str
        issued_on: date
        valid_until: date | None
        """Last day on which it holds; None: it does not end."""
        paper: str
        """SHA-256 of the attachment in hex, "" without one."""
        by: UUID

    class TakenOut(JournalAggregate.Event):
        """It is no longer in service; what it was to others ended with it."""

        TOPIC = "equipment.taken_out"
        on: date
        """First day on which it is not in service."""
        reason: str
        by: UUID

    @staticmethod
    def create_id(*, equipment: UUID, **_: object) -> UUID:
        """Return the id that the command gave."""
        return equipment

    @classmethod
    def register(
        cls,
        equipment: UUID,
        number: str,
        facts: Facts,
        *,
        since: date,
        by: UUID,
        today: date,
        command_id: UUID,
    ) -> Equipment:
        """Return a new piece.

        Args:
            equipment: Its id.
            number: As people say it.
            facts: What it is.
            since: First local day in service.
            by: Who registers it.
            today: Present local day.
            command_id: Of the command.

        Raises:
            EquipmentError: It has no name, or its day is to come.
        """
        return cls(
            equipment=equipment,
            number=number,
            facts=facts.checked().to_json(),
            since=_past(since, today),
            by=by,
            command_id=command_id,
        )

    @event(Created)
    def __init__(
        self,
        *,
        equipment: UUID,
        number: str,
        facts: dict[str, str],
        since: date,
        by: UUID,
        command_id: UUID,
    ) -> None:
        """Make it; see `register`."""
        self.number = number
        self.facts = facts
        self.since = self.changed_on = since
        self.out_on: date | None = None
        self.open: dict[tuple[str, str], date] = {}
        """What it is to others now, and since when."""
        self.ended: dict[tuple[str, str], date] = {}
        """Where that last ended."""
        self.certificates: list[dict[str, Any]] = []

    def change(self, facts: Facts, *, on: date, by: UUID, today: date, command_id: UUID) -> None:
        """Let it be something else from a day on; the same as now changes nothing.

        Raises:
            EquipmentError: It is out of service, the day is to come or before the last change.
        """
        said = facts.checked().to_json()
        if self.seen(command_id) or said == self.facts:
            return
        self._demand_service()
        _past(on, today)
        if on < self.changed_on:
            raise EquipmentError.of("before", day=self.changed_on)
        self._change(facts=said, on=on, by=by, command_id=command_id)

    @event(Changed)
    def _change(self, *, facts: dict[str, str], on: date, by: UUID, command_id: UUID) -> None:
        self.facts = facts
        self.changed_on = on

    def relate(
        self, relation: Relation, to: str, *, on: date, by: UUID, today: date, command_id: UUID
    ) -> None:
        """Let it be something to another thing from a day on; what holds already changes nothing.

        Args:
            relation: What it is to it.
            to: Name of the other thing; whoever calls has looked whether it exists.
            on: First day.
            by: Who says so.
            today: Present local day.
            command_id: Of the command.

        Raises:
            EquipmentError: It is out of service, the day is to come or before it was in service,
                it was the same until later, or is that of something else already.
        """
        key = (relation.value, to)
        if self.seen(command_id) or self.open.get(key) == on:
            return
        self._demand_service()
        _past(on, today)
        if to == f"equipment:{self.number}":
            raise EquipmentError.of("itself")
        first = max(self.since, self.ended.get(key, self.since))
        if on < first:
            raise EquipmentError.of("before", day=first)
        if key in self.open:
            raise EquipmentError.of("holds", day=self.open[key])
        others = [name for kind, name in self.open if kind == relation.value]
        if relation.single and others:
            raise EquipmentError.of("single", to=others[0])
        self._relate(relation=relation.value, to=to, on=on, by=by, command_id=command_id)

    @event(Related)
    def _relate(self, *, relation: str, to: str, on: date, by: UUID, command_id: UUID) -> None:
        self.open[relation, to] = on

    def unrelate(
        self, relation: Relation, to: str, *, on: date, by: UUID, today: date, command_id: UUID
    ) -> None:
        """End what it is to another thing; what ended on that day changes nothing.

        Raises:
            EquipmentError: It is not that, or the day is to come or before it was.
        """
        key = (relation.value, to)
        if self.seen(command_id) or (key not in self.open and self.ended.get(key) == on):
            return
        _past(on, today)
        if key not in self.open:
            raise EquipmentError.of("not_related", to=to)
        if on < self.open[key]:
            raise EquipmentError.of("before", day=self.open[key])
        self._unrelate(relation=relation.value, to=to, on=on, by=by, command_id=command_id)

    @event(Unrelated)
    def _unrelate(self, *, relation: str, to: str, on: date, by: UUID, command_id: UUID) -> None:
        del self.open[relation, to]
        self.ended[relation, to] = on

    def certify(
        self,
        kind: str,
        number: str,
        *,
        issued_on: date,
        valid_until: date | None,
        paper: str,
        by: UUID,
        today: date,
        command_id: UUID,
    ) -> None:
        """File a certificate; the same one again changes nothing.

        Args:
            kind: What it certifies: of a kind, the one that was issued last counts.
            number: Of the certificate; filed again it replaces what was filed.
            issued_on: Day of issue.
            valid_until: Last day on which it holds; None: it does not end.
            paper: SHA-256 of the attachment in hex, "" without one.
            by: Who files it.
            today: Present local day.
            command_id: Of the command.

        Raises:
            EquipmentError: It has no kind or number, its day is to come, or it ends before it.
        """
        said: dict[str, Any] = {
            "kind": worded(kind, "certificate"),
            "number": worded(number, "certificate"),
            "issued_on": issued_on,
            "valid_until": valid_until,
            "paper": paper,
        }
        same = [each for each in self.certificates if _named(each) == _named(said)]
        if self.seen(command_id) or same[-1:] == [said]:
            return
        self._demand_service()
        _past(issued_on, today)
        if valid_until is not None and valid_until < issued_on:
            raise EquipmentError.of("certificate_days")
        self._certify(**said, by=by, command_id=command_id)

    @event(Certified)
    def _certify(
        self,
        *,
        kind: str,
        number: str,
        issued_on: date,
        valid_until: date | None,
        paper: str,
        by: UUID,
        command_id: UUID,
    ) -> None:
        self.certificates.append(
            {
                "kind": kind,
                "number": number,
                "issued_on": issued_on,
                "valid_until": valid_until,
                "paper": paper,
            }
        )

    def take_out(self, *, on: date, reason: str, by: UUID, today: date, command_id: UUID) -> None:
        """Take it out of service; taken out on that day already changes nothing.

        Raises:
            EquipmentError: It is out, the day is to come or before what is known of it, or there
                is no reason.
        """
        if self.seen(command_id) or self.out_on == on:
            return
        self._demand_service()
        _past(on, today)
        first = max([self.changed_on, *self.open.values()])
        if on < first:
            raise EquipmentError.of("before", day=first)
        self._take_out(on=on, reason=worded(reason, "reason"), by=by, command_id=command_id)

    @event(TakenOut)
    def _take_out(self, *, on: date, reason: str, by: UUID, command_id: UUID) -> None:
        self.out_on = on
        self.ended |= dict.fromkeys(self.open, on)
        self.open = {}

    def _demand_service(self) -> None:
        if self.out_on is not None:
            raise EquipmentError.of("out", day=self.out_on)


def certificate_id(equipment: UUID, kind: str, number: str) -> UUID:
    """Return the id of a certificate of a piece."""
    return id_of("certificate", str(equipment), limited(kind), limited(number))


def _named(certificate: dict[str, Any]) -> tuple[object, object]:
    return certificate["kind"], certificate["number"]


def _past(day: date, today: date) -> date:
    if day > today:
        raise EquipmentError.of("future", day=day)
    return day

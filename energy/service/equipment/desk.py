"""In: commands on equipment. Out: events of `operations`. I/O: PostgreSQL.

What a piece is related to must exist: nodes, points, sources, channels and places are those of the
site's own tables, other pieces are asked of the journal.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from datetime import date
from hashlib import sha256
from typing import Final
from uuid import UUID

import psycopg

from energy.alerting.flood import NODE, POINT, SOURCE
from energy.base.aggregate import JournalAggregate
from energy.base.clock import Clock
from energy.base.ids import id_of
from energy.base.period import local_day, midnight
from energy.journal.application import JournalApplication
from energy.journal.retrying import retried
from energy.service.equipment.piece import Equipment
from energy.service.equipment.words import CHANNEL, PIECE, EquipmentError, Facts, Relation
from energy.service.numbering import store_numbered
from energy.store.attachment import keep_attachment
from energy.store.pool import Database
from energy.store.sites import Site

LETTER: Final = "E"
"""Of the numbers of equipment."""
_DEEPEST: Final = 50
"""So many pieces one belongs to, each to the next."""


class EquipmentDesk:
    """Where equipment is registered, changed, related, certified and taken out of service."""

    def __init__(self, database: Database, site: Site, clock: Clock) -> None:
        """Work on a site.

        Args:
            database: The process's pool (role meterline_writer).
            site: The site.
            clock: The injected clock.
        """
        self._database, self._site, self._clock = database, site, clock
        self._operations = JournalApplication(database, site.schema, "operations", clock)

    @property
    def today(self) -> date:
        """Return the present local day."""
        return local_day(self._clock.now(), self._site.zone)

    def piece(self, identity: UUID) -> Equipment:
        """Return a piece as the journal has it now.

        Raises:
            EquipmentError: There is none.
        """
        found = self._operations.find(identity)
        if not isinstance(found, Equipment):
            raise EquipmentError.of("none")
        return found

    def register(self, facts: Facts, *, since: date, by: UUID, command_id: UUID) -> UUID:
        """Register a piece; return its id.

        Args:
            facts: What it is.
            since: First local day in service.
            by: Who registers it.
            command_id: Of the command; the piece's id follows from it.

        Raises:
            EquipmentError: It has no name, there is no such place, or the day is to come.
        """
        identity = id_of("equipment", self._site.key, str(command_id))
        facts = facts.checked()
        self._demand_place(facts.place)

        def make(number: str) -> Sequence[JournalAggregate]:
            return [
                Equipment.register(
                    identity,
                    number,
                    facts,
                    since=since,
                    by=by,
                    today=self.today,
                    command_id=command_id,
                )
            ]

        store_numbered(self._operations, self._site, LETTER, identity, make, command_id=command_id)
        return identity

    def change(
        self, equipment: UUID, facts: Facts, *, on: date, by: UUID, command_id: UUID
    ) -> None:
        """Let a piece be something else, or stand elsewhere, from a day on.

        Raises:
            EquipmentError: There is none, or no such place; or as `Equipment.change`.
            ConflictError: Somebody else changes it again and again.
        """
        self._demand_place(facts.place)
        self._act(
            equipment,
            lambda piece: piece.change(
                facts, on=on, by=by, today=self.today, command_id=command_id
            ),
        )

    def relate(
        self,
        equipment: UUID,
        relation: Relation,
        to: str,
        *,
        on: date,
        by: UUID,
        command_id: UUID,
    ) -> None:
        """Let a piece be something to another thing from a day on.

        Args:
            equipment: The piece.
            relation: What it is to it.
            to: Its name: "node:UTILITY/KEY", "equipment:NUMBER", "point:KEY", "source:KEY",
                "channel:POINT/QUANTITY".
            on: First local day.
            by: Who says so.
            command_id: Of the command.

        Raises:
            EquipmentError: There is no such piece or thing, it would belong to itself; or as
                `Equipment.relate`.
            ConflictError: Somebody else changes it again and again.
        """
        self._demand_thing(relation, to, on)

        def act(piece: Equipment) -> None:
            if relation is Relation.PART_OF:
                self._demand_no_circle(piece.number, to)
            piece.relate(relation, to, on=on, by=by, today=self.today, command_id=command_id)

        self._act(equipment, act)

    def unrelate(
        self,
        equipment: UUID,
        relation: Relation,
        to: str,
        *,
        on: date,
        by: UUID,
        command_id: UUID,
    ) -> None:
        """End what a piece is to another thing.

        Raises:
            EquipmentError: There is no such piece; or as `Equipment.unrelate`.
            ConflictError: Somebody else changes it again and again.
        """
        self._act(
            equipment,
            lambda piece: piece.unrelate(
                relation, to, on=on, by=by, today=self.today, command_id=command_id
            ),
        )

    def certify(
        self,
        equipment: UUID,
        kind: str,
        number: str,
        *,
        issued_on: date,
        valid_until: date | None,
        paper: tuple[bytes, str] | None,
        by: UUID,
        command_id: UUID,
    ) -> None:
        """File a certificate of a piece.

        Args:
            equipment: The piece.
            kind: What it certifies.
            number: Of the certificate.
            issued_on: Day of issue.
            valid_until: Last day on which it holds; None: it does not end.
            paper: The document and its media type.
            by: Who files it.
            command_id: Of the command.

        Raises:
            AttachmentError: The document is empty or too large.
            EquipmentError: There is no such piece; or as `Equipment.certify`.
            ConflictError: Somebody else changes it again and again.
        """

        def act(piece: Equipment, named: str) -> None:
            piece.certify(
                kind,
                number,
                issued_on=issued_on,
                valid_until=valid_until,
                paper=named,
                by=by,
                today=self.today,
                command_id=command_id,
            )

        kept = "" if paper is None else sha256(paper[0]).hexdigest()
        if paper is not None:
            act(self.piece(equipment), kept)  # what is refused is not kept for good
            with self._database.connection() as connection:
                # Before it is named: what a cut leaves over is named by nothing.
                keep_attachment(connection, self._site.schema, *paper)
        self._act(equipment, lambda piece: act(piece, kept))

    def take_out(
        self, equipment: UUID, *, on: date, reason: str, by: UUID, command_id: UUID
    ) -> None:
        """Take a piece out of service.

        Raises:
            EquipmentError: There is no such piece; or as `Equipment.take_out`.
            ConflictError: Somebody else changes it again and again.
        """
        self._act(
            equipment,
            lambda piece: piece.take_out(
                on=on, reason=reason, by=by, today=self.today, command_id=command_id
            ),
        )

    def _act(self, equipment: UUID, act: Callable[[Equipment], None]) -> None:
        def once() -> None:
            piece = self.piece(equipment)
            act(piece)
            self._operations.store(piece)

        retried(once)

    def _demand_place(self, place: str) -> None:
        schema = self._site.schema
        with self._database.connection() as connection:
            found = connection.execute(
                f"SELECT FROM {schema}.place_history WHERE place = %s", (place,)
            ).fetchone()
        if found is None:
            raise EquipmentError.of("place", place=place)

    def _demand_thing(self, relation: Relation, to: str, on: date) -> None:
        name = to.removeprefix(relation.to)
        if not to.startswith(relation.to) or not name:
            raise EquipmentError.of("end", relation=relation.value, to=to, begins=relation.to)
        with self._database.connection() as connection:
            if not _exists(connection, self._site, relation.to, name, on):
                raise EquipmentError.of("no_thing", to=to)

    def _demand_no_circle(self, number: str, to: str) -> None:
        """Refuse that a piece belongs to one that belongs to it, as the tables know by now."""
        name = to
        for _ in range(_DEEPEST):
            if name == PIECE + number:
                raise EquipmentError.of("circle", to=to)
            with self._database.connection() as connection:
                row = connection.execute(
                    f"SELECT r.about FROM {self._site.schema}.equipment_relation AS r "
                    f"JOIN {self._site.schema}.equipment AS e USING (equipment) "
                    "WHERE e.number = %s AND r.relation = %s AND r.valid_to IS NULL",
                    (name.removeprefix(PIECE), Relation.PART_OF.value),
                ).fetchone()
            if row is None:
                return
            name = str(row[0])
        raise EquipmentError.of("circle", to=to)


def _exists(
    connection: psycopg.Connection[tuple[object, ...]], site: Site, begins: str, name: str, on: date
) -> bool:
    """Return whether a thing is there; a node on that day or later."""
    schema = site.schema
    first, _, second = name.partition("/")
    node = (
        f"SELECT FROM {schema}.supply_node WHERE utility = %s AND key = %s "
        "AND (valid_to IS NULL OR valid_to > %s)"
    )
    asked: dict[str, tuple[str, tuple[object, ...]]] = {
        NODE: (node, (first, second, midnight(on, site.zone))),
        POINT: (f"SELECT FROM {schema}.meter WHERE point = %s", (name,)),
        SOURCE: (f"SELECT FROM {schema}.source WHERE key = %s", (name,)),
        PIECE: (f"SELECT FROM {schema}.equipment WHERE number = %s", (name,)),
        CHANNEL: (
            f"SELECT FROM {schema}.channel WHERE point = %s AND quantity = %s",
            (first, second),
        ),
    }
    query, values = asked[begins]
    return connection.execute(query.encode(), values).fetchone() is not None

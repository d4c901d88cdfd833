"""Step 5a. From: the register of equipment, plans, readings. To: the pages of equipment. I/O."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import date
from uuid import UUID

from dashboards.queries.equipment_reads import EquipmentReads
from dashboards.queries.equipment_rows import (
    DueBoard,
    IncidentAbout,
    PieceLine,
    PiecePage,
    PlanBoard,
    PlanForm,
    PlanPage,
    Register,
)
from dashboards.queries.rows import Answer
from dashboards.queries.sql_site import OPERATIONS, Connection, Row, SqlSite
from dashboards.security.scope import Right, Scope
from energy.base.period import local_day
from energy.service.equipment.certificates import Certificate, certificates_due
from energy.service.equipment.maintenance import DueState
from energy.service.equipment.plan_reads import (
    DueRow,
    PlanRow,
    read_due,
    read_past_plans,
    read_plans,
)
from energy.service.equipment.reads import (
    EquipmentRow,
    HappenedRow,
    RelationRow,
    read_certificates,
    read_certificates_due,
    read_equipment,
    read_history,
    read_orders_about,
    read_relations,
)
from energy.service.equipment.words import Relation

AHEAD_DAYS = 90
"""Certificates that end within them are told. [d]"""
ALWAYS_DAYS = 40_000
"""So far ahead every certificate that ends is told. [d]"""


class SqlEquipment:
    """Questions about equipment in SQL."""

    def __init__(self, at: SqlSite) -> None:
        """Read one site's tables."""
        self._at = at
        self._equipment_reads = EquipmentReads(at)

    def equipment(self, scope: Scope, *, out: bool) -> Answer[Register]:
        """Return the pieces in service, or those that are out."""
        with self._at.read(scope, Right.READ_ENERGY) as connection:
            pieces = read_equipment(connection, self._at.schema)
            due = self._equipment_due(connection)
            first: dict[str, DueRow] = {}
            for row in due:
                first.setdefault(row.piece.number, row)
            ended = [
                piece.number
                for piece, each in read_certificates_due(
                    connection, self._at.schema, self._equipment_today(), -1
                )
                if each.days_left < 0
            ]
            places = self._equipment_reads.places(connection)
            lines = tuple(
                PieceLine(
                    row=row,
                    place=places.get(row.place, row.place),
                    next=first.get(row.number),
                    ended=ended.count(row.number),
                )
                for row in pieces
                if (row.out_on is not None) == out
            )
            told = Register(
                lines=lines, out=out, counts=self._equipment_counts(connection, pieces, due)
            )
            return self._at.answer(connection, told, follower=OPERATIONS)

    def equipment_piece(self, scope: Scope, number: str) -> Answer[PiecePage] | None:
        """Return one piece by its number; None: there is none."""
        schema, reads = self._at.schema, self._equipment_reads
        with self._at.read(scope, Right.READ_ENERGY) as connection:
            pieces = read_equipment(connection, schema)
            row = next((each for each in pieces if each.number == number), None)
            if row is None:
                return None
            relations = read_relations(connection, schema, number)
            certificates = read_certificates(connection, schema, row.equipment)
            history = read_history(connection, schema, row.equipment)
            due = [each for each in self._equipment_due(connection) if each.piece.number == number]
            names = self._at.person_names(connection, _people(history, certificates))
            page = PiecePage(
                row=row,
                place=reads.places(connection).get(row.place, row.place),
                relations=tuple(relations),
                certificates=tuple(certificates),
                ending=tuple(certificates_due(certificates, self._equipment_today(), ALWAYS_DAYS)),
                due=tuple(reads.due_lines(connection, due)),
                history=tuple(history),
                orders=tuple(read_orders_about(connection, schema, number)),
                incidents=tuple(self._incidents_about(connection, number, relations)),
                names=names,
                pieces={each.number: each.name for each in pieces},
                forms=reads.forms(connection, scope, pieces, row),
            )
            return self._at.answer(connection, page, follower=OPERATIONS)

    def equipment_due(self, scope: Scope) -> Answer[DueBoard]:
        """Return how every plan stands, what is due first, and the certificates that end."""
        schema, reads = self._at.schema, self._equipment_reads
        with self._at.read(scope, Right.READ_ENERGY) as connection:
            pieces, due = read_equipment(connection, schema), self._equipment_due(connection)
            board = DueBoard(
                lines=tuple(reads.due_lines(connection, due)),
                certificates=tuple(
                    read_certificates_due(connection, schema, self._equipment_today(), AHEAD_DAYS)
                ),
                counts=self._equipment_counts(connection, pieces, due),
                forms=reads.forms(connection, scope, ()).work,
            )
            return self._at.answer(connection, board, follower=OPERATIONS)

    def equipment_plans(self, scope: Scope) -> Answer[PlanBoard]:
        """Return the plans of maintenance."""
        with self._at.read(scope, Right.READ_ENERGY) as connection:
            plans = read_plans(connection, self._at.schema)
            pieces = read_equipment(connection, self._at.schema)
            names = self._at.person_names(connection, _owners(plans))
            board = PlanBoard(
                plans=tuple(plans),
                counts=self._equipment_counts(connection, pieces, self._equipment_due(connection)),
                names={str(person): name for person, name in names.items()}
                | {each.number: each.name for each in pieces},
            )
            return self._at.answer(connection, board, follower=OPERATIONS)

    def equipment_plan(self, scope: Scope, number: str) -> Answer[PlanPage] | None:
        """Return one plan by its number; None: there is none."""
        schema, reads = self._at.schema, self._equipment_reads
        with self._at.read(scope, Right.READ_ENERGY) as connection:
            plans = read_plans(connection, schema)
            row = next((each for each in plans if each.number == number), None)
            if row is None:
                return None
            past = read_past_plans(connection, schema, row.plan)
            due = [each for each in self._equipment_due(connection) if each.plan.number == number]
            people = {*_owners([row]), *(each.changed_by for each in past)}
            page = PlanPage(
                row=row,
                past=tuple(past),
                due=tuple(reads.due_lines(connection, due)),
                names=self._at.person_names(connection, sorted(people, key=str)),
                forms=reads.forms(connection, scope, read_equipment(connection, schema)),
            )
            return self._at.answer(connection, page, follower=OPERATIONS)

    def equipment_forms(self, scope: Scope) -> Answer[PlanForm]:
        """Return what a new piece or plan may be made of; nothing for who may not plan work."""
        schema = self._at.schema
        with self._at.read(scope, Right.READ_ENERGY) as connection:
            pieces = read_equipment(connection, schema)
            forms = self._equipment_reads.forms(connection, scope, pieces)
            plans = len(read_plans(connection, schema))
            form = PlanForm(forms=forms, plans=plans)
            return self._at.answer(connection, form, follower=OPERATIONS)

    def _equipment_due(self, connection: Connection) -> list[DueRow]:
        now = self._at.clock.now()
        return read_due(connection, self._at.schema, self._at.site.zone, now)

    def _equipment_today(self) -> date:
        return local_day(self._at.clock.now(), self._at.site.zone)

    def _equipment_counts(
        self, connection: Connection, pieces: Sequence[EquipmentRow], due: Sequence[DueRow]
    ) -> dict[str, int]:
        """Return how many things stand behind each tab."""
        there = sum(each.out_on is None for each in pieces)
        return {
            "in": there,
            "out": len(pieces) - there,
            "due": sum(each.due.state is DueState.DUE for each in due),
            "plans": sum(each.ended_on is None for each in read_plans(connection, self._at.schema)),
        }

    def _incidents_about(
        self, connection: Connection, number: str, relations: Sequence[RelationRow]
    ) -> list[IncidentAbout]:
        """Return incidents with an order about a piece, or at the point or node that it serves."""
        own = [each for each in relations if each.number == number]
        points = [
            each.about.removeprefix(Relation.METER_OF.to)
            for each in own
            if each.relation == Relation.METER_OF
        ]
        nodes = [
            each.about.removeprefix(Relation.FEEDS.to)
            for each in own
            if each.relation == Relation.FEEDS
        ]
        rows: list[Row] = connection.execute(
            f"SELECT number, what, state FROM {self._at.schema}.incident WHERE incident IN ("
            f"SELECT incident FROM {self._at.schema}.work_order WHERE equipment = %s) "
            "OR point = ANY(%s) OR node = ANY(%s) ORDER BY number DESC LIMIT 50",
            (number, points, nodes),
        ).fetchall()
        return [IncidentAbout(number=each, what=what, state=state) for each, what, state in rows]


def _people(history: Iterable[HappenedRow], certificates: Iterable[Certificate]) -> list[UUID]:
    found = {each.person for each in history} | {each.filed_by for each in certificates}
    return sorted(found, key=str)


def _owners(plans: Iterable[PlanRow]) -> list[UUID]:
    return sorted({UUID(each.spec.owner) for each in plans if each.spec.owner}, key=str)

"""In: formulas of a file or a row of words. Out: their events, checked before. I/O: PostgreSQL.

All of a file is stored in one transaction, or nothing of it. Acts of a site come one after the
other: of two that would make a circle together the second is refused.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import date
from uuid import UUID

from energy.base.aggregate import JournalAggregate
from energy.base.clock import Clock
from energy.base.errors import RefusedError, UnknownMeterError
from energy.base.ids import id_of
from energy.base.text import Told, tell
from energy.journal.application import JournalApplication
from energy.metering.channel import facts_to_json
from energy.metering.definition_file import DefinitionFileError, read_definitions
from energy.metering.formula.definition import (
    PlannedFormula,
    channel_of,
    formula_problems,
    planned_again,
    read_formulas,
)
from energy.metering.formula.errors import FormulaError
from energy.metering.formula.formula import Formula, formula_id
from energy.metering.formula.inputs import DatedConstant
from energy.metering.formula.parser import parse
from energy.metering.formula.version import constants_to_json
from energy.metering.meter import Meter, meter_id
from energy.metering.plant import ChannelRegister
from energy.store.pool import Database
from energy.store.sites import Site
from energy.views.formula.catalogue import SiteCatalogue, place_keys
from energy.views.formula.graph import computed_graph
from energy.views.formula.rows import formula_channels
from energy.views.registry import load_channels
from processes.one_by_one import Act, one_by_one
from processes.settling import settle


class FormulaFileError(DefinitionFileError):
    """Formulas that cannot be stored; lists every problem found."""

    code = "formula_file"
    TEXT = "formula.file"


@dataclass(frozen=True, slots=True, kw_only=True)
class Stored:
    """What a command brought."""

    points: tuple[str, ...]
    """Points whose formulas are new or changed."""
    unchanged: tuple[str, ...]
    """Points whose formulas were stored before, word for word."""
    position: int | None
    """Of the metering journal; None where nothing was written."""


class FormulaDesk:
    """Defines, revises and retires the formulas of a site."""

    def __init__(self, database: Database, site: Site, clock: Clock) -> None:
        """Work on a site's metering journal.

        Args:
            database: A pool in the writer's role.
            site: The site; its views have come up to its journal.
            clock: The injected clock.
        """
        self._database, self._site, self._clock = database, site, clock
        self._metering = JournalApplication(database, site.schema, "metering", clock)

    def read(self, text: str) -> list[PlannedFormula]:
        """Return the formulas of a file's content, checked for shape alone.

        Raises:
            FormulaFileError: Lists every problem.
        """
        checker = read_definitions(text, {"formula"}, FormulaFileError)
        with self._database.connection() as connection:
            places = place_keys(connection, self._site.schema)
        planned = read_formulas(checker, places)
        if not planned and not checker.problems:
            checker.problems.append("no [[formula]] table stands in it")
        if checker.problems:
            raise FormulaFileError(checker.problems)
        return planned

    def read_one(self, text: str, point: str) -> PlannedFormula:
        """Return the formula of a point in a file's content.

        Raises:
            FormulaFileError: Lists every problem, also that it does not stand there.
        """
        for each in self.read(text):
            if each.point == point:
                return each
        raise FormulaFileError([f"no [[formula]] of point {point!r} stands in it"])

    def define(
        self,
        planned: Sequence[PlannedFormula],
        *,
        by: UUID | None,
        command_id: UUID,
        dry_run: bool = False,
    ) -> Stored:
        """Store new formulas, each with a point and a computed channel of its own.

        Args:
            planned: The formulas; they may rest on each other.
            by: The person who decides; None for the site file.
            command_id: Of the command.
            dry_run: Check only.

        Raises:
            FormulaFileError: Lists every problem; nothing was written.
        """
        with self._one_by_one(dry_run=dry_run):
            problems: list[Told | str] = []
            fresh = []
            for each in planned:
                if self._same(each):
                    continue
                if self._metering.find(meter_id(self._site.key, each.point)) is not None:
                    problems.append(tell("why.formula.exists", point=each.point))
                fresh.append(each)
            register = self._register(command_id)
            numbers = {each.point: register.next + n for n, each in enumerate(fresh)}
            problems += self._problems(fresh, numbers)
            if problems:
                raise FormulaFileError(problems)
            unchanged = tuple(each.point for each in planned if each not in fresh)
            points = tuple(each.point for each in fresh)
            if dry_run or not fresh:
                return Stored(points=points, unchanged=unchanged, position=None)
            stored: list[JournalAggregate] = [register]
            for each in fresh:
                number = register.take(point=each.point, count=1, command_id=command_id)
                stored += self._made(each, number, by, command_id)
            position = self._metering.store(*stored)
            return Stored(points=points, unchanged=unchanged, position=position)

    def revise(
        self,
        point: str,
        *,
        text: str,
        constants: Sequence[DatedConstant] | None,
        valid_from: date,
        reason: str,
        by: UUID,
        command_id: UUID,
        dry_run: bool = False,
    ) -> Stored:
        """Let another text hold from a local day on.

        Args:
            point: Of the formula.
            text: The new text.
            constants: Its dated constants; None for those in force.
            valid_from: First local day.
            reason: Why.
            by: The person who decides.
            command_id: Of the command.
            dry_run: Check only.

        Raises:
            UnknownFormulaError: There is no formula at the point.
            FormulaError: The text is wrong; names row and column.
            FormulaFileError: It rests on itself.
        """
        with self._one_by_one(dry_run=dry_run):
            formula = self._formula(point)
            with self._database.connection() as connection:
                channels = load_channels(connection, self._site.schema, only=[formula.channel])
            known = planned_again(
                channels[formula.channel],
                unit=formula.unit,
                text=text,
                valid_from=valid_from,
                constants=formula.held if constants is None else tuple(constants),
            )
            problems = self._problems([known], {point: formula.channel})
            if problems:
                raise FormulaFileError(problems)
            if dry_run:
                return Stored(points=(point,), unchanged=(), position=None)
            formula.revise(
                valid_from=valid_from,
                text=text,
                constants=constants_to_json(known.constants),
                reason=reason,
                decided_by=by,
                command_id=command_id,
            )
            return self._told(formula)

    def retire(
        self, point: str, *, valid_from: date, reason: str, by: UUID, command_id: UUID
    ) -> Stored:
        """Compute nothing any more from a local day on.

        Args:
            point: Of the formula.
            valid_from: First local day without it.
            reason: Why.
            by: The person who decides.
            command_id: Of the command.

        Raises:
            UnknownFormulaError: There is no formula at the point.
            FormulaStateError: It is retired already, from another day on.
        """
        with self._one_by_one(dry_run=False):
            formula = self._formula(point)
            formula.retire(
                valid_from=valid_from, reason=reason, decided_by=by, command_id=command_id
            )
            return self._told(formula)

    @contextmanager
    def _one_by_one(self, *, dry_run: bool) -> Iterator[None]:
        """Keep others from formulas and see what they left: two halves may make a circle."""
        if dry_run:
            yield
            return
        with one_by_one(self._database, self._site, Act.COMPUTED):
            settle(self._database, self._site, self._clock, "metering")
            yield

    def _told(self, formula: Formula) -> Stored:
        """Store what is new of a formula."""
        if not formula.pending_events:
            return Stored(points=(), unchanged=(formula.point,), position=None)
        position = self._metering.store(formula)
        return Stored(points=(formula.point,), unchanged=(), position=position)

    def _formula(self, point: str) -> Formula:
        formula: Formula | None = self._metering.find(formula_id(self._site.key, point))
        if formula is not None:
            return formula
        if self._metering.find(meter_id(self._site.key, point)) is None:
            raise UnknownMeterError(point)
        raise RefusedError.of("formula.none", point=point)

    def _same(self, planned: PlannedFormula) -> bool:
        """Return whether a formula's first version is stored already, word for word."""
        formula: Formula | None = self._metering.find(formula_id(self._site.key, planned.point))
        return formula is not None and formula.first == (
            planned.valid_from,
            planned.text,
            planned.unit,
            constants_to_json(planned.constants),
        )

    def _register(self, command_id: UUID) -> ChannelRegister:
        found: ChannelRegister | None = self._metering.find(
            id_of("channel_register", self._site.key)
        )
        return found or ChannelRegister(site=self._site.key, command_id=command_id)

    def _problems(
        self, planned: Sequence[PlannedFormula], numbers: Mapping[str, int]
    ) -> list[Told]:
        """Return what is wrong with the texts, and the circles they would make."""
        trees = []
        for each in planned:
            try:
                trees.append(parse(each.text))
            except FormulaError:
                continue  # told below, with the others
        beside = [channel_of(each, numbers[each.point]) for each in planned]
        schema = self._site.schema
        with self._database.connection() as connection:
            known = set(formula_channels(connection, schema))
            fresh = [each for each in beside if each.point not in known]
            catalogue = SiteCatalogue(connection, schema, trees, checking=True, beside=fresh)
            graph = computed_graph(connection, schema)
            names = load_channels(connection, schema, only=list(graph))
            points = {n: each.point for n, each in names.items()}
            points |= {number: point for point, number in numbers.items()}
            return formula_problems(planned, catalogue, numbers, graph, points)

    def _made(
        self, planned: PlannedFormula, number: int, by: UUID | None, command_id: UUID
    ) -> list[JournalAggregate]:
        channel = channel_of(planned, number)
        meter = Meter(
            site=self._site.key,
            point=planned.point,
            name=planned.name,
            place=planned.place,
            utility="" if planned.utility is None else planned.utility.value,
            channels=[facts_to_json(channel)],
            command_id=command_id,
        )
        formula = Formula(
            site=self._site.key,
            point=planned.point,
            channel=number,
            valid_from=planned.valid_from,
            text=planned.text,
            unit=planned.unit,
            constants=constants_to_json(planned.constants),
            reason=planned.reason,
            decided_by=by,
            command_id=command_id,
        )
        return [meter, formula]

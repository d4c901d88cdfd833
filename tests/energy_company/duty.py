"""In: the roster, leave and handovers of the script. Out: what people do with them. I/O: desks."""

from __future__ import annotations

from datetime import date
from typing import Any
from uuid import UUID

from energy.service.duty.desk import RosterDesk, pattern_of
from energy.service.duty.leave_desk import LeaveDesk
from energy.service.duty.log_desk import LogDesk
from energy.service.duty.reads import read_handovers
from tests.energy_company.company import Company, said_by
from tests.energy_company.script import BEGIN, Said, Thing, day_of
from tests.fixtures.postgres import command


class Duty:
    """Where duty is planned, leave is decided and the desk changes hands."""

    def __init__(self, company: Company) -> None:
        """Sit down."""
        self._at = company
        facts = (company.site.writer, company.site.site, company.clock)
        self._rosters, self._leave, self._log = (
            RosterDesk(*facts),
            LeaveDesk(*facts),
            LogDesk(*facts),
        )
        self.open_points: list[int] = []
        """How many points each handover handed on."""
        self.covers: dict[int, dict[str, str]] = {}
        """By leave: who stands in where."""

    def publish(self) -> None:
        """Let the plan and the roster of both weeks hold."""
        at, duty, eve = self._at, self._at.duty, self._at.who("eve")
        self._rosters.set_plan(self._named(duty["plan"]), by=eve, command_id=command("plan"))
        spec = {"first": BEGIN, "last": date(2026, 11, 1), "pattern": self._named(duty["pattern"])}
        made = self._rosters.draft(pattern_of(spec), by=eve, command_id=command("draft"))
        self._rosters.publish(made, by=eve, command_id=command("publish roster"))
        at.fold()
        found = self._rosters.findings(BEGIN, date(2026, 11, 1))
        assert not found, [str(each) for each in found]

    def _named(self, told: Any) -> Any:
        """Return what was written with ids in place of names."""
        match told:
            case dict():
                return {key: self._named(each) for key, each in told.items()}
            case list():
                return [self._named(each) for each in told]
            case str() if told in self._at.people:
                return str(self._at.who(told))
            case _:
                return told

    def desk(self, thing: Thing, place: int, said: Said) -> None:
        """Say a row of the desk's log."""
        by, made = self._at.who(said.who), said_by(thing, place)
        self._at.fold()  # what is open is read from the tables
        match said.verb:
            case "told":
                point = self._log.tell(said.words[1], stays_open=True, by=by, command_id=made)
                self._at.made["point", int(said.words[0])] = point
            case "closed":
                point = self._at.made["point", int(said.words[0])]
                self._log.close(point, said.words[1], by=by, command_id=made)
            case "offered":
                offer = self._log.offer("control", by=by, command_id=made)
                self._at.made["handover", thing.n] = offer
                self._at.fold()
                assert self._points(offer) == int(said.words[0]), (said, self._points(offer))
            case _:
                self._log.sign(self._at.made["handover", thing.n], by=by, command_id=made)

    def _points(self, offer: UUID) -> int:
        with self._at.site.writer.connection() as connection:
            rows = read_handovers(connection, self._at.site.schema)
        (row,) = [each for each in rows if each.handover == offer]
        return len(row.points)

    def leave(self, thing: Thing, place: int, said: Said) -> None:
        """Say a row of a leave's log."""
        by, made = self._at.who(said.who), said_by(thing, place)
        if said.verb == "asked":
            first, last = (day_of(thing.facts[name]) for name in ("first", "last"))
            away = self._at.who(thing.facts["who"])
            asked = self._leave.ask(away, first, last, by=by, command_id=made)
            self._at.made["leave", thing.n] = asked
            return
        leave = self._at.made["leave", thing.n]
        found = self._leave.approve(leave, {}, by_rule=True, by=by, command_id=made)
        names = {person: name for name, person in self._at.people.items()}
        self.covers[thing.n] = {str(slot): names[who] for slot, who in found.items() if who}

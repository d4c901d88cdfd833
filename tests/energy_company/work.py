"""In: incidents and work orders of the script. Out: what people do with them. I/O: desks."""

from __future__ import annotations

from datetime import date, datetime, timedelta
from typing import Any, Final
from uuid import UUID

from energy.alerting.causes import AlertCause
from energy.alerting.desk import AlertDesk
from energy.base.ids import id_of
from energy.service.requests.desk import RequestDesk
from energy.service.work.checklist import parse_checklist
from energy.service.work.desk import IncidentDesk, WorkPlanDesk
from energy.service.work.heard import Heard, Spot
from energy.service.work.job import Job, Part, Stretch
from energy.service.work.kinds import OrderKind, Origin, Problem, Urgency, WaitsFor
from energy.service.work.levels import parse_levels
from energy.service.work.order_desk import WorkOrderDesk
from tests.energy_company.company import Company, said_by
from tests.energy_company.script import FOLDER, ZONE, Said, Thing, instant
from tests.fixtures.postgres import command

CHECKLIST: Final = """
key = "after-repair"
name = { en = "After a repair", zh = "修复后检查" }

[[item]]
key = "tight"
ask = { en = "All terminals tight?", zh = "端子均已紧固？" }
answer = "yes_no"

[[item]]
key = "voltage"
ask = { en = "Voltage after work", zh = "作业后电压" }
answer = "number"
unit = "V"
"""
STRICTER: Final = (
    ("response_min = 15", "response_min = 10"),
    ('= 240\ncounting = "round', '= 180\ncounting = "round'),
)
"""What version 2 of the service levels promises of critical incidents."""
PLAIN: Final = {
    "responded": "respond",
    "goes-on": "resume",
    "taken": "take",
    "resolved": "resolve",
    "closed": "close",
    "done": "finish",
    "signed": "sign",
}
"""Word of the log -> method without words."""


class Work:
    """The desks of incidents and work orders."""

    def __init__(self, company: Company, requests: RequestDesk) -> None:
        """Sit down; `requests` makes incidents and orders from requests."""
        self._at = company
        facts = (company.site.writer, company.site.site, company.clock)
        self._incidents = IncidentDesk(*facts, {"A-FOOD", "A-SHOP"}.__contains__)
        self._orders, self._plans = WorkOrderDesk(*facts), WorkPlanDesk(*facts)
        self._alerts = AlertDesk(*facts)
        self._requests = requests

    def publish(self) -> None:
        """Let the service levels, their second version and the checklist hold."""
        text, eve = (FOLDER / "levels.toml").read_text(encoding="utf-8"), self._at.who("eve")
        second = text
        for before, after in STRICTER:
            assert second.count(before) == 1, before
            second = second.replace(before, after)
        for name, each, first in (("one", text, None), ("two", second, date(2026, 10, 26))):
            day, levels = parse_levels(each)
            self._plans.publish_levels(
                levels, valid_from=first or day, by=eve, command_id=command("levels", name)
            )
        asked = parse_checklist(CHECKLIST)
        self._plans.publish_checklist(asked, by=eve, command_id=command("checklist"))

    # ------------------------------------------------------------ incidents
    def incident(self, thing: Thing, place: int, said: Said) -> None:
        """Say a row of an incident's log."""
        by, made = self._at.who(said.who), said_by(thing, place)
        if said.verb == "opened":
            self._at.made["incident", thing.n] = self._open(thing, said, by, made)
            return
        identity = self._at.made["incident", thing.n]
        if said.verb == "part-of":
            whole = self._at.made["incident", int(said.words[0])]
            self._incidents.join(identity, whole, by=by, command_id=made)
            return
        self._incidents.act(identity, lambda it: self._act(it, said, by, made))

    def _open(self, thing: Thing, said: Said, by: UUID, made: UUID) -> UUID:
        facts, now = thing.facts, self._at.clock.now()
        urgency, level, what = Urgency(facts["urgency"]), facts["class"], facts["what"]
        if "alert" in facts:
            alert = self._newest(facts["alert"])
            self._alerts.acknowledge(alert, by, id_of("seen", str(made)))
            return self._incidents.open_from_alert(
                alert, level, what=what, urgency=urgency, by=by, command_id=made
            )
        if "request" in facts:
            request = self._at.made["request", facts["request"]]
            return self._requests.make_incident(
                request, what, level, urgency, by=by, command_id=made
            )
        heard = Heard(
            origin=Origin.ACCOUNT if "account" in facts else Origin.SEEN,
            about=facts.get("account", ""),
            what=what,
            urgency=urgency,
            spot=Spot(**facts.get("at", {})),
            heard_at=instant(said.words[1]) if said.words else now,
        )
        return self._incidents.open(heard, level, by=by, command_id=made)

    def _newest(self, rule: str) -> UUID:
        rows = self._at.site.rows(
            "SELECT a.alert FROM {s}.alert AS a JOIN {s}.rule AS r USING (rule) "
            "WHERE r.key = %s ORDER BY a.raised_at DESC LIMIT 1",
            rule,
        )
        assert rows, f"no alert of {rule} has come"
        found: UUID = rows[0][0]
        return found

    def _act(self, it: Any, said: Said, by: UUID, made: UUID) -> None:
        words, now = said.words, self._at.clock.now()
        match said.verb:
            case "waits":
                it.pause(WaitsFor(words[0]), by=by, command_id=made)
            case "offered":
                it.hand_over(to=self._at.who(words[0]), by=by, command_id=made)
            case "diagnosed":
                problem, cause, told = Problem(words[0]), AlertCause(words[1]), words[2]
                it.diagnose(problem, cause, told, by=by, command_id=made)
            case "reopened":
                it.reopen(words[0], by=by, now=now, command_id=made)
            case "assigned":
                it.assign(to=self._at.who(words[0]), by=by, command_id=made)
            case "begun":
                it.begin(at=now, by=by, now=now, command_id=made)
            case "part":
                part = Part(item=words[2], number=int(words[0]), unit=words[1])
                it.use(part, by=by, command_id=made)
            case "time":
                it.spend(self._stretch(words, said, now), by=by, now=now, command_id=made)
            case "answer":
                it.answer(*words, by=by, command_id=made)
            case "refused" | "cancelled":
                act = it.refuse if said.verb == "refused" else it.cancel
                act(words[0], by=by, command_id=made)
            case _:
                getattr(it, PLAIN[said.verb])(by=by, command_id=made)

    def _stretch(self, words: tuple[str, ...], said: Said, now: datetime) -> Stretch:
        """Return what was worked until now: the row says who, and since when."""
        person = self._at.who(said.who)
        begun = instant(words[0]) if " " in words[0] else _same_day(now, words[0])
        return Stretch(person=person, began_at=begun, ended_at=now)

    # ------------------------------------------------------------ orders
    def order(self, thing: Thing, place: int, said: Said) -> None:
        """Say a row of a work order's log."""
        by, made = self._at.who(said.who), said_by(thing, place)
        if said.verb == "opened":
            self._at.made["order", thing.n] = self._order(thing, by, made)
            return
        identity = self._at.made["order", thing.n]
        self._orders.act(identity, lambda it: self._act(it, said, by, made), command_id=made)

    def _order(self, thing: Thing, by: UUID, made: UUID) -> UUID:
        facts = thing.facts
        whole = facts.get("incident")
        job = Job(
            kind=OrderKind(facts.get("kind", "corrective")),
            what=facts["what"],
            incident=None if whole is None else self._at.made["incident", whole],
            spot=Spot(**facts.get("at", {})),
            since=self._at.clock.now(),
            due_at=instant(facts["due"]) if "due" in facts else None,
        )
        level, asked = facts.get("class", ""), facts.get("checklist", "")
        if "request" in facts:
            request = self._at.made["request", facts["request"]]
            return self._requests.make_order(
                request, job, level, checklist=asked, by=by, command_id=made
            )
        return self._orders.open(job, level, checklist=asked, by=by, command_id=made)


def _same_day(now: datetime, clock: str) -> datetime:
    local = now.astimezone(ZONE)
    hour, _, minute = clock.partition(":")
    found = local.replace(hour=int(hour), minute=int(minute), second=0, microsecond=0, fold=0)
    assert found <= local + timedelta(hours=1), "work begins before it ends"
    return found

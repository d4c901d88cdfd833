"""In: requests of the script. Out: what the service desk does with them. I/O: its desk."""

from __future__ import annotations

from typing import Any, Final
from uuid import UUID

from energy.base.ids import id_of
from energy.service.requests.asked import Asked
from energy.service.requests.desk import RequestDesk
from energy.service.requests.kinds import CallOutcome, Category, Channel, Outcome, RequestKind
from energy.service.requests.request import TenantRequest
from energy.service.work.heard import Spot
from tests.energy_company.company import Company, said_by
from tests.energy_company.script import Said, Thing, instant

WORDS: Final = "as told at the desk"
"""What stands for words that no expectation is about."""
PLAIN: Final = {"taken": "take", "waits": "pause", "goes-on": "resume", "closed": "close"}
"""Word of the log -> method without words."""


class Counter:
    """The service desk."""

    def __init__(self, company: Company, desk: RequestDesk) -> None:
        """Sit down."""
        self._at, self._desk = company, desk
        self.bills: dict[str, str] = {}
        """Account -> the bill that it may dispute."""

    def request(self, thing: Thing, place: int, said: Said) -> None:
        """Say a row of a request's log."""
        by, made = self._at.who(said.who), said_by(thing, place)
        if said.verb == "opened":
            self._at.made["request", thing.n] = self._open(thing, by, made)
            return
        request = self._at.made["request", thing.n]
        match said.verb:
            case "classed":
                self._desk.classify(request, said.words[0], by=by, command_id=made)
            case "judged":
                unit, how = said.words
                self._desk.judge(
                    request, unit, justified=how == "justified", by=by, command_id=made
                )
            case _:
                self._desk.act(request, lambda it: self._act(thing, it, said, by, made))

    def _open(self, thing: Thing, by: UUID, made: UUID) -> UUID:
        kind, category, channel, tenant = thing.facts["is"].split()
        asked = Asked(
            kind=RequestKind(kind),
            category=Category(category),
            channel=Channel(channel),
            tenant="" if tenant == "-" else tenant,
            invoice=self.bills[thing.facts["disputes"]] if "disputes" in thing.facts else "",
            spot=Spot(),
            heard_at=self._at.clock.now(),
        )
        return self._desk.open(asked, thing.facts["said"], by=by, command_id=made)

    def _act(self, thing: Thing, it: TenantRequest, said: Said, by: UUID, made: UUID) -> None:
        now, words = self._at.clock.now(), said.words
        told: Any = {"by": by, "command_id": made}
        sealed = self._desk.sealed(it, WORDS)
        match said.verb:
            case "answered":
                it.answer(Channel(words[0]), sealed, at=now, now=now, **told)
            case "noted":
                it.note(sealed, **told)
            case "offered":
                it.hand_over(to=self._at.who(words[0]), **told)
            case "escalated":
                it.escalate(sealed, to=self._at.who(words[0]), **told)
            case "call-back":
                call = self._at.made["call", thing.n] = id_of("call", str(made))
                it.call_back(call, due_at=instant(words[0]), person=by, now=now, **told)
            case "called":
                it.called(self._at.made["call", thing.n], CallOutcome(words[0]), sealed, **told)
            case "resolved":
                it.resolve(Outcome(words[0]), "", **told)
            case "reopened":
                it.reopen(sealed, now=now, **told)
            case "rated":
                it.rate(int(words[0]), "", **told)
            case _:
                getattr(it, PLAIN[said.verb])(**told)

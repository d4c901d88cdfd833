"""In: a clock. Out: desks of requests and articles that keep real ones in memory. Pure."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from typing import Any
from uuid import UUID

from dashboards.request_commands import RequestCommands
from energy.base.clock import Clock
from energy.base.ids import id_of
from energy.service.requests.article import ArticleText
from energy.service.requests.asked import Asked
from energy.service.requests.desk import request_of_enquiry
from energy.service.requests.kinds import Category, Channel, Outcome, RequestKind
from energy.service.requests.request import TenantRequest
from energy.service.work.heard import Promise, Spot
from energy.service.work.job import Job
from energy.service.work.kinds import Urgency
from tests.dashboards.fake_articles import MEI
from tests.dashboards.fake_energy import SITE


@dataclass
class FakeServiceDesk:
    """Acts on requests of a made-up site, kept in memory; one that is not known is open."""

    clock: Clock
    known: dict[UUID, TenantRequest] = field(default_factory=dict)

    def open(
        self, asked: Asked, words: str, level: str = "", *, by: UUID, command_id: UUID
    ) -> UUID:
        identity = id_of("request", str(command_id))
        return self._opened(identity, asked.checked(self.clock.now()), by, command_id)

    def _opened(self, identity: UUID, asked: Asked, by: UUID, command_id: UUID) -> UUID:
        if identity not in self.known:
            promise = Promise(level="enquiry", levels=1, second_person=False, reopen_days=14)
            self.known[identity] = TenantRequest(
                request=identity,
                number=f"R-2026-{len(self.known) + 7:05}",
                asked=asked.to_json(),
                enquiry=asked.enquiry,
                heard_at=asked.heard_at,
                promise={name: getattr(promise, name) for name in promise.__slots__},
                person=id_of("person", "harbour"),
                words_sealed="sealed",
                owner=by,
                claimed=True,
                by=by,
                command_id=command_id,
            )
        return identity

    def act(self, request: UUID, act: Callable[[TenantRequest], None]) -> int:
        act(self.request(request))
        return 0

    def classify(self, request: UUID, complaint: str, *, by: UUID, command_id: UUID) -> int:
        self.request(request).classify(complaint, 4, by=by, command_id=command_id)
        return 0

    def judge(
        self, request: UUID, unit: str, *, justified: bool, by: UUID, command_id: UUID
    ) -> int:
        self.request(request).judge(unit, justified=justified, by=by, command_id=command_id)
        return 0

    def make_order(
        self, request: UUID, job: Job, level: str, *, checklist: str, by: UUID, command_id: UUID
    ) -> UUID:
        made = id_of("order", str(command_id))
        self.request(request).made[made] = "W-2026-00002"
        return made

    def make_incident(
        self, request: UUID, what: str, level: str, urgency: Urgency, *, by: UUID, command_id: UUID
    ) -> UUID:
        made = id_of("incident", str(command_id))
        self.request(request).made[made] = "I-2026-00002"
        return made

    def sealed(self, request: TenantRequest, words: str) -> str:
        return f"sealed {words}"

    def sealed_if_any(self, request: TenantRequest, words: str) -> str:
        return self.sealed(request, words) if words else ""

    def articles(self, keys: Sequence[str]) -> list[dict[str, Any]]:
        return [{"article": key, "version": 1} for key in keys]

    def token(self, words: str) -> str:
        return f"token of {words}"

    def request(self, identity: UUID) -> TenantRequest:
        asked = Asked(
            kind=RequestKind.COMPLAINT,
            category=Category.OTHER,
            channel=Channel.PHONE,
            spot=Spot(),
            heard_at=self.clock.now(),
        )
        self._opened(identity, asked, MEI, id_of("made", str(identity)))
        return self.known[identity]


@dataclass
class FakeArticleDesk:
    """Keeps what was written and reviewed."""

    written: list[tuple[str, ArticleText]] = field(default_factory=list)
    reviewed: list[tuple[str, int]] = field(default_factory=list)

    def write(self, key: str, text: ArticleText, *, by: UUID, command_id: UUID) -> int:
        self.written.append((key, text.checked()))
        return len(self.written)

    def review(self, key: str, version: int, *, by: UUID, command_id: UUID) -> None:
        self.reviewed.append((key, version))


def request_commands(clock: Clock) -> RequestCommands:
    """Return the writes of a made-up service desk, at which one enquiry is dealt with."""
    desk = FakeServiceDesk(clock)
    over = desk.request(request_of_enquiry(SITE, id_of("enquiry", "2")))
    over.resolve(Outcome.WITHDRAWN, "", by=MEI, command_id=id_of("over", "2"))
    return RequestCommands(
        site=SITE,
        desk=desk,
        article_desk=FakeArticleDesk(),
        answer_in_portal=lambda *_: None,
    )

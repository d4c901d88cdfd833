"""In: what a signed-in person does with requests and articles. Out: facts, by desks. I/O by ports.

The id of a command is made of what was said, sealed by a key, of the position that the person saw,
and of the person: a button pressed twice is one command. Who may close what is the domain's demand.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any, Protocol
from uuid import UUID

from dashboards.security.scope import Right, Scope
from energy.base.ids import id_of
from energy.service.requests.article import ArticleText
from energy.service.requests.asked import Asked
from energy.service.requests.desk import request_of_enquiry
from energy.service.requests.request import TenantRequest
from energy.service.work.job import Job
from energy.service.work.kinds import Urgency

Act = Callable[["ServiceDesk", TenantRequest, UUID, UUID], None]
"""Does something with a request: the desk, the request, who does it, id of the command."""


class ServiceDesk(Protocol):
    """Where requests are opened and acted on (energy/service/requests/desk.py)."""

    def open(
        self, asked: Asked, words: str, level: str = "", *, by: UUID, command_id: UUID
    ) -> UUID:
        """Open a request; return its id."""
        ...

    def act(self, request: UUID, act: Callable[[TenantRequest], None]) -> int:
        """Let an act on a request happen; return the journal's position."""
        ...

    def classify(self, request: UUID, complaint: str, *, by: UUID, command_id: UUID) -> int:
        """Say of what class a complaint is; return the journal's position."""
        ...

    def judge(
        self, request: UUID, unit: str, *, justified: bool, by: UUID, command_id: UUID
    ) -> int:
        """Say whether a complaint is justified, and against which unit."""
        ...

    def make_order(
        self, request: UUID, job: Job, level: str, *, checklist: str, by: UUID, command_id: UUID
    ) -> UUID:
        """Make a work order from a request, in one store; return its id."""
        ...

    def make_incident(
        self, request: UUID, what: str, level: str, urgency: Urgency, *, by: UUID, command_id: UUID
    ) -> UUID:
        """Open an incident from a request, in one store; return its id."""
        ...

    def sealed(self, request: TenantRequest, words: str) -> str:
        """Return words sealed under the key of the person whom a request is about."""
        ...

    def sealed_if_any(self, request: TenantRequest, words: str) -> str:
        """Return words as `sealed`; "" where nothing was said."""
        ...

    def articles(self, keys: Sequence[str]) -> list[dict[str, Any]]:
        """Return key and version of the articles that an answer is told from."""
        ...

    def token(self, words: str) -> str:
        """Return what stands for words in the id of a command."""
        ...

    def request(self, identity: UUID) -> TenantRequest:
        """Return a request as the journal has it now."""
        ...


class ArticleDesk(Protocol):
    """Where articles are written and reviewed (energy/service/requests/article_desk.py)."""

    def write(self, key: str, text: ArticleText, *, by: UUID, command_id: UUID) -> int:
        """Write the next version of an article; return its number."""
        ...

    def review(self, key: str, version: int, *, by: UUID, command_id: UUID) -> None:
        """Let tenants be told from a version, as another person than its writer."""
        ...


AnswerInPortal = Callable[[TenantRequest, str, list[dict[str, Any]], UUID, str], None]
"""Answers a request where the tenant asked it: words, articles, who answers, what was seen."""


@dataclass(frozen=True, slots=True, kw_only=True)
class RequestCommands:
    """The writes of the pages of the service desk of one site.

    Each raises `NotPermittedError` where the person lacks the role, and `RequestError` as the
    method of the same name of the desk or of `TenantRequest`.
    """

    site: str
    desk: ServiceDesk
    article_desk: ArticleDesk
    answer_in_portal: AnswerInPortal

    def open(self, scope: Scope, asked: Asked, words: str, level: str, *, seen: str) -> str:
        """Open a request; return its number. Who hears it owns it.

        Args:
            scope: Who heard of it.
            asked: What was heard.
            words: What the tenant said.
            level: Class of the service levels; "" for that of the kind.
            seen: When the form was drawn, as it says.
        """
        scope.demand(Right.SERVE, self.site)
        said = (sorted(asked.to_json().items()), asked.heard_at.isoformat(), level, words)
        command = self._command("open", UUID(int=0), scope, seen, repr(said))
        request = self.desk.open(asked, words, level, by=scope.person, command_id=command)
        return self.desk.request(request).number

    def on(self, scope: Scope, request: UUID, verb: str, do: Act, *said: object, seen: int) -> None:
        """Let an act on a request happen.

        Args:
            scope: Whose act it is.
            request: The request.
            verb: Names the command.
            do: Does it.
            said: What the command says.
            seen: Position of the request that the person saw.
        """
        scope.demand(Right.SERVE, self.site)
        command = self._command(verb, request, scope, str(seen), repr([str(each) for each in said]))
        self.desk.act(request, lambda it: do(self.desk, it, scope.person, command))

    def classify(self, scope: Scope, request: UUID, complaint: str, *, seen: int) -> None:
        """Say of what class a complaint is."""
        scope.demand(Right.SERVE, self.site)
        command = self._command("class", request, scope, str(seen), complaint)
        self.desk.classify(request, complaint, by=scope.person, command_id=command)

    def judge(self, scope: Scope, request: UUID, unit: str, *, justified: bool, seen: int) -> None:
        """Say whether a complaint is justified, and against which unit."""
        scope.demand(Right.SERVE, self.site)
        command = self._command("judge", request, scope, str(seen), repr((unit, justified)))
        self.desk.judge(request, unit, justified=justified, by=scope.person, command_id=command)

    def answer_at_portal(
        self, scope: Scope, request: UUID, words: str, articles: Sequence[str], *, seen: int
    ) -> None:
        """Answer a request where the tenant asked it; once for each position seen."""
        scope.demand(Right.ANSWER, self.site)
        told = self.desk.articles(articles)
        known = self.desk.request(request)
        self.answer_in_portal(known, words, told, scope.person, f"request@{seen}")

    def rate_own(self, scope: Scope, enquiry: UUID, score: int, words: str) -> None:
        """Say how content one is with one's own request, which the caller has looked up; once."""
        scope.demand(Right.READ_OWN, self.site)
        request = request_of_enquiry(self.site, enquiry)
        said = repr((score, words))
        command = self._command("rate own", request, scope, "", said)
        self.desk.act(
            request,
            lambda it: it.rate(
                score, self.desk.sealed_if_any(it, words), by=scope.person, command_id=command
            ),
        )

    def make_order(
        self, scope: Scope, request: UUID, job: Job, *, checklist: str, seen: int
    ) -> str:
        """Make a work order from a request; return its number."""
        scope.demand(Right.SERVE, self.site)
        command = self._command("order", request, scope, str(seen), repr((job.what, checklist)))
        made = self.desk.make_order(
            request, job, "", checklist=checklist, by=scope.person, command_id=command
        )
        return self.desk.request(request).made[made]

    def make_incident(
        self, scope: Scope, request: UUID, what: str, urgency: Urgency, *, seen: int
    ) -> str:
        """Open an incident from a request; return its number."""
        scope.demand(Right.SERVE, self.site)
        command = self._command("incident", request, scope, str(seen), repr((what, urgency)))
        made = self.desk.make_incident(
            request, what, "", urgency, by=scope.person, command_id=command
        )
        return self.desk.request(request).made[made]

    def write_article(self, scope: Scope, key: str, text: ArticleText, *, seen: int) -> int:
        """Write the next version of an article; return its number.

        Args:
            scope: Who writes it.
            key: Of the article.
            text: What it says.
            seen: The version that the person saw; 0 of a new one.
        """
        scope.demand(Right.SERVE, self.site)
        said = (self.site, key, str(seen), repr(text.to_json()), str(scope.person))
        command = id_of("command", "write article here", *said)
        return self.article_desk.write(key, text, by=scope.person, command_id=command)

    def review_article(self, scope: Scope, key: str, version: int) -> None:
        """Let tenants be told from a version, as another person than its writer."""
        scope.demand(Right.SERVE, self.site)
        said = (self.site, key, str(version), str(scope.person))
        command = id_of("command", "review article here", *said)
        self.article_desk.review(key, version, by=scope.person, command_id=command)

    def _command(self, verb: str, request: UUID, scope: Scope, seen: str, said: str) -> UUID:
        told = self.desk.token(said)
        return id_of(
            "command", verb, "request here", self.site, str(request), seen, told, str(scope.person)
        )

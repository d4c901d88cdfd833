"""In: tenants' words, people of the desk, what they did. Out: requests. I/O: PostgreSQL.

An incident or work order made from a request is stored with it in one transaction. A command
repeated finds its own result; an enquiry of the portal opens one request, whoever brings it.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import asdict, replace
from typing import Any
from uuid import UUID

from energy.base.aggregate import JournalAggregate
from energy.base.clock import Clock
from energy.base.ids import id_of
from energy.base.secrets import PersonVault
from energy.base.wall_time import by_site_clock
from energy.journal.application import JournalApplication
from energy.journal.retrying import retried
from energy.service.numbering import store_numbered
from energy.service.requests.article import Article, article_id
from energy.service.requests.asked import Asked, FromBooks
from energy.service.requests.errors import RequestError, said
from energy.service.requests.kinds import MadeKind
from energy.service.requests.request import TenantRequest
from energy.service.work.desk import Beside, IncidentDesk, promised
from energy.service.work.heard import Heard, Promise, Spot
from energy.service.work.job import Job
from energy.service.work.kinds import Origin, Urgency
from energy.service.work.levels import LevelSet, ServiceLevels, levels_id
from energy.service.work.named import Named
from energy.service.work.order_desk import WorkOrderDesk
from energy.service.work.spots import demand_spot
from energy.store.pool import Database
from energy.store.sites import Site

REQUEST = "R"
"""Begins the numbers of requests."""


def request_of_enquiry(site: str, enquiry: UUID) -> UUID:
    """Return the id of the request that an enquiry of the portal is."""
    return id_of("tenant_request", site, "enquiry", str(enquiry))


class RequestDesk:
    """Where requests are opened, and people act on them."""

    def __init__(
        self, database: Database, site: Site, clock: Clock, vault: PersonVault, books: FromBooks
    ) -> None:
        """Work on a site.

        Args:
            database: A pool in the writer's or the web's role.
            site: The site.
            clock: The injected clock.
            vault: Seals what is said.
            books: What the books know.
        """
        self._database, self._site, self._clock = database, site, clock
        self._vault, self._books = vault, books
        self._operations = JournalApplication(database, site.schema, "operations", clock)

    def open(
        self, asked: Asked, words: str, level: str = "", *, by: UUID, command_id: UUID
    ) -> UUID:
        """Open a request; return its id. Who hears it owns it.

        Args:
            asked: What was heard; of the portal see `open_from_portal`.
            words: What the tenant said, as the desk wrote it down.
            level: Class of the service levels; "" for that of the kind.
            by: Who heard it.
            command_id: Of the command; the request's id follows from it.

        Raises:
            RequestError: Nothing is said, it was heard in the future, a disputed bill is not
                named; no such tenant or bill.
            WorkError: There is no such spot.
            ServiceLevelError: No service levels hold then, or they know no such class.
        """
        assert asked.enquiry is None, "what the portal has is not written down again"
        identity = id_of("tenant_request", self._site.key, str(command_id))
        if self._operations.find(identity) is not None:
            return identity
        person = self._person(identity, asked.tenant)
        sealed = self._vault.seal(person, said(words))
        promise = self._promise(asked, level)
        return self._open(
            identity, asked, promise, person, sealed, owner=by, by=by, command_id=command_id
        )

    def open_from_portal(
        self,
        asked: Asked,
        *,
        person: UUID,
        serving: Sequence[UUID],
        on_duty: Sequence[UUID] = (),
        command_id: UUID,
    ) -> UUID:
        """Open the one request of an enquiry of the portal; return its id, whoever opened it.

        Until somebody takes or answers it, who was on duty at a desk when it was asked owns it;
        where nobody was who serves tenants, who published the service levels; where they serve
        tenants no more, who published others last and does, or the first of `serving`.

        Args:
            asked: What was asked, with the enquiry.
            person: Who asked; the words stand in the enquiry.
            serving: Who may serve tenants now, in the order of asking them.
            on_duty: Who was on duty at desks when it was asked, in the plan's order.
            command_id: Of the command.

        Raises:
            ServiceLevelError: No service levels held then, or they know no such class.
        """
        assert asked.enquiry is not None, "the portal has an enquiry"
        identity = request_of_enquiry(self._site.key, asked.enquiry)
        if self._operations.find(identity) is not None:
            return identity
        promise = self._promise(asked, "")
        authors = self._levels().authors
        author = authors[promise.levels - 1]
        wished = [*on_duty, author, *reversed(authors), *serving]
        owner = next((each for each in wished if each in serving), author)
        sealed_for = self._person(identity, asked.tenant)
        return self._open(
            identity, asked, promise, sealed_for, "", owner=owner, by=person, command_id=command_id
        )

    @by_site_clock
    def _open(
        self,
        identity: UUID,
        asked: Asked,
        promise: Promise,
        person: UUID,
        sealed: str,
        *,
        owner: UUID,
        by: UUID,
        command_id: UUID,
    ) -> UUID:
        kept = asked.checked(self._clock.now())
        if kept.enquiry is None:  # what a tenant asked of is his own: the portal looked it up
            if kept.invoice and not self._books.knows_invoice(kept.invoice):
                raise RequestError.of("no_bill", number=kept.invoice)
            with self._database.connection() as connection:
                demand_spot(connection, self._site.schema, kept.spot)

        def make(number: str) -> list[JournalAggregate]:
            return [
                TenantRequest(
                    request=identity,
                    number=number,
                    asked=kept.to_json(),
                    enquiry=kept.enquiry,
                    heard_at=kept.heard_at,
                    promise=asdict(promise),
                    person=person,
                    words_sealed=sealed,
                    owner=owner,
                    claimed=owner == by,
                    by=by,
                    command_id=command_id,
                )
            ]

        store_numbered(self._operations, self._site, REQUEST, identity, make, command_id=command_id)
        return identity

    @by_site_clock
    def act(self, request: UUID, act: Callable[[TenantRequest], None]) -> int:
        """Let an act on a request happen; return the position that the journal holds it at.

        Args:
            request: The request.
            act: Calls a command method of it; twice where somebody else was faster.

        Raises:
            RequestError: There is no such request, or what the act says.
            ConflictError: Somebody else changes it again and again.
        """

        def once() -> int:
            known = self.request(request)
            act(known)
            return self._operations.store(known)

        return retried(once)

    def sealed(self, request: TenantRequest, words: str) -> str:
        """Return words sealed under the key of the person whom a request is about.

        Raises:
            RequestError: There are no words, or too many.
        """
        return self._vault.seal(request.person, said(words))

    def sealed_if_any(self, request: TenantRequest, words: str) -> str:
        """Return words as `sealed`; "" where nothing was said."""
        return self.sealed(request, words) if words.strip() else ""

    def token(self, words: str) -> str:
        """Return what stands for words in the id of a command: it tells nothing of them."""
        return self._vault.token(words)

    def articles(self, keys: Sequence[str]) -> list[dict[str, Any]]:
        """Return key and version of the articles that an answer is told from.

        Raises:
            RequestError: There is no such article, or nobody has reviewed it.
        """
        found = []
        for key in dict.fromkeys(keys):
            known = self._operations.find(article_id(self._site.key, key))
            if not isinstance(known, Article) or not known.holds:
                raise RequestError.of("no_article", key=key)
            found.append({"article": key, "version": known.holds})
        return found

    def classify(self, request: UUID, complaint: str, *, by: UUID, command_id: UUID) -> int:
        """Say of what class a complaint is; return the journal's position.

        Raises:
            RequestError: There is no such request or class, or as `TenantRequest.classify`.
        """

        def act(it: TenantRequest) -> None:
            points = _named(self._levels_of(it).complaints, complaint, "no_class").points
            it.classify(complaint, points, by=by, command_id=command_id)

        return self.act(request, act)

    def judge(
        self, request: UUID, unit: str, *, justified: bool, by: UUID, command_id: UUID
    ) -> int:
        """Say whether a complaint is justified, and against which unit.

        Raises:
            RequestError: There is no such request or unit, or as `TenantRequest.judge`.
        """

        def act(it: TenantRequest) -> None:
            _named(self._levels_of(it).units, unit, "no_unit")
            it.judge(unit, justified=justified, by=by, command_id=command_id)

        return self.act(request, act)

    def make_order(
        self, request: UUID, job: Job, level: str, *, checklist: str, by: UUID, command_id: UUID
    ) -> UUID:
        """Make a work order from a request, in one store; return the order's id.

        Args:
            request: The request.
            job: What is to be done; at the request's spot where it names none.
            level: Class of the service levels; "" for that of the request.
            checklist: As `WorkOrderDesk.open`.
            by: Who makes it.
            command_id: Of the command; the order's id follows from it.

        Raises:
            RequestError: There is no such request, or it is over.
            WorkError, ServiceLevelError: As `WorkOrderDesk.open`.
        """
        known = self.request(request)
        if job.spot == Spot():
            job = replace(job, spot=_spot(known))
        desk = WorkOrderDesk(self._database, self._site, self._clock)
        return desk.open(
            job,
            level or known.promise.level,
            checklist=checklist,
            beside=self._made(request, MadeKind.WORK_ORDER, by, command_id),
            by=by,
            command_id=command_id,
        )

    def make_incident(
        self, request: UUID, what: str, level: str, urgency: Urgency, *, by: UUID, command_id: UUID
    ) -> UUID:
        """Open an incident from a request, in one store; return the incident's id.

        Args:
            request: The request; its clock began when that was heard.
            what: What is wrong.
            level: Class of the service levels; "" for that of the request.
            urgency: How soon somebody must go.
            by: Who opens it.
            command_id: Of the command; the incident's id follows from it.

        Raises:
            RequestError: There is no such request, or it is over.
            WorkError, ServiceLevelError: As `IncidentDesk.open`.
        """
        known = self.request(request)
        heard = Heard(
            origin=Origin.REQUEST,
            about=known.number,
            what=what,
            urgency=urgency,
            spot=_spot(known),
            heard_at=known.heard_at,
        )
        desk = IncidentDesk(self._database, self._site, self._clock, lambda _: False)
        return desk.open(
            heard,
            level or known.promise.level,
            beside=self._made(request, MadeKind.INCIDENT, by, command_id),
            by=by,
            command_id=command_id,
        )

    def request(self, identity: UUID) -> TenantRequest:
        """Return a request as the journal has it now.

        Raises:
            RequestError: There is none.
        """
        found = self._operations.find(identity)
        if not isinstance(found, TenantRequest):
            raise RequestError.of("no_request")
        return found

    def _made(self, request: UUID, kind: MadeKind, by: UUID, command_id: UUID) -> Beside:
        def beside(thing: UUID, number: str) -> list[JournalAggregate]:
            known = self.request(request)
            known.make(kind, thing, number, by=by, command_id=command_id)
            return [known]

        return beside

    def _person(self, request: UUID, tenant: str) -> UUID:
        if not tenant:
            return id_of("person", "tenant_request", self._site.key, str(request))
        person = self._books.person_of(tenant)
        if person is None:
            raise RequestError.of("no_tenant", tenant=tenant)
        return person

    def _promise(self, asked: Asked, level: str) -> Promise:
        return promised(self._operations, self._site, level or asked.kind.level, asked.heard_at)

    def _levels(self) -> ServiceLevels:
        found = self._operations.find(levels_id(self._site.key))
        assert isinstance(found, ServiceLevels), "something was promised"
        return found

    def _levels_of(self, request: TenantRequest) -> LevelSet:
        return self._levels().edition_of(request.promise.levels)


def _named(known: Sequence[Named], key: str, refusal: str) -> Named:
    for each in known:
        if each.key == key:
            return each
    raise RequestError.of(refusal, key=key, known=", ".join(each.key for each in known))


def _spot(request: TenantRequest) -> Spot:
    return Spot(**{name: request.asked[name] for name in ("place", "node", "point")})

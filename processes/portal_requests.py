"""In: enquiries of the portal. Out: requests of the service desk, which say how far they are. I/O.

A chore of the jobs: what a tenant asks at the portal is a request with a clock from the instant it
was asked, and what is said there stands in its history. The words stay in the enquiry.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace
from datetime import date, datetime
from operator import itemgetter
from typing import Any, Final
from uuid import UUID

import structlog

from billing.books import Books
from billing.enquiries.desk import EnquiryDesk
from billing.enquiries.enquiry import Spoken, Subject
from billing.views.enquiries import EnquiryRow, Unheard, Word, read_unheard
from billing.views.service_desk import ACCOUNT, desk_books
from dashboards.security.scope import RIGHTS, Right, Role, roles_of
from energy.base.errors import ConflictError, RefusedError
from energy.base.ids import id_of
from energy.base.period import local_day
from energy.journal.directory import roles_at
from energy.journal.people_rows import all_people
from energy.service.duty.plan import PostKind
from energy.service.duty.reads import read_duty_plan, read_on_duty
from energy.service.requests.asked import Asked
from energy.service.requests.desk import RequestDesk, request_of_enquiry
from energy.service.requests.errors import RequestError
from energy.service.requests.kinds import Category, Channel, RequestKind
from energy.service.requests.request import TenantRequest
from energy.service.work.heard import Spot
from energy.service.work.reads import LevelsRow, levels_on, read_levels
from energy.store.sites import Site
from energy.system import System

log = structlog.get_logger("portal")
_CATEGORIES: Final = {
    Subject.BILL: Category.BILL,
    Subject.METER: Category.METER,
    Subject.ACCOUNT: Category.OTHER,
}
AT_ONCE: Final = 100
"""Enquiries that one step brings at most."""


def request_desk(system: System, site: Site) -> RequestDesk:
    """Return the service desk of a site, with its books behind it."""
    books = Books(system.database, site, system.clock)
    return RequestDesk(system.database, site, system.clock, system.vault, desk_books(books))


class PortalChore:
    """Lets the requests of a site know what was said at the portal, oldest first."""

    def __init__(self, system: System, site: Site) -> None:
        """Work on a site; nothing is known yet.

        Args:
            system: A system in the writer's role.
            site: The site.
        """
        self._system, self._site = system, site
        books = Books(system.database, site, system.clock)
        self._enquiries = EnquiryDesk(books, system.clock, system.vault)
        self._behind, self._versions = 0, 0
        """Position of the books, and versions of the service levels, that were looked at."""
        self._again: int | None = None
        """First position that was refused since the look began."""
        self._refused: set[UUID] = set()
        """Said in the log once, and tried again."""

    def step(self) -> bool:
        """Bring what was said first; return whether more of it waits.

        Where no service levels hold that know enquiries, the portal goes on without the desk.
        One that is refused keeps no other from the desk.
        """
        with self._system.database.connection() as connection:
            levels = read_levels(connection, self._site.schema)
            if len(levels) != self._versions:  # they may hold for days that are over
                self._behind, self._versions, self._again = 0, len(levels), None
            found = read_unheard(connection, self._site.schema, self._behind, AT_ONCE)
        desk = request_desk(self._system, self._site)
        for each in found:
            day = local_day(each.asked.asked_at, self._site.zone)
            # The table may know the first words alone yet, and not what is wanted with them.
            kind = self._enquiries.kind(each.asked.enquiry)
            if each.told or _promised(levels, day, kind):
                self._tried(desk, replace(each, asked=replace(each.asked, kind=str(kind))))
            self._behind = each.position
        if len(found) == AT_ONCE:
            return True
        if self._again is not None:
            self._behind, self._again = self._again - 1, None
        return False

    def _tried(self, desk: RequestDesk, new: Unheard) -> None:
        """Bring the words of an enquiry; what cannot be told now may be later."""
        row = new.asked
        try:
            if new.told == 0:
                first, command = row.words[0], _command(row.enquiry, 1)
                desk.open_from_portal(
                    _asked(row),
                    person=first.person,
                    serving=_serving(self._system, self._site),
                    on_duty=_on_duty(self._system, self._site, row.asked_at),
                    command_id=command,
                )
            for number, word in enumerate(row.words, 1):
                if number > max(new.told, 1):
                    _say(desk, self._site, row.enquiry, number, _spoken(word))
        except (RefusedError, ConflictError) as error:
            if self._again is None:
                self._again = new.position
            if row.enquiry not in self._refused:
                told = {"site": self._site.key, "enquiry": str(row.enquiry), "cause": str(error)}
                log.warning("enquiry is no request", **told)
            self._refused.add(row.enquiry)


def answer_in_portal(
    enquiries: EnquiryDesk,
    desk: RequestDesk,
    site: Site,
    request: TenantRequest,
    words: str,
    articles: Sequence[dict[str, Any]],
    *,
    by: UUID,
    seen: str = "",
) -> None:
    """Answer a request where the tenant asked it; the same words again change nothing.

    Args:
        enquiries: Where tenants ask.
        desk: The service desk.
        site: The site.
        request: It came by the portal.
        words: What the tenant is told.
        articles: That it is told from.
        by: Who answers.
        seen: What the person had seen then: said again behind more, it is another.

    Raises:
        RequestError: It did not come by the portal.
        EnquiryError: Nothing was said, or too much.
    """
    if request.enquiry is None:
        raise RequestError.of("no_portal", number=request.number)
    own = enquiries.say(request.enquiry, words, by, of_office=True, seen=seen)
    for number, told in enumerate(enquiries.spoken(request.enquiry), 1):
        if number > 1:  # all of it: what is told later would hide what is not told yet
            _say(desk, site, request.enquiry, number, told, articles if number == own else ())
    if articles:  # the chore may have told the word before, without them
        command = id_of("command", "portal word told from", str(request.enquiry), str(own))
        desk.act(
            request.id,
            lambda it: it.cite(own, articles, by=by, command_id=command),
        )


def _on_duty(system: System, site: Site, at: datetime) -> list[UUID]:
    """Return who was on duty at a desk at an instant, in the order of the plan's posts."""
    with system.database.connection() as connection:
        plan = read_duty_plan(connection, site.schema)
        if plan is None:
            return []
        standing = read_on_duty(connection, site, at)
    desks = [post.key for post in plan.posts if post.kind is PostKind.DESK]
    return [standing.posts[key] for key in desks if key in standing.posts]


def _serving(system: System, site: Site) -> list[UUID]:
    """Return who may serve the tenants of a site now: the desk first, administrators last."""
    serving = []
    for each in all_people(system.database, system.vault):
        roles = roles_of(roles_at(each.roles, site.key))
        if not each.disabled and any(Right.SERVE in RIGHTS[role] for role in roles):
            serving.append((Role.DESK not in roles, Role.ADMIN in roles, each.person))
    return [person for *_, person in sorted(serving, key=itemgetter(0, 1))]


def _promised(levels: Mapping[int, LevelsRow], day: date, kind: RequestKind) -> bool:
    """Return whether the service levels of a day know a kind of requests."""
    held = levels_on(levels, day)
    known = held.levels.levels if held else ()
    return any(each.key == kind.level for each in known)


def _asked(row: EnquiryRow) -> Asked:
    bill, meter = row.subject == Subject.BILL, row.subject == Subject.METER
    return Asked(
        kind=RequestKind(row.kind),
        category=_CATEGORIES[Subject(row.subject)],
        channel=Channel.PORTAL,
        tenant=f"{ACCOUNT}{row.account}",
        spot=Spot(point=row.key if meter else ""),
        invoice=row.key if bill else "",
        enquiry=row.enquiry,
        heard_at=row.asked_at,
    )


def _spoken(word: Word) -> Spoken:
    return Spoken(person=word.person, of_office=word.of_office, at=word.said_at)


def _say(
    desk: RequestDesk,
    site: Site,
    enquiry: UUID,
    number: int,
    word: Spoken,
    articles: Sequence[dict[str, Any]] = (),
) -> None:
    """Let a request know one word of its enquiry."""
    command = _command(enquiry, number)
    act: Callable[[TenantRequest], None]
    if word.of_office:

        def act(it: TenantRequest) -> None:
            it.answer(
                Channel.PORTAL,
                "",
                at=word.at,
                articles=articles,
                word=number,
                by=word.person,
                now=word.at,  # what the portal has was said, whatever the clock here says
                command_id=command,
            )

    else:

        def act(it: TenantRequest) -> None:
            it.go_on("", at=word.at, word=number, by=word.person, command_id=command)

    desk.act(request_of_enquiry(site.key, enquiry), act)


def _command(enquiry: UUID, number: int) -> UUID:
    return id_of("command", "portal word", str(enquiry), str(number))

"""In: commands on contacts, groups, texts, the plan; tests. Out: events of operations. I/O."""

from __future__ import annotations

import re
from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, TypeVar
from uuid import UUID

from energy.alerting.notices.contact import Contact, ContactGroup, contact_id, person_of_contact
from energy.alerting.notices.errors import NoticeError
from energy.alerting.notices.gateway import GatewayKind
from energy.alerting.notices.notice import Notice
from energy.alerting.notices.plan import Plan, plan_from
from energy.alerting.notices.posts import POST
from energy.alerting.notices.reads import read_contacts, read_groups, read_plan, read_wordings
from energy.alerting.notices.template import NoticePlan, NoticeTemplate, template_id
from energy.alerting.notices.words import LATER_TEXTS, TemplateKey, check_wordings
from energy.base.aggregate import JournalAggregate
from energy.base.clock import Clock
from energy.base.ids import id_of
from energy.base.secrets import PersonVault
from energy.journal.application import JournalApplication
from energy.journal.directory import TableKeys
from energy.journal.retrying import retried
from energy.store.pool import Database
from energy.store.sites import Site

A = TypeVar("A", bound=JournalAggregate)
_KEY = re.compile(r"[a-z][a-z0-9_-]{0,39}")
_PHONE = re.compile(r"\+[1-9][0-9]{6,14}")
_MAIL = re.compile(r"[^\s@]+@[^\s@]+\.[^\s@]+")
_LONGEST = 200


@dataclass(frozen=True, slots=True, kw_only=True)
class ContactWords:
    """What is said of a contact."""

    key: str
    name: str
    language: str
    acknowledges: bool
    addresses: Mapping[GatewayKind, str] = field(default_factory=dict)
    user: UUID | None = None
    """The person of the directory that it is."""


class NoticeDesk:
    """Where people say who is told of what, by which words."""

    def __init__(
        self,
        database: Database,
        site: Site,
        vault: PersonVault,
        clock: Clock,
        posts: Callable[[], Collection[str]] = tuple,
    ) -> None:
        """Work on a site.

        Args:
            database: The process's pool (role meterline_writer).
            site: The site.
            vault: Seals names and addresses.
            clock: The injected clock.
            posts: Asks for the posts of duty that a group may name.
        """
        self._posts = posts
        self._database = database
        self._site = site
        self._vault = vault
        self._clock = clock
        self._operations = JournalApplication(database, site.schema, "operations", clock)

    def register(self, words: ContactWords, *, by: UUID, command_id: UUID) -> None:
        """Register a contact, or say anew what it is; the same words again change nothing.

        Raises:
            NoticeError: Key, name, language or an address cannot be so, or it was erased.
        """
        _check(words)
        person = person_of_contact(self._site.key, words.key)
        addresses = {str(way): to for way, to in words.addresses.items()}

        def describe(contact: Contact) -> None:
            if not contact.erased and self._says(contact, words, addresses):
                return
            contact.describe(
                name_sealed=self._vault.seal(person, words.name),
                addresses_sealed={
                    way: self._vault.seal(person, to) for way, to in addresses.items()
                },
                digests={way: self._vault.digest(to).hex() for way, to in addresses.items()},
                language=words.language,
                user=words.user,
                acknowledges=words.acknowledges,
                by=by,
                command_id=command_id,
            )

        self._change(
            contact_id(self._site.key, words.key),
            lambda: Contact(
                site=self._site.key, key=words.key, person=person, command_id=command_id
            ),
            describe,
        )

    def _says(self, contact: Contact, words: ContactWords, addresses: Mapping[str, str]) -> bool:
        """Return whether a contact is already as it is said to be."""
        if not contact.name_sealed:
            return False
        ways = sorted(contact.addresses_sealed)
        sealed = [contact.name_sealed, *(contact.addresses_sealed[way] for way in ways)]
        name, *opened = self._vault.open_all(contact.person, sealed)
        known = (name, dict(zip(ways, opened, strict=True)), contact.language)
        more = (contact.user, contact.acknowledges)
        return (*known, *more) == (
            *(words.name, dict(addresses), words.language),
            *(words.user, words.acknowledges),
        )

    def change_contact(self, key: str, change: Callable[[Contact], None]) -> None:
        """Block, unblock, opt out or in.

        Raises:
            NoticeError: There is no such contact, or it cannot be changed so.
        """
        self._change(contact_id(self._site.key, key), _none("no_contact", contact=key), change)

    def erase(self, key: str, *, by: UUID, command_id: UUID) -> None:
        """Forget a contact: its key is dropped, nobody reads its name and addresses any more.

        Raises:
            NoticeError: There is no such contact.
        """
        self.change_contact(key, lambda known: known.erase(by=by, command_id=command_id))
        TableKeys(self._database).drop(person_of_contact(self._site.key, key))

    def set_group(self, key: str, members: Sequence[str], *, by: UUID, command_id: UUID) -> None:
        """Set who belongs to a group: contacts, and posts ("post:KEY") for whoever is on duty.

        Raises:
            NoticeError: The key cannot be so, or a member is neither contact nor post.
        """
        if _KEY.fullmatch(key) is None:
            raise NoticeError.of("key", key=key)
        with self._database.connection() as connection:
            known = {each.key for each in read_contacts(connection, self._site.schema)}
        posts = {f"{POST}{key}" for key in self._posts()}
        for member in members:
            if member.startswith(POST) and member not in posts:
                raise NoticeError.of("no_post", post=member, known=", ".join(sorted(posts)))
            if member not in known | posts:
                raise NoticeError.of("no_contact", contact=member)
        self._change(
            id_of("contact_group", self._site.key, key),
            lambda: ContactGroup(site=self._site.key, key=key, command_id=command_id),
            lambda group: group.set_members(members, by=by, command_id=command_id),
        )

    def draft(
        self,
        key: TemplateKey,
        wordings: dict[str, dict[str, str]],
        *,
        by: UUID,
        command_id: UUID,
    ) -> None:
        """Write a text; nobody is told by it before somebody else reviewed it.

        Raises:
            NoticeError: It cannot be sent.
        """
        with self._database.connection() as connection:
            plan = read_plan(connection, self._site.schema, self._site.zone)
        check_wordings(wordings, key, plan.blocked_words if plan else ())
        self._change(
            template_id(self._site.key, key),
            lambda: NoticeTemplate(site=self._site.key, key=str(key), command_id=command_id),
            lambda text: text.draft(wordings, by=by, command_id=command_id),
        )

    def review(
        self, key: TemplateKey, *, by: UUID, command_id: UUID, seen: int | None = None
    ) -> None:
        """Let the newest draft of a text count; with `seen` only if it is that version.

        Raises:
            NoticeError: There is none, it is one's own, or it is not the one that was read.
        """
        self._change(
            template_id(self._site.key, key),
            _none("no_draft", key=str(key)),
            lambda text: text.review(by=by, command_id=command_id, seen=seen),
        )

    def set_plan(self, spec: dict[str, Any], *, by: UUID, command_id: UUID) -> Plan:
        """Let a plan hold; return it.

        Raises:
            NoticeError: It says what cannot be, names a group that is not there, or a text was
                never reviewed.
            CalendarError: Hours cannot be read.
        """
        plan = plan_from(spec, self._site.zone)
        with self._database.connection() as connection:
            groups = read_groups(connection, self._site.schema)
            texts = read_wordings(connection, self._site.schema)
        named = [row.group for row in plan.rows] + [each.group for each in plan.shift_tests]
        for group in named:
            if group not in groups:
                raise NoticeError.of("no_group", group=group)
        for key in TemplateKey:
            if key not in texts:
                if key in LATER_TEXTS:
                    continue  # a site that came before outages, reports: what needs it asks
                raise NoticeError.of("not_reviewed", key=str(key))
            check_wordings(texts[key], key, plan.blocked_words)
        self._change(
            id_of("notice_plan", self._site.key),
            lambda: NoticePlan(site=self._site.key, command_id=command_id),
            lambda known: known.set(spec, by=by, command_id=command_id),
        )
        return plan

    def test(self, key: str, way: GatewayKind, *, by: UUID, command_id: UUID) -> UUID:
        """Queue a test message to a contact; return the notice.

        Raises:
            NoticeError: There is no plan or no such contact, or it is not told by that way.
        """
        with self._database.connection() as connection:
            contacts = {each.key: each for each in read_contacts(connection, self._site.schema)}
            plan = read_plan(connection, self._site.schema, self._site.zone)
        if plan is None:
            raise NoticeError.of("no_plan")
        if key not in contacts:
            raise NoticeError.of("no_contact", contact=key)
        if not contacts[key].recipient().usable(way):
            raise NoticeError.of("no_way", contact=key, way=str(way))
        notice = Notice(
            subject=command_id,
            about="test",
            template=str(TemplateKey.TEST),
            level=0,
            repeat=0,
            contact=contacts[key].contact,
            way=str(way),
            severity="high",
            not_before=self._clock.now(),
            facts={"by": str(by)},
            command_id=command_id,
        )
        if self._operations.find(notice.id) is None:
            self._operations.store(notice)
        return notice.id

    def retry(self, notice: UUID, reason: str, *, by: UUID, command_id: UUID) -> None:
        """Let a notice that was given up be tried anew.

        Raises:
            NoticeError: There is no such notice, it was not given up, or nobody says why.
        """
        now = self._clock.now()

        def again(known: JournalAggregate) -> None:
            if not isinstance(known, Notice):
                raise NoticeError.of("no_notice", notice=notice.hex[:8])
            known.retry(reason=reason, by=by, now=now, command_id=command_id)

        self._change(notice, _none("no_notice", notice=notice.hex[:8]), again)

    def _change(self, identity: UUID, make: Callable[[], A], change: Callable[[A], None]) -> None:
        def once() -> None:
            known: A = self._operations.find(identity) or make()
            change(known)
            self._operations.store(known)

        retried(once)


def _none(text: str, **values: object) -> Callable[[], Any]:
    """Return what refuses where something is not there."""

    def refuse() -> Any:
        raise NoticeError.of(text, **values)

    return refuse


def _check(words: ContactWords) -> None:
    if _KEY.fullmatch(words.key) is None:
        raise NoticeError.of("key", key=words.key)
    if not 1 <= len(words.name.strip()) <= _LONGEST or not words.name.isprintable():
        raise NoticeError.of("name", most=_LONGEST)
    if words.language not in {"en", "zh"}:
        raise NoticeError.of("language", language=words.language)
    if not words.addresses:
        raise NoticeError.of("no_address", contact=words.key)
    for way, to in words.addresses.items():
        form = {GatewayKind.SMS: _PHONE, GatewayKind.VOICE: _PHONE, GatewayKind.MAIL: _MAIL}
        if way in form:
            good = form[way].fullmatch(to) is not None
        else:
            good = 1 <= len(to) <= 500 and to.isprintable() and " " not in to
        if not good:
            raise NoticeError.of("address", contact=words.key, way=str(way))

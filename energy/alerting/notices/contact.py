"""In: commands on the address book of notices. Out: events of contacts and groups. Pure.

Only who stands here is told anything. Name and addresses are sealed under a key of the contact's
own; beside each address stands its keyed digest, by which a reply finds who sent it.
"""

from __future__ import annotations

from collections.abc import Sequence
from uuid import UUID

from eventsourcing.domain import event

from energy.alerting.notices.errors import NoticeError
from energy.alerting.notices.gateway import GatewayKind
from energy.base.aggregate import JournalAggregate
from energy.base.ids import id_of


def contact_id(site: str, key: str) -> UUID:
    """Return the id of a contact."""
    return id_of("contact", site, key)


def person_of_contact(site: str, key: str) -> UUID:
    """Return the person id under which a contact's personal fields are sealed."""
    return id_of("person", "contact", site, key)


class Contact(JournalAggregate):
    """A person or a duty phone that may be told of alerts."""

    TOPIC = "contact"

    class Created(JournalAggregate.Created):
        """Somebody registered it."""

        TOPIC = "contact.registered"
        site: str
        key: str
        person: UUID

    class Described(JournalAggregate.Event):
        """From now on these are its name, addresses and language."""

        TOPIC = "contact.described"
        name_sealed: str
        addresses_sealed: dict[str, str]
        """By way: "sms", "mail", ...; a call goes to the number of "voice"."""
        digests: dict[str, str]
        language: str
        user: UUID | None
        """The person of the directory that it is; what it acknowledges, that person does."""
        acknowledges: bool
        """Whether its replies acknowledge."""
        by: UUID

    class Blocked(JournalAggregate.Event):
        """It is told nothing until it is let in again."""

        TOPIC = "contact.blocked"
        reason: str
        by: UUID

    class Unblocked(JournalAggregate.Event):
        """It is told again."""

        TOPIC = "contact.unblocked"
        by: UUID

    class OptedOut(JournalAggregate.Event):
        """It does not want to be told by this way."""

        TOPIC = "contact.opted_out"
        way: str
        by: UUID | None
        """None where it said so itself, by a reply."""

    class OptedIn(JournalAggregate.Event):
        """It wants to be told by this way again."""

        TOPIC = "contact.opted_in"
        way: str
        by: UUID | None

    class Erased(JournalAggregate.Event):
        """Its key is gone: nobody reads name and addresses any more, and it is told nothing."""

        TOPIC = "contact.erased"
        by: UUID

    @staticmethod
    def create_id(*, site: str, key: str, **_: object) -> UUID:
        """Return the id from site and key."""
        return contact_id(site, key)

    @event(Created)
    def __init__(self, *, site: str, key: str, person: UUID, command_id: UUID) -> None:
        """Register it; it has no address yet."""
        self.key = key
        self.person = person
        self.name_sealed = ""
        self.addresses_sealed: dict[str, str] = {}
        self.digests: dict[str, str] = {}
        self.language = "en"
        self.user: UUID | None = None
        self.acknowledges = False
        self.blocked = ""
        self.opted_out: set[str] = set()
        self.erased = False

    def describe(
        self,
        *,
        name_sealed: str,
        addresses_sealed: dict[str, str],
        digests: dict[str, str],
        language: str,
        user: UUID | None,
        acknowledges: bool,
        by: UUID,
        command_id: UUID,
    ) -> None:
        """Give it these facts.

        Raises:
            NoticeError: It was erased.
        """
        self._demand_known()
        self._describe(
            name_sealed=name_sealed,
            addresses_sealed=addresses_sealed,
            digests=digests,
            language=language,
            user=user,
            acknowledges=acknowledges,
            by=by,
            command_id=command_id,
        )

    @event(Described)
    def _describe(
        self,
        *,
        name_sealed: str,
        addresses_sealed: dict[str, str],
        digests: dict[str, str],
        language: str,
        user: UUID | None,
        acknowledges: bool,
        by: UUID,
        command_id: UUID,
    ) -> None:
        self.name_sealed = name_sealed
        self.addresses_sealed = addresses_sealed
        self.digests = digests
        self.language = language
        self.user = user
        self.acknowledges = acknowledges

    def block(self, *, reason: str, by: UUID, command_id: UUID) -> None:
        """Tell it nothing; blocking twice is once.

        Raises:
            NoticeError: There is no reason, or it was erased.
        """
        self._demand_known()
        if not reason.strip():
            raise NoticeError.of("no_reason")
        if not self.blocked:
            self._block(reason=reason.strip(), by=by, command_id=command_id)

    @event(Blocked)
    def _block(self, *, reason: str, by: UUID, command_id: UUID) -> None:
        self.blocked = reason

    def unblock(self, *, by: UUID, command_id: UUID) -> None:
        """Tell it again; once is enough."""
        if self.blocked:
            self._unblock(by=by, command_id=command_id)

    @event(Unblocked)
    def _unblock(self, *, by: UUID, command_id: UUID) -> None:
        self.blocked = ""

    def opt_out(self, way: GatewayKind, *, by: UUID | None, command_id: UUID) -> None:
        """Tell it nothing by a way; once is enough."""
        if way not in self.opted_out:
            self._opt_out(way=str(way), by=by, command_id=command_id)

    @event(OptedOut)
    def _opt_out(self, *, way: str, by: UUID | None, command_id: UUID) -> None:
        self.opted_out = self.opted_out | {way}

    def opt_in(self, way: GatewayKind, *, by: UUID | None, command_id: UUID) -> None:
        """Tell it by a way again; once is enough."""
        if way in self.opted_out:
            self._opt_in(way=str(way), by=by, command_id=command_id)

    @event(OptedIn)
    def _opt_in(self, *, way: str, by: UUID | None, command_id: UUID) -> None:
        self.opted_out = self.opted_out - {way}

    def erase(self, *, by: UUID, command_id: UUID) -> None:
        """Forget it; whoever calls this drops its key, too."""
        if not self.erased:
            self._erase(by=by, command_id=command_id)

    @event(Erased)
    def _erase(self, *, by: UUID, command_id: UUID) -> None:
        self.erased = True
        self.addresses_sealed = {}
        self.digests = {}

    def _demand_known(self) -> None:
        if self.erased:
            raise NoticeError.of("erased", contact=self.key)


class ContactGroup(JournalAggregate):
    """Some contacts that the plan names together."""

    TOPIC = "contact_group"

    class Created(JournalAggregate.Created):
        """There is such a group, still without members."""

        TOPIC = "contact_group.made"
        site: str
        key: str

    class MembersSet(JournalAggregate.Event):
        """These are its members from now on."""

        TOPIC = "contact_group.members_set"
        key: str
        members: list[str]
        by: UUID

    @staticmethod
    def create_id(*, site: str, key: str, **_: object) -> UUID:
        """Return the id from site and key."""
        return id_of("contact_group", site, key)

    @event(Created)
    def __init__(self, *, site: str, key: str, command_id: UUID) -> None:
        """Make it."""
        self.key = key
        self.members: list[str] = []

    def set_members(self, members: Sequence[str], *, by: UUID, command_id: UUID) -> None:
        """Set who belongs to it; the same members change nothing."""
        wanted = list(dict.fromkeys(members))
        if wanted != self.members:
            self._set(key=self.key, members=wanted, by=by, command_id=command_id)

    @event(MembersSet)
    def _set(self, *, key: str, members: list[str], by: UUID, command_id: UUID) -> None:
        self.members = members

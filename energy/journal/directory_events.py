"""In: commands on sites and people. Out: the events of the shared directory. Pure."""

from __future__ import annotations

from uuid import UUID

from eventsourcing.domain import event

from energy.base.aggregate import JournalAggregate
from energy.base.ids import id_of


class SiteEntry(JournalAggregate):
    """A site of this installation."""

    TOPIC = "site"

    class Created(JournalAggregate.Created):
        """The site was founded."""

        TOPIC = "site.founded"
        key: str
        name: str
        zone: str
        currency: str
        language: str

    @staticmethod
    def create_id(*, key: str, **_: object) -> UUID:
        """Return the id from the key."""
        return id_of("site", key)

    @event(Created)
    def __init__(
        self, *, key: str, name: str, zone: str, currency: str, language: str, command_id: UUID
    ) -> None:
        """Found the site."""
        self.key = key


class PersonEntry(JournalAggregate):
    """A person who may sign in."""

    TOPIC = "person"

    class Created(JournalAggregate.Created):
        """The person was added."""

        TOPIC = "person.added"
        person: UUID
        digest: str
        sign_in_sealed: str
        name_sealed: str
        password_hash: str
        must_change: bool
        roles: list[str]
        language: str

    class PasswordChanged(JournalAggregate.Event):
        """The person has another password."""

        TOPIC = "person.password_changed"
        password_hash: str

    class PasswordReset(JournalAggregate.Event):
        """An administrator gave the person a first password again."""

        TOPIC = "person.password_reset"
        password_hash: str
        by: UUID

    class RolesChanged(JournalAggregate.Event):
        """The person has other roles."""

        TOPIC = "person.roles_changed"
        roles: list[str]
        by: UUID

    class Disabled(JournalAggregate.Event):
        """The person may not sign in any more."""

        TOPIC = "person.disabled"
        by: UUID

    @staticmethod
    def create_id(*, person: UUID, **_: object) -> UUID:
        """Return the person's own id."""
        return person

    @event(Created)
    def __init__(
        self,
        *,
        person: UUID,
        digest: str,
        sign_in_sealed: str,
        name_sealed: str,
        password_hash: str,
        must_change: bool,
        roles: list[str],
        language: str,
        command_id: UUID,
    ) -> None:
        """Add the person."""
        self.roles = roles
        self.disabled = False

    @event(PasswordChanged)
    def change_password(self, *, password_hash: str, command_id: UUID) -> None:
        """Set another password."""

    @event(PasswordReset)
    def reset_password(self, *, password_hash: str, by: UUID, command_id: UUID) -> None:
        """Set a first password, to be changed at the next sign-in."""

    @event(RolesChanged)
    def change_roles(self, *, roles: list[str], by: UUID, command_id: UUID) -> None:
        """Give other roles."""
        self.roles = roles

    @event(Disabled)
    def disable(self, *, by: UUID, command_id: UUID) -> None:
        """Bar from signing in."""
        self.disabled = True


class SignIn(JournalAggregate):
    """One sign-in or sign-out: a stream of its own, so that a person's stream stays short."""

    TOPIC = "sign_in"

    class Created(JournalAggregate.Created):
        """Somebody signed in or out."""

        TOPIC = "sign_in.recorded"
        person: UUID
        address_sealed: str
        out: bool

    @staticmethod
    def create_id(*, command_id: UUID, **_: object) -> UUID:
        """Return the id from the command: the same command twice is once."""
        return id_of("sign_in", str(command_id))

    @event(Created)
    def __init__(self, *, person: UUID, address_sealed: str, out: bool, command_id: UUID) -> None:
        """Record it."""
        self.person = person

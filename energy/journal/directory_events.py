"""In: commands on sites and people. Out: the events of the shared directory. Pure."""

from __future__ import annotations

from datetime import datetime
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

    class SignInRulesSet(JournalAggregate.Event):
        """Its sign-in has other rules (a JSON document)."""

        TOPIC = "site.sign_in_rules_set"
        site: str
        rules: str
        by: UUID

    @event(Created)
    def __init__(
        self, *, key: str, name: str, zone: str, currency: str, language: str, command_id: UUID
    ) -> None:
        """Found the site."""
        self.key = key
        self.rules = ""

    @event(SignInRulesSet)
    def set_sign_in_rules(self, *, site: str, rules: str, by: UUID, command_id: UUID) -> None:
        """Give its sign-in other rules."""
        self.rules = rules


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

    class Enabled(JournalAggregate.Event):
        """The person may sign in again."""

        TOPIC = "person.enabled"
        by: UUID

    class Erased(JournalAggregate.Event):
        """The person's fields are to be read by nobody any more; the person stays barred."""

        TOPIC = "person.erased"
        by: UUID

    class Locked(JournalAggregate.Event):
        """Too many sign-ins failed: none is tried before an instant."""

        TOPIC = "person.locked"
        digest: str
        until: datetime

    class Unlocked(JournalAggregate.Event):
        """An administrator ended the lock."""

        TOPIC = "person.unlocked"
        digest: str
        by: UUID

    class FactorEnrolled(JournalAggregate.Event):
        """The person has a second factor; recovery codes stand as their hashes."""

        TOPIC = "person.factor_enrolled"
        secret_sealed: str
        recovery: list[str]

    class RecoveryUsed(JournalAggregate.Event):
        """A recovery code was used instead of the second factor."""

        TOPIC = "person.recovery_used"
        code: str

    class FactorRemoved(JournalAggregate.Event):
        """An administrator took the second factor away, for a phone that was lost."""

        TOPIC = "person.factor_removed"
        by: UUID

    class PinSet(JournalAggregate.Event):
        """The person chose a PIN for acting at a desk."""

        TOPIC = "person.pin_set"
        pin_hash: str

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
        self.digest = digest
        self.roles = roles
        self.disabled = False
        self.erased = False
        self.locked_until: datetime | None = None
        self.recovery: list[str] | None = None

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

    @event(Enabled)
    def enable(self, *, by: UUID, command_id: UUID) -> None:
        """Let sign in again."""
        self.disabled = False

    @event(Erased)
    def erase(self, *, by: UUID, command_id: UUID) -> None:
        """Stay barred for good, without a name."""
        self.disabled = self.erased = True

    @event(Locked)
    def lock(self, *, digest: str, until: datetime, command_id: UUID) -> None:
        """Try no sign-in before an instant."""
        self.locked_until = until

    @event(Unlocked)
    def unlock(self, *, digest: str, by: UUID, command_id: UUID) -> None:
        """End the lock."""
        self.locked_until = None

    @event(FactorEnrolled)
    def enrol_factor(self, *, secret_sealed: str, recovery: list[str], command_id: UUID) -> None:
        """Take a second factor."""
        self.recovery = recovery

    @event(RecoveryUsed)
    def use_recovery(self, *, code: str, command_id: UUID) -> None:
        """Use a recovery code up."""
        assert self.recovery is not None, "asked before"
        self.recovery = [each for each in self.recovery if each != code]

    @event(FactorRemoved)
    def remove_factor(self, *, by: UUID, command_id: UUID) -> None:
        """Take the second factor away."""
        self.recovery = None

    @event(PinSet)
    def set_pin(self, *, pin_hash: str, command_id: UUID) -> None:
        """Choose a PIN."""


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

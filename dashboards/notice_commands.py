"""In: what a signed-in person does with notices. Out: one event each. I/O by ports.

Texts are the administrators' (one drafts, another reviews: the domain asks for the second); a test
message is sent by who acts on alerts.
"""

from __future__ import annotations

from typing import Protocol
from uuid import UUID

from dashboards.security.scope import Right, Scope
from energy.alerting.notices.gateway import GatewayKind
from energy.alerting.notices.words import TemplateKey
from energy.base.ids import id_of

Wordings = dict[str, dict[str, str]]
"""Subject and text by language."""


class NoticeDesk(Protocol):
    """Where people say by which words others are told (energy/alerting/notices/desk.py)."""

    def draft(self, key: TemplateKey, wordings: Wordings, *, by: UUID, command_id: UUID) -> None:
        """Write a text; nobody is told by it before somebody else reviewed it."""
        ...

    def review(self, key: TemplateKey, *, by: UUID, command_id: UUID, seen: int) -> None:
        """Let a draft count; refused for its author, and for what was not read."""
        ...

    def test(self, key: str, way: GatewayKind, *, by: UUID, command_id: UUID) -> UUID:
        """Queue a test message to a contact; return the notice."""
        ...


class NoticeCommands:
    """The acts on notices of one site."""

    def __init__(self, site: str, desk: NoticeDesk) -> None:
        """Act at a site through its desk."""
        self._site, self._desk = site, desk

    def send_test(self, scope: Scope, contact: str, way: GatewayKind, *, minute: str) -> UUID:
        """Send a test message to a contact; return the notice.

        Args:
            scope: Who sends it.
            contact: Key of the contact.
            way: By which way.
            minute: Of the present: pressed twice in a minute it is one message.

        Raises:
            NotPermittedError: The person lacks the role.
            NoticeError: There is no plan or no such contact, or it is not told by that way.
        """
        scope.demand(Right.ACKNOWLEDGE, self._site)
        # The id is that of `notice test`: page and command within a minute are one message, too.
        command = id_of("command", "test notice", contact, way, str(scope.person), minute)
        return self._desk.test(contact, way, by=scope.person, command_id=command)

    def draft(self, scope: Scope, key: TemplateKey, wordings: Wordings, *, seen: int) -> None:
        """Write a text anew.

        Args:
            scope: The author.
            key: What it is for.
            wordings: Subject and text of both languages.
            seen: Version that the person saw; 0 where there was none.

        Raises:
            NotPermittedError: The person administers nothing.
            NoticeError: It cannot be sent.
        """
        scope.demand(Right.ADMINISTER, self._site)
        said = repr(sorted((each, sorted(told.items())) for each, told in wordings.items()))
        command = id_of("command", "draft notice", key, str(seen), said, str(scope.person))
        self._desk.draft(key, wordings, by=scope.person, command_id=command)

    def review(self, scope: Scope, key: TemplateKey, *, seen: int) -> None:
        """Let a draft count, as its second person.

        Args:
            scope: The reviewer.
            key: What it is for.
            seen: Version that the person read.

        Raises:
            NotPermittedError: The person administers nothing.
            NoticeError: It is one's own, or a newer one was written since.
        """
        scope.demand(Right.ADMINISTER, self._site)
        command = id_of("command", "review notice", key, str(seen), str(scope.person))
        self._desk.review(key, by=scope.person, command_id=command, seen=seen)

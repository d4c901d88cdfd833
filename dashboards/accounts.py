"""In: what an administrator or a person wants of sign-ins. Out: it done, journaled. I/O by ports.

The other half of the screens' writes beside dashboards/commands.py: people, roles, sessions,
devices. Nobody changes their own roles or bars themselves: the domain refuses it.
"""

from __future__ import annotations

import secrets
from collections.abc import Sequence
from uuid import UUID, uuid4

from dashboards.security.people import Doors
from dashboards.security.scope import Right, Scope
from dashboards.security.sessions import Session, Sessions, digest_of
from energy.base.errors import NotPermittedError, RefusedError
from energy.journal.access import Whence

VERBS = ("unlock", "disable", "enable", "remove_factor")
"""What is done to a person."""


class Accounts:
    """The people, sessions and devices of one site."""

    def __init__(self, site: str, doors: Doors, sessions: Sessions) -> None:
        """Act on the directory and the sessions."""
        self._site = site
        self._doors = doors
        self._sessions = sessions

    def own_sessions(self, scope: Scope) -> list[Session]:
        """Return one's own living sessions, the newest first."""
        self._inside(scope)
        return self._sessions.living(self._site, scope.person)

    def end_own(self, scope: Scope, session: UUID, whence: Whence) -> None:
        """End one of one's own sessions; another's stays as it is."""
        if session in {each.session for each in self.own_sessions(scope)}:
            self._end(scope, session, whence)

    def sessions(self, scope: Scope) -> list[Session]:
        """Return every living session of the site, the newest first.

        Raises:
            NotPermittedError: The person is no administrator.
        """
        scope.demand(Right.ADMINISTER, self._site)
        return self._sessions.living(self._site)

    def end(self, scope: Scope, session: UUID, whence: Whence) -> None:
        """End anybody's session.

        Raises:
            NotPermittedError: The person is no administrator.
        """
        scope.demand(Right.ADMINISTER, self._site)
        self._end(scope, session, whence)

    def act(self, scope: Scope, verb: str, person: UUID) -> None:
        """Unlock, disable or enable a person, or take their second factor away.

        Raises:
            NotPermittedError: The person is no administrator.
            RefusedError: There is no such person, or it is oneself.
        """
        scope.demand(Right.ADMINISTER, self._site)
        doors, command = self._doors, uuid4()
        match verb:
            case "unlock":
                doors.access.unlock(person, scope.person, command)
            case "disable":
                doors.people.disable(person, scope.person, command)
            case "enable":
                doors.people.enable(person, scope.person, command)
            case "remove_factor":
                doors.factors.remove(person, scope.person, command)
            case _:
                raise RefusedError.of("person.none")

    def change_roles(self, scope: Scope, person: UUID, roles: Sequence[str]) -> None:
        """Give a person other roles; their sessions end.

        Raises:
            NotPermittedError: The person is no administrator.
            RefusedError: It is oneself, or a role is unknown.
        """
        scope.demand(Right.ADMINISTER, self._site)
        self._doors.people.change_roles(person, roles, scope.person, uuid4())

    def end_device(self, scope: Scope, device: UUID) -> None:
        """End a workstation's or wall screen's token.

        Raises:
            NotPermittedError: The person is no administrator.
            RefusedError: There is no such device.
        """
        scope.demand(Right.ADMINISTER, self._site)
        self._doors.access.end_device(device, scope.person, uuid4())

    def enrol(
        self, scope: Scope, *, kind: str, name: str, view: str = "", addresses: Sequence[str] = ()
    ) -> str:
        """Bind a workstation or wall screen; return its token, which nobody sees again.

        Raises:
            NotPermittedError: The person is no administrator.
        """
        scope.demand(Right.ADMINISTER, self._site)
        token = secrets.token_urlsafe(32)
        self._doors.access.enrol_device(
            token_hash=digest_of(token),
            kind=kind,
            site=self._site,
            name=name,
            by=scope.person,
            view=view,
            addresses=addresses,
            command_id=uuid4(),
        )
        return token

    def _end(self, scope: Scope, session: UUID, whence: Whence) -> None:
        self._sessions.store.drop_named(session)
        self._doors.access.record(
            "session_ended", whence, person=scope.person, subject=str(session)
        )

    def _inside(self, scope: Scope) -> None:
        if self._site not in scope.sites:
            raise NotPermittedError.of("person.role", role="viewer", site=self._site)

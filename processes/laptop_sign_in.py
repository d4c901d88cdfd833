"""In: whoever brings a laptop's bundle, a password. Out: that person, signed in. I/O: directory.

A pack is somebody's: its bundle comes in by that person's word, or by that of one who decides on
readings. Who may not sign in any more brings nothing, so a lost laptop's pack can be called back.
"""

from __future__ import annotations

from uuid import UUID, uuid4

from dashboards.security.passwords import fits
from dashboards.security.scope import Right
from dashboards.security.session_store import SqlSessionStore
from dashboards.security.sessions import Sessions
from energy.base.errors import NotPermittedError
from energy.store.sites import Site
from energy.system import System
from processes.installation import acting
from processes.laptop_errors import LaptopError

ADDRESS = "field sync"
"""Where the sign-in is on record to have happened."""
MOST_WRONG = 5
"""Wrong passwords of one person in a quarter of an hour, as at the dashboard."""


class SignInError(LaptopError):
    """Nobody brings this bundle in; nothing was written."""

    code = "laptop.sign_in"


def signed_in(
    system: System, site: Site, person: UUID | None, *, sign_in: str, password: str
) -> UUID:
    """Return who answers for a bundle.

    Args:
        system: The process's, as meterline_writer.
        site: The site of the bundle.
        person: Whose pack it is; None of packs that name nobody.
        sign_in: Of who brings it.
        password: As typed.

    Raises:
        SignInError: The password does not fit, must be changed first, or the pack is another's.
        NotPermittedError: The person lacks the role.
    """
    found = system.people.by_sign_in(sign_in)
    sessions = Sessions(SqlSessionStore(system.database, system.vault.digest), system.clock)
    if sessions.failures(sign_in, ADDRESS)[0] >= MOST_WRONG:
        raise SignInError.of("too_many")
    right = fits(None if found is None else found.password_hash, password)
    if found is None or not right or found.disabled:
        system.people.sign_in_failed(sign_in, ADDRESS)
        raise SignInError.of("wrong_sign_in", sign_in=sign_in)
    if found.must_change:
        raise SignInError.of("first_password", sign_in=sign_in)
    if person in {None, found.person}:
        acting(system, sign_in, site, Right.STATE_READINGS)
    else:
        _require_decider(system, site, sign_in, person)
    system.people.sign_in(found.person, ADDRESS, uuid4())
    return found.person


def _require_decider(system: System, site: Site, sign_in: str, person: UUID | None) -> None:
    """Refuse who brings another's bundle without the right to decide on readings."""
    try:
        acting(system, sign_in, site, Right.DECIDE_READINGS)
    except NotPermittedError:
        owner = None if person is None else system.people.get(person)
        name = "?" if owner is None else owner.name
        raise SignInError.of("not_theirs", who=name) from None

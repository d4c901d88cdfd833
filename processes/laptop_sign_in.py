"""In: whoever brings or judges a laptop's work, a password. Out: that person. I/O: directory.

A pack is somebody's: its bundle comes in by that person's word, or by that of one who decides on
readings. Who may not sign in any more brings nothing, so a lost laptop's pack can be called back.
"""

from __future__ import annotations

from dataclasses import dataclass
from uuid import UUID, uuid4

from dashboards.security.passwords import fits
from dashboards.security.scope import Right
from dashboards.security.session_store import SqlSessionStore
from dashboards.security.sessions import Sessions
from energy.base.errors import NotPermittedError
from energy.journal.directory import Person
from energy.store.sites import Site
from energy.system import System
from processes.installation import acting
from processes.laptop_errors import LaptopError

ADDRESS, REVIEWED = "field sync", "field review"
"""Where a sign-in is on record to have happened."""
MOST_WRONG = 5
"""Wrong passwords of one person in a quarter of an hour, as at the dashboard."""


class SignInError(LaptopError):
    """Nobody brings this bundle in; nothing was written."""

    code = "laptop.sign_in"


@dataclass(frozen=True, slots=True, kw_only=True)
class Signed:
    """Who has signed in."""

    person: UUID
    decides: bool
    """Whether they decide on readings, and so on what others did."""


def signed_in(
    system: System, site: Site, person: UUID | None, *, sign_in: str, password: str
) -> Signed:
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
    found = _proved(system, sign_in, password, "wrong_sign_in")
    decides = _may(system, site, sign_in, Right.DECIDE_READINGS)
    if person in {None, found.person}:
        acting(system, sign_in, site, Right.STATE_READINGS)
    elif not decides:
        owner = system.people.get(person)
        raise SignInError.of("not_theirs", who="?" if owner is None else owner.name)
    system.people.sign_in(found.person, ADDRESS, uuid4())
    return Signed(person=found.person, decides=decides)


def decider(system: System, site: Site, *, sign_in: str, password: str) -> UUID:
    """Return who decides on a command in review.

    Args:
        system: The process's, as meterline_writer.
        site: The site of the command.
        sign_in: Of who decides.
        password: As typed.

    Raises:
        SignInError: The password does not fit, or must be changed first.
        NotPermittedError: The person does not decide on readings.
    """
    found = _proved(system, sign_in, password, "wrong_decider")
    acting(system, sign_in, site, Right.DECIDE_READINGS)
    system.people.sign_in(found.person, REVIEWED, uuid4())
    return found.person


def _proved(system: System, sign_in: str, password: str, wrong: str) -> Person:
    """Return the person whose password it is; what is wrong counts against both verbs."""
    found = system.people.by_sign_in(sign_in)
    sessions = Sessions(SqlSessionStore(system.database, system.vault.digest), system.clock)
    if sessions.failures(sign_in, ADDRESS)[0] >= MOST_WRONG:
        raise SignInError.of("too_many")
    right = fits(None if found is None else found.password_hash, password)
    if found is None or not right or found.disabled:
        system.people.sign_in_failed(sign_in, ADDRESS)
        raise SignInError.of(wrong, sign_in=sign_in)
    if found.must_change:
        raise SignInError.of("first_password", sign_in=sign_in)
    return found


def _may(system: System, site: Site, sign_in: str, right: Right) -> bool:
    try:
        acting(system, sign_in, site, right)
    except NotPermittedError:
        return False
    return True

"""In: what was typed of people, slots and ids of duty. Out: what is meant. I/O: directory."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from typing import Any, TypeVar
from uuid import UUID

from energy.base.ids import meant_by
from scripts.commands.asked import runs
from scripts.commands.frame import Opened

if runs():
    from dashboards.security.scope import Right
    from energy.service.duty.errors import DutyError
    from energy.service.duty.names import DutyNames
    from energy.service.duty.plan import NOBODY, SlotKey
    from energy.service.duty.reads import read_duty_names
    from energy.service.duty.standing import RosterFinding

T = TypeVar("T")
SHORT = 8


def people_in(at: Opened, value: Any) -> Any:
    """Return tables and lists of a file with ids of people in place of their sign-ins.

    Raises:
        RefusedError: There is no such person.
    """
    known: dict[str, str] = {}

    def found(each: Any) -> Any:
        if isinstance(each, Mapping):
            return {key: found(row) for key, row in each.items()}
        if isinstance(each, list):
            return [found(row) for row in each]
        if not isinstance(each, str) or each == NOBODY:
            return each
        if each not in known:
            known[each] = str(named(at, each))
        return known[each]

    return found(value)


def named(at: Opened, sign_in: str) -> UUID:
    """Return a person who works at the site, by sign-in.

    Raises:
        RefusedError: There is no such person.
        NotPermittedError: The person has nothing to do with the site.
    """
    return at.person(sign_in, Right.READ_ENERGY)


def the_one(meant: str, things: Iterable[T], identity: Callable[[T], UUID], none: str) -> T:
    """Return the thing whose id begins so.

    Args:
        meant: What was typed.
        things: Those that may be meant.
        identity: Returns the id of one.
        none: Key of the refusal.

    Raises:
        DutyError: None is meant, or several are.
    """
    found = meant_by(meant, things, identity)
    if len(found) != 1:
        raise DutyError.of(none)
    return found[0]


def told(at: Opened, people: Mapping[SlotKey, UUID | None]) -> str:
    """Return who fills what, in a row."""
    nobody, names = at.text("duty.nobody"), names_at(at)
    rows = (
        f"{names.slot_and_words(slot, at.language)} {at.name_of(who) or nobody}"
        for slot, who in sorted(people.items())
    )
    return ", ".join(rows)


def print_findings(at: Opened, found: Iterable[RosterFinding]) -> None:
    """Say what is wrong with some slots, a row each."""
    names = names_at(at)
    for each in found:
        slot = names.slot_and_words(each.slot, at.language)
        print(at.text(f"duty_finding.{each.kind}", slot=slot))


def names_at(at: Opened) -> DutyNames:
    """Return what shifts and posts are called; whoever types reads the key beside the name."""
    with at.system.database.connection() as connection:
        return read_duty_names(connection, at.site.schema)


def slot_words(at: Opened, slot: object) -> str:
    """Return a slot as it is typed, with its words behind it."""
    return names_at(at).slot_and_words(slot, at.language)


def post_words(at: Opened, post: str) -> str:
    """Return a post by name, with its key behind it."""
    return names_at(at).post_and_key(post, at.language)

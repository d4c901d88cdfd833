"""In: groups of contacts, who is on duty at posts. Out: groups whose posts are people. Pure.

A member "post:KEY" of a group is whoever is on duty at that post when the notice is made: leave and
stand-ins change who is called, without anybody's touching the group. Where none of them can be told
anything, those behind them are called: a post never calls nobody as long as anybody has a contact.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable, Mapping, Sequence
from datetime import datetime
from typing import Final, Protocol
from uuid import UUID

from energy.alerting.notices.gateway import GatewayKind
from energy.alerting.notices.policy import Recipient

POST: Final = "post:"
"""Begins a member of a group that is no contact but a post."""
ANY_POST: Final = ""
"""Stands for a post that the roster does not know, or knows no more."""
FindCalled = Callable[[datetime], Mapping[str, Sequence[Sequence[UUID]]]]
"""Asks who is called at an instant, by post: the first of these circles of people somebody of which
can be told."""


class _Contact(Protocol):
    """A contact, as far as it is found by its person."""

    @property
    def key(self) -> str: ...
    @property
    def user(self) -> UUID | None: ...
    def recipient(self) -> Recipient: ...


def nobody(_at: datetime) -> Mapping[str, Sequence[Sequence[UUID]]]:
    """Return that no post calls anybody: a site without a roster."""
    return {}


def posts_of(groups: Mapping[str, Sequence[str]]) -> set[str]:
    """Return the posts that groups name."""
    members = (member for each in groups.values() for member in each)
    return {member.removeprefix(POST) for member in members if member.startswith(POST)}


def reachable(contacts: Iterable[_Contact]) -> set[UUID]:
    """Return the people of the directory who can be told something by any way."""
    found = (each for each in contacts if any(map(each.recipient().usable, GatewayKind)))
    return {each.user for each in found if each.user is not None}


def groups_at(
    groups: Mapping[str, Sequence[str]],
    contacts: Iterable[_Contact],
    find: FindCalled,
    at: datetime,
    ways: Collection[GatewayKind] = tuple(GatewayKind),
) -> dict[str, list[str]]:
    """Return groups in which each post is the contacts of whoever it calls.

    Args:
        groups: Keys of contacts and posts, by group.
        contacts: All of the site; who is blocked or erased cannot be told.
        find: Asked only where a group names a post.
        at: The instant.
        ways: By which somebody is to be told: who has none of them left cannot be.
    """
    if not posts_of(groups):
        return {key: list(members) for key, members in groups.items()}
    people = find(at)
    by_user: dict[UUID, list[str]] = {}
    told: set[str] = set()
    for contact in contacts:
        if contact.user is not None:
            by_user.setdefault(contact.user, []).append(contact.key)
        recipient = contact.recipient()
        if any(map(recipient.usable, ways)):
            told.add(contact.key)

    def keys(member: str) -> list[str]:
        if not member.startswith(POST):
            return [member]
        circles = people.get(member.removeprefix(POST), people.get(ANY_POST, ()))
        found = [[key for who in circle for key in by_user.get(who, ())] for circle in circles]
        return next((each for each in found if told & set(each)), [])

    return {
        key: list(dict.fromkeys(found for member in members for found in keys(member)))
        for key, members in groups.items()
    }

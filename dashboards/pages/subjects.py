"""In: the name of what a button is about. Out: its id or number, or a refusal. Pure.

A page of ours names what there is; another name comes from a page that is old, or from nobody.
"""

from __future__ import annotations

import re
from enum import StrEnum
from typing import TypeVar
from uuid import UUID

from dashboards.pages.view import KEY_FORM
from energy.base.errors import RefusedError

LONGEST = 18
"""More digits has no number of ours."""
MOST = 10**LONGEST
Member = TypeVar("Member", bound=StrEnum)
_KEY = re.compile(KEY_FORM)


class UnknownSubjectError(RefusedError):
    """A request is about something that does not exist."""

    code = "subject.unknown"


def unknown_subject() -> UnknownSubjectError:
    """Return the refusal of a request about nothing that exists."""
    return UnknownSubjectError.of("subject.unknown")


def id_named(text: object) -> UUID:
    """Return the id that a name is.

    Raises:
        UnknownSubjectError: It is none.
    """
    try:
        return UUID(str(text))
    except ValueError:
        raise unknown_subject() from None


def key_named(text: object) -> str:
    """Return the key of a place, point or account that a name is.

    Raises:
        UnknownSubjectError: It is none.
    """
    if not _KEY.fullmatch(str(text)):
        raise unknown_subject()
    return str(text)


def about_seen(thing: UUID, position: int) -> str:
    """Return what a form of a thing is about: the thing as it was seen."""
    return f"{thing}@{position}"


def seen_named(about: str) -> tuple[UUID, int]:
    """Return the thing and the position that `about_seen` says.

    Raises:
        UnknownSubjectError: It says none.
    """
    thing, _, position = about.partition("@")
    return id_named(thing), number_named(position)


def member_named(kind: type[Member], text: object) -> Member:
    """Return the member of a short list that a name is.

    Raises:
        UnknownSubjectError: It is none.
    """
    if text not in set(kind):
        raise unknown_subject()
    return kind(str(text))


def number_named(text: object, *, least: int = 0, most: int = MOST) -> int:
    """Return the whole number that a name is.

    Args:
        text: The name.
        least: The least that there may be.
        most: The greatest.

    Raises:
        UnknownSubjectError: It is none, or another.
    """
    name = str(text)
    short = name.isascii() and name.isdigit() and len(name) <= LONGEST
    if not short or not least <= int(name) <= most:
        raise unknown_subject()
    return int(name)

"""In: a kind and its natural key. Out: the same uuid every time. Pure.

Ids of sites, meters, billing objects and alerts are uuid5 of their keys, so that a command
repeated after an unknown commit meets its own first result.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from typing import TypeVar
from uuid import UUID, uuid5

ROOT = UUID("6d657465-726c-5e6e-8000-6d6574657200")
"""Namespace of every Meterline id; fixed for good."""
Thing = TypeVar("Thing")


def id_of(kind: str, *key: str) -> UUID:
    """Return the id of an object by its kind and natural key.

    Args:
        kind: Kind of object, for example "meter".
        key: Parts of its natural key; none may hold a newline.
    """
    assert not any("\n" in part for part in key), "a key part holds no newline"
    return uuid5(ROOT, "\n".join((kind, *key)))


def meant_by(
    beginning: str, things: Iterable[Thing], identity: Callable[[Thing], UUID]
) -> list[Thing]:
    """Return the things whose id begins so, its hyphens left out or not; nothing of "".

    Args:
        beginning: What a person typed of an id.
        things: Those that may be meant.
        identity: Returns the id of one.
    """
    wanted = beginning.lower().replace("-", "")
    return [thing for thing in things if wanted and identity(thing).hex.startswith(wanted)]

"""In: the directory's people. Out: all of them, fields opened. I/O: reads."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any
from uuid import UUID

from energy.base.secrets import PersonVault
from energy.store.pool import Database
from energy.store.sites import DIRECTORY


@dataclass(frozen=True, slots=True, kw_only=True)
class PersonRow:
    """A person who may sign in."""

    person: UUID
    sign_in: str
    name: str
    roles: tuple[str, ...]
    language: str
    must_change: bool
    disabled: bool


def all_people(database: Database, vault: PersonVault) -> list[PersonRow]:
    """Return everybody by sign-in; an erased person's fields read as "?"."""
    with database.connection() as connection:
        rows: list[tuple[Any, ...]] = connection.execute(
            "SELECT person, sign_in_sealed, name_sealed, roles, language, must_change, disabled "
            f"FROM {DIRECTORY}.person"
        ).fetchall()
    people = [
        PersonRow(
            person=row[0],
            sign_in=vault.open(row[0], row[1]),
            name=vault.open(row[0], row[2]),
            roles=tuple(row[3]),
            language=row[4],
            must_change=row[5],
            disabled=row[6],
        )
        for row in rows
    ]
    return sorted(people, key=lambda person: (person.sign_in, str(person.person)))

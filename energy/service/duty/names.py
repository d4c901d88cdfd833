"""In: rows of a plan of duty. Out: what its shifts and posts are called in each language. Pure.

Keys stand in commands, addresses and facts; where a plan gives no name, people read the key.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any, Final

from energy.base.text import LANGUAGES
from energy.metering.site_file_checker import Checker
from energy.service.duty.errors import DutyError
from energy.service.work.named import name_of

LONGEST_NAME: Final = 40
Name = Mapping[str, str]
"""By language."""


@dataclass(frozen=True, slots=True, kw_only=True)
class DutyNames:
    """Names of shifts and posts by their keys."""

    shifts: Mapping[str, Name] = field(default_factory=dict)
    posts: Mapping[str, Name] = field(default_factory=dict)

    def shift(self, key: str, language: str) -> str:
        """Return what a shift is called; its key where it has no name."""
        return self.shifts.get(key, {}).get(language, key)

    def post(self, key: str, language: str) -> str:
        """Return what a post is called; its key where it has no name."""
        return self.posts.get(key, {}).get(language, key)

    def slot(self, slot: str, language: str) -> str:
        """Return a slot in words, "2026-12-05 Night · Control room".

        Args:
            slot: As people type it, "2026-12-05/night/desk"; a day without a roster is "DAY/*/*".
            language: Of the reader.

        Returns:
            The slot as it is typed where neither its shift nor its post has a name.
        """
        day, _, rest = slot.partition("/")
        shift, _, post = rest.partition("/")
        if shift not in self.shifts and post not in self.posts:
            return slot
        return f"{day} {self.shift(shift, language)} · {self.post(post, language)}"

    def shift_of_day(self, span: str, language: str) -> str:
        """Return a shift of a day in words: "2026-12-05/night" is "2026-12-05 Night"."""
        day, _, shift = span.partition("/")
        return f"{day} {self.shift(shift, language)}" if shift in self.shifts else span

    def shift_and_key(self, key: str, language: str) -> str:
        """Return a shift for whoever types its key next: "Night (night)"."""
        return _with_key(self.shift(key, language), key)

    def post_and_key(self, key: str, language: str) -> str:
        """Return a post for whoever types its key next: "Control room (desk)"."""
        return _with_key(self.post(key, language), key)

    def slot_and_words(self, slot: object, language: str) -> str:
        """Return a slot as it is typed, with its words behind it."""
        typed = str(slot)
        told = self.slot(typed, language)
        return typed if told == typed else f"{typed} ({told.partition(' ')[2]})"


NO_NAMES: Final = DutyNames()


def names_of(shifts: Iterable[Mapping[str, Any]], posts: Iterable[Mapping[str, Any]]) -> DutyNames:
    """Return the names that rows of a plan give.

    Args:
        shifts: `key` and `name`, a table by language; a row with a text as `name` has that as key
            and no name.
        posts: `key` and perhaps `name`, a table by language.

    Raises:
        DutyError: A name is no table with a text in each language, too long, or cannot be printed.
    """
    return DutyNames(
        shifts={str(row["key"]): _name("shift", row) for row in shifts if "key" in row},
        posts={str(row.get("key")): _name("post", row) for row in posts if "name" in row},
    )


def names_of_all(specs: Iterable[Mapping[str, Any]]) -> DutyNames:
    """Return the names of several plans, the later ones first to be heard.

    What only an earlier plan has keeps its name: rosters and reports of then still name it.

    Args:
        specs: Plans as events hold them, the oldest first.
    """
    shifts: dict[str, Name] = {}
    posts: dict[str, Name] = {}
    for spec in specs:
        found = names_of(spec["shift"], spec["post"])
        for known, named, rows in (
            (shifts, found.shifts, spec["shift"]),
            (posts, found.posts, spec["post"]),
        ):
            for row in rows:
                known.pop(str(row.get("key", row.get("name"))), None)
            known.update(named)
    return DutyNames(shifts=shifts, posts=posts)


def _name(what: str, row: Mapping[str, Any]) -> Name:
    key, checker = str(row.get("key")), Checker(row)
    name = name_of(checker, row, key)
    good = not checker.problems and set(row["name"]) == set(LANGUAGES)
    if not good or any(len(e) > LONGEST_NAME or not e.isprintable() for e in name.values()):
        raise DutyError.of(f"{what}_name", key=key[:60], most=LONGEST_NAME)
    return name


def _with_key(told: str, behind: str) -> str:
    return told if told == behind else f"{told} ({behind})"

"""In: a file of a contingency plan. Out: its steps and call tree; which steps are late. Pure.

A step says which post does what within how many minutes of the activation. The call tree names, in
order, posts of duty (whoever is there, else who stands in) and contacts of notices.
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass
from datetime import date, datetime, timedelta
from enum import StrEnum
from typing import Any, Final

from energy.base.text import LANGUAGES, Worded
from energy.base.toml_text import NoTomlError, toml_of
from energy.metering.site_file_checker import Checker
from energy.service.contingency.errors import LONGEST, ContingencyError

_KEY: Final = re.compile(r"[a-z0-9][a-z0-9-]{0,39}")
_MOST: Final = 100
"""Of steps, of calls."""
_MOST_DAYS: Final = 3660
Words = Mapping[str, str]
"""A text by language."""


class CallState(StrEnum):
    """What came of a call."""

    WAITING = "waiting"
    REACHED = "reached"
    NOT_REACHED = "not_reached"


class StepState(StrEnum):
    """How far a step is."""

    WAITING = "waiting"
    LATE = "late"
    """It is not done, and its time is over."""
    DONE = "done"
    DONE_LATE = "done_late"
    SKIPPED = "skipped"

    @classmethod
    def of(
        cls, due_at: datetime, done_at: datetime | None, now: datetime, *, skipped: bool
    ) -> StepState:
        """Return how far a step is at an instant."""
        if skipped:
            return cls.SKIPPED
        if done_at is None:
            return cls.LATE if now > due_at else cls.WAITING
        return cls.DONE_LATE if done_at > due_at else cls.DONE


@dataclass(frozen=True, slots=True, kw_only=True)
class PlanStep:
    """What a post does."""

    post: str
    do: Words
    within_min: int
    """Of the activation. [min]"""

    def due_at(self, activated_at: datetime) -> datetime:
        """Return until when it is to be done."""
        return activated_at + timedelta(minutes=self.within_min)


@dataclass(frozen=True, slots=True, kw_only=True)
class PlanCall:
    """Who is called: a post of duty or a contact of notices; the other one is ""."""

    post: str
    contact: str


@dataclass(frozen=True, slots=True, kw_only=True)
class ContingencySteps:
    """What a version of a plan says."""

    key: str
    name: Words
    drill_days: int
    """A drill is due so many days after the last one. [d]"""
    steps: tuple[PlanStep, ...]
    calls: tuple[PlanCall, ...]

    def to_json(self) -> dict[str, Any]:
        """Return it as JSON values."""
        return {
            "key": self.key,
            "name": dict(self.name),
            "drill_days": self.drill_days,
            "steps": [{**asdict(each), "do": dict(each.do)} for each in self.steps],
            "calls": [asdict(each) for each in self.calls],
        }

    @classmethod
    def from_json(cls, stored: Mapping[str, Any]) -> ContingencySteps:
        """Return what to_json stored."""
        steps = tuple(PlanStep(**each) for each in stored["steps"])
        calls = tuple(PlanCall(**each) for each in stored["calls"])
        return cls(**{**stored, "steps": steps, "calls": calls})


def drill_due(drill_days: int, reviewed_on: date, drilled_on: date | None) -> date:
    """Return the local day on which the next drill is due.

    Args:
        drill_days: Days between two drills. [d]
        reviewed_on: When the version that holds was reviewed; counts where there was no drill.
        drilled_on: When the last drill was closed.
    """
    return (drilled_on or reviewed_on) + timedelta(days=drill_days)


def parse_contingency(text: str) -> ContingencySteps:
    """Return the plan of a file.

    Args:
        text: TOML; see docs/contingency.md.

    Raises:
        ContingencyError: It states no plan; names every problem.
    """
    try:
        checker = Checker(toml_of(text))
    except NoTomlError as error:
        raise ContingencyError.of("file", problems=f"  - {error}") from error
    document, where = checker.document, Worded.of("why.contingency_file.file")
    checker.unknown_keys(document, {"key", "name", "drill_days", "step", "call"}, where)
    key = checker.text(document, "key", where)
    if key and not _KEY.fullmatch(key):
        _problem(checker, where, "key")
    days = checker.whole(document, "drill_days", where, None, 1)
    if days > _MOST_DAYS:
        _problem(checker, where, "days", most=_MOST_DAYS)
    tables, calls = checker.tables("step"), checker.tables("call")
    for name, found in (("step", tables), ("call", calls)):
        if not 1 <= len(found) <= _MOST:
            _problem(checker, where, "many", name=name, most=_MOST)
    plan = ContingencySteps(
        key=key,
        name=_both(checker, document, "name", where),
        drill_days=days,
        steps=tuple(_step(checker, each, f"step {n}") for n, each in enumerate(tables, 1)),
        calls=tuple(_call(checker, each, f"call {n}") for n, each in enumerate(calls, 1)),
    )
    if checker.problems:
        problems = "\n".join(f"  - {problem}" for problem in checker.problems)
        raise ContingencyError.of("file", problems=problems)
    return plan


def _problem(checker: Checker, where: str, key: str, /, **values: object) -> None:
    checker.add(where, Worded.of(f"why.contingency_file.{key}", **values))


def _step(checker: Checker, table: Mapping[str, Any], where: str) -> PlanStep:
    checker.unknown_keys(table, {"post", "do", "within_min"}, where)
    return PlanStep(
        post=checker.text(table, "post", where),
        do=_both(checker, table, "do", where),
        within_min=checker.whole(table, "within_min", where, None, 1),
    )


def _call(checker: Checker, table: Mapping[str, Any], where: str) -> PlanCall:
    checker.unknown_keys(table, {"post", "contact"}, where)
    if len({"post", "contact"} & set(table)) != 1:
        _problem(checker, where, "one_of")
    told = {
        name: checker.text(table, name, where) if name in table else ""
        for name in ("post", "contact")
    }
    return PlanCall(**told)


def _both(checker: Checker, table: Mapping[str, Any], key: str, where: str) -> dict[str, str]:
    """Return a text in both languages, or a problem and nothing in them."""
    found = table.get(key)
    said = found if isinstance(found, dict) else {}
    texts = {
        language: " ".join(text.split())
        for language in LANGUAGES
        if isinstance(text := said.get(language), str)
    }
    whole = set(said) == set(LANGUAGES) and all(texts.get(each) for each in LANGUAGES)
    if not whole or any(len(each) > LONGEST for each in texts.values()):
        _problem(checker, where, "both", key=key, most=LONGEST)
        return dict.fromkeys(LANGUAGES, "")
    return texts


def posts_of(steps: ContingencySteps) -> Sequence[str]:
    """Return the posts that a plan names, each once."""
    every = [*(each.post for each in steps.steps), *(each.post for each in steps.calls)]
    return [each for each in dict.fromkeys(every) if each]

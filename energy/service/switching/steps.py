"""In: a file of a template. Out: its steps, and steps done in reverse. Pure.

A step says where, what is done, what is seen then, and what to mind; each in both languages. What
is done to take it back stands beside it: a check has nothing to take back.
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass
from typing import Any, Final

from energy.base.text import LANGUAGES
from energy.base.toml_text import NoTomlError, toml_of
from energy.metering.site_file_checker import Checker
from energy.service.switching.errors import LONGEST, SwitchingError

_KEY: Final = re.compile(r"[a-z0-9][a-z0-9-]{0,39}")
_MOST: Final = 200
"""Of the steps of one template."""
_STEP: Final = {"device", "do", "expect", "safety", "undo", "undo_expect"}
_NOTHING: Final = dict.fromkeys(LANGUAGES, "")
Words = Mapping[str, str]
"""A text by language; "" in each where there is none."""


@dataclass(frozen=True, slots=True, kw_only=True)
class SwitchingStep:
    """One step: what somebody does at a device."""

    device: Words
    """Where: place and device."""
    do: Words
    expect: Words
    """What is seen when it was done."""
    safety: Words
    undo: Words
    """What takes it back; nothing for a check."""
    undo_expect: Words
    undoes: int = 0
    """Number of the step that it takes back, in the order that was aborted; 0 is none."""

    @property
    def reversible(self) -> bool:
        """Return whether it is to be taken back when the order is aborted."""
        return any(self.undo.values())

    def back(self, number: int) -> SwitchingStep:
        """Return the step that takes this one, the n-th of its order, back."""
        return SwitchingStep(
            device=self.device,
            do=self.undo,
            expect=self.undo_expect,
            safety=self.safety,
            undo=self.do,
            undo_expect=self.expect,
            undoes=number,
        )


@dataclass(frozen=True, slots=True, kw_only=True)
class SwitchingPlan:
    """What a template says."""

    key: str
    name: Words
    permit_after: int
    """Number of the step behind which a permit to work is demanded; 0 where none is."""
    steps: tuple[SwitchingStep, ...]

    def to_json(self) -> dict[str, Any]:
        """Return it as JSON values."""
        return {
            "key": self.key,
            "name": dict(self.name),
            "permit_after": self.permit_after,
            "steps": steps_to_json(self.steps),
        }

    @classmethod
    def from_json(cls, stored: Mapping[str, Any]) -> SwitchingPlan:
        """Return what to_json stored."""
        return cls(**{**stored, "steps": steps_from_json(stored["steps"])})


def steps_to_json(steps: Sequence[SwitchingStep]) -> list[dict[str, Any]]:
    """Return steps as JSON values."""
    return [asdict(each) for each in steps]


def steps_from_json(stored: Sequence[Mapping[str, Any]]) -> tuple[SwitchingStep, ...]:
    """Return the steps that `steps_to_json` stored."""
    return tuple(SwitchingStep(**each) for each in stored)


def reversed_steps(
    steps: Sequence[SwitchingStep], numbers: Sequence[int]
) -> tuple[SwitchingStep, ...]:
    """Return the steps that take some steps of an order back, the last one first.

    Args:
        steps: Of the order.
        numbers: Which of them were done, from 1; checks among them have nothing to take back.
    """
    done = sorted(set(numbers), reverse=True)
    return tuple(steps[n - 1].back(n) for n in done if steps[n - 1].reversible)


def parse_plan(text: str) -> SwitchingPlan:
    """Return the template of a file.

    Args:
        text: TOML; see docs/switching.md.

    Raises:
        SwitchingError: It states no template; names every problem.
    """
    try:
        checker = Checker(toml_of(text))
    except NoTomlError as error:
        raise SwitchingError.of("file", problems=f"  - {error}") from error
    document = checker.document
    checker.unknown_keys(document, {"key", "name", "permit_after", "step"}, "the file")
    key = checker.text(document, "key", "the file")
    if key and not _KEY.fullmatch(key):
        checker.problems.append("the file: `key` is 1 to 40 of a-z, 0-9 and -")
    tables = checker.tables("step")
    plan = SwitchingPlan(
        key=key,
        name=_both(checker, document, "name", "the file"),
        permit_after=checker.whole(document, "permit_after", "the file", 0),
        steps=tuple(_step(checker, each, f"step {n}") for n, each in enumerate(tables, 1)),
    )
    if not 1 <= len(tables) <= _MOST:
        checker.problems.append(f"the file: state 1 to {_MOST} [[step]] tables")
    if plan.permit_after > len(tables):
        checker.problems.append("the file: `permit_after` is the number of no step")
    if checker.problems:
        problems = "\n".join(f"  - {problem}" for problem in checker.problems)
        raise SwitchingError.of("file", problems=problems)
    return plan


def _step(checker: Checker, table: Mapping[str, Any], where: str) -> SwitchingStep:
    checker.unknown_keys(table, _STEP, where)
    if ("undo" in table) != ("undo_expect" in table):
        checker.problems.append(f"{where}: `undo` and `undo_expect` stand together")

    def said(key: str, *, optional: bool = False) -> dict[str, str]:
        if optional and key not in table:
            return dict(_NOTHING)
        return _both(checker, table, key, where)

    return SwitchingStep(
        device=said("device"),
        do=said("do"),
        expect=said("expect"),
        safety=said("safety", optional=True),
        undo=said("undo", optional=True),
        undo_expect=said("undo_expect", optional=True),
    )


def _both(checker: Checker, table: Mapping[str, Any], key: str, where: str) -> dict[str, str]:
    """Return a text in both languages, or a problem and nothing in them."""
    found = table.get(key)
    said = found if isinstance(found, dict) else {}
    texts = {
        language: " ".join(text.split())
        for language in LANGUAGES
        if isinstance(text := said.get(language), str)
    }
    if set(said) != set(LANGUAGES) or not all(texts.get(each) for each in LANGUAGES):
        checker.problems.append(f'{where}: `{key}` is no table like {{en = "...", zh = "..."}}')
        return dict(_NOTHING)
    if any(len(text) > LONGEST for text in texts.values()):
        checker.problems.append(f"{where}: `{key}` is longer than {LONGEST} characters")
    return texts

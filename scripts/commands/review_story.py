"""In: a case. Out: all that a person must see of it, and what to do next. I/O: standard output."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final

from billing.money import display_text
from scripts.commands.asked import runs
from scripts.commands.corrections_print import reason_of
from scripts.commands.frame import Opened
from scripts.commands.printing import cell, print_facts, print_table, worded
from scripts.commands.review_print import (
    SHORT,
    cause_text,
    code_text,
    decision_text,
    head_of,
    instant_of,
    money,
    print_decisions,
    state_text,
)

if runs():
    from billing.views.case_story import CaseStory
    from billing.views.evidence import named_proof
    from energy.metering.review_case import CaseState
    from energy.views.readings_told import Standing

_REMEDIES: Final = (
    ("register.reset", "reset"),
    ("register.swapped", "swapped"),
    ("register.rollover", "rollover"),
)
"""Codes whose cause is recorded elsewhere than in the review queue, and the text that says how."""
_SHOWN: Final = 3
"""Readings of a proposed correction that are shown."""
_ESTIMABLE: Final = frozenset({"missing", "lost", "zero", "stuck"})
"""Causes of which an estimate is an answer."""


def print_story(at: Opened, story: CaseStory) -> None:
    """Print all that a person must see of a case."""
    _print_facts_of(at, story)
    _print_findings(at, story)
    _print_readings(at, story)
    _print_usage(at, story)
    _print_proposed(at, story)
    notes = [
        (instant_of(at, each.first), instant_of(at, each.last), each.text, at.name_of(each.by))
        for each in story.notes
    ]
    _section(at, "notes", ("from", "to", "note", "by"), notes)
    if story.decisions:
        print()
        print_decisions(at, story.decisions)
    _print_next(at, story)


def _print_findings(at: Opened, story: CaseStory) -> None:
    table = [
        (
            row.key.code,
            worded(at.language, "word", row.severity),
            instant_of(at, row.key.start),
            instant_of(at, row.end),
            code_text(at, row.key.code),
            ", ".join(f"{name} {said}" for name, said in named_proof(at.language, row, story))
            or None,
        )
        for row in story.findings
    ]
    columns = ("finding", "severity", "from", "to", "says", "proof")
    _section(at, "findings", columns, table, below=(3, 4, 5))


def _print_readings(at: Opened, story: CaseStory) -> None:
    """Print the readings and the meters that showed them."""
    columns = ("at", "reading", "unit", "quality", "standing", "learned_at", "position")
    table: list[tuple[object, ...]] = []
    for number, r in enumerate(story.readings):
        if story.skips(number):
            table.append(("…", *("",) * (len(columns) - 1)))
        standing = at.word(r.standing)
        if story.doubts(r) and r.standing is Standing.COUNTS:
            standing = at.text("review.in_doubt", standing=standing)
        table.append(
            (
                instant_of(at, r.at),
                r.value,
                r.unit,
                at.word(r.quality),
                standing,
                None if r.learned_at is None else instant_of(at, r.learned_at),
                r.position,
            )
        )
    _section(at, "readings", columns, table, right=(1, 6), below=(5, 6))
    meters = [
        (
            s.serial,
            s.multiplier,
            instant_of(at, s.start),
            instant_of(at, s.end),
            _display(s.start_count, story),
            _display(s.end_count, story),
        )
        for s in story.segments
    ]
    heads = ("serial", "multiplier", "from", "to", "opening", "closing")
    _section(at, "meters", heads, meters, right=(1, 4, 5), below=(4, 5))


def _print_usage(at: Opened, story: CaseStory) -> None:
    table = [
        (
            each.start.date(),
            each.before,
            each.after,
            story.unit,
            f"{each.known_before} -> {each.known_after}/{each.expected}",
            f"{at.word(each.quality_before)} -> {at.word(each.quality_after)}",
        )
        for each in story.usage
    ]
    columns = ("day", "before", "after", "unit", "known", "quality")
    _section(at, "usage", columns, table, right=(1, 2), before=story.before, after=story.after)


def _display(count: int | None, story: CaseStory) -> str | None:
    """Return a count as the display shows it, with its unit."""
    if count is None:
        return None
    return f"{display_text(count, story.resolution)} {story.unit}".strip()


def _print_proposed(at: Opened, story: CaseStory) -> None:
    """Print the corrections that wait for a second person."""
    table = [
        (
            each.correction.hex[:SHORT],
            ", ".join(
                f"{cell(instant_of(at, when))} = {_display(count, story)}"
                for when, count in each.readings[:_SHOWN]
            )
            + (" ..." if len(each.readings) > _SHOWN else ""),
            at.name_of(each.proposed_by),
            reason_of(at, each),
        )
        for each in story.proposed
    ]
    _section(at, "proposed", ("correction", "value", "proposed_by", "reason"), table, below=(2, 3))


def _print_next(at: Opened, story: CaseStory) -> None:
    """Print which commands decide a case that waits; what waits for a second person comes first."""
    row = story.row
    if row is None:
        return
    short, point = row.case.case.hex[:SHORT], row.case.point
    texts = [
        at.text("review.decide_correction", short=each.correction.hex[:SHORT])
        for each in story.proposed
    ]
    codes = {each.key.code: each for each in story.findings if each.open}
    for code, remedy in _REMEDIES:
        if code in codes and point is not None:
            begun = cell(instant_of(at, codes[code].key.start))
            texts.append(at.text(f"review.remedy_{remedy}", point=point, at=begun))
    if row.case.cause in _ESTIMABLE and point is not None:
        texts.append(at.text("review.remedy_estimate", short=short))
    if row.case.state is CaseState.ACCEPTANCE:
        texts.append(at.text("review.decide_acceptance", short=short))
    elif row.case.state is not CaseState.CORRECTION:
        texts.append(at.text("review.decide", short=short))
    print()
    print(at.text("review.part_next"))
    for text in texts:
        print(f"  {text}")


def _print_facts_of(at: Opened, story: CaseStory) -> None:
    row = story.row
    if row is None:
        last = story.decisions[0]
        facts: list[tuple[str, object]] = [
            (head_of(at, "case"), last.case.hex[:SHORT]),
            (head_of(at, "cause"), cause_text(at, last.cause)),
            (head_of(at, "point"), last.point or last.source),
            (head_of(at, "state"), decision_text(at, last)),
        ]
        print_facts(facts)
        return
    where = " / ".join(part for part in (row.place, row.name) if part)
    none = "nobody" if row.case.point is not None else "whole_source"
    payers = ", ".join(row.stake.accounts) if row.stake is not None else None
    print_facts(
        [
            (head_of(at, "case"), row.case.case.hex[:SHORT]),
            (head_of(at, "cause"), cause_text(at, row.case.cause)),
            (head_of(at, "point"), f"{row.case.point or row.case.source}  {where}".strip()),
            (head_of(at, "severity"), worded(at.language, "word", row.case.severity)),
            (head_of(at, "at_stake"), money(row.stake)),
            (head_of(at, "accounts"), payers or at.text(f"review.{none}")),
            (head_of(at, "state"), state_text(at, row.case)),
        ]
    )


def _section(
    at: Opened,
    name: str,
    columns: Sequence[str],
    table: Sequence[Sequence[object]],
    *,
    right: Sequence[int] = (),
    below: Sequence[int] = (),
    **values: object,
) -> None:
    """Print a part of a case; nothing of one that is empty."""
    if not table:
        return
    print()
    print(at.text(f"review.part_{name}", **values))
    print_table([head_of(at, key) for key in columns], table, right=right, below=below)

"""In: contingency plans and activations as they stand. Out: rows at a terminal. I/O: terminal."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

from scripts.commands.asked import runs
from scripts.commands.duty_words import names_at
from scripts.commands.frame import Opened
from scripts.commands.printing import print_facts, print_table

if runs():
    from energy.service.contingency.reads import (
        ActivationRow,
        ActivationStory,
        DueRow,
        PlanRow,
    )


def print_plans(at: Opened, found: Sequence[PlanRow]) -> None:
    """Print a row a version, and the steps and calls of the newest of each."""
    keys = ("key", "version", "name", "steps", "calls", "drill_days", "author", "reviewer")
    rows = [
        (
            row.key,
            row.version,
            row.steps.name[at.language],
            len(row.steps.steps),
            len(row.steps.calls),
            row.steps.drill_days,
            at.name_of(row.author),
            at.name_of(row.reviewed_by) if row.reviewed_by else None,
        )
        for row in found
    ]
    nothing = at.text("none.contingency_plans")
    print_table(_heads(at, *keys), rows, right=(1, 3, 4, 5), nothing=nothing)


def print_due(at: Opened, found: Sequence[DueRow]) -> None:
    """Print a row a plan."""
    keys = ("due", "key", "name", "version", "drilled", "overdue")
    rows = [
        (
            row.due_on,
            row.key,
            row.name[at.language],
            row.version,
            row.drilled_on,
            at.text("contingency.overdue") if row.overdue else None,
        )
        for row in found
    ]
    nothing = at.text("none.contingency_plans")
    print_table(_heads(at, *keys), rows, right=(3,), nothing=nothing)


def print_activations(at: Opened, found: Sequence[ActivationRow]) -> None:
    """Print a row an activation."""
    keys = ("number", "kind", "key", "version", "at", "reason", "incident", "closed")
    rows = [
        (
            row.number,
            _kind(at, row),
            row.key,
            row.version,
            _local(at, row.activated_at),
            row.reason,
            row.incident or None,
            _local(at, row.closed_at) if row.closed_at else None,
        )
        for row in found
    ]
    print_table(_heads(at, *keys), rows, right=(3,), nothing=at.text("none.activations"))


def print_activation(at: Opened, story: ActivationStory) -> None:
    """Print an activation: facts, steps with their clocks, call tree, what was found."""
    row = story.activation
    facts = {
        "number": row.number,
        "kind": _kind(at, row),
        "name": row.steps.name[at.language],
        "version": row.version,
        "at": _local(at, row.activated_at),
        "reason": row.reason,
        "incident": row.incident,
        "closed": _local(at, row.closed_at) if row.closed_at else "",
        "words": row.words,
    }
    print_facts(
        [(at.text(f"contingency_head.{key}"), value) for key, value in facts.items() if value]
    )
    print(f"\n{at.text('contingency.steps')}")
    names, language = names_at(at), at.language
    steps = [
        (
            each.step,
            names.post(each.post, language),
            each.do[language],
            _local(at, each.due_at),
            at.text(f"contingency_step.{each.state}"),
            _local(at, each.at) if each.at else None,
            at.name_of(each.person) if each.person else None,
            each.words or None,
        )
        for each in story.steps
    ]
    heads = ("step", "post", "do", "until", "state", "done_at", "person", "words")
    print_table(_heads(at, *heads), steps, right=(0,))
    print(f"\n{at.text('contingency.tree')}")
    calls = [
        (
            each.call,
            each.contact or names.post(each.post, language),
            " · ".join(str(at.name_of(who)) for who in each.people[:3]) or None,
            at.text(f"contingency_call.{each.state}"),
            _local(at, each.at) if each.at else None,
            at.name_of(each.person) if each.person else None,
            each.words or None,
        )
        for each in story.calls
    ]
    called = ("call", "whom", "people", "state", "called_at", "caller", "words")
    print_table(_heads(at, *called), calls, right=(0,))
    if story.findings:
        print(f"\n{at.text('contingency.findings')}")
        rows = [
            (_local(at, each.told_at), at.name_of(each.person), each.words)
            for each in story.findings
        ]
        print_table(_heads(at, "at", "person", "words"), rows)


def _kind(at: Opened, row: ActivationRow) -> str:
    return at.text("contingency.of_drill" if row.drill else "contingency.of_earnest")


def _local(at: Opened, instant: datetime) -> str:
    return f"{instant.astimezone(at.site.zone):%Y-%m-%d %H:%M}"


def _heads(at: Opened, *keys: str) -> list[str]:
    return [at.text(f"contingency_head.{key}") for key in keys]

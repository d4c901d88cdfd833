"""In: switching orders as they stand. Out: rows at a terminal. I/O: reads, terminal."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from uuid import UUID

from scripts.commands.asked import runs
from scripts.commands.frame import Opened
from scripts.commands.printing import print_facts, print_table

if runs():
    from energy.service.switching.kinds import StepState
    from energy.service.switching.reads import (
        StepRow,
        SwitchingRow,
        SwitchingStory,
        TemplateRow,
        read_story,
        read_switching,
    )


def story_of(at: Opened, row: SwitchingRow, intervals: int) -> SwitchingStory:
    """Return an order with what belongs to it."""
    with at.system.database.connection() as connection:
        return read_story(connection, at.site.schema, row, intervals=intervals)


def print_templates(at: Opened, rows: Sequence[TemplateRow]) -> None:
    """Print a row a version."""
    told = [
        (
            each.key,
            each.version,
            at.text(f"switching_state.{'reviewed' if each.reviewed_by else 'draft'}"),
            each.plan.name[at.language],
            len(each.plan.steps),
            at.name_of(each.author),
            at.name_of(each.reviewed_by),
        )
        for each in rows
    ]
    keys = ("template", "version", "state", "name", "steps", "author", "reviewer")
    print_table(_heads(at, *keys), told, right=(1, 4), nothing=at.text("none.switching_templates"))


def print_orders(at: Opened, rows: Sequence[SwitchingRow]) -> None:
    """Print a row an order."""
    told = [
        (
            each.number,
            at.text(f"switching_state.{each.state}"),
            each.about.removeprefix("node:"),
            each.name[at.language],
            _local(at, each.begins_at),
            _local(at, each.ends_at),
            each.reason,
        )
        for each in rows
    ]
    keys = ("number", "state", "node", "name", "from", "to", "reason")
    print_table(_heads(at, *keys), told, nothing=at.text("none.switching"))


def print_order(at: Opened, story: SwitchingStory) -> None:
    """Print an order: what it is, its steps, its permits, what happened."""
    _print_facts(at, story)
    print()
    language = at.language
    rows = [
        (
            each.number,
            each.step.device[language],
            each.step.do[language],
            each.step.expect[language],
            _state(at, each),
            _local(at, each.told_at),
            _local(at, each.read_back_at),
        )
        for each in story.steps
    ]
    keys = ("step", "device", "do", "expect", "state", "told", "read_back")
    print_table(_heads(at, *keys), rows, right=(0,))
    _print_permits(at, story)
    print()
    happened = [
        (
            _local(at, each.at),
            at.text(f"switching_act.{each.act}"),
            each.step,
            at.name_of(each.person),
            each.words or None,
        )
        for each in story.facts
    ]
    print_table(_heads(at, "at", "act", "step", "person", "words"), happened, right=(2,))


def _print_facts(at: Opened, story: SwitchingStory) -> None:
    row = story.order
    asked = story.confirmation
    facts = {
        "number": row.number,
        "state": at.text(f"switching_state.{row.state}"),
        "words": row.words,
        "node": row.about.removeprefix("node:"),
        "template": f"{row.template} ({row.name[at.language]}, {row.version})",
        "reason": row.reason,
        "from": _local(at, row.begins_at),
        "to": _local(at, row.ends_at),
        "author": at.name_of(row.author),
        "operator": at.name_of(row.operator),
        "guardian": at.name_of(row.guardian),
        "approver": at.name_of(row.approved_by),
        "releaser": at.name_of(row.released_by),
        "request": _request(at, row),
        "confirmation": at.text(f"switching_confirmation.{asked}") if asked else "",
        "undo": ", ".join(str(each) for each in row.undo),
        "undoes": _number(at, row.undoes),
        "back": _number(at, row.back),
    }
    print_facts(
        [(at.text(f"switching_head.{key}"), value) for key, value in facts.items() if value]
    )


def _print_permits(at: Opened, story: SwitchingStory) -> None:
    if not story.permits:
        return
    now = at.system.clock.now()
    out = {False: at.text("switching.out"), True: at.text("switching.overdue")}
    rows = [
        (
            each.permit,
            each.what,
            each.place,
            each.earthed_at,
            at.name_of(each.holder),
            _local(at, each.valid_until),
            _local(at, each.given_at),
            _local(at, each.returned_at) or out[each.overdue(now)],
        )
        for each in story.permits
    ]
    print()
    keys = ("permit", "what", "place", "earthed", "holder", "until", "given", "returned")
    print_table(_heads(at, *keys), rows, right=(0,))


def _state(at: Opened, step: StepRow) -> str:
    word = at.text(f"switching_step.{step.state}")
    return f"{word}: {step.reason}" if step.state is StepState.SKIPPED else word


def _request(at: Opened, row: SwitchingRow) -> str:
    if not row.request:
        return ""
    kind, reference = row.request["kind"], row.request["reference"]
    return at.text(f"switching_request.{kind}", reference=reference)


def _number(at: Opened, order: UUID | None) -> str:
    if order is None:
        return ""
    with at.system.database.connection() as connection:
        rows = read_switching(connection, at.site.schema)
    return next((each.number for each in rows if each.switching_order == order), "")


def _local(at: Opened, instant: datetime | None) -> str | None:
    return None if instant is None else f"{instant.astimezone(at.site.zone):%Y-%m-%d %H:%M}"


def _heads(at: Opened, *keys: str) -> list[str]:
    return [at.text(f"switching_head.{key}") for key in keys]

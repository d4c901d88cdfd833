"""In: what a method of estimation is told on the row. Out: the same by name, and back. Pure."""

from __future__ import annotations

import shlex
from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Annotated

import typer

Holiday = Annotated[list[datetime] | None, typer.Option("--holiday", formats=["%Y-%m-%d"])]


def method_options(
    weeks: int | None,
    days: int | None,
    total: str | None,
    parent: str | None,
    schedule: str | None,
    temperature: str | None,
    holiday: list[datetime] | None,
) -> dict[str, str]:
    """Return what the method is told, by name."""
    holidays = ",".join(each.date().isoformat() for each in holiday or ())
    given = {
        "weeks": None if weeks is None else str(weeks),
        "days": None if days is None else str(days),
        "total": total,
        "parent": parent,
        "schedule": schedule,
        "temperature": temperature,
        "holidays": holidays or None,
    }
    return {name: value for name, value in given.items() if value is not None}


def again_with(words: Sequence[str], options: Mapping[str, str]) -> str:
    """Return the command that records what was shown: the same words, a reason and a name.

    Args:
        words: Verb, what it is about and its own options.
        options: As `method_options` returns them.
    """
    told = [*words]
    for name, value in options.items():
        if name == "holidays":
            told += [each for day in value.split(",") for each in ("--holiday", day)]
        else:
            told += [f"--{name}", value]
    return f"{shlex.join(told)} --reason WHY --by NAME"

"""In: `tariff check`. Out: a file checked, its week drawn, its steps in order. I/O: files."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from energy.base.text import t
from scripts.commands.asked import asks_for, runs
from scripts.commands.frame import installation_of
from scripts.commands.printing import print_facts, print_json, worded
from scripts.commands.tree import Json

if runs() and not asks_for("tariff", "rate"):  # which starts fast
    from billing.errors import TariffFileError
    from billing.tariffs.grid_check import grid_problems
    from billing.tariffs.name_check import name_problems
    from billing.tariffs.steps import name_in, steps_of
    from billing.tariffs.tariff_file import read_tariff
    from billing.tariffs.week import HOURS, letters_of, weeks_of

if TYPE_CHECKING:
    from billing.tariffs.tariff import TariffVersion

LABEL = 8
"""Columns of a row's label beside a week."""


def add_check(app: typer.Typer) -> None:
    """Add the verb to its group."""
    app.command("check")(check)


def check(
    ctx: typer.Context,
    file: Annotated[Path, typer.Argument(exists=True, dir_okay=False)],
    grid: Annotated[int | None, typer.Option(min=1, max=60)] = None,
    *,
    as_json: Json = False,
) -> None:
    """Check a tariff file; every problem is listed at once. Needs no database."""
    language = installation_of(ctx).config.language
    tariff = read_tariff(file)
    problems = name_problems(tariff)
    problems += grid_problems(tariff, grid) if grid is not None else []
    if problems:
        raise TariffFileError(problems)
    if as_json:
        print_json(document_of_check(language, tariff))
        return
    print_tariff(language, tariff)
    draw_weeks(language, tariff)
    print_steps(language, tariff)


def tariff_facts(tariff: TariffVersion) -> dict[str, object]:
    """Return what a version is known by."""
    return {
        "tariff": tariff.tariff,
        "version": tariff.version,
        "valid_from": tariff.valid_from,
        "utility": tariff.utility,
        "currency": tariff.currency,
        "zone": tariff.zone.key,
        "sha256": tariff.sha256,
    }


def document_of_check(language: str, tariff: TariffVersion) -> dict[str, object]:
    """Return all that `tariff check --json` tells."""
    return {
        **tariff_facts(tariff),
        "steps": steps_of(tariff, language),
        "letters": letters_of(tariff),
        "weeks": weeks_of(tariff),
    }


def print_tariff(language: str, tariff: TariffVersion) -> None:
    """Print what a version is known by."""
    facts = tariff_facts(tariff)
    facts["utility"] = worded(language, "utility", tariff.utility)
    print_facts([(t(language, f"cli.head.{key}"), value) for key, value in facts.items()])


def draw_weeks(language: str, tariff: TariffVersion) -> None:
    """Draw a week of each season; nothing where one price holds at all times."""
    letters = letters_of(tariff)
    for week in weeks_of(tariff):
        print()
        print(t(language, "tariff_desk.season", season=week.season))
        print(f"{'':{LABEL}}{HOURS}".rstrip())
        for label, cells in week.rows:
            print(f"{label:{LABEL}}{cells}")
    for period in tariff.periods:
        print(f"{letters[period.key]:>{LABEL - 1}} {name_in(period.names, language)}")


def print_steps(language: str, tariff: TariffVersion) -> None:
    """Print the steps of a bill in order."""
    print()
    print(t(language, "tariff_desk.steps"))
    for number, step in enumerate(steps_of(tariff, language), 1):
        named = step.charge if step.name == step.charge else f"{step.charge} ({step.name})"
        print(f"{number:>3}. {named + ': ' if step.charge else ''}{step.text}")
    print()
    print(t(language, "tariff_desk.right"))

"""In: a bill run, or a bill. Out: the tables behind their figures. I/O by the port."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from datetime import date
from decimal import Decimal
from typing import Any
from uuid import UUID

from billing.ledger.sheets import Cell, Sheet
from billing.runs.told import cause_told, exception_told
from dashboards.formats import UNITS
from dashboards.pages.parts import Parts
from dashboards.queries.run_rows import RunReview
from dashboards.viewer import Viewer

MakeRows = Callable[[Parts, Viewer, RunReview], tuple[tuple[str, ...], list[list[Cell]]]]


def run_sheet(parts: Parts, viewer: Viewer, name: str, subject: str) -> Sheet | None:
    """Return a table of a run; None where there is no such run or table.

    Args:
        parts: What the pages need.
        viewer: Who looks.
        name: Of the table.
        subject: Id of the run.
    """
    make = RUN_TABLES.get(name)
    try:
        run = UUID(subject)
    except ValueError:
        return None
    answer = None if make is None else parts.queries.run_review(viewer.scope, run)
    if make is None or answer is None:
        return None
    heads, rows = make(parts, viewer, answer.rows)
    return Sheet(name=f"{name}_{run.hex[:8]}", heads=heads, rows=rows)


def _sums(
    parts: Parts, viewer: Viewer, review: RunReview
) -> tuple[tuple[str, ...], list[list[Cell]]]:
    currency = parts.settings.currency
    heads = (
        viewer.say("cli.bill.head.utility"),
        *(
            f"{viewer.say(f'run_page.{key}')} [{currency}]"
            for key in ("last_run", "this_run", "change")
        ),
    )
    rows: list[list[Cell]] = []
    for each in review.sums:
        both = each.before is not None and each.after is not None
        change = (each.after or Decimal(0)) - (each.before or Decimal(0)) if both else None
        rows.append([viewer.say(f"utility.{each.utility}"), each.before, each.after, change])
    return heads, rows


def _bridge(
    parts: Parts, viewer: Viewer, review: RunReview
) -> tuple[tuple[str, ...], list[list[Cell]]]:
    """Return the bridge with what each account adds to each cause."""
    bridge = review.bridge
    currency = parts.settings.currency
    heads = (
        viewer.say("cli.bill.head.cause"),
        viewer.say("cli.bill.head.account"),
        f"{viewer.say('cli.bill.head.money')} [{currency}]",
    )
    if bridge is None:
        return heads, []
    rows: list[list[Cell]] = [[viewer.say("run_page.last_run"), "", bridge.before]]
    for cause, value in bridge.causes.items():
        if not value:
            continue
        rows.append([viewer.say(f"cli.bill.bridge.{cause}"), "", value])
        rows += [
            [viewer.say(f"cli.bill.bridge.{cause}"), account, told[cause]]
            for account, told in bridge.accounts.items()
            if cause in told
        ]
    rows.append([viewer.say("run_page.this_run"), "", bridge.after])
    return heads, rows


def _supply(
    _parts: Parts, viewer: Viewer, review: RunReview
) -> tuple[tuple[str, ...], list[list[Cell]]]:
    keys = ("supplied", "billed", "own_use", "loss")
    heads = tuple(viewer.say(f"cli.bill.head.{key}") for key in ("utility", "unit", *keys))
    rows: list[list[Cell]] = []
    for each in review.reconciliation:
        told = each.document()
        values: list[Cell] = [
            None if told[key] is None else Decimal(str(told[key])) for key in keys
        ]
        rows.append([viewer.say(f"utility.{each.utility}"), str(told["unit"]), *values])
    return heads, rows


def _exceptions(
    parts: Parts, viewer: Viewer, review: RunReview
) -> tuple[tuple[str, ...], list[list[Cell]]]:
    keys = ("cause", "account", "point", "money", "what", "decision", "why")
    heads = tuple(viewer.say(f"cli.bill.head.{key}") for key in keys)
    rows: list[list[Cell]] = []
    for row in review.exceptions:
        found, decision = row.found, row.decision
        rows.append(
            [
                cause_told(viewer.language, found.cause),
                f"{found.account} {row.name}".strip(),
                found.point or "",
                found.money,
                exception_told(viewer.language, found, parts.settings.zone),
                "" if decision is None else viewer.say(f"cli.bill.choice.{decision.choice}"),
                "" if decision is None else decision.why,
            ]
        )
    return heads, rows


def known_sheet(parts: Parts, viewer: Viewer, subject: str) -> Sheet | None:
    """Return the charges of a bill that differ as known at two positions; None without such a bill.

    Args:
        parts: What the pages need.
        viewer: Who looks.
        subject: Id of the bill and the positions, parted by "_".
    """
    try:
        invoice, metering, books = subject.split("_")
        asked = UUID(invoice), int(metering), int(books)
    except ValueError:
        return None
    answer = parts.queries.bill_as_known(viewer.scope, *asked)
    if answer is None:
        return None
    keys = ("charge", "point", "unit", "was", "now", "amount_was", "amount_now", "difference")
    rows: list[list[Cell]] = [
        [
            viewer.named(each["name"]),
            str(each["point"] or ""),
            str(each["unit"] or ""),
            *(_told(each[side], key) for key in ("quantity", "amount") for side in ("was", "now")),
            Decimal(each["amount"]),
        ]
        for each in answer.rows.found.charges
    ]
    heads = tuple(viewer.say(f"corrections.head_{key}") for key in keys)
    return Sheet(name=f"known_{answer.rows.number}", heads=heads, rows=rows)


def exception_sheet(parts: Parts, viewer: Viewer, subject: str) -> Sheet | None:
    """Return the days of an exception beside earlier ones; None without such an exception.

    Args:
        parts: What the pages need.
        viewer: Who looks.
        subject: Id of the run and key of the exception, parted by "_".
    """
    run, _, key = subject.partition("_")
    try:
        answer = parts.queries.run_exception(viewer.scope, UUID(run), key)
    except ValueError:
        return None
    if answer is None or answer.rows.utility is None:
        return None
    told, unit = answer.rows, UNITS[answer.rows.utility][0]
    columns = (told.days, told.before, told.last_year)
    rows: list[list[Cell]] = [
        [
            told.days[n].day,
            *(
                None if n >= len(days) or (used := days[n].usage) is None
                else Decimal(used) / unit.per_unit
                for days in columns
            ),
            viewer.say(f"quality.{told.days[n].quality.name.lower()}"),
        ]
        for n in range(len(told.days))
    ]  # fmt: skip
    names = (viewer.say(f"exception.{key}") for key in ("billed", "before", "last_year"))
    heads = (
        viewer.say("exception.head_day"),
        *(f"{name} [{unit.name}]" for name in names),
        viewer.say("exception.head_quality"),
    )
    return Sheet(name=f"exception_{told.row.found.key}", heads=heads, rows=rows)


def line_day_sheet(parts: Parts, viewer: Viewer, subject: str) -> Sheet | None:
    """Return the intervals of a day of a charge line; None without such a day.

    Args:
        parts: What the pages need.
        viewer: Who looks.
        subject: Id of the bill, number of the line and the day, parted by "_".
    """
    try:
        invoice, line, day = subject.split("_")
        asked = UUID(invoice), int(line), date.fromisoformat(day)
    except ValueError:
        return None
    answer = parts.queries.line_day(viewer.scope, *asked)
    if answer is None:
        return None
    unit = UNITS[answer.rows.utility][0]
    rows: list[list[Cell]] = [
        [
            each.start.astimezone(parts.settings.zone).isoformat(),
            None if each.usage is None else Decimal(each.usage) / unit.per_unit,
            viewer.say(f"quality.{each.quality.name.lower()}"),
            "" if each.period is None else viewer.named(each.period),
            viewer.say("line_day.yes") if each.charged else "",
        ]
        for each in answer.rows.intervals
    ]
    keys = ("start", "usage", "period", "priced")
    start, usage, period, priced = (viewer.say(f"line_day.{key}") for key in keys)
    heads = (start, f"{usage} [{unit.name}]", viewer.say("register.quality"), period, priced)
    return Sheet(name=f"intervals_{day}", heads=heads, rows=rows)


def _told(side: Mapping[str, Any] | None, key: str) -> Cell:
    """Return a figure of a charge before or after; a fraction as it stands."""
    told = None if side is None else side.get(key)
    return None if told is None else str(told) if "/" in str(told) else Decimal(str(told))


RUN_TABLES: dict[str, MakeRows] = {
    "run_sums": _sums,
    "run_bridge": _bridge,
    "run_supply": _supply,
    "run_exceptions": _exceptions,
}
"""What a table's name stands for."""


def _of(name: str) -> Callable[[Parts, Viewer, str], Sheet | None]:
    def sheet(parts: Parts, viewer: Viewer, subject: str) -> Sheet | None:
        return run_sheet(parts, viewer, name, subject)

    return sheet


BILL_TABLES_OF = {
    **{name: _of(name) for name in RUN_TABLES},
    "known": known_sheet,
    "exception_days": exception_sheet,
    "line_day": line_day_sheet,
}
"""The tables of runs and bills by what makes each."""

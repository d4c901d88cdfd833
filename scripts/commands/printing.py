"""In: rows. Out: a table for people or JSON for machines. I/O: standard output."""

from __future__ import annotations

import json
import math
import os
import select
import sys
import unicodedata
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import ExitStack, contextmanager
from dataclasses import fields, is_dataclass
from datetime import UTC, date, datetime, timedelta, tzinfo
from decimal import Decimal
from enum import Enum, IntEnum
from fractions import Fraction
from io import TextIOWrapper
from pathlib import Path
from typing import Any, Self
from uuid import UUID
from zoneinfo import ZoneInfo

from rich.cells import cell_len
from rich.console import Console
from rich.progress import (
    BarColumn,
    Progress,
    ProgressColumn,
    Task,
    TaskID,
    TextColumn,
    TimeElapsedColumn,
)
from rich.table import Table
from rich.text import Text

from billing.money import exact_text
from energy.base.clock import monotonic_s, wait
from energy.base.text import Told, catalogue, t
from scripts.commands.narrow import narrow_rows, width_of

NOTHING = "-"


def plain(value: object) -> Any:
    """Return a value as JSON has it: exact numbers as text, instants as ISO, texts in English."""
    if isinstance(value, Told):
        return str(value)
    if is_dataclass(value) and not isinstance(value, type):
        return {field.name: plain(getattr(value, field.name)) for field in fields(value)}
    match value:
        case IntEnum():
            return value.name.lower()
        case Enum():
            return value.value
        case bool() | int() | str() | None:
            return value
        case Decimal():
            return format(value, "f")
        case Fraction():
            return exact_text(value)
        case datetime() | date():
            return value.isoformat()
        case UUID() | Path() | ZoneInfo():
            return str(value)
        case Mapping():
            return {str(key): plain(each) for key, each in value.items()}
        case Sequence() | set() | frozenset():
            return [plain(each) for each in value]
    raise TypeError(f"no JSON for {type(value)}")


def print_json(value: object) -> None:
    """Print a value as one JSON document."""
    print(json.dumps(plain(value), ensure_ascii=False, indent=1))


def write_anywhere() -> str | None:
    """Let what a terminal cannot show be a question mark there, never an error.

    Returns:
        The encoding of a terminal that cannot show Chinese; None where it can.
    """
    for stream in (sys.stdout, sys.stderr):
        if isinstance(stream, TextIOWrapper):
            stream.reconfigure(errors="replace")
    encoding = getattr(sys.stdout, "encoding", None) or "ascii"
    try:
        "读数".encode(encoding)
    except UnicodeEncodeError:
        return str(encoding)
    return None


def in_zone(instant: datetime | str | None, zone: tzinfo) -> datetime | None:
    """Return an instant as people of a site read it: in the zone of the site.

    Args:
        instant: Aware, or its ISO text, UTC where that names no zone; None stays None.
        zone: Of the site.
    """
    if instant is None:
        return None
    at = datetime.fromisoformat(instant) if isinstance(instant, str) else instant
    return (at if at.tzinfo is not None else at.replace(tzinfo=UTC)).astimezone(zone)


def worded(language: str, part: str, value: Any) -> Any:
    """Return the word for a coded value; the code where no word is known, and in English.

    Args:
        language: Of the reader.
        part: Of the catalogue: "quantity", "utility", "kind", "quality", or of its part [cli].
        value: The code, or the member of an enumeration.
    """
    code = cell(value)
    keys = (f"cli.{part}.{code}", f"{part}.{code}")
    known = next((key for key in keys if key in catalogue()), None)
    return value if known is None or language == "en" else t(language, known)


def reader_gone() -> bool:
    """Return whether nobody reads what is printed (`| head`); the rest of it then goes nowhere."""
    try:
        sys.stdout.flush()
    except BrokenPipeError:
        gone = True
    else:
        gone = _hung_up()
    if gone:
        nowhere = os.open(os.devnull, os.O_WRONLY)
        os.dup2(nowhere, sys.stdout.fileno())
        os.close(nowhere)
    return gone


def _hung_up() -> bool:
    """Return whether the system says so; what failed to be written is in no buffer any more."""
    poll = getattr(select, "poll", None)  # Windows has none
    try:
        number = sys.stdout.fileno()
    except (OSError, ValueError):
        return False
    if poll is None:
        return False
    watch = poll()
    watch.register(number, 0)
    return any(flags & select.POLLERR for _, flags in watch.poll(0))


def harmless(text: str) -> str:
    """Return a text without signs that steer a terminal: names come from files and people."""
    if text.isprintable():
        return text
    steering = {"Cc", "Cf", "Cs"}
    return "".join(
        "?" if sign not in "\n\t" and unicodedata.category(sign) in steering else sign
        for sign in text
    )


def cell(value: object) -> str:
    """Return a value for a table; nothing known is a dash."""
    match value:
        case None:
            return NOTHING
        case IntEnum():
            return value.name.lower()
        case Enum():
            return str(value.value)
        case Decimal():
            return format(value, "f")
        case Fraction():
            return exact_text(value)
        case datetime():
            return value.isoformat(sep=" ", timespec="seconds")
    return harmless(str(value))


def percent(share: Fraction | None, *, digits: int = 1, rounded: bool = False) -> str:
    """Return a share as a percentage; a dash where it is not known.

    Args:
        share: The share. [1]
        digits: Digits behind the point.
        rounded: To the nearest; else down, so that it is never 100 % where anything is wanting.
    """
    if share is None:
        return NOTHING
    steps = share * 100 * 10**digits
    whole = round(steps) if rounded else math.floor(min(steps, 100 * 10**digits))
    return f"{Decimal(whole).scaleb(-digits):f} %"


class _Paper(Console):
    """A console that lets a verb end as it does everywhere when nobody reads it any more."""

    def on_broken_pipe(self) -> None:
        """Pass it on.

        Raises:
            BrokenPipeError: Always.
        """
        raise BrokenPipeError


PIPE_WIDTH = 100_000
"""Of the paper behind a pipe: rows are as wide as they are. [cell]"""


def console() -> Console:
    """Return the console of standard output; a pipe gets rows as wide as they are."""
    out = _Paper(highlight=False)
    return out if out.is_terminal else _Paper(highlight=False, width=PIPE_WIDTH)


def print_table(
    heads: Sequence[str],
    rows: Sequence[Sequence[object]],
    *,
    right: Sequence[int] = (),
    below: Sequence[int] = (),
    nothing: str = "",
) -> None:
    """Print a table; figures of a column with as many digits behind the point as they need.

    Args:
        heads: Heads of the columns.
        rows: Values; shown by `cell`.
        right: Numbers of the columns that hold figures, from 0.
        below: Numbers of the columns that go below each row where the terminal is too narrow, so
            that ids and figures stay in one piece.
        nothing: What is said instead where there are no rows: heads alone look like a failure.
    """
    if nothing and not rows:
        print(nothing)
        return
    paper = console()
    cells = _cells(rows, right)
    if below and paper.is_terminal and width_of(heads, cells) > paper.width:
        first, *others = narrow_rows(
            heads, cells, right=right, below=below, width=paper.width, nothing=NOTHING
        )
        paper.print(Text(first, style="bold"), soft_wrap=True)
        for text in others:
            paper.print(Text(text), soft_wrap=True)
        return
    table = Table(box=None, pad_edge=False, header_style="bold", padding=(0, 2, 0, 0))
    for number, head in enumerate(heads):
        justify = "right" if number in right else "left"
        table.add_column(head, justify=justify, overflow="fold")  # type: ignore[arg-type]
    for row in cells:
        table.add_row(*(Text(value) for value in row))
    if paper.is_terminal:
        paper.print(table)
        return
    with paper.capture() as held:
        paper.print(table)
    for text in held.get().splitlines():
        print(text.rstrip())


def _cells(rows: Sequence[Sequence[object]], right: Sequence[int]) -> list[list[str]]:
    """Return values as text, the exact figures of a column with equally many digits."""
    cells = [[cell(value) for value in row] for row in rows]
    for number in right:
        figures = [n for n, row in enumerate(rows) if isinstance(row[number], Fraction)]
        digits = [len(cells[n][number].partition(".")[2]) for n in figures]
        if any("/" in cells[n][number] for n in figures) or not any(digits):
            continue
        for n in figures:
            value = rows[n][number]
            assert isinstance(value, Fraction), "chosen above"
            cells[n][number] = exact_text(value, least_digits=max(digits))
    return cells


def print_facts(rows: Sequence[tuple[str, object]]) -> None:
    """Print names and values, one a row."""
    named = [(harmless(name), value) for name, value in rows]
    width = max((cell_len(name) for name, _ in named), default=0)
    for name, value in named:
        print(f"{name}{' ' * (width - cell_len(name))}  {cell(value)}")


class _Rest(ProgressColumn):
    """What is left of a wait whose length is known: "-0:00:20"."""

    def render(self, task: Task) -> Text:
        """Return it as text."""
        left_s = max(0, math.ceil((task.total or 0) - task.completed))
        return Text(f"-{timedelta(seconds=left_s)}", style="progress.remaining")


@contextmanager
def working(text: str, total: int | None = None) -> Iterator[Progress]:
    """Show a bar on standard error while something takes its time; nothing in a pipe.

    Args:
        text: What takes its time.
        total: How long it takes where that is known; its rest is then shown, too. [s]
    """
    err = Console(stderr=True)
    columns: tuple[ProgressColumn, ...] = (
        TextColumn("{task.description}"),
        BarColumn(),
        TimeElapsedColumn() if total is None else _Rest(),
    )
    with Progress(*columns, console=err, transient=True, disable=not err.is_terminal) as bar:
        bar.add_task(text, total=total)
        yield bar


def advancing(bar: Progress) -> Callable[[str, int, int], None]:
    """Return what shows how far several things are: name, done, of how many."""
    tasks: dict[str, TaskID] = {}

    def advance(name: str, done: int, total: int) -> None:
        if name not in tasks:
            tasks[name] = bar.add_task(name, total=total)
        bar.update(tasks[name], completed=done, total=total)

    return advance


class Pause:
    """A wait in pieces behind one bar that says how much of the whole is left."""

    def __init__(self, text: str, seconds: int) -> None:
        """Keep what is waited for; the bar comes with the first piece.

        Args:
            text: What is waited for.
            seconds: The whole wait. [s]
        """
        self._text, self._seconds = text, seconds
        self._gone_s = 0
        self._over = False
        self._bar: Progress | None = None
        self._kept = ExitStack()

    def __enter__(self) -> Self:
        """Show nothing yet."""
        return self

    def __exit__(self, *_: object) -> None:
        """Take the bar away."""
        self._kept.close()

    def end(self) -> None:
        """Wait no longer: the person at the terminal broke off; from another thread."""
        self._over = True

    def wait(self, seconds: int) -> None:
        """Wait one piece of the whole.

        Args:
            seconds: Of this piece. [s]
        """
        if self._bar is None:
            self._bar = self._kept.enter_context(working(self._text, total=self._seconds))
        until_s = monotonic_s() + seconds
        self._gone_s += seconds
        while (left_s := until_s - monotonic_s()) > 0 and not self._over:
            wait(min(0.25, left_s))
            left_s = max(0.0, until_s - monotonic_s())
            self._bar.update(self._bar.task_ids[0], completed=self._gone_s - math.ceil(left_s))


def pause_with_bar(text: str, seconds: int) -> None:
    """Wait some seconds behind a bar."""
    with Pause(text, seconds) as pause:
        pause.wait(seconds)

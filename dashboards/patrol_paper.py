"""In: the rounds of a day. Out: their log sheet as PDF, by the typesetting of all papers. Pure.

A column for each round with the marks of the screen, as many as fit side by side; what a mark does
not say stands below: mended and doubted values, remarks, what was skipped and why, what was raised.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from datetime import date, datetime
from typing import Any, Final

from billing.documents.covered import page_text
from billing.documents.frame import Framed, frame
from billing.documents.sheets.blocks import Block, heading, signatures, table, text
from billing.documents.typesetting import Job, pdf
from billing.documents.words import Words
from dashboards.patrol_sheet import SheetReader, said_value, sheet_heads, sheet_rows
from energy.base.text import t
from energy.service.rounds.kinds import Entry
from energy.service.rounds.reads import RoundRow, ValueRow
from energy.service.rounds.schedule import Standing
from energy.service.rounds.sheet import log_sheet

TEMPLATE: Final = "sheet.typ"
ACROSS: Final = 6
"""Rounds side by side."""
_BEFORE: Final = 4
"""Columns before the rounds: stop, value, unit, limits."""
_REMARKS: Final = ("due", "stop", "value", "said", "read", "walked_by", "remark")


def log_pdf(
    rows: Sequence[RoundRow], day: date, site: str, reader: SheetReader, *, now: datetime
) -> bytes:
    """Return the log sheet of a round and day as PDF/A-2b.

    Args:
        rows: The rounds of one key that are due on the day; at least one.
        day: Local day.
        site: Name of the site.
        reader: Who reads it.
        now: When it is made.

    Raises:
        DocumentError: It cannot be set.
    """
    told = page_text(log_page(rows, day, site, reader, now=now))
    return pdf(Job(template=TEMPLATE, inputs={"page": told}, dated=now))


def log_page(
    rows: Sequence[RoundRow], day: date, site: str, reader: SheetReader, *, now: datetime
) -> dict[str, Any]:
    """Return everything the template places; see `log_pdf`."""
    language, made = reader.language, now.astimezone(reader.zone)
    versions = sorted({row.version for row in rows})
    head = Framed(
        title=t(language, "patrol_paper.title"),
        subtitle=rows[0].spec.name[language],
        number="",
        dated=day.isoformat(),
        facts=[
            [t(language, "patrol_paper.site"), site],
            [t(language, "patrol_paper.day"), day.isoformat()],
            [t(language, "patrol_paper.versions"), ", ".join(str(each) for each in versions)],
            [t(language, "patrol_paper.rounds"), _stands(rows, language)],
            [t(language, "patrol_paper.made"), f"{made:%Y-%m-%d %H:%M}"],
        ],
        issuer={"name": site},
    )
    blocks = [
        *_tables(rows, reader),
        text(t(language, "cli.patrol.marks"), soft=True),
        *_remarks(rows, reader),
        signatures(t(language, "patrol_paper.seen")),
    ]
    return {**frame(Words(language, "paper"), "a4", None, head), "blocks": blocks}


def _stands(rows: Sequence[RoundRow], language: str) -> str:
    """Return how many rounds of the day stand how, without those to come."""
    counts = {each: sum(row.standing is each for row in rows) for each in Standing}
    told = [
        f"{t(language, f'cli.patrol_state.{each}')} {count}"
        for each, count in counts.items()
        if count and each is not Standing.COMING
    ]
    return " · ".join(told) or "–"


def _tables(rows: Sequence[RoundRow], reader: SheetReader) -> Iterator[Block]:
    log = log_sheet(rows)
    heads, lines = sheet_heads(log, reader), sheet_rows(log, reader, reasons=False)
    for first in range(_BEFORE, len(heads), ACROSS):
        hours = heads[first : first + ACROSS]
        if len(heads) > _BEFORE + ACROSS:
            yield heading(" – ".join(dict.fromkeys((hours[0], hours[-1]))))
        cut = slice(first - _BEFORE, first - _BEFORE + ACROSS)
        yield table(
            [heads[0], heads[1], heads[3], *hours],
            [
                [name, f"{value} [{unit}]" if unit else value, limits, *cells[cut]]
                for name, value, unit, limits, *cells in lines
            ],
            align="lll" + "l" * len(hours),
            wide={0: 3, 1: 4, 2: 3} | {3 + n: 2 for n in range(len(hours))},
        )


def _remarks(rows: Sequence[RoundRow], reader: SheetReader) -> list[Block]:
    language = reader.language
    told = [line for row in rows for line in _of_round(row, reader)]
    if not told:
        return []
    heads = [t(language, f"cli.patrol_head.{key}") for key in _REMARKS]
    title = heading(t(language, "patrol_paper.remarks"))
    return [title, table(heads, told, align="lllllll", wide={1: 1, 2: 1, 6: 2})]


def _of_round(row: RoundRow, reader: SheetReader) -> Iterator[list[str]]:
    """Yield what the marks of a round do not say, in the order of telling."""
    due, language = _clock(row.due_at, reader), reader.language
    stops = {stop.key: stop.name[language] for stop in row.spec.stops}
    for each in row.values:
        numbers = [
            made.number
            for made in row.raised
            if each.counts and (made.stop, made.value) == (each.stop, each.value)
        ]
        remark = ", ".join(filter(None, [*_said_of(each, language), *numbers]))
        if remark:
            item = row.spec.stop(each.stop).item(each.value)
            said = f"{said_value(item, each.said, language)} {item.unit}".rstrip()
            yield [
                *(due, stops[each.stop], item.name[language], said),
                *(_clock(each.read_at, reader), reader.name_of(each.person), remark),
            ]
    for skip in row.skips:
        reason = t(language, "cli.patrol.was_skipped", stop=stops[skip.stop], reason=skip.reason)
        name = reader.name_of(skip.person)
        yield [due, stops[skip.stop], "", "", _clock(skip.told_at, reader), name, reason]


def _said_of(each: ValueRow, language: str) -> Iterator[str]:
    if each.outside:
        yield t(language, "cli.patrol.outside")
    if each.entry != Entry.TOLD:
        yield t(language, f"cli.patrol_entry.{each.entry}")
    yield each.reason
    yield each.note


def _clock(at: datetime, reader: SheetReader) -> str:
    return f"{at.astimezone(reader.zone):%H:%M}"

"""In: rounds as they stand, log sheets. Out: rows at a terminal. I/O: terminal."""

from __future__ import annotations

from collections.abc import Sequence

from scripts.commands.asked import runs
from scripts.commands.frame import Opened
from scripts.commands.printing import in_zone, print_facts, print_table

if runs():
    from dashboards.patrol_sheet import (
        SheetReader,
        said_limits,
        said_value,
        sheet_heads,
        sheet_rows,
    )
    from energy.service.rounds.kinds import Entry
    from energy.service.rounds.plans import Edition
    from energy.service.rounds.reads import RoundRow, ValueRow
    from energy.service.rounds.schedule import How
    from energy.service.rounds.sheet import LogSheet


def reader_of(at: Opened) -> SheetReader:
    """Return who reads a sheet at this terminal."""
    return SheetReader(
        language=at.language,
        zone=at.site.zone,
        name_of=lambda person: at.name_of(person) or "",
    )


def print_plan(at: Opened, editions: Sequence[Edition]) -> None:
    """Print a row for each round of the newest version, and from when on each version holds."""
    heads = _heads(at, "version", "from", "round", "name", "due", "within", "stops", "values")
    rows = [
        (
            edition.version,
            edition.valid_from,
            spec.key,
            spec.name[at.language],
            _times(at, spec.due.how, spec.due.times),
            spec.within_min,
            len(spec.stops),
            sum(len(stop.items) for stop in spec.stops),
        )
        for edition in editions
        for spec in edition.plan.rounds
    ]
    print_table(heads, rows, right=(0, 5, 6, 7), nothing=at.text("none.patrol_plan"))


def _times(at: Opened, how: How, times: Sequence[int]) -> str:
    texts = [f"{each // 60:02d}:{each % 60:02d}" for each in times]
    shown = ", ".join(texts) if len(texts) <= 4 else f"{texts[0]}, {texts[1]} … {texts[-1]}"
    return f"{shown} ({at.text(f'patrol_how.{how}')})" if how is How.SHIFTS else shown


def print_rounds(at: Opened, rows: Sequence[RoundRow]) -> None:
    """Print a row for each round."""
    heads = _heads(at, "round", "name", "due", "until", "state", "walked_by", "left", "outside")
    table = [
        (
            row.spec.key,
            row.spec.name[at.language],
            in_zone(row.due_at, at.site.zone),
            in_zone(row.until, at.site.zone),
            state_of(at, row),
            None if row.walk is None else at.name_of(row.walk.owner),
            None if row.walk is None else row.left,
            None if row.walk is None else row.outside,
        )
        for row in rows
    ]
    print_table(heads, table, right=(6, 7), nothing=at.text("none.patrol_rounds"))


def state_of(at: Opened, row: RoundRow) -> str:
    """Return how a round stands, and whether late."""
    told = at.text(f"patrol_state.{row.standing}")
    late = row.late and row.walk is not None
    return f"{told}, {at.text('patrol.late')}" if late else told


def print_walk(at: Opened, row: RoundRow) -> None:
    """Print a round: every entry, what was skipped, what was raised."""
    assert row.walk is not None, "somebody began it"
    print_facts(
        [
            (at.text("patrol_head.round"), f"{row.spec.key} · {row.spec.name[at.language]}"),
            (at.text("patrol_head.due"), in_zone(row.due_at, at.site.zone)),
            (at.text("patrol_head.state"), state_of(at, row)),
            (at.text("patrol_head.walked_by"), at.name_of(row.walk.owner)),
            (at.text("patrol_head.begun"), in_zone(row.walk.started_at, at.site.zone)),
            (at.text("patrol_head.signed"), in_zone(row.walk.ended_at, at.site.zone)),
        ]
    )
    heads = _heads(at, "stop", "value", "said", "limits", "read", "walked_by", "remark")
    print_table(heads, [_entry(at, row, each) for each in row.values])
    for skip in row.skips:
        print(at.text("patrol.was_skipped", stop=skip.stop, reason=skip.reason))
    for each in row.raised:
        print(at.text("patrol.was_raised", stop=each.stop, value=each.value, number=each.number))


def _entry(at: Opened, row: RoundRow, each: ValueRow) -> tuple[object, ...]:
    item = row.spec.stop(each.stop).item(each.value)
    remarks = [
        at.text("patrol.outside") if each.outside else "",
        "" if each.entry == Entry.TOLD else at.text(f"patrol_entry.{each.entry}"),
        each.reason,
        each.note,
    ]
    said = said_value(item, each.said, at.language)
    return (
        each.stop,
        each.value,
        f"{said} {item.unit}".rstrip(),
        said_limits(item, at.language),
        in_zone(each.read_at, at.site.zone),
        at.name_of(each.person),
        ", ".join(filter(None, remarks)),
    )


def print_sheet(at: Opened, log: LogSheet) -> None:
    """Print a log sheet, and what its marks mean."""
    reader = reader_of(at)
    print_table(sheet_heads(log, reader), sheet_rows(log, reader))
    print(at.text("patrol.marks"))


def _heads(at: Opened, *keys: str) -> list[str]:
    return [at.text(f"patrol_head.{key}") for key in keys]

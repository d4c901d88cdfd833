"""In: drafts and recorded estimates. Out: tables, sparklines, JSON values. I/O: standard output."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import timedelta
from fractions import Fraction

from energy.base.period import local_day
from energy.base.text import catalogue
from energy.base.units import to_base
from scripts.commands.asked import runs
from scripts.commands.frame import Opened
from scripts.commands.printing import cell, in_zone, print_facts, print_table

if runs():
    from energy.metering.channel import Channel
    from energy.metering.usage import UsageSpan
    from energy.views.arrivals import Lot
    from energy.views.estimates import DayEffect
    from processes.estimates.draft import EstimateDraft
    from processes.estimates.missing import Undrafted
    from processes.estimates.states import EstimateStanding
    from processes.import_report import BARS

SHORT = 8
"""Digits of an id that are shown; any beginning that names one thing will do."""
_TOTAL = "estimated"
"""Input that holds the estimated total. [base unit]"""
_CELLS = 24
"""Signs of a day's line: one an hour."""


def print_draft(at: Opened, draft: EstimateDraft, again: str) -> None:
    """Print what one estimate would state and change.

    Args:
        at: Site and language.
        draft: The estimate.
        again: The command that records it.
    """
    print_facts(
        [
            (at.text("head.channel"), draft.channel.key),
            (at.text("head.method"), draft.method),
            *_named(at, draft.inputs),
            (at.text("head.readings"), len(draft.readings)),
            (at.text("head.estimated"), _in_units(draft.channel, draft.total)),
        ]
    )
    if draft.days:
        keys = ("day", "before", "after", "difference", "unit", "known", "quality", "shape")
        rows = [_effect(at, draft, day) for day in draft.days]
        heads = [at.text(f"head.{key}") for key in keys]
        print_table(heads, rows, right=(1, 2, 3, 5), below=(7,))
    elif draft.usage is not None:
        print(at.text("estimate.no_change"))
    print(at.text("estimate.nothing_written", again=again))


def print_drafts(at: Opened, drafts: Sequence[EstimateDraft], refused: Sequence[Undrafted]) -> None:
    """Print one row a channel, and below why others have no draft."""
    keys = ("channel", "method", "first_day", "last_day", "readings", "intervals", "estimated")
    rows = [
        (
            draft.channel.key,
            draft.method,
            local_day(draft.readings[0][0], at.site.zone),
            local_day(draft.readings[-1][0] - timedelta(microseconds=1), at.site.zone),
            len(draft.readings),
            sum(day.intervals for day in draft.days),
            _in_units(draft.channel, draft.total),
            draft.channel.facts.unit,
        )
        for draft in drafts
    ]
    heads = [at.text(f"head.{key}") for key in (*keys, "unit")]
    print_table(heads, rows, right=(4, 5, 6), below=(1, 2, 3))
    for each in refused:
        print(f"{each.channel.key}: {each.error.told(at.language)}")


def print_standings(at: Opened, rows: Sequence[EstimateStanding]) -> None:
    """Print one row an estimate: stated, known now, net effect, whether it stands."""
    keys = ("id", "channel", "method", "from", "to", "stated", "known_now", "difference", "unit")
    table = [
        (
            row.estimate.hex[:SHORT],
            row.channel.key,
            row.method,
            row.first.astimezone(at.site.zone),
            row.last.astimezone(at.site.zone),
            _units(row, row.stated),
            _units(row, row.known),
            _units(row, row.difference),
            row.channel.facts.unit,
            at.text(f"estimate.standing.{row.standing}"),
            row.changed_at,
            at.name_of(row.stated_by),
        )
        for row in rows
    ]
    heads = [at.text(f"head.{key}") for key in (*keys, "state", "position", "by")]
    print_table(heads, table, right=(5, 6, 7, 10), below=(2, 3, 4, 10, 11))


def print_standing(at: Opened, row: EstimateStanding, lots: Sequence[Lot]) -> None:
    """Print one estimate: how it came to be, its days, and what arrived since."""
    print_facts(
        [
            (at.text("head.id"), row.estimate),
            (at.text("head.channel"), row.channel.key),
            (at.text("head.method"), row.method),
            *_named(at, dict(sorted(row.inputs.items()))),
            (at.text("head.by"), at.name_of(row.stated_by)),
            (at.text("head.at"), row.stated_at.astimezone(at.site.zone)),
            (at.text("head.position"), row.position),
            (at.text("head.state"), at.text(f"estimate.standing.{row.standing}")),
        ]
    )
    keys = ("day", "stated", "known_now", "difference", "unit", "standing", "quality")
    table = [
        (
            day.day,
            _units(row, day.stated),
            _units(row, day.known),
            _units(row, day.difference),
            row.channel.facts.unit,
            f"{day.standing}/{day.intervals}",
            at.word(day.quality),
        )
        for day in row.days
    ]
    print_table([at.text(f"head.{key}") for key in keys], table, right=(1, 2, 3, 5))
    for lot in lots:
        who = lot.source or at.name_of(lot.by) or lot.reason or ""
        print(
            at.text(
                "estimate.arrived",
                position=lot.last_position,
                what=f"{at.word(lot.kind)} {who}",
                difference=cell(_units(row, lot.difference)),
                unit=row.channel.facts.unit,
            )
        )
    total = cell(_units(row, row.difference))
    print(at.text("estimate.net", difference=total, unit=row.channel.facts.unit))


def _named(at: Opened, inputs: Mapping[str, str]) -> list[tuple[str, str]]:
    """Return what a method used, by name; what it estimated is told in units elsewhere."""
    return [(_name(at, key), _said(at, key, each)) for key, each in inputs.items() if key != _TOTAL]


def _name(at: Opened, key: str) -> str:
    known = f"evidence.input.{key}"
    return at.say(known) if known in catalogue() else key.replace("_", " ")


def _said(at: Opened, key: str, value: str) -> str:
    if key == "gaps":
        return "; ".join(at.say(f"evidence.gap.{each}") for each in value.split(", "))
    if key in ("from", "to"):
        return cell(in_zone(value, at.site.zone))
    return value


def draft_json(draft: EstimateDraft) -> dict[str, object]:
    """Return a draft as values that JSON has."""
    return {
        "channel": draft.channel.key,
        "method": draft.method,
        "inputs": draft.inputs,
        "readings": [{"at": at, "count": count} for at, count in draft.readings],
        "estimated": draft.total,
        "days": draft.days,
        "position": draft.position,
    }


def _effect(at: Opened, draft: EstimateDraft, day: DayEffect) -> tuple[object, ...]:
    channel = draft.channel
    return (
        day.day,
        _in_units(channel, day.before),
        _in_units(channel, day.after),
        _in_units(channel, day.after - day.before),
        channel.facts.unit,
        f"{day.known_after}/{day.expected}",
        at.word(day.quality_after),
        "" if draft.usage is None else _line(at, draft.usage, day),
    )


def _line(at: Opened, usage: UsageSpan, day: DayEffect) -> str:
    """Return the day's usage as one sign an hour."""
    step = timedelta(seconds=usage.step_s)
    hours = [0] * _CELLS
    for n, value in enumerate(usage.usage.tolist()):
        local = (usage.start + n * step).astimezone(at.site.zone)
        if local.date() == day.day:
            hours[local.hour] += max(value, 0)
    most = max(hours)
    return "".join(BARS[(len(BARS) - 1) * each // most] if most else BARS[0] for each in hours)


def _in_units(channel: Channel, base: int | None) -> Fraction | None:
    utility = channel.facts.utility
    if base is None or utility is None:
        return None
    return Fraction(base) / to_base(utility, channel.facts.unit)


def _units(row: EstimateStanding, base: int | None) -> Fraction | None:
    return None if base is None else Fraction(base) / row.per_unit

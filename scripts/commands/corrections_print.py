"""In: statements of people about readings. Out: rows for people. I/O: standard output."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from typing import Final

from billing.money import display_text
from energy.base.text import catalogue
from scripts.commands.asked import runs
from scripts.commands.frame import Opened
from scripts.commands.printing import print_table, worded

if runs():
    from energy.metering.channel import Channel
    from energy.metering.checks.catalogue import CHECKER
    from energy.views.corrections import CorrectionRow

SHORT: Final = 8
"""Digits of an id that are shown; any beginning that names one thing will do."""


def print_corrections(
    at: Opened, rows: Sequence[CorrectionRow], channels: Mapping[int, Channel]
) -> None:
    """Print corrections, estimates and readings from displays.

    Args:
        at: Site and language.
        rows: The statements.
        channels: Of the site, by number.
    """
    keys = ("id", "kind", "state", "point", "quantity", "from", "to", "readings", "value")
    table = [
        (
            row.correction.hex[:SHORT],
            at.word(row.kind),
            at.word(row.state),
            channels[row.channel].point,
            worded(at.language, "quantity", channels[row.channel].facts.quantity),
            row.first.astimezone(at.site.zone),
            row.last.astimezone(at.site.zone),
            len(row.readings),
            _displayed(channels[row.channel], row),
            reason_of(at, row),
            at.name_of(row.proposed_by),
            at.name_of(row.decided_by),
        )
        for row in rows
    ]
    heads = [at.text(f"head.{key}") for key in (*keys, "reason", "proposed_by", "decided_by")]
    print_table(heads, table, right=(7, 8), below=(4, 5, 6, 7, 9, 10, 11))


def reason_of(at: Opened, row: CorrectionRow) -> str | None:
    """Return why something was stated, in the reader's language where a check stated it."""
    if row.kind == "estimate":
        told = json.loads(row.reason or "{}").get("reason")
        return str(told) if told else row.method
    if row.proposed_by == CHECKER:
        key = f"evidence.restored.{row.reason.partition(' ')[0].rpartition('.')[2]}"
        return at.say(key) if key in catalogue() else row.reason
    return row.reason


def _displayed(channel: Channel, row: CorrectionRow) -> str:
    """Return what is stated, as the display shows it: of several readings the first and last."""
    facts = channel.facts
    counts = [count for _, count in row.readings]
    ends = [counts[0], counts[-1]] if len(counts) > 1 else counts
    return f"{' ... '.join(display_text(count, facts.resolution) for count in ends)} {facts.unit}"

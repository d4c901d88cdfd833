"""In: a finished play. Out: play.json: what was sent, every register's true course. I/O."""

from __future__ import annotations

import json
import os
from pathlib import Path
from typing import Any

from energy.base.clock import to_us
from simulator.played import PlayedSite
from simulator.progress import PlayWindow


def play_report(site: PlayedSite, window: PlayWindow, *, readings_sent: int) -> dict[str, Any]:
    """Return what was sent and what every billed register truly did in the play.

    Counts are un-wrapped: end - start is what the meter counted, rollovers or not.

    Args:
        site: The simulated meters.
        window: The play's slots.
        readings_sent: Distinct (channel, slot) answered or published.
    """
    first_us, last_us = to_us(window.first), to_us(window.last)
    return {
        "readings_sent": readings_sent,
        "meters": len(site.registers()),
        "channels": len(site.channels()),
        "slots": window.slots,
        "first_slot": window.first.isoformat(),
        "last_slot": window.last.isoformat(),
        "registers": {
            point: {
                "start_count": register.true_count(first_us),
                "end_count": register.true_count(last_us),
                "modulus": register.modulus,
            }
            for point, register in site.registers().items()
        },
    }


def write_report(file: Path, report: dict[str, Any]) -> None:
    """Write a report whole or not at all.

    Args:
        file: Where it shall stand.
        report: The report.
    """
    fresh = file.with_suffix(".new")
    with fresh.open("w", encoding="utf-8") as opened:
        json.dump(report, opened, indent=1)
        opened.flush()
        os.fsync(opened.fileno())
    fresh.replace(file)

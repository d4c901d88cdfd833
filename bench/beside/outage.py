"""In: both sides. Out: what each says was used across six hours without readings. I/O.

The registers count on, so what was used is known. The outage begins seven minutes past an hour,
as outages do. Our side reads the registers. The peer does so too (`energyindex2energy`), and in
the form it sums, the energy of each interval: of the intervals that were not read whole there is
none, and its breakdown by use puts 0 there.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from bench.beside.ours import Ours
from bench.beside.peer import Peer
from bench.beside.registers import DAY_US, HOUR_US, Registers, registers
from energy.base.quality import Quality

_MINUTE_US = 60_000_000
_DAYS = 8
_OUTAGE_US = 6 * HOUR_US
_SINCE_US = 3 * DAY_US + 16 * HOUR_US + 7 * _MINUTE_US


@dataclass(frozen=True, slots=True, kw_only=True)
class Told:
    """What one side says a meter used."""

    side: str
    wh: float
    """[Wh]"""
    error_percent: float
    """Against the register."""
    wrong_hours: int
    """Hours off by more than 1 Wh, against the truth nobody read."""
    marked_hours: int
    """Hours that are marked as interpolated or left empty."""


def outage(ours: Ours, peer: Peer) -> list[Told]:
    """Return what each side says of a meter read every minute, with six hours missing.

    Args:
        ours: A fresh site for one meter.
        peer: Running.
    """
    whole = registers(1, _DAYS, step_us=_MINUTE_US)
    since_us = int(whole.at_us[0]) + _SINCE_US
    gone = (whole.at_us > since_us) & (whole.at_us <= since_us + _OUTAGE_US)
    read = whole.without(gone)
    truth = whole.energy[:, 0].reshape(-1, 60).sum(axis=1)
    rows = [_ours(ours, read, truth)]
    peer.ask("add", name="outage-register", meters=1)
    peer.take("outage-register", read.at_us, read.count)
    peer.ask("store")
    rows.append(_theirs(peer, "BEMServer-core, register", "outage-register", truth, whole))
    held = ~gone[:-1] & ~gone[1:]
    peer.ask("add", name="outage-energy", meters=1)
    peer.take("outage-energy", whole.at_us[:-1][held], whole.energy[held])
    peer.ask("store")
    rows.append(_theirs(peer, "BEMServer-core, energy", "outage-energy", truth, whole))
    return rows


def _ours(ours: Ours, read: Registers, truth: NDArray[np.int64]) -> Told:
    ours.append(read, 0, len(read.at_us))
    ours.fold()
    channels: list[int] = read.channel.tolist()
    start_us, end_us = int(read.at_us[0]), int(read.at_us[-1])
    span = ours.spans(channels, start_us, end_us)[channels[0]]
    hours = ours.hours(channels, start_us, end_us).to_numpy()[:, 0]
    worse = (span.quality != Quality.MEASURED).reshape(len(truth), -1).any(axis=1)
    return _told("Meterline", hours, truth, int(worse.sum()))


def _theirs(peer: Peer, side: str, group: str, truth: NDArray[np.int64], whole: Registers) -> Told:
    peer.ask(
        "hours" if group.endswith("energy") else "register_hours",
        name=group,
        meters=1,
        start_us=int(whole.at_us[0]),
        end_us=int(whole.at_us[-1]),
    )
    hours = peer.result()[:, 0]
    return _told(side, np.nan_to_num(hours), truth, int(np.isnan(hours).sum()))


def _told(side: str, hours: NDArray[np.float64], truth: NDArray[np.int64], marked: int) -> Told:
    return Told(
        side=side,
        wh=float(hours.sum()),
        error_percent=100 * float(hours.sum() - truth.sum()) / float(truth.sum()),
        wrong_hours=int((np.abs(hours - truth) > 1).sum()),
        marked_hours=marked,
    )

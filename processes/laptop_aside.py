"""In: what a laptop remembers. Out: its readings that the server does not take, by point. Pure."""

from __future__ import annotations

import base64
import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

import numpy as np

from energy.base.clock import from_us
from energy.metering.channel import Channel
from energy.metering.codec import decode

ASIDE = "aside "
"""Beginning of the names under which they are kept."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Aside:
    """Readings of one channel that were set aside."""

    point: str
    """"" where this laptop's pack does not know the channel any more."""
    quantity: str
    channel: int
    readings: int
    first: datetime
    last: datetime
    why: str
    """As the server told it."""


def set_aside(kept: Mapping[str, str], channels: Sequence[Channel]) -> list[Aside]:
    """Return the readings that were set aside, by channel and reason.

    Args:
        kept: What a laptop remembers under names that begin with ASIDE.
        channels: Of the pack.
    """
    known = {channel.number: channel for channel in channels}
    spans: dict[tuple[int, str], tuple[int, int, int]] = {}
    for text in kept.values():
        batch = json.loads(text)
        columns = decode(base64.b64decode(batch["payload"]))
        why = " ".join(batch.get("why", ()))
        for number in np.unique(columns.channel).tolist():
            own = columns.at_us[columns.channel == number]
            many, first, last = spans.get((number, why), (0, int(own.min()), int(own.max())))
            spans[number, why] = (
                many + len(own),
                min(first, int(own.min())),
                max(last, int(own.max())),
            )
    return [
        Aside(
            point=known[number].point if number in known else "",
            quantity=known[number].facts.quantity if number in known else "",
            channel=number,
            readings=many,
            first=from_us(first),
            last=from_us(last),
            why=why,
        )
        for (number, why), (many, first, last) in sorted(spans.items())
    ]

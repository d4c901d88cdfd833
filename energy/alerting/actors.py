"""In: the alerts of a time. Out: how loud it was, and who made the noise. Pure.

The figures and their marks are those of EEMUA 191 (3rd edition) and ISA-18.2: alarms per ten
minutes for one operator, mean and most; the share of the ten loudest; what chatters (three times
in a minute); what stands longer than a day. What wakes nobody (historic, children of a cause)
is not counted.
"""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from fractions import Fraction
from typing import Final

from energy.base.period import Period

SPAN: Final = timedelta(minutes=10)
MEAN_AT_MOST: Final = Fraction(1)
"""Alarms in ten minutes, in the mean: more is not manageable for long."""
MOST_AT_MOST: Final = 10
"""Alarms in any ten minutes: more is a flood."""
TOP: Final = 10
TOP_SHARE_AT_MOST: Final = Fraction(5, 100)
"""Share of the ten loudest."""
CHATTER: Final = 3
"""So often in a minute is chattering."""
MINUTE: Final = timedelta(minutes=1)
STALE: Final = timedelta(days=1)
STALE_AT_MOST: Final = 5


@dataclass(frozen=True, slots=True, kw_only=True)
class Raised:
    """One alert that could be heard."""

    what: str
    """Rule or finding, and what it is about: that of which there may be many."""
    severity: str
    at: datetime
    cleared_at: datetime | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Actor:
    """One of the loudest."""

    what: str
    raised: int
    share: Fraction
    """Of all alarms of the time."""
    chatters: bool
    standing_s: int
    """How long it stood, all of it together. [s]"""


@dataclass(frozen=True, slots=True, kw_only=True)
class Figures:
    """How loud a time was."""

    period: Period
    alarms: int
    mean: Fraction
    """Alarms in ten minutes."""
    most: int
    """Alarms in the loudest ten minutes."""
    floods: int
    """Spans of ten minutes with more than MOST_AT_MOST."""
    top_share: Fraction
    """Share of the ten loudest; 0 where nothing was raised."""
    chattering: int
    stale: int
    """Alarms that stood for a day at the end."""
    severities: Mapping[str, int]
    actors: tuple[Actor, ...]
    """The ten loudest, the loudest first."""

    @property
    def beyond(self) -> tuple[str, ...]:
        """Return the names of the figures that lie beyond their marks."""
        marks = {
            "mean": self.mean > MEAN_AT_MOST,
            "most": self.most > MOST_AT_MOST,
            "top_share": self.alarms > TOP and self.top_share > TOP_SHARE_AT_MOST,
            "chattering": self.chattering > 0,
            "stale": self.stale > STALE_AT_MOST,
        }
        return tuple(name for name, beyond in marks.items() if beyond)


def figures(alerts: Iterable[Raised], period: Period) -> Figures:
    """Return the figures of a time.

    Args:
        alerts: Those raised before its end and not cleared before its begin.
        period: The time; its last ten minutes may be cut short.
    """
    every = sorted(alerts, key=lambda each: (each.at, each.what))
    raised = [each for each in every if period.start <= each.at < period.end]
    period_s = int((period.end - period.start).total_seconds())
    spans = Counter((each.at - period.start) // SPAN for each in raised)
    times: dict[str, list[datetime]] = defaultdict(list)
    for each in raised:
        times[each.what].append(each.at)
    chattering = {what for what, at in times.items() if chatters(at)}
    loudest = sorted(times, key=lambda what: (-len(times[what]), what))[:TOP]
    top = sum(len(times[what]) for what in loudest)
    ends = [(each, min(each.cleared_at or period.end, period.end)) for each in every]
    stood: Counter[str] = Counter()
    for each, end in ends:
        stood[each.what] += int((end - max(each.at, period.start)).total_seconds())
    return Figures(
        period=period,
        alarms=len(raised),
        mean=Fraction(len(raised) * int(SPAN.total_seconds()), period_s),
        most=max(spans.values(), default=0),
        floods=sum(many > MOST_AT_MOST for many in spans.values()),
        top_share=Fraction(top, len(raised)) if raised else Fraction(0),
        chattering=len(chattering),
        stale=sum(
            end - each.at >= STALE and (each.cleared_at or period.end) >= period.end
            for each, end in ends
        ),
        severities=dict(Counter(each.severity for each in raised)),
        actors=tuple(
            Actor(
                what=what,
                raised=len(times[what]),
                share=Fraction(len(times[what]), len(raised)),
                chatters=what in chattering,
                standing_s=stood[what],
            )
            for what in loudest
        ),
    )


def figure_texts(found: Figures) -> dict[str, str]:
    """Return the figures as people read them, by name."""
    return {
        "alarms": str(found.alarms),
        "mean": f"{float(found.mean):.2f}",
        "most": str(found.most),
        "floods": str(found.floods),
        "top_share": share_text(found.top_share),
        "chattering": str(found.chattering),
        "stale": str(found.stale),
    }


def share_text(share: Fraction) -> str:
    """Return a share of alarms as a whole per cent."""
    return f"{float(100 * share):.0f} %"


def chatters(at: Sequence[datetime]) -> bool:
    """Return whether something was raised CHATTER times within a minute.

    Args:
        at: When it was raised, by time.
    """
    pairs = zip(at, at[CHATTER - 1 :], strict=False)
    return any(last - first < MINUTE for first, last in pairs)

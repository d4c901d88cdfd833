"""In: running processes. Out: what became of thousands of alerts within a minute. I/O.

One quantity after the other rises above its rule's limit on all meters at once, as a dip or a
switching does it: one cause each. Counted is whether each alert was raised once, and how many
messages a cause gave.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass

from bench.chain.place import COMMON, HIGH, register_of
from bench.chain.running import Running, StampedDesk
from energy.alerting.flood import GROUPS
from energy.base.clock import wait

QUIET_S = 3.0
"""So long nothing may come any more until the messages are counted. [s]"""


@dataclass(frozen=True, slots=True, kw_only=True)
class Stormed:
    """What a storm showed; field names are those of `--json`."""

    causes: int
    alerts: int
    """That must be raised."""
    raised: int
    """Alerts of the causes, each counted once."""
    twice: int
    """Alerts of one channel that were raised more than once."""
    groups: int
    """Alerts that tell of many."""
    alone: int
    """Alerts that are told on no other."""
    messages: int
    messages_a_cause: dict[str, int]
    seconds: float
    """From the first crossing set to the last alert raised. [s]"""
    told_s: float
    """From the last crossing set to the last message at the gateway. [s]"""


def stormed(
    running: Running,
    desk: StampedDesk,
    tell: Callable[[str], None],
    *,
    within_s: float,
    start: Callable[[], None],
) -> Stormed:
    """Let every meter cross the limit of one quantity after the other; stop the processes.

    Args:
        running: The processes.
        desk: Of the gateway.
        tell: Tells the meters something.
        within_s: All of it. [s]
        start: Starts the processes.
    """
    clock, wanted = running.place.clock, running.place.meters * len(COMMON)
    start()
    after, _ = running.position("notices", "operations")
    came, before = len(desk.taken), running.raised()
    began = last = clock.now()
    for quantity in COMMON:
        last = clock.now()
        tell(f"* {register_of(quantity)} {HIGH}")
        wait(within_s / len(COMMON))
    running.until_so_many(running.raised, before + wanted + len(COMMON))
    running.until(running.caught_up)
    wait(QUIET_S)
    running.stop()
    facts = running.facts(after)
    mine = [each for each in facts.alerts if each.key.replace("-", "_") in COMMON]
    single = Counter((each.channel, each.key) for each in mine if each.code not in GROUPS)
    rules = {each.originator_id: each.key for each in mine}
    messages = Counter(
        rules[subject]
        for subject, notices in facts.queued.items()
        for notice in notices
        if subject in rules and str(notice.originator_id) in desk.came
    )
    came_last = max(desk.came.values(), default=last)
    raised_last = max((each.timestamp for each in mine), default=last)
    return Stormed(
        causes=len(COMMON),
        alerts=wanted,
        raised=len(single),
        twice=sum(number > 1 for number in single.values()),
        groups=sum(each.code in GROUPS for each in mine),
        alone=sum(
            each.originator_id not in facts.parents for each in mine if each.code not in GROUPS
        ),
        messages=len(desk.taken) - came,
        messages_a_cause=dict(sorted(messages.items())),
        seconds=round((raised_last - began).total_seconds(), 1),
        told_s=round((came_last - last).total_seconds(), 1),
    )

"""In: a link, a unit, maps. Out: how the device is to be read. I/O: Modbus, reads only.

Asks what `adapters/modbus/probing` wants to know and lets it judge. Nothing is guessed: a verdict
that is not settled shows the two best and what would tell them apart.
"""

from __future__ import annotations

from dataclasses import dataclass

from adapters.modbus.link import Link
from adapters.modbus.probing.asking import questions
from adapters.modbus.probing.candidate import Products
from adapters.modbus.probing.judge import Verdict, judge
from energy.base.clock import monotonic_s
from processes.technician_asking import Conversation, Progress
from processes.technician_link import Reach, reach, unreached
from processes.technician_scan import connected
from processes.technician_values import NoContactError

PROBING_S = 180.0
"""Longest time for the questions of one probe. [s]"""


@dataclass(frozen=True, slots=True, kw_only=True)
class Probe:
    """What a probe found."""

    where: str
    unit: int
    verdict: Verdict
    asked: int
    """Questions that were asked."""
    seconds: float
    complete: bool
    """Whether every question was asked before time was up."""


async def probe(
    link: Link,
    unit: int,
    products: Products,
    *,
    timeout_s: float,
    progress: Progress = lambda _: None,
) -> Probe:
    """Return how a device is to be read.

    Args:
        link: Where.
        unit: Unit number.
        products: The products it may be.
        timeout_s: Longest wait for an answer. [s]
        progress: Told after every question.

    Raises:
        NoContactError: It does not answer; names cause and next step.
    """
    start_s = monotonic_s()
    with connected(link, timeout_s) as client:
        conversation = Conversation(reader=client, unit=unit)
        try:
            candidates = await conversation.through(
                questions(products, conversation.seen),
                until_s=start_s + PROBING_S,
                progress=progress,
            )
        except NoContactError as error:
            found = await reach(link, timeout_s)
            if found is not Reach.OPEN:
                raise unreached(link, found, timeout_s) from error
            raise NoContactError.of(
                "unit_silent", unit=unit, where=link.where, cause=conversation.why or str(error)
            ) from error
    return Probe(
        where=link.where,
        unit=unit,
        verdict=judge(candidates or (), conversation.seen),
        asked=conversation.asked,
        seconds=monotonic_s() - start_s,
        complete=candidates is not None,
    )

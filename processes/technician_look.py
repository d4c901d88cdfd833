"""In: a device and what a technician sees beside it. Out: what speaks for and against it.

I/O: Modbus, reads only; no database, no site. The judgement itself is pure and lies in
technician_{checks,wiring,load,side}.py.
"""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from fractions import Fraction

from adapters.modbus.link import Link
from adapters.modbus.probing.asking import questions
from adapters.modbus.probing.candidate import Products
from adapters.modbus.probing.judge import Ranked, judge
from adapters.modbus.register_product import RegisterMap
from energy.base.clock import Clock, monotonic_s
from energy.base.units import Utility
from processes.technician_asking import Conversation
from processes.technician_checks import Display, Outcome
from processes.technician_judgement import Judgement
from processes.technician_link import Reach, reach, unreached
from processes.technician_load import Load, judge_load, power_by_load
from processes.technician_phases import Phase, phases_of
from processes.technician_reading import LONGEST_S, Shown, billed, read_shown
from processes.technician_register import (
    Sample,
    judge_clock,
    judge_counter,
    judge_display,
    judge_flaws,
    judge_illegal,
)
from processes.technician_scan import connected
from processes.technician_side import (
    Proofs,
    SettledSide,
    SideCandidate,
    judge_multiplier,
    judge_ratio,
    settle_side,
    side_candidates,
)
from processes.technician_supply import judge_frequency, judge_voltages
from processes.technician_values import NoContactError
from processes.technician_wiring import (
    judge_factors,
    judge_rotation,
    judge_sums,
    judge_transformers,
    judge_triangle,
)

SAMPLE_S = 5
"""Time between two looks at the power while a counter is watched. [s]"""
Wait = Callable[[int], Awaitable[None]]
"""Waits so many seconds. [s]"""


@dataclass(frozen=True, slots=True, kw_only=True)
class Beside:
    """What a technician knows or sees beside the registers."""

    ratio: Fraction | None = None
    """CT x VT ratio by the plates of the transformers."""
    multiplier: Fraction | None = None
    """What the point's counts are to be multiplied by."""
    may_feed: bool = False
    """Whether power may flow back at this point."""
    load: Load | None = None
    display: Display | None = None
    """Display of the billed counter."""
    clamp_a: Fraction | None = None
    """Current of L1 by a clamp on the conductor. [A]"""


@dataclass(frozen=True, slots=True, kw_only=True)
class Look:
    """What was seen at a device and how it is judged."""

    where: str
    unit: int
    shown: Shown
    phases: tuple[Phase, ...]
    judgements: tuple[Judgement, ...]
    side: SettledSide | None
    """None where the billed counter was not read."""
    candidates: tuple[SideCandidate, ...]
    """The two readings of the billed counter, where the ratio is not 1."""
    ratio: Fraction | None = None
    """CT x VT ratio that it was judged by."""

    @property
    def refused(self) -> bool:
        """Return whether something speaks against the device."""
        return any(each.outcome is Outcome.REFUSED for each in self.judgements)


async def look(
    link: Link,
    unit: int,
    register_map: RegisterMap,
    beside: Beside,
    *,
    clock: Clock,
    timeout_s: float,
    watch_s: int,
    wait: Wait,
    products: Products | None = None,
) -> Look:
    """Return what a device shows and how it is judged.

    Args:
        link: Where.
        unit: Unit number.
        register_map: What it is.
        beside: What is known beside the registers.
        clock: Dates the answers.
        timeout_s: Longest wait for an answer. [s]
        watch_s: Time to watch counter and power together. [s]
        wait: Waits.
        products: What the device may be when it knows no register of its profile.

    Raises:
        NoContactError: It does not answer.
    """
    with connected(link, timeout_s) as client:
        conversation = Conversation(reader=client, unit=unit)
        try:
            shown = await read_shown(conversation, register_map, clock)
            samples = [_sample(shown)]
            left_s = watch_s
            while left_s > 0 and samples[0] is not None:
                await wait(min(SAMPLE_S, left_s))
                left_s -= SAMPLE_S
                shown_later = await read_shown(conversation, register_map, clock, plate=False)
                samples.append(_sample(shown_later))
            looks_like = None
            if not shown.values and products is not None:
                looks_like = await _looks_like(conversation, products)
        except NoContactError as error:
            found = await reach(link, timeout_s)
            if found is not Reach.OPEN:
                raise unreached(link, found, timeout_s) from error
            raise
    watched = [sample for sample in samples if sample is not None]
    if not shown.values:
        return _of_another_product(link.where, unit, shown, register_map, looks_like)
    return judged(link.where, unit, shown, beside, watched)


async def _looks_like(conversation: Conversation, products: Products) -> Ranked | None:
    """Return what a device is that knows no register of its profile; None when nobody can say."""
    asking = questions(products, conversation.seen)
    candidates = await conversation.through(asking, until_s=monotonic_s() + LONGEST_S)
    verdict = judge(candidates or (), conversation.seen)
    return verdict.best if verdict.settled else None


def _of_another_product(
    where: str, unit: int, shown: Shown, register_map: RegisterMap, looks_like: Ranked | None
) -> Look:
    profile = None if looks_like is None else looks_like.candidate.profile
    return Look(
        where=where,
        unit=unit,
        shown=shown,
        phases=(),
        judgements=(judge_illegal(register_map, profile),),
        side=None,
        candidates=(),
    )


def _sample(shown: Shown) -> Sample | None:
    counter = billed(shown.map)
    power_w = shown.in_base("active_power")
    if counter is None or counter not in shown.values or power_w is None:
        return None
    return Sample(at=shown.at, power_w=power_w, count=shown.values[counter])


def judged(where: str, unit: int, shown: Shown, beside: Beside, samples: list[Sample]) -> Look:
    """Return a look from what was read. Pure.

    Args:
        where: Link, for people.
        unit: Unit number.
        shown: What the device shows.
        beside: What is known beside it.
        samples: Power and counter while watched, the first one alone where nobody watched.
    """
    known, counter = shown.known, billed(shown.map)
    phases = phases_of(known)
    ratio, proofs = _proofs(shown, beside, counter)
    point = shown.map.points[counter] if counter is not None and counter in shown.values else None
    side = None
    if point is not None and point.utility is Utility.ELECTRICITY:
        side = settle_side(point.side, ratio, proofs)
    judgements = [
        *judge_flaws(shown),
        *judge_voltages(known),
        *judge_frequency(known),
        *judge_rotation(known, phases),
        *judge_transformers(phases, may_feed=beside.may_feed),
        *judge_factors(phases),
        *judge_sums(known),
        *judge_triangle(known),
    ]
    if beside.load is not None:
        judgements += judge_load(beside.load, known, ratio)
    judgements += judge_ratio(ratio, beside.ratio is not None, proofs)
    candidates: list[SideCandidate] = []
    if point is not None:
        if beside.display is not None:
            judgements += judge_display(beside.display, shown, point.quantity, ratio)
        judgements += judge_counter(samples, point, may_feed=beside.may_feed)
        if ratio != 1:
            candidates = side_candidates(
                shown.values[point.quantity],
                point.unit,
                ratio,
                current_a=shown.in_base("current_l1"),
                power_w=shown.in_base("active_power"),
            )
    judgements += [] if side is None else [side.judgement()]
    if beside.multiplier is not None and side is not None:
        judgements += judge_multiplier(side.side, ratio, beside.multiplier, proofs)
    judgements += judge_clock(shown)
    return Look(
        where=where,
        unit=unit,
        shown=shown,
        phases=tuple(phases),
        judgements=tuple(judgements),
        side=side,
        candidates=tuple(candidates),
        ratio=ratio,
    )


def _proofs(shown: Shown, beside: Beside, counter: str | None) -> tuple[Fraction, Proofs]:
    """Return the ratio to judge by and what speaks for a side."""
    device = shown.device_ratio
    ratio = beside.ratio or beside.multiplier or device or Fraction(1)
    if beside.ratio is None and beside.multiplier == 1 and device is not None:
        ratio = device
    register = shown.values.get(counter) if counter else None
    current = shown.in_base("current_l1")
    by_register = None
    if beside.display is not None and register:
        by_register = beside.display.value / register
    return ratio, Proofs(
        display_by_register=by_register,
        power_by_load=power_by_load(beside.load, shown.known) if beside.load else None,
        current_by_clamp=abs(current) / beside.clamp_a if current and beside.clamp_a else None,
        device_ratio=device,
    )

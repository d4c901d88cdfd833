"""In: a computed channel, a period. Out: all it rests on, down to the registers. I/O: reads.

A share leads to what it divides, a formula to what it names, each of those on in turn: so the line
from an amount to the registers does not end where something is computed.
"""

from __future__ import annotations

from energy.base.period import Period
from energy.views.computed import DEEPEST, computed_rules
from energy.views.formula.rows import RULE
from energy.views.grounds.asked import SiteAsked
from energy.views.grounds.formula import formula_grounds
from energy.views.grounds.rows import (
    Counted,
    FormulaGrounds,
    Grounds,
    RegisterGrounds,
    ShareGrounds,
)
from energy.views.grounds.share import share_grounds

MOST_REGISTERS = 60
"""Measured channels whose registers are told one by one."""


def grounds_of(asked: SiteAsked, number: int, period: Period) -> Grounds | None:
    """Return what a channel rests on in a period; None where it is measured itself.

    Args:
        asked: The site, and as known when.
        number: Channel number.
        period: Whole local days.

    Raises:
        NotFoldedError: The views have not come that far.
    """
    rules = computed_rules(asked.connection, asked.schema, [number])
    if number not in rules:
        return None
    steps: list[ShareGrounds | FormulaGrounds] = []
    measured: dict[int, Counted] = {}
    waiting, met = [number], {number}
    while waiting and len(steps) < DEEPEST:
        at = waiting.pop(0)
        step = _step(asked, at, rules[at], period)
        if step is None:
            continue
        steps.append(step)
        inputs = [*step.inputs, *(step.own if isinstance(step, ShareGrounds) else ())]
        numbers = [each.channel for each in inputs]
        rules |= computed_rules(asked.connection, asked.schema, numbers)
        for each in inputs:
            if each.channel in rules and each.channel not in met:
                waiting.append(each.channel)
            elif each.channel not in rules:
                measured.setdefault(each.channel, each)
            met.add(each.channel)
    told = list(measured.values())[:MOST_REGISTERS]
    return Grounds(
        steps=tuple(steps),
        registers=tuple(
            RegisterGrounds(counted=each, proofs=asked.proofs(each.channel, period))
            for each in told
        ),
        left_out=len(measured) - len(told),
    )


def _step(
    asked: SiteAsked, number: int, rule: str, period: Period
) -> ShareGrounds | FormulaGrounds | None:
    if rule == RULE:
        return formula_grounds(asked, number, period)
    return share_grounds(asked, number, period)

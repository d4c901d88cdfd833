"""In: the residual of a balance node and what its meters counted. Out: the likely culprit. Pure.

A meter that counts a fixed multiple of the truth leaves a residual in proportion to itself; one
that stands, one that belongs to another node, a load without a meter each leave a print of their
own. A meter is named only when its print explains the residual clearly better than any other
meter's does and the multiple is one that really happens. Fits are statistics in floating point;
no count and no bill rests on them.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from fractions import Fraction
from typing import Final

import numpy as np
from numpy.typing import NDArray

from energy.metering.supply.balance import Flow, NodeSeries, passed
from energy.metering.supply.culprit_factors import TOLERANCE, Explanation, Fault, explanations
from energy.metering.supply.culprit_ties import TieGuess, closed_unsaid
from energy.metering.supply.culprit_verdict import Candidate, Reading, Verdict
from energy.metering.supply.graph import Metered

Floats = NDArray[np.float64]
Flags = NDArray[np.bool_]
LEAST_SHARE: Final = 0.01
"""A residual below this share of what came in needs no culprit."""
LEAST_LEFT: Final = 0.001
"""Unexplained share below which two explanations are as good as each other."""
CLEAN_SHARE: Final = 0.005
"""What is left of what came in that classes of accuracy leave."""
LEAST_FIT: Final = 0.70
"""Least share of the residual's variation that a culprit explains."""
LEAST_LEAD: Final = 1.25
"""How many times as much the runner-up leaves unexplained."""
WIDEST: Final = 0.12
"""Widest tolerance of a multiple: what classes of accuracy leave tilts the fit a little."""
LEAST_AGAIN: Final = 0.5
"""Correlation with the hour before from which on something is a load and no noise."""
FLAT: Final = 0.12
"""Variation of a load that counts as constant, as a share of its mean."""
HOUR_S: Final = 3600


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class _Print:
    """The residual of a node and its meters, coarse enough to fit; arrays of shape (n,)."""

    residual: Floats
    into: Floats
    meters: tuple[tuple[Metered, bool, Floats], ...]
    """Each with whether it counts what comes in."""
    parts: int
    """Intervals in a row of these."""
    day: int
    """Rows a day."""


def verdict_of(
    series: NodeSeries,
    flows: Mapping[str, Flow],
    *,
    step_s: int,
    multipliers: Mapping[str, Fraction] | None = None,
) -> Verdict:
    """Return what explains the residual of a node by itself.

    Args:
        series: The node.
        flows: What its meters counted, by point.
        step_s: Width of an interval. [s]
        multipliers: Multiplier entered for each point, where it is known.
    """
    key, known = series.node.key, series.known
    total = int(series.residual[known].sum())
    seen = _print(series, flows, step_s)
    if len(seen.residual) < 48:
        return Verdict(node=key, reading=Reading.UNKNOWN, residual=total)
    scale = float(np.abs(seen.into).mean())
    if float(np.sqrt((seen.residual**2).mean())) < LEAST_SHARE * scale:
        return Verdict(node=key, reading=Reading.BALANCED, residual=total)
    stuck = _stuck(seen)
    if stuck is not None:
        meter, since = stuck
        return Verdict(
            node=key,
            reading=Reading.NAMED,
            meter=meter,
            explanations=(Explanation(fault=Fault.STUCK, factor=Fraction(0)),),
            fit=1.0,
            residual=total,
            since=since * seen.parts,
        )
    ranked = sorted((_fitted(seen, *meter) for meter in seen.meters), key=lambda each: -each.fit)
    return _judged(key, seen, ranked, total, multipliers or {})


def _judged(
    key: str,
    seen: _Print,
    ranked: Sequence[Candidate],
    total: int,
    multipliers: Mapping[str, Fraction],
) -> Verdict:
    best = ranked[0] if ranked else None
    next_fit = ranked[1].fit if len(ranked) > 1 else 0.0
    shown = tuple(ranked[:3])
    load = _constant_load(seen)
    if best is None or best.fit < LEAST_FIT:
        if load:
            return Verdict(
                node=key,
                reading=Reading.NAMED,
                explanations=(Explanation(fault=Fault.UNMETERED, factor=Fraction(0)),),
                residual=total,
                candidates=shown,
            )
        return Verdict(node=key, reading=Reading.NOTHING, residual=total, candidates=shown)
    named = explanations(
        best.slope,
        multipliers.get(best.meter.point),
        source=best.source,
        tolerance=min(WIDEST, TOLERANCE + float(np.sqrt(1 - min(best.fit, 1.0))) / 2),
    )
    lead = (1 - next_fit) / max(1 - best.fit, LEAST_LEFT)
    alone = named and _alone(seen, best)
    if not alone or lead < LEAST_LEAD:
        reading = Reading.SEVERAL if alone else Reading.NOTHING
        return Verdict(node=key, reading=reading, residual=total, candidates=shown)
    counted = _counted(seen, best.meter)
    behind = slice(best.since, None)
    share = Fraction(round(1000 * float(seen.residual[behind].sum())), 1000)
    by = Fraction(round(1000 * float(counted[behind].sum())), 1000)
    return Verdict(
        node=key,
        reading=Reading.NAMED,
        meter=best.meter,
        explanations=named,
        fit=best.fit,
        runner_up=next_fit,
        share_percent=100 * share / by if by else None,
        residual=total,
        since=best.since * seen.parts,
        candidates=shown,
    )


def _print(series: NodeSeries, flows: Mapping[str, Flow], step_s: int) -> _Print:
    """Return a node's residual by the hour, as far as every interval of the hour is known."""
    parts = max(1, HOUR_S // step_s)
    many = len(series.there) // parts * parts
    whole = series.known[:many].reshape(-1, parts).all(axis=1)

    def hourly(values: NDArray[np.int64]) -> Floats:
        hours: Floats = values[:many].reshape(-1, parts).sum(axis=1)[whole].astype(np.float64)
        return hours

    meters = []
    for of, source in ((series.node.entries, True), (series.node.children, False)):
        for meter in of:
            flow = flows.get(meter.point)
            if flow is not None:
                forward, back = passed(meter, flow, source=source)
                meters.append((meter, source, hourly(forward - back)))
    return _Print(
        residual=hourly(series.residual),
        into=hourly(series.into),
        meters=tuple(meters),
        parts=parts,
        day=24,
    )


def _fitted(seen: _Print, meter: Metered, source: bool, counted: Floats) -> Candidate:  # noqa: FBT001
    """Return how well a meter explains the residual, from which day on, by which multiple."""
    fits, slopes = _fits(seen.residual, counted, seen.day)
    day = 0
    if len(fits) and fits.max() > fits[0] + 0.02 and fits.max() > LEAST_FIT:
        day = int(fits.argmax())
    return Candidate(
        meter=meter,
        fit=float(fits[day]),
        slope=float(slopes[day]),
        since=day * seen.day,
        source=source,
    )


def _counted(seen: _Print, meter: Metered) -> Floats:
    return next(counted for each, _, counted in seen.meters if each == meter)


def _alone(seen: _Print, best: Candidate) -> bool:
    """Return whether a meter explains the residual with nothing but noise left.

    What is left may neither be a load of its own (it would go on from hour to hour), nor follow
    another meter, nor be a constant as large as what is explained.
    """
    counted = _counted(seen, best.meter).copy()
    counted[: best.since] = 0
    left = seen.residual - best.slope * counted
    if abs(float(left.mean())) > 0.25 * abs(best.slope * float(counted.mean())):
        return False
    left = left - left.mean()
    if float(left.std()) < CLEAN_SHARE * float(np.abs(seen.into).mean()):
        return True  # what classes of accuracy leave
    again = float((left[1:] * left[:-1]).sum()) / float((left**2).sum())
    if again > LEAST_AGAIN:
        return False
    others = [each for each in seen.meters if each[0] != best.meter]
    return all(_fits(left, flow, len(left))[0][0] < 0.3 for _, _, flow in others)


def _fits(residual: Floats, counted: Floats, day: int) -> tuple[Floats, Floats]:
    """Return by first day the explained share and the slope of residual = constant + slope x."""
    many = len(residual)
    starts = np.arange(0, max(many - 2 * day, 1), day)
    suffix = np.stack([counted, counted**2, counted * residual])
    sums = suffix[:, ::-1].cumsum(axis=1)[:, ::-1][:, starts]
    centre = residual.mean()
    across = sums[2] - sums[0] * centre
    wide = sums[1] - sums[0] ** 2 / many
    spread = float(((residual - centre) ** 2).sum())
    good = (wide > 1e-9 * np.maximum(sums[1], 1e-12)) & (spread > 0)
    slopes = np.where(good, across / np.where(good, wide, 1.0), 0.0)
    fits = np.where(good, across * slopes / max(spread, 1e-12), 0.0)
    return fits, slopes


def _stuck(seen: _Print) -> tuple[Metered, int] | None:
    """Return the one meter below that stands just while something is unaccounted, and since."""
    found = []
    for meter, source, counted in seen.meters:
        still = _still(counted == 0)
        if source or not still.any() or still.all():
            continue
        inside, outside = seen.residual[still], seen.residual[~still]
        level = float(np.median(outside))
        if float(np.median(inside)) - level < 0.1 * float(np.median(counted[~still])):
            continue
        squares = (seen.residual - level) ** 2
        if float(squares[still].sum()) >= 0.95 * float(squares.sum()):
            found.append((meter, int(still.argmax())))
    return found[0] if len(found) == 1 else None


def _still(zero: Flags, least: int = 6) -> Flags:
    """Return the rows in runs of zeros that are long enough to mean something."""
    edges = np.flatnonzero(np.diff(np.concatenate(([0], zero.astype(np.int8), [0]))))
    kept = np.zeros(len(zero), dtype=np.bool_)
    for first, last in zip(edges[::2].tolist(), edges[1::2].tolist(), strict=True):
        kept[first:last] = last - first >= least
    return kept


def _constant_load(seen: _Print) -> bool:
    """Return whether the residual is one constant load."""
    level = float(seen.residual.mean())
    if level <= 0:
        return False
    return float(seen.residual.std()) < FLAT * level


def foreign(
    every: Sequence[NodeSeries], flows: Mapping[str, Flow], *, step_s: int
) -> list[Verdict]:
    """Return the meters that hang on the wrong node: what is too much here is missing there.

    Args:
        every: Every balance node of a utility.
        flows: What the meters counted, by point.
        step_s: Width of an interval. [s]
    """
    prints = [(series, _print(series, flows, step_s)) for series in every]
    found = []
    for series, seen in prints:
        for meter, source, counted in seen.meters:
            if source or not _follows(seen, counted, -1.0):
                continue
            for other, there in prints:
                same = len(there.residual) == len(counted)
                if other is series or not same or not _follows(there, counted, 1.0):
                    continue
                found.append(
                    Verdict(
                        node=series.node.key,
                        reading=Reading.NAMED,
                        meter=meter,
                        explanations=(Explanation(fault=Fault.WRONG_PARENT, factor=None),),
                        fit=float(_fits(seen.residual, counted, len(counted))[0][0]),
                        residual=int(seen.residual.sum()),
                        other_node=other.node.key,
                        share_percent=Fraction(-100),
                    )
                )
    return found


def _tied(guess: TieGuess, strays: Sequence[Verdict]) -> Verdict:
    """Return what a tie explains, beside a meter that would explain the same."""
    same = [e for e in strays if {e.node, e.other_node} == {guess.node, guess.other}]
    told = [Explanation(fault=Fault.TIE_CLOSED, factor=None)]
    return Verdict(
        node=guess.node,
        reading=Reading.NAMED,
        meter=same[0].meter if same else None,
        explanations=(*told, *(each for stray in same[:1] for each in stray.explanations)),
        fit=guess.fit,
        residual=guess.residual,
        since=guess.since,
        other_node=guess.other,
        tie=guess.tie,
    )


def _follows(seen: _Print, counted: Floats, slope: float) -> bool:
    if len(seen.residual) < 48 or not counted.any():
        return False
    fits, slopes = _fits(seen.residual, counted, len(counted))
    return bool(fits[0] > 0.9 and abs(slopes[0] - slope) < 0.05)


def verdicts(
    every: Sequence[NodeSeries],
    flows: Mapping[str, Flow],
    *,
    step_s: int,
    multipliers: Mapping[str, Fraction] | None = None,
    ties: Mapping[str, tuple[str, str]] | None = None,
) -> list[Verdict]:
    """Return what can be said of each node's residual, by node.

    Args:
        every: Every balance node of a utility.
        flows: What the meters counted, by point.
        step_s: Width of an interval. [s]
        multipliers: Multiplier entered for each point, where it is known.
        ties: The busbars that each tie joins.
    """
    strays = foreign(every, flows, step_s=step_s)
    guesses = closed_unsaid(every, ties or {}, step_s=step_s)
    several = [*strays, *(_tied(guess, strays) for guess in guesses)]
    explained = {node: each for each in several for node in (each.node, each.other_node)}
    return [
        explained.get(series.node.key)
        or verdict_of(series, flows, step_s=step_s, multipliers=multipliers)
        for series in every
    ]

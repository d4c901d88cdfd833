"""In: candidates and what is known of a device. Out: the candidates by score, and whether one wins.

Pure. The score is the share of belief: every candidate has 2^bits, beside "none of these" with
2^NONE_BITS. Candidates that read every value alike are one answer. When the best share is below
SURE nobody guesses: the two best are shown with the values that tell them apart.
"""

from __future__ import annotations

import math
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace

from adapters.modbus.probing.candidate import Candidate
from adapters.modbus.probing.electric import electric
from adapters.modbus.probing.evidence import (
    Evidence,
    counters,
    deviations,
    identity,
    shapes,
    structure,
)
from adapters.modbus.probing.other import other
from adapters.modbus.probing.seen import Seen
from adapters.modbus.probing.values import Values, values_of

NONE_BITS = 6.5
"""How strongly a device is believed to be none of the products that ship. [bit]"""
SURE = 0.99
"""Share of belief from which a candidate is the answer."""
LENIENT = frozenset({"refused", "deviation"})
"""Weighed, no bar by themselves: a product may lack blocks of its map or differ from it."""
CONTRADICTION_BITS = -5.0
"""A finding this bad bars an answer, whatever speaks for it."""
MOST_DIFFERENCES = 3


@dataclass(frozen=True, slots=True, kw_only=True)
class Ranked:
    """A candidate with what speaks for and against it."""

    candidate: Candidate
    bits: float
    score: float
    """Share of belief, 0 to 1."""
    evidence: tuple[Evidence, ...]
    scales: Mapping[str, int]
    """By family, the power of ten that the map's scale lacks."""
    values: Values
    twins: tuple[str, ...] = ()
    """Profiles that read every value of this device alike."""

    @property
    def doubts(self) -> list[Evidence]:
        """Return what bars it from being the answer however well the rest fits."""
        return [
            each
            for each in self.evidence
            if each.bits <= CONTRADICTION_BITS and each.code not in LENIENT
        ]


@dataclass(frozen=True, slots=True, kw_only=True)
class Difference:
    """A value that two candidates read differently."""

    quantity: str
    first: float | None
    second: float | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Verdict:
    """What a probe found."""

    ranked: tuple[Ranked, ...]
    """Best first; only what was answered at all."""

    @property
    def best(self) -> Ranked | None:
        """Return the best candidate."""
        return self.ranked[0] if self.ranked else None

    @property
    def settled(self) -> bool:
        """Return whether the best candidate is the answer."""
        best = self.best
        return best is not None and best.score >= SURE and not best.doubts

    def differences(self) -> list[Difference]:
        """Return the values that tell the two best apart, those on a display first."""
        if len(self.ranked) < 2:
            return []
        first, second = self.ranked[0].values.known, self.ranked[1].values.known
        quantities = sorted({*first, *second}, key=lambda q: (_shown(q), q))
        return [
            Difference(quantity=q, first=first.get(q), second=second.get(q))
            for q in quantities
            if first.get(q) != second.get(q)
        ][:MOST_DIFFERENCES]


def _shown(quantity: str) -> int:
    order = ("active_energy_import", "voltage_l1", "frequency", "heat_energy", "volume")
    return order.index(quantity) if quantity in order else len(order)


def judge(candidates: Iterable[Candidate], seen: Seen) -> Verdict:
    """Return the candidates by score.

    Args:
        candidates: Those as written first: of equal readings the first stands.
        seen: What the device answered and refused.
    """
    weighed = [one for each in candidates if (one := _weighed(each, seen)) is not None]
    merged = _without_aliases(_merged(weighed))
    most = max([one.bits for one in merged], default=0.0)
    most = max(most, NONE_BITS)
    whole = 2.0 ** (NONE_BITS - most) + sum(2.0 ** (one.bits - most) for one in merged)
    scored = [replace(one, score=2.0 ** (one.bits - most) / whole) for one in merged]
    return Verdict(ranked=tuple(sorted(scored, key=lambda one: -one.bits)))


def _weighed(candidate: Candidate, seen: Seen) -> Ranked | None:
    values = values_of(candidate, seen)
    if not values.known:
        return None
    judged = electric(values)
    evidence = [
        *deviations(candidate),
        *structure(candidate, seen, values),
        *identity(candidate, seen),
        *judged.evidence,
        *other(values),
        *counters(candidate, seen, values),
        *shapes(candidate, seen, values),
    ]
    return Ranked(
        candidate=candidate,
        bits=sum(each.bits for each in evidence),
        score=0.0,
        evidence=tuple(sorted(evidence, key=lambda each: -abs(each.bits))),
        scales=judged.scales,
        values=values,
    )


def _merged(weighed: list[Ranked]) -> list[Ranked]:
    """Return one answer for candidates that read alike.

    Of one product the best stands, whatever is deviant in the others reads the same (a device may
    answer function codes 3 and 4 alike). Products that read every value they share alike, the
    billed ones among them, are twins: whichever is taken, the readings are the same.
    """
    first: dict[tuple[object, ...], Ranked] = {}
    for one in weighed:
        key = (one.candidate.base.id, one.values.key)
        kept = first.get(key)
        if kept is None or one.bits > kept.bits:
            first[key] = one
    groups: list[list[Ranked]] = []
    for one in sorted(first.values(), key=lambda one: -one.bits):
        group = next((group for group in groups if _alike(group[0], one)), None)
        if group is None:
            groups.append([one])
        else:
            group.append(one)
    return [
        replace(group[0], twins=tuple(each.candidate.profile for each in group[1:]))
        for group in groups
    ]


def _without_aliases(merged: list[Ranked]) -> list[Ranked]:
    """Return the answers, the best one doubted where its other word order shadows it.

    The other order may give honest numbers too. Read one register on, it takes one word from the
    right value and one from its neighbour: a float is nearly right then, wrong by up to 1 %, and a
    small whole number is the next quantity's. Only findings may tell the two apart, never how
    likely a deviation is.
    """
    best = max(merged, key=lambda one: one.bits, default=None)
    if best is None:
        return merged
    shadows = [one for one in merged if _shadows(one, best)]
    if not shadows:
        return merged
    rest = [one for one in merged if one is not best and one not in shadows]
    doubt = Evidence(code="alias", bits=CONTRADICTION_BITS)
    doubted = [
        replace(one, bits=one.bits - _prior(one), evidence=(*one.evidence, doubt))
        for one in (best, *shadows)
    ]
    return [*doubted, *rest]


def _shadows(other: Ranked, one: Ranked) -> bool:
    its, own = other.candidate, one.candidate
    if its.base.id != own.base.id or its.map.word_order == own.map.word_order:
        return False
    gap = (one.bits - _prior(one)) - (other.bits - _prior(other))
    return gap < -math.log2(1 - SURE)


def _prior(one: Ranked) -> float:
    return sum(each.bits for each in one.evidence if each.code == "deviation")


def _alike(first: Ranked, other: Ranked) -> bool:
    """Return whether two products read what both have, and what is billed, in the same way."""
    if first.candidate.base.id == other.candidate.base.id:
        return False
    one, two = first.values, other.values
    billed = {
        point.quantity
        for ranked in (first, other)
        for point in ranked.candidate.points
        if point.billing and ranked.values.known.get(point.quantity)
    }
    shared = one.known.keys() & two.known.keys()
    return (
        bool(billed)
        and billed <= shared
        and 2 * len(shared) > len(one.known)
        and all(one.known[quantity] == two.known[quantity] for quantity in shared)
    )

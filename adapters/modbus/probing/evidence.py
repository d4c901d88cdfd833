"""In: the values a candidate reads. Out: what speaks for it and against it, in bits. Pure.

A bit is the logarithm of how much likelier the finding is on the right candidate than on words
that happen to lie there: +1 twice as likely, -1 half. The figures are in
docs/decisions/0027-probing.md, where their false guesses are measured.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

from adapters.modbus.decode import Flaw
from adapters.modbus.probing.candidate import Candidate, Run
from adapters.modbus.probing.seen import Seen
from adapters.modbus.probing.values import Values, raw_integer, rule_holds
from adapters.modbus.register_point import Identify, RegisterPoint
from energy.metering.channel import Kind

MOST_KWH = 1e10
"""More than any meter counts. [kWh, m3 ...]"""
EXACT = 5e-4
"""A sum this good is none of numbers that share only their upper words with the right ones."""
DEVIATION_BITS = -3.0
"""For each respect in which a device is not as its map says. [bit]"""


@dataclass(frozen=True, slots=True, kw_only=True)
class Evidence:
    """One finding for or against a candidate."""

    code: str
    """Key of its text: `look.evidence.<code>`."""
    bits: float
    values: Mapping[str, object] = field(default_factory=dict)


def deviations(candidate: Candidate) -> list[Evidence]:
    """Return what it costs not to be as the map says."""
    if not candidate.deviations:
        return []
    return [Evidence(code="deviation", bits=DEVIATION_BITS * candidate.deviations)]


def structure(candidate: Candidate, seen: Seen, values: Values) -> list[Evidence]:
    """Return what answers and refusals tell: a device that refuses registers draws its own map."""
    found: list[Evidence] = []
    answered = [run for run in candidate.runs if _answered(run, seen)]
    share = len(answered) / len(candidate.runs)
    if share < 1:
        missing = len(candidate.runs) - len(answered)
        what = {"count": missing, "of": len(candidate.runs)}
        found.append(Evidence(code="refused", bits=max(-12.0, -4.0 * missing), values=what))
    billed = [p.quantity for p in candidate.points if p.billing and p.quantity in values.refused]
    if billed:
        found.append(Evidence(code="counter_refused", bits=-10.0, values={"quantity": billed[0]}))
    if not strict(candidate, seen):
        return found
    if answered:
        bits = min(9.0, 3.0 * len(answered)) * share
        found.append(Evidence(code="answered", bits=bits, values={"count": len(answered)}))
    if edges := sum(_bounded(run, seen) for run in answered):
        found.append(Evidence(code="edges", bits=min(6.0, 3.0 * edges) * share))
    if share == 1 and all(place in candidate.places for place in seen.words):
        found.append(Evidence(code="nothing_else", bits=5.0))
    return found


def _answered(run: Run, seen: Seen) -> bool:
    code, first, end = run
    return seen.get(code, first, end - first) is not None


def strict(candidate: Candidate, seen: Seen) -> bool:
    """Return whether the device refuses registers at all, with this function code."""
    return any(code == candidate.function_code for code, _, _ in seen.refused)


def _bounded(run: Run, seen: Seen) -> bool:
    """Return whether the device refuses the registers around an answered run."""
    code, first, end = run
    start = max(0, first - 1)
    return seen.bars(code, start, end + 1 - start)


def identity(candidate: Candidate, seen: Seen) -> list[Evidence]:
    """Return what the registers say that name the product."""
    by_place: dict[tuple[int, int], list[Identify]] = {}
    for rule in candidate.map.identify:
        by_place.setdefault((rule.function_code, rule.address), []).append(rule)
    measured = {(p.function_code, p.address) for p in candidate.map.points.values()}
    found: list[Evidence] = []
    for place, rules in by_place.items():
        if place in measured:
            continue  # a range of a measured value is judged with the value
        told = [rule_holds(rule, seen, candidate.map.word_order) for rule in rules]
        exact = any(rule.equals is not None for rule in rules)
        if any(told):
            faint = not exact or all(rule.equals in (0, None) for rule in rules)
            found.append(Evidence(code="identified", bits=1.0 if faint else 10.0))
        elif False in told and exact:
            found.append(Evidence(code="not_identified", bits=-6.0))
        elif exact:
            found.append(Evidence(code="identity_refused", bits=-4.0))
    return found


def shapes(candidate: Candidate, seen: Seen, values: Values) -> list[Evidence]:
    """Return what the bare words tell of the word order."""
    found: list[Evidence] = []
    wide = [p for p in candidate.points if p.type.width > 1 and not p.type.is_bits]
    floats = [p for p in wide if p.type.is_float]
    good = odd = 0
    for point in floats:
        value, flaw = values.known.get(point.quantity), values.flawed.get(point.quantity)
        if flaw in (Flaw.DENORMAL, Flaw.OUT_OF_RANGE):
            odd += 1
        elif value:
            sound = 1e-4 <= abs(value) <= 1e9
            good, odd = good + sound, odd + (not sound)
    if good:
        found.append(Evidence(code="floats", bits=min(5.0, 1.0 * good), values={"count": good}))
    if odd:
        worth = max(-12.0, -4.0 * odd)
        found.append(Evidence(code="odd_floats", bits=worth, values={"count": odd}))
    whole = [_integer_shape(p, seen, candidate.map.word_order) for p in wide if p not in floats]
    if (fit := sum(shape > 0 for shape in whole)) > 0:
        found.append(Evidence(code="integers", bits=min(5.0, 1.0 * fit), values={"count": fit}))
    if (worst := sum(shape for shape in whole if shape < 0)) < 0:
        what = {"count": sum(shape < 0 for shape in whole)}
        found.append(Evidence(code="odd_integers", bits=max(-12.0, worst), values=what))
    return found


def _integer_shape(point: RegisterPoint, seen: Seen, word_order: str) -> float:
    """Return bits: numbers begin with zeros, and do not end in a whole word of them."""
    raw = raw_integer(point, seen, word_order)
    if not raw:
        return 0.0
    bits = point.type.bits
    if point.type.is_signed and raw >> (bits - 1):
        raw = (1 << bits) - raw
    if raw & 0xFFFF == 0:
        return -6.0
    return 1.0 if raw < 1 << (bits - 5) else -4.0


def counters(candidate: Candidate, seen: Seen, values: Values) -> list[Evidence]:
    """Return what the counters tell: never negative, no denormal, phases add up."""
    found: list[Evidence] = []
    lenient = not strict(candidate, seen)
    for point in candidate.points:
        if point.kind is Kind.COUNTER:
            code, bits = _counter(point, values, lenient=lenient)
            if bits:
                found.append(Evidence(code=code, bits=bits, values={"quantity": point.quantity}))
    return [*found, *_phase_sums(values)]


def _counter(point: RegisterPoint, values: Values, *, lenient: bool) -> tuple[str, float]:
    """Return what one counter tells, 0 bits for nothing."""
    flaw, value = values.flawed.get(point.quantity), values.known.get(point.quantity)
    if flaw in (Flaw.OUT_OF_RANGE, Flaw.DENORMAL, Flaw.INFINITE):
        return "bad_counter", -10.0 if point.billing else -4.0
    if flaw is not None and point.billing:
        return "no_counter", -6.0
    if value is None:
        return "", 0.0
    if value > MOST_KWH:
        return "huge_counter", -5.0
    if value and point.billing:
        return "counter", 1.0
    if point.billing and lenient and not value:
        return "unproven", -5.0  # a device without that register says 0 as well
    return "", 0.0


def _phase_sums(values: Values) -> list[Evidence]:
    total = values.known.get("active_energy_import")
    parts = [values.known.get(f"active_energy_import_l{n}") for n in (1, 2, 3)]
    if not total or any(part is None for part in parts):
        return []
    added = sum(part for part in parts if part is not None)
    off = abs(added - total) / total
    if off <= 0.01:
        return [Evidence(code="energy_sum", bits=5.0 if off <= EXACT else 2.0)]
    return [Evidence(code="energy_sum_off", bits=-1.0)]

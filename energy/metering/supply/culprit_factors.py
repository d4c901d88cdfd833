"""In: what a meter counted as a multiple of the truth. Out: which mistakes give that. Pure.

Only mistakes that happen are known here: a wrong one of the standard transformer ratios, one that
was never entered, a decimal place, a transformer the wrong way round, a phase without voltage.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from enum import StrEnum
from fractions import Fraction
from itertools import product
from typing import Final

CT_PRIMARIES: Final = (
    50, 60, 75, 80, 100, 125, 150, 160, 200, 250, 300, 400, 500, 600, 750, 800, 1000, 1200, 1250,
    1500, 1600, 2000, 2500, 3000, 4000, 5000,
)  # fmt: skip
"""Standard primary currents. [A]"""
VT_RATIOS: Final = (30, 60, 63, 66, 100, 105, 110, 150, 200, 220, 330, 350, 1100)
"""Standard voltage ratios: 3 kV/100 V to 110 kV/100 V."""
TOLERANCE: Final = 0.03
"""How far a residual may lie from that of a mistake where all is explained, relative."""
LEAST: Final = 0.1
"""What is closer to the truth is within what classes of accuracy allow together."""


class Fault(StrEnum):
    """What may have happened to a meter."""

    CT_RATIO = "ct_ratio"
    """Another current transformer than entered."""
    VT_RATIO = "vt_ratio"
    """Another voltage transformer than entered."""
    SECONDARY = "secondary"
    """5 A and 1 A secondaries taken for each other."""
    NO_RATIO = "no_ratio"
    """The ratio was never entered, or entered twice."""
    SCALE = "scale"
    """A decimal place, or k and M taken for each other."""
    PHASE_REVERSED = "phase_reversed"
    """The transformer of one of three phases is the wrong way round."""
    PHASE_LOST = "phase_lost"
    """One of three phases is not counted."""
    TWO_PHASES_LOST = "two_phases_lost"
    REVERSED = "reversed"
    """Import and export are taken for each other."""
    STUCK = "stuck"
    """The register stands while its load goes on."""
    UNMETERED = "unmetered"
    """A load that no meter counts."""
    WRONG_PARENT = "wrong_parent"
    """The meter hangs on another node than the graph says."""
    TIE_CLOSED = "tie_closed"
    """A tie was closed and nobody said so."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Explanation:
    """A mistake that gives what was found."""

    fault: Fault
    factor: Fraction | None
    """Counted over true; None where it should count nothing here."""
    entered: str = ""
    """Ratio as it was entered, for example "200/5"."""
    true: str = ""
    """Ratio that would be right."""


def explanations(
    slope: float,
    multiplier: Fraction | None,
    *,
    source: bool = False,
    tolerance: float = TOLERANCE,
) -> tuple[Explanation, ...]:
    """Return the mistakes that leave a residual, the likeliest first; none where none does.

    Args:
        slope: Residual over what the meter counted.
        multiplier: The one that was entered; None where it is not known.
        source: Whether the meter counts what comes in.
        tolerance: How far it may lie from that of a mistake, relative.
    """
    found: dict[tuple[Fault, str, str], tuple[float, Explanation]] = {}
    for rank, each in enumerate(_mistakes(multiplier)):
        off = _off(slope, each.factor, source=source)
        if off < tolerance:
            key = (each.fault, each.entered, each.true)
            found.setdefault(key, (round(off, 2) + rank / 10**6, each))
    return tuple(each for _, each in sorted(found.values(), key=lambda pair: pair[0]))[:3]


def _off(slope: float, factor: Fraction | None, *, source: bool) -> float:
    """Return how far a residual is from that of a mistake, relative; 1 where it is none."""
    told = 0.0 if factor is None else float(1 / factor)
    meant = 1 - told if source else told - 1
    whole = 1 - slope if source else 1 + slope
    if abs(told - 1) < LEAST:
        return 1.0
    off = abs(slope / meant - 1)
    return off if told == 0 else min(off, abs(told / whole - 1) if whole else 1.0)


def _mistakes(multiplier: Fraction | None) -> Iterator[Explanation]:
    """Yield mistakes, the likelier first."""
    yield Explanation(fault=Fault.WRONG_PARENT, factor=None)
    yield Explanation(fault=Fault.PHASE_REVERSED, factor=Fraction(1, 3))
    yield Explanation(fault=Fault.PHASE_LOST, factor=Fraction(2, 3))
    yield Explanation(fault=Fault.TWO_PHASES_LOST, factor=Fraction(1, 3))
    yield Explanation(fault=Fault.REVERSED, factor=Fraction(-1))
    for power in (10, 100, 1000):
        yield Explanation(fault=Fault.SCALE, factor=Fraction(power))
        yield Explanation(fault=Fault.SCALE, factor=Fraction(1, power))
    if multiplier is None:
        yield from _unknown_ratios()
        return
    if multiplier != 1:
        yield Explanation(
            fault=Fault.NO_RATIO, factor=multiplier, entered=str(multiplier), true="1"
        )
        yield Explanation(
            fault=Fault.NO_RATIO, factor=1 / multiplier, entered=str(multiplier), true="1"
        )
    yield from _current_ratios(multiplier)
    yield from _voltage_ratios(multiplier)


def _current_ratios(multiplier: Fraction) -> Iterator[Explanation]:
    """Yield other current transformers than the one entered, voltage ratios set aside."""
    for secondary, voltage in product((5, 1), (1, *VT_RATIOS)):
        primary = multiplier / voltage * secondary
        if primary.denominator != 1 or primary.numerator not in CT_PRIMARIES:
            continue
        entered = f"{primary}/{secondary}"
        yield Explanation(
            fault=Fault.SECONDARY,
            factor=Fraction(6 - secondary, secondary),
            entered=entered,
            true=f"{primary}/{6 - secondary}",
        )
        for other in CT_PRIMARIES:
            if other != primary:
                yield Explanation(
                    fault=Fault.CT_RATIO,
                    factor=primary / other,
                    entered=entered,
                    true=f"{other}/{secondary}",
                )
    if multiplier == 1:  # the ratio was never entered
        for primary_, secondary in product(CT_PRIMARIES, (5, 1)):
            yield Explanation(
                fault=Fault.NO_RATIO,
                factor=Fraction(secondary, primary_),
                entered="1",
                true=f"{primary_}/{secondary}",
            )


def _voltage_ratios(multiplier: Fraction) -> Iterator[Explanation]:
    for voltage in VT_RATIOS:
        rest = multiplier / voltage
        if not any((rest * secondary) in CT_PRIMARIES for secondary in (5, 1)):
            continue
        yield Explanation(
            fault=Fault.NO_RATIO, factor=Fraction(voltage), entered=f"{voltage}/1", true="1/1"
        )
        for other in VT_RATIOS:
            if other != voltage:
                yield Explanation(
                    fault=Fault.VT_RATIO,
                    factor=Fraction(voltage, other),
                    entered=f"{voltage}/1",
                    true=f"{other}/1",
                )


def _unknown_ratios() -> Iterator[Explanation]:
    for entered, true in product(CT_PRIMARIES, repeat=2):
        if entered != true:
            yield Explanation(
                fault=Fault.CT_RATIO,
                factor=Fraction(entered, true),
                entered=f"{entered}/5",
                true=f"{true}/5",
            )

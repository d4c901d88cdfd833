"""In: the numbers of a rule as people write them. Out: the integers that evaluation compares. Pure.

A text is a number in the channel's unit (or in the kind's own), exact; an integer stands in counts
already, as events stored it before rules had kinds. What a limit must be rounded to follows from
its side: a value is above 10.5 counts when it is above 10, and below it when it is below 11.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import MISSING, Field, fields
from fractions import Fraction
from typing import Any, Final

from energy.alerting.rules.spec import Scale, Verdict
from energy.base.errors import EnergyError

OWN: Final = {"in": "own"}
"""Of a number in the rule's own scale: the channel's counts where it has none."""
OWN_UP: Final = {"in": "own", "up": True}
"""The same, rounded up."""
COUNTS: Final = {"in": "counts"}
"""Of a number in the channel's counts, whatever the rule's scale."""
MOST: Final = 2**62
"""Greatest number of a rule, either way: what it is compared with fits 64 bits."""
Named = Mapping[str, Any]


class RuleError(EnergyError):
    """A rule cannot be read, or does not fit what it is about."""

    code = "rule"


def fields_of(kind: type[Any]) -> tuple[Field[Any], ...]:
    """Return the numbers that a kind's terms have."""
    return fields(kind)


def numbers_of(kind: type[Any], told: Named, per_count: Fraction) -> dict[str, Any]:
    """Return the arguments of a kind's terms.

    Args:
        kind: Dataclass of the terms.
        told: Its numbers by name, as a file or an event holds them.
        per_count: Of the channel; 1 where the rule is about none. [unit / count]

    Raises:
        RuleError: Names what is unknown, missing, no exact number or too great.
    """
    known = {each.name: each for each in fields(kind)}
    for name in sorted(set(told) - set(known)):
        raise RuleError.of("rule.number_key", key=name, known=", ".join(known))
    for name, each in known.items():
        if name not in told and each.default is MISSING:
            raise RuleError.of("rule.number_missing", key=name)
    scale: Scale | None = kind.scale
    own = per_count if scale is None else scale.resolution
    found = {
        name: _number(known[name], value, own, per_count)
        for name, value in told.items()
        if value is not None
    }
    for name, number in found.items():
        if isinstance(number, int) and abs(number) > MOST:
            raise RuleError.of("rule.number_most", key=name, value=told[name])
    return found


def beyond(
    value: int, *, above: int | None = None, below: int | None = None, deadband: int = 0
) -> tuple[Verdict, int]:
    """Return on which side of its limits a value lies, and the limit meant.

    Args:
        value: [own scale]
        above: It holds above this; None: no such limit.
        below: It holds below this; None: no such limit.
        deadband: How far beyond a limit the value must come back.
    """
    if above is not None and value > above:
        return Verdict.OVER, above
    if below is not None and value < below:
        return Verdict.OVER, below
    high = above is not None and value >= above - deadband
    low = below is not None and value <= below + deadband
    limit = above if above is not None and (high or below is None) else below
    assert limit is not None, "there is a limit"
    return Verdict.BETWEEN if high or low else Verdict.UNDER, limit


def _number(named: Field[Any], value: object, own: Fraction, per_count: Fraction) -> object:
    unit = named.metadata.get("in")
    if str(named.type).startswith("tuple") and isinstance(value, list | tuple):
        texts = "str" in str(named.type)
        return tuple(str(each) if texts else _whole(named.name, each) for each in value)
    if unit is None or type(value) is int:
        return _whole(named.name, value)
    counts = _exact(named.name, value) / (own if unit == "own" else per_count)
    return -(-counts.numerator // counts.denominator) if named.metadata.get("up") else int(counts)


def _whole(name: str, value: object) -> int:
    if type(value) is int:
        return value
    if isinstance(value, str) and value.isascii() and value.isdigit():
        return int(value)
    raise RuleError.of("rule.number_whole", key=name, value=value)


def _exact(name: str, value: object) -> Fraction:
    if isinstance(value, float):
        raise RuleError.of("rule.number_float", key=name, value=value)
    # An exponent could ask for more digits than there is memory.
    plain = isinstance(value, str) and "e" not in value.lower()
    try:
        return Fraction(str(value) if plain else "")
    except (ValueError, ZeroDivisionError) as error:
        raise RuleError.of("rule.number_exact", key=name, value=value) from error

"""In: the [[formula]] tables of a site file and its meters. Out: formulas, or problems. Pure."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from energy.metering.channel import Channel, Kind
from energy.metering.formula.definition import (
    PlannedFormula,
    channel_of,
    formula_problems,
    read_formulas,
)
from energy.metering.formula.inputs import Input, ListedCatalogue
from energy.metering.site_file_checker import Checker
from energy.metering.site_file_drivers import PlannedMeter


def read_site_formulas(
    checker: Checker, places: Sequence[Mapping[str, Any]], meters: Sequence[PlannedMeter]
) -> list[PlannedFormula]:
    """Return the formulas of a site file; what is wrong goes to the checker's problems.

    Args:
        checker: Gathers problems.
        places: Of the file.
        meters: Of the file, drivers too.
    """
    planned = read_formulas(checker, [str(place.get("key")) for place in places])
    taken = {meter.point for meter in meters}
    for each in planned:
        if each.point in taken:
            checker.problems.append(f"formula {each.point!r}: a meter of this file has the point")
    if checker.problems:
        return planned
    channels = [
        Channel(number=0, point=meter.point, facts=facts)
        for meter in meters
        for facts in meter.channels
    ]
    numbered = [
        Channel(number=number, point=each.point, facts=each.facts)
        for number, each in enumerate(channels, 1)
    ]
    numbers = {each.point: len(numbered) + n for n, each in enumerate(planned, 1)}
    computed = [channel_of(each, numbers[each.point]) for each in planned]
    catalogue = _catalogue([*numbered, *computed], places, meters)
    points = {each.number: each.point for each in (*numbered, *computed)}
    found = formula_problems(planned, catalogue, numbers, {}, points)
    checker.problems += [str(problem) for problem in found]
    return planned


def _catalogue(
    channels: Sequence[Channel],
    places: Sequence[Mapping[str, Any]],
    meters: Sequence[PlannedMeter],
) -> ListedCatalogue:
    inputs: dict[str, list[Input]] = {}
    for each in channels:
        indicator = each.facts.kind is Kind.COMPUTED and each.facts.utility is None
        inputs.setdefault(each.point, []).append(Input(channel=each, indicator=indicator))
    return ListedCatalogue(
        channels=inputs,
        places=frozenset(str(place.get("key")) for place in places),
        parents={str(place.get("key")): place.get("parent") for place in places},
        point_places={meter.point: meter.place for meter in meters},
    )

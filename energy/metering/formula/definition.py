"""In: the [[formula]] tables of a file. Out: planned formulas, or every problem. Pure."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from fractions import Fraction
from typing import Any

from energy.base.text import Told, tell
from energy.base.units import Utility
from energy.metering.channel import Channel, ChannelFacts, Kind
from energy.metering.formula.check import Checked, check, check_result
from energy.metering.formula.circle import circle_in
from energy.metering.formula.errors import FormulaError
from energy.metering.formula.inputs import Catalogue, DatedConstant
from energy.metering.formula.lexer import number_of
from energy.metering.formula.parser import parse
from energy.metering.formula.units import UnitTextError, unit_of
from energy.metering.formula.width import check_width
from energy.metering.site_file_checker import Checker

_KEYS = {"point", "name", "place", "utility", "quantity", "unit", "resolution", "grid_s"}
_KEYS |= {"billing", "from", "text", "constants", "reason"}
LONGEST_POINT = 80
"""[character]"""


@dataclass(frozen=True, slots=True, kw_only=True)
class PlannedFormula:
    """A formula with the point that it makes."""

    point: str
    name: str
    place: str
    utility: Utility | None
    """None for an indicator: it is shown, never added up, never billed."""
    quantity: str
    unit: str
    resolution: Fraction
    """What an indicator is drawn in. [unit]"""
    grid_s: int
    billing: bool
    valid_from: date
    text: str
    constants: tuple[DatedConstant, ...]
    reason: str

    @property
    def facts(self) -> ChannelFacts:
        """Return the facts of its channel."""
        return ChannelFacts(
            quantity=self.quantity,
            kind=Kind.COMPUTED,
            utility=self.utility,
            unit=self.unit,
            resolution=self.resolution,
            modulus=None,
            billing=self.billing,
            grid_s=self.grid_s,
        )


def planned_again(
    channel: Channel,
    *,
    unit: str,
    text: str,
    valid_from: date,
    constants: tuple[DatedConstant, ...],
    reason: str = "",
) -> PlannedFormula:
    """Return a formula that is stored, or its next version, as it would be planned.

    Args:
        channel: Its channel.
        unit: Of the result.
        text: Of the version.
        valid_from: First local day of the version.
        constants: Of the version.
        reason: Of the version.
    """
    facts = channel.facts
    return PlannedFormula(
        point=channel.point,
        name=channel.point,
        place="",
        utility=facts.utility,
        quantity=facts.quantity,
        unit=unit,
        resolution=facts.resolution,
        grid_s=facts.grid_s,
        billing=facts.billing,
        valid_from=valid_from,
        text=text,
        constants=constants,
        reason=reason,
    )


def read_formulas(checker: Checker, places: Sequence[str]) -> list[PlannedFormula]:
    """Return the formulas of a file; what is wrong with a table goes to the checker's problems.

    Args:
        checker: Gathers problems.
        places: Keys of the site's places.
    """
    tables = checker.tables("formula")
    found = [_planned(checker, table, n, places) for n, table in enumerate(tables, 1)]
    checker.unique([each.point for each in found], "formula point")
    return found


def read_constants(
    checker: Checker, table: Mapping[str, Any], where: str
) -> tuple[DatedConstant, ...]:
    """Return the dated constants of a table: [{name, unit, values = [{from, value}]}].

    Args:
        checker: Gathers problems.
        table: That holds `constants`.
        where: Its place in the file.
    """
    rows = checker.rows(table, "constants", where)
    checker.unique([str(row.get("name", "")) for row in rows], f"{where}: constant")
    return tuple(_constant(checker, row, where) for row in rows)


def checked_formula(planned: PlannedFormula, catalogue: Catalogue) -> Checked:
    """Return a formula parsed and checked.

    Args:
        planned: The formula.
        catalogue: What its names mean.

    Raises:
        FormulaError: Names row and column.
    """
    tree = parse(planned.text)
    constants = {each.name: each for each in planned.constants}
    checked = check(tree, planned.text, catalogue, constants)
    check_result(checked, planned.text, planned.utility, planned.quantity, planned.unit)
    _check_grids(checked, planned)
    check_width(checked, planned.text, constants)
    return checked


def formula_problems(
    planned: Sequence[PlannedFormula],
    catalogue: Catalogue,
    numbers: Mapping[str, int],
    known: Mapping[int, set[int]],
    points: Mapping[int, str],
) -> list[Told]:
    """Return what is wrong with some formulas, each with its place in the text.

    Args:
        planned: The formulas.
        catalogue: What their names mean; it knows the planned ones too.
        numbers: Channel of each planned point.
        known: Channels that each computed channel rests on.
        points: Points of channels, to name a circle.
    """
    problems: list[Told] = []
    graph = {number: set(own) for number, own in known.items()}
    for each in planned:
        try:
            checked = checked_formula(each, catalogue)
        except FormulaError as error:
            problems.append(tell("why.formula.of", point=each.point, cause=error))
            continue
        number = numbers[each.point]
        graph[number] = graph.get(number, set()) | inputs_of(checked)
        circle = circle_in(graph, number)
        if circle:
            named = " -> ".join(points.get(n, str(n)) for n in circle)
            problems.append(tell("why.formula.circle", point=each.point, circle=named))
    return problems


def inputs_of(checked: Checked) -> set[int]:
    """Return the channels a formula rests on."""
    own = {each.channel.number for each in checked.inputs}
    return own.union(*(inputs_of(part) for part in checked.parts))


def channel_of(planned: PlannedFormula, number: int) -> Channel:
    """Return the channel of a planned formula."""
    return Channel(number=number, point=planned.point, facts=planned.facts)


def _check_grids(checked: Checked, planned: PlannedFormula) -> None:
    """Refuse an input that is told in wider intervals than the formula.

    Raises:
        FormulaError: There is one.
    """
    for each in checked.inputs:
        facts = each.channel.facts
        same = facts.grid_s == planned.grid_s
        if facts.kind is Kind.GAUGE or same:
            continue
        if each.indicator or planned.grid_s % facts.grid_s:
            raise FormulaError.at(
                "formula.grid",
                planned.text,
                checked.node.at,
                name=each.channel.key,
                grid_s=facts.grid_s,
                own_s=planned.grid_s,
            )
    for part in checked.parts:
        _check_grids(part, planned)


def _planned(
    checker: Checker, table: Mapping[str, Any], number: int, places: Sequence[str]
) -> PlannedFormula:
    where = f"formula {table.get('point') or number!r}"
    checker.unknown_keys(table, _KEYS, where)
    point, place, unit, text = (
        checker.text(table, key, where) for key in ("point", "place", "unit", "text")
    )
    if len(point) > LONGEST_POINT or not point.isprintable():
        checker.problems.append(f"{where}: `point` is longer than {LONGEST_POINT} or unprintable")
    if place and place not in places:
        checker.problems.append(f"{where}: place {place!r} is no place of the site")
    utility = _utility(checker, table, where)
    billing = checker.flag(table, "billing", where)
    if billing and utility is None:
        checker.problems.append(f"{where}: without a `utility` nothing can be billed")
    grid_s = checker.whole(table, "grid_s", where, 900, least=60)
    if 3600 % grid_s:
        checker.problems.append(f"{where}: `grid_s` = {grid_s} is no part of an hour")
    resolution = Fraction(1, 1000)
    if utility is None:
        resolution = checker.ratio(table.get("resolution", "0.001"), "resolution", where)
    return PlannedFormula(
        point=point,
        name=str(table.get("name") or point),
        place=place,
        utility=utility,
        quantity=str(table.get("quantity") or ("computed" if utility else "indicator")),
        unit=unit,
        resolution=resolution,
        grid_s=grid_s,
        billing=billing,
        valid_from=_day(checker, table, where),
        text=text,
        constants=read_constants(checker, table, where),
        reason=str(table.get("reason", "")),
    )


def _utility(checker: Checker, table: Mapping[str, Any], where: str) -> Utility | None:
    stated = table.get("utility")
    if stated is None:
        return None
    if stated not in list(Utility):
        checker.problems.append(f"{where}: utility {stated!r} is none of {', '.join(Utility)}")
        return None
    return Utility(stated)


def _day(checker: Checker, table: Mapping[str, Any], where: str) -> date:
    day = table.get("from")
    if not isinstance(day, date) or isinstance(day, datetime):
        checker.problems.append(f"{where}: `from` is no date like 2026-01-31")
        return date(2000, 1, 1)
    return day


def _constant(checker: Checker, row: Mapping[str, Any], where: str) -> DatedConstant:
    name, unit = str(row.get("name", "")), str(row.get("unit", "1"))
    inside = f"{where}: constant {name!r}"
    checker.unknown_keys(row, {"name", "unit", "values"}, inside)
    if not name.isidentifier() or not name.isascii():
        checker.problems.append(f"{inside}: a name has letters a-z, digits and _")
    try:
        unit_of(unit)
    except UnitTextError as error:
        checker.problems.append(f"{inside}: {error.cause!r} is no unit")
        unit = "1"
    values = []
    for value in checker.rows(row, "values", inside):
        stated = str(value.get("value", ""))
        number = number_of(stated.removeprefix("-"))
        if number is None:
            checker.problems.append(f'{inside}: value {stated!r} is no number like "11.42"')
            continue
        sign = -1 if stated.startswith("-") else 1
        values.append((_day(checker, value, inside), sign * number))
    if not values:
        checker.problems.append(f"{inside}: `values` is no list like [{{from = 2026-01-01, …}}]")
    return DatedConstant(name=name, unit=unit, values=tuple(sorted(values)))

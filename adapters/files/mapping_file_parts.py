"""In: tables of a mapping file. Out: rules of time, quality, channels, or problems. Pure."""

from __future__ import annotations

from collections.abc import Mapping
from fractions import Fraction
from typing import Any

from adapters.files.mapping import (
    NamedChannel,
    Others,
    QualityRule,
    TimeFormat,
    TimeRule,
    Twice,
    Unlisted,
)
from adapters.files.time_text import pattern_problem
from adapters.mapping_words import check_unit, one_of, read_zone
from energy.base.quality import Quality
from energy.metering.site_file_checker import Checker

MOST_CHANNELS = 20_000
_TIME_KEYS = {"columns", "format", "zone", "pattern", "twice", "twice_column", "earlier", "later"}
_QUALITIES = {
    name: Quality[name.upper()]
    for name in ("measured", "manual", "estimated", "suspect", "missing")
}
_CHANNEL_KEYS = {"name", "point", "quantity", "unit", "scale"}
_ZONED = {TimeFormat.LOCAL, TimeFormat.EXCEL}


def read_time(checker: Checker, table: object) -> TimeRule:
    """Return how instants are written; what is wrong goes to the checker's problems."""
    where = "[time]"
    if not isinstance(table, dict):
        checker.problems.append(f'{where} is missing, e.g. columns = ["time"], format = "iso"')
        return TimeRule(columns=(), format=TimeFormat.ISO)
    checker.unknown_keys(table, _TIME_KEYS, where)
    form = one_of(checker, TimeFormat, table.get("format"), f"{where}: format") or TimeFormat.ISO
    columns = tuple(checker.words(table, "columns", where))
    if not columns:
        checker.problems.append(f"{where}: `columns` is missing: where does the instant stand?")
    pattern = str(table.get("pattern", ""))
    if ("pattern" in table) != (form is TimeFormat.LOCAL):
        checker.problems.append(f'{where}: `pattern` belongs to format local ("%d.%m.%Y %H:%M")')
    elif pattern and (problem := pattern_problem(pattern)):
        checker.problems.append(f"{where}: {problem}")
    if form in _ZONED and "zone" not in table:
        checker.problems.append(f"{where}: local time needs `zone`, e.g. Europe/Berlin")
    twice = one_of(checker, Twice, table.get("twice", "refuse"), f"{where}: twice") or Twice.REFUSE
    earlier, later = (frozenset(checker.words(table, k, where)) for k in ("earlier", "later"))
    column = str(table.get("twice_column", ""))
    if (twice is Twice.COLUMN) != bool(column and earlier and later):
        checker.problems.append(
            f'{where}: twice = "column" needs `twice_column` and the words `earlier` and `later`'
        )
    if earlier & later:
        checker.problems.append(f"{where}: {sorted(earlier & later)} stand in both words")
    return TimeRule(
        columns=columns,
        format=form,
        zone=read_zone(checker, table.get("zone"), where) if "zone" in table else None,
        pattern=pattern,
        twice=twice,
        twice_column=column,
        earlier=earlier,
        later=later,
    )


def read_unit(checker: Checker, table: Mapping[str, Any], where: str) -> tuple[str, str]:
    """Return a unit and the column that has it instead; what is wrong goes to the problems."""
    unit, column = table.get("unit", ""), table.get("unit_column", "")
    check_unit(checker, unit, where)
    if unit and column:
        checker.problems.append(f"{where}: `unit` and `unit_column` exclude each other")
    return str(unit), str(column)


def read_quality(checker: Checker, table: object) -> QualityRule:
    """Return how good values are; what is wrong goes to the checker's problems."""
    where = "[quality]"
    if not isinstance(table, dict):
        checker.problems.append(f"{where} is no table")
        return QualityRule()
    checker.unknown_keys(table, {"column", "default", "others", *_QUALITIES}, where)
    default = table.get("default", "measured")
    if default not in _QUALITIES or default == "missing":
        checker.problems.append(f"{where}: default {default!r} is no quality of a reading")
        default = "measured"
    words: dict[str, Quality] = {}
    for name, quality in _QUALITIES.items():
        for word in checker.words(table, name, where):
            if words.setdefault(word, quality) is not quality:
                checker.problems.append(f"{where}: {word!r} stands for two qualities")
    if bool(words) != ("column" in table):
        checker.problems.append(f"{where}: `column` and the words of each quality go together")
    others = one_of(checker, Others, table.get("others", "refuse"), f"{where}: others")
    return QualityRule(
        default=_QUALITIES[default],
        column=str(table.get("column", "")),
        words=words,
        others=others or Others.REFUSE,
    )


def read_unlisted(checker: Checker, table: Mapping[str, Any]) -> Unlisted:
    """Return what becomes of names that nobody lists."""
    word = table.get("unlisted", "refuse")
    return one_of(checker, Unlisted, word, "[name]: unlisted") or Unlisted.REFUSE


def read_channels(checker: Checker) -> tuple[NamedChannel, ...]:
    """Return the channels a mapping lists; what is wrong goes to the checker's problems."""
    tables = checker.tables("channel")
    if len(tables) > MOST_CHANNELS:
        checker.problems.append(f"there are more than {MOST_CHANNELS} [[channel]] tables")
        return ()
    found = []
    for number, table in enumerate(tables, 1):
        where = f"channel {table.get('name') or number!r}"
        checker.unknown_keys(table, _CHANNEL_KEYS, where)
        unit, _ = read_unit(checker, table, where)
        scale: Fraction | None = None
        if "scale" in table:
            scale = checker.ratio(table["scale"], "scale", where)
        found.append(
            NamedChannel(
                name=checker.text(table, "name", where).strip(),
                point=checker.text(table, "point", where),
                quantity=checker.text(table, "quantity", where) if "quantity" in table else "",
                unit=unit,
                scale=scale,
            )
        )
    names = [channel.name for channel in found]
    if len(set(names)) != len(names):
        twice = sorted({name for name in names if names.count(name) > 1})[:5]
        checker.problems += [f"channel {name!r} stands twice" for name in twice]

    return tuple(found)

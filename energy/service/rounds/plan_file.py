"""In: a file of rounds. Out: the plan it states, and the day from which it holds. Pure."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import replace
from datetime import date
from decimal import Decimal
from typing import Any, Final

from energy.base.text import LANGUAGES
from energy.base.toml_text import NoTomlError, toml_of
from energy.metering.site_file_checker import Checker
from energy.service.rounds.errors import PatrolError
from energy.service.rounds.items import (
    NUMBER,
    YES_NO,
    LogItem,
    LogKind,
    PatrolPlan,
    RoundSpec,
    Stop,
)
from energy.service.rounds.schedule import DueTimes, How, hours_between
from energy.service.work.heard import Spot

_KEY: Final = re.compile(r"[a-z0-9][a-z0-9-]{0,39}")
_TIME: Final = re.compile(r"([01][0-9]|2[0-3]):([0-5][0-9])")
_LONGEST_NAME: Final = 80
_LONGEST_UNIT: Final = 12
_WHERE: Final = ("place", "point", "equipment")
_ALL_DAY: Final = DueTimes(how=How.TIMES, times=(0,))


def parse_patrol_plan(text: str) -> tuple[date, PatrolPlan]:
    """Return the rounds of a file and the local day from which they hold.

    Args:
        text: TOML; see docs/rounds.md. Rounds due at each shift have no times yet.

    Raises:
        PatrolError: It does not state rounds; names every problem.
    """
    try:
        checker = Checker(toml_of(text))
    except NoTomlError as error:
        raise PatrolError.of("file", problems=f"  - {error}") from error
    document = checker.document
    checker.unknown_keys(document, {"valid_from", "round"}, "the file")
    valid_from = document.get("valid_from")
    if type(valid_from) is not date or not 1970 <= valid_from.year < 3000:
        checker.problems.append("the file: `valid_from` is no date like 2026-01-31")
        valid_from = date.min
    rounds = tuple(_round(checker, each, n) for n, each in enumerate(checker.tables("round"), 1))
    checker.unique([each.key for each in rounds], "round")
    if not rounds:
        checker.problems.append("the file: state at least one [[round]]")
    if checker.problems:
        raise PatrolError.of("file", problems="\n".join(f"  - {each}" for each in checker.problems))
    return valid_from, PatrolPlan(rounds=rounds)


def fitting_windows(spec: RoundSpec) -> bool:
    """Return whether a round is over before the next one may be begun."""
    return spec.within_min + spec.early_min <= spec.due.least_gap_min


def _round(checker: Checker, table: Mapping[str, Any], n: int) -> RoundSpec:
    key = _keyed(checker, table, f"round {n}")
    where = f"round {key or n}"
    known = {"key", "name", "due", "within_min", "early_min", "stop"}
    checker.unknown_keys(table, known, where)
    stops = tuple(
        _stop(checker, each, where, m)
        for m, each in enumerate(checker.rows(table, "stop", where), 1)
    )
    checker.unique([each.key for each in stops], f"{where}: stop")
    if not stops:
        checker.problems.append(f"{where}: state at least one [[round.stop]]")
    spec = RoundSpec(
        key=key,
        name=_both(checker, table, "name", where),
        due=_due(checker, table.get("due"), where),
        within_min=checker.whole(table, "within_min", where, None, 1),
        early_min=checker.whole(table, "early_min", where, 0),
        stops=stops,
    )
    if spec.due.times and not fitting_windows(spec):
        checker.problems.append(
            f"{where}: `early_min` and `within_min` are together at most {spec.due.least_gap_min}, "
            "so that it is over before the next one begins"
        )
    return spec


def _due(checker: Checker, table: object, where: str) -> DueTimes:
    """Return when a round is due; at each shift there are no times yet."""
    here = f"{where}: due"
    ways = [
        way for way in ("every_h", "at", "per_shift") if isinstance(table, dict) and way in table
    ]
    if not isinstance(table, dict) or len(ways) != 1:
        checker.problems.append(
            f'{here}: write one of {{ every_h = 1, from = "06:00", to = "22:00" }}, '
            '{ at = ["06:00", "14:30"] }, { per_shift = true }'
        )
        return _ALL_DAY
    match ways[0]:
        case "every_h":
            checker.unknown_keys(table, {"every_h", "from", "to"}, here)
            every = checker.whole(table, "every_h", here, None, 1)
            if every > 24:
                checker.problems.append(f"{here}: `every_h` is at most 24")
                every = 24
            first = _minutes(checker, table.get("from", "00:00"), "from", here)
            last = _minutes(checker, table.get("to", "00:00"), "to", here)
            times = hours_between(first, last, every)
            return DueTimes(how=How.HOURS, times=times, hourly=every == 1)
        case "at":
            checker.unknown_keys(table, {"at"}, here)
            said = checker.words(table, "at", here)
            times = tuple(sorted({_minutes(checker, each, "at", here) for each in said}))
            if not times or len(times) != len(said):
                checker.problems.append(f"{here}: `at` states at least one time, each once")
            return DueTimes(how=How.TIMES, times=times or (0,))
        case _:
            checker.unknown_keys(table, {"per_shift"}, here)
            if table["per_shift"] is not True:
                checker.problems.append(f"{here}: `per_shift` is true, or leave it out")
            return DueTimes(how=How.SHIFTS, times=())


def _minutes(checker: Checker, value: object, key: str, where: str) -> int:
    found = _TIME.fullmatch(value) if isinstance(value, str) else None
    if found is None:
        checker.problems.append(f'{where}: `{key}` is no time like "06:30"')
        return 0
    return int(found[1]) * 60 + int(found[2])


def _stop(checker: Checker, table: Mapping[str, Any], within: str, n: int) -> Stop:
    key = _keyed(checker, table, f"{within}, stop {n}")
    where = f"{within}, stop {key or n}"
    checker.unknown_keys(table, {"key", "name", "value", *_WHERE}, where)
    named = {name: checker.text(table, name, where) for name in _WHERE if name in table}
    if len(named) != 1:
        checker.problems.append(f"{where}: name one of {', '.join(_WHERE)}")
    items = tuple(
        _item(checker, each, where, m)
        for m, each in enumerate(checker.rows(table, "value", where), 1)
    )
    checker.unique([each.key for each in items], f"{where}: value")
    if not items:
        checker.problems.append(f"{where}: state at least one [[round.stop.value]]")
    return Stop(
        key=key,
        name=_both(checker, table, "name", where),
        spot=Spot(place=named.get("place", ""), point=named.get("point", "")),
        equipment=named.get("equipment", "").upper(),
        items=items,
    )


def _item(checker: Checker, table: Mapping[str, Any], within: str, n: int) -> LogItem:
    key = _keyed(checker, table, f"{within}, value {n}")
    where = f"{within}, value {key or n}"
    kind = table.get("kind")
    if not isinstance(kind, str) or kind not in set(LogKind):
        checker.problems.append(f"{where}: `kind` is one of {', '.join(LogKind)}")
        kind = LogKind.NUMBER
    own = {
        LogKind.NUMBER: {"unit", "low", "high"},
        LogKind.YES_NO: {"good"},
        LogKind.CHOICE: {"good", "choice"},
    }[LogKind(kind)]
    checker.unknown_keys(table, {"key", "name", "kind", "optional", *own}, where)
    item = LogItem(
        key=key,
        name=_both(checker, table, "name", where),
        kind=LogKind(kind),
        choices={},
        optional=checker.flag(table, "optional", where),
    )
    match item.kind:
        case LogKind.NUMBER:
            return _numbered(checker, table, item, where)
        case LogKind.YES_NO:
            good = checker.words(table, "good", where)
            return replace(item, good=_good(checker, good, YES_NO, where))
        case _:
            return _chosen(checker, table, item, where)


def _numbered(checker: Checker, table: Mapping[str, Any], item: LogItem, where: str) -> LogItem:
    unit = checker.text(table, "unit", where) if "unit" in table else ""
    if len(unit) > _LONGEST_UNIT:
        checker.problems.append(f"{where}: `unit` has at most {_LONGEST_UNIT} characters")
    low, high = (_limit(checker, table, key, where) for key in ("low", "high"))
    if low and high and Decimal(low) > Decimal(high):
        checker.problems.append(f"{where}: `low` is above `high`")
    return replace(item, unit=unit, low=low, high=high)


def _limit(checker: Checker, table: Mapping[str, Any], key: str, where: str) -> str:
    value = table.get(key, "")
    said = str(value) if type(value) is int else value
    if isinstance(said, str) and (not said or NUMBER.fullmatch(said)):
        return said
    checker.problems.append(f'{where}: `{key}` is a whole number or a text like "0.5"')
    return ""


def _chosen(checker: Checker, table: Mapping[str, Any], item: LogItem, where: str) -> LogItem:
    rows = checker.rows(table, "choice", where)
    choices: dict[str, Mapping[str, str]] = {}
    for n, row in enumerate(rows, 1):
        here = f"{where}, choice {n}"
        checker.unknown_keys(row, {"key", "name"}, here)
        choices[_keyed(checker, row, here)] = _both(checker, row, "name", here)
    if len(choices) < 2 or len(choices) != len(rows):
        checker.problems.append(f"{where}: `choice` has at least two, each key once")
    good = _good(checker, checker.words(table, "good", where), tuple(choices), where)
    return replace(item, choices=choices, good=good)


def _good(checker: Checker, good: list[str], known: tuple[str, ...], where: str) -> tuple[str, ...]:
    for each in good:
        if each not in known:
            checker.problems.append(f"{where}: `good` names {each!r}, known are {', '.join(known)}")
    return tuple(good)


def _keyed(checker: Checker, table: Mapping[str, Any], where: str) -> str:
    key = checker.text(table, "key", where)
    if key and not _KEY.fullmatch(key):
        checker.problems.append(f"{where}: `key` is 1 to 40 of a-z, 0-9 and -")
    return key


def _both(checker: Checker, table: Mapping[str, Any], key: str, where: str) -> dict[str, str]:
    """Return a name in both languages, or a problem and nothing in them."""
    found = table.get(key)
    if not isinstance(found, dict) or any(
        not isinstance(found.get(language), str)
        or not 0 < len(found[language].strip()) <= _LONGEST_NAME
        for language in LANGUAGES
    ):
        checker.problems.append(
            f'{where}: `{key}` is no table like {{ en = "...", zh = "..." }} '
            f"of at most {_LONGEST_NAME} characters each"
        )
        return dict.fromkeys(LANGUAGES, "")
    return {language: " ".join(found[language].split()) for language in LANGUAGES}

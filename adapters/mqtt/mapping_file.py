"""In: a TOML file that describes one dialect. Out: its mapping, checked. I/O: reads files.

A mapping is checked whole: every problem is listed at once, and a mapping with a problem is not
used. An installation's own file goes before a preset of the same name.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import replace
from pathlib import Path
from typing import Any

from adapters.errors import FaultyFileError
from adapters.mapping_words import check_heading, one_of, read_zone
from adapters.mqtt.mapping import (
    AHEAD_S,
    Dialect,
    MessageRule,
    Origin,
    Strangers,
    TimeFormat,
    TimeRule,
    TopicMapping,
    Where,
)
from adapters.mqtt.mapping_file_values import read_value, read_where
from adapters.mqtt.payload import MAX_BYTES, Encoding
from adapters.mqtt.topic import TopicPattern, TopicPatternError
from adapters.own_files import own_folder
from adapters.toml_text import table_in, text_in
from energy.metering.site_file_checker import Checker

PRESETS = Path(__file__).parent / "presets"
PULSES = "pulses"
"""Preset of a source that names none: Meterline's own form."""
OWN_MAPPINGS = "mappings"
"""Folder of an installation's own mappings, in the data directory."""
MOST_BYTES = 1_048_576
"""Largest `max_bytes`: more the broker does not send us. [byte]"""
_KEYS = {
    "schema_version", "id", "title", "note", "dialect", "encoding", "max_bytes",
    "unknown_devices", "message",
}  # fmt: skip
_MESSAGE_KEYS = {"topic", "device", "account", "agree", "id", "time", "value"}
_TIME_KEYS = {"at", "format", "zone", "pattern", "ahead_s", "oldest_s"}


class MappingError(FaultyFileError):
    """A mapping file does not describe a dialect."""

    code = "mqtt.mapping"
    FAULTY = "faulty.mapping"


def presets() -> list[str]:
    """Return the ids of the mappings that ship."""
    return sorted(path.stem for path in PRESETS.glob("*.toml"))


def load_mapping(name: str) -> TopicMapping:
    """Return the checked mapping of a name; an own file goes before a preset.

    Args:
        name: Id of the mapping, the name of its file; empty means Meterline's own form.

    Raises:
        MappingError: There is no such mapping or it has problems.
    """
    name = name or PULSES
    if not re.fullmatch(r"[a-z0-9_]+", name):
        raise MappingError(name, ["its name must be made of a-z, 0-9 and _"])
    own = own_folder(OWN_MAPPINGS)
    places = [place for place in (own, PRESETS) if place is not None]
    for place in places:
        path = place / f"{name}.toml"
        if path.is_file():
            return parse_mapping(text_in(path, name=name, wrong=MappingError), name=name)
    there = f" or in {own}" if own else ""
    raise MappingError(name, [f"no such mapping among {', '.join(presets())}{there}"])


def load_mapping_file(path: Path) -> TopicMapping:
    """Return the checked mapping in a file.

    Raises:
        MappingError: It has problems.
    """
    return parse_mapping(text_in(path, name=path.stem, wrong=MappingError), name=path.stem)


def parse_mapping(text: str, *, name: str) -> TopicMapping:
    """Return the checked mapping written in a text.

    Args:
        text: TOML.
        name: Name for messages; must equal the mapping's id.

    Raises:
        MappingError: Lists every problem.
    """
    document = table_in(text, name=name, wrong=MappingError)
    checker = Checker(document)
    checker.unknown_keys(document, _KEYS, "file")
    check_heading(checker, name)
    tables = checker.tables("message")
    if not tables:
        checker.problems.append("there is no [[message]]")
    max_bytes = checker.whole(document, "max_bytes", "file", MAX_BYTES, least=1)
    if max_bytes > MOST_BYTES:
        checker.problems.append(f"max_bytes is above {MOST_BYTES}")
    dialect = one_of(checker, Dialect, document.get("dialect", "json"), "dialect")
    rules = [_message(checker, table, f"message {n}") for n, table in enumerate(tables, 1)]
    encoding = one_of(checker, Encoding, document.get("encoding", "utf-8"), "encoding")
    strangers = document.get("unknown_devices", Strangers.REFUSE.value)
    mapping = TopicMapping(
        id=name,
        title=checker.text(document, "title", "file"),
        dialect=dialect or Dialect.JSON,
        messages=tuple(rule for rule in rules if rule is not None),
        encoding=encoding or Encoding.UTF_8,
        max_bytes=max_bytes,
        strangers=one_of(checker, Strangers, strangers, "unknown_devices") or Strangers.REFUSE,
    )
    if checker.problems:
        raise MappingError(name, checker.problems)
    return mapping


def with_topic(mapping: TopicMapping, topic: str) -> TopicMapping:
    """Return the mapping with the topic that a source states instead of its own.

    Raises:
        MappingError: The mapping has several topics, or needs parts that the topic lacks.
    """
    if not topic:
        return mapping
    try:
        pattern = TopicPattern.of(topic)
    except TopicPatternError as error:
        raise MappingError(mapping.id, [str(error)]) from error
    if len(mapping.messages) != 1:
        detail = f"it has {len(mapping.messages)} topics: leave the source's `topic` out"
        raise MappingError(mapping.id, [detail])
    (rule,) = mapping.messages
    parts = {name for _, name in pattern.names}
    missing = sorted(where.part for where in _topic_places(rule) if where.part not in parts)
    if missing:
        detail = f"topic {topic!r} lacks the part(s) {', '.join(missing)} the mapping needs"
        raise MappingError(mapping.id, [detail])
    return replace(mapping, messages=(replace(rule, topic=pattern),))


def _topic_places(rule: MessageRule) -> list[Where]:
    places = [*rule.device, *rule.id, *(each for pair in rule.agree for each in pair)]
    places += [rule.account] if rule.account else []
    for value in rule.values:
        places += [value.name] if value.name else []
    return [where for where in places if where.origin is Origin.TOPIC]


def _message(checker: Checker, table: Mapping[str, Any], where: str) -> MessageRule | None:
    before = len(checker.problems)
    checker.unknown_keys(table, _MESSAGE_KEYS, where)
    try:
        topic = TopicPattern.of(checker.text(table, "topic", where) or "missing")
    except TopicPatternError as error:
        checker.problems.append(f"{where}: {error}")
        return None
    parts = frozenset(name for _, name in topic.names)
    rows = checker.rows(table, "value", where)
    if not rows:
        checker.problems.append(f"{where}: has no [[message.value]]")
    values = [
        read_value(checker, row, f"{where}, value {n}", parts) for n, row in enumerate(rows, 1)
    ]
    device = _places(checker, table, "device", where, parts)
    if not device:
        checker.problems.append(f"{where}: `device` is missing: where the message names its device")
    account = _places(checker, table, "account", where, parts)
    if any(place.origin is not Origin.TOPIC for place in account) or len(account) > 1:
        checker.problems.append(f"{where}: `account` must be one part of the topic, e.g. {{user}}")
    rule = MessageRule(
        topic=topic,
        device=device,
        time=_time(checker, table.get("time"), where, parts),
        values=tuple(value for value in values if value is not None),
        account=account[0] if account else None,
        agree=_agree(checker, table, where, parts),
        id=_places(checker, table, "id", where, parts),
    )
    _check_stars(checker, rule, where)
    _check_quantities(checker, rule, where)
    return rule if len(checker.problems) == before else None


def _places(
    checker: Checker, table: Mapping[str, Any], key: str, where: str, parts: frozenset[str]
) -> tuple[Where, ...]:
    raw = table.get(key, [])
    texts = [raw] if isinstance(raw, str) else raw
    if not isinstance(texts, list):
        checker.problems.append(f'{where}: `{key}` is no place like "/device" or {{device}}')
        return ()
    places = [read_where(checker, text, f"{where}: `{key}`", parts) for text in texts]
    return tuple(place for place in places if place is not None)


def _agree(
    checker: Checker, table: Mapping[str, Any], where: str, parts: frozenset[str]
) -> tuple[tuple[Where, Where], ...]:
    pairs = []
    raw = table.get("agree", [])
    for pair in raw if isinstance(raw, list) else [raw]:
        places = _places(checker, {"agree": pair}, "agree", where, parts)
        if len(places) != 2:
            checker.problems.append(f"{where}: `agree` is no list of pairs of places")
        else:
            pairs.append((places[0], places[1]))
    return tuple(pairs)


def _time(checker: Checker, table: object, where: str, parts: frozenset[str]) -> TimeRule:
    where = f"{where}: time"
    if not isinstance(table, dict):
        checker.problems.append(f'{where} is missing, e.g. time = {{ at = "/ts", format = "iso" }}')
        return TimeRule(format=TimeFormat.ARRIVAL)
    checker.unknown_keys(table, _TIME_KEYS, where)
    form = one_of(checker, TimeFormat, table.get("format"), f"{where}: format")
    form = form or TimeFormat.ARRIVAL
    at = read_where(checker, table["at"], where, parts) if "at" in table else None
    if ("at" not in table) != (form is TimeFormat.ARRIVAL):
        checker.problems.append(f"{where}: every format but {TimeFormat.ARRIVAL} needs `at`")
    local = form is TimeFormat.LOCAL
    if local and not ("zone" in table and "pattern" in table):
        checker.problems.append(f'{where}: local time needs `zone` and `pattern`, "%Y-%m-%d ..."')
    if not local and ("zone" in table or "pattern" in table):
        checker.problems.append(f"{where}: `zone` and `pattern` belong to format local")
    return TimeRule(
        format=form,
        at=at,
        zone=read_zone(checker, table.get("zone"), where) if local else None,
        pattern=checker.text(table, "pattern", where) if local else "",
        ahead_s=checker.whole(table, "ahead_s", where, AHEAD_S),
        oldest_s=checker.whole(table, "oldest_s", where, 0, 1) if "oldest_s" in table else None,
    )


def _check_stars(checker: Checker, rule: MessageRule, where: str) -> None:
    """Refuse places whose "*" no value binds."""
    common = [*rule.device, *([rule.time.at] if rule.time.at else [])]
    for n, value in enumerate(rule.values, 1):
        places = [*common, value.name, value.unit_at, value.sound.at if value.sound else None]
        for place in places:
            if place is not None and not _bound(place, value.at):
                checker.problems.append(
                    f"{where}, value {n}: the * of {place.text} is none of {value.at.text}"
                )
    once = [*rule.id, *(each for pair in rule.agree for each in pair)]
    checker.problems += [
        f"{where}: {place.text} stands in `id` or `agree` and must have no *"
        for place in once
        if place.stars
    ]


def _bound(place: Where, value: Where) -> bool:
    if place.stars > value.stars:
        return False
    if place.origin is not Origin.POINTER or not place.stars:
        return True
    last = max(n for n, step in enumerate(place.steps) if step == "*") + 1
    return place.steps[:last] == value.steps[:last]


def _check_quantities(checker: Checker, rule: MessageRule, where: str) -> None:
    stated = [value.meaning.quantity for value in rule.values if value.meaning]
    checker.unique([quantity or "(the only one)" for quantity in stated], f"{where}: quantity")

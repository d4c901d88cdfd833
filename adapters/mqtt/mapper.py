"""In: a mapping, a message's topic and document. Out: exact values of devices, or refusals. Pure.

Everything a message says is either a value in the mapping's words, said to be no value, unused
(no channel wants it), or refused with its reason. A value that stands alone among refused ones
is still good.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import NamedTuple

from adapters.mqtt.mapping import (
    Meaning,
    MessageRule,
    Origin,
    TimeFormat,
    TopicMapping,
    ValueRule,
    Where,
)
from adapters.mqtt.mapping_values import instant_of, number_of
from adapters.mqtt.payload import Reason, Refusal, RefusedError
from adapters.number_text import Ratio

MAX_NAME = 200
"""Longest name of a device, longest id. [character]"""
MOST_TOPICS = 20_000
"""Topics remembered with their parts: the same ones come again and again."""
Keys = tuple[str, ...]
"""What each "*" of a pointer stood for, from the left."""


class _Missing:
    """Nothing stands at a place; JSON's null is something else."""


MISSING = _Missing()


class Found(NamedTuple):
    """One value of a message in the mapping's words."""

    device: str
    quantity: str
    """Empty: the only channel of its meter."""
    unit: str
    meaning: Meaning
    value: Ratio
    """The written number, before the scale."""
    raw: object
    at_us: int
    rule: ValueRule
    sound: bool
    """Whether the device says that the value is good."""


@dataclass(slots=True, kw_only=True)
class Reading:
    """What one message says."""

    found: list[Found] = field(default_factory=list)
    refusals: list[Refusal] = field(default_factory=list)
    key: tuple[str, ...] = ()
    """By which a repeat of the message is known; empty when the mapping names none."""
    nothing: int = 0
    """Values that say "no value", and values nobody asked for."""


class Mapper:
    """Applies one mapping to messages."""

    def __init__(
        self, mapping: TopicMapping, wanted: Mapping[str, Collection[str]] | None = None
    ) -> None:
        """Prepare.

        Args:
            mapping: The mapping.
            wanted: Quantities by device that have a channel; None wants everything.
        """
        self._mapping = mapping
        self._wanted = wanted
        self._topics: dict[str, tuple[MessageRule, dict[str, str]]] = {}

    def rule_of(self, topic: str) -> tuple[MessageRule, dict[str, str]]:
        """Return which kind of message a topic brings, and the topic's named parts.

        Raises:
            RefusedError: It fits none.
        """
        known = self._topics.get(topic)
        if known is not None:
            return known
        for rule in self._mapping.messages:
            parts = rule.topic.parts(topic)
            if parts is not None:
                if len(self._topics) < MOST_TOPICS:
                    self._topics[topic] = (rule, parts)
                return rule, parts
        fitting = ", ".join(repr(rule.topic.text) for rule in self._mapping.messages)
        raise RefusedError(Reason.UNKNOWN_TOPIC, f"the topic does not fit {fitting}"[:400])

    def read(
        self, rule: MessageRule, parts: Mapping[str, str], document: object, now: datetime
    ) -> Reading:
        """Return what a message says.

        Args:
            rule: Its kind.
            parts: The named parts of its topic.
            document: Its JSON value.
            now: The present instant, aware UTC.

        Raises:
            RefusedError: The message as a whole is refused.
        """
        message = _Message(
            rule=rule,
            parts=parts,
            document=document,
            now=now,
            device_stars=max(where.stars for where in rule.device),
            time_stars=rule.time.at.stars if rule.time.at is not None else 0,
        )
        for one, other in rule.agree:
            message.check_agreement(one, other)
        reading = Reading(key=tuple(message.text_at(where, Reason.WRONG_ID) for where in rule.id))
        for value in rule.values:
            above = value.at.steps[:-1]
            matched = False
            for keys, parent in matches(document, above):
                for more, raw in matches(parent, value.at.steps[-1:], keys):
                    matched = True
                    message.beside = (above, parent)
                    self._take(message, value, more, raw, reading)
            if not matched and value.required:
                detail = f"nothing stands at {value.at.text}"
                reading.refusals.append(Refusal(reason=Reason.MISSING_FIELD, detail=detail))
        if not (reading.found or reading.refusals or reading.nothing):
            places = ", ".join(value.at.text for value in rule.values)
            detail = f"nothing stands at any place of mapping {self._mapping.id!r}: {places}"
            raise RefusedError(Reason.NO_VALUE, detail[:400])
        return reading

    def _take(
        self, message: _Message, value: ValueRule, keys: Keys, raw: object, reading: Reading
    ) -> None:
        try:
            meaning = message.meaning_of(value, keys)
            device = message.device(keys)
            if meaning is None or not self._wants(device, meaning.quantity):
                reading.nothing += 1
                return
            number = number_of(raw, value)
            if number is None:
                reading.nothing += 1
                return
            reading.found.append(
                Found(
                    device=device,
                    quantity=meaning.quantity,
                    unit=message.unit_of(value, meaning, keys),
                    meaning=meaning,
                    value=number,
                    raw=raw,
                    at_us=message.instant(keys),
                    rule=value,
                    sound=message.says_sound(value, keys),
                )
            )
        except RefusedError as refused:
            reading.refusals.append(refused.refusal)

    def _wants(self, device: str, quantity: str) -> bool:
        """Return whether a value is for somebody; a stranger's is, so that it can be refused."""
        if self._wanted is None or device not in self._wanted:
            return True
        return not quantity or quantity in self._wanted[device]


@dataclass(slots=True, kw_only=True)
class _Message:
    """One message being read; what several values share is worked out once."""

    rule: MessageRule
    parts: Mapping[str, str]
    document: object
    now: datetime
    device_stars: int
    time_stars: int
    beside: tuple[Keys | None, object] = (None, MISSING)
    """What holds the present value, and the steps to it: its name mostly stands there, too."""
    instants: dict[Keys, int] = field(default_factory=dict)
    devices: dict[Keys, str] = field(default_factory=dict)

    def at(self, where: Where, keys: Keys = ()) -> object:
        """Return what stands at a place, or MISSING."""
        if where.origin is Origin.TOPIC:
            return self.parts.get(where.part, MISSING)
        if where.origin is Origin.KEY:
            return keys[where.star]
        if where.steps[:-1] == self.beside[0]:
            last = where.steps[-1]
            return _child(self.beside[1], keys[where.stars - 1] if last == "*" else last)
        return resolved(self.document, where.steps, keys)

    def text_at(self, where: Where, wrong: Reason, keys: Keys = ()) -> str:
        """Return the text or whole number at a place as a text.

        Raises:
            RefusedError: Nothing or something else stands there.
        """
        raw = self.at(where, keys)
        if raw is MISSING:
            raise RefusedError(Reason.MISSING_FIELD, f"nothing stands at {where.text}")
        text = str(raw) if type(raw) is int else raw
        if not isinstance(text, str) or not text or len(text) > MAX_NAME:
            detail = f"{where.text} must hold a text of 1 to {MAX_NAME} characters"
            raise RefusedError(wrong, detail)
        return text

    def check_agreement(self, one: Where, other: Where) -> None:
        """Refuse a message that names two devices."""
        first = self.text_at(one, Reason.WRONG_DEVICE)
        second = self.text_at(other, Reason.WRONG_DEVICE)
        if first != second:
            detail = f"{one.text} says {first!r:.100}, {other.text} {second!r:.100}"
            raise RefusedError(Reason.WRONG_DEVICE, f"{detail}; they must agree")

    def device(self, keys: Keys) -> str:
        """Return who speaks."""
        bound = keys[: self.device_stars]
        if bound not in self.devices:
            names = [self.text_at(w, Reason.WRONG_DEVICE, keys) for w in self.rule.device]
            self.devices[bound] = ".".join(names)
        return self.devices[bound]

    def instant(self, keys: Keys) -> int:
        """Return the instant of a value. [us]."""
        at, bound = self.rule.time.at, keys[: self.time_stars]
        if bound not in self.instants:
            raw = self.at(at, keys) if at is not None else None
            if raw is MISSING and at is not None:
                raise RefusedError(Reason.MISSING_FIELD, f"nothing stands at {at.text}")
            self.instants[bound] = instant_of(raw, self.rule.time, self.now)
        return self.instants[bound]

    def meaning_of(self, value: ValueRule, keys: Keys) -> Meaning | None:
        """Return what a value is; None when the mapping does not know its name."""
        if value.meaning is not None:
            return value.meaning
        assert value.name is not None, "the mapping file was checked"
        name = self.text_at(value.name, Reason.WRONG_VALUE, keys)
        if value.names is None:
            return Meaning(quantity=name, unit=value.unit)
        return value.names.get(name)

    def unit_of(self, value: ValueRule, meaning: Meaning, keys: Keys) -> str:
        """Return the unit a value comes in."""
        if value.unit_at is None:
            return meaning.unit
        if self.at(value.unit_at, keys) is MISSING:
            return value.unit
        return self.text_at(value.unit_at, Reason.WRONG_UNIT, keys)

    def says_sound(self, value: ValueRule, keys: Keys) -> bool:
        """Return whether the device says that a value is good."""
        if value.sound is None:
            return True
        word = self.at(value.sound.at, keys)
        return isinstance(word, (str, int)) and word in value.sound.words


def matches(node: object, steps: Keys, keys: Keys = ()) -> list[tuple[Keys, object]]:
    """Return every value a pointer leads to, with what each "*" stood for.

    Args:
        node: JSON value.
        steps: Steps of the pointer.
        keys: What the "*" before stood for.
    """
    found = [(keys, node)]
    for step in steps:
        if step == "*":
            found = [((*k, key), child) for k, n in found for key, child in _children(n)]
        else:
            nexts = [(k, _child(n, step)) for k, n in found]
            found = [each for each in nexts if each[1] is not MISSING]
    return found


def _children(node: object) -> Iterable[tuple[str, object]]:
    if isinstance(node, dict):
        return node.items()
    if isinstance(node, list):
        return [(str(number), child) for number, child in enumerate(node)]
    return ()


def resolved(node: object, steps: Keys, keys: Keys) -> object:
    """Return what a pointer leads to with its "*" bound; MISSING when nothing stands there.

    Args:
        node: JSON value.
        steps: Steps of the pointer.
        keys: What each "*" stands for, from the left.
    """
    star = 0
    for step in steps:
        if step == "*":
            node, star = _child(node, keys[star]), star + 1
        else:
            node = _child(node, step)
        if node is MISSING:
            return MISSING
    return node


def _child(node: object, step: str) -> object:
    if isinstance(node, dict):
        return node.get(step, MISSING)
    if isinstance(node, list) and step.isascii() and step.isdecimal() and len(step) <= 6:
        number = int(step)
        return node[number] if number < len(node) else MISSING
    return MISSING


def is_undated(rule: MessageRule) -> bool:
    """Return whether messages of a kind have no time of their own."""
    return rule.time.format is TimeFormat.ARRIVAL

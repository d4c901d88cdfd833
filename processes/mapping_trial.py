"""In: a mapping and messages. Out: what they would become, without site or broker. I/O: a file."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from fractions import Fraction
from pathlib import Path

from adapters.mqtt.mapper import Found, Mapper
from adapters.mqtt.mapping import Dialect, Strangers, TopicMapping
from adapters.mqtt.mapping_file import load_mapping, load_mapping_file
from adapters.mqtt.payload import Refusal, RefusedError, check_size, read_json
from adapters.mqtt.sparkplug import SparkplugHost
from adapters.unit_factors import CHANNEL_UNIT
from energy.base.clock import from_us


@dataclass(frozen=True, slots=True, kw_only=True)
class TrialValue:
    """One value a message would give."""

    device: str
    quantity: str
    """Empty: the only channel of its meter."""
    value: Fraction
    """In the unit, scaled, exact."""
    unit: str
    at: datetime
    sound: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class TrialMessage:
    """What one message would become."""

    topic: str
    values: tuple[TrialValue, ...] = ()
    refusals: tuple[Refusal, ...] = ()
    empty: int = 0
    """Values that say "no value", and names the mapping does not know."""
    historical: bool = False


def mapping_named(name: str) -> TopicMapping:
    """Return the mapping in a file, or the own one or preset of a name.

    Raises:
        MappingError: It is unknown or has problems.
    """
    path = Path(name)
    return load_mapping_file(path) if path.suffix == ".toml" else load_mapping(name)


def tried(
    mapping: TopicMapping, messages: Sequence[tuple[str, bytes]], now: datetime
) -> list[TrialMessage]:
    """Return what messages would become, in their order.

    Args:
        mapping: The mapping.
        messages: Topics and payloads; for Sparkplug B births go before their data.
        now: The present instant, aware UTC.
    """
    trial = _Trial(mapping, now)
    return [trial.message(topic, payload) for topic, payload in messages]


class _Trial:
    def __init__(self, mapping: TopicMapping, now: datetime) -> None:
        self._mapping, self._now = mapping, now
        self._mapper = Mapper(mapping)
        self._sparkplug = SparkplugHost() if mapping.dialect is Dialect.SPARKPLUG_B else None

    def message(self, topic: str, payload: bytes) -> TrialMessage:
        historical = False
        try:
            rule, parts = self._mapper.rule_of(topic)
            document: object
            if self._sparkplug is None:
                document = read_json(
                    payload, max_bytes=self._mapping.max_bytes, encoding=self._mapping.encoding
                )
            else:
                check_size(payload, self._mapping.max_bytes)
                taken = self._sparkplug.take(parts, payload)
                if taken is None:
                    return TrialMessage(topic=topic)
                document, historical = taken.fields, taken.historical
            reading = self._mapper.read(rule, parts, document, self._now)
        except RefusedError as refused:
            return TrialMessage(topic=topic, refusals=(refused.refusal,))
        return TrialMessage(
            topic=topic,
            values=tuple(_value(found) for found in reading.found),
            refusals=tuple(reading.refusals),
            empty=reading.nothing,
            historical=historical,
        )


def _value(found: Found) -> TrialValue:
    return TrialValue(
        device=found.device,
        quantity=found.quantity,
        value=Fraction(*found.value) * found.meaning.scale,
        unit=found.unit,
        at=from_us(found.at_us),
        sound=found.sound,
    )


def remarks(mapping: TopicMapping) -> list[str]:
    """Return keys of texts that tell what a person should know of a mapping."""
    keys = []
    if mapping.undated:
        keys.append("undated")
    if mapping.strangers is Strangers.IGNORE:
        keys.append("strangers")
    values = [value for rule in mapping.messages for value in rule.values]
    if any(CHANNEL_UNIT in {v.unit, v.meaning.unit if v.meaning else ""} for v in values):
        keys.append("channel_unit")
    if any(rule.account for rule in mapping.messages):
        keys.append("account")
    return keys

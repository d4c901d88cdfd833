"""In: nothing. Out: what a mapping is: topics, places of values, number and time formats. Pure.

A mapping turns the messages of one dialect into values. It is data (a TOML file, see
`mapping_file.py`), and the only thing that says what a text means: nothing is guessed.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum
from fractions import Fraction
from zoneinfo import ZoneInfo

from adapters.mapping_words import Rounding
from adapters.mqtt.payload import MAX_BYTES, Encoding
from adapters.mqtt.topic import TopicPattern
from adapters.number_text import NumberFormat

AHEAD_S = 300
"""How far a device's clock may run ahead of ours. [s]"""
OWN_QUANTITY = ""
"""Quantity of a value that is for the only channel of its meter."""


class Dialect(StrEnum):
    """What the bytes of a message are."""

    JSON = "json"
    SPARKPLUG_B = "sparkplug_b"


class TimeFormat(StrEnum):
    """How an instant is written."""

    ISO = "iso"
    """A text of ISO 8601 with its zone."""
    LOCAL = "local"
    """A text of local time in the zone and pattern the mapping states."""
    EPOCH_S = "epoch_s"
    """Seconds since 1970, whole or with a fraction."""
    EPOCH_MS = "epoch_ms"
    """Whole milliseconds since 1970."""
    ARRIVAL = "arrival"
    """The message has none: it is dated when it comes, and must be fresh."""


class Strangers(StrEnum):
    """What becomes of a message of a device that is no meter of the source."""

    REFUSE = "refuse"
    IGNORE = "ignore"


class Origin(StrEnum):
    """Where a text or number stands."""

    TOPIC = "topic"
    POINTER = "pointer"
    KEY = "key"


@dataclass(frozen=True, slots=True, kw_only=True)
class Where:
    """One place: a part of the topic, a JSON pointer, or the key a "*" stands for."""

    text: str
    """As it stands in the file."""
    origin: Origin
    part: str = ""
    """Name of the topic's part."""
    steps: tuple[str, ...] = ()
    """Steps of the pointer; "*" stands for every element."""
    star: int = 0
    """Which "*" is meant, from 0."""

    @property
    def stars(self) -> int:
        """Return how many "*" must be bound before it can be read."""
        return self.star + 1 if self.origin is Origin.KEY else self.steps.count("*")


@dataclass(frozen=True, slots=True, kw_only=True)
class Meaning:
    """What a value is."""

    quantity: str
    unit: str
    scale: Fraction = Fraction(1)
    """What the written number is multiplied with to be in `unit`, exact."""


@dataclass(frozen=True, slots=True, kw_only=True)
class TimeRule:
    """Where a message's instant stands and how it is written."""

    format: TimeFormat
    at: Where | None = None
    zone: ZoneInfo | None = None
    pattern: str = ""
    ahead_s: int = AHEAD_S
    oldest_s: int | None = None
    """Age from which a value is refused; None: only what lies before 2000. [s]"""


@dataclass(frozen=True, slots=True, kw_only=True)
class Soundness:
    """Where a device says whether a value is good; any other word marks it suspect."""

    at: Where
    words: frozenset[object]


@dataclass(frozen=True, slots=True, kw_only=True)
class ValueRule:
    """Where one value, or many alike, stand in a message and what they are."""

    at: Where
    meaning: Meaning | None
    """What it is; None when `name` says so."""
    name: Where | None = None
    names: Mapping[str, Meaning] | None = None
    """What each name means; None: the name is the quantity, in `unit`."""
    unit: str = ""
    unit_at: Where | None = None
    number: NumberFormat = NumberFormat.JSON
    nulls: frozenset[str] = frozenset()
    """Texts that say "no value"; "null" is JSON's own, too."""
    suffix: str = ""
    rounding: Rounding = Rounding.EXACT
    required: bool = False
    sound: Soundness | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class MessageRule:
    """One kind of message: its topic, who speaks, when, and its values."""

    topic: TopicPattern
    device: tuple[Where, ...]
    time: TimeRule
    values: tuple[ValueRule, ...]
    account: Where | None = None
    """Part of the topic that the broker lets only that account use."""
    agree: tuple[tuple[Where, Where], ...] = ()
    """Places that must say the same."""
    id: tuple[Where, ...] = ()
    """Places that make the key by which a repeated message is known."""


@dataclass(frozen=True, slots=True, kw_only=True)
class TopicMapping:
    """A whole mapping file."""

    id: str
    title: str
    dialect: Dialect
    messages: tuple[MessageRule, ...]
    encoding: Encoding = Encoding.UTF_8
    max_bytes: int = MAX_BYTES
    strangers: Strangers = Strangers.REFUSE

    @property
    def filters(self) -> list[str]:
        """Return the topic filters the broker is asked for, each once."""
        return list(dict.fromkeys(message.topic.filter for message in self.messages))

    @property
    def undated(self) -> bool:
        """Return whether some message has no time of its own."""
        return any(message.time.format is TimeFormat.ARRIVAL for message in self.messages)

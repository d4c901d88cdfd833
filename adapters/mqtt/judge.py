"""In: a message. Out: counts of channels, or refusals with their reasons. Memory of what came.

The order is that of doubt: the topic, the freshness of what has no time, the size, the content,
the account behind it, each value, and last whether the same key came with another content.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

import structlog

from adapters.mqtt.connecting import Message
from adapters.mqtt.mapper import Found, Mapper, is_undated
from adapters.mqtt.mapping import Dialect, MessageRule, Origin, Strangers, TopicMapping
from adapters.mqtt.payload import Reason, Refusal, RefusedError, check_size, read_json
from adapters.mqtt.repeats import Repeat, Repeats
from adapters.mqtt.settle import ChannelCount, ChannelTarget, Settler
from adapters.mqtt.sparkplug import SparkplugHost

MOST_STRANGERS = 1000
"""Ignored devices that are named in the log."""
_log = structlog.get_logger("adapters.mqtt")


@dataclass(frozen=True, slots=True, kw_only=True)
class MqttDevice:
    """A device behind a broker: the meter it is, and who may speak for it."""

    name: str
    """As its messages name it."""
    channels: tuple[ChannelTarget, ...]
    account: str = ""
    """Account at the broker that may speak for it; used where the mapping names one."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Judgement:
    """What a message is."""

    counts: tuple[ChannelCount, ...] = ()
    refusals: tuple[Refusal, ...] = ()
    historical: bool = False
    """Whether the gateway had kept it for later: it goes behind what is live."""


class Judge:
    """Judges the messages of one source."""

    def __init__(self, mapping: TopicMapping, devices: Sequence[MqttDevice]) -> None:
        """Prepare.

        Args:
            mapping: What the messages mean.
            devices: The meters of the source; nobody else's messages become readings.
        """
        self._mapping = mapping
        channels = {each.name: {c.quantity: c for c in each.channels} for each in devices}
        self._accounts = {device.name: device.account for device in devices}
        self._mapper = Mapper(mapping, channels)
        self._settler = Settler(channels)
        self._repeats = Repeats()
        self._strangers: set[str] = set()
        sparkplug = mapping.dialect is Dialect.SPARKPLUG_B
        self.sparkplug = SparkplugHost() if sparkplug else None
        """What is known of the gateways, where they speak Sparkplug B."""

    def judge(self, message: Message, now: datetime) -> Judgement:
        """Return what a message is.

        Args:
            message: As it came.
            now: The present instant, aware UTC.
        """
        try:
            return self._judged(message, now)
        except RefusedError as refused:
            return Judgement(refusals=(refused.refusal,))

    def _judged(self, message: Message, now: datetime) -> Judgement:
        rule, parts = self._mapper.rule_of(message.topic)
        if message.again and is_undated(rule):
            detail = "it has no time of its own and was sent before: when it was true is unknown"
            raise RefusedError(Reason.UNDATED, detail)
        document: object
        historical = False
        if self.sparkplug is None:
            name = topic_device(rule, parts)
            if name is not None and name not in self._accounts:
                self._meet_stranger(name)
                return Judgement()
            document = read_json(
                message.payload, max_bytes=self._mapping.max_bytes, encoding=self._mapping.encoding
            )
        else:
            check_size(message.payload, self._mapping.max_bytes)
            taken = self.sparkplug.take(parts, message.payload)
            if taken is None:
                return Judgement()
            document, historical = taken.fields, taken.historical
        reading = self._mapper.read(rule, parts, document, now)
        counts, refusals = self._settled(rule, parts, reading.found)
        if reading.key and counts and not is_undated(rule):
            self._check_repeat(message.topic, reading.key, counts)
        return Judgement(
            counts=tuple(counts),
            refusals=tuple(merged([*reading.refusals, *refusals])),
            historical=historical,
        )

    def _settled(
        self, rule: MessageRule, parts: Mapping[str, str], every: Sequence[Found]
    ) -> tuple[list[ChannelCount], list[Refusal]]:
        counts, refusals = [], []
        for found in every:
            try:
                if found.device not in self._accounts:
                    self._meet_stranger(found.device)
                    continue
                if rule.account is not None:
                    self._check_account(parts[rule.account.part], found.device)
                counts.append(self._settler.settle(found))
            except RefusedError as refused:
                refusals.append(refused.refusal)
        return counts, refusals

    def _meet_stranger(self, device: str) -> None:
        """Refuse a device that is no meter of the source, or ignore it and say so once."""
        if self._mapping.strangers is Strangers.REFUSE:
            detail = f"no meter of the source has device {device!r:.120}; commission it or "
            raise RefusedError(Reason.UNKNOWN_DEVICE, detail + "add it to the site file")
        if device not in self._strangers and len(self._strangers) < MOST_STRANGERS:
            self._strangers.add(device)
            _log.info("mqtt.device_ignored", mapping=self._mapping.id, device=device[:120])

    def _check_account(self, account: str, device: str) -> None:
        """Refuse a message of an account that may not speak for a device."""
        if account != self._accounts[device]:
            detail = (
                f"account {account!r:.100} spoke for device {device!r:.100}, which belongs to "
                f"{self._accounts[device]!r:.100}: correct the meter's address or see who speaks"
            )
            raise RefusedError(Reason.WRONG_ACCOUNT, detail)

    def _check_repeat(
        self, topic: str, key: tuple[str, ...], counts: Sequence[ChannelCount]
    ) -> None:
        content = tuple((each.channel, each.at_us, each.count) for each in counts)
        if self._repeats.look((topic, *key), content) is Repeat.CONFLICT:
            detail = f"id {' '.join(key)!r:.150} came before with another content; the first counts"
            raise RefusedError(Reason.CONFLICTING_ID, detail)


def topic_device(rule: MessageRule, parts: Mapping[str, str]) -> str | None:
    """Return the device that a topic alone names; None when its payload is needed."""
    if all(where.origin is Origin.TOPIC for where in rule.device):
        return ".".join(parts[where.part] for where in rule.device)
    return None


def merged(refusals: Sequence[Refusal]) -> list[Refusal]:
    """Return one refusal for each reason, with the details of all: the message is kept once."""
    details: dict[Reason, dict[str, None]] = {}
    for refusal in refusals:
        details.setdefault(refusal.reason, {})[refusal.detail] = None
    return [
        Refusal(reason=reason, detail="; ".join(each)[:500]) for reason, each in details.items()
    ]

"""In: the sources of a plan that are brokers. Out: push sources; arrivals as spool parts. I/O."""

from __future__ import annotations

import os
import socket
from collections.abc import Callable, Mapping, Sequence
from fractions import Fraction

import numpy as np
import structlog

from adapters.mqtt.judge import MqttDevice
from adapters.mqtt.mapping import Dialect, MessageRule, TopicMapping
from adapters.mqtt.mapping_file import MappingError, load_mapping, with_topic
from adapters.mqtt.payload import Refusal
from adapters.mqtt.settle import ChannelTarget
from adapters.mqtt.source import Arrival, MqttSettings, MqttSource
from adapters.spool_rows import RefusedMessage, SpoolPart
from energy.base.broker_access import BrokerAccess
from energy.base.clock import Clock, monotonic_s
from energy.base.units import Utility
from energy.metering.channel import Kind
from energy.metering.reading import ReadingColumns
from energy.metering.source_facts import MQTT
from processes.collector_plan import ChannelPlan, CollectPlan, MeterPlan, SourcePlan

_log = structlog.get_logger("collect")
COLLECTOR = "METERLINE_COLLECTOR"
"""Name of this collector among those that share a source; the host's name when not set."""


def broker_sources(
    plan: CollectPlan, clock: Clock, environment: Mapping[str, str] | None = None
) -> list[MqttSource]:
    """Return the sources of a plan that are brokers; nothing is opened yet.

    Args:
        plan: The plan.
        clock: Judges the devices' clocks.
        environment: Access and name of this collector; None means the process's own.

    Raises:
        MappingError: A mapping is unknown, has problems, or does not fit the meters.
        BrokerAccessError: Certificates cannot be used.
    """
    environment = os.environ if environment is None else environment
    return [
        _source(plan, source, clock, environment) for source in plan.sources if source.kind == MQTT
    ]


def parts_of(arrivals: Sequence[Arrival]) -> list[SpoolPart]:
    """Return the counts of arrivals as readings by source; a repeated one is left out there."""
    rows: dict[str, list[tuple[int, int, int, int]]] = {}
    for arrival in arrivals:
        for each in arrival.counts:
            row = (each.channel, each.at_us, each.count, int(each.quality))
            rows.setdefault(arrival.source, []).append(row)
    return [
        SpoolPart(source=source, columns=_columns(counts), once=True)
        for source, counts in rows.items()
    ]


def refused_of(arrivals: Sequence[Arrival]) -> list[RefusedMessage]:
    """Return what is kept of the messages that were refused, whole or in part."""
    return [
        RefusedMessage(
            source=arrival.source,
            topic=arrival.message.topic,
            reason=refusal.reason,
            detail=refusal.detail,
            body=arrival.message.payload,
        )
        for arrival in arrivals
        for refusal in arrival.refusals
    ]


class RefusalLog:
    """Logs refused messages: the first of a kind at once, then each minute how many there were."""

    AGAIN_S = 60.0
    TOPICS = 20
    """Topics of one source and reason told one by one; whoever invents more is told together."""
    OTHERS = "(other topics)"

    def __init__(self, *, monotonic: Callable[[], float] = monotonic_s) -> None:
        """Have told nothing yet."""
        self._monotonic = monotonic
        self._told: dict[tuple[str, str, str], tuple[float, int]] = {}
        self._topics: dict[tuple[str, str], set[str]] = {}

    def tell(self, arrivals: Sequence[Arrival]) -> None:
        """Log what was refused of arrivals that are safe in the quarantine."""
        for arrival in arrivals:
            for refusal in arrival.refusals:
                self._tell(arrival, refusal)

    def _tell(self, arrival: Arrival, refusal: Refusal) -> None:
        reason, now_s = str(refusal.reason), self._monotonic()
        topic = self._topic(arrival.source, reason, arrival.message.topic[:200])
        kind = (arrival.source, topic, reason)
        told_s, times = self._told.get(kind, (None, 0))
        if told_s is not None and now_s - told_s < self.AGAIN_S:
            self._told[kind] = (told_s, times + 1)
            return
        self._told[kind] = (now_s, 0)
        _log.warning(
            f"mqtt.{reason}",
            source=arrival.source,
            topic=topic,
            cause=refusal.detail,
            since_told=times,
            next_step="the message lies in the spool's quarantine; mend the sender or mapping",
        )

    def _topic(self, source: str, reason: str, topic: str) -> str:
        """Return the topic under which a refusal is counted."""
        known = self._topics.setdefault((source, reason), set())
        if topic not in known and len(known) >= self.TOPICS:
            return self.OTHERS
        known.add(topic)
        return topic


def _columns(rows: list[tuple[int, int, int, int]]) -> ReadingColumns:
    table = np.array(rows, dtype=np.int64).reshape(-1, 4)
    return ReadingColumns(
        channel=table[:, 0].astype(np.int32),
        at_us=table[:, 1].copy(),
        count=table[:, 2].copy(),
        quality=table[:, 3].astype(np.uint8),
    )


def _source(
    plan: CollectPlan, source: SourcePlan, clock: Clock, environment: Mapping[str, str]
) -> MqttSource:
    mapping = with_topic(load_mapping(source.mapping), source.topic)
    meters = plan.meters_of(source.key)
    problems = fitting_problems(mapping, meters)
    if source.share and mapping.dialect is Dialect.SPARKPLUG_B:
        problems.append(
            f"source {source.key!r}: births and their data must come to one collector; leave "
            "`share` out"
        )
    if problems:
        raise MappingError(mapping.id, problems)
    client_id = f"meterline-{plan.site}-{source.key}"
    if source.share:  # each member of the group has a session of its own
        client_id += f"-{environment.get(COLLECTOR) or socket.gethostname()}"
    access = BrokerAccess.from_environment(environment).with_files(
        authority=source.authority, certificate=source.certificate, key=source.key_file
    )
    settings = MqttSettings(
        key=source.key,
        host=source.host,
        port=source.port,
        client_id=client_id,
        mapping=mapping,
        access=access,
        share=source.share,
        receive_maximum=source.receive_maximum,
        silent_s=source.silent_s,
    )
    return MqttSource(settings, [_device(meter) for meter in meters], clock)


def fitting_problems(mapping: TopicMapping, meters: Sequence[MeterPlan]) -> list[str]:
    """Return why meters cannot be served by a mapping: quantities or accounts that are missing."""
    problems = []
    known = _quantities(mapping)
    accounts = any(rule.account for rule in mapping.messages)
    for meter in meters:
        if accounts and not isinstance(meter.address.get("account"), str):
            problems.append(
                f"meter {meter.point!r}: the mapping checks accounts; its address needs account = "
                '"the gateway\'s account at the broker"'
            )
        if known is None or "" in known:
            continue
        missing = [c.quantity for c in meter.channels if c.quantity not in known]
        if missing:
            problems.append(
                f"meter {meter.point!r}: the mapping never gives {', '.join(missing)}; it gives "
                f"{', '.join(sorted(known))}"
            )
    return problems


def _quantities(mapping: TopicMapping) -> set[str] | None:
    """Return what a mapping can give; None when the messages name the quantity themselves."""
    found: set[str] = set()
    for rule in mapping.messages:
        stated = _stated(rule)
        if stated is None:
            return None
        found |= stated
    return found


def _stated(rule: MessageRule) -> set[str] | None:
    found: set[str] = set()
    for value in rule.values:
        if value.meaning is not None:
            found.add(value.meaning.quantity)
        elif value.names is None:
            return None
        else:
            found |= {meaning.quantity for meaning in value.names.values()}
    return found


def _device(meter: MeterPlan) -> MqttDevice:
    return MqttDevice(
        name=str(meter.address["device"]),
        channels=tuple(_target(meter.point, channel) for channel in meter.channels),
        account=str(meter.address.get("account", "")),
    )


def _target(point: str, channel: ChannelPlan) -> ChannelTarget:
    return ChannelTarget(
        number=channel.number,
        point=point,
        quantity=channel.quantity,
        kind=Kind(channel.kind) if channel.kind else Kind.COUNTER,
        unit=channel.unit,
        resolution=Fraction(channel.resolution) if channel.resolution else None,
        utility=Utility(channel.utility) if channel.utility else None,
    )

"""In: Sparkplug B messages of many gateways. Out: documents with named values, or refusals. Pure.

A gateway's birth gives its metrics names, types and aliases; its data messages use them and are
numbered. So what a data message means is known only while nothing is missing: after a gap, an
unknown alias or data before a birth the message is refused (it lies in the quarantine) and the
gateway is asked for its birth, each seldom enough that thousands coming back at once stay calm.
"""

from __future__ import annotations

import hashlib
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from adapters.backoff import Backoff
from adapters.mqtt.payload import Reason, RefusedError
from adapters.mqtt.sparkplug_wire import (
    BOOLEAN,
    Metric,
    SparkplugPayload,
    is_integer,
    read_sparkplug,
    signed,
)

GOOD = 192
"""Quality of a value that says nothing of its quality."""
MOST_NODES = 20_000
"""Gateways remembered; one more is refused: topics must not fill the memory."""
ASKS_A_TURN = 50
"""Births asked for in one turn, about a second."""
FIRST_ASK_S, LONGEST_ASK_S = 2.0, 300.0
DIGEST = 8
"""Of a message. [byte]"""
REPEATS_BACK = 128
"""So many messages back a repeat is known: a broker sends again what was not acknowledged."""
_NODE_KINDS = {"NBIRTH", "NDATA", "NDEATH"}
_DEVICE_KINDS = {"DBIRTH", "DDATA", "DDEATH"}
_OWN = ("Node Control/", "bdSeq")
Gateway = tuple[str, str]
"""Group and node."""


@dataclass(frozen=True, slots=True, kw_only=True)
class SparkplugDocument:
    """What one message says, as a document that a mapping's pointers fit."""

    fields: Mapping[str, Any]
    historical: bool
    """Whether every value is one the gateway had kept for later."""


@dataclass(frozen=True, slots=True, kw_only=True)
class _Named:
    """What a birth says of a metric."""

    name: str
    datatype: int | None
    unit: str | None


@dataclass(slots=True, kw_only=True)
class _Node:
    """One gateway since its last birth."""

    birth: int | None
    """Its bdSeq: which of its connections this is."""
    seq: int
    digests: bytearray = field(default_factory=lambda: bytearray(256 * DIGEST))
    """Of the messages taken since the birth, by number; a number comes again after 256."""
    alive: bool = True
    whole: bool = True
    """Whether no message is missing since the birth."""
    devices: set[str] = field(default_factory=set)
    aliases: dict[tuple[str, int], _Named] = field(default_factory=dict)
    """By device and alias: some gateways number the metrics of every device from 1."""
    names: dict[tuple[str, str], _Named] = field(default_factory=dict)

    def keep(self, seq: int, digest: bytes) -> None:
        """Remember what came under a number."""
        first = seq % 256 * DIGEST
        self.digests[first : first + DIGEST] = digest

    def kept(self, seq: int, digest: bytes) -> bool:
        """Return whether this very message came under its number the last time."""
        first = seq % 256 * DIGEST
        return self.digests[first : first + DIGEST] == digest


class SparkplugHost:
    """Remembers the births of the gateways of one source."""

    def __init__(self) -> None:
        """Know nobody yet."""
        self._nodes: dict[Gateway, _Node] = {}
        self._asks: dict[Gateway, float] = {}
        self._waits: dict[Gateway, Backoff] = {}

    @property
    def unborn(self) -> int:
        """Return how many gateways are being asked for their birth."""
        return len(self._asks)

    @property
    def dead(self) -> list[str]:
        """Return the gateways whose death was told, by name; from any thread."""
        nodes = list(self._nodes.items())  # in one step: another thread may add to them
        return sorted("/".join(key) for key, node in nodes if not node.alive)

    def due(self, now_s: float) -> list[Gateway]:
        """Return the gateways to ask for their birth now.

        Args:
            now_s: Monotonic instant. [s]
        """
        due = [gateway for gateway, at_s in self._asks.items() if at_s <= now_s][:ASKS_A_TURN]
        for gateway in due:
            self._asks[gateway] = now_s + self._waits[gateway].next_s()
        return due

    def take(self, parts: Mapping[str, str], payload: bytes) -> SparkplugDocument | None:
        """Return what a message says; None where it holds no values.

        Args:
            parts: group, kind, node and perhaps device of its topic.
            payload: The message.

        Raises:
            RefusedError: It is no Sparkplug B payload, or cannot be understood for sure.
        """
        kind, device = parts["kind"], parts.get("device", "")
        if kind not in (_DEVICE_KINDS if device else _NODE_KINDS):
            return None  # commands and what else moves under the same topics
        gateway = (parts["group"], parts["node"])
        sent = read_sparkplug(payload)
        digest = hashlib.blake2b(payload, digest_size=DIGEST).digest()
        if kind != "NDEATH" and self._is_repeat(gateway, sent, digest, kind):
            return None
        if kind == "NBIRTH":
            self._born(gateway, sent, digest)
        elif kind == "NDEATH":
            self._died(gateway, sent)
            return None
        else:
            self._follow(gateway, sent, digest, kind, device)
        if kind == "DDEATH":
            self._nodes[gateway].devices.discard(device)
            return None
        if kind in {"NBIRTH", "DBIRTH"}:
            self._learn(self._nodes[gateway], device, sent)
        return self._document(gateway, device, sent)

    def _born(self, gateway: Gateway, sent: SparkplugPayload, digest: bytes) -> None:
        if gateway not in self._nodes and len(self._nodes) >= MOST_NODES:
            raise RefusedError(Reason.UNKNOWN_DEVICE, f"more than {MOST_NODES} gateways")
        if sent.seq is None:
            raise RefusedError(Reason.NOT_SPARKPLUG, "a birth without a sequence number")
        birth = _birth_number(sent)
        self._nodes[gateway] = _Node(birth=birth, seq=sent.seq)
        self._nodes[gateway].keep(sent.seq, digest)
        self._asks.pop(gateway, None)
        self._waits.pop(gateway, None)

    def _died(self, gateway: Gateway, sent: SparkplugPayload) -> None:
        node = self._nodes.get(gateway)
        if node is not None and node.birth == _birth_number(sent):
            node.alive = False  # the death of an older connection says nothing of this one

    def _is_repeat(
        self, gateway: Gateway, sent: SparkplugPayload, digest: bytes, kind: str
    ) -> bool:
        node = self._nodes.get(gateway)
        if node is None or sent.seq is None or not node.kept(sent.seq, digest):
            return False
        most = 0 if kind == "NBIRTH" else REPEATS_BACK  # an older birth is a new beginning
        return (node.seq - sent.seq) % 256 <= most

    def _follow(
        self, gateway: Gateway, sent: SparkplugPayload, digest: bytes, kind: str, device: str
    ) -> None:
        """Refuse what does not follow the message before it."""
        node = self._nodes.get(gateway)
        if node is None or not node.alive:
            self._ask(gateway)
            detail = f"{kind} of {'/'.join(gateway)} before its birth; the birth is asked for"
            raise RefusedError(Reason.BEFORE_BIRTH, detail)
        if sent.seq != (node.seq + 1) % 256 or not node.whole:
            expected, node.whole = (node.seq + 1) % 256, False
            self._ask(gateway)
            detail = f"{kind} of {'/'.join(gateway)} has number {sent.seq}, expected {expected}: "
            raise RefusedError(Reason.SEQUENCE_GAP, detail + "a message is missing")
        node.seq = sent.seq
        node.keep(sent.seq, digest)
        if kind == "DBIRTH":
            node.devices.add(device)
        elif device and device not in node.devices:
            self._ask(gateway)
            detail = f"{kind} of device {device!r} before its birth; the birth is asked for"
            raise RefusedError(Reason.BEFORE_BIRTH, detail)

    def _ask(self, gateway: Gateway) -> None:
        if gateway not in self._asks and len(self._asks) < MOST_NODES:
            name = "/".join(gateway)
            self._waits[gateway] = Backoff(name, first_s=FIRST_ASK_S, most_s=LONGEST_ASK_S)
            self._asks[gateway] = 0.0

    def _learn(self, node: _Node, device: str, sent: SparkplugPayload) -> None:
        for metric in sent.metrics:
            if metric.name is None:
                continue
            named = _Named(name=metric.name, datatype=metric.datatype, unit=metric.unit)
            node.names[device, metric.name] = named
            if metric.alias is not None:
                node.aliases[device, metric.alias] = named

    def _document(
        self, gateway: Gateway, device: str, sent: SparkplugPayload
    ) -> SparkplugDocument | None:
        node = self._nodes[gateway]
        rows = []
        historical = bool(sent.metrics)
        for metric in sent.metrics:
            named = self._named(gateway, node, device, metric)
            if named.name.startswith(_OWN):
                continue
            historical = historical and metric.historical
            rows.append(_row(metric, named, sent.timestamp))
        if not rows:
            return None
        return SparkplugDocument(fields={"metrics": rows}, historical=historical)

    def _named(self, gateway: Gateway, node: _Node, device: str, metric: Metric) -> _Named:
        if metric.name is not None:
            named = node.names.get((device, metric.name))
            said = f"metric {metric.name!r:.100}"
        else:
            alias = metric.alias
            named = node.aliases.get((device, alias)) if alias is not None else None
            said = f"alias {metric.alias}"
        if named is None:
            node.whole = False
            self._ask(gateway)
            detail = f"{said} of {'/'.join(gateway)} stands in no birth; the birth is asked for"
            raise RefusedError(Reason.UNKNOWN_ALIAS, detail)
        return named


def _row(metric: Metric, named: _Named, sent_ms: int | None) -> dict[str, object]:
    """Return a metric as a mapping sees it: name, value, timestamp, quality, perhaps unit."""
    datatype = metric.datatype if metric.datatype is not None else named.datatype
    value: object = metric.content
    if metric.null:
        value = None
    elif isinstance(value, int) and datatype is not None and is_integer(datatype):
        value = signed(value, datatype)
    elif isinstance(value, int) and datatype != BOOLEAN:
        value = f"type {datatype}"  # a number of unknown sign, or a date: no value of a channel
    row: dict[str, object] = {
        "name": named.name,
        "value": value,
        "quality": GOOD if metric.quality is None else metric.quality,
    }
    at_ms = metric.timestamp if metric.timestamp is not None else sent_ms
    if at_ms is not None:
        row["timestamp"] = at_ms
    unit = metric.unit or named.unit
    if unit:
        row["unit"] = unit
    return row


def _birth_number(sent: SparkplugPayload) -> int | None:
    for metric in sent.metrics:
        if metric.name == "bdSeq" and isinstance(metric.content, int):
            return metric.content
    return None

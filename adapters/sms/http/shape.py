"""In: the file that tells a provider's HTTP interface. Out: its shape, checked whole. Reads a file.

Every key is checked before anything is sent: an unknown one, a place that nothing fills, an answer
that could never be understood.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import StrEnum
from pathlib import Path

from adapters.errors import FaultyFileError
from adapters.own_files import own_folder
from adapters.profile_fields import Fields
from adapters.sms.http.places import places_in
from adapters.toml_text import table_in, text_in

SCHEMA_VERSION = 1
OWN = "gateways"
"""Folder of an installation's own shapes, in its data directory."""
SETTINGS = frozenset({"base", "secret", "user", "sender"})
MESSAGE = SETTINGS | {
    "to", "digits", "national", "text", "subject", "key", "language", "severity", "code", "link"
}  # fmt: skip
"""Places that a message fills; `national` is a Chinese number without its country."""
SIGNED = frozenset({"timestamp", "signature"})
"""Places of headers alone: when the body was signed, and how (adapters/hook_signature.py)."""


class Body(StrEnum):
    """How fields are sent."""

    JSON = "json"
    FORM = "form"
    QUERY = "query"


class Way(StrEnum):
    """How receipts or replies come."""

    POLL = "poll"
    CALLBACK = "callback"


@dataclass(frozen=True, slots=True, kw_only=True)
class Call:
    """A request with places."""

    method: str
    url: str
    headers: Mapping[str, object]
    body: Body
    fields: Mapping[str, object]


@dataclass(frozen=True, slots=True, kw_only=True)
class AnswerShape:
    """Where an answer says what."""

    reference: str = ""
    status: str = ""
    ok: frozenset[str] = frozenset()
    busy: frozenset[str] = frozenset()
    refused: frozenset[str] = frozenset()
    known: frozenset[str] = frozenset()
    segments: str = ""
    pattern: re.Pattern[str] | None = None
    """Reads an answer that is no JSON: groups named `reference` and `status`."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Feed:
    """How receipts or replies are told."""

    way: Way
    call: Call | None
    """Fetches them; of the way poll."""
    taken: Call | None
    """Says which are stored: place {references}."""
    path: str
    """Of our own address; of the way callback."""
    token: str
    """Header by which the provider proves the secret; of the way callback."""
    rows: str
    """Where the list stands; "" where each comes alone."""
    places: Mapping[str, str] = field(default_factory=dict)
    """reference, at and what else it tells -> where that stands."""
    delivered: frozenset[str] = frozenset()
    failed: frozenset[str] = frozenset()
    at_format: str = "iso"
    """ "iso", "epoch_s", "epoch_ms", or as strptime has it."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Shape:
    """A provider's interface."""

    plain: bool
    """Whether its network may see what is sent: no TLS."""
    send: Call
    answer: AnswerShape
    login: Call | None
    receipts: Feed | None
    replies: Feed | None


def load_shape(name: str) -> Shape:
    """Return the shape that a file tells.

    Args:
        name: Path of the file; a bare name is a file of the data directory's folder `gateways`.

    Raises:
        FaultyFileError: It cannot be read, or lists what is wrong in it.
    """
    path, own = Path(name), own_folder(OWN)
    if own is not None and not path.is_absolute():
        path = own / path
    return parse_shape(text_in(path, name=path.name, wrong=FaultyFileError), name=path.name)


def parse_shape(text: str, *, name: str) -> Shape:
    """Return the shape that a text tells.

    Args:
        text: TOML.
        name: Of its file, for messages.

    Raises:
        FaultyFileError: Lists what is wrong.
    """
    problems: list[str] = []
    table = table_in(text, name=name, wrong=FaultyFileError)
    fields = Fields(table, problems)
    fields.only(frozenset({"schema_version", "plain", "send", "answer", "login", "receipts",
                           "replies"}))  # fmt: skip
    if table.get("schema_version") != SCHEMA_VERSION:
        fields.problem(f"schema_version must be {SCHEMA_VERSION}")
    send = _call(fields, "send", MESSAGE)
    shape = Shape(
        plain=fields.flag("plain"),
        send=send if send is not None else Call(method="", url="", headers={}, body=Body.JSON,
                                                fields={}),
        answer=_answer(fields),
        login=_call(fields, "login", SETTINGS),
        receipts=_feed(fields, "receipts", ("reference", "state"), ("at", "reason", "key")),
        replies=_feed(fields, "replies", ("sender", "text"), ("at", "reference")),
    )  # fmt: skip
    if send is None:
        fields.problem("there is no [send]")
    if problems:
        raise FaultyFileError(name, problems)
    return shape


def _table(above: Fields, key: str, problems: list[str]) -> Fields | None:
    value = above.table.get(key)
    if value is None:
        return None
    if not isinstance(value, Mapping):
        above.problem(f"{key} must be a table")
        return None
    return Fields(value, problems, key)


def _call(above: Fields, key: str, places: frozenset[str]) -> Call | None:
    fields = _table(above, key, above.problems)
    if fields is None:
        return None
    fields.only(frozenset({"method", "url", "headers", "body", "fields"}))
    method = fields.text("method", "POST")
    if method not in {"GET", "POST", "PUT"}:
        fields.problem("method must be GET, POST or PUT")
    headers, values = fields.table.get("headers", {}), fields.table.get("fields", {})
    if not isinstance(headers, Mapping) or not isinstance(values, Mapping):
        fields.problem("headers and fields must be tables")
        headers = values = {}
    call = Call(
        method=method,
        url=fields.text("url"),
        headers=headers,
        body=fields.one_of(Body, "body", default="json") or Body.JSON,
        fields=values,
    )
    in_headers = {*places_in(headers)} - SIGNED
    named = {*places_in(call.url), *in_headers, *places_in(values)}
    for place in sorted(named - places):
        fields.problem(f"nothing fills {{{place}}}; there are {', '.join(sorted(places))}")
    return call


def _answer(above: Fields) -> AnswerShape:
    fields = _table(above, "answer", above.problems)
    if fields is None:
        return AnswerShape()
    words = ("ok", "busy", "refused", "known")
    fields.only(frozenset({"reference", "status", "segments", "pattern", *words}))
    pattern = None
    try:
        pattern = re.compile(fields.text("pattern", "")) if "pattern" in fields.table else None
    except re.error as error:
        fields.problem(f"pattern: {error}")
    found = {word: frozenset(fields.texts(word, needed=False)) for word in words}
    status = fields.text("status", "")
    if (status or pattern) and not found["ok"]:
        fields.problem("ok must say which status is a success")
    return AnswerShape(
        reference=fields.text("reference", ""),
        status=status,
        segments=fields.text("segments", ""),
        pattern=pattern,
        **found,
    )


def _feed(above: Fields, key: str, needed: tuple[str, ...], more: tuple[str, ...]) -> Feed | None:
    fields = _table(above, key, above.problems)
    if fields is None:
        return None
    fields.only(frozenset({"way", "fetch", "taken", "path", "token", "rows", "delivered", "failed",
                           "at_format", *needed, *more}))  # fmt: skip
    way = fields.one_of(Way, "way") or Way.POLL
    call = _call(fields, "fetch", SETTINGS)
    path, token = fields.text("path", ""), fields.text("token", "")
    if way is Way.POLL and call is None:
        fields.problem("poll needs a table fetch")
    if way is Way.CALLBACK and not (path.startswith("/") and token):
        fields.problem("callback needs a path that begins with / and the header token")
    places = {name: fields.text(name) for name in needed}
    places |= {name: fields.text(name, "") for name in more}
    delivered = frozenset(fields.texts("delivered", needed=key == "receipts"))
    return Feed(
        way=way,
        call=call,
        taken=_call(fields, "taken", SETTINGS | {"references"}),
        path=path,
        token=token,
        rows=fields.text("rows", ""),
        places=places,
        delivered=delivered,
        failed=frozenset(fields.texts("failed", needed=False)),
        at_format=fields.text("at_format", "iso"),
    )

"""In: notices for telephones. Out: handed to a provider by HTTP; its receipts, replies. I/O."""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace
from datetime import datetime
from typing import TypeVar
from urllib.parse import quote, urlencode

from adapters.errors import FaultyFileError
from adapters.gateway_inbox import Inbox
from adapters.gateway_options import Options
from adapters.hook_signature import signature_of
from adapters.http_call import Request, call, is_safe, reach
from adapters.sms.http.answers import handed_of, json_of, receipts_of, replies_of
from adapters.sms.http.callback import Callback, Door
from adapters.sms.http.places import filled
from adapters.sms.http.shape import Body, Call, Feed, Shape, Way, load_shape
from adapters.sms.numbers import digits_of
from energy.alerting.notices.gateway import (
    GatewayDownError,
    GatewayKind,
    GatewaySettings,
    Handed,
    Message,
    Receipt,
    Reply,
)
from energy.base.clock import EPOCH, Clock
from energy.base.errors import ConfigError
from energy.base.sms_text import segment_count

T = TypeVar("T", Receipt, Reply)
Read = Callable[[object, Feed, datetime], list[T]]
_TYPES = {Body.JSON: "application/json", Body.FORM: "application/x-www-form-urlencoded"}


class HttpGateway:
    """A provider's HTTP interface as a gateway."""

    kind = GatewayKind.SMS

    def __init__(self, settings: GatewaySettings, clock: Clock) -> None:
        """Take the settings and read the shape; nothing is connected.

        Args:
            settings: Its secret fills {secret}; options as sample.toml has them.
            clock: Dates what the provider does not.

        Raises:
            ConfigError: An option is wrong or unknown, or the shape is.
        """
        options = Options(settings)
        shape = options.text("shape")
        self._values: dict[str, object] = {
            "base": options.text("base", ""),
            "user": options.text("user", ""),
            "sender": options.text("sender", ""),
            "secret": settings.secret,
        }
        self._listen = (
            options.text("callback_host", "127.0.0.1"),
            options.whole("callback_port", 0, 0, 65_535),
        )
        options.check()
        self.name = settings.name
        self._settings = settings
        self._clock = clock
        self._shape = self._loaded(shape)
        self.receipted = self._shape.receipts is not None
        self._receipts: Inbox[Receipt] = Inbox()
        self._replies: Inbox[Reply] = Inbox()
        self._callback: Callback | None = None

    def hand(self, message: Message) -> Handed:
        """Hand a short message over.

        Raises:
            GatewayDownError, GatewayBusyError, GatewayRefusedError: As the contract has them.
        """
        digits = digits_of(message.to)
        values = {
            **self._values,
            "to": message.to,
            "digits": digits,
            "national": digits.removeprefix("86"),
            "text": message.text,
            "subject": message.subject,
            "key": str(message.key),
            "language": message.language,
            "severity": message.severity,
            "code": message.code,
            "link": message.link,
        }
        answered = call(self._request(self._shape.send, values), self._settings.timeout_s)
        handed = handed_of(answered, self._shape.answer)
        told = bool(self._shape.answer.segments)
        segments = handed.segments if told else self._segments(message)
        return replace(handed, segments=segments, cost=self._settings.price * segments)

    def receipts(self) -> Sequence[Receipt]:
        """Return what has come, and acknowledge what came before.

        Raises:
            GatewayDownError: The provider does not answer.
        """
        return self._fetched(self._shape.receipts, self._receipts, receipts_of)

    def replies(self) -> Sequence[Reply]:
        """Return what has come, and acknowledge what came before.

        Raises:
            GatewayDownError: The provider does not answer.
        """
        return self._fetched(self._shape.replies, self._replies, replies_of)

    def login(self) -> None:
        """Check that the provider answers, and where the shape tells how, lets us in.

        Raises:
            GatewayDownError: It does not.
        """
        if self._shape.login is None:
            reach(str(filled(self._shape.send.url, self._safe_values())), self._settings.timeout_s)
        else:
            self._asked(self._shape.login, self._values)

    def close(self) -> None:
        """Listen no more; what was not acknowledged is told again."""
        self._receipts.forget()
        self._replies.forget()
        if self._callback is not None:
            self._callback.stop()
        self._callback = None

    def _safe_values(self) -> dict[str, object]:
        names = ("to", "digits", "national", "text", "subject", "key", "language", "severity",
                 "code", "link")  # fmt: skip
        return {**dict.fromkeys(names, ""), **self._values}

    def _loaded(self, name: str) -> Shape:
        try:
            shape = load_shape(name)
        except FaultyFileError as error:
            raise ConfigError(str(error)) from error
        feeds = [feed for feed in (shape.receipts, shape.replies) if feed is not None]
        calls = [
            shape.send,
            shape.login,
            *(each for feed in feeds for each in (feed.call, feed.taken)),
        ]
        for each in filter(None, calls):
            url = str(filled(each.url, {**self._safe_values(), "references": ""}))
            if not is_safe(url, plain=shape.plain):
                raise ConfigError(
                    f"The gateway {self.name} would send to {each.url} without TLS. Write "
                    "https://, or plain = true in its shape where nobody else is on that network."
                )
        if any(feed.way is Way.CALLBACK for feed in feeds) and not self._listen[1]:
            raise ConfigError(
                f"The gateway {self.name} is told its receipts at an address of ours: set "
                "callback_host and callback_port among its options."
            )
        return shape

    def _fetched(self, feed: Feed | None, inbox: Inbox[T], read: Read[T]) -> Sequence[T]:
        if feed is None:
            return ()
        inbox.settle()
        if feed.way is Way.CALLBACK:
            self._listening()
        else:
            self._poll(feed, inbox, read)
        return inbox.fetch()

    def _poll(self, feed: Feed, inbox: Inbox[T], read: Read[T]) -> None:
        assert feed.call is not None, "the shape is checked"
        body = self._asked(feed.call, self._values)
        try:
            found = read(json_of(body), feed, self._clock.now())
        except ValueError as error:
            raise GatewayDownError(f"the answer is no JSON: {error}") from error
        references = [each.reference for each in found]
        for number, item in enumerate(found, start=1):
            last = number == len(found)
            inbox.put(item, (lambda: self._taken(feed, references)) if last else _nothing)

    def _taken(self, feed: Feed, references: list[str]) -> None:
        """Tell the provider which it need not tell again."""
        if feed.taken is not None:
            values = {**self._values, "references": references}
            self._asked(feed.taken, values)

    def _asked(self, shape: Call, values: Mapping[str, object]) -> bytes:
        """Return the answer to what is no message; whatever it refuses, it is down for us."""
        answered = call(self._request(shape, values), self._settings.timeout_s)
        if not 200 <= answered.status < 300:
            raise GatewayDownError(f"HTTP {answered.status}")
        return answered.body

    def _listening(self) -> None:
        if self._callback is not None:
            return
        doors = {}
        if self._shape.receipts is not None and self._shape.receipts.way is Way.CALLBACK:
            doors[self._shape.receipts.path] = self._door(
                self._shape.receipts, self._receipts, receipts_of
            )
        if self._shape.replies is not None and self._shape.replies.way is Way.CALLBACK:
            doors[self._shape.replies.path] = self._door(
                self._shape.replies, self._replies, replies_of
            )
        host, port = self._listen
        try:
            self._callback = Callback(host, port, self._settings.secret, doors)
        except OSError as error:
            raise GatewayDownError(f"nobody can listen at {host}:{port}: {error}") from error

    def _door(self, feed: Feed, inbox: Inbox[T], read: Read[T]) -> Door:
        def put(value: object, stored: Callable[[], None]) -> bool:
            found = read(value, feed, self._clock.now())
            for number, item in enumerate(found, start=1):
                inbox.put(item, stored if number == len(found) else _nothing)
            return bool(found)

        return Door(token=feed.token, put=put)

    def _segments(self, message: Message) -> int:
        """Return how many segments a message is charged as, where the provider does not say."""
        return segment_count(message.text)

    def _request(self, shape: Call, values: Mapping[str, object]) -> Request:
        url, fields = _url(shape.url, values), filled(shape.fields, values)
        assert isinstance(fields, Mapping), "the shape is checked"
        kind, body = {}, b""
        if shape.method == "GET" or shape.body is Body.QUERY:
            url = f"{url}{'&' if '?' in url else '?'}{urlencode(fields)}" if fields else url
        else:
            wide = shape.body is Body.JSON
            text = json.dumps(fields, ensure_ascii=False) if wide else urlencode(fields)
            kind, body = {"Content-Type": _TYPES[shape.body]}, text.encode("utf-8", "replace")
        at_s = int((self._clock.now() - EPOCH).total_seconds())
        signed = {
            **values,
            "timestamp": at_s,
            "signature": signature_of(self._settings.secret, at_s, body),
        }
        headers = {key: _row(str(filled(value, signed))) for key, value in shape.headers.items()}
        return Request(method=shape.method, url=url, headers={**kind, **headers}, body=body)


class VoiceGateway(HttpGateway):
    """A telephone system that calls somebody and reads a text out; keys pressed are replies."""

    kind = GatewayKind.VOICE

    def _segments(self, message: Message) -> int:
        """Return one: a call is a call."""
        return 1


def _url(url: str, values: Mapping[str, object]) -> str:
    """Return an address with its places filled, escaped but for its beginning."""
    escaped = {
        key: value if key == "base" else quote(str(value), safe="") for key, value in values.items()
    }
    return str(filled(url, escaped))


def _nothing() -> None:
    """Acknowledge nothing: the last of a list speaks for all of it."""


def _row(text: str) -> str:
    """Return a header's value: no row of its own may hide in it."""
    return " ".join(text.split())

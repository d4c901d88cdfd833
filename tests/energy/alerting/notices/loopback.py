"""In: messages over HTTP. Out: answers as told, receipts, replies, a ledger. I/O: loopback.

A gateway that is a real server: what it took it writes down by key, as an operator would.
"""

from __future__ import annotations

import json
import threading
import urllib.error
import urllib.request
from collections import Counter, deque
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from datetime import datetime
from decimal import Decimal
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any
from uuid import UUID

from energy.alerting.notices.gateway import (
    GatewayBusyError,
    GatewayDownError,
    GatewayKind,
    GatewayRefusedError,
    GatewaySettings,
    Handed,
    Message,
    Receipt,
    ReceiptState,
    Reply,
)

OK, DOWN, SLOW, BAD, BUSY, BROKEN = "ok", "down", "slow", "400", "429", "500"
LOST = "lost"
"""It takes the message, and its answer never arrives."""
TIMEOUT_S, SLOW_S = 5.0, 0.1
"""How long a message is waited for: one that is never answered is not waited for long."""


class Operator:
    """What the server does, and what it has seen."""

    def __init__(self) -> None:
        self.now: deque[str] = deque()
        """What it does with the next messages; then what `mood` says."""
        self.mood = OK
        self.taken: Counter[str] = Counter()
        """How often it took a message, by key."""
        self.messages: list[dict[str, str]] = []
        """As phones show them: each key once."""
        self.receipts: list[dict[str, str]] = []
        self.replies: list[Reply] = []
        self.port = 0
        self._release = threading.Event()

    def next(self) -> str:
        return self.now.popleft() if self.now else self.mood

    def answers(self) -> bool:
        """Return whether it will answer the next message."""
        return (self.now[0] if self.now else self.mood) != SLOW

    def take(self, told: dict[str, str]) -> str:
        self.taken[told["key"]] += 1
        if self.taken[told["key"]] == 1:
            self.messages.append(told)
        return f"ref-{told['key'][:8]}"

    def wait(self) -> None:
        """Answer nobody until the test is over."""
        self._release.wait(5)

    def close(self) -> None:
        self._release.set()


def _handler(operator: Operator) -> type[BaseHTTPRequestHandler]:
    class Handler(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            body = self.rfile.read(int(self.headers["Content-Length"]))
            told: dict[str, str] = json.loads(body)
            does = operator.next()
            if does == DOWN:
                self.connection.close()
            elif does == SLOW:
                operator.wait()
            elif does == LOST:
                operator.take(told)
                self.connection.close()
            elif does == OK:
                known = operator.taken[told["key"]] > 0
                self._answer(200, {"reference": operator.take(told), "known": known})
            else:
                self._answer(int(does), {})

        def _answer(self, status: int, says: dict[str, Any]) -> None:
            content = json.dumps(says).encode()
            self.send_response(status)
            self.send_header("Content-Length", str(len(content)))
            self.end_headers()
            self.wfile.write(content)

        def log_message(self, *_: Any) -> None:
            """Say nothing."""

    return Handler


@contextmanager
def operator() -> Iterator[Operator]:
    """Give a gateway's server."""
    told = Operator()
    server = ThreadingHTTPServer(("127.0.0.1", 0), _handler(told))
    server.daemon_threads = True
    server.handle_error = lambda *_: None  # type: ignore[method-assign] # it hangs up on purpose
    told.port = server.server_address[1]
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01})
    thread.start()
    try:
        yield told
    finally:
        told.close()
        server.shutdown()
        server.server_close()
        thread.join()


class LoopbackGateway:
    """Speaks to the server."""

    receipted = True

    def __init__(self, name: str, told: Operator, kind: GatewayKind = GatewayKind.SMS) -> None:
        self.name = name
        self.kind = kind
        self._told = told

    def hand(self, message: Message) -> Handed:
        request = urllib.request.Request(
            f"http://127.0.0.1:{self._told.port}/",
            data=json.dumps(
                {"key": str(message.key), "to": message.to, "text": message.text}
                | {"code": message.code, "subject": message.subject, "camera": message.camera}
            ).encode(),
        )
        try:
            timeout_s = TIMEOUT_S if self._told.answers() else SLOW_S
            with urllib.request.urlopen(request, timeout=timeout_s) as answer:
                says = json.loads(answer.read())
        except urllib.error.HTTPError as error:
            error.close()
            if error.code == 429:
                raise GatewayBusyError("429", after_s=20) from error
            if error.code < 500:
                raise GatewayRefusedError(str(error.code)) from error
            raise GatewayDownError(str(error.code)) from error
        except OSError as error:
            raise GatewayDownError(type(error).__name__) from error
        reference, known = says["reference"], says["known"]
        return Handed(reference=reference, cost=Decimal("0.04"), known=known)

    def receipts(self) -> Sequence[Receipt]:
        given, self._told.receipts = self._told.receipts, []
        return [
            Receipt(
                reference=each["reference"],
                state=ReceiptState(each["state"]),
                at=datetime.fromisoformat(each["at"]),
                key=UUID(each["key"]) if each.get("key") else None,
                reason=each.get("reason", ""),
            )
            for each in given
        ]

    def replies(self) -> Sequence[Reply]:
        given, self._told.replies = self._told.replies, []
        return given

    def login(self) -> None:
        """It lets everybody in."""

    def close(self) -> None:
        """There is nothing to close."""


def settings(name: str, kind: GatewayKind = GatewayKind.SMS, **more: Any) -> GatewaySettings:
    return GatewaySettings(
        name=name, kind=kind, adapter="loopback", currency="GBP", timeout_s=1, options={}, **more
    )

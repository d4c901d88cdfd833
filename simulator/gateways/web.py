"""In: a port of this machine. Out: a provider's HTTP interface, and whoever takes hooks. I/O: HTTP.

Messages are taken as JSON at /v1/messages and as a form at /plain; receipts and replies are
fetched and acknowledged, or told to an address; whatever is posted below /hook/ is kept.
"""

from __future__ import annotations

import contextlib
import json
import socket
import threading
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from http.client import HTTPConnection, HTTPException
from http.server import BaseHTTPRequestHandler
from typing import Any, ClassVar
from urllib.parse import parse_qs, urlsplit

from simulator.gateways.desk import Fault, Taken
from simulator.gateways.server import LoopbackServer, wait_for_end

_STATUS = {Fault.BUSY: 429, Fault.REFUSED: 422, Fault.FAULTY: 500}
_PLAIN = {Fault.BUSY: "9,", Fault.REFUSED: "3,"}
_AT = "2026-11-23T08:01:00Z"
_AGAIN_S = 0.05
"""Wait before a receipt is told to an address again. [s]"""


@dataclass(frozen=True, slots=True)
class Posted:
    """What was posted to a hook."""

    path: str
    headers: Mapping[str, str]
    body: bytes


class WebGateway(LoopbackServer):
    """An HTTP server on the loopback."""

    def __init__(self, *, token: str) -> None:
        """Prepare.

        Args:
            token: Whoever has it is let in.
        """
        super().__init__()
        self.token = token
        self.posted: list[Posted] = []
        self.receipts: list[dict[str, str]] = []
        """Not acknowledged yet."""
        self.replies: list[dict[str, str]] = []
        self._stopped = threading.Event()
        self._tellers: list[threading.Thread] = []

    @property
    def base(self) -> str:
        """Return its address."""
        return f"http://127.0.0.1:{self.port}"

    def stop(self) -> None:
        """Listen no more, and tell nobody anything."""
        self._stopped.set()
        for teller in self._tellers:
            teller.join(10)
        self._tellers.clear()
        super().stop()
        self._stopped.clear()

    def receipt_of(self, reference: str, *, state: str) -> dict[str, str]:
        """Return what a receipt says."""
        words = "" if state == "DELIVRD" else "absent subscriber"
        return {"id": reference, "status": state, "time": _AT, "why": words}

    def reply_of(self, sender: str, text: str) -> dict[str, str]:
        """Return what a reply says."""
        return {"id": f"r-{sender}-{text}", "from": sender, "text": text, "time": _AT}

    def tell(self, url: str, body: Mapping[str, str], *, token: str) -> None:
        """Post something to an address until it is taken there.

        Args:
            url: Where.
            body: What.
            token: Proves who tells it.
        """
        parts = urlsplit(url)
        headers = {"Content-Type": "application/json", "X-Token": token}

        def told() -> None:
            while not self._stopped.is_set():
                connection = HTTPConnection(parts.hostname or "", parts.port, timeout=10)
                with contextlib.suppress(OSError, HTTPException), contextlib.closing(connection):
                    connection.request("POST", parts.path, json.dumps(body), headers)
                    if connection.getresponse().status == 200:
                        return
                self._stopped.wait(_AGAIN_S)

        teller = threading.Thread(target=told, daemon=True)
        self._tellers.append(teller)
        teller.start()

    def serve(self, connection: socket.socket) -> None:
        """Talk HTTP."""
        _Talk(connection, connection.getpeername(), self)  # type: ignore[arg-type]


class _Talk(BaseHTTPRequestHandler):
    """One connection; `server` is the gateway."""

    protocol_version = "HTTP/1.1"
    server: WebGateway  # type: ignore[assignment]
    _routes: ClassVar[dict[str, str]] = {
        "GET /v1/receipts": "_receipts",
        "POST /v1/receipts/taken": "_receipts_taken",
        "GET /v1/replies": "_replies",
        "POST /v1/replies/taken": "_replies_taken",
        "GET /v1/balance": "_balance",
        "POST /v1/messages": "_message",
        "POST /plain": "_plain",
    }

    def log_message(self, *_: object) -> None:
        """Say nothing."""

    def do_GET(self) -> None:
        """Answer a question."""
        self._answer_to(b"")

    def do_POST(self) -> None:
        """Take what is posted."""
        self._answer_to(self.rfile.read(int(self.headers.get("Content-Length", "0"))))

    def _answer_to(self, body: bytes) -> None:
        path = urlsplit(self.path).path
        if path.startswith("/hook/"):
            self._hook(body)
            return
        proof = self.headers.get("Authorization") or ""
        known = proof == f"Bearer {self.server.token}" or self.server.token.encode() in body
        method = self._routes.get(f"{self.command} {path}")
        if not known or method is None:
            self._say(404 if known else 401, {"code": 401})
            return
        getattr(self, method)(body)

    def _failed(self, say: Callable[[Fault], None]) -> tuple[bool, Fault | None]:
        """Return whether a planned fault has answered, and the fault."""
        fault = self.server.desk.next_fault()
        match fault:
            case Fault.SLOW:
                wait_for_end(self.connection)
                self.close_connection = True
                return True, fault
            case Fault.DOWN:
                self.close_connection = True
                return True, fault
            case Fault.BUSY | Fault.REFUSED | Fault.FAULTY:
                say(fault)
                return True, fault
            case _:
                return False, fault

    def _message(self, body: bytes) -> None:
        answered, fault = self._failed(lambda each: self._say(_STATUS[each], {"code": 1}))
        if answered:
            return
        told = json.loads(body)
        reference, known = self._take(told["message"]["to"], told["message"]["text"], told["id"])
        if fault is Fault.CUT:
            self.close_connection = True
            return
        self._say(200, {"code": 7 if known else 0, "data": {"id": reference, "parts": 1}})

    def _plain(self, body: bytes) -> None:
        def say(fault: Fault) -> None:
            if fault is Fault.FAULTY:
                self._say(500, None)
            else:
                self._text(_PLAIN[fault])

        answered, fault = self._failed(say)
        if answered:
            return
        told = {key: values[0] for key, values in parse_qs(body.decode()).items()}
        reference, _ = self._take(told["mobile"], told["content"], "")
        if fault is Fault.CUT:
            self.close_connection = True
            return
        self._text(f"0,{reference}")

    def _take(self, to: str, text: str, key: str) -> tuple[str, bool]:
        """Note a message; return its name, and whether its key was known."""
        desk = self.server.desk
        before = [each for each in desk.taken if key and each.key == key]
        reference = before[0].reference if before else f"m{len(desk.taken) + 1}"
        desk.take(Taken(reference=reference, to=to, text=text, key=key))
        return reference, bool(before)

    def _hook(self, body: bytes) -> None:
        answered, fault = self._failed(lambda each: self._say(_STATUS[each], {"code": 1}))
        if answered:
            return
        headers = {key.lower(): value for key, value in self.headers.items()}
        self.server.posted.append(Posted(self.path, headers, body))
        told: dict[str, Any] = {}
        with contextlib.suppress(ValueError):  # a hook takes any text
            told = json.loads(body)
        text = str(told.get("text", told.get("message", "")))
        key = headers.get("idempotency-key", "")
        to = str(told.get("to") or f"{self.server.base}{self.path}")
        reference, _ = self._take(to, text, key)
        if fault is Fault.CUT:
            self.close_connection = True
            return
        self._say(200, {"id": reference})

    def _receipts(self, _: bytes) -> None:
        self._say(200, {"code": 0, "data": self.server.receipts})

    def _replies(self, _: bytes) -> None:
        self._say(200, {"code": 0, "data": self.server.replies})

    def _receipts_taken(self, body: bytes) -> None:
        taken = set(json.loads(body)["ids"])
        left = [each for each in self.server.receipts if each["id"] not in taken]
        self.server.receipts = left
        self._say(200, {"code": 0})

    def _replies_taken(self, body: bytes) -> None:
        taken = set(json.loads(body)["ids"])
        self.server.replies = [each for each in self.server.replies if each["id"] not in taken]
        self._say(200, {"code": 0})

    def _balance(self, _: bytes) -> None:
        self.server.desk.signed_in()
        self._say(200, {"code": 0})

    def _say(self, status: int, value: object) -> None:
        self._answer(status, "application/json", json.dumps(value).encode())

    def _text(self, text: str) -> None:
        self._answer(200, "text/plain", text.encode())

    def _answer(self, status: int, kind: str, body: bytes) -> None:
        self.send_response(status)
        self.send_header("Content-Type", kind)
        self.send_header("Content-Length", str(len(body)))
        if status == 429:
            self.send_header("Retry-After", "7")
        self.end_headers()
        self.wfile.write(body)

"""In: nothing. Out: every adapter of a gateway beside its pretended gateway. I/O: loopback."""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Mapping
from datetime import UTC, datetime
from decimal import Decimal
from importlib.util import find_spec
from pathlib import Path
from uuid import UUID, uuid5

from energy.alerting.notices.gateway import Gateway, GatewayKind, GatewaySettings, Message
from energy.base.clock import ManualClock
from processes.gateways import gateway_of
from simulator.gateways.desk import Desk, Fault
from simulator.gateways.ismg import CmppServer
from simulator.gateways.modem import Modem
from simulator.gateways.post_office import PostOffice
from simulator.gateways.smsc import MessageCentre
from simulator.gateways.web import WebGateway
from tests.fixtures.ports import free_port

SHAPES = Path(__file__).parent / "shapes"
NOW = datetime(2026, 11, 23, 8, 0, tzinfo=UTC)
TIMEOUT_S = 2


class Way(ABC):
    """One adapter and what it talks to."""

    adapter = ""
    kind = GatewayKind.SMS
    to = "+8613800138000"
    secret = "secret"
    faults = frozenset(Fault)
    """What its gateway can do wrong."""
    answers = True
    """Whether receipts and replies come back."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder

    @abstractmethod
    def start(self) -> None:
        """Let the gateway answer."""

    @abstractmethod
    def stop(self) -> None:
        """Let nobody answer."""

    @abstractmethod
    def options(self) -> Mapping[str, str | int | bool]:
        """Return the options of the adapter."""

    @property
    @abstractmethod
    def desk(self) -> Desk:
        """Return what the gateway took."""

    def receipt(self, *, delivered: bool = True, times: int = 1) -> None:
        """Let the gateway tell what became of the newest message."""
        raise NotImplementedError

    def reply(self, text: str) -> None:
        """Let the recipient answer."""
        raise NotImplementedError

    def gateway(self) -> Gateway:
        settings = GatewaySettings(
            name="way",
            kind=self.kind,
            adapter=self.adapter,
            secret=self.secret,
            price=Decimal("0.05"),
            timeout_s=TIMEOUT_S,
            options=self.options(),
        )
        return gateway_of(settings, ManualClock(NOW))

    def message(self, text: str, number: int = 1) -> Message:
        return Message(
            key=uuid5(UUID(int=0), f"{text}{number}"),
            to=self.to,
            language="en",
            subject="Feeder 12",
            text=text,
            at=NOW,
        )


class MailWay(Way):
    adapter, kind, to, answers = "smtp", GatewayKind.MAIL, "duty@example.org", False

    def __init__(self, folder: Path) -> None:
        super().__init__(folder)
        self.office = PostOffice()

    def start(self) -> None:
        self.office.start()

    def stop(self) -> None:
        self.office.stop()

    def options(self) -> Mapping[str, str | int | bool]:
        return {"server": self.office.url, "sender": "energy@example.org"}

    @property
    def desk(self) -> Desk:
        return self.office.desk


class SmppWay(Way):
    adapter = "smpp"

    def __init__(self, folder: Path) -> None:
        super().__init__(folder)
        self.centre = MessageCentre(user="meterline", password=self.secret)

    def start(self) -> None:
        self.centre.start()

    def stop(self) -> None:
        self.centre.stop()

    def options(self) -> Mapping[str, str | int | bool]:
        return {
            "host": "127.0.0.1",
            "port": self.centre.port,
            "user": "meterline",
            "sender": "10690000",
            "zone": "Asia/Shanghai",
        }

    @property
    def desk(self) -> Desk:
        return self.centre.desk

    def receipt(self, *, delivered: bool = True, times: int = 1) -> None:
        for reference in newest(self.desk):
            self.centre.receipt(reference, state="DELIVRD" if delivered else "UNDELIV", times=times)

    def reply(self, text: str) -> None:
        self.centre.reply(self.to.removeprefix("+"), text)


class Cmpp2Way(Way):
    adapter = "cmpp"
    wide = False

    def __init__(self, folder: Path) -> None:
        super().__init__(folder)
        self.server = CmppServer(account="901234", secret=self.secret, wide=self.wide)

    def start(self) -> None:
        self.server.start()

    def stop(self) -> None:
        self.server.stop()

    def options(self) -> Mapping[str, str | int | bool]:
        return {
            "version": "3.0" if self.wide else "2.0",
            "host": "127.0.0.1",
            "port": self.server.port,
            "source": "901234",
            "sender": "10690000",
            "service": "alerts",
        }

    @property
    def desk(self) -> Desk:
        return self.server.desk

    def receipt(self, *, delivered: bool = True, times: int = 1) -> None:
        for reference in newest(self.desk):
            self.server.receipt(reference, state="DELIVRD" if delivered else "UNDELIV", times=times)

    def reply(self, text: str) -> None:
        self.server.reply(self.to.removeprefix("+86"), text)


class Cmpp3Way(Cmpp2Way):
    wide = True


class HttpWay(Way):
    adapter = "http_sms"
    shape = Path(__file__).parents[3] / "adapters/sms/http/shape.sample.toml"

    def __init__(self, folder: Path) -> None:
        super().__init__(folder)
        self.web = WebGateway(token=self.secret)

    def start(self) -> None:
        self.web.start()

    def stop(self) -> None:
        self.web.stop()

    def options(self) -> Mapping[str, str | int | bool]:
        return {"shape": str(self.shape), "base": self.web.base, "sender": "10690000"}

    @property
    def desk(self) -> Desk:
        return self.web.desk

    def receipt(self, *, delivered: bool = True, times: int = 1) -> None:
        state = "DELIVRD" if delivered else "UNDELIV"
        told = self.web.receipt_of(self.desk.taken[-1].reference, state=state)
        self.web.receipts += [told] * times

    def reply(self, text: str) -> None:
        self.web.replies.append(self.web.reply_of(self.to.removeprefix("+"), text))


class CallbackWay(HttpWay):
    """A form, an answer in plain words, receipts and replies told at an address of ours."""

    shape = SHAPES / "callback.toml"

    def __init__(self, folder: Path) -> None:
        super().__init__(folder)
        self.port = free_port()

    def options(self) -> Mapping[str, str | int | bool]:
        return {**super().options(), "callback_port": self.port}

    def receipt(self, *, delivered: bool = True, times: int = 1) -> None:
        state = "DELIVRD" if delivered else "UNDELIV"
        told = self.web.receipt_of(self.desk.taken[-1].reference, state=state)
        for _ in range(times):
            self.tell("receipts", told)

    def reply(self, text: str) -> None:
        self.tell("replies", self.web.reply_of(self.to.removeprefix("+"), text))

    def tell(self, path: str, body: Mapping[str, str]) -> None:
        self.web.tell(f"http://127.0.0.1:{self.port}/{path}", body, token=self.secret)


class VoiceWay(CallbackWay):
    """A telephone system, asked by a signed hook."""

    adapter, kind = "voice", GatewayKind.VOICE
    shape = Path(__file__).parents[3] / "adapters/sms/http/voice.sample.toml"

    def options(self) -> Mapping[str, str | int | bool]:
        return {**super().options(), "base": f"{self.web.base}/hook"}

    def receipt(self, *, delivered: bool = True, times: int = 1) -> None:
        state = "answered" if delivered else "no_answer"
        told = {"id": self.desk.taken[-1].reference, "state": state, "at": NOW.isoformat()}
        for _ in range(times):
            self.tell("calls/ended", told)

    def reply(self, text: str) -> None:
        self.tell("calls/keys", {"to": self.to, "keys": text, "at": NOW.isoformat(), "id": "k1"})


class WebhookWay(Way):
    adapter, kind, answers = "webhook", GatewayKind.WEBHOOK, False

    def __init__(self, folder: Path) -> None:
        super().__init__(folder)
        self.web = WebGateway(token=self.secret)

    @property
    def to(self) -> str:  # type: ignore[override]
        return f"{self.web.base}/hook/desk"

    def start(self) -> None:
        self.web.start()

    def stop(self) -> None:
        self.web.stop()

    def options(self) -> Mapping[str, str | int | bool]:
        return {"hosts": "127.0.0.1", "check": self.web.base}

    @property
    def desk(self) -> Desk:
        return self.web.desk


class ChatWay(Way):
    adapter, kind, to, answers = "apprise", GatewayKind.CHAT, "desk", False

    def __init__(self, folder: Path) -> None:
        super().__init__(folder)
        self.web = WebGateway(token="")

    @property
    def secret(self) -> str:  # type: ignore[override]
        return f"json://127.0.0.1:{self.web.port}/hook/{{to}}?+to={{to}}&:to={{to}}"

    def start(self) -> None:
        self.web.start()

    def stop(self) -> None:
        self.web.stop()

    def options(self) -> Mapping[str, str | int | bool]:
        return {}

    @property
    def desk(self) -> Desk:
        return self.web.desk


class ModemWay(Way):
    adapter, secret = "modem", ""

    def __init__(self, folder: Path) -> None:
        super().__init__(folder)
        self.modem = Modem(folder)

    def start(self) -> None:
        self.modem.start()

    def stop(self) -> None:
        self.modem.stop()

    def options(self) -> Mapping[str, str | int | bool]:
        return {"device": self.modem.device}

    @property
    def desk(self) -> Desk:
        return self.modem.desk

    def receipt(self, *, delivered: bool = True, times: int = 1) -> None:
        for reference in newest(self.desk):
            self.modem.report(reference, status=0 if delivered else 0x46, times=times)

    def reply(self, text: str) -> None:
        self.modem.receive(self.to.removeprefix("+"), text)


def newest(desk: Desk) -> list[str]:
    """Return the segments of the newest message: those of its chain, or its one."""
    chain = desk.taken[-1].key
    number = bytes.fromhex(chain)[1] if chain else 1
    return [each.reference for each in desk.taken[-number:]]


WAYS: dict[str, type[Way]] = {
    "smtp": MailWay,
    "smpp": SmppWay,
    "cmpp2": Cmpp2Way,
    "cmpp3": Cmpp3Way,
    "modem": ModemWay,
    "http": HttpWay,
    "callback": CallbackWay,
    "voice": VoiceWay,
    "webhook": WebhookWay,
}
if find_spec("apprise"):  # an extra
    WAYS["apprise"] = ChatWay

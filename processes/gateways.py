"""In: the settings of a gateway. Out: the adapter they name. Pure: nothing is connected.

An explicit list, no search: a word that is not here is refused with the words that are.
"""

from __future__ import annotations

from collections.abc import Callable

from adapters.chat.gateway import ChatGateway
from adapters.mail.gateway import MailGateway
from adapters.sms.cmpp.gateway import CmppGateway
from adapters.sms.http.gateway import HttpGateway, VoiceGateway
from adapters.sms.modem.gateway import ModemGateway
from adapters.sms.smpp.gateway import SmppGateway
from adapters.webhook.gateway import WebhookGateway
from energy.alerting.notices.gateway import Gateway, GatewaySettings
from energy.base.clock import Clock
from energy.base.errors import ConfigError

Maker = Callable[[GatewaySettings, Clock], Gateway]


def gateway_of(settings: GatewaySettings, clock: Clock) -> Gateway:
    """Return a gateway; it connects when it is used.

    Args:
        settings: As the file of gateways has them.
        clock: Dates what it says.

    Raises:
        ConfigError: No adapter is called so, it is of another kind, or an option is wrong.
    """
    maker = _MAKERS.get(settings.adapter)
    if maker is None:
        raise ConfigError(
            f"The gateway {settings.name} names the adapter {settings.adapter!r}, which there is "
            f"not. Adapters: {', '.join(_MAKERS)}."
        )
    gateway = maker(settings, clock)
    if gateway.kind is not settings.kind:
        raise ConfigError(
            f"The gateway {settings.name} is of kind {settings.kind}, its adapter "
            f"{settings.adapter} of kind {gateway.kind}. Change one of them."
        )
    return gateway


_MAKERS: dict[str, Maker] = {
    "smtp": MailGateway,
    "smpp": SmppGateway,
    "cmpp": CmppGateway,
    "modem": ModemGateway,
    "http_sms": HttpGateway,
    "voice": VoiceGateway,
    "webhook": WebhookGateway,
    "apprise": ChatGateway,
}

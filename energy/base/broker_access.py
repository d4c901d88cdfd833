"""In: the environment. Out: how a broker is opened: account and authority. Pure."""

from __future__ import annotations

import os
from collections.abc import Mapping
from dataclasses import dataclass


@dataclass(frozen=True, slots=True, kw_only=True)
class BrokerAccess:
    """Account and authority for a broker; empty texts where it asks for none."""

    user: str = ""
    password: str = ""
    authority: str = ""
    """File of the authority that signed the broker's certificate; TLS when given."""

    @staticmethod
    def from_environment(environment: Mapping[str, str] | None = None) -> BrokerAccess:
        """Return the access in METERLINE_MQTT_USER, _PASSWORD and _CA."""
        environment = os.environ if environment is None else environment
        return BrokerAccess(
            user=environment.get("METERLINE_MQTT_USER", ""),
            password=environment.get("METERLINE_MQTT_PASSWORD", ""),
            authority=environment.get("METERLINE_MQTT_CA", ""),
        )

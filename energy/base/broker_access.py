"""In: the environment. Out: how a broker is opened: account, authority, certificate. Pure."""

from __future__ import annotations

import os
from collections.abc import Mapping
from dataclasses import dataclass, replace


@dataclass(frozen=True, slots=True, kw_only=True)
class BrokerAccess:
    """Account and certificates for a broker; empty texts where it asks for none."""

    user: str = ""
    password: str = ""
    authority: str = ""
    """File of the authority that signed the broker's certificate; TLS when given."""
    certificate: str = ""
    """File of our own certificate, for a broker that asks its clients for one."""
    key: str = ""
    """File of the key of our certificate."""

    @staticmethod
    def from_environment(environment: Mapping[str, str] | None = None) -> BrokerAccess:
        """Return the access in METERLINE_MQTT_USER, _PASSWORD, _CA, _CERT and _KEY."""
        environment = os.environ if environment is None else environment
        return BrokerAccess(
            user=environment.get("METERLINE_MQTT_USER", ""),
            password=environment.get("METERLINE_MQTT_PASSWORD", ""),
            authority=environment.get("METERLINE_MQTT_CA", ""),
            certificate=environment.get("METERLINE_MQTT_CERT", ""),
            key=environment.get("METERLINE_MQTT_KEY", ""),
        )

    @property
    def encrypted(self) -> bool:
        """Return whether the connection is TLS."""
        return bool(self.authority or self.certificate)

    def with_files(self, *, authority: str, certificate: str, key: str) -> BrokerAccess:
        """Return the access with the files of a source where it names some."""
        return replace(
            self,
            authority=authority or self.authority,
            certificate=certificate or self.certificate,
            key=key if certificate else self.key,
        )

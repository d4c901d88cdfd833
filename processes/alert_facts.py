"""In: balances of prepaid accounts, certificate files. Out: facts for rules of alerts. I/O: reads.

The rules stand in energy, which knows neither bills nor the files of this machine: here both meet.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime
from pathlib import Path

import structlog
from cryptography import x509

from billing.views.prepaid import read_prepaid
from energy.alerting.facts import CertificateEnd, Ports, PrepaidBalance
from energy.base.broker_access import BrokerAccess
from energy.base.config import Config
from energy.store.pool import Database
from energy.store.sites import Site
from energy.views.registry_reads import read_sources

log = structlog.get_logger("alerts")


def ports_of(
    database: Database, config: Config, site: Site, environment: Mapping[str, str]
) -> Ports:
    """Return what other rooms tell the rules of a site.

    Args:
        database: The process's pool.
        config: Names the dashboard's certificate.
        site: The site.
        environment: Names that of the broker.
    """
    own = {"web": config.web_certificate}
    own["broker"] = BrokerAccess.from_environment(environment).certificate

    def prepaid() -> list[PrepaidBalance]:
        with database.connection() as connection:
            rows = read_prepaid(connection, site.schema)
        return [
            PrepaidBalance(account=row.account, balance=row.balance)
            for row in rows
            if row.state != "settled"
        ]

    def certificates() -> list[CertificateEnd]:
        sources = read_sources(database, site.schema)
        files = [(each.key, each.settings.get("certificate")) for each in sources]
        # An edge box keeps its files itself; one that is gone here fails as a device does.
        here = [(key, file) for key, file in files if file and Path(file).is_file()]
        return certificate_ends([*own.items(), *here])

    return Ports(prepaid=prepaid, certificates=certificates)


def certificate_ends(files: Sequence[tuple[str, str | None]]) -> list[CertificateEnd]:
    """Return when certificates end; one that cannot be read has none, and why stands in the log.

    Args:
        files: Name and file (PEM, DER) of each; none where it has no certificate.
    """
    found = []
    for name, file in files:
        if not file:
            continue
        try:
            ends_at: datetime | None = _end_of(Path(file).read_bytes())
        except (OSError, ValueError) as error:
            log.warning("certificate cannot be read", name=name, file=file, error=str(error))
            ends_at = None
        found.append(CertificateEnd(name=name, ends_at=ends_at))
    return found


def _end_of(content: bytes) -> datetime:
    """Return when the first certificate of a file ends.

    Raises:
        ValueError: There is none.
    """
    if b"-----BEGIN CERTIFICATE-----" in content:
        return x509.load_pem_x509_certificate(content).not_valid_after_utc
    return x509.load_der_x509_certificate(content).not_valid_after_utc

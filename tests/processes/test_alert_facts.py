"""What rules of alerts hear of certificates and prepaid accounts."""

from __future__ import annotations

from datetime import timedelta
from pathlib import Path

import pytest
from cryptography import x509

from energy.base.config import Config
from processes.alert_facts import certificate_ends, ports_of
from tests.fixtures.postgres import TestSite
from tests.processes.test_broker import certificate


def test_end_of_a_certificate_is_read_and_one_that_cannot_be_read_is_told_without(
    tmp_path: Path,
) -> None:
    file = certificate(tmp_path)
    ends_at = x509.load_pem_x509_certificate(file.read_bytes()).not_valid_after_utc
    broken = tmp_path / "broken.pem"
    broken.write_text("no certificate")
    files = [("web", str(file)), ("a", str(broken)), ("b", str(tmp_path / "none")), ("c", None)]
    found = certificate_ends(files)
    assert [(each.name, each.ends_at) for each in found] == [
        *(("web", ends_at), ("a", None), ("b", None))
    ]
    assert ends_at.utcoffset() == timedelta(0)


@pytest.mark.servers
def test_ports_tell_the_dashboards_certificate_and_no_account_where_none_is_prepaid(
    site_schema: TestSite, tmp_path: Path
) -> None:
    config = Config(web_certificate=str(certificate(tmp_path)))
    ports = ports_of(site_schema.writer, config, site_schema.site, {})
    assert [each.name for each in ports.certificates()] == ["web"]
    assert list(ports.prepaid()) == []

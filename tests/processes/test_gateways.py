"""Gateways by their settings: every sample makes one, and what cannot be is refused with why."""

from __future__ import annotations

import shutil
import tomllib
from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path

import pytest

from adapters.own_files import use_own_files
from energy.alerting.notices.gateway import GatewayKind, GatewaySettings
from energy.base.clock import ManualClock
from energy.base.config import Config
from energy.base.errors import ConfigError
from processes.gateways import gateway_of
from processes.notice_gateways import configured_gateways

ROOT = Path(__file__).resolve().parents[2]
CLOCK = ManualClock(datetime(2026, 11, 23, 8, tzinfo=UTC))
SAMPLES = [
    path
    for path in sorted((ROOT / "adapters").rglob("sample.toml"))
    if "[[gateway]]" in path.read_text("utf-8")
]


@pytest.fixture
def own(tmp_path: Path) -> Iterator[None]:
    (tmp_path / "gateways").mkdir()
    shape = ROOT / "adapters/sms/http/shape.sample.toml"
    shutil.copy(shape, tmp_path / "gateways/provider.toml")
    use_own_files(tmp_path)
    yield
    use_own_files(None)


def settings_of(sample: Path, folder: Path) -> GatewaySettings:
    """Return the settings of a sample as a process reads them."""
    (folder / "secrets").mkdir()
    (row,) = tomllib.loads(sample.read_text("utf-8"))["gateway"]
    (folder / "secrets" / f"gateway-{row['name']}").write_text("json://127.0.0.1/{to}\n")
    config = Config(data_dir=folder, gateways=str(sample))
    return configured_gateways(config)[0].settings


def test_each_adapter_has_a_sample() -> None:
    found = {path.parent.name for path in SAMPLES}
    assert found == {"mail", "webhook", "chat", "smpp", "cmpp", "http", "modem"}


@pytest.mark.parametrize("sample", SAMPLES, ids=lambda path: path.parent.name)
def test_a_sample_makes_a_gateway_and_stands_in_the_readme(
    sample: Path, own: None, tmp_path: Path
) -> None:
    assert sample.read_text("utf-8") in sample.with_name("README.md").read_text("utf-8")
    settings = settings_of(sample, tmp_path)
    gateway = gateway_of(settings, CLOCK)
    assert (gateway.name, gateway.kind) == (settings.name, settings.kind)


@pytest.fixture
def mail(tmp_path: Path) -> GatewaySettings:
    return settings_of(ROOT / "adapters/mail/sample.toml", tmp_path)


def test_an_adapter_that_there_is_not_is_refused_with_those_that_there_are(
    mail: GatewaySettings,
) -> None:
    with pytest.raises(ConfigError, match=r"'fax'.*smtp.*smpp.*cmpp"):
        gateway_of(replace(mail, adapter="fax"), CLOCK)


def test_a_gateway_of_another_kind_is_refused(mail: GatewaySettings) -> None:
    with pytest.raises(ConfigError, match="of kind sms, its adapter smtp of kind mail"):
        gateway_of(replace(mail, kind=GatewayKind.SMS), CLOCK)

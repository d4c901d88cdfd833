"""Gateways by their settings: every sample makes one, and what cannot be is refused with why."""

from __future__ import annotations

import shutil
import tomllib
from collections.abc import Iterator, Mapping
from dataclasses import replace
from datetime import UTC, datetime
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest

from adapters.own_files import use_own_files
from energy.alerting.notices.gateway import GatewayKind, GatewaySettings
from energy.base.clock import ManualClock
from energy.base.errors import ConfigError
from processes.gateways import gateway_of

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


def settings_of(row: Mapping[str, Any]) -> GatewaySettings:
    return GatewaySettings(
        name=row["name"],
        kind=GatewayKind(row["kind"]),
        adapter=row["adapter"],
        secret="json://127.0.0.1/{to}",
        price=Decimal(row.get("price", "0")),
        currency=row.get("currency", ""),
        timeout_s=row["timeout_s"],
        per_minute=row.get("per_minute", 0),
        options=row["options"],
    )


def test_each_adapter_has_a_sample() -> None:
    found = {path.parent.name for path in SAMPLES}
    assert found == {"mail", "webhook", "chat", "smpp", "cmpp", "http", "modem"}


@pytest.mark.parametrize("sample", SAMPLES, ids=lambda path: path.parent.name)
def test_a_sample_makes_a_gateway_and_stands_in_the_readme(sample: Path, own: None) -> None:
    text = sample.read_text("utf-8")
    assert text in sample.with_name("README.md").read_text("utf-8")
    (row,) = tomllib.loads(text)["gateway"]
    gateway = gateway_of(settings_of(row), CLOCK)
    assert (gateway.name, gateway.kind) == (row["name"], row["kind"])


def mail() -> GatewaySettings:
    return settings_of(
        tomllib.loads((ROOT / "adapters/mail/sample.toml").read_text())["gateway"][0]
    )


def test_an_adapter_that_there_is_not_is_refused_with_those_that_there_are() -> None:
    with pytest.raises(ConfigError, match=r"'fax'.*smtp.*smpp.*cmpp"):
        gateway_of(replace(mail(), adapter="fax"), CLOCK)


def test_a_gateway_of_another_kind_is_refused() -> None:
    with pytest.raises(ConfigError, match="of kind sms, its adapter smtp of kind mail"):
        gateway_of(replace(mail(), kind=GatewayKind.SMS), CLOCK)

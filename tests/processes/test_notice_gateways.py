"""The file of gateways: order of choice, secrets apart, what is wrong is named."""

from __future__ import annotations

from decimal import Decimal
from pathlib import Path

import pytest

from energy.alerting.notices.gateway import GatewayKind
from energy.base.config import Config
from energy.base.errors import ConfigError
from processes.notice_gateways import (
    GatewayOfSites,
    configured_gateways,
    gateways_in,
    gateways_named,
    gateways_of,
)

WRITTEN = """
[[gateway]]
name = "operator-a"
kind = "sms"
adapter = "smpp"
price = "0.045"
currency = "CNY"
per_minute = 60
options = { host = "10.0.0.9", port = 2775 }
[[gateway]]
name = "operator-b"
kind = "sms"
adapter = "cmpp"
site = "terminal_2"
[[gateway]]
name = "post"
kind = "mail"
adapter = "smtp"
"""


def configured(folder: Path, written: str = WRITTEN) -> list[GatewayOfSites]:
    (folder / "secrets").mkdir()
    (folder / "secrets" / "gateway-operator-a").write_text("s3cret\n")
    (folder / "gateways.toml").write_text(written)
    return configured_gateways(Config(data_dir=folder, gateways=str(folder / "gateways.toml")))


def test_gateways_are_read_in_their_order_with_their_secrets(tmp_path: Path) -> None:
    found = configured(tmp_path)
    first = found[0].settings
    assert (first.name, first.kind, first.secret) == ("operator-a", GatewayKind.SMS, "s3cret")
    assert (first.price, first.per_minute, first.timeout_s) == (Decimal("0.045"), 60, 10)
    assert first.options == {"host": "10.0.0.9", "port": 2775}
    assert found[1].settings.secret == ""


def test_a_gateway_of_one_site_serves_no_other(tmp_path: Path) -> None:
    found = configured(tmp_path)
    mine, order = gateways_of(found, "terminal_1")
    assert [each.name for each in mine] == ["operator-a", "post"]
    assert order == {"sms": ["operator-a"], "mail": ["post"]}
    assert gateways_of(found, "terminal_2")[1]["sms"] == ["operator-a", "operator-b"]


def test_pages_know_names_and_kinds_and_no_secret(tmp_path: Path) -> None:
    configured(tmp_path)
    file = tmp_path / "gateways.toml"
    config = Config(data_dir=tmp_path, gateways=str(file))
    assert gateways_named(config, "terminal_1") == {"operator-a": "sms", "post": "mail"}
    assert {each.settings.secret for each in gateways_in(str(file), None)} == {""}
    file.write_text("[[gateway]]\nname = 5\n")
    assert gateways_named(config, "terminal_1") == {}, "the sender says what is wrong"


def test_without_a_file_there_are_none(tmp_path: Path) -> None:
    assert configured_gateways(Config(data_dir=tmp_path)) == []


@pytest.mark.parametrize(
    ("written", "says"),
    [
        ("[[gateway]]\nkind = 'sms'", "needs a name"),
        ("[[gateway]]\nname = 'a'\nkind = 'fax'", "kind is one of"),
        ("[[gateway]]\nname = 'a'\nkind = 'sms'", "adapter"),
        ("[[gateway]]\nname = 'a'\nkind = 'sms'\nadapter = 'x'\nsecret = 'x'", "'secret'"),
        ("[[gateway]]\nname = 'a'\nkind = 'sms'\nadapter = 'x'\nprice = 0.1", "price is a text"),
        ("[[gateway]]\nname = 'a'\nkind = 'sms'\nadapter = 'x'\nprice = '-1'", "price is a text"),
        ("[[gateway]]\nname = 'a'\nkind = 'sms'\nadapter = 'x'\ntimeout_s = 99", "1 to 60"),
        ("[[gateway]]\nname = 'a'\nkind = 'sms'\nadapter = 'x'\noptions = {a = 0.1}", "options"),
        ("[[gateway]]\nname = 'a'\nkind = 'sms'\nadapter = 'x'\n" * 2, "two gateways"),
        ("gateway = 3", "nothing else"),
        ("[[gateway", "cannot be read"),
    ],
)
def test_what_is_wrong_is_named(tmp_path: Path, written: str, says: str) -> None:
    with pytest.raises(ConfigError, match=says):
        configured(tmp_path, written)


def test_a_file_that_is_not_there_stops_the_start(tmp_path: Path) -> None:
    with pytest.raises(ConfigError, match="cannot be read"):
        configured_gateways(Config(data_dir=tmp_path, gateways=str(tmp_path / "none.toml")))

from __future__ import annotations

import threading
from pathlib import Path

import pytest

from adapters.mqtt.broker_check import BrokerReport, Keeping, check_broker
from energy.base.broker_access import BrokerAccess
from tests.adapters.mqtt.broker import broker, publish
from tests.fixtures.ports import free_port

pytestmark = pytest.mark.servers


def check(port: int, stop: threading.Event | None = None) -> BrokerReport:
    return check_broker(
        host="127.0.0.1", port=port, client_id="meterline-t2-m", access=BrokerAccess(), stop=stop
    )


def test_a_broker_with_our_settings_keeps_everything_for_a_client_that_is_away(
    tmp_path: Path,
) -> None:
    with broker(tmp_path) as port:
        first, second = check(port), check(port)
    assert (first.keeping, first.sent, first.kept) == (Keeping.KEEPS, 1500, 1500)
    assert second == first


def test_a_broker_with_its_default_limits_drops_and_the_check_says_how_many(
    tmp_path: Path,
) -> None:
    with broker(tmp_path, settings="") as port:
        report = check(port)
    assert (report.keeping, report.sent, report.kept) == (Keeping.DROPS, 1500, 1000)
    assert "kept 1000 of 1500" in report.says
    assert "max_queued_messages 0" in report.says


def test_the_check_leaves_nothing_behind(tmp_path: Path) -> None:
    with broker(tmp_path) as port:
        check(port)
        publish(port, "meterline/probe/meterline-t2-m", "later")
        assert check(port).kept == 1500


def test_an_account_that_may_not_write_the_topic_of_the_check_is_told_so(tmp_path: Path) -> None:
    rights = tmp_path / "acl"
    rights.write_text("topic read meterline/#\n")
    with broker(tmp_path, settings=f"acl_file {rights}\nuser root\n") as port:
        report = check(port)
    assert report.keeping is Keeping.FORBIDDEN
    assert "meterline/probe/meterline-t2-m" in report.says


def test_without_a_broker_nothing_is_claimed() -> None:
    report = check(free_port())
    assert report.keeping is Keeping.UNKNOWN
    assert "Connection refused" in report.says


def test_a_check_that_is_no_longer_wanted_ends(tmp_path: Path) -> None:
    stop = threading.Event()
    stop.set()
    with broker(tmp_path) as port:
        assert check(port, stop).keeping is Keeping.UNKNOWN

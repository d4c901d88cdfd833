from __future__ import annotations

import fcntl
import json
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path

import pytest

from energy.base.aggregate import use_clock
from energy.base.clock import PlayClock, SystemClock
from energy.base.errors import ConfigError
from energy.store.errors import StoreUnavailableError
from processes.installation import find_installation, lost_contact
from processes.technician_values import FieldRefusedError, NoContactError


@pytest.fixture(autouse=True)
def _clock() -> Iterator[None]:
    yield
    use_clock(SystemClock())


def test_the_demo_is_meant_where_nothing_else_is_there(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    demo = tmp_path / "var" / "demo"
    assert find_installation(environment={}).config.data_dir == tmp_path / "var"
    (demo / "postgres").mkdir(parents=True)
    assert find_installation(environment={}).config.data_dir == demo
    named = find_installation(environment={"METERLINE_DATA_DIR": str(tmp_path / "var")})
    assert named.config.data_dir == tmp_path / "var"
    (tmp_path / "var" / "postgres").mkdir()
    assert find_installation(environment={}).config.data_dir == tmp_path / "var"
    assert find_installation(data_dir=demo, environment={}).config.data_dir == demo


def test_the_airport_is_meant_where_there_is_no_campus(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    for name in ("airport", "demo"):
        (tmp_path / "var" / name / "postgres").mkdir(parents=True)
        assert find_installation(environment={}).config.data_dir == tmp_path / "var" / name


def test_clock_and_ports_are_those_of_what_runs_there(tmp_path: Path) -> None:
    spec = {"modbus_port": 15077, "mqtt_port": 18877, "first": "2019-01-01"}
    (tmp_path / "play.spec.json").write_text(json.dumps(spec))
    at = datetime(2019, 1, 1, tzinfo=UTC)
    PlayClock(tmp_path / "play.clock").move_to(at)
    found = find_installation(data_dir=tmp_path, environment={})
    assert found.clock.now() == at
    assert found.environment["METERLINE_SOURCE_MODBUS_1_PORT"] == "15077"
    mine = {"METERLINE_SOURCE_MODBUS_1_PORT": "502"}
    told = find_installation(data_dir=tmp_path, environment=mine)
    assert told.environment["METERLINE_SOURCE_MODBUS_1_PORT"] == "502"


def test_language_is_named_by_the_command_the_short_or_the_long_variable(tmp_path: Path) -> None:
    def language(given: str | None = None, **environment: str) -> str:
        found = find_installation(data_dir=tmp_path, language=given, environment=environment)
        return found.config.language

    assert language() == "en"
    assert language(METERLINE_LANG="zh") == "zh"
    assert language(METERLINE_LANG="zh", METERLINE_LANGUAGE="en") == "en"
    assert language("en", METERLINE_LANGUAGE="zh") == "en"
    with pytest.raises(ConfigError):
        language("fr")


def test_a_supervisor_in_the_folder_is_seen_by_its_lock(tmp_path: Path) -> None:
    found = find_installation(data_dir=tmp_path, environment={})
    assert not found.supervised
    with (tmp_path / "up.lock").open("a+") as lock:
        assert not found.supervised
        fcntl.flock(lock, fcntl.LOCK_EX)
        assert found.supervised
    assert not found.supervised


def test_only_silence_is_lost_contact() -> None:
    assert lost_contact(NoContactError("No answer."))
    assert lost_contact(StoreUnavailableError("host=x", "gone"))
    assert not lost_contact(FieldRefusedError("Refused."))
    assert not lost_contact(ValueError("bug"))

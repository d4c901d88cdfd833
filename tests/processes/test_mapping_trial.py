from __future__ import annotations

import json
from datetime import UTC, datetime
from fractions import Fraction
from pathlib import Path

import pytest

from adapters.mqtt.mapping_file import MappingError, load_mapping
from adapters.own_files import use_own_files
from processes.mapping_trial import TrialValue, mapping_named, remarks, tried

NOW = datetime(2026, 11, 21, 6, 10, tzinfo=UTC)
RECORDED = Path(__file__).parents[1] / "cases" / "mqtt" / "sparkplug_pysparkplug_0_6_1.json"


@pytest.fixture(autouse=True)
def presets_only() -> None:
    use_own_files(None)


def test_a_message_is_shown_as_it_would_be_stored_and_its_faults_beside() -> None:
    event = {
        "id": "1",
        "source": "/gw",
        "subject": "b2",
        "time": "2026-11-21T06:00:00Z",
        "data": [
            {"quantity": "active_energy_import", "value": "1.5", "unit": "MWh"},
            {"quantity": "active_power", "value": "much", "unit": "kW"},
        ],
    }
    (message,) = tried(
        load_mapping("cloudevents"), [("meterline/t2/events", json.dumps(event).encode())], NOW
    )
    assert message.values == (
        TrialValue(
            device="b2",
            quantity="active_energy_import",
            value=Fraction(3, 2),
            unit="MWh",
            at=datetime(2026, 11, 21, 6, tzinfo=UTC),
            sound=True,
        ),
    )
    assert [refusal.reason for refusal in message.refusals] == ["wrong_value"]


def test_births_go_before_their_data_in_a_trial_of_sparkplug() -> None:
    rows = json.loads(RECORDED.read_text("utf-8"))
    messages = [(row["topic"], bytes.fromhex(row["payload"])) for row in rows]
    whole = tried(load_mapping("sparkplug_b"), messages[:3], NOW)
    assert [len(message.values) for message in whole] == [0, 4, 4]
    (alone,) = tried(load_mapping("sparkplug_b"), messages[2:3], NOW)
    assert [refusal.reason for refusal in alone.refusals] == ["before_birth"]
    assert tried(load_mapping("sparkplug_b"), messages[:5], NOW)[4].historical


def test_a_mapping_is_named_by_its_file_or_by_its_preset(tmp_path: Path) -> None:
    assert mapping_named("tasmota").id == "tasmota"
    file = tmp_path / "mine.toml"
    file.write_text("schema_version = 2\n", "utf-8")
    with pytest.raises(MappingError, match="Mapping 'mine' has 4 problem"):
        mapping_named(str(file))


def test_what_a_person_should_know_of_a_mapping_is_told() -> None:
    assert remarks(load_mapping("pulses")) == []
    assert remarks(load_mapping("zigbee2mqtt")) == ["undated", "strangers"]
    assert remarks(load_mapping("chinese_gateway")) == ["account"]
    assert remarks(load_mapping("thingsboard")) == ["channel_unit"]

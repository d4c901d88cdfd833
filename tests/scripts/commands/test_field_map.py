from __future__ import annotations

import json
from pathlib import Path

import pytest
from typer.testing import CliRunner

from energy.base.text import LANGUAGES, t
from scripts.main import app

ROOT = Path(__file__).parents[3]
BODY = (
    '{"gwId": "GW07", "ts": "2026-11-21 14:05:33", "devs": [{"devId": "A01", '
    '"data": [{"id": "EPI", "val": "15203.4"}, {"id": "P", "val": "12 kW"}]}]}'
)


def run(folder: Path, *words: str) -> tuple[int, str]:
    done = CliRunner().invoke(app, ["--data-dir", str(folder), *words])
    return done.exit_code, done.output


def test_a_mapping_is_tried_on_a_message_without_a_site(tmp_path: Path) -> None:
    file = tmp_path / "up.json"
    file.write_text(BODY, "gb18030")
    words = (
        "field",
        "map",
        "chinese_gateway",
        "--topic",
        "gateway/GW07/up",
        "--payload",
        str(file),
    )
    code, said = run(tmp_path, *words)
    assert code == 1
    assert "GW07.A01" in said and "15203.4" in said and "refused (wrong_value): '12 kW'" in said
    code, said = run(tmp_path, *words, "--json")
    (message,) = json.loads(said)["messages"]
    assert (message["values"][0]["value"], message["values"][0]["unit"]) == ("15203.4", "kWh")


def test_a_mapping_alone_is_checked_and_a_wrong_one_lists_its_problems(tmp_path: Path) -> None:
    assert run(tmp_path, "field", "map", "sparkplug_b")[0] == 0
    wrong = tmp_path / "mine.toml"
    wrong.write_text('schema_version = 1\nid = "mine"\n', "utf-8")
    code, said = run(tmp_path, "field", "map", str(wrong))
    assert code == 2
    assert "there is no [[message]]" in said


def test_the_settings_of_a_broker_are_looked_at(tmp_path: Path) -> None:
    conf = ROOT / "docker" / "mosquitto.conf"
    assert run(tmp_path, "field", "broker", "--settings", str(conf))[0] == 0
    empty = tmp_path / "mosquitto.conf"
    empty.write_text("", "utf-8")
    code, said = run(tmp_path, "field", "broker", "--settings", str(empty))
    assert code == 1
    assert "max_queued_messages 0" in said


@pytest.mark.parametrize("language", LANGUAGES)
def test_every_remark_and_outcome_has_a_text(language: str) -> None:
    for key in ("undated", "strangers", "channel_unit", "account"):
        assert t(language, f"mapping.remark.{key}")
    for key in ("keeps", "drops", "forbidden", "unknown"):
        assert t(language, f"mapping.broker.{key}")

from __future__ import annotations

import json
from pathlib import Path

import pytest

from adapters.modbus.learned import Learned
from adapters.modbus.read_plan import Hole


def test_what_devices_taught_is_there_after_a_restart(tmp_path: Path) -> None:
    path = tmp_path / "learned.json"
    learned = Learned(path)
    learned.of("bus/1/abb/A1").holes.add(Hole(3, 23318, 23340))
    learned.of("bus/2/abb/A2").plate = "4711"
    learned.of("bus/3/abb/A3")
    learned.changed()
    learned.save()
    again = Learned(path)
    assert again.of("bus/1/abb/A1").holes == {Hole(3, 23318, 23340)}
    assert again.of("bus/2/abb/A2").plate == "4711"
    assert "bus/3/abb/A3" not in path.read_text("utf-8"), "nothing learned, nothing kept"


def test_nothing_new_writes_nothing(tmp_path: Path) -> None:
    learned = Learned(tmp_path / "learned.json")
    learned.save()
    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize(
    "text",
    [
        "",
        "{",
        "[]",
        '{"format": 2, "devices": {}}',
        '{"format": 1}',
        '{"format": 1, "devices": {"a": {"holes": [[1, 2]], "plate": null}}}',
        '{"format": 1, "devices": {"a": {"holes": [], "plate": 7}}}',
    ],
)
def test_a_damaged_memory_is_an_empty_one(tmp_path: Path, text: str) -> None:
    path = tmp_path / "learned.json"
    path.write_text(text, "utf-8")
    learned = Learned(path)
    lesson = learned.of("a")
    assert (lesson.holes, lesson.plate) == (set(), None)
    lesson.plate = "1"
    learned.changed()
    learned.save()
    assert json.loads(path.read_text("utf-8"))["devices"]["a"]["plate"] == "1"


def test_a_disk_without_room_is_told_and_tried_again(tmp_path: Path) -> None:
    folder = tmp_path / "absent"
    learned = Learned(folder / "learned.json")
    learned.of("a").plate = "1"
    learned.changed()
    learned.save()
    folder.mkdir()
    learned.save()
    assert Learned(folder / "learned.json").of("a").plate == "1"

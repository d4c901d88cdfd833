from __future__ import annotations

from pathlib import Path

import pytest

from adapters.errors import FaultyFileError, RegisterMapError
from adapters.files.mapping_file import FileMappingError, load_file_mapping
from adapters.meter_profile import MeterProfileError
from adapters.modbus.register_map import MAPS
from adapters.mqtt.mapping_file import MappingError, load_mapping_file
from adapters.toml_text import table_in, text_in
from energy.base.text import LANGUAGES, t


def test_a_table_is_read_from_a_file(tmp_path: Path) -> None:
    file = tmp_path / "mine.toml"
    file.write_text('id = "mine"', "utf-8")
    text = text_in(file, name="mine", wrong=RegisterMapError)
    assert table_in(text, name="mine", wrong=RegisterMapError) == {"id": "mine"}


@pytest.mark.parametrize("wrong", [RegisterMapError, MeterProfileError, MappingError])
def test_what_is_no_toml_is_told_with_the_readers_own_next_step(
    wrong: type[FaultyFileError],
) -> None:
    with pytest.raises(wrong) as met:
        table_in("[[point", name="mine", wrong=wrong)
    assert met.value.problems[0].startswith("no TOML: ")
    rows = f"  - {met.value.problems[0]}"
    for language in LANGUAGES:
        told = t(language, f"why.{wrong.FAULTY}", name="mine", number=1, rows=rows)
        assert met.value.told(language) == told


def test_a_file_that_is_no_text_is_refused_by_every_reader(tmp_path: Path) -> None:
    file = tmp_path / "mine.toml"
    file.write_bytes(b'title = "\xff"')
    with pytest.raises(FaultyFileError, match="no UTF-8"):
        MAPS.load_file(file)
    with pytest.raises(MappingError, match="no UTF-8"):
        load_mapping_file(file)
    with pytest.raises(FileMappingError, match="no UTF-8"):
        load_file_mapping(file)


@pytest.mark.parametrize(
    "text",
    [
        "most = " + "9" * 5000,
        "most = 0x" + "f" * 5000,
        "most = [[1], [{ x = 9223372036854775808 }]]",
        "most = " + "[" * 5000 + "]" * 5000,
    ],
)
def test_a_text_that_no_reader_should_ever_meet_is_refused_like_any_other_that_is_no_toml(
    text: str,
) -> None:
    with pytest.raises(RegisterMapError) as met:
        table_in(text, name="mine", wrong=RegisterMapError)
    (problem,) = met.value.problems
    assert problem.startswith("no TOML: ")
    assert len(problem) < 200


@pytest.mark.parametrize("gone", ["folder", "link"])
def test_a_file_that_cannot_be_read_is_refused_with_the_cause(tmp_path: Path, gone: str) -> None:
    file = tmp_path / "mine.toml"
    if gone == "folder":
        file.mkdir()
    else:
        file.symlink_to(tmp_path / "nowhere")
    with pytest.raises(MappingError, match=r"cannot be read: (Is a directory|No such file)"):
        text_in(file, name="mine", wrong=MappingError)

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path

import pytest

from adapters.mqtt import mapping_file, mapping_file_values
from adapters.mqtt.mapping_file import (
    MappingError,
    load_mapping,
    load_mapping_file,
    parse_mapping,
    presets,
    with_topic,
)
from adapters.own_files import use_own_files

GOOD = """
schema_version = 1
id = "mine"
title = "One meter"
[[message]]
topic = "plant/{device}/up"
device = "{device}"
time = { at = "/ts", format = "epoch_s" }
[[message.value]]
at = "/kWh"
quantity = "active_energy_import"
unit = "kWh"
"""


@pytest.fixture(autouse=True)
def presets_only() -> Iterator[None]:
    use_own_files(None)
    yield
    use_own_files(None)


def problems(text: str) -> list[str]:
    with pytest.raises(MappingError) as caught:
        parse_mapping(text, name="mine")
    return caught.value.problems


@pytest.mark.parametrize("preset", presets())
def test_every_preset_that_ships_is_sound(preset: str) -> None:
    mapping = load_mapping(preset)
    assert mapping.id == preset
    assert mapping.title


def test_the_dialects_that_field_gateways_speak_ship_as_presets() -> None:
    assert set(presets()) >= {"pulses", "cloudevents", "chinese_gateway", "sparkplug_b"}


def test_a_source_without_a_mapping_speaks_our_own_form() -> None:
    assert load_mapping("").id == "pulses"


@pytest.mark.parametrize(
    ("before", "after", "problem"),
    [
        ("schema_version = 1", "schema_version = 2", "schema_version must be 1"),
        ('id = "mine"', 'id = "other"', "id must be 'mine', the name of the file"),
        ('title = "One meter"', "", "`title` is missing"),
        ("[[message]]", 'colour = "red"\n[[message]]', "unknown key `colour`"),
        ("[[message]]", 'encoding = "latin-1"\n[[message]]', "encoding 'latin-1' is none of"),
        ("[[message]]", "max_bytes = 2000000\n[[message]]", "max_bytes is above 1048576"),
        ("plant/{device}/up", "plant/#", "level '#' is neither a plain name"),
        ('device = "{device}"', "", "`device` is missing"),
        ('device = "{device}"', 'device = "{gateway}"', "the topic has no part {gateway}"),
        ('device = "{device}"', 'device = "devId"', "'devId' is neither a pointer"),
        ('device = "{device}"', 'device = "*1"', "the * of *1 is none of /kWh"),
        ('device = "{device}"', 'device = "/a/*/id"', "the * of /a/*/id is none of /kWh"),
        ('format = "epoch_s"', 'format = "unix"', "format 'unix' is none of 'iso', 'local'"),
        ('{ at = "/ts", format = "epoch_s" }', '{ format = "iso" }', "needs `at`"),
        ('format = "epoch_s"', 'format = "local"', "local time needs `zone` and `pattern`"),
        ('format = "epoch_s"', 'format = "epoch_s", zone = "UTC"', "belong to format local"),
        (
            'format = "epoch_s"',
            'format = "local", zone = "Asia/Beijing", pattern = "%H"',
            "zone 'Asia/Beijing' is unknown",
        ),
        ('time = { at = "/ts", format = "epoch_s" }', "", "time is missing"),
        ('at = "/kWh"', 'at = "kWh"', "neither a pointer"),
        ('unit = "kWh"', 'unit = "kwh"', "unit 'kwh' is unknown"),
        ('unit = "kWh"', "", "`unit` is missing"),
        ('unit = "kWh"', 'unit = "kWh"\nscale = 0.1', "is a float; write"),
        ('unit = "kWh"', 'unit = "kWh"\nscale = "-1"', "not above zero"),
        ('unit = "kWh"', 'unit = "count"\nscale = "10"', "a count has no `scale`"),
        ('unit = "kWh"', 'unit = "kWh"\nnumber = "1 234"', "number '1 234' is none of"),
        ('unit = "kWh"', 'unit = "kWh"\nsuffix = "kWh"', "`suffix` needs a `number` format"),
        ('unit = "kWh"', 'unit = "kWh"\nrounding = "down"', "rounding 'down' is none of 'exact'"),
        ('unit = "kWh"', 'unit = "kWh"\nname = "/n"', "`name` and `quantity` exclude each other"),
        ('unit = "kWh"', 'unit = "kWh"\nsound = { at = "/q" }', "`sound` is no table"),
        ('unit = "kWh"', 'unit = "kWh"\nnames = { a = 1 }', "`names` needs `name`"),
        ('quantity = "active_energy_import"', 'quantity = "Active"', "must be a lower-case name"),
        ('device = "{device}"', 'device = "/d"\naccount = "/d"', "must be one part of the topic"),
        ('device = "{device}"', 'device = "/d"\nid = "/*/x"', "must have no *"),
        ('device = "{device}"', 'device = "/d"\nagree = ["/d"]', "no list of pairs of places"),
    ],
)
def test_a_mapping_with_a_mistake_is_refused_with_its_place(
    before: str, after: str, problem: str
) -> None:
    assert before in GOOD
    parse_mapping(GOOD, name="mine")
    assert any(problem in each for each in problems(GOOD.replace(before, after, 1)))


def test_every_problem_of_a_mapping_is_listed_at_once() -> None:
    text = GOOD.replace("schema_version = 1", "").replace('"kWh"\n', '"kwh"\n').replace("/ts", "ts")
    assert len(problems(text)) == 3


def test_every_mapping_in_the_guide_is_sound() -> None:
    guide = (Path(__file__).parents[3] / "docs" / "mapping-file.md").read_text("utf-8")
    blocks = re.findall(r"```toml\n(.*?)```", guide, re.DOTALL)
    names = [re.search(r'^id = "(\w+)"', block, re.MULTILINE) for block in blocks]
    known = [name.group(1) for name in names if name]
    assert [parse_mapping(b, name=n).id for b, n in zip(blocks, known, strict=True)] == known
    assert known == ["t3_gateway", "homie", "senml"]


def test_every_preset_and_key_stands_in_the_guide() -> None:
    guide = (Path(__file__).parents[3] / "docs" / "mapping-file.md").read_text("utf-8")
    keys = {*mapping_file._KEYS, *mapping_file._MESSAGE_KEYS, *mapping_file._TIME_KEYS}
    keys |= mapping_file_values._VALUE_KEYS
    for word in {*presets(), *keys} - {"message", "value", "at", "format"}:
        assert f"`{word}`" in guide, word


@pytest.mark.parametrize("text", ["", "id = ", "[[message]]", 'schema_version = 1\nid = "mine"'])
def test_a_text_that_is_no_mapping_is_refused(text: str) -> None:
    assert problems(text)


def test_a_mapping_of_the_installation_goes_before_a_preset(tmp_path: Path) -> None:
    folder = tmp_path / "mappings"
    folder.mkdir()
    (folder / "tasmota.toml").write_text(GOOD.replace('"mine"', '"tasmota"'), "utf-8")
    use_own_files(tmp_path)
    assert load_mapping("tasmota").title == "One meter"
    assert load_mapping("cloudevents").title != "One meter"


@pytest.mark.parametrize("name", ["absent", "../../etc/passwd", "Pulses", "a b"])
def test_an_unknown_mapping_is_refused_and_never_a_path(name: str) -> None:
    with pytest.raises(MappingError):
        load_mapping(name)


def test_a_mapping_in_latin_1_names_its_encoding(tmp_path: Path) -> None:
    file = tmp_path / "mine.toml"
    file.write_bytes(GOOD.replace("One meter", "Zähler").encode("latin-1"))
    with pytest.raises(MappingError, match="no UTF-8"):
        load_mapping_file(file)


def test_a_source_may_put_its_own_topic_under_a_mapping() -> None:
    mapping = with_topic(parse_mapping(GOOD, name="mine"), "site/t2/{device}/v2")
    assert mapping.filters == ["site/t2/+/v2"]
    with pytest.raises(MappingError, match="lacks the part"):
        with_topic(mapping, "site/t2/{gateway}")
    with pytest.raises(MappingError, match="it has 2 topics"):
        with_topic(load_mapping("sparkplug_b"), "spBv1.0/{group}/{kind}/{node}")
    with pytest.raises(MappingError, match="neither a plain name"):
        with_topic(mapping, "site/#")

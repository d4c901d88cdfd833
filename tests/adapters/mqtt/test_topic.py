from __future__ import annotations

import tomllib
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from adapters.mqtt.payload import Reason
from adapters.mqtt.topic import TopicPattern, TopicPatternError

PULSES = TopicPattern.of("meterline/cambridge/pulses/+")


def test_the_level_under_the_plus_names_the_device() -> None:
    assert PULSES.parts("meterline/cambridge/pulses/cam-b2-gas") == {"device": "cam-b2-gas"}
    assert TopicPattern.of("site/+/count").parts("site/m.1/count") == {"device": "m.1"}


def test_a_pattern_names_its_parts_and_asks_the_broker_with_wildcards() -> None:
    pattern = TopicPattern.of("spBv1.0/{group}/{kind}/{node}")
    assert pattern.filter == "spBv1.0/+/+/+"
    assert pattern.parts("spBv1.0/t2/NDATA/gw-7") == {
        "group": "t2",
        "kind": "NDATA",
        "node": "gw-7",
    }
    assert pattern.parts("spBv1.0/t2/NDATA/gw-7/m1") is None


@pytest.mark.parametrize(
    "topic",
    [
        "",
        "meterline/cambridge/pulses/",
        "meterline/cambridge/pulses/a/b",
        "meterline/cambridge/pulses/..",
        "meterline/cambridge/pulses/+",
        "meterline/cambridge/pulses/#",
        "meterline/cambridge/pulses/a\0b",
        "meterline/cambridge/pulses/a'; DROP TABLE reading; --",
        "meterline/cambridge/pulses/<script>",
        "meterline/cambridge/pulses/" + "a" * 101,
        "meterline/oxford/pulses/cam-b2-gas",
        "/".join(["meterline"] * 30_000),
    ],
)
def test_a_topic_that_does_not_fit_names_no_device(topic: str) -> None:
    assert PULSES.parts(topic) is None


def test_the_sample_is_sound_and_stands_in_the_readme() -> None:
    folder = Path(__file__).parents[3] / "adapters" / "mqtt"
    text = (folder / "sample.toml").read_text("utf-8")
    assert text in (folder / "README.md").read_text("utf-8")
    sample = tomllib.loads(text)
    topic = TopicPattern.of(sample["source"][0]["topic"])
    device = sample["meter"][0]["address"]["device"]
    assert topic.parts(topic.filter.replace("+", device)) == {"device": device}


def test_every_reason_of_a_refusal_stands_in_the_readme() -> None:
    readme = (Path(__file__).parents[3] / "adapters" / "mqtt" / "README.md").read_text("utf-8")
    for reason in Reason:
        assert f"`{reason}`" in readme


@given(st.text(max_size=40))
def test_whatever_names_a_device_is_the_last_level_unchanged(level: str) -> None:
    assert PULSES.parts(f"meterline/cambridge/pulses/{level}") in (None, {"device": level})


@pytest.mark.parametrize(
    "text", ["", "+/+", "a/#", "a//+", "/+", "a b/+", "a/+b", "{a}/{a}", "{A}/b", "a/" * 300 + "b"]
)
def test_a_pattern_that_cannot_name_devices_is_refused(text: str) -> None:
    with pytest.raises(TopicPatternError, match="Topic '"):
        TopicPattern.of(text)

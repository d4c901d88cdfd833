"""The file of a provider's interface: read whole, or refused with everything wrong in it."""

from __future__ import annotations

from pathlib import Path

import pytest

from adapters.errors import FaultyFileError
from adapters.sms.http.places import filled, found_at, text_at
from adapters.sms.http.shape import Body, Way, load_shape, parse_shape

SAMPLE = Path(__file__).parents[4] / "adapters/sms/http/shape.sample.toml"
LEAST = 'schema_version = 1\n[send]\nurl = "https://x.example/"\n'


def test_the_sample_is_a_shape_and_stands_in_the_readme() -> None:
    shape = load_shape(str(SAMPLE))
    assert shape.receipts is not None
    assert (shape.send.body, shape.receipts.way) == (Body.JSON, Way.POLL)
    readme = SAMPLE.with_name("README.md").read_text("utf-8")
    for name in ("sample.toml", "shape.sample.toml"):
        assert SAMPLE.with_name(name).read_text("utf-8") in readme


def test_little_is_enough() -> None:
    shape = parse_shape(LEAST, name="x.toml")
    assert (shape.send.method, shape.receipts, shape.login) == ("POST", None, None)


@pytest.mark.parametrize(
    ("text", "problem"),
    [
        ("schema_version = 1", "there is no [send]"),
        (LEAST.replace("1", "2", 1), "schema_version must be 1"),
        (LEAST + "methd = 'GET'", "send: unknown key 'methd'"),
        (LEAST + "method = 'DELETE'", "method must be GET, POST or PUT"),
        (LEAST + "fields = { a = { b = ['{tex}'] } }", "nothing fills {tex}"),
        (LEAST + "body = 'xml'", "body must be one of json, form, query"),
        (LEAST + "[answer]\nstatus = 'code'", "ok must say which status is a success"),
        (LEAST + "[answer]\npattern = '('\nok = ['0']", "answer: pattern"),
        (LEAST + "[receipts]\nway = 'poll'", "poll needs a table fetch"),
        (LEAST + "[receipts]\nway = 'callback'\npath = 'x'", "a path that begins with /"),
        (LEAST + "[receipts]\nway = 'push'", "way must be one of poll, callback"),
        (
            LEAST + "[replies]\nway = 'poll'\n[replies.fetch]\nurl = '{text}'",
            "nothing fills {text}",
        ),
        (
            LEAST + "[receipts.fetch]\nurl = 'https://x.example'",
            "delivered must be a list of texts",
        ),
    ],
)
def test_what_is_wrong_is_named(text: str, problem: str) -> None:
    with pytest.raises(FaultyFileError) as caught:
        parse_shape(text, name="x.toml")
    assert problem in str(caught.value)


def test_a_place_alone_becomes_the_value_and_a_text_around_it_stays() -> None:
    values = {"ids": ["a", "b"], "text": "{to} stays", "to": "+1"}
    shape = {"ids": "{ids}", "deep": [{"say": "<{text}>"}], "n": 1, "odd": "{Not a place}"}
    assert filled(shape, values) == {
        "ids": ["a", "b"],
        "deep": [{"say": "<{to} stays>"}],
        "n": 1,
        "odd": "{Not a place}",
    }


def test_paths_lead_through_tables_and_lists() -> None:
    value = {"data": [{"id": 7}, {"ok": True}]}
    assert text_at(value, "data.0.id") == "7"
    assert text_at(value, "data.1.ok") == "true"
    assert found_at(value, "") is value
    for path in ("data.2.id", "data.x", "data.0.id.more", "", "data"):
        assert text_at(value, path) == ""

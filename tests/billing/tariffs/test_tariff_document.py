"""One content in three forms is one document; no float passes."""

from __future__ import annotations

import json

import pytest
from hypothesis import given
from hypothesis import strategies as st

from billing.canonical import canonical_json
from billing.errors import TariffFileError
from billing.tariffs.tariff_document import document_of

TOML = 'tariff = "x"\n[valid]\nfrom = 2025-01-01\n[[charges]]\nid = "E"\nprice = "0.30"\nn = 3\n'
YAML = 'tariff: x\nvalid: {from: 2025-01-01}\ncharges: [{id: E, price: "0.30", n: 3}]\n'
JSON = json.dumps(
    {
        "tariff": "x",
        "valid": {"from": "2025-01-01"},
        "charges": [{"id": "E", "price": "0.30", "n": 3}],
    }
)


def test_three_forms_of_one_content_are_one_document() -> None:
    found = [document_of(TOML, ".toml"), document_of(YAML, ".yaml"), document_of(JSON, ".json")]
    assert found[0] == found[1] == found[2] == document_of(YAML, ".YML")
    assert document_of("\ufeff" + YAML, ".yaml") == found[1]


@pytest.mark.parametrize(
    ("text", "ending", "said"),
    [
        ("a: [1, {b: 1.2345}]", ".yaml", 'a[2].b: is a float; write it as a string: "1.2345"'),
        ("a = 1.50", ".toml", 'a: is a float; write it as a string: "1.50"'),
        ('{"a": 1e3}', ".json", 'a: is a float; write it as a string: "1e3"'),
        ('{"a": NaN}', ".json", 'a: is a float; write it as a string: "NaN"'),
        ('{"a": ' + "9" * 5000 + "}", ".json", "a: is a float"),
        ("a = nan", ".toml", "a: is a float"),
        ("a: 1", ".xml", "file: must end in one of .yaml, .yml, .json, .toml, not '.xml'"),
        ("a: 1", "", "file: must end in one of"),
        ("{", ".json", "file: not JSON"),
        ("[1]", ".json", "file: not JSON: it is no table"),
        ('{"a": 1, "a": 2}', ".json", "file: not JSON: 'a' stands twice"),
        ("[" * 100_000, ".json", "file: not JSON"),
        ("a = ", ".toml", "file: not TOML"),
        ("a: [", ".yaml", "file: not YAML"),
        ('{"a": "\\ud800"}', ".json", "half a sign"),
        ('{"a": "' + "x" * 600_000 + '"}', ".json", "longer than"),
    ],
)
def test_what_is_no_document_is_refused(text: str, ending: str, said: str) -> None:
    with pytest.raises(TariffFileError) as caught:
        document_of(text, ending)
    assert said in caught.value.problems[0]


def test_the_least_and_the_greatest_whole_number_are_read() -> None:
    least, greatest = -(2**63), 2**63 - 1
    document: dict[str, object] = {"least": least, "greatest": greatest}
    assert document_of(canonical_json(document), ".json") == document
    with pytest.raises(TariffFileError, match=f'write it as a string: "{least - 1}"'):
        document_of(f'{{"less": {least - 1}}}', ".json")


VALUES = st.recursive(
    st.none()
    | st.booleans()
    | st.integers(-(2**60), 2**60)
    | st.text(st.characters(codec="utf-8")),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text("abc"), inner, max_size=3),
    max_leaves=8,
)


@given(st.dictionaries(st.text("abc", min_size=1), VALUES, max_size=4))
def test_a_document_reads_back_from_its_canonical_json(document: dict[str, object]) -> None:
    assert document_of(canonical_json(document), ".json") == document

import pytest

from adapters.opcua.node import NodeError, filled, namespace_of, require_name, template_problem


@pytest.mark.parametrize(
    ("template", "name", "node"),
    [
        ("ns=2;s=Meter{meter}.Energy", "7", "ns=2;s=Meter7.Energy"),
        ("ns=2;i={meter}", "1001", "ns=2;i=1001"),
        ("i=2258", "any", "i=2258"),
        ("nsu=urn:maker:meters;s={meter}", "T2 north", "nsu=urn:maker:meters;s=T2 north"),
    ],
)
def test_the_name_of_a_meter_fills_its_node_ids(template: str, name: str, node: str) -> None:
    assert template_problem(template) is None
    assert filled(template, require_name(name)) == node


@pytest.mark.parametrize(
    "template", ["", "Meter7", "ns=2;x=7", "ns=2;s={meter}{meter}", "s={point}"]
)
def test_what_is_no_node_id_is_named(template: str) -> None:
    assert "ns=2;s=Meter{meter}.Energy" in (template_problem(template) or "")


@pytest.mark.parametrize("name", ["", "a;b", "{meter}", "a\nb", 7, None, "x" * 101])
def test_what_names_no_meter_is_refused(name: object) -> None:
    with pytest.raises(NodeError, match="names no meter"):
        require_name(name)


@pytest.mark.parametrize(
    ("template", "name"), [("ns=2;i={meter}", "north"), ("ns=2;i={meter}", "4294967296"),
                           ("g={meter}", "1001")]
)  # fmt: skip
def test_a_name_that_makes_no_node_id_is_refused(template: str, name: str) -> None:
    with pytest.raises(NodeError, match="does not fit"):
        filled(template, name)


def test_a_namespace_by_name_is_told_from_one_by_number() -> None:
    assert namespace_of("nsu=urn:maker;s=a;b") == ("urn:maker", "s=a;b")
    assert namespace_of("ns=2;s=a") == ("", "ns=2;s=a")

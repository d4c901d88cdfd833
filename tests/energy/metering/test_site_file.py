"""Site files: every problem is named with its place, and nothing brings the checker down."""

from __future__ import annotations

import copy
import tomllib
from collections.abc import Callable, Iterator
from datetime import UTC, date, datetime
from functools import cache
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from energy.base.errors import EnergyError
from energy.metering.channel import ChannelFacts
from energy.metering.site_file import SitePlan, read_site
from tests.examples import tried
from tests.fixtures.meters import counter_facts, gauge_facts

ROOT = Path(__file__).resolve().parents[3]
SMALL = Path(__file__).with_name("small_site.toml")
DEMO = ROOT / "simulator" / "sites" / "cambridge" / "site.toml"
Document = dict[str, Any]


class NoSuchQuantityError(EnergyError):
    """A profile lacks a quantity."""


def facts(profile: str, quantity: str) -> ChannelFacts:
    known = {"active_energy_import": counter_facts(), "active_power": gauge_facts()}
    if profile not in {"abb_b23_b24", "eastron_sdm630"} or quantity not in known:
        raise NoSuchQuantityError(f"profile {profile!r} has no quantity {quantity!r}")
    return known[quantity]


@cache
def _demo() -> Document:
    return tomllib.loads(DEMO.read_text(encoding="utf-8"))


def demo() -> Document:
    return copy.deepcopy(_demo())


def small() -> Document:
    """Return a site of two meters."""
    return tomllib.loads(SMALL.read_text(encoding="utf-8"))


def problems(document: Document) -> list[str]:
    plan, found = read_site(document, facts)
    assert (plan is None) == bool(found)
    return found


def test_demo_site_has_no_problem() -> None:
    assert problems(demo()) == []


def test_small_site_is_read_as_it_stands() -> None:
    plan, found = read_site(small(), facts)
    assert found == []
    assert isinstance(plan, SitePlan)
    one, two = plan.meters
    assert [f.quantity for f in one.channels] == ["active_energy_import", "active_power"]
    assert (two.since, two.planned) == (datetime(2019, 2, 1, tzinfo=UTC), True)
    assert (two.channels[0].modulus, two.channels[0].grid_s) == (10**8, 900)


WRONG: dict[str, tuple[Callable[[Document], Any], str]] = {
    "no site": (lambda d: d.pop("site"), "[site] is missing"),
    "unknown part": (lambda d: d.update(metter=[]), "file: unknown key `metter`"),
    "unknown zone": (
        lambda d: d["site"].update(zone="Europe/Lundon"),
        "'Europe/Lundon' is unknown",
    ),
    "unknown language": (
        lambda d: d["site"].update(language="fr"),
        "language 'fr' is none of en, zh",
    ),
    "no currency": (lambda d: d["site"].pop("currency"), "`currency` is missing"),
    "unknown site key": (lambda d: d["site"].update(town="x"), "[site]: unknown key `town`"),
    "place twice": (lambda d: d["place"].append(d["place"][0]), "place 'b1' stands twice"),
    "place without parent": (lambda d: d["place"][0].update(parent="x"), "parent 'x' is no place"),
    "circle": (lambda d: d["place"][0].update(parent="b1"), "go round in a circle"),
    "area": (lambda d: d["place"][0].update(area_m2=1.5), 'write "1.5"'),
    "source kind": (lambda d: d["source"][0].update(kind="smoke"), "kind 'smoke' is unknown"),
    "source port": (lambda d: d["source"][0].update(port=70000), "`port` is above 65535"),
    "source host": (lambda d: d["source"][0].pop("host"), "`host` is missing"),
    "source topic": (lambda d: d["source"][0].update(kind="mqtt"), "`topic` is missing"),
    "source key": (lambda d: d["source"][0].update(speed=9600), "unknown key `speed`"),
    "point twice": (lambda d: d["meter"][1].update(point="m1"), "meter point 'm1' stands twice"),
    "serial twice": (lambda d: d["meter"][1].update(serial="E1"), "meter serial 'E1' stands twice"),
    "address twice": (
        lambda d: d["meter"][1].update(address={"unit": 1}),
        "has the address of 'm1'",
    ),
    "no address": (lambda d: d["meter"][0].pop("address"), "`address` is missing"),
    "unknown place": (lambda d: d["meter"][0].update(place="b9"), "place 'b9' is no place"),
    "unknown source": (lambda d: d["meter"][0].update(source="x"), "source 'x' is no source"),
    "utility": (lambda d: d["meter"][0].update(utility="sun"), "utility 'sun' is none of"),
    "float multiplier": (lambda d: d["meter"][0].update(multiplier=0.1), 'write "0.1"'),
    "zero multiplier": (lambda d: d["meter"][0].update(multiplier="0"), "is not above zero"),
    "huge multiplier": (lambda d: d["meter"][0].update(multiplier="1e9999999"), "no exact number"),
    "uneven multiplier": (
        lambda d: d["meter"][1].update(multiplier="1/7"),
        "no whole number of base units",
    ),
    "profile": (lambda d: d["meter"][0].update(profile="x"), "profile 'x' has no quantity"),
    "quantity": (lambda d: d["meter"][0].update(quantities=["x"]), "has no quantity 'x'"),
    "quantity twice": (
        lambda d: d["meter"][0].update(quantities=["active_power", "active_power"]),
        "quantity 'active_power' stands twice",
    ),
    "no channels": (lambda d: d["meter"][0].pop("quantities"), "neither `quantities` nor"),
    "channels": (lambda d: d["meter"][1].update(channels="x"), "`channels` is no list"),
    "unit": (lambda d: d["meter"][1]["channels"][0].update(unit="kWh"), "'kWh' is not a quantity"),
    "kind": (lambda d: d["meter"][1]["channels"][0].update(kind="x"), "'x' is not a valid Kind"),
    "modulus": (lambda d: d["meter"][1]["channels"][0].update(modulus=1), "no count above 1"),
    "large modulus": (
        lambda d: d["meter"][1]["channels"][0].update(modulus=2**64),
        "Leave the modulus out",
    ),
    "resolution": (
        lambda d: d["meter"][1]["channels"][0].pop("resolution"),
        "`resolution` = None is no exact number",
    ),
    "grid": (lambda d: d["meter"][1]["channels"][0].update(grid_s=420), "divides the hour"),
    "grid text": (lambda d: d["meter"][1]["channels"][0].update(grid_s="x"), "no whole number"),
    "billing": (lambda d: d["meter"][1]["channels"][0].update(billing="yes"), "neither true"),
    "since": (lambda d: d["meter"][0].update(since="2019"), "`since` is no date"),
    "planned": (lambda d: d["meter"][0].update(planned=1), "neither true nor false"),
    "node point": (lambda d: d["supply"][0]["nodes"][1].update(point="x"), "'x' is no meter"),
    "node sensor": (
        lambda d: d["supply"][0]["nodes"][1].update(sensors=["x"]),
        "sensor 'x' is no point of this site",
    ),
    "node sensors": (lambda d: d["supply"][0]["nodes"][1].update(sensors="x"), "no list of texts"),
    "node rating": (
        lambda d: d["supply"][0]["nodes"][1].update(rated_w="0"),
        "`rated_w` = '0' is not above zero",
    ),
    "edge": (lambda d: d["supply"][0].update(edges=[["grid", "x"]]), "x is no node"),
    "edge of three": (
        lambda d: d["supply"][0].update(edges=[["grid", "n1", "n1"]]),
        "does not join",
    ),
    "supply utility": (lambda d: d["supply"][0].update(utility="x"), "utility is none of"),
    "attribute": (
        lambda d: d["place"][0].update(attributes={"headcount": 1.5}),
        "`headcount` = 1.5 is a float",
    ),
    "attributes": (lambda d: d["place"][0].update(attributes=["x"]), "is no table like"),
    "supply date": (lambda d: d["supply"][0].pop("valid_from"), "`valid_from` is no date"),
    "supply twice": (lambda d: d["supply"].append(d["supply"][0]), "'electricity' stands twice"),
}


def from_file(document: Document) -> Document:
    """Let the second meter's readings come in files."""
    document["source"].append({"key": "sheets", "kind": "file"})
    meter = document["meter"][1]
    meter["source"] = "sheets"
    del meter["profile"], meter["address"]
    return document


def test_a_meter_read_from_files_needs_neither_profile_nor_address() -> None:
    plan, found = read_site(from_file(small()), facts)
    assert found == []
    assert plan is not None
    assert (plan.meters[1].profile, plan.meters[1].address) == ("file", {"file": "m2"})
    wrong = from_file(small())
    wrong["meter"][1]["quantities"] = ["volume"]
    assert problems(wrong) == [
        "meter 'm2': `quantities` are those of a profile: name it, or state `channels`"
    ]


def test_whole_numbers_may_be_written_as_text() -> None:
    document = small()
    document["meter"][1]["channels"][0].update(modulus="100000000", grid_s="900")
    plan, found = read_site(document, facts)
    assert found == []
    assert plan is not None
    assert (plan.meters[1].channels[0].modulus, plan.meters[1].channels[0].grid_s) == (10**8, 900)


FIRST: dict[str, tuple[Callable[[Document], Any], list[str]]] = {
    "place key": (lambda d: d["place"][0].pop("key"), ["place 1: `key` is missing or no text"]),
    "source key": (
        lambda d: d["source"][0].update(key="bus"),
        ["meter 'm1': source 'modbus-1' is no source of this file; 1 more name it"],
    ),
    "profile": (
        lambda d: d["meter"][0].pop("profile"),
        ["meter 'm1': `profile` is missing or no text"],
    ),
    "quantity of a rule": (
        lambda d: d["meter"][0].update(quantities=["active_powr"]),
        ["meter 'm1': profile 'abb_b23_b24' has no quantity 'active_powr'"],
    ),
}


@pytest.mark.parametrize("case", list(FIRST))
def test_a_problem_is_told_once_and_not_what_follows_from_it(case: str) -> None:
    break_it, told = FIRST[case]
    document = small()
    break_it(document)
    assert problems(document) == told


@pytest.mark.parametrize("case", list(WRONG))
def test_wrong_site_file_names_its_problem(case: str) -> None:
    break_it, told = WRONG[case]
    document = small()
    break_it(document)
    found = problems(document)
    assert any(told in problem for problem in found), found


def test_every_problem_is_named_at_once() -> None:
    document = small()
    for case in ("unknown language", "source port", "profile", "supply date"):
        WRONG[case][0](document)
    found = problems(document)
    for case in ("unknown language", "source port", "profile", "supply date"):
        assert any(WRONG[case][1] in problem for problem in found), case


def test_grid_of_an_hour_is_refused_where_clocks_move_by_half_an_hour() -> None:
    document = small()
    document["site"]["zone"] = "Australia/Lord_Howe"
    assert problems(document) == []
    document["meter"][1]["channels"][0]["grid_s"] = 3600
    assert any("Use grid_s = 900" in problem for problem in problems(document))
    document["site"]["zone"] = "Europe/London"
    assert problems(document) == []


def places(value: Any, path: tuple[Any, ...] = ()) -> Iterator[tuple[Any, ...]]:
    """Yield the path of every value inside a document."""
    if path:
        yield path
    inside: list[tuple[Any, Any]] = []
    if isinstance(value, dict):
        inside = list(value.items())
    elif isinstance(value, list):
        inside = list(enumerate(value))
    for key, each in inside:
        yield from places(each, (*path, key))


junk = st.one_of(
    st.booleans(),
    st.integers(-5, 5),
    st.floats(allow_nan=True),
    st.sampled_from(["", "x", "1e9", "nan", "-1", "0", "a\nb", "m1", "b1"]),
    st.just([]),
    st.just({}),
    st.just([1]),
    st.just([["grid"]]),
    st.just([{"key": ["x"]}]),
    st.just(date(2019, 1, 1)),
    st.just(datetime(2019, 1, 1)),  # noqa: DTZ001 - naive on purpose
)


@tried(60)
@given(st.data())
def test_no_content_brings_the_checker_down(data: st.DataObject) -> None:
    document = small()
    for _ in range(data.draw(st.integers(1, 2))):
        *path, last = data.draw(st.sampled_from(list(places(document))))
        inside: Any = document
        for step in path:
            inside = inside[step]
        inside[last] = copy.deepcopy(data.draw(junk))
    problems(document)

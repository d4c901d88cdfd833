"""[[rule]] tables: every kind is read, every problem is told with its place."""

from __future__ import annotations

import re
from fractions import Fraction
from typing import Any
from zoneinfo import ZoneInfo

import pytest

from energy.alerting.rules.kinds import WatchedChannel, specs_of
from energy.alerting.rules.spec import RuleKind
from energy.alerting.rules.tables import SiteFacts, read_rule_tables
from energy.alerting.rules.threshold import Threshold
from energy.base.ids import id_of
from energy.base.text import tell
from energy.base.toml_text import toml_of
from energy.metering.channel import Kind

LONDON = ZoneInfo("Europe/London")


def channel(point: str, quantity: str, unit: str, kind: Kind = Kind.GAUGE) -> WatchedChannel:
    return WatchedChannel(
        number=0,
        point=point,
        quantity=quantity,
        kind=kind,
        utility="electricity",
        unit=unit,
        per_count=Fraction(1, 10),
    )


CHANNELS = [
    channel("m1", "active_power", "W"),
    channel("m2", "active_power", "W"),
    channel("m1", "active_energy_import", "kWh", Kind.COUNTER),
    channel("m1", "power_factor", "1"),
    channel("m1", "residual_current", "uA"),
    channel("m1", "breaker_state", "1", Kind.STATE),
    *(channel("m1", f"current_l{n}", "A") for n in (1, 2, 3)),
]
SITE = SiteFacts(channels=CHANNELS, zone=LONDON)


def read(text: str, facts: SiteFacts = SITE) -> tuple[list[dict[str, Any]], list[str]]:
    return read_rule_tables(toml_of(text), facts)


def table(rows: str, key: str = "load") -> str:
    return f'[[rule]]\nkey = "{key}"\nname = "Load"\nseverity = "high"\n{rows}\n'


def test_threshold_of_a_point_is_as_it_always_was() -> None:
    told = 'point = "m1"\nquantity = "active_power"\nabove = 1200\ndeadband = "50.5"\ndelay_s = 900'
    (spec,), problems = read(table(told))
    assert problems == []
    assert spec == {
        "kind": "threshold",
        "key": "load",
        "name": "Load",
        "severity": "high",
        "channel": 0,
        "subject": {"points": ["m1"], "quantity": "active_power"},
        "delay_s": 900,
        "fresh_s": 900,
        "terms": {"above": "1200", "deadband": "50.5"},
    }
    (made,) = specs_of(id_of("r"), spec | {"version": 1}, LONDON, dict(enumerate(CHANNELS, 1)))
    assert made.terms == Threshold(above=12_000, deadband=505)


EVERY_KIND = {
    RuleKind.THRESHOLD: 'quantity = "active_power"\nbelow = "5"',
    RuleKind.RATE: 'quantity = "active_power"\nrise = "500"\nper_s = 60',
    RuleKind.STATE: 'quantity = "breaker_state"\nstates = [2]',
    RuleKind.STUCK: 'quantity = "active_energy_import"\nfor_s = 3600\nwithin = "0.2"',
    RuleKind.ZERO: 'quantity = "active_power"\nwithin = "1"\ndelay_s = 3600',
    RuleKind.IMBALANCE: 'quantities = ["current_l1", "current_l2", "current_l3"]\nabove = "30"',
    RuleKind.DEMAND: 'point = "m1"\nquantity = "active_energy_import"\nabove = "1200"',
    RuleKind.MISSING: 'utility = "electricity"\nfor_s = 900',
    RuleKind.COMMUNICATION: 'source = "bus"\nfor_s = 600',
    RuleKind.BALANCE: 'utility = "electricity"\nabove = "3.5"',
    RuleKind.BUDGET: 'node = "place:t1"\nabove = "105"',
    RuleKind.PREPAID: 'below = "20.00"\ndeadband = "5"',
    RuleKind.CERTIFICATE: "below = 30",
    RuleKind.BASELINE: 'quantity = "active_energy_import"\nabove = "30"\nbelow = "40"',
    RuleKind.COMBINATION: 'all_of = ["other"]\nwithin_s = 300',
}


@pytest.mark.parametrize("kind", RuleKind)
def test_every_kind_is_read_and_can_be_evaluated(kind: RuleKind) -> None:
    text = table(f'kind = "{kind}"\n{EVERY_KIND[kind]}')
    (spec,), problems = read(text, SiteFacts(channels=CHANNELS, zone=LONDON, keys=["other"]))
    assert problems == []
    assert specs_of(id_of("r"), spec | {"version": 1}, LONDON, dict(enumerate(CHANNELS, 1)))


def test_preset_gives_what_the_table_leaves_out() -> None:
    (spec,), problems = read('[[rule]]\nkey = "pf"\nname = "PF"\npreset = "power_factor"\n')
    assert problems == []
    assert (spec["severity"], spec["delay_s"]) == ("medium", 900)
    assert spec["terms"] == {"below": "0.9", "deadband": "0.02"}
    (spec,), _ = read(table('preset = "current_imbalance"\nabove = "20"'))
    assert (spec["kind"], spec["terms"]["above"]) == ("imbalance", "20")
    assert len(spec["subject"]["quantities"]) == 3


def test_hours_first_day_and_switch_are_kept() -> None:
    told = (
        'quantity = "active_power"\nabove = 5\nhours = ["mon-fri 22:00-06:00"]\n'
        "holidays = [2026-12-25]\nvalid_from = 2026-07-01\nenabled = false"
    )
    (spec,), problems = read(table(told))
    assert problems == []
    assert spec["calendar"] == {"hours": ["mon-fri 22:00-06:00"], "holidays": ["2026-12-25"]}
    assert spec["valid_from"] == "2026-06-30T23:00:00+00:00", "midnight in London"
    assert spec["enabled"] is False


P = 'point = "m1"\n'
Q = 'quantity = "active_power"\n'
WRONG = {
    "quantity": (f'{P}quantity = "x"\nabove = 5', "'m1' has no channel 'x'"),
    "point": (f'{Q}point = "x"\nabove = 5', "'x' has no channel 'active_power'"),
    "counter": (f'{P}quantity = "active_energy_import"\nabove = 5', "that a rule of this kind"),
    "no quantity": (f"{P}above = 5", "`quantity` is missing"),
    "severity": (f'{P}{Q}above = 5\nseverity = "x"', "severity is none of low, medium"),
    "float": (f"{P}{Q}above = 1.5", 'write "1.5"'),
    "no limit": (f"{P}{Q}deadband = 1", "one of these is needed: above, below"),
    "delay": (f"{P}{Q}above = 5\ndelay_s = -1", "`delay_s` = -1 is no whole number"),
    "kind": (f'{P}{Q}kind = "x"', "kind 'x' is none of threshold, rate_of_change"),
    "unknown": (f"{P}{Q}above = 5\nlimit = 5", "unknown key `limit`"),
    "of another kind": (f"{P}{Q}above = 5\nfor_s = 5", "unknown key `for_s`"),
    "preset": (f'{P}preset = "x"', "preset 'x' is none of power_factor"),
    "unit": (f'{P}preset = "residual_current"', "the channel is in 'uA': state the limit"),
    "preset kind": ('kind = "zero"\npreset = "power_factor"', "is of kind threshold"),
    "hours": (f'{P}{Q}above = 5\nhours = ["always"]', "'always' are no hours"),
    "day": (f'{P}{Q}above = 5\nvalid_from = "x"', "`valid_from` = 'x' is no day"),
    "switch": (f'{P}{Q}above = 5\nenabled = "no"', "neither true nor false"),
    "others": ('kind = "combination"\nall_of = ["x"]', "`all_of`: 'x' is no other rule"),
    "itself": ('kind = "combination"\nany_of = ["load"]', "'load' is no other rule"),
    "nobody": ('kind = "combination"\nnone_of = ["other"]', "one of these is needed: all_of"),
}


@pytest.mark.parametrize("case", WRONG)
def test_what_is_wrong_is_told_with_its_place(case: str) -> None:
    rows, said = WRONG[case]
    text = table(rows)
    if "severity =" in rows:
        text = text.replace('severity = "high"\n', "")
    found, problems = read(text)
    assert any(said in each and each.startswith("rule 'load': ") for each in problems), problems
    assert found == []


def test_a_preset_for_a_channel_that_is_not_there_lacks_nothing_else() -> None:
    rule = '[[rule]]\nkey = "l"\nname = "L"\npreset = "residual_current"\npoint = "x"\n'
    (problem,) = read(rule)[1]
    assert problem.startswith("rule 'l': 'x' has no channel")
    blind = SiteFacts(channels=None, zone=LONDON)
    assert read(rule, blind)[1] == []


@pytest.mark.parametrize("case", WRONG)
def test_what_is_wrong_is_told_in_chinese_too(case: str) -> None:
    rows, _ = WRONG[case]
    text = table(rows)
    if "severity =" in rows:
        text = text.replace('severity = "high"\n', "")
    problems = read(text)[1] + read('rule = "x"')[1] + read(table(P) * 2)[1]
    english = re.compile(r"[a-z]{2,}(?: [a-z]{2,}){2,}")
    for problem in problems:
        told = str(tell("why.definition.row", problem=problem).told("zh"))
        assert english.search(told) is None, told
        assert re.search("[\u4e00-\u9fff]", told)


def test_rule_twice_and_tables_that_are_none() -> None:
    once = table(f"{P}{Q}above = 5")
    assert read(once + once)[1] == ["rule 'load' stands twice"]
    assert read('rule = "x"')[1] == ["rule: write it as [[rule]] tables"]


def test_where_the_meters_cannot_be_read_only_the_table_itself_is_judged() -> None:
    blind = SiteFacts(channels=None, zone=LONDON)
    assert read(table('point = "x"\nquantity = "y"\nabove = 5'), blind)[1] == []
    assert read(table('point = "x"\nquantity = "y"\nabove = 1.5'), blind)[1] != []
    doubtful = SiteFacts(channels=CHANNELS, zone=LONDON, doubtful=["x"])
    assert read(table(f'{Q}point = "x"\nabove = 5'), doubtful)[1] == []


def test_a_dead_source_or_gateway_is_a_rule_that_cuts() -> None:
    for of in ("source", "gateway"):
        (spec,), problems = read(f'[[rule]]\nkey = "d"\nname = "D"\npreset = "dead_{of}"\n')
        assert problems == []
        assert (spec["subject"], spec["terms"], spec["cuts"]) == ({"of": of}, {"for_s": 300}, True)
    _, problems = read(
        '[[rule]]\nkey = "d"\nname = "D"\nseverity = "high"\nkind = "communication"\n'
        'for_s = 60\nof = "bus"\n'
    )
    assert problems == ["rule 'd': of 'bus' is none of device, source, gateway"]


def test_a_camera_is_a_page_without_a_password() -> None:
    for camera in ("https://cam.example/f0?x=1", "http://10.0.0.7:8080"):
        (spec,), problems = read(table(f'{P}{Q}above = 5\ncamera = "{camera}"'))
        assert (spec["camera"], problems) == (camera, [])
    wrong = ("javascript:alert(1)", "https://me:secret@cam.example/", "cam.example", "https://a b")
    for camera in wrong:
        _, problems = read(table(f'{P}{Q}above = 5\ncamera = "{camera}"'))
        assert problems == [
            f"rule 'load': `camera` = {camera!r} is no address of a page (https://...)"
        ]
    assert read(table(f"{P}{Q}above = 5\ncamera = 7"))[1] == [
        "rule 'load': `camera` is missing or no text"
    ]

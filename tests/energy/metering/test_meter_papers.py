"""Papers prove a meter and change no count."""

from __future__ import annotations

from datetime import date
from fractions import Fraction
from typing import Any

import pytest

from energy.metering.meter_papers import PAPER_TOPICS, MeterPapers, PapersError, papers_id
from tests.fixtures.batches import at
from tests.fixtures.postgres import command


@pytest.fixture
def papers() -> MeterPapers:
    return MeterPapers(site="town", point="m1", command_id=command("papers"))


def control(papers: MeterPapers, minute: int, count: int, display: str, **changes: Any) -> Fraction:
    stated: dict[str, Any] = {
        "at": at(minute),
        "serial": "G-1",
        "channel": 1,
        "count": count,
        "resolution": Fraction(1, 100),
        "display": Fraction(display),
        "slack": Fraction(1, 50),
        "reason": "",
        "record": {},
        "command_id": command("control", minute),
    }
    return papers.control(**{**stated, **changes})


def test_the_papers_of_a_point_are_named_by_site_and_point(papers: MeterPapers) -> None:
    assert papers.id == papers_id("town", "m1") != papers_id("town", "m2")


def test_a_certificate_ends_after_its_test_and_names_its_laboratory(papers: MeterPapers) -> None:
    said: dict[str, Any] = {
        "at": at(0),
        "serial": "S-1",
        "certificate": "ab" * 32,
        "laboratory": "PTB",
        "tested_on": date(2026, 1, 1),
        "valid_until": date(2034, 1, 1),
        "error_percent": Fraction("-0.12"),
        "record": {},
        "command_id": command("calibrate"),
    }
    with pytest.raises(PapersError, match="not after the test"):
        papers.calibrate(**{**said, "valid_until": date(2026, 1, 1)})
    with pytest.raises(PapersError, match="Name the laboratory"):
        papers.calibrate(**{**said, "laboratory": " "})
    papers.calibrate(**said)
    assert papers.seen(command("calibrate"))


def test_a_record_is_closed_by_a_photo_only(papers: MeterPapers) -> None:
    with pytest.raises(PapersError, match="--photo FILE"):
        papers.close_record(
            at=at(0),
            serial="S-1",
            act="commissioned",
            act_at=at(0),
            sheets=[],
            record={},
            command_id=command("close"),
        )


def test_the_first_control_anchors_the_display_and_a_faithful_one_changes_nothing(
    papers: MeterPapers,
) -> None:
    assert control(papers, 0, 1_000, "4711.5") == 0
    assert papers.offsets["G-1"] == (Fraction("4701.5"), at(0))
    assert control(papers, 60, 1_250, "4714.01") == 0
    assert papers.offsets["G-1"] == (Fraction("4701.5"), at(60))


def test_lost_pulses_are_a_drift_and_the_display_is_anchored_anew(papers: MeterPapers) -> None:
    control(papers, 0, 1_000, "4711.5")
    assert control(papers, 60, 1_250, "4716.5") == Fraction("2.5")
    assert papers.offsets["G-1"] == (Fraction("4704"), at(60))
    assert control(papers, 120, 1_300, "4717") == 0


def test_a_control_comes_after_the_one_before(papers: MeterPapers) -> None:
    control(papers, 5, 1_000, "4711.5")
    with pytest.raises(PapersError, match="not after the last control"):
        control(papers, 5, 1_000, "4711.5")


def test_another_meter_at_the_point_is_anchored_by_itself(papers: MeterPapers) -> None:
    control(papers, 0, 1_000, "4711.5")
    assert control(papers, 9, 3, "0.5", serial="G-2") == 0
    assert papers.offsets["G-2"] == (Fraction("0.47"), at(9))


def test_a_box_that_turned_over_has_lost_nothing(papers: MeterPapers) -> None:
    turning: dict[str, Any] = {"modulus": 10_000}
    control(papers, 0, 9_900, "4800.5", **turning)
    assert papers.offsets["G-1"][0] == Fraction("4701.5")
    assert control(papers, 60, 150, "4803", **turning) == 0
    assert papers.offsets["G-1"][0] == Fraction("4801.5")
    shown: dict[str, Any] = {"resolution": Fraction(1, 100), "modulus": 10_000}
    assert papers.display_at("G-1", 250, **shown) == Fraction("4804")
    assert control(papers, 120, 250, "4805", **turning) == 1, "pulses were lost all the same"


def test_between_two_controls_a_turned_box_still_tells_its_display(papers: MeterPapers) -> None:
    control(papers, 0, 9_900, "4800.5", modulus=10_000)
    shown: dict[str, Any] = {"resolution": Fraction(1, 100), "modulus": 10_000}
    assert papers.display_at("G-1", 50, **shown) == Fraction("4802")
    assert papers.display_at("G-1", 9_950, **shown) == Fraction("4801")
    assert papers.display_at("G-9", 9_950, **shown) is None


def test_the_topics_of_papers_are_those_of_their_events() -> None:
    events = (
        MeterPapers.Created,
        MeterPapers.Calibrated,
        MeterPapers.RecordClosed,
        MeterPapers.Controlled,
        MeterPapers.MultiplierProved,
        MeterPapers.FactsStated,
    )
    assert {event.TOPIC for event in events} == PAPER_TOPICS

"""The words after `scripts/up`."""

from __future__ import annotations

import pytest

from energy.base.errors import RefusedError
from processes.demo_site import AirportDemo, Cambridge
from processes.up_arguments import arguments_of, chosen_site


def test_without_words_it_is_the_campus() -> None:
    assert chosen_site(arguments_of([])) == Cambridge()


def test_an_airport_has_300_metering_points_unless_said_otherwise() -> None:
    assert chosen_site(arguments_of(["--site", "airport"])) == AirportDemo(meters=300)
    words = ["--site", "airport", "--meters", "5000", "--seed", "0", "--interval-s", "10"]
    assert chosen_site(arguments_of([*words, "--faults", "many"])) == AirportDemo(
        meters=5000, seed=0, faults="many", interval_s=10
    )


def test_the_campus_has_the_meters_it_has() -> None:
    with pytest.raises(RefusedError, match=r"--meters, --faults is for --site airport"):
        chosen_site(arguments_of(["--meters", "40", "--faults", "none"]))


def test_a_word_that_means_nothing_ends_the_program(capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit):
        arguments_of(["--site", "harbour"])
    assert "harbour" in capsys.readouterr().err

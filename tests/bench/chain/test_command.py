"""A few meters, a few crossings, a small storm: the bench tells every part of the way."""

from __future__ import annotations

import json

import pytest

from bench.__main__ import main
from bench.chain.crossings import PARTS
from bench.chain.place import COMMON

pytestmark = pytest.mark.servers


def test_each_crossing_is_timed_and_each_alert_of_a_storm_is_raised_once(
    capsys: pytest.CaptureFixture[str],
) -> None:
    few = ["--meters", "20", "--crossings", "3", "--every-s", "0.1", "--settle-s", "0.1"]
    only = ["--only", "woken", "--only", "storm", "--storm-s", "2"]
    assert main(["alerts", *few, *only, "--json"]) == 0
    printed = capsys.readouterr().out
    told = json.loads(printed[printed.index("{\n") :])
    assert told["woken"]["told"] == told["woken"]["planted"] == 3
    spans = {part["name"]: part["p50_ms"] for part in told["woken"]["parts"]}
    assert list(spans) == list(PARTS)
    assert spans["whole"] > spans["spool"] > 0
    assert (told["storm"]["raised"], told["storm"]["twice"]) == (20 * len(COMMON), 0)
    assert told["storm"]["messages"] >= told["storm"]["causes"] == len(COMMON)
    assert told["machine"]["load at the end"]

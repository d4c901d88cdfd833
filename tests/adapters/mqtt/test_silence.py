from __future__ import annotations

import pytest
from structlog.testing import capture_logs

from adapters.mqtt.silence import Silence


def test_a_silence_is_told_once_and_its_end_too() -> None:
    silence = Silence("pulses-1", 60.0, 0.0)
    with capture_logs() as rows:
        for now_s in (0.0, 60.0, 61.0, 120.0):
            silence.look(now_s)
        silence.heard(121.0)
        silence.look(122.0)
        silence.look(181.5)
    assert [row["event"] for row in rows] == [
        "mqtt.silent_source",
        "mqtt.source_speaks_again",
        "mqtt.silent_source",
    ]
    assert (rows[0]["source"], rows[0]["silent_s"], rows[0]["limit_s"]) == ("pulses-1", 61, 60.0)


@pytest.mark.parametrize(("limit_s", "silent"), [(0.0, False), (10.0, True)])
def test_without_a_limit_nobody_is_too_silent(limit_s: float, silent: bool) -> None:
    assert Silence("a", limit_s, 0.0).too_long(1e9) is silent

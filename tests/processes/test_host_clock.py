from __future__ import annotations

import sys

import pytest

from processes.host_clock import host_clock


def test_the_kernel_tells_where_it_can_be_asked() -> None:
    told = host_clock()
    if sys.platform.startswith("linux"):
        assert told is None or told.most_error_us >= 0
    else:
        assert told is None


def test_elsewhere_nobody_is_asked(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("processes.host_clock.sys.platform", "win32")
    assert host_clock() is None

"""In: every test's report. Out: in CI a skip for a missing program is a failure. Pure.

TimescaleDB and Citus are excepted: such a skip's reason starts with `timescale:` or `citus:`.
Fixtures of one concern live in a `conftest.py` of that concern's folder. Properties are tried
on the same examples every time, whatever the machine's load.
"""

from __future__ import annotations

import gc
import os
from collections.abc import Generator
from pathlib import Path
from typing import Any

import pytest
import structlog
from hypothesis import settings

from tests.examples import examples
from tests.fast_set import is_fast_run, left_out
from tests.spread import put_in_order, scope_of

settings.register_profile(
    "meterline", deadline=None, derandomize=True, database=None, max_examples=examples()
)
settings.load_profile("meterline")

EXCUSED = ("timescale:", "citus:")


def is_ci(environment: dict[str, str] | os._Environ[str]) -> bool:
    """Return whether the run is a continuous-integration one."""
    return environment.get("CI", "").lower() == "true"


def reason_of(report: pytest.TestReport | pytest.CollectReport) -> str:
    """Return why a report was skipped, without pytest's own prefix."""
    reason = report.longrepr[2] if isinstance(report.longrepr, tuple) else str(report.longrepr)
    return reason.removeprefix("Skipped: ")


def forbid_skip(report: pytest.TestReport | pytest.CollectReport) -> None:
    """Turn a skip without an excuse into a failure, in CI only."""
    if report.outcome != "skipped" or hasattr(report, "wasxfail") or not is_ci(os.environ):
        return
    reason = reason_of(report)
    if not reason.startswith(EXCUSED):
        report.outcome = "failed"
        report.longrepr = f"Skipped in CI, where every program is installed: {reason}"


def pytest_ignore_collect(collection_path: Path) -> bool | None:
    """Pass over, unread, what the fast set leaves out."""
    return True if is_fast_run() and left_out(collection_path) else None


@pytest.hookimpl(optionalhook=True)
def pytest_xdist_make_scheduler(config: pytest.Config, log: Any) -> object:
    """Spread the tests over the workers by file, walks of a browser by their parts."""
    if config.getoption("dist") != "loadfile":
        return None
    from xdist.scheduler import LoadFileScheduling

    class Spread(LoadFileScheduling):
        def _split_scope(self, nodeid: str) -> str:
            return scope_of(nodeid)

    return Spread(config, log)


def pytest_collection_modifyitems(config: pytest.Config, items: list[pytest.Item]) -> None:
    """Let several workers begin with what takes long."""
    if hasattr(config, "workerinput"):
        put_in_order(items)


def pytest_runtest_setup() -> None:
    """Let every test log as a program does that has just begun, whatever ran before it."""
    structlog.reset_defaults()


@pytest.hookimpl(wrapper=True)
def pytest_collection() -> Generator[None, object, object]:
    """Look for no rings of objects while tests are collected, nor later in what stays to the end.

    It costs a third of collecting, in every worker; of the fast set a tenth: it never looks.
    """
    gc.disable()
    done = yield
    if not is_fast_run():
        gc.collect()
        gc.enable()
    gc.freeze()
    return done


@pytest.hookimpl(wrapper=True)
def pytest_runtest_makereport() -> Generator[None, pytest.TestReport, pytest.TestReport]:
    """Judge the report of a test."""
    report = yield
    forbid_skip(report)
    return report


@pytest.hookimpl(wrapper=True)
def pytest_make_collect_report() -> Generator[None, pytest.CollectReport, Any]:
    """Judge the report of a whole file that skips itself."""
    report = yield
    forbid_skip(report)
    return report

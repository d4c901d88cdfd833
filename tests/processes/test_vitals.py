from __future__ import annotations

import json
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest

from energy.base.config import Config
from processes.vitals import Health, Vitals, counter, gauge, run_file
from processes.vitals_reads import ProcessSilentError, ask_health
from tests.fixtures.many_sites import fetched


@pytest.fixture
def config(tmp_path: Path) -> Config:
    return Config(data_dir=tmp_path, project_port=0)


@pytest.fixture
def told() -> list[str]:
    return []


@pytest.fixture
def vitals(config: Config, told: list[str]) -> Iterator[Vitals]:
    door = Vitals(
        "project",
        config,
        health=lambda: Health(reasons=tuple(told), facts={"sites": 3}),
        metrics=lambda: [
            gauge("meterline_view_lag_entries", "Behind.", ("site",), [(("a",), 7)]),
            counter("meterline_chore_errors", "Failed.", ("site",), [(("a",), 2)]),
        ],
    )
    door.start()
    yield door
    door.close()


def page(vitals: Vitals, path: str) -> tuple[int, str]:
    return fetched(f"http://127.0.0.1:{vitals.port}{path}")


def test_health_is_well_until_there_is_a_reason(vitals: Vitals, told: list[str]) -> None:
    status, body = page(vitals, "/health")
    assert status == 200
    assert json.loads(body) == {"ok": True, "process": "project", "reasons": [], "sites": 3}
    told.append("a: the spool holds")
    status, body = page(vitals, "/health")
    assert (status, json.loads(body)["reasons"]) == (503, ["a: the spool holds"])


def test_metrics_are_what_the_process_says_at_the_moment(vitals: Vitals) -> None:
    status, body = page(vitals, "/metrics")
    assert status == 200
    assert 'meterline_view_lag_entries{site="a"} 7.0' in body
    assert 'meterline_chore_errors_total{site="a"} 2.0' in body
    assert page(vitals, "/elsewhere")[0] == 404


def test_the_run_file_tells_who_answers_where_until_the_end(vitals: Vitals, config: Config) -> None:
    assert ask_health(config.data_dir, "project")["ok"] is True
    vitals.close()
    assert not run_file(config.data_dir, "project").exists()
    with pytest.raises(ProcessSilentError, match="`project` does not answer"):
        ask_health(config.data_dir, "project")


def test_a_taken_port_is_left_to_whoever_has_it(vitals: Vitals, config: Config) -> None:
    second = Vitals(
        "project", replace(config, project_port=vitals.port), health=Health, metrics=list
    )
    second.start()
    try:
        assert second.port not in {0, vitals.port}
        assert page(second, "/health")[0] == 200
    finally:
        second.close()

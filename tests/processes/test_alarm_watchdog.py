"""The watchdog: a chain that stands still is told once, by its own way; nothing hangs it."""

from __future__ import annotations

import json
import socket
import threading
from collections.abc import Iterator
from contextlib import ExitStack
from dataclasses import replace
from datetime import timedelta
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any

import pytest

import processes.alarm_watchdog
from energy.alerting.notices.gateway import Gateway, GatewaySettings
from energy.base.clock import Clock, monotonic_s
from energy.base.config import Config
from energy.base.errors import ConfigError
from energy.store.pool import Database
from energy.system import WEB, System
from processes.alarm_watchdog import FILE, Looked, look, main
from processes.vitals import Health, Vitals
from processes.watchdog_memory import Memory
from tests.energy.alerting.notices import book
from tests.energy.alerting.notices.loopback import (
    DOWN,
    LOST,
    SLOW,
    LoopbackGateway,
    Operator,
    operator,
    settings,
)
from tests.fixtures.ports import free_port
from tests.fixtures.postgres import TestSite

pytestmark = pytest.mark.servers
PHONE = "+441632960009"


class Watched:
    """An installation that works, and its watchdog."""

    def __init__(self, site: TestSite, config: Config, operators: dict[str, Operator]) -> None:
        self.site = site
        self.config = config
        self.operators = operators
        self.health = Health()
        self.beats: list[str] = []

    def look(self, **changed: Any) -> Looked:
        return look(replace(self.config, **changed), self.site.clock, look_s=5)

    def keys(self) -> list[str]:
        return [each.key for each in self.look().troubles]

    def stand_still(self) -> None:
        """An entry is made that no follower folds, and time goes on."""
        self.site.mark("test", at=self.site.clock.now())
        self.site.tick(300)

    @property
    def told(self) -> list[str]:
        return [each["text"] for one in self.operators.values() for each in one.messages]


@pytest.fixture
def watched(
    new_site: Any, directory: Database, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> Iterator[Watched]:
    site: TestSite = new_site()
    site.project()
    monkeypatch.setattr(System, "sites", lambda _: [site.site])
    with ExitStack() as stack:
        operators = {name: stack.enter_context(operator()) for name in ("modem", "second")}

        def made(told: GatewaySettings, clock: Clock) -> Gateway:
            return LoopbackGateway(told.name, operators[told.name])

        monkeypatch.setattr(processes.alarm_watchdog, "gateway_of", made)
        monkeypatch.setattr(
            processes.alarm_watchdog, "_gateways", lambda *_: [settings(name) for name in operators]
        )
        config = Config(
            data_dir=tmp_path,
            dsn=site.server.dsn(WEB),
            pool_size=2,
            jobs_port=0,
            project_port=0,
            watchdog_to=f"sms:{PHONE}",
            watchdog_silence_s=0,
        )
        made_up = Watched(site, config, operators)
        for process in ("jobs", "project"):
            vitals = Vitals(process, config, health=lambda: made_up.health, metrics=list)
            vitals.start()
            stack.callback(vitals.close)
        hook = _hook(made_up.beats)
        stack.callback(hook.server_close)
        stack.callback(hook.shutdown)
        url = f"http://127.0.0.1:{hook.server_address[1]}/beat"
        made_up.config = replace(config, heartbeat_url=url)
        yield made_up


def _hook(beats: list[str]) -> ThreadingHTTPServer:
    class Hook(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            beats.append(self.path)
            self.send_response(200)
            self.send_header("Content-Length", "0")
            self.end_headers()

        def log_message(self, *_: Any) -> None:
            """Say nothing."""

    server = ThreadingHTTPServer(("127.0.0.1", 0), Hook)
    threading.Thread(target=server.serve_forever, args=(0.01,), daemon=True).start()
    return server


def test_a_chain_that_is_whole_beats_outside_and_tells_nobody(watched: Watched) -> None:
    assert watched.look() == Looked(troubles=(), heartbeat="sent")
    assert watched.beats == ["/beat"]
    assert watched.told == []


def test_a_chain_that_stands_still_is_told_once_and_again_after_the_set_time(
    watched: Watched,
) -> None:
    watched.stand_still()
    first = watched.look()
    assert [each.key for each in first.troubles] == [f"behind {watched.site.site.key} metering"]
    assert (first.told, first.heartbeat, watched.beats) == (1, "held", [])
    watched.site.tick(60)
    assert watched.look().told == 0
    (text,) = watched.told
    assert "metering is 300 s behind" in text
    watched.site.tick(watched.config.watchdog_repeat_s)
    assert watched.look().told == 1
    watched.site.project()
    assert watched.look().heartbeat == "sent"


def test_a_new_trouble_is_told_though_another_was_told_a_minute_ago(watched: Watched) -> None:
    watched.stand_still()
    watched.look()
    failing = {"site": "a/operator", "chore": "login", "cause": "no sign-in"}
    rows = {"standing": [], "failing": [failing, {**failing, "chore": "drop"}]}
    watched.health = Health(reasons=("two rows",), facts=rows)
    looked = watched.look()
    assert looked.told == 1
    assert [each.key for each in looked.troubles][1:] == ["chore a/operator login"] * 2
    assert "no sign-in at the gateway" in watched.told[1]


@pytest.mark.parametrize("mood", [DOWN, SLOW])
def test_a_gateway_that_hangs_does_not_hang_the_watchdog(watched: Watched, mood: str) -> None:
    watched.operators["modem"].mood = mood
    watched.stand_still()
    begun = monotonic_s()
    assert watched.look().told == 1
    assert monotonic_s() - begun < 20
    assert len(watched.operators["second"].messages) == 1


def test_a_gateway_that_keeps_no_time_out_of_its_own_is_left_behind(
    watched: Watched, monkeypatch: pytest.MonkeyPatch
) -> None:
    held = threading.Event()
    monkeypatch.setattr(LoopbackGateway, "hand", lambda *_: held.wait(60))
    monkeypatch.setattr(processes.alarm_watchdog, "SPARE_S", 0.0)
    watched.stand_still()
    looked = watched.look()
    held.set()
    assert looked.told == 0
    assert "TimeoutError" in looked.problems[0].told("en")


def test_what_no_gateway_took_is_told_at_the_next_look(watched: Watched) -> None:
    for each in watched.operators.values():
        each.now.append(LOST if each is watched.operators["second"] else DOWN)
    watched.stand_still()
    assert watched.look().told == 0
    assert watched.look().told == 1
    keys = {each["key"] for one in watched.operators.values() for each in one.messages}
    assert len(keys) == 1, "told again under the same key: a gateway knows the double"


def test_a_crash_between_telling_and_writing_tells_twice_and_no_third_time(
    watched: Watched, monkeypatch: pytest.MonkeyPatch
) -> None:
    def killed(*_: Any) -> None:
        raise KeyboardInterrupt

    watched.stand_still()
    with monkeypatch.context() as broken:
        broken.setattr(Memory, "told", killed)
        for _ in range(2):
            with pytest.raises(KeyboardInterrupt):
                watched.look()
    for _ in range(3):
        assert watched.look().told == 0
    assert sum(sum(each.taken.values()) for each in watched.operators.values()) == 2
    assert len(watched.told) == 1, "the second bore the key of the first"


def test_a_database_that_is_away_is_told(watched: Watched) -> None:
    dsn = f"host=127.0.0.1 port={free_port()} dbname=x connect_timeout=30"
    looked = watched.look(dsn=dsn)
    assert [each.key for each in looked.troubles] == ["database"]
    assert (looked.told, watched.beats) == (1, [])


def test_a_database_that_takes_the_call_and_says_nothing_is_told(watched: Watched) -> None:
    with socket.create_server(("127.0.0.1", 0)) as deaf:
        dsn = f"host=127.0.0.1 port={deaf.getsockname()[1]} dbname=x"
        changed = replace(watched.config, dsn=dsn)
        looked = look(changed, watched.site.clock, look_s=0.5)
    assert [each.key for each in looked.troubles] == ["database"]
    assert looked.told == 1


def test_what_waits_in_the_outbox_and_a_tick_that_is_missed_are_told(watched: Watched) -> None:
    schema, now = watched.site.schema, watched.site.clock.now()
    with watched.site.writer.connection() as connection:
        connection.execute(
            f"INSERT INTO {schema}.notice (notice, subject, about, template, level, repeat, "
            "contact, way, severity, priority, state, due_at, not_before, queued_at, changed_at, "
            "position) "
            "SELECT gen_random_uuid(), gen_random_uuid(), 'test', 'test', 0, 0, "
            "gen_random_uuid(), 'sms', 'high', 1, 'queued', at, at, %s, %s, 1 "
            "FROM unnest(%s::timestamptz[]) AS at",
            (now, now, [now, now + timedelta(hours=9)]),
        )
        connection.execute(
            f"INSERT INTO {schema}.follower (name, state) VALUES ('alert-ticker', %s)",
            (json.dumps({"at": now.isoformat()}),),
        )
    assert watched.keys() == []
    watched.site.tick(300)
    key = watched.site.site.key
    assert watched.keys() == [f"tick {key}", f"outbox {key}"]


def test_a_journal_that_learns_nothing_is_told(watched: Watched) -> None:
    watched.stand_still()
    watched.site.project()
    watched.config = replace(watched.config, watchdog_silence_s=600)
    assert watched.keys() == []
    watched.site.tick(600)
    assert watched.keys() == [f"silent {watched.site.site.key}"]


def test_a_process_that_is_not_there_is_told(watched: Watched) -> None:
    looked = watched.look(watchdog_health=f"jobs=127.0.0.1:{free_port()}")
    assert [each.key for each in looked.troubles] == ["process jobs"]


def test_a_disk_that_takes_no_file_is_said_and_people_are_told_all_the_same(
    watched: Watched,
) -> None:
    (watched.config.data_dir / "run" / f"{FILE}.new").mkdir()
    watched.stand_still()
    looked = watched.look()
    assert looked.told == 1
    assert "cannot be remembered" in looked.problems[-1].told("en")


@pytest.mark.parametrize(
    ("setting", "value"),
    [
        ("watchdog_to", "pigeon:left"),
        ("watchdog_to", "sms:"),
        ("watchdog_health", "jobs=8053"),
        ("heartbeat_url", "file:///etc/passwd"),
    ],
)
def test_a_wrong_setting_is_refused_before_anything_is_broken(
    watched: Watched, setting: str, value: str
) -> None:
    with pytest.raises(ConfigError, match=setting):
        watched.look(**{setting: value})


def test_the_program_says_what_is_broken_and_ends_with_1(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setenv("METERLINE_DATA_DIR", str(tmp_path))
    monkeypatch.setenv("METERLINE_DSN", "host=127.0.0.1 port=1 dbname=x")
    monkeypatch.setattr(processes.alarm_watchdog, "LOOK_S", 0.5)
    assert main(["--json"]) == 1
    said = json.loads(capsys.readouterr().out)
    keys = [each["key"] for each in said["troubles"]]
    assert keys == ["database", "process jobs", "process project"]
    assert (said["ok"], said["told"], said["problems"]) == (
        False,
        0,
        ["nobody is named in watchdog_to"],
    )


def test_a_plan_that_tells_nobody_of_what_is_urgent_is_told(watched: Watched) -> None:
    book.a_book(watched.site)
    book.settle(watched.site)
    assert watched.keys() == [], "what is medium may be a row in a list"
    who = [{"severity": "high", "level": 1, "group": "duty", "ways": "sms"}]
    book.change_plan(watched.site, who=who)
    assert watched.keys() == [f"plan {watched.site.site.key}"]
    assert "critical" in watched.told[0]

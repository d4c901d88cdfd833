"""In: the command `scripts/up`. Out: a whole campus running on this machine, or one summary. I/O.

Without options: plays the time since the first of last month through the real sockets, bills last
month, then goes on live until ctrl-C. With --once: plays January 2019, bills it, prints one JSON
row and ends.
"""

from __future__ import annotations

import argparse
import fcntl
import json
import os
import shutil
import signal
import socket
import sys
from collections.abc import Callable, Sequence
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from zoneinfo import ZoneInfo

import structlog
from rich.console import Console
from rich.progress import BarColumn, Progress, TextColumn, TimeRemainingColumn

from energy.alerting.evaluator import EVALUATOR
from energy.base.clock import SystemClock, monotonic_s
from energy.base.config import Config, load_config
from energy.base.errors import EnergyError, RefusedError
from energy.base.period import midnight
from energy.base.text import t
from energy.store.privilege import make_directory
from energy.store.sites import Site
from energy.system import ELSEWHERE, WRITER, System
from energy.views.progress import freshness, readings_when_caught_up
from processes.billing_month import bill_days
from processes.play_summary import summarise
from processes.stack import FIRST_SIGN_IN, PLAY_SPEC, PlaySpec, Stack
from processes.supervisor import pause

_RECORDED_YEAR = 2019
_ONCE_SLOT_S = 900
_LIVE_SLOT_S = 3600
_HOPELESS_STARTS = 6
_MOST_DAYS = 363
"""The recorded year without its last days."""
_LIVE_PATIENCE_S = 75.0


class Ended(Exception):  # noqa: N818 - ctrl-C and SIGTERM are no errors
    """Somebody asked the program to end."""


def main(arguments: Sequence[str] | None = None) -> int:
    """Run the command; return 0 done, 1 findings, 2 refused."""
    parser = argparse.ArgumentParser(prog="scripts/up", description=__doc__)
    parser.add_argument("--once", action="store_true", help="play a month, bill it, end")
    parser.add_argument("--data-dir", type=Path, help="where everything is kept")
    parser.add_argument("--days", type=int, default=31, help="with --once: days to play")
    given = parser.parse_args(arguments)
    structlog.configure(logger_factory=structlog.PrintLoggerFactory(sys.stderr))
    structlog.configure(
        wrapper_class=structlog.make_filtering_bound_logger(30)  # warnings and worse
    )
    for number in (signal.SIGTERM, signal.SIGINT):
        signal.signal(number, _end)
    console = Console(stderr=True)
    try:
        config = load_config()
        default = config.data_dir / ("once" if given.once else "demo")
        directory = (given.data_dir or default).resolve()
        config = _config_in(config, directory)
        os.umask(0o077)
        make_directory(directory)
        with (directory / "up.lock").open("a+") as lock:
            try:
                fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
            except BlockingIOError:
                return _found_running(console, directory, config.language)
            if given.once:
                return _once(config, console, given.days)
            return _live(config, console)
    except Ended:
        console.print(t(load_config().language, "up.stopped"))
        return 0
    except EnergyError as error:
        console.print(f"[red]{error.code}[/red]: {error}", highlight=False)
        return 2


def _end(*_: object) -> None:
    for number in (signal.SIGTERM, signal.SIGINT):
        signal.signal(number, signal.SIG_IGN)  # a second ctrl-C must not cut the stopping short
    raise Ended


def _config_in(config: Config, directory: Path) -> Config:
    return replace(config, data_dir=directory)


def _found_running(console: Console, directory: Path, language: str) -> int:
    """Tell where the first one is."""
    try:
        state = json.loads((directory / "up.json").read_text())
        console.print(t(language, "up.found", address=state["address"], pid=state["pid"]))
    except (OSError, ValueError, KeyError):
        console.print(t(language, "up.starting"))
    return 0


# ---------------------------------------------------------------- --once
def _once(config: Config, console: Console, days: int) -> int:
    began_s = monotonic_s()
    directory = config.data_dir
    if not 1 <= days <= _MOST_DAYS:
        raise RefusedError(f"--days {days}: play 1 to {_MOST_DAYS} days.")
    first = datetime(_RECORDED_YEAR, 1, 1, tzinfo=UTC)
    play = PlaySpec(
        first=first.isoformat(),
        last=(first + timedelta(days=days)).isoformat(),
        slot_s=_ONCE_SLOT_S,
        shift_weeks=0,
        then_live=False,
        modbus_port=15020,
        mqtt_port=18830,
    )
    began = PlaySpec.load(directory / PLAY_SPEC)
    other = began is not None and (began.first, began.last) != (play.first, play.last)
    if other or (directory / "once.done").exists():
        _clear(directory)
    stack = Stack(config, play)
    try:
        site = stack.prepare()
        stack.start(web=False)
        _await_play(stack, site, console, config.language)
        system = System(config=config, role=WRITER, clock=stack.clock)
        try:
            last = date(_RECORDED_YEAR, 1, 1) + timedelta(days=days - 1)
            billed = bill_days(system, site, date(_RECORDED_YEAR, 1, 1), last)
            summary = summarise(
                system,
                site,
                directory / "play.json",
                billed,
                seconds=monotonic_s() - began_s,
            )
        finally:
            system.close()
    finally:
        stack.stop()
    (directory / "once.done").touch()
    sys.stdout.write(summary.to_json() + "\n")
    return 0 if summary.sound else 1


def _clear(directory: Path) -> None:
    """Remove a finished play: the next one begins from nothing."""
    elsewhere = directory / ELSEWHERE
    if elsewhere.exists():
        shutil.rmtree(elsewhere.read_text(), ignore_errors=True)
    for entry in directory.iterdir():
        if entry.name == "up.lock":
            continue
        if entry.is_dir() and not entry.is_symlink():
            shutil.rmtree(entry)
        else:
            entry.unlink()


def _await_play(stack: Stack, site: Site, console: Console, language: str) -> None:
    """Watch over the processes until the play is over, drained and projected."""
    first = datetime.fromisoformat(stack.play.first)
    last = datetime.fromisoformat(stack.play.last)
    system = System(config=stack.config, role=WRITER, clock=stack.clock)
    columns = (
        TextColumn("{task.description}"),
        BarColumn(),
        TextColumn("{task.percentage:>3.0f} %"),
        TimeRemainingColumn(),
    )
    try:
        with Progress(*columns, console=console) as bar:
            task = bar.add_task(t(language, "up.playing"), total=(last - first).total_seconds())

            def show() -> None:
                now = last if stack.clock.live else min(stack.clock.now(), last)
                bar.update(task, completed=(now - first).total_seconds())

            _until(stack, (stack.dir / "play.json").exists, show)
            show()
            bar.update(task, description=t(language, "up.projecting"))
            report = json.loads((stack.dir / "play.json").read_text())
            sent = int(report["readings_sent"])

            def projected() -> bool:
                rows = readings_when_caught_up(system.database, site.schema, EVALUATOR)
                return (rows or 0) >= sent

            _until(stack, projected, show)
    finally:
        system.close()


def _until(stack: Stack, done: Callable[[], bool], show: Callable[[], None]) -> None:
    """Watch until something is done.

    Raises:
        EnergyError: A process ends again and again; names its log.
    """
    while not done():
        stack.watch()
        for name in stack.supervisor.names():
            if stack.supervisor.failing(name, _HOPELESS_STARTS):
                raise EnergyError(
                    f"Process {name} ends again and again. Its log says why: "
                    f"{stack.dir / 'log' / name}.log"
                )
        show()
        pause()


# ---------------------------------------------------------------- live
def _live(config: Config, console: Console) -> int:
    language = config.language
    now = SystemClock().now()
    play = PlaySpec(
        first=_history_start(now).isoformat(),
        last=now.replace(minute=0, second=0, microsecond=0).isoformat(),
        slot_s=_LIVE_SLOT_S,
        shift_weeks=52 * (now.year - _RECORDED_YEAR),
        then_live=True,
        modbus_port=15020,
        mqtt_port=18830,
    )
    console.print(t(language, "up.begin", directory=str(config.data_dir)))
    stack = Stack(config, play)
    try:
        site = stack.prepare()
        stack.start(web=True)
        if not (config.data_dir / "history.done").exists():
            _await_play(stack, site, console, language)
            _bill_history(config, stack, site)
            _await_live(stack, site)
            (config.data_dir / "history.done").touch()
        _until(stack, lambda: _listens(config.web_host, stack.web_port), lambda: None)
        address = f"http://{config.web_host}:{stack.web_port}/"
        (config.data_dir / "up.json").write_text(
            json.dumps({"address": address, "pid": os.getpid()})
        )
        console.print(t(language, "up.ready", address=address))
        if stack.first_password is not None:
            console.print(
                t(
                    language,
                    "up.first_login",
                    sign_in=FIRST_SIGN_IN,
                    password=stack.first_password,
                )
            )
        console.print(t(language, "up.how_to_stop"))
        _until(stack, lambda: False, lambda: None)
    finally:
        stack.stop()
        (config.data_dir / "up.json").unlink(missing_ok=True)
    return 0


def _await_live(stack: Stack, site: Site) -> None:
    """Wait for the first live readings, so that today's curve ends at the present."""
    system = System(config=stack.config, role=WRITER, clock=stack.clock)
    last = datetime.fromisoformat(stack.play.last)
    patience_s = monotonic_s() + _LIVE_PATIENCE_S

    def live() -> bool:
        newest = freshness(system.database, site.schema)
        return monotonic_s() > patience_s or (newest is not None and newest > last)

    try:
        _until(stack, live, lambda: None)
    finally:
        system.close()


def _listens(host: str, port: int) -> bool:
    """Return whether somebody accepts connections there."""
    with socket.socket() as probe:
        probe.settimeout(0.5)
        return probe.connect_ex((host, port)) == 0


def _history_start(now: datetime) -> datetime:
    """Return the first of last month, local to the demo site (as UTC, on a slot)."""
    first = (now.date().replace(day=1) - timedelta(days=1)).replace(day=1)
    return midnight(first, ZoneInfo("Europe/London"))


def _bill_history(config: Config, stack: Stack, site: Site) -> None:
    """Bill the last full month of the history."""
    system = System(config=config, role=WRITER, clock=stack.clock)
    try:
        first = datetime.fromisoformat(stack.play.first).astimezone(site.zone).date()
        last = (first.replace(day=1) + timedelta(days=32)).replace(day=1) - timedelta(days=1)
        bill_days(system, site, first, last)
    finally:
        system.close()


if __name__ == "__main__":
    sys.exit(main())

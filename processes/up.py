"""In: the command `scripts/up`. Out: a whole demo site on this machine, or one summary. I/O.

Without options: plays the campus's time since the first of last month through the real sockets,
bills last month, then goes on live until ctrl-C. With --once: plays January 2019, bills it, prints
one JSON row and ends. With --site airport the same for a computed airport.
"""

from __future__ import annotations

import fcntl
import json
import os
import shutil
import signal
import socket
import sys
from collections.abc import Callable, Sequence
from dataclasses import replace
from datetime import datetime
from pathlib import Path

import structlog
from rich.console import Console
from rich.progress import BarColumn, Progress, TextColumn, TimeRemainingColumn

from energy.alerting.evaluator import EVALUATOR
from energy.base.clock import SystemClock, monotonic_s
from energy.base.config import Config, load_config
from energy.base.errors import EnergyError
from energy.base.text import t
from energy.store.privilege import make_directory
from energy.store.sites import Site
from energy.system import ELSEWHERE, WRITER, System
from energy.views.progress import freshness, readings_when_caught_up
from processes.billing_month import bill_days
from processes.demo_site import DemoSite
from processes.play_spec import PLAY_SPEC, PlaySpec, require_same
from processes.play_summary import summarise
from processes.stack import FIRST_SIGN_IN, Stack
from processes.supervisor import pause
from processes.up_arguments import arguments_of, chosen_site

_HOPELESS_STARTS = 6
_LIVE_PATIENCE_S = 75.0


class Ended(Exception):  # noqa: N818 - ctrl-C and SIGTERM are no errors
    """Somebody asked the program to end."""


def main(arguments: Sequence[str] | None = None) -> int:
    """Run the command; return 0 done, 1 findings, 2 refused."""
    given = arguments_of(arguments)
    structlog.configure(logger_factory=structlog.PrintLoggerFactory(sys.stderr))
    structlog.configure(
        wrapper_class=structlog.make_filtering_bound_logger(30)  # warnings and worse
    )
    for number in (signal.SIGTERM, signal.SIGINT):
        signal.signal(number, _end)
    console = Console(stderr=True)
    try:
        config = load_config()
        demo = chosen_site(given)
        default = config.data_dir / (demo.folder_once if given.once else demo.folder)
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
                return _once(config, console, demo, given.days)
            return _live(config, console, demo)
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
def _once(config: Config, console: Console, demo: DemoSite, days: int | None) -> int:
    began_s = monotonic_s()
    directory = config.data_dir
    play = demo.once(days)
    began = PlaySpec.load(directory / PLAY_SPEC)
    if (directory / "once.done").exists() or (began is not None and not _same(began, play)):
        _clear(directory)
    stack = Stack(config, play)
    try:
        site = stack.prepare()
        stack.start(web=False)
        _await_play(stack, site, console, config.language)
        system = System(config=config, role=WRITER, clock=stack.clock)
        try:
            billed = bill_days(system, site, *demo.days_billed(stack.play))
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


def _same(began: PlaySpec, play: PlaySpec) -> bool:
    """Return whether a play that was begun is the one wished for."""
    return (began.first, began.last, began.kind) == (play.first, play.last, play.kind)


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
def _live(config: Config, console: Console, demo: DemoSite) -> int:
    language = config.language
    play = demo.live(SystemClock().now())
    require_same(play, config.data_dir / PLAY_SPEC)
    console.print(t(language, "up.begin", directory=str(config.data_dir)))
    stack = Stack(config, play)
    try:
        site = stack.prepare()
        stack.start(web=True)
        if not (config.data_dir / "history.done").exists():
            _await_play(stack, site, console, language)
            _bill_history(config, stack, site, demo)
            _await_live(stack, site)
            (config.data_dir / "history.done").touch()
        _until(stack, lambda: _listens(config.web_host, stack.web_port), lambda: None)
        scheme = "https" if config.web_certificate else "http"
        address = f"{scheme}://{config.web_host}:{stack.web_port}/"
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


def _bill_history(config: Config, stack: Stack, site: Site, demo: DemoSite) -> None:
    """Bill the whole days of the history that the demo site says."""
    system = System(config=config, role=WRITER, clock=stack.clock)
    try:
        bill_days(system, site, *demo.days_billed(stack.play))
    finally:
        system.close()


if __name__ == "__main__":
    sys.exit(main())

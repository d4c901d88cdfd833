"""In: an installation that runs, or does not. Out: what is broken in its alarm chain, told. I/O.

A program of its own, started by cron, a timer of systemd or as a service: no process that it
watches is its parent. It tells by gateways directly, never through the outbox that may be what is
broken. Nothing it asks keeps it waiting for ever. Exit codes: 0 whole, 1 broken, 2 refused.
"""

from __future__ import annotations

import argparse
import contextlib
import json
import logging
import socket
import subprocess
import sys
import threading
import urllib.request
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from http.client import HTTPException
from typing import TypeVar

from adapters.own_files import use_own_files
from energy.alerting.notices.gateway import (
    Gateway,
    GatewayError,
    GatewayKind,
    GatewaySettings,
    Message,
)
from energy.base.clock import Clock, clock_from_environment, monotonic_s, wait
from energy.base.config import Config, load_config
from energy.base.errors import ConfigError
from energy.base.ids import id_of
from energy.base.text import Told, t, tell
from processes.alarm_chain import Trouble, addresses, troubles_of_database, troubles_of_processes
from processes.gateways import gateway_of
from processes.life import StopSignal
from processes.notice_gateways import gateways_in
from processes.watchdog_memory import Memory

FILE = "watchdog.json"
"""What was told, in the folder `run` of the data directory."""
LOOK_S = 30.0
"""A database that says nothing for so long hangs. [s]"""
SPARE_S = 5.0
"""Given to a gateway beyond its own time-out. [s]"""
HEARTBEAT_S = 10.0
_LONGEST_TROUBLE = 100
"""Of one trouble, in a message. [characters]"""
LONGEST = 3
"""Troubles named in one message."""
LOOK_MOST_S = 600
"""A look that runs on for longer is ended. [s]"""
T = TypeVar("T")


@dataclass(frozen=True, slots=True, kw_only=True)
class Looked:
    """What one look found and did."""

    troubles: Sequence[Trouble]
    told: int = 0
    """Recipients told now; others may have been told before."""
    problems: Sequence[Told] = field(default=())
    """What kept it from telling or from remembering."""
    heartbeat: str = "none"
    """"sent", "held" while the chain is broken, "none" without an address, or why it failed."""


def look(config: Config, clock: Clock, *, look_s: float | None = None) -> Looked:
    """Look at the chain once, tell what is broken, or beat.

    Args:
        config: The settings.
        clock: Dates what is told.
        look_s: Longest wait for the database; None: LOOK_S. [s]

    Raises:
        ConfigError: A setting of the watchdog is wrong.
    """
    recipients = recipients_of(config.watchdog_to)
    addresses(config.watchdog_health)
    _check_address(config.heartbeat_url)
    gateways = _gateways(config, clock)
    troubles = [*_of_database(config, clock, look_s or LOOK_S), *troubles_of_processes(config)]
    if not troubles:
        return Looked(troubles=(), heartbeat=_beat(config.heartbeat_url))
    held = "held" if config.heartbeat_url else "none"
    told, problems = _tell_all(config, clock, gateways, recipients, troubles)
    return Looked(troubles=troubles, told=told, problems=problems, heartbeat=held)


def recipients_of(setting: str) -> list[tuple[GatewayKind, str]]:
    """Return who is told: "sms:+8613800138000, mail:duty@airport.example".

    Raises:
        ConfigError: A way is unknown, or an address is missing.
    """
    found = []
    for part in filter(None, (each.strip() for each in setting.split(","))):
        way, _, to = part.partition(":")
        if way not in set(GatewayKind) or not to:
            raise ConfigError(
                f"watchdog_to: {part!r} is no way with an address. "
                f'Write "sms:+8613800138000"; ways: {", ".join(GatewayKind)}.'
            )
        found.append((GatewayKind(way), to))
    return found


def within(seconds: float, act: Callable[[], T]) -> T:
    """Return what something returns, or give it up: what hangs is left behind.

    Raises:
        TimeoutError: It took longer.
        Exception: What it raised.
    """
    done: list[T] = []
    failed: list[BaseException] = []

    def run() -> None:
        try:
            done.append(act())
        except BaseException as error:  # noqa: BLE001 - raised again by whoever waits
            failed.append(error)

    thread = threading.Thread(target=run, daemon=True)
    thread.start()
    thread.join(seconds)
    if failed:
        raise failed[0]
    if not done:
        raise TimeoutError
    return done[0]


def _gateways(config: Config, clock: Clock) -> list[GatewaySettings]:
    """Return the gateways; a wrong option is said at every look, not too late."""
    file = config.watchdog_gateways or config.gateways
    found = [each.settings for each in gateways_in(file, config.secrets_dir)]
    for settings in found:
        gateway_of(settings, clock)
    return found


def _check_address(url: str) -> None:
    if url and not url.startswith(("https://", "http://")):
        raise ConfigError(f'heartbeat_url: {url!r} is no address. Write "https://...".')


def _of_database(config: Config, clock: Clock, look_s: float) -> list[Trouble]:
    try:
        return within(look_s, lambda: troubles_of_database(config, clock))
    except TimeoutError:
        return [Trouble(key="database", text=tell("watchdog.hangs", seconds=round(look_s)))]


def _tell_all(
    config: Config,
    clock: Clock,
    gateways: Sequence[GatewaySettings],
    recipients: Sequence[tuple[GatewayKind, str]],
    troubles: Sequence[Trouble],
) -> tuple[int, list[Told]]:
    memory = Memory(config.data_dir / "run" / FILE, config.watchdog_repeat_s)
    keys = [each.key for each in troubles]
    told, problems = 0, [] if recipients else [tell("watchdog.nobody")]
    for number, (way, to) in enumerate(recipients, start=1):
        who = id_of("watchdog", str(way), to).hex
        key = memory.begin(who, keys, clock.now())
        if key is None:
            continue
        message = Message(
            key=key,
            to=to,
            language=config.language,
            subject=t(config.language, "watchdog.subject"),
            text=text_of(config.language, troubles),
            severity="critical",
            at=clock.now(),
        )
        cause = _handed([each for each in gateways if each.kind is way], clock, message)
        if cause is None:
            memory.told(who, keys, clock.now())
            told += 1
        else:
            memory.failed(who)
            why = cause or tell("watchdog.no_gateway", kind=str(way))
            problems.append(tell("watchdog.untold", kind=str(way), number=number, cause=why))
    if memory.lost:
        problems.append(tell("watchdog.state_away", cause=memory.lost))
    return told, problems


def text_of(language: str, troubles: Sequence[Trouble]) -> str:
    """Return what is told: the first troubles, and how many more there are."""
    said = [each.text.told(language)[:_LONGEST_TROUBLE] for each in troubles[:LONGEST]]
    if len(troubles) > LONGEST:
        said.append(t(language, "watchdog.more", number=len(troubles) - LONGEST))
    return t(language, "watchdog.told", host=socket.gethostname(), what="; ".join(said))


def _handed(gateways: Sequence[GatewaySettings], clock: Clock, message: Message) -> str | None:
    """Hand a message to the first gateway that takes it; None: one did, else why none did."""
    causes: list[str] = []
    for settings in gateways:
        gateway = gateway_of(settings, clock)
        try:
            within(settings.timeout_s + SPARE_S, lambda: gateway.hand(message))  # noqa: B023 - awaited
        except (GatewayError, TimeoutError, OSError) as error:
            causes.append(f"{settings.name}: {type(error).__name__}")
        else:
            return None
        finally:
            _hang_up(gateway)
    return "; ".join(causes)


def _hang_up(gateway: Gateway) -> None:
    with contextlib.suppress(GatewayError, TimeoutError, OSError):
        within(SPARE_S, gateway.close)


def _beat(url: str) -> str:
    """Ask the address outside; return "sent", "none" or why it failed."""
    if not url:
        return "none"

    def ask() -> None:
        with urllib.request.urlopen(url, timeout=HEARTBEAT_S) as answer:  # noqa: S310 - http(s), see above
            answer.read(1)

    try:
        within(HEARTBEAT_S + SPARE_S, ask)
    except (OSError, HTTPException, ValueError) as error:
        return type(error).__name__
    return "sent"


def _printed(looked: Looked, language: str, *, as_json: bool) -> None:
    troubles = [{"key": each.key, "text": each.text.told(language)} for each in looked.troubles]
    problems = [each.told(language) for each in looked.problems]
    if as_json:
        said = {"ok": not troubles, "troubles": troubles, "told": looked.told}
        said |= {"problems": problems, "heartbeat": looked.heartbeat}
        print(json.dumps(said, ensure_ascii=False, indent=1))
        return
    rows = [each["text"] for each in troubles] or [t(language, "watchdog.whole")]
    if looked.told:
        rows.append(t(language, "watchdog.sent", number=looked.told))
    rows += [*problems, t(language, "watchdog.heartbeat", state=looked.heartbeat)]
    print("\n".join(rows))


def _keep_looking(every_s: int) -> int:
    """Look again and again, each time in a process of its own that is ended when it hangs."""
    stop = StopSignal().event
    while not stop.is_set():
        begun = monotonic_s()
        try:
            subprocess.run(
                [sys.executable, "-m", "processes.alarm_watchdog", "--json"],
                timeout=LOOK_MOST_S,
                check=False,
            )
        except subprocess.TimeoutExpired:
            print(f"A look was ended after {LOOK_MOST_S} s.", file=sys.stderr)
        wait(max(1.0, every_s - (monotonic_s() - begun)), stop)
    return 0


def main(arguments: Sequence[str] | None = None) -> int:
    """Look once, or every so many seconds; return the exit code."""
    parser = argparse.ArgumentParser(prog="scripts/watchdog", description="Watch the alarm chain.")
    parser.add_argument("--json", action="store_true", help="say it as JSON")
    parser.add_argument("--every", type=int, default=0, help="look every so many seconds, for ever")
    asked = parser.parse_args(arguments)
    if asked.every:
        return _keep_looking(asked.every)
    logging.getLogger("psycopg.pool").setLevel(logging.CRITICAL)  # what it finds is said once
    try:
        config = load_config()
        use_own_files(config.data_dir)  # shapes of gateways
        looked = look(config, clock_from_environment())
    except ConfigError as error:
        print(error, file=sys.stderr)
        return 2
    _printed(looked, config.language, as_json=asked.json)
    return 1 if looked.troubles else 0


if __name__ == "__main__":
    sys.exit(main())

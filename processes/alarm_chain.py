"""In: an installation as it runs. Out: what is broken in its alarm chain. I/O: reads, HTTP.

The chain: readings come into the journal, views and rules follow it, the minute ticks, alerts
become notices, notices go to gateways. Whatever stands still in it keeps people from being told.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime
from http.client import HTTPException
from typing import Any

from energy.alerting.notices.reads import read_plan
from energy.alerting.notices.reports import read_waiting_since
from energy.alerting.severity import DUTIES
from energy.alerting.ticker import ticked_at
from energy.base.clock import Clock
from energy.base.config import Config
from energy.base.errors import ConfigError, EnergyError
from energy.base.text import Told, tell
from energy.store.errors import DATABASE_FAILS
from energy.store.sites import Site
from energy.system import WEB, System
from energy.views.progress import newest_learned, read_all_lags
from processes.vitals_reads import ProcessSilentError, ask_at, ask_health

PROCESSES = ("jobs", "project")
CHAIN = frozenset(
    {"metering", "operations", "alerts", "ticks", "findings", "alert keeping"}
    | {"tell", "repeat", "send", "answers", "login", "duty tests"}
)
"""Chores without which nobody is told; others may fail by themselves."""
FOLLOWERS = frozenset({"metering", "operations", "alert-evaluator", "notices"})
SOUNDED = frozenset(str(severity) for severity, duty in DUTIES.items() if duty.sound)
"""Severities that a plan of notices must tell somebody of."""
TICK_S = 60
"""A tick is due once a minute. [s]"""


@dataclass(frozen=True, slots=True, kw_only=True)
class Trouble:
    """One thing that is broken."""

    key: str
    """The same while the same thing is broken."""
    text: Told


def troubles_of_processes(config: Config) -> list[Trouble]:
    """Return what the processes of the chain say of themselves, or that they say nothing.

    Raises:
        ConfigError: The setting `watchdog_health` cannot be read.
    """
    named = addresses(config.watchdog_health)
    found: list[Trouble] = []
    for process in PROCESSES:
        try:
            said = (
                ask_at(*named[process])
                if process in named
                else ask_health(config.data_dir, process)
            )
        except (ProcessSilentError, OSError, ValueError, HTTPException):
            text = tell("watchdog.process_silent", process=process)
            found.append(Trouble(key=f"process {process}", text=text))
            continue
        found += _said(process, said)
    return found


def addresses(setting: str) -> dict[str, tuple[str, int]]:
    """Return where processes answer: "jobs=HOST:PORT, project=HOST:PORT".

    Raises:
        ConfigError: It says something else.
    """
    found = {}
    for part in filter(None, (each.strip() for each in setting.split(","))):
        process, _, address = part.partition("=")
        host, _, port = address.rpartition(":")
        if process not in PROCESSES or not host or not port.isdecimal():
            raise ConfigError(
                f"watchdog_health: {part!r} is no process with its address. "
                'Write "jobs=HOST:PORT, project=HOST:PORT".'
            )
        found[process] = (host, int(port))
    return found


def _said(process: str, said: Mapping[str, Any]) -> Iterator[Trouble]:
    """Yield the troubles of an answer; a version that names no chores is taken at its word."""
    standing = said.get("standing", said.get("reasons", []))
    if standing:
        text = tell("watchdog.process_standing", process=process, reasons=" ".join(standing))
        yield Trouble(key=f"process {process}", text=text)
    for each in said.get("failing", []):
        site, chore = each["site"], each["chore"]
        if chore in CHAIN:
            key = "watchdog.login" if chore == "login" else "watchdog.chore"
            text = tell(key, site=site, chore=chore, cause=each["cause"])
            yield Trouble(key=f"chore {site} {chore}", text=text)


def troubles_of_database(config: Config, clock: Clock) -> list[Trouble]:
    """Return what the tables of each site show, or that the database is away."""
    system = System(config=config, role=WEB, clock=clock)
    try:
        return [each for site in system.sites() for each in _of_site(system, site)]
    except (*DATABASE_FAILS, EnergyError) as error:
        text = tell("watchdog.database", cause=type(error).__name__)
        return [Trouble(key="database", text=text)]
    finally:
        system.close()


def _of_site(system: System, site: Site) -> Iterator[Trouble]:
    now, limits = system.clock.now(), system.config
    lags = read_all_lags(system.database, site.schema)
    newest = newest_learned(system.database, site.schema, "metering")
    with system.database.connection() as connection:
        ticked = ticked_at(connection, site.schema)
        waits = read_waiting_since(connection, site.schema, now)
        plan = read_plan(connection, site.schema, site.zone)
    silent = [each for each in plan.untold if each in SOUNDED] if plan else []
    if silent:
        text = tell("watchdog.plan", site=site.key, severities=", ".join(silent))
        yield Trouble(key=f"plan {site.key}", text=text)
    for lag in lags:
        if lag.follower in FOLLOWERS and lag.seconds(now) > limits.watchdog_lag_s:
            yield _late(site, "behind", now, lag.oldest_at, lag.follower)
    if _age_s(now, ticked) > limits.watchdog_lag_s + TICK_S:
        yield _late(site, "tick", now, ticked)
    if _age_s(now, waits) > limits.watchdog_lag_s:
        yield _late(site, "outbox", now, waits)
    if limits.watchdog_silence_s and _age_s(now, newest) > limits.watchdog_silence_s:
        yield _late(site, "silent", now, newest)


def _age_s(now: datetime, then: datetime | None) -> float:
    return (now - then).total_seconds() if then is not None else 0.0


def _late(
    site: Site, what: str, now: datetime, then: datetime | None, follower: str = ""
) -> Trouble:
    text = tell(
        f"watchdog.{what}", site=site.key, follower=follower, seconds=round(_age_s(now, then))
    )
    return Trouble(key=" ".join(filter(None, (what, site.key, follower))), text=text)

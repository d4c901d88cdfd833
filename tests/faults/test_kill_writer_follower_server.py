"""SIGKILL of the writer, the follower and PostgreSQL at seeded points, judged by a ledger.

A writer brings batches into the journal and a follower projects them, each in its own process.
At a seeded round trip to the database one of them dies, or the writer kills the whole server; it
is started again and everything goes on. 0 lost, 0 doubled.
"""

from __future__ import annotations

import itertools
from collections.abc import Iterator
from multiprocessing.process import BaseProcess
from pathlib import Path

import numpy as np
import pytest

from energy.base.clock import monotonic_s, wait
from tests.fixtures.durable import DurableServer, durable_server, site_on
from tests.fixtures.ledger_judge import judge_at_the_end, judge_in_mid_work
from tests.fixtures.mortal import Blow, Orders, follow, started, write
from tests.fixtures.postgres import TestSite

pytestmark = pytest.mark.servers

VICTIMS = ("writer", "follower", "server")
SEEDS = range(3)
MANY_SEEDS = range(3, 55)
BATCHES = 24
TRIPS = {"writer": 90, "follower": 70, "server": 90}
"""A blow falls at one of so many first round trips; a whole run has more."""
PATIENCE_S = 60.0
NOBODY = Blow(trip=0, after=False)
_numbers = itertools.count(1)


@pytest.fixture(scope="module")
def durable() -> Iterator[DurableServer]:
    with durable_server() as server:
        yield server


def ended(process: BaseProcess, why: str) -> int | None:
    process.join(PATIENCE_S)
    assert process.exitcode is not None, why
    return process.exitcode


def wait_until_dead(server: DurableServer, pid: int) -> None:
    until_s = monotonic_s() + PATIENCE_S
    while server.embedded.pid == pid:
        assert monotonic_s() < until_s, "the server lives on"
        wait(0.02)


def ordered(site: TestSite, folder: Path, seed: int) -> Orders:
    channels = tuple(site.counter(f"m{n}") for n in range(3))
    return Orders(
        dsn=site.server.dsn("meterline_writer"),
        schema=site.schema,
        channels=channels,
        seed=seed,
        batches=BATCHES,
        ledger=folder / "ledger",
        over=folder / "over",
    )


def struck(server: DurableServer, site: TestSite, orders: Orders, victim: str) -> None:
    """Let writer and follower work, one of them die, and everything end well."""
    rng = np.random.default_rng(orders.seed * 10 + VICTIMS.index(victim))
    pid = server.embedded.pid
    blow = Blow(
        trip=int(rng.integers(1, TRIPS[victim])),
        after=bool(rng.random() < 0.5),
        postmaster=pid if victim == "server" else None,
    )
    told = f"seed {orders.seed}, {victim}, {blow}"
    writer = started(write, orders, NOBODY if victim == "follower" else blow)
    follower = started(follow, orders, blow if victim == "follower" else NOBODY)
    if victim == "server":
        assert pid is not None
        wait_until_dead(server, pid)
        server.embedded.start()
        judge_in_mid_work(site, orders)
    elif victim == "writer":
        assert ended(writer, told) == -9, told
        judge_in_mid_work(site, orders)
        writer = started(write, orders, NOBODY)
    else:
        assert ended(follower, told) == -9, told
        judge_in_mid_work(site, orders)
        follower = started(follow, orders, NOBODY)
    assert ended(writer, told) == 0, told
    orders.over.touch()
    assert ended(follower, told) == 0, told
    judge_at_the_end(site, orders)


@pytest.mark.parametrize("victim", VICTIMS)
@pytest.mark.parametrize("seed", SEEDS)
def test_a_kill_at_a_seeded_point_loses_and_doubles_nothing(
    durable: DurableServer, tmp_path: Path, victim: str, seed: int
) -> None:
    with site_on(durable, f"k{next(_numbers)}") as site:
        struck(durable, site, ordered(site, tmp_path, seed), victim)


@pytest.mark.slow
@pytest.mark.parametrize("victim", VICTIMS)
@pytest.mark.parametrize("seed", MANY_SEEDS)
def test_many_kills_at_seeded_points_lose_and_double_nothing(
    durable: DurableServer, tmp_path: Path, victim: str, seed: int
) -> None:
    with site_on(durable, f"k{next(_numbers)}") as site:
        struck(durable, site, ordered(site, tmp_path, seed), victim)

"""In: a running dashboard with live meters. Out: how old a reading is when a wall shows it. I/O.

Watched are the database, for the moment from which the newest reading can be asked for, and the
walls, for the moments at which they asked and drew. Walls ask every ten seconds from their opening
on, meters are read on the full ten seconds: several walls are opened at moments in between.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

import numpy as np
from playwright.sync_api import Page

from bench.screens.browser import chromium, visitor
from bench.screens.viewers import Ticket
from energy.base.clock import SystemClock, monotonic_s
from energy.store.pool import Database

WALLS = 4
STEP_S = 10.0
LOOK_MS = 100
DRAWS = """(() => {
    window.draws = [];
    const real = window.fetch;
    let asked = 0;
    window.fetch = (...given) => {
        const body = given[1] && typeof given[1].body === "string" ? given[1].body : "";
        if (body.includes("wall-panels") || body.includes('"pathname"')) {
            asked = Date.now();
        }
        return real(...given);
    };
    function watch() {
        const wall = document.querySelector(".wall-main");
        if (!wall) {
            requestAnimationFrame(watch);
            return;
        }
        window.draws.push([asked, Date.now()]);
        new MutationObserver(() => {
            const at = asked;
            requestAnimationFrame(() => {
                const last = window.draws[window.draws.length - 1];
                if (last[0] !== at) {
                    window.draws.push([at, Date.now()]);
                }
            });
        }).observe(wall, { childList: true, subtree: true, characterData: true });
    }
    watch();
})()"""


@dataclass(frozen=True, slots=True, kw_only=True)
class Ages:
    """How old readings were when a wall first showed them."""

    walls: int
    readings: int
    p50_s: float
    p95_s: float
    worst_s: float
    visible_p95_s: float
    """Age at which they could be asked for. [s]"""


def watched(url: str, ticket: Ticket, database: Database, schema: str, seconds: float) -> Ages:
    """Watch walls for some seconds; return how old readings were when they were drawn.

    Args:
        url: Address of the dashboard.
        ticket: Whose session.
        database: Any pool of the installation.
        schema: Of the site.
        seconds: How long, after all were opened. [s]
    """
    seen: list[tuple[float, float]] = []  # seen at, newest reading [s since the epoch]
    with chromium() as browser:
        context = visitor(browser, url, ticket)
        pages: list[Page] = []
        for _ in range(WALLS):
            page = context.new_page()
            page.add_init_script(DRAWS)
            page.goto(f"{url}/wall/main")
            pages.append(page)
            _look(page, database, schema, seen, STEP_S / WALLS)
        _look(pages[0], database, schema, seen, seconds)
        draws = [page.evaluate("window.draws") for page in pages]
        context.close()
    return ages_of(seen, draws)


def _look(
    page: Page, database: Database, schema: str, seen: list[tuple[float, float]], seconds: float
) -> None:
    """Note for some seconds since when which reading is the newest that can be asked for."""
    until, clock = monotonic_s() + seconds, SystemClock()
    while monotonic_s() < until:
        with database.connection() as connection:
            row = connection.execute(f"SELECT max(at) FROM {schema}.latest").fetchone()
        newest = row[0] if row else None
        if isinstance(newest, datetime) and (not seen or newest.timestamp() > seen[-1][1]):
            seen.append((clock.now().timestamp(), newest.timestamp()))
        page.wait_for_timeout(LOOK_MS)


def ages_of(
    seen: Sequence[tuple[float, float]], draws: Sequence[Sequence[tuple[float, float]]]
) -> Ages:
    """Return how old readings were when they were first drawn.

    Args:
        seen: Since when a reading could be asked for, and its instant. [s since the epoch]
        draws: Of each wall, when it asked and when it had drawn. [ms since the epoch]
    """
    ages = []
    for wall in draws:
        for visible, at in seen[1:]:  # the first was there before anybody looked
            drawn = [done for asked, done in wall if asked / 1000 >= visible]
            if drawn:
                ages.append(drawn[0] / 1000 - at)
    visible_s = [visible - at for visible, at in seen[1:]]
    if not ages:
        raise ValueError("No reading came while walls were watched. Do the meters live?")
    p50, p95, worst = (float(value) for value in np.percentile(ages, [50, 95, 100]))
    return Ages(
        walls=len(draws),
        readings=len(ages),
        p50_s=round(p50, 2),
        p95_s=round(p95, 2),
        worst_s=round(worst, 2),
        visible_p95_s=round(float(np.percentile(visible_s, 95)), 2),
    )

"""In: the address of a dashboard and signed-in sessions. Out: how long each answer took. I/O: HTTP.

Each viewer holds a page open as a browser does: it opens the page, asks every ten seconds whether
anything changed, and where it did posts the callbacks of its page with what the page holds. Bodies
are those that Chromium sent; a callback that is no longer there answers 400 and counts as an error.
"""

from __future__ import annotations

import asyncio
from collections import defaultdict
from collections.abc import Callable, Coroutine, Sequence
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import urlsplit

import numpy as np

from bench.screens.http import Line, Reply
from dashboards.pages.overview.layout import ALERTS, FLOW, LOAD, OUTAGES, TILES
from dashboards.pages.wall.layout import PANELS
from dashboards.security.gate import CALLBACK_PATH, CSRF_HEADER, SESSION_COOKIE
from dashboards.shell import LIVE, LOCATION, PAGE, TICK
from energy.base.clock import monotonic_s

PAGES = ("overview", "overview", "wall", "overview", "load")
"""Pages of viewers in turn."""
ADDRESSES = {"overview": "/", "wall": "/wall/main", "load": "/load"}
PICKED = ("?span=week", "?span=month", "?utility=cooling", "?span=year", "")
"""What a viewer of the load picks, one at each third refresh."""
JITTER = 0.05
"""How far a tick is off. [part of the refresh time]"""


@dataclass(frozen=True, slots=True, kw_only=True)
class Ticket:
    """A signed-in session."""

    token: str
    csrf: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Crowd:
    """How many look, how long, how often they ask."""

    url: str
    tickets: Sequence[Ticket]
    seconds: float
    """How long is counted, after everybody came. [s]"""
    refresh_s: float = 10.0
    always: bool = False
    """Whether callbacks are posted though nothing changed."""
    seed: int = 7


@dataclass(slots=True)
class Seen:
    """What was asked and how long it took."""

    seconds: dict[str, list[float]] = field(default_factory=lambda: defaultdict(list))
    sizes: dict[str, int] = field(default_factory=lambda: defaultdict(int))
    """Bytes of all answers. [byte]"""
    errors: dict[str, int] = field(default_factory=lambda: defaultdict(int))
    counting: bool = False

    def note(self, name: str, reply: Reply) -> Reply:
        """Note an answer; errors always, times while it is counted."""
        if reply.status not in {200, 204}:
            self.errors[f"{name} {reply.status}"] += 1
        elif self.counting:
            self.seconds[name].append(reply.seconds)
            self.sizes[name] += len(reply.body)
        return reply


def _out(name: str, prop: str = "children") -> dict[str, str]:
    return {"id": name, "property": prop}


def open_body(path: str, search: str) -> dict[str, Any]:
    """Return the callback that shows another address; the first comes with its frame."""
    return {
        "output": f"{PAGE}.children",
        "outputs": _out(PAGE),
        "inputs": [
            {"id": LOCATION, "property": "pathname", "value": path},
            {"id": LOCATION, "property": "search", "value": search},
        ],
        "changedPropIds": [f"{LOCATION}.pathname", f"{LOCATION}.search"],
    }


def news_body(ticks: int, known: str | None) -> dict[str, Any]:
    """Return the callback that asks whether anything changed."""
    return {
        "output": f"{LIVE}.data",
        "outputs": _out(LIVE, "data"),
        "inputs": [{"id": TICK, "property": "n_intervals", "value": ticks}],
        "changedPropIds": [f"{TICK}.n_intervals"],
        "state": [{"id": LIVE, "property": "data", "value": known}],
    }


def _news(known: str | None) -> dict[str, Any]:
    return {"id": LIVE, "property": "data", "value": known}


def alerts_body(known: str | None) -> dict[str, Any]:
    """Return the callback of the overview's open alerts."""
    return {
        "output": f"{ALERTS}.children",
        "outputs": _out(ALERTS),
        "inputs": [_news(known), []],
        "changedPropIds": [f"{LIVE}.data"],
        "state": [{"id": TILES, "property": "id", "value": TILES}],
    }


def overview_body(known: str | None, alerts: object) -> dict[str, Any]:
    """Return the callback of the overview's tiles, load, flow and outages."""
    names = (TILES, LOAD, FLOW, OUTAGES)
    return {
        "output": f"..{'...'.join(f'{name}.children' for name in names)}..",
        "outputs": [_out(name) for name in names],
        "inputs": [_news(known), {"id": ALERTS, "property": "children", "value": alerts}, []],
        "changedPropIds": [f"{LIVE}.data", f"{ALERTS}.children"],
        "state": [{"id": LOCATION, "property": "search", "value": ""}],
    }


def wall_body(known: str | None) -> dict[str, Any]:
    """Return the callback of a wall's panels."""
    panels = {"name": "main", "type": PANELS}
    return {
        "output": f'{{"name":["ALL"],"type":"{PANELS}"}}.children',
        "outputs": [{"id": panels, "property": "children"}],
        "inputs": [_news(known)],
        "changedPropIds": [f"{LIVE}.data"],
        "state": [[{"id": panels, "property": "id", "value": panels}]],
    }


class Viewer:
    """A browser that shows one page."""

    def __init__(self, crowd: Crowd, ticket: Ticket, page: str, number: int, seen: Seen) -> None:
        """Look at a page.

        Args:
            crowd: How the crowd looks.
            ticket: Whose session.
            page: Name of the page.
            number: Which viewer.
            seen: Where answers are noted.
        """
        place = urlsplit(crowd.url)
        headers = {
            "Cookie": f"{SESSION_COOKIE}={ticket.token}",
            CSRF_HEADER: ticket.csrf,
            "Referer": crowd.url + ADDRESSES[page],
        }
        self._line = Line(place.hostname or "127.0.0.1", place.port or 80, headers)
        self._crowd, self._page, self._seen = crowd, page, seen
        self._luck = np.random.default_rng([crowd.seed, number])
        self._known: str | None = None
        self._alerts: object = None
        self._ticks = 0

    async def look(self, until: Callable[[], bool]) -> None:
        """Open the page at some moment of the first refresh, then ask until told to go."""
        refresh_s = self._crowd.refresh_s
        await asyncio.sleep(self._luck.random() * refresh_s)
        try:
            await self._open()
            while not until():
                await asyncio.sleep(refresh_s * (1 + JITTER * (2 * self._luck.random() - 1)))
                await self._tick()
        finally:
            await self._line.close()

    async def _open(self) -> None:
        await self._get("page", ADDRESSES[self._page])
        for path in ("/_dash-layout", "/_dash-dependencies"):
            await self._get(path, path)

    async def _tick(self) -> None:
        self._ticks += 1
        reply = await self._post("news", news_body(self._ticks, self._known), plain=True)
        told = reply.value()["response"] if reply.status == 200 else {}
        if LIVE in told:  # else the answer holds no update
            self._known = told[LIVE]["data"]
        if LIVE in told or self._crowd.always:
            await self._refresh[self._page](self)
        if self._page == "wall":
            await self._get("health", "/health")

    async def _overview(self) -> None:
        first = self._alerts is None
        reply = await self._post("alerts", alerts_body(self._known), plain=first)
        if first and reply.status == 200:
            self._alerts = reply.value()["response"][ALERTS]["children"]
        await self._post("overview", overview_body(self._known, self._alerts))

    async def _wall(self) -> None:
        await self._post("wall", wall_body(self._known))

    async def _load(self) -> None:
        if self._ticks % 3 == 0:
            picked = PICKED[self._ticks // 3 % len(PICKED)]
            await self._post(f"load {picked[1:] or 'day'}", open_body("/load", picked))

    _refresh: dict[str, Callable[[Viewer], Coroutine[Any, Any, None]]] = {  # noqa: RUF012
        "overview": _overview,
        "wall": _wall,
        "load": _load,
    }

    async def _get(self, name: str, path: str) -> Reply:
        return self._seen.note(name, await self._line.ask(path))

    async def _post(self, name: str, body: object, *, plain: bool = False) -> Reply:
        return self._seen.note(name, await self._line.ask(CALLBACK_PATH, body, plain=plain))


async def watch(crowd: Crowd, begin: Callable[[], None], end: Callable[[], None]) -> Seen:
    """Let a crowd look; return what it saw.

    Args:
        crowd: Who looks.
        begin: Called when everybody has come.
        end: Called when no more is counted.
    """
    seen, over_s = Seen(), [float("inf")]
    viewers = [
        Viewer(crowd, ticket, PAGES[number % len(PAGES)], number, seen)
        for number, ticket in enumerate(crowd.tickets)
    ]
    looking = [
        asyncio.create_task(viewer.look(lambda: monotonic_s() >= over_s[0])) for viewer in viewers
    ]
    await asyncio.sleep(1.5 * crowd.refresh_s)
    seen.counting = True
    begin()
    over_s[0] = monotonic_s() + crowd.seconds
    await asyncio.sleep(crowd.seconds)
    seen.counting = False
    end()
    await asyncio.gather(*looking)
    return seen

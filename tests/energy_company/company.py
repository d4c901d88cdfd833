"""In: a fresh site, the weeks as written. Out: the weeks, played in data time. I/O: PostgreSQL.

The airport is the simulator's, its clock on the wall London's; readings go the way of all readings,
alerts come from them, and people act at the product's own desks. An act may be killed between what
it stored and its answer: it is said again.
"""

from __future__ import annotations

import heapq
import tomllib
from collections.abc import Callable, Iterable
from dataclasses import dataclass, field, replace
from datetime import date, datetime, timedelta
from pathlib import Path
from typing import Any, Final
from uuid import UUID

import pytest

from adapters.own_files import use_own_files
from energy.alerting.notices.telling import Telling
from energy.alerting.rule_reads import read_channels
from energy.base.aggregate import use_clock
from energy.base.clock import PlayClock
from energy.base.config import load_config
from energy.base.errors import RefusedError
from energy.base.ids import id_of
from energy.base.period import midnight
from energy.metering.reading import Reading
from energy.service.duty.calling import called_by
from energy.store.pool import Database
from energy.system import OWNER, SEALER, WRITER, System
from processes.jobs import ALERTS, Jobs
from processes.project import site_followers
from processes.site_init import check_site_file, init_site
from simulator.airport.design import airport_of
from simulator.airport.plant import quantities_of
from simulator.airport.site_file import site_text, write_profiles, write_site
from tests.command_centre.table import Fault
from tests.command_centre.world import World
from tests.energy.alerting.notices import book
from tests.energy_company.cuts import Cuts, KilledError
from tests.energy_company.script import END, ZONE, Said, Thing, instant, read
from tests.fixtures.postgres import TestSite, command

SINCE: Final = date(2026, 10, 18)
"""Sunday: meters are in, people and desks are ready; on Monday the weeks begin."""
QUARTER: Final = timedelta(minutes=15)
SENSED: Final = timedelta(minutes=5)
"""How often a sensor is read where something is wrong."""
AROUND: Final = timedelta(minutes=10)
BILLED: Final = (
    ("t2-food-001-elec", "active_energy_import"),
    ("t1-shop-001-elec", "active_energy_import"),
    ("t2-shop-001-elec", "active_energy_import"),
    ("t2-food-001-water", "volume"),
)
"""What the bills of the script are made of."""
WATER: Final = "t2-food-001-water"
ACCOUNTS: Final = """
[[account]]
key = "A-FOOD"
name = "Kapok Noodles"
address = "Terminal 2"
email = "food@kapok-bay.example"
language = "en"
opened_on = 2026-10-19
supplies = [
  { point = "t2-food-001-elec", tariff = "airport-electricity" },
  { point = "t2-food-001-water", tariff = "airport-water" },
]

[[account]]
key = "A-SHOP"
name = "Harbour Books"
address = "Terminal 1"
email = "shop@kapok-bay.example"
language = "zh"
opened_on = 2026-10-19
supplies = [{ point = "t1-shop-001-elec", tariff = "airport-electricity" }]

"""


@dataclass(order=True)
class Due:
    """Something that is done at an instant, in the order of the script."""

    at: datetime
    place: int
    act: Callable[[], None] = field(compare=False)


@dataclass
class Company:
    """The site, its people and processes, and the clock of two weeks."""

    site: TestSite
    folder: Path
    cuts: Cuts
    meters: int = 60
    """Metering points of the airport."""
    all_read: bool = False
    """Whether every meter is read all the time; else what the script asks for."""
    people: dict[str, UUID] = field(default_factory=dict)
    made: dict[tuple[str, int], UUID] = field(default_factory=dict)
    """Kind and number of the script -> id of the product."""
    _due: list[Due] = field(default_factory=list)
    said_again: bool = False
    """Whether what is being said was killed before."""
    _planned: int = 0

    # ------------------------------------------------------------ the site
    def found(self, monkeypatch: pytest.MonkeyPatch) -> None:
        """Make the airport's site, its people, rules and notices; the clock stands on Sunday."""
        site = self.site
        self.clock = PlayClock(self.folder / "clock")
        self.clock.move_to(instant("sun 18 12:00"))
        site.clock = self.clock  # type: ignore[assignment]
        use_clock(self.clock)
        config = replace(load_config(), dsn=site.server.dsn(WRITER), pool_size=4)
        self.system = System(config=config, role=WRITER, clock=self.clock)
        self.owner = Database(site.server.dsn(OWNER))
        self._sealer = Database(site.server.dsn(SEALER))
        self._site_file()
        self.duty = read("duty", frozenset())
        self._people()
        known = frozenset(self.people)
        self.duty = read("duty", known)
        self.incidents = read("incidents", known)
        self.orders: dict[int, Thing] = read("orders", known)["order"]
        self.requests: dict[int, Thing] = read("requests", known)["request"]
        self.typed: dict[int, Thing] = read("office", known)["typed"]
        with site.writer.connection() as connection:
            channels = read_channels(connection, site.schema).values()
        named = {(each.point, each.quantity): each for each in channels}
        self.faults = [_fault(n, row) for n, row in enumerate(self.incidents["fault"], 1)]
        told = {tuple(each.do["of"][0].split("/")) for each in self.faults}
        self.sensed = sorted((point, quantity) for point, quantity in told)
        airport = airport_of(self.meters, 7)
        counters = [(each.point, quantities_of(each)[0]) for each in airport.metered]
        wanted = [*self.sensed, *(counters if self.all_read else BILLED)]
        self.world = World(airport, named, wanted, self.faults)
        monkeypatch.setattr(System, "sites", lambda _: [site.site])
        self._processes()
        self._watch()
        self._read_days()

    def _site_file(self) -> None:
        """Found the site by the airport's own file, set into London's zone, with two tenants."""
        site, airport = self.site, airport_of(self.meters, 7)
        write_profiles(self.folder)
        use_own_files(self.folder)
        file = write_site(airport, self.folder / "site", interval_s=900)
        text = site_text(airport, interval_s=900).replace("since = 2024-01-01", f"since = {SINCE}")
        text = text.replace('key = "airport"', f'key = "{site.site.key}"', 1)
        first, tariffs = text.index("[[account]]"), text.index("[[tariff]]")
        rules = text.index("[[rule]]")
        head, kept, rest = text[:first], text[tariffs:rules], text[rules:].split("[[rule]]\n")
        told = ("residual_current", "contact_temperature", "winding_temperature")
        mine = [row for row in rest if any(f'quantity = "{each}"' in row for each in told)]
        text = head + ACCOUNTS + kept + "".join(f"[[rule]]\n{row}" for row in mine)
        for path in [file, *sorted((self.folder / "site" / "tariffs").glob("*.toml"))]:
            told_of = text if path == file else path.read_text(encoding="utf-8")
            path.write_text(told_of.replace("Asia/Shanghai", ZONE.key), encoding="utf-8")
        vault = self.system.vault
        founded = init_site(check_site_file(file), self.owner, site.writer, self.clock, vault)
        site.site = replace(founded, key=site.site.key)

    def _people(self) -> None:
        """Register the people of the script; who watches can be told by telephone."""
        site, box = self.site, self.system.vault
        for number, (name, role) in enumerate(self.duty["people"].items()):
            self.people[name] = self.system.people.add(
                sign_in=name,
                name=name.title(),
                password_hash="x",
                roles=[role],
                language="en",
                command_id=command("add", name),
            )
            if role in {"desk", "technician"}:
                phone = f"+4416329600{number:02d}"
                book.contact(site, box, name, user=self.people[name], sms=phone)
        book.group(site, "duty", "post:control")
        book.texts(site)
        book.plan(site, (Path(__file__).parent / "notices.toml").read_text(encoding="utf-8"))

    def _processes(self) -> None:
        site = self.site
        self._followers = site_followers(site.writer, site.site, self.clock)
        self._operations = next(each for each in self._followers if each.name == "operations")
        self.project()
        jobs = Jobs(self.system, self.owner, self._sealer)
        chores = {each.name: each for each in jobs._sites()[f"{site.site.key} {ALERTS}"]().chores}
        self._alerting = [chores["alerts"], chores["alert keeping"]]
        self._telling = Telling(
            site.writer, site.site, self.clock, called=called_by(site.writer, site.site)
        )
        self._telling.begin()

    def close(self) -> None:
        """Close the pools."""
        use_own_files(None)
        for each in (self.owner, self._sealer, self.system):
            each.close()

    # ------------------------------------------------------------ time
    def plan(self, at: datetime, act: Callable[[], None]) -> None:
        """Let something be done at an instant; of two of one instant what was planned first."""
        self._planned += 1
        heapq.heappush(self._due, Due(at, self._planned, act))

    def plan_thing(self, thing: Thing, say: Callable[[Thing, int, Said], None]) -> None:
        """Let every row of a thing's log be said at its time, again where it was killed.

        Raises:
            AssertionError: When it comes to it: a row was refused, or not as it says.
        """
        for place, said in enumerate(thing.log):
            self.plan(said.at, lambda place=place, said=said: self._say(thing, place, said, say))  # type: ignore[misc]

    def _say(
        self, thing: Thing, place: int, said: Said, say: Callable[[Thing, int, Said], None]
    ) -> None:
        where = f"{thing.kind} {thing.n}: {said.verb} {said.at.astimezone(ZONE):%a %d %H:%M}"
        for attempt in range(20):
            self.said_again = attempt > 0
            try:
                with self.cuts.falling():
                    say(thing, place, said)
            except KilledError:
                continue  # nobody had an answer: it is said again
            except RefusedError as error:
                key = "" if error.message is None else error.message.key.rpartition(".")[2]
                told, keys = str(error), {key, error.code}
            else:
                told, keys = "done", {""}
            assert said.refused in keys, f"{where}: {told} {keys}"
            return
        raise AssertionError(f"{where} never comes to an end")

    def play(self, until: datetime) -> None:
        """Do what is due, reading meters between, until an instant."""
        while self._due and self._due[0].at <= until:
            due = heapq.heappop(self._due)
            if due.at > self.clock.now():
                self.clock.move_to(due.at)
            due.act()
        self.clock.move_to(until)
        self.fold()

    def fold(self) -> None:
        """Let the tables of operations catch up."""
        while self._operations.step():
            pass

    def project(self) -> None:
        """Let all tables catch up."""
        for follower in self._followers:
            while follower.step():
                pass

    def _watch(self) -> None:
        """Plan when the sensors are read: around each fault."""
        instants: set[datetime] = set()
        for each in self.faults:
            at = each.begins - AROUND
            while at <= each.ends + AROUND:
                instants.add(at)
                at += SENSED
        for at in sorted(instants):
            self.plan(at, lambda at=at: self._sense(at))  # type: ignore[misc]

    def _read_days(self) -> None:
        """Plan that behind each day what its billed meters counted is there."""
        day = SINCE
        while day < END.date():
            begin, end = (midnight(day + timedelta(days=n), ZONE) for n in (0, 1))
            quarters = [begin + n * QUARTER for n in range(1, (end - begin) // QUARTER + 1)]
            instants = [begin, *quarters] if day == SINCE else quarters
            self.plan(end, lambda instants=instants: self._count(instants))  # type: ignore[misc]
            day += timedelta(days=1)

    def _count(self, instants: list[datetime]) -> None:
        names = [each for each in self.world.wanted if each not in self.sensed]
        hours = [instants[n : n + 4] for n in range(0, len(instants), 4)]
        for some in hours if self.all_read else [instants]:
            self.read(names, some)
            self.project()

    def _sense(self, at: datetime) -> None:
        self.read(self.sensed, [at])
        self.watch()

    def watch(self) -> None:
        """Let the processes see what was read: alerts are raised and told."""
        self.project()
        for chore in self._alerting:
            while chore.step():
                pass
        self.fold()
        while self._telling.follow():
            pass
        self.fold()

    def read(self, names: Iterable[tuple[str, str]], instants: Iterable[datetime]) -> None:
        """Bring what some channels show at some instants into the journal."""
        world = self.world
        self.site.accept(
            *(
                Reading(channel=world.channels[name].number, at=at, count=self._shown(name, at))
                for at in instants
                for name in names
            )
        )

    def _shown(self, name: tuple[str, str], at: datetime) -> int:
        """Return what a register shows; the water of the restaurant counts as the script says.

        Ten cubic metres a day, one each hour from eight to six by the clock on the wall.
        """
        if name[0] != WATER:
            return self.world.count(name, at)
        local = at.astimezone(ZONE)
        minutes = min(max((local.hour - 8) * 60 + local.minute, 0), 600)
        return 500_000 + (local.date() - SINCE).days * 1_000 + minutes * 100 // 60

    def who(self, name: str) -> UUID:
        """Return the id of a person of the script."""
        return self.people[name]


def _fault(number: int, row: dict[str, Any]) -> Fault:
    begins, ends = instant(row["from"]), instant(row["to"])
    return Fault(
        number=number,
        what=row["of"],
        begins=begins,
        ends=ends,
        do={"set": row["shows"], "of": [row["of"]]},
        alert={},
        raised_from=begins,
        raised_by=begins + AROUND,
        told={},
        end="",
    )


def said_by(thing: Thing, place: int) -> UUID:
    """Return the command's id of a row of the script: said again it is the same command."""
    return id_of("weeks", thing.kind, str(thing.n), str(place))


def toml_file(name: str) -> dict[str, Any]:
    """Return a file of the weeks as it stands."""
    path = Path(__file__).parent / "weeks" / f"{name}.toml"
    return tomllib.loads(path.read_text(encoding="utf-8"))

"""In: a fresh site, the table of a week. Out: the week, played chore by chore in data time. I/O.

PostgreSQL, rules, chores and gateways are the product's own, in the order in which its processes
do them; the clock is moved by hand.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from decimal import Decimal
from pathlib import Path
from typing import Any, Final

import pytest

import processes.jobs
from adapters.own_files import use_own_files
from billing.views.outage_tenants import supplied_by
from energy.alerting.facts import Ports, PrepaidBalance
from energy.alerting.outages.informing import group_of
from energy.alerting.rule_reads import read_channels
from energy.base.config import Config
from energy.base.period import local_day
from energy.base.units import Utility
from energy.metering.plans.plan import NodeKind, PlannedYear, PlanNode, PlanRevision
from energy.metering.reading import Reading
from energy.store.communication import store_states
from energy.store.pool import Database
from energy.system import OWNER, SEALER, WRITER, System
from processes.alert_facts import ports_of
from processes.jobs import ALERTS, Jobs
from processes.notices import Notices
from processes.project import roll_up_all, site_followers
from processes.site_init import check_site_file, init_site
from processes.site_rounds import Chore
from simulator.airport.design import airport_of
from simulator.airport.site_file import site_text, write_profiles, write_site
from tests.command_centre.outside import Outside
from tests.command_centre.shift import PHONES, Shift
from tests.command_centre.table import FOLDER, Week
from tests.command_centre.world import Name, World
from tests.energy.alerting.notices import book
from tests.fixtures.devices import device_state
from tests.fixtures.postgres import TestSite, command

METERS, SEED = 60, 7
GRID = timedelta(minutes=5)
"""How often a channel is read."""
CALM = 3
"""So many readings come in one step while nothing happens: no more than a crossing stays fresh."""
NEAR = timedelta(minutes=10)
"""So long after a fault has begun or ended every reading is a step."""
LEARNT = timedelta(weeks=14)
"""How much of the past a baseline knows when the week begins."""
CHORES = ("midnights", "alerts", "ticks", "findings", "alert keeping")
"""Of the process `jobs`, in its order; what bills, seals and imports has no part in the week."""
BASELINED: Final = ("t2-hall-001-cool", "heat_energy")
PHASED: Final = "grid-b-elec"
"""Meter of which all three currents are read."""
PLANNED_KWH: Final = Decimal(535_000)
"""What ground handling uses in a month like the days of the week."""


@dataclass
class Centre:
    """The site, its processes, its people and the gateways outside."""

    site: TestSite
    week: Week
    folder: Path
    outside: Outside
    steps: int = 0
    world: World = field(init=False)
    shift: Shift = field(init=False)

    def __post_init__(self) -> None:
        self._failing: dict[str, datetime] = {}
        self._seen: dict[str, datetime] = {}
        self._waiting: list[list[Reading]] = []

    # ------------------------------------------------------------ the site
    def found(self, monkeypatch: pytest.MonkeyPatch) -> None:
        """Make the airport's site, its book of people, its processes, and the past it learns."""
        site, pages = self.site, self.folder / "web.pem"
        config = Config(
            data_dir=self.folder,
            dsn=site.server.dsn(WRITER),
            pool_size=4,
            web_certificate=str(pages),
            web_url="https://energy.kapok-bay.example",
        )
        self.system = System(config=config, role=WRITER, clock=site.clock)
        self.owner = Database(site.server.dsn(OWNER))
        self._sealer = Database(site.server.dsn(SEALER))
        self._site_file()
        with site.writer.connection() as connection:
            every = read_channels(connection, site.schema).values()
        channels = {(each.point, each.quantity): each for each in every}
        airport = airport_of(METERS, SEED)
        self.world = World(airport, channels, self._wanted(list(channels)), self.week.faults)
        self._people()
        self._plan()
        self.shift = Shift(site, self.system, self.week, self.outside, pages)
        self.shift.renew_certificate()
        monkeypatch.setattr(processes.jobs, "ports_of", self._ports)
        monkeypatch.setattr(System, "sites", lambda _: [site.site])
        self._processes()
        if any(self.world.meant(each, BASELINED) for each in self.week.faults):
            self._learn()

    def _site_file(self) -> None:
        site, airport = self.site, airport_of(METERS, SEED)
        write_profiles(self.folder)
        use_own_files(self.folder)
        file = write_site(airport, self.folder / "site", interval_s=300)
        text = site_text(airport, interval_s=300)
        text = text.replace('key = "airport"', f'key = "{site.site.key}"', 1)
        before, head, table = text.partition(f'[[meter]]\npoint = "{PHASED}"')
        phases = ", ".join(f'"current_l{phase}"' for phase in (1, 2, 3))
        text = before + head + table.replace('"current_l1"', phases, 1)
        rules = (FOLDER / "rules.toml").read_text(encoding="utf-8")
        file.write_text(f"{text}\n{rules}", encoding="utf-8")
        vault = self.system.vault
        founded = init_site(check_site_file(file), self.owner, site.writer, site.clock, vault)
        site.site = replace(founded, key=site.site.key)

    def _wanted(self, channels: Sequence[Name]) -> list[Name]:
        """Return what is read: what counts, every power, and what a rule watches."""
        rows = self.site.rows("SELECT spec FROM {s}.rule")
        told = [spec.get("subject") or {} for (spec,) in rows]
        watched = {
            (point, quantity)
            for subject in told
            for quantity in [subject.get("quantity"), *subject.get("quantities", ())]
            for point in subject.get("points", ())
        }
        usual = {"active_energy_import", "active_power", "volume", "heat_energy"}
        return [name for name in channels if name in watched or name[1] in usual]

    def _people(self) -> None:
        """Register who is told: duty, manager, engineer, and the tenants behind feeder Cargo."""
        site, box = self.site, self.system.vault
        for key, phone in PHONES.items():
            book.contact(site, box, key, sms=phone)
        book.contact(site, box, "ben", "zh", mail="ben@kapok-bay.example")
        for name, key in {"duty": "ada", "managers": "eve", "engineers": "ben"}.items():
            book.group(site, name, key)
        day = local_day(self.week.begins, site.site.zone)
        points = [each for each in self.world.polled if each.startswith("cargo-")]
        supplied = supplied_by(site.writer, site.site)(points, day)
        self.tenants = sorted({each.account.lower() for each in supplied if each.account})
        for key in self.tenants:
            book.contact(site, box, key, mail=f"{key}@tenants.example")
            book.group(site, group_of(key), key)
        book.texts(site)
        book.plan(site, (FOLDER / "notices.toml").read_text(encoding="utf-8"))

    def _plan(self) -> None:
        """Plan what a month of ground handling may come to: as much as it uses."""
        plan = PlanRevision(
            year=local_day(self.week.begins, self.site.site.zone).year,
            rows=[
                PlannedYear(
                    node=PlanNode(kind=NodeKind.SUPPLY, key="ground-board-01-elec"),
                    utility=Utility.ELECTRICITY,
                    unit="kWh",
                    quantities=(PLANNED_KWH,) * 12,
                ).as_json()
            ],
            currency="CNY",
            reason="budget",
            file="plan.xlsx",
            proposed_by=book.ADMIN,
            command_id=command("plan"),
            withdrawn=None,
        )
        plan.approve(by=book.SECOND, command_id=command("approve"))
        self.site.application("metering").store(plan)

    def _ports(self, *told: Any) -> Ports:
        """Return what the product tells its rules; prepaid money as the table has it."""

        def prepaid() -> list[PrepaidBalance]:
            left = self.world.balances(self.site.clock.now())
            return [PrepaidBalance(account=a, balance=b) for a, b in left.items()]

        return replace(ports_of(*told), prepaid=prepaid)

    def _processes(self) -> None:
        """Make the chores of the processes `project` and `jobs` as they make them."""
        site = self.site
        self._followers = site_followers(site.writer, site.site, site.clock)
        self._operations = next(each for each in self._followers if each.name == "operations")
        jobs = Jobs(self.system, self.owner, self._sealer)
        turns = jobs._sites()
        own, alerting = (turns[key]() for key in (site.site.key, f"{site.site.key} {ALERTS}"))
        chores = {each.name: each for each in (*own.chores, *alerting.chores)}
        self._jobs: list[Chore] = [chores[name] for name in CHORES]
        self._notices = Notices(self.system, self.outside.settings)
        self.project()
        made = [make() for make in self._notices._turns().values()]
        every = [chore for turn in made for chore in turn.chores]
        self._telling = [chore for chore in every if chore.name in {"tell", "repeat"}]
        self._sending = [chore for chore in every if chore.name in {"send", "answers"}]
        self._answers = [chore for chore in every if chore.name == "answers"]

    def close(self) -> None:
        """Hang up and close the pools."""
        use_own_files(None)
        self._notices.close()
        self.owner.close()
        self._sealer.close()
        self.system.close()

    def _learn(self) -> None:
        """Bring the past of the baseline into the journal, an hour a reading."""
        hours = int(LEARNT / timedelta(hours=1))
        past = [self.week.begins - timedelta(hours=n) for n in range(hours, 0, -1)]
        channel = self.world.channels[BASELINED].number
        self.site.accept(
            *(Reading(channel=channel, at=at, count=self.world.count(BASELINED, at)) for at in past)
        )
        self.project()

    # ------------------------------------------------------------ time
    def play(self) -> None:
        """Play the week, or what of it the table was cut to."""
        while self.site.clock.now() < self.week.ends:
            self._step()
            self.steps += 1

    def _step(self) -> None:
        now = self.site.clock.now()
        instants = [now + GRID]
        while len(instants) < CALM and not self._busy(instants[-1]):
            instants.append(instants[-1] + GRID)
        self.site.clock.move_to(instants[-1])
        self._read(instants)
        if self.shift.act():
            self._do(self._answers)  # who answered is told no more
        self.work()
        self.shift.look()

    def _busy(self, at: datetime) -> bool:
        """Return whether something begins, ends or is to be done about an instant."""
        return self.shift.waits(at) or any(
            begun - GRID <= at <= begun + NEAR
            for each in self.week.faults
            for begun in (each.begins, each.ends)
        )

    def _read(self, instants: Sequence[datetime]) -> None:
        """Bring what was read into the journal; behind a line that is cut it waits."""
        now = instants[-1]
        self._waiting += [self.world.readings(at) for at in instants]
        if self.world.held(now):
            return
        for batch in self._waiting:
            self.site.accept(*batch)
        self._waiting.clear()
        for point in self.world.polled:
            if self.world.silent(point, now):
                self._failing.setdefault(point, now)
            else:
                self._failing.pop(point, None)
                self._seen[point] = now
        states = [
            device_state(
                point,
                self.world.source_of[point],
                failing_since=self._failing.get(point),
                last_seen=self._seen.get(point),
            )
            for point in self.world.polled
        ]
        store_states(self.site.writer, self.site.schema, states, now)

    def project(self) -> None:
        """Let the process `project` catch up."""
        for follower in self._followers:
            while follower.step():
                pass
        roll_up_all(self.site.writer, self.site.site)

    def work(self) -> None:
        """Let every process do what it can do at one instant."""
        self.project()
        for chore in self._jobs:
            while chore.step():
                pass
        for _ in range(50):
            self._fold()
            more = self._do(self._telling)
            self._fold()
            more |= self._do(self._sending)
            self.outside.receipts()
            if not more:
                return
        raise AssertionError("it never comes to rest")

    def _do(self, chores: Sequence[Chore]) -> bool:
        self._fold()
        more = [chore.step() for chore in chores]  # every one, whatever the first says
        return any(more)

    def _fold(self) -> None:
        """Fold what is new of alerts and notices."""
        while self._operations.step():
            pass

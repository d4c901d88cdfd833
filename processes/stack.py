"""In: a data directory and what to play. Out: an installation that runs on this machine. I/O.

Everything `scripts/up` starts: embedded PostgreSQL, a broker, the simulator, collect, project,
jobs and web, with the ports they found free.
"""

from __future__ import annotations

import json
import os
import secrets
import sys
from collections.abc import Collection, Mapping
from datetime import datetime
from pathlib import Path
from uuid import UUID

from adapters.own_files import use_own_files
from dashboards.security.passwords import hashed
from energy.base.aggregate import use_clock
from energy.base.clock import PlayClock
from energy.base.config import Config
from energy.base.ids import id_of
from energy.journal.access import Access
from energy.store.embedded import EmbeddedPostgres
from energy.store.errors import PrivilegeError
from energy.store.migrate import make_roles, migrate_directory, migrate_site
from energy.store.server_settings import SUPERUSER
from energy.store.sites import Site, list_sites
from energy.system import (
    ELSEWHERE,
    OWNER,
    WRITER,
    System,
    database_of,
    embedded_of,
    move_postgres_elsewhere,
)
from processes.broker import broker_command
from processes.collect_plan_file import plan_from_registry
from processes.demo_site import demo_site
from processes.play_spec import PLAY_SPEC, PlaySpec, free_port, with_free_ports
from processes.remains import MARK, end_remains
from processes.site_init import check_site_file, init_site
from processes.supervisor import ChildSpec, Supervisor

_CHECKOUT = Path(__file__).parent.parent
FIRST_SIGN_IN = "admin"
CLERK, APPROVER = "clerk", "approver"
_CLERK_ROLES, _APPROVER_ROLES = ("billing_clerk",), ("billing_approver",)
_ADMIN_ROLES = ("admin", "energy_manager", "technician", "billing_clerk", "billing_approver")


class Stack:
    """The installation of one data directory."""

    def __init__(self, config: Config, play: PlaySpec) -> None:
        """Prepare; nothing is started.

        Args:
            config: Settings with the data directory.
            play: What the simulator plays.
        """
        self.config = config
        self.dir = config.data_dir
        self.play = with_free_ports(play, self.dir / PLAY_SPEC)
        self.demo = demo_site(self.play)
        self.clock = PlayClock(self.dir / "play.clock")
        self.postgres: EmbeddedPostgres = embedded_of(config)
        self.supervisor = Supervisor(self.dir / "log", self.dir / "pids.json")
        self.web_port = free_port(config.web_port)
        self.first_password: str | None = None

    def prepare(self) -> Site:
        """Start PostgreSQL, migrate, add the first people, make the site; return it.

        Raises:
            StoreError: PostgreSQL cannot be used.
            SiteFileError: The site file is wrong.
        """
        end_remains(self.dir)
        if not (self.dir / "play.json").exists() and self.clock.live:
            self.clock.move_to(datetime.fromisoformat(self.play.first))
        use_clock(self.clock)
        use_own_files(self.dir)
        checked = check_site_file(self.demo.site_file(self.play, self.dir))
        self.start_postgres()
        owner = database_of(self.config, OWNER)
        with owner.connection() as connection:
            migrate_directory(connection, at=self.clock.now())
        system = System(config=self.config, role=WRITER, clock=self.clock)
        try:
            self._people(system)
            known = {site.key for site in list_sites(system.database)}
            with owner.connection() as connection:
                for key in sorted(known):  # the folder may be of an earlier release
                    migrate_site(connection, key, at=self.clock.now())
            if checked.site.key not in known:
                init_site(checked, owner, system.database, self.clock, system.vault)
                self._open_sign_in(system, checked.site.key)
            plan_from_registry(system.database, checked.site).save(self.dir / "plan.json")
        finally:
            system.close()
            owner.close()
        return checked.site

    def start_postgres(self) -> None:
        """Start the embedded server (or find it) and make the roles."""
        try:
            self.postgres.start()
        except PrivilegeError:
            if os.geteuid() != 0 or (self.dir / ELSEWHERE).exists():
                raise
            self.postgres = move_postgres_elsewhere(self.config)
            self.postgres.start()
        self.postgres.adopt()
        make_roles(self.postgres.dsn(user=SUPERUSER))
        if self.postgres.pid is not None:
            self.supervisor.extra_pids["postgres"] = self.postgres.pid

    def start(self, *, web: bool, only: Collection[str] = ()) -> None:
        """Start the processes, on ports that are free now: a large site takes minutes to make.

        Args:
            web: Whether the dashboard is served.
            only: Names of the processes that start; empty starts all.
        """
        self.play = with_free_ports(self.play, self.dir / PLAY_SPEC)
        for spec in self._specs(web=web):
            if not only or spec.name in only:
                self.supervisor.start(spec)

    def watch(self) -> None:
        """Start again what has ended, the database too."""
        if not self.postgres.alive():
            self.start_postgres()
            self.supervisor.write_pids()
        self.supervisor.watch()

    def stop(self) -> None:
        """Stop every process and leave none."""
        self.supervisor.stop()
        self.postgres.stop()

    def environment(self) -> Mapping[str, str]:
        """Return what the children must know."""
        return {
            MARK: str(self.dir),
            "METERLINE_DATA_DIR": str(self.dir),
            "METERLINE_SITE": self.demo.key,
            "METERLINE_PLAY_CLOCK": str(self.dir / "play.clock"),
            "METERLINE_WEB_PORT": str(self.web_port),
            **self.play.source_ports(),
            "PYTHONPATH": str(_CHECKOUT),
            "PYTHONUNBUFFERED": "1",
        }

    def _specs(self, *, web: bool) -> list[ChildSpec]:
        python = [sys.executable, "-m"]
        environment = self.environment()
        plan, sock = str(self.dir / "plan.json"), str(self.dir / "play.sock")
        commands: dict[str, list[str]] = {
            "broker": list(broker_command(self.dir, self.play.mqtt_port)),
            "simulator": [*python, *self.demo.simulator(self.play, self.dir)],
            "collect": [
                *[*python, "processes.collect", "--plan", plan],
                *["--data-dir", str(self.dir / "collect"), "--play", sock],
            ],
            "project": [*python, "processes.project"],
            "jobs": [*python, "processes.jobs"],
        }
        if web:
            commands["web"] = [*python, "processes.web"]
        return [
            ChildSpec(name=name, command=command, environment=environment)
            for name, command in commands.items()
        ]

    def _people(self, system: System) -> None:
        """Add the first sign-in (password shown until it is changed) and the demo's clerks."""
        secret = self.config.secrets_dir / "first-password"
        admin = system.people.by_sign_in(FIRST_SIGN_IN)
        if admin is None:
            password = "-".join(secrets.token_hex(2) for _ in range(4))
            self.config.secrets_dir.mkdir(parents=True, exist_ok=True, mode=0o700)
            with os.fdopen(
                os.open(secret, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600), "w"
            ) as opened:
                opened.write(password)
            self._add(system, FIRST_SIGN_IN, "Administrator", password, _ADMIN_ROLES)
            admin = system.people.by_sign_in(FIRST_SIGN_IN)
        if admin is not None and admin.must_change and secret.exists():
            self.first_password = secret.read_text()
        for sign_in, name, roles in (
            (CLERK, "Clara Clerk (demo)", _CLERK_ROLES),
            (APPROVER, "Adam Approver (demo)", _APPROVER_ROLES),
        ):
            if system.people.by_sign_in(sign_in) is None:
                self._add(system, sign_in, name, secrets.token_urlsafe(24), roles)

    def _open_sign_in(self, system: System, site: str) -> None:
        """Ask no second factor of a demo's people: whoever tries it has no phone at hand."""
        access = Access(system.database, self.clock, system.vault)
        by, rules = person_id(system, FIRST_SIGN_IN), json.dumps({"second_factor": []})
        access.set_rules(site, rules, by, id_of("demo sign-in rules", site))

    def _add(
        self, system: System, sign_in: str, name: str, password: str, roles: tuple[str, ...]
    ) -> None:
        system.people.add(
            sign_in=sign_in,
            name=name,
            password_hash=hashed(password),
            roles=roles,
            language=self.config.language,
            command_id=id_of("first people", sign_in),
        )


def person_id(system: System, sign_in: str) -> UUID:
    """Return the id of one of the first people."""
    person = system.people.by_sign_in(sign_in)
    assert person is not None, f"{sign_in} was added at the start"
    return person.person

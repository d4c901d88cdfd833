"""The connection cut right after each COMMIT of every command: repeated, it has one effect."""

from __future__ import annotations

import contextlib
import itertools
import shutil
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from functools import cache
from pathlib import Path

import psycopg
import pytest
import typer
from argon2 import PasswordHasher
from psycopg.conninfo import conninfo_to_dict

import dashboards.security.passwords
import processes.settling
from adapters.modbus import register_map
from energy.base.aggregate import use_clock
from energy.base.clock import SystemClock
from energy.system import SEALER, WRITER
from scripts.main import app
from simulator.energy_file import load_series
from simulator.plant import read_plant
from tests.fixtures.command_steps import STEPS
from tests.fixtures.command_story import Step, Story, Told
from tests.fixtures.commit_proxy import CommitProxy
from tests.fixtures.gateway import gateway
from tests.fixtures.postgres import DatabaseServer, directory

__all__ = ["directory"]
pytestmark = pytest.mark.servers

DEMO = Path(__file__).resolve().parents[2] / "simulator" / "sites" / "cambridge"
READING = {
    *("site list", "site tree", "field check", "meter list", "meter show", "usage show"),
    *("tariff check", "tariff rate", "bill review", "bill show", "bill export", "alert list"),
    *("alert backtest", "alert actors", "alert handover"),
    *("alert show", "alert suppressions"),
    *("journal verify", "view lag", "view verify", "user list", "site usage", "site export"),
    *("field health", "field gaps", "readings show", "readings export", "readings corrections"),
    *("finding list", "usage arrived", "usage marks", "journal export", "journal check"),
    *("db size", "db backup", "field label", "field sheet", "meter history", "meter document"),
    *("field scan", "field probe", "field tenant", "field broker", "field map"),
    *("profile list", "profile show", "profile check", "profile docs"),
    *("readings imports", "readings explain", "prepaid records", "field pack", "field zip"),
    *("field ports", "field points", "field time", "field outbox", "field unpack"),
    *("estimate propose", "estimate list", "estimate show", "estimate methods"),
    *("usage completeness", "review list", "review show"),
    *("meter life", "meter due", "meter adjustments"),
    *("plan template", "plan list", "plan show", "note list", "note show", "usage export"),
    *("share list", "share show", "share explain", "share bearers", "usage by"),
    *("notice contacts", "notice groups", "notice templates", "notice plan", "notice list"),
    *("notice statistics", "notice duty", "outage show", "outage list"),
    *("equipment list", "equipment show", "equipment history", "equipment certificates"),
    *("duty plan", "duty rosters", "duty show", "duty now", "duty stand-ins", "duty leave"),
    *("duty leave-slots", "duty swaps", "duty log", "duty handovers"),
    *("equipment plans", "equipment due"),
    *("place tree", "supply show", "supply balance", "supply losses", "finding codes"),
    *("formula list", "formula show", "formula check", "formula explain"),
    *("pay queue", "pay items", "pay list", "pay statement", "pay ageing", "pay write-offs"),
    *("pay mandates", "dunning due", "dunning disputes", "dunning plans"),
    *("ledger list", "ledger balances", "ledger months", "ledger check", "ledger export"),
    *("ledger bills", "ledger tax", "supplier list", "supplier recovery"),
    *("prepaid list", "prepaid balance", "prepaid statement", "prepaid warnings"),
    *("prepaid orders", "prepaid protected", "prepaid card-price", "prepaid cards"),
    "prepaid notice",
    *("incident classes", "incident list", "incident show"),
    *("work checklists", "work list", "work show"),
    *("request calls", "request caller", "request list", "request show", "request figures"),
    *("article list", "article search", "article show", "article figures"),
    *("case plans", "case list", "case show", "case view", "case figures"),
    *("switching templates", "switching list", "switching show", "switching print"),
    *("patrol plan", "patrol due", "patrol show", "patrol sheet", "patrol pack"),
    *("inspect rules", "inspect suspicions", "inspect list", "inspect show"),
    *("event list", "event show", "event report"),
    *("contingency plans", "contingency due", "contingency list", "contingency show"),
    *("report plan", "report list", "report show", "report owed"),
    *("prepaid sales", "desk find", "desk shift", "desk list", "desk receipt"),
    *("tariff list", "tariff show", "tariff import-urdb"),
    *("takeover template", "takeover check", "takeover show"),
    *("account list", "account show", "account due"),
    *("paper make", "paper xml", "paper sample", "paper templates", "print show", "print mails"),
    *("fapiao export", "fapiao list"),
    *("bill exceptions", "bill bridge", "bill corrections", "bill replay", "bill impact"),
}
"""Verbs that change nothing."""
NO_ENTRIES = {
    "journal seal": "below",
    "journal archive": "files, then one transaction; tests/energy/journal/test_archive.py",
    "site import": "one transaction; tests/processes/test_site_transfer.py",
    "db restore": "into a folder without a database; tests/energy/store/test_backup.py",
    "db upgrade": "of a copy; tests/energy/store/test_upgrade.py",
    "db start": "starts a server; tests/energy/store/test_embedded.py",
    "db stop": "stops a server; tests/energy/store/test_embedded.py",
    "db migrate": "one transaction a file; tests/energy/store/test_migrate.py",
    "field log": "into a laptop's spool; tests/processes/test_laptop_log.py",
    "field sync": "each act once; tests/processes/test_laptop_sync.py",
    "field review": "each act once; tests/processes/test_laptop_review.py",
    "tariff golden": "only where rating changed; tests/billing/tariffs/test_tariff_office.py",
    "pay debit": "of books in euros; tests/billing/bank/test_debits.py",
    "supplier check": "one commit; tests/billing/suppliers/test_office.py",
    "print send": "each mail once; tests/processes/papers/test_mail_out.py",
    "print bounced": "of a mail that was sent; tests/processes/papers/test_mail_out.py",
    "event sign": "of one that is over; tests/energy/service/assurance/test_desk.py",
    "view rebuild": "its last commit is the swap; tests/faults/test_rebuild_dies.py",
}
"""Verbs that write, but no entries of their own, and where they are tested."""
PROCESSES = {"collect", "project", "jobs", "serve"}
_numbers = itertools.count(1)


@pytest.fixture
def proxy(database_server: DatabaseServer) -> Iterator[CommitProxy]:
    facts = conninfo_to_dict(database_server.dsn(WRITER))
    between = CommitProxy(Path(str(facts["host"])) / f".s.PGSQL.{facts['port']}")
    yield between
    between.close()


@pytest.fixture(autouse=True)
def _row(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    for name in ("DSN", "DSN_WRITER", "DSN_WEB", "SITE", "LANG", "LANGUAGE", "DATA_DIR", "CONFIG"):
        monkeypatch.delenv(f"METERLINE_{name}", raising=False)
    monkeypatch.setattr(processes.settling, "PROJECT_S", 0.0)
    cheap = PasswordHasher(time_cost=1, memory_cost=8, parallelism=1)
    monkeypatch.setattr(dashboards.security.passwords, "_HASHER", cheap)
    # The maps that ship never change.
    monkeypatch.setattr("scripts.commands.field_look.load", cache(register_map.load))
    plant = read_plant(DEMO / "site.toml", load_series(), shift_weeks=0)
    with gateway([*plant.electric, *plant.spares()], SystemClock()) as port:
        monkeypatch.setenv("METERLINE_SOURCE_MODBUS_1_PORT", str(port))
        yield
    use_clock(SystemClock())


@contextmanager
def a_story(server: DatabaseServer, proxy: CommitProxy) -> Iterator[Story]:
    """Give an installation of its own, gone afterwards."""
    key = f"cut{next(_numbers)}"
    folder = Path(tempfile.mkdtemp(prefix="mlc-"))
    shutil.copytree(DEMO / "tariffs", folder / "tariffs")
    story = Story(server, proxy, folder, key, DEMO / "tariffs")
    try:
        yield story
    finally:
        story.close()
        shutil.rmtree(folder)
        with server.superuser() as connection:
            connection.execute(f"DROP SCHEMA IF EXISTS {story.schema} CASCADE".encode())
            connection.execute("DELETE FROM directory.migration WHERE scope = %s", (story.schema,))
            connection.execute(
                "TRUNCATE directory.directory_events, directory.person, directory.person_key, "
                "directory.session, directory.site, directory.sign_in_failure, directory.follower, "
                "directory.seal, directory.seal_head, directory.archive_segment, "
                "directory.second_factor, directory.sign_in_lock, directory.sign_in_rules, "
                "directory.device, directory.provider_request, directory.tenant_access"
            )
            connection.execute("UPDATE directory.journal_head SET position = 0")


def told(
    server: DatabaseServer, proxy: CommitProxy, number: int, steps: list[Step] = STEPS
) -> Told:
    """Tell the story in an installation of its own."""
    with a_story(server, proxy) as story:
        return story.tell(steps, number)


@pytest.mark.usefixtures("directory")
@pytest.mark.parametrize("most", [1, pytest.param(1000, marks=pytest.mark.slow)])
def test_every_command_repeated_after_a_cut_behind_any_of_its_commits_has_one_effect(
    database_server: DatabaseServer, proxy: CommitProxy, most: int
) -> None:
    """Cut behind the first commit of every command; `scripts/test slow` cuts behind each."""
    calm = told(database_server, proxy, 0)
    for step, entries in zip(STEPS, calm.entries, strict=True):
        assert entries.total() > 0, f"{step.verb} stores nothing"
    for number in range(1, min(max(calm.commits), most) + 1):
        # Nothing is cut behind the last command that has so many commits.
        last = max(place for place, commits in enumerate(calm.commits) if commits >= number)
        cut = told(database_server, proxy, number, STEPS[: last + 1])
        for place, entries in enumerate(cut.entries):
            step = STEPS[place]
            where = f"{step.verb}, cut behind commit {number} of {calm.commits[place]}"
            assert step.effect(entries) == step.effect(calm.entries[place]), where
        if last + 1 == len(STEPS):
            assert cut.state == calm.state, f"with commit {number} of every command cut"


def test_every_verb_that_writes_is_cut_here() -> None:
    root = typer.main.get_command(app)
    context = root.make_context("meterline", [], resilient_parsing=True)
    verbs = set()
    for name in root.list_commands(context):
        group = root.get_command(context, name)
        inner = getattr(group, "commands", None)
        verbs |= {f"{name} {verb}" for verb in inner} if inner else {name}
    writing = verbs - READING - set(NO_ENTRIES) - PROCESSES
    assert writing == {step.verb for step in STEPS} & verbs, "a verb is in none of the lists"


@pytest.mark.usefixtures("directory")
def test_a_seal_cut_behind_any_of_its_commits_and_repeated_is_whole(
    database_server: DatabaseServer, proxy: CommitProxy
) -> None:
    with a_story(database_server, proxy) as story:
        story.tell(STEPS[:4], 0)
        for number in range(1, 30):
            story.row(f"user add p{number} --name P --role viewer")
            proxy.order(number, entries_only=False)
            with contextlib.suppress(psycopg.OperationalError):
                story.row("journal seal", role=SEALER)
            if not proxy.cut:
                break
            proxy.order(0)
            story.row("journal seal", role=SEALER)
            assert story.json("journal verify")["chain_ok"], f"cut behind commit {number}"
            with story.server.superuser() as connection:
                row = connection.execute(
                    "SELECT (SELECT max(last_position) FROM directory.seal), "
                    "(SELECT position FROM directory.journal_head)"
                ).fetchone()
            assert row is not None
            assert row[0] == row[1], f"not all is sealed, cut behind commit {number}"
        assert number > 2, "a seal commits more than once"

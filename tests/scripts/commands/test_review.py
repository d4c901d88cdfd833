"""The review queue by the command row: what waits, what hangs on it, who decided what."""

from __future__ import annotations

from datetime import date
from pathlib import Path
from typing import Any

import pytest

from billing.accounts.account import Supply
from billing.office import BillingOffice
from energy.base.config import load_config
from energy.base.secrets import PersonVault, master_key
from energy.journal.directory import TableKeys
from energy.views.validation.validation import Validation
from processes.settling import settle
from tests.billing.samples import TARIFFS
from tests.fixtures.batches import reading
from tests.fixtures.postgres import command, new_site
from tests.scripts.commands.test_readings import Row, row

__all__ = ["new_site", "row"]
pytestmark = pytest.mark.servers
DAYS = ["--from", "2019-01-01", "--to", "2019-01-01"]


@pytest.fixture
def doubted(row: Row) -> Row:
    """A register that leaps by 8,000 kWh and falls back."""
    row.site.accept(reading(1, 900, 800_000), reading(1, 915, 170))
    row.site.project()
    return row


def pay(row: Row) -> None:
    """Let somebody pay for the point."""
    site = row.site
    vault = PersonVault(
        master_key(load_config().secrets_dir / "master.key"), TableKeys(site.writer)
    )
    office = BillingOffice(site.writer, site.site, site.clock, vault)
    tariff = (TARIFFS / "campus-electricity.toml").read_text(encoding="utf-8")
    office.publish_tariff(tariff, command_id=command("tariff"), by=None)
    supply = Supply(
        point="m1", tariff="campus-electricity", valid_from=date(2019, 1, 1), valid_to=None
    )
    office.open_account(
        account="A-1",
        name="n",
        address="a",
        email="e@example.org",
        language="en",
        opened_on=date(2019, 1, 1),
        supplies=[supply],
        command_id=command("account"),
    )
    settle(site.writer, site.site, site.clock, "books")


def test_a_cause_or_point_that_there_is_not_is_refused_by_every_verb(doubted: Row) -> None:
    for verb in ("list", "accept --reason r --by manager", "hold --reason r --until 2019-03-01"):
        told = doubted(f"review {verb} --cause nonsense", code=2).output
        assert "'nonsense' is no cause. There are: step (The register fell or leapt)" in told
        assert "nowhere" in doubted(f"review {verb} --point nowhere", code=2).output
    assert "不是原因" in doubted("review list --cause nonsense --lang zh", code=2).output
    doubted("review list --cause step --point m1", code=1)
    doubted("review list --cause register.negative_step", code=1)
    for words in ("leapt", "The register fell or leapt", "计度器读数下降或突增", "突增"):
        (case,) = doubted.json("review list --cause", words, code=1)
        assert case["case"]["cause"] == "step"
    assert "is no cause" in doubted("review list --cause register", code=2).output
    assert "is no cause" in doubted("review list --cause", "", code=2).output
    said = ["--reading", "2019-01-01 15:00=1", "--reason", "r", "--by", "clerk"]
    empty = doubted("review correct", "", *said, code=2)
    assert "No case begins with ''" in empty.output


def test_a_case_is_listed_shown_and_corrected_by_two_people(doubted: Row) -> None:
    pay(doubted)
    (case,) = doubted.json("review list", code=1)
    assert (case["case"]["cause"], case["stake"]["currency"]) == ("step", "GBP")
    short = case["case"]["case"][:8]
    english = doubted("review list", code=1).stdout
    assert "The register fell or leapt" in english
    assert f"~{case['stake']['amount']} GBP" in english
    assert "计度器读数下降或突增" in doubted("review list --lang zh", code=1).stdout
    shown = doubted(f"review show {short}").stdout
    assert all(part in shown for part in ("8000", "register.negative_step", "A-1", "S-1"))
    told = ["--reading", "2019-01-01 15:00=1.65", "--reason", "digits swapped"]
    tried = doubted(f"review correct {short} --by clerk --dry-run", *told).stdout
    assert "Nothing was written" in tried
    out = doubted(f"review correct {short} --by clerk --evidence", __file__, *told).stdout
    proposed = out.partition("`readings approve ")[2][:8]
    refused = doubted(f"review accept {short} --by manager --reason r", code=2).output
    assert "waits for its second person" in refused
    shown = doubted(f"review show {short}").stdout
    assert f"`readings approve {proposed}`" in shown
    assert all(word in shown for word in ("1.65 kWh", "digits swapped", "Clerk"))
    (waiting,) = doubted.json("review list --state correction_proposed")
    assert waiting["case"]["case"] == case["case"]["case"]
    doubted(f"readings approve {proposed} --by approver")
    doubted("review list")
    (decided,) = doubted.json("review list --decided")
    assert (decided["kind"], decided["correction_state"]) == ("correction_proposed", "approved")
    story = doubted.json(f"review show {short}")
    assert [r["count"] for r in story["readings"] if r["at"].startswith("2019-01-01T15:00")] == [
        800_000,
        165,
    ]
    assert "superseded" in doubted(f"review show {short}").stdout


def test_a_reading_nobody_knows_the_value_of_is_disregarded_and_the_rest_waits(
    doubted: Row,
) -> None:
    late = 300
    doubted.site.accept(reading(1, 915 + late, 800_000), reading(1, 930 + late, 190))
    doubted.site.project()
    (case,) = doubted.json("review list", code=1)
    short = case["case"]["case"][:8]
    shown = doubted(f"review show {short}").stdout
    assert shown.count("counts, in doubt") == 2
    assert "--without" in shown
    said = ["--reason", "glitch", "--by", "clerk"]
    assert "Say what is wrong" in doubted(f"review correct {short}", *said, code=2).output
    without = ["--without", "2019-01-01 15:00"]
    (tried,) = doubted.json(f"review correct {short} --dry-run", *said, *without)
    assert (tried["remaining"], tried["position"]) == (2, None)
    out = doubted(f"review correct {short}", *said, *without).stdout
    assert "2 findings of the case are about others and wait on" in out
    proposed = out.partition("`readings approve ")[2][:8]
    doubted(f"readings approve {proposed} --by approver")
    (rest,) = doubted.json("review list", code=1)
    assert len(rest["case"]["findings"]) == 2
    (decided,) = doubted.json("review list --decided")
    assert decided["reason"].startswith("glitch [without 2019-01-01 15:00:00Z")


def test_much_money_takes_two_people_by_whatever_verb(doubted: Row) -> None:
    pay(doubted)
    (case,) = doubted.json("review list", code=1)
    short, finding = case["case"]["case"][:8], case["case"]["findings"][0]["finding"][:8]
    alone = doubted(f"finding resolve {finding} --by manager --reason r", code=2).output
    assert "review.second_person" in alone
    accept = f"review accept {short} --reason"
    (planned,) = doubted.json(accept, "seen", "--by", "manager", "--dry-run")
    assert (planned["decision"], planned["position"]) == ("acceptance_proposed", None)
    out = doubted(accept, "seen", "--by", "manager").stdout
    assert f"`review accept {short}`" in out
    assert "review.state" in (
        doubted(f"finding resolve {finding} --by approver --reason r", code=2).output
    )
    assert "four_eyes" in doubted(accept, "mine", "--by", "manager", code=2).output
    (done,) = doubted.json(accept, "I agree", "--by", "approver")
    assert done["decision"] == "accepted"
    assert doubted.json(accept, "I agree", "--by", "approver") == [done]
    late = doubted(accept, "late", "--by", "manager", code=2).output
    assert ("decision.made" in late, "Approver" in late) == (True, True)
    assert "Manager" in doubted("review list --decided").stdout


def test_a_hold_and_a_bulk_say_what_they_do(doubted: Row, tmp_path: Path) -> None:
    row = doubted
    assert "Say which cases" in row("review accept --reason r --by manager", code=2).output
    past = row("review hold --cause step --until 2019-01-02 --reason r --by manager", code=2)
    assert "review.until" in past.output
    row("review hold --cause step --until 2099-01-02 --by manager", "--reason", "visit on Monday")
    held = row("review list").stdout
    assert ("held until 2099-01-02" in held, "visit on Monday" in held) == (True, True)
    row("review release --point m1 --reason done --by approver")
    assert "needs a person who decides" in _refused_release(row)
    none = row("review accept --up-to 0 --severity warn --reason r --by manager").stdout
    assert "Nothing waits" in none
    assert "no number" in row("review accept --up-to much --reason r --by manager", code=2).output
    proposed = row("review accept --point m1 --reason bench --by clerk --dry-run").stdout
    assert "A proposal" in proposed
    row("review accept --up-to 0 --reason", "a bench", "--by", "manager")
    row("review list")
    unknown = row("review show ffffffff", code=2)
    assert "review.unknown" in unknown.output


def _refused_release(row: Row) -> Any:
    """Let a clerk try to end what a manager held."""
    row("review hold --point m1 --until 2099-01-02 --reason again --by manager")
    refused = row("review release --point m1 --reason r --by clerk", code=2).output
    row("review release --point m1 --reason go --by manager")
    return refused


def test_a_case_nobody_pays_for_says_so_and_names_the_remedy_of_a_reset(row: Row) -> None:
    site = row.site
    site.accept(*(reading(1, 1500 + 15 * n, 3 + n) for n in range(5)))
    site.project()
    Validation(site.writer, site.schema, site.site.zone, site.clock).look()
    site.project()
    (case,) = row.json("review list --cause step", code=1)
    short = case["case"]["case"][:8]
    assert "- nobody is billed for it" in row("review list --cause step", code=1).stdout
    shown = row(f"review show {short}").stdout
    assert "who pays  nobody is billed for it" in shown
    assert '`meter reset m1 --at "2019-01-02 00:00:00+00:00"' in shown
    assert "此后读数个数 " in row(f"review show {short} --lang zh").stdout
    asked = f"review estimate {short} --method proportion_of_parent --reason r --by manager"
    refused = row(asked, "--parent", "m1", "--schedule", "rest = 1", code=2).output
    assert "about values that were measured" in refused

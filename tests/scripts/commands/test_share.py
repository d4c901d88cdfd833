"""`share` and `usage by` as an energy manager types them."""

from __future__ import annotations

from datetime import timedelta
from pathlib import Path

import pytest

from energy.base.clock import SystemClock
from energy.base.period import local_day
from energy.metering.reading import Reading
from tests.fixtures.postgres import new_site
from tests.fixtures.shares import BEGUN, TENANTS, Mall, share_file
from tests.processes.shares.test_payers import MARCH, Bills
from tests.scripts.commands.test_readings import Row, row

__all__ = ["new_site", "row"]
pytestmark = pytest.mark.servers
DAYS = ("--from", "2019-03-26", "--to", "2019-03-31")
BY = ("--by", "manager")


@pytest.fixture
def mall(row: Row) -> Mall:
    mall = Mall(row.site)
    row.site.clock.move_to(row.site.clock.now() + timedelta(days=100))
    mall.found()
    mall.read()
    return mall


def test_a_lobby_is_divided_shown_explained_revised_and_ended(
    row: Row, mall: Mall, tmp_path: Path
) -> None:
    file = tmp_path / "mall.toml"
    file.write_text(share_file() + TENANTS, encoding="utf-8")
    dry = row("share define", str(file), *BY, "--dry-run").stdout
    assert "common.u1 would be new" in dry and "Nothing was written" in dry
    assert "New point" not in dry
    assert row.json("share list") == []
    assert "New point common.u1" in row("share define", str(file), *BY).stdout
    for again in ((), ("--dry-run",)):
        assert "is there already" in row("share define", str(file), *BY, *again).stdout
    (listed,) = row.json("share list")
    assert listed["whole"] == {"point": "lobby", "quantity": "active_energy_import"}
    explained = row("share explain common --day 2019-03-28").stdout
    assert "3/10" in explained and "The shares add up to" in explained
    shown = row.json("share explain common --day 2019-03-28")
    assert sum(part["usage"] for part in shown["parts"]) == shown["whole"]
    row("share explain common --day 2019-04-10", code=1)
    today = local_day(SystemClock().now(), row.site.site.zone)
    assert "is not over yet" in row(f"share explain common --day {today}", code=1).stdout
    assert "尚未结束" in row(f"share explain common --day {today} --lang zh", code=1).stdout
    tenants = row("usage by tenant", *DAYS).stdout
    assert "bakery" in tenants and "100.0" in tenants
    held = {each["bearer"]: each["groups"] for each in row.json("usage by tenant", *DAYS)["rows"]}
    assert held["cafe"][0]["expected"] == 2 * 2 * 96
    fewer = share_file('[{ by = "headcount" }]').replace("2019-03-01", "2019-03-29")
    file.write_text(fewer, encoding="utf-8")
    row("share revise", str(file), "--reason", "agreed", *BY)
    row("share revise", str(file), "--reason", "agreed", *BY)
    (revised,) = row.json("share list")
    assert len(revised["keys"]) == 2
    assert "headcount" in row("share show common --at 2019-03-30").stdout
    row("share end common --day 2019-04-01 --reason rebuilt", *BY)
    assert "2019-04-01" in row("share show common --at 2019-03-30").stdout
    gone = ("tenant bakery common.u1", "--day", "2019-04-01", "--reason", "moved out")
    row("share release", *gone[0].split(), *gone[1:], *BY)
    assert "2019-04-01" in row("share bearers").stdout
    spike = Reading(
        channel=mall.channels[0], at=BEGUN + timedelta(hours=30, minutes=5), count=50_000
    )
    row.site.accept(spike)
    row.site.project()
    (case,) = row.json("review list", code=1)
    waits = row("share explain common --day 2019-03-27", code=1).stdout
    assert f"waits in the review queue: {case['case']['case'][:8]}." in waits


def test_a_viewer_divides_nothing_and_every_problem_is_named_in_chinese_too(
    row: Row, mall: Mall, tmp_path: Path
) -> None:
    file = tmp_path / "mall.toml"
    file.write_text(share_file().replace("lobby", "nowhere"), encoding="utf-8")
    row("share define", str(file), "--by", "viewer", code=2)
    refused = row("--lang zh share define", str(file), *BY, code=2).output
    assert "分摊文件有" in refused and "nowhere" in refused
    assert mall.site.rows("SELECT count(*) FROM {s}.apportionment") == [(0,)]


def test_a_payer_is_told_with_both_days_and_one_instead_of_another_says_who_pays_no_longer(
    row: Row, mall: Mall, tmp_path: Path
) -> None:
    file = tmp_path / "mall.toml"
    file.write_text(share_file() + TENANTS, encoding="utf-8")
    row("share define", str(file), *BY)
    bills = Bills(mall)
    bills.open_accounts({"A-cafe": ("common.u2", MARCH, None)})
    bills.open_empty("A-florist")
    how = ("--tariff", "campus-electricity", "--by", "clerk")
    u2 = ("share payer A-florist common.u2 --from 2019-03-30", *how)
    assert "--instead" in row(*u2, code=2).output
    told = row(*u2, "--instead", "--reason", "moved in").stdout.splitlines()
    assert told == [
        "A-florist pays for common.u2 from 2019-03-30 on.",
        "A-cafe pays for common.u2 no longer from 2019-03-30 on.",
    ]
    u1 = row("share payer A-cafe common.u1 --from 2019-03-01 --until 2019-03-05", *how).stdout
    assert "from 2019-03-01 until 2019-03-05, that day not included" in u1

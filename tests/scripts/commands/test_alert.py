"""Acts on alerts by the command row: what is refused says what to do at the terminal."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from energy.base.clock import SystemClock
from tests.energy.alerting.notices import book
from tests.fixtures.postgres import new_site
from tests.scripts.commands.test_notice import said
from tests.scripts.commands.test_readings import Row, row

__all__ = ["new_site", "row"]
pytestmark = pytest.mark.servers


def test_a_name_that_no_alert_begins_with_is_told_so(row: Row) -> None:
    assert "No alert begins with 'zzz'" in said(row("alert show zzz", code=2))


def test_refusals_at_the_terminal_name_commands_not_pages(row: Row) -> None:
    raised = book.an_alert(row.site, "leak", "medium", SystemClock().now())
    book.settle(row.site)
    row(f"alert ack {raised.id} --by manager")
    row("user add root --name Root --role admin")
    for verb, wanted in (("ack", "`alert show`"), ("unshelve", "`alert list --which shelved`")):
        refused = said(row(f"alert {verb} {raised.id} --by root", code=2))
        assert wanted in refused
        assert "Reload" not in refused


def test_a_role_that_is_missing_is_told_in_the_readers_language(row: Row) -> None:
    refused = said(row("alert ack x --by viewer --lang zh", code=2))
    assert "technician 或 energy_manager" in refused
    assert " or " not in refused
    assert "technician or energy_manager" in said(row("alert ack x --by viewer", code=2))


def test_problems_of_rules_are_told_in_the_readers_language(row: Row, tmp_path: Path) -> None:
    file = tmp_path / "rules.toml"
    file.write_text('[[rule]]\nkey = "l"\nname = "L"\nlimit = 5\nquantity = "x"\n')
    english = said(row(f"alert rule define {file} --by manager", code=2))
    assert "rule 'l': severity is none of low, medium, high, critical" in english
    chinese = said(row(f"alert rule define {file} --by manager --lang zh", code=2))
    assert "规则 'l'：severity 不是以下之一" in chinese
    assert re.search("[a-z]{2,}(?: [a-z]{2,}){2,}", chinese) is None, chinese

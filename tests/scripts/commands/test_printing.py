"""What is printed: no sign of a file or a person steers the terminal."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from fractions import Fraction
from zoneinfo import ZoneInfo

import pytest

from billing.ledger.entry import LedgerAccount
from billing.ledger.postings import POSTINGS
from billing.receivables.account_book import Means
from dashboards.security.scope import Role
from energy.base.finding import Severity
from energy.base.units import Utility
from scripts.commands import printing
from scripts.commands.narrow import narrow_rows
from scripts.commands.printing import (
    Pause,
    cell,
    in_zone,
    percent,
    print_facts,
    print_table,
    worded,
)

HOSTILE = "\x1b[2J\x9b31m\u202egpj.exe\udcff"


def test_names_from_files_do_not_steer_the_terminal(capsys: pytest.CaptureFixture[str]) -> None:
    print_facts([(HOSTILE, HOSTILE), ("购电量\u3000kWh", "1\u00a0234,5")])
    print_table(["file"], [(HOSTILE,)])
    shown = capsys.readouterr().out
    assert not {"\x1b", "\x9b", "\u202e", "\udcff"} & set(shown)
    assert shown.count("?[2J?31m?gpj.exe?") == 3
    assert "购电量\u3000kWh  1\u00a0234,5" in shown.replace("   ", "")


def test_an_instant_is_shown_in_the_zone_of_the_site_with_its_offset() -> None:
    zone = ZoneInfo("Asia/Shanghai")
    for instant in (
        datetime(2026, 11, 22, 13, 50, 2, tzinfo=UTC),
        "2026-11-22T13:50:02.123456+00:00",
        "2026-11-22T13:50:02",
    ):
        assert cell(in_zone(instant, zone)) == "2026-11-22 21:50:02+08:00"
    assert in_zone(None, zone) is None


def test_codes_have_words_in_chinese_and_stay_what_they_are_elsewhere() -> None:
    assert worded("zh", "quantity", "active_energy_import") == "正向有功电能"
    assert worded("zh", "word", Severity.DO_NOT_BILL) == "不可出账"
    assert worded("zh", "place_kind", "campus") == "园区"
    assert worded("en", "quantity", "active_energy_import") == "active_energy_import"
    assert worded("zh", "quantity", "voltage_l1") == "voltage_l1"
    assert worded("zh", "utility", None) is None


def test_every_code_of_the_books_that_a_list_shows_has_a_word_in_chinese() -> None:
    codes = [("event", topic) for topic in POSTINGS]
    codes += [("posting", account) for account in LedgerAccount]
    codes += [("means", means) for means in Means]
    codes += [("role", role) for role in Role]
    codes += [("utility", utility) for utility in Utility]
    assert [code for part, code in codes if worded("zh", part, code) == code] == []


def test_a_wait_in_pieces_has_one_bar_that_tells_what_is_left(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    now_s, bars, left = [0.0], [], []

    class Bar:
        task_ids = (0,)

        def update(self, _: int, *, completed: int) -> None:
            left.append(30 - completed)

    @contextmanager
    def working(text: str, total: int) -> Iterator[Bar]:
        bars.append((text, total))
        yield Bar()

    def wait(seconds: float) -> None:
        now_s[0] += seconds

    monkeypatch.setattr(printing, "working", working)
    monkeypatch.setattr(printing, "monotonic_s", lambda: now_s[0])
    monkeypatch.setattr(printing, "wait", wait)
    with Pause("watching", 30) as pause:
        for seconds in (10, 15, 5):
            pause.wait(seconds)
    assert bars == [("watching", 30)]
    assert left == sorted(left, reverse=True)
    assert set(left) == set(range(31))


def test_a_share_is_never_whole_while_anything_is_wanting_and_losses_are_rounded() -> None:
    assert [percent(Fraction(n, 10_000)) for n in (0, 9_999, 10_000, 10_001)] == [
        "0.0 %",
        "99.9 %",
        "100.0 %",
        "100.0 %",
    ]
    assert percent(Fraction(-1, 300), digits=2, rounded=True) == "-0.33 %"
    assert percent(None) == "-"


def test_figures_of_a_column_have_equally_many_digits_and_a_pipe_no_trailing_blanks(
    capsys: pytest.CaptureFixture[str],
) -> None:
    print_table(["at", "kWh", ""], [("a", Fraction(5, 2), ""), ("b", Fraction(0), "x" * 300)],
                right=(1,))  # fmt: skip
    shown = capsys.readouterr().out
    assert shown == f"at  kWh\na   2.5\nb   0.0  {'x' * 300}\n"


def test_a_list_without_rows_says_so_and_what_to_do_instead_of_bare_heads(
    capsys: pytest.CaptureFixture[str],
) -> None:
    print_table(["entry", "amount"], [], right=(1,), nothing="No bank entry waits.")
    assert capsys.readouterr().out == "No bank entry waits.\n"
    print_table(["entry", "amount"], [("a", 1)], right=(1,), nothing="No bank entry waits.")
    assert capsys.readouterr().out == "entry  amount\na           1\n"


def test_a_row_too_wide_for_the_terminal_keeps_its_id_and_says_the_rest_below() -> None:
    rows = narrow_rows(
        ["case", "money", "cause"],
        [["1a288c8a", "~3.40 GBP", "计度器读数下降或突增"], ["0d4bf9c4", "-", "-"]],
        right=(1,),
        below=(2,),
        width=40,
        nothing="-",
    )
    assert rows == [
        "case          money",
        "1a288c8a  ~3.40 GBP",
        "    cause: 计度器读数下降或突增",
        "0d4bf9c4          -",
    ]

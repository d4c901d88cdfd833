"""Help pages at 80 columns: Chinese takes two columns a sign and breaks where it may."""

from __future__ import annotations

from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st
from typer.testing import CliRunner

from scripts.commands.help_page import columns_of, wrapped
from scripts.main import app

PAGES = ("--help", "field --help", "field commission --help", "readings import --help")


@pytest.fixture(autouse=True)
def _settings(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    for name in ("LANG", "LANGUAGE", "CONFIG"):
        monkeypatch.delenv(f"METERLINE_{name}", raising=False)
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("COLUMNS", "80")


def said(row: str) -> str:
    return CliRunner().invoke(app, row.split()).output


def test_a_page_comes_in_the_language_of_option_environment_or_settings(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    assert "Seconds to watch the counter. [0 to 3600; default: 0]" in said("field check --help")
    chinese = "观察累计量的秒数。[0 至 3600；默认 0]"
    for row in ("--lang zh field check --help", "field check --help --lang=zh"):
        assert chinese in said(row)
    (tmp_path / "meterline.toml").write_text('language = "zh"\n')
    assert chinese in said("field check --help")
    monkeypatch.setenv("METERLINE_LANG", "en")
    assert "Seconds to watch" in said("field check --help")
    monkeypatch.setenv("METERLINE_LANGUAGE", "zh")
    assert chinese in said("field check --help")
    assert "Seconds to watch" in said("field check --help --lang en")


@pytest.mark.parametrize("language", ["en", "zh"])
@pytest.mark.parametrize("row", PAGES)
def test_no_row_of_a_page_is_wider_than_the_terminal(row: str, language: str) -> None:
    page = said(f"{row} --lang {language}")
    assert len(page.splitlines()) > 10
    assert [each for each in page.splitlines() if columns_of(each) > 80] == []


@pytest.mark.parametrize(
    ("row", "chinese"),
    [
        ("field scan --units", "选项 '--units' 需要一个值。"),
        ("field scan --unitz 1", "没有选项 --unitz。是否为 --units？"),
        ("bill run --from 2019-13-01", "'--from' 的值无效：'2019-13-01' 不是日期"),
        ("bill run --from 2019-01-01", "缺少选项 '--to'。"),
        ("field log --every 0", "'--every' 的值无效：0 超出范围，须为 1 至 86400。"),
        ("db backup x --keep 0", "'--keep' 的值无效：0 超出范围，须为 至少 1。"),
        ("meter show", "缺少参数 'POINT'。"),
        ("meter show a b", "多余的参数：b"),
        ("meter shaw a", "`meter` 中没有命令 'shaw'，最接近的是 show。可用命令：list, show"),
        ("metre", "没有命令 'metre'，最接近的是 meter。可用命令：site, field"),
    ],
)
def test_a_row_that_cannot_be_understood_is_told_in_chinese(row: str, chinese: str) -> None:
    result = CliRunner().invoke(app, [*row.split(), "--lang", "zh"])
    assert result.exit_code == 2
    assert f"错误：{chinese}" in result.output


def test_a_mistyped_verb_is_told_the_nearest_one_and_a_strange_one_none() -> None:
    assert "No verb 'comission' in `field`; nearest: commission. There are:" in said(
        "field comission"
    )
    assert "No verb 'xyzzy' in `meter`. There are:" in said("meter xyzzy")


def test_a_number_out_of_bounds_is_told_both_in_words() -> None:
    assert "0 is not in the range 1 to 86400." in said("field log --every 0")


@pytest.mark.parametrize(
    ("row", "told"),
    [
        ("bill run --from 2026-02-31", "'2026-02-31': that day does not exist."),
        ("bill run --from tomorrow", "'tomorrow': a day is written YYYY-MM-DD."),
        (
            "supply show --at noon",
            "'noon': a day is written YYYY-MM-DD / YYYY-MM-DD HH:MM.",
        ),
        ("bill run --from tomorrow --lang zh", "'tomorrow' 不是日期，应写作 YYYY-MM-DD。"),
        ("bill run --from 2026-02-31 --lang zh", "'2026-02-31' 不是日期：该日不存在。"),
    ],
)
def test_a_day_that_is_none_is_told_how_days_are_written(row: str, told: str) -> None:
    assert told in said(row)


def test_a_language_that_is_none_is_refused_in_the_language_of_the_settings(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setenv("METERLINE_LANG", "zh")
    assert "选项 '--lang' 需要一个值。" in said("--lang")
    for row in ("--lang fr", "--lang fr field", "field check --help --lang=fr"):
        result = CliRunner().invoke(app, row.split())
        assert (result.exit_code, result.output) == (2, "错误：--lang 'fr' 不在 en, zh 之中。\n")


def test_chinese_breaks_between_signs_and_a_mark_never_begins_a_row() -> None:
    text = "检查设备：接线、变比、显示值、累计量与功率。（不写入任何内容）"
    rows = wrapped(text, 10)
    assert "|".join(rows) == "检查设备：|接线、变|比、显示|值、累计量|与功率。|（不写入任|何内容）"
    assert wrapped("read the plate again", 10) == ["read the", "plate", "again"]


@given(st.text(alphabet="ab 表计，。（）", max_size=60), st.integers(8, 30))
def test_wrapping_loses_nothing_but_spaces(text: str, width: int) -> None:
    rows = wrapped(text, width)
    assert "".join(rows).replace(" ", "") == text.replace(" ", "")
    assert [row for row in rows[1:] if row[:1] in {"，", "。", "）"}] == []


@pytest.mark.parametrize(
    "verb", ["supply tie", "plan reject", "place add", "place move", "place set", "place close"]
)
def test_a_verb_that_needs_a_reason_says_so_on_its_page(verb: str) -> None:
    (_, told) = said(f"{verb} --help").split("--reason TEXT", 1)
    assert "[required]" in told.partition("--")[0]


@pytest.mark.parametrize("verb", ["plan import", "supply define"])
def test_a_verb_that_needs_a_reason_only_to_write_says_that(verb: str) -> None:
    assert "required unless --dry-run" in said(f"{verb} --help")

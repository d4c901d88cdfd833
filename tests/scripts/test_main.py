"""The command row without a database: pure verbs, refusals, exit codes, both languages."""

from __future__ import annotations

import json
import os
import re
import signal
import subprocess
import sys
from pathlib import Path

import pytest
from typer.testing import CliRunner, Result

from energy.base.text import catalogue
from scripts.commands.tree import hoisted
from scripts.main import _leave_tidily, app

ROOT = Path(__file__).resolve().parents[2]
COMMANDS = ROOT / "scripts" / "commands"
SITE_FILE = ROOT / "simulator" / "sites" / "cambridge" / "site.toml"
GAS = SITE_FILE.parent / "tariffs" / "campus-gas.toml"
CASE = ROOT / "tests" / "cases" / "tariff" / "season_begins_inside_the_bill"
GROUPS = [
    *("site", "field", "meter", "usage", "tariff", "bill", "alert", "journal", "view", "db", "user")
]


@pytest.fixture(autouse=True)
def _settings(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    for name in ("DSN", "DSN_WRITER", "DSN_WEB", "SITE", "LANG", "LANGUAGE", "CONFIG"):
        monkeypatch.delenv(f"METERLINE_{name}", raising=False)
    monkeypatch.setenv("METERLINE_DATA_DIR", str(tmp_path))
    monkeypatch.setenv("COLUMNS", "200")


def meterline(*arguments: object) -> Result:
    return CliRunner().invoke(app, [str(each) for each in arguments])


def test_global_options_may_stand_anywhere_in_the_row() -> None:
    row = ["meter", "list", "--json", "--data-dir", "x", "--lang=zh", "--", "--site", "y"]
    assert hoisted(row) == [
        *["--data-dir", "x", "--lang=zh", "meter", "list", "--json", "--", "--site", "y"]
    ]


def test_an_unknown_verb_is_told_which_there_are() -> None:
    result = meterline("metre", "list")
    assert result.exit_code == 2
    assert "No verb 'metre'" in result.output
    assert all(name in result.output for name in [*GROUPS, "collect", "serve"])
    result = meterline("bill", "pay")
    assert result.exit_code == 2
    assert "There are: exceptions, decide," in result.output


@pytest.mark.parametrize("name", GROUPS)
def test_every_group_tells_its_verbs(name: str) -> None:
    result = meterline(name, "--help")
    assert result.exit_code == 0
    assert "Commands" in result.output


def test_a_tariff_file_is_checked_without_a_database() -> None:
    result = meterline("tariff", "check", GAS, "--json")
    assert result.exit_code == 0
    found = json.loads(result.stdout)
    assert (found["tariff"], found["currency"]) == ("campus-gas", "GBP")


def test_a_wrong_tariff_file_is_refused_with_every_problem(tmp_path: Path) -> None:
    wrong = tmp_path / "tariff.toml"
    wrong.write_text(GAS.read_text().replace('zone = "Europe/London"', 'zone = "Europe/Lundun"'))
    result = meterline("tariff", "check", wrong)
    assert result.exit_code == 2
    assert "Lundun" in result.output
    assert "run `tariff check` again" in result.output


def test_rating_files_prints_what_the_case_expects() -> None:
    files = ("--tariff", CASE / "tariff.toml", "--usage", CASE / "usage.csv")
    row = ("tariff", "rate", *files, "--from", "2019-10-20", "--to", "2019-11-10")
    result = meterline(*row, "--json")
    assert result.exit_code == 0
    expected = json.loads((CASE / "expected.json").read_text())
    bill = json.loads(result.stdout)
    totals = {"net": bill["net"], "tax": bill["tax"][0]["amount"], "total": bill["gross"]}
    assert totals == expected["totals"]
    people = meterline(*row)
    assert expected["totals"]["total"] in people.stdout


def test_a_file_that_is_absent_or_no_text_is_named(tmp_path: Path) -> None:
    assert meterline("tariff", "check", tmp_path / "no.toml").exit_code == 2
    binary = tmp_path / "binary.toml"
    binary.write_bytes(b"\xff\xfe\x00")
    result = meterline("tariff", "check", binary)
    assert result.exit_code == 2
    assert "no UTF-8 text (octet 0xFF at place 0)" in result.output
    assert "第 0 字节处为 0xFF" in meterline("tariff", "check", binary, "--lang", "zh").output


@pytest.mark.parametrize(
    ("fault", "said"),
    [
        (FileNotFoundError(2, "No such file or directory", "x.toml"), "没有此文件或文件夹"),
        (IsADirectoryError(21, "Is a directory", "x.toml"), "这是文件夹，不是文件"),
    ],
)
def test_what_the_system_says_of_a_file_is_told_in_chinese(
    monkeypatch: pytest.MonkeyPatch, fault: OSError, said: str
) -> None:
    def refused(*_: object) -> None:
        raise fault

    monkeypatch.setattr("scripts.commands.field_look.load", refused)
    where = ["--link", "tcp:127.0.0.1:1", "--unit", "1", "--profile", "xy_md02"]
    result = meterline("field", "check", *where, "--lang", "zh")
    assert (result.exit_code, result.output) == (2, f"refused: x.toml：{said}。请检查路径。\n")


def test_a_terminal_that_writes_no_chinese_shows_question_marks_and_no_error() -> None:
    row = [sys.executable, "-m", "scripts.main", "--lang", "zh", "profile", "list"]
    settings = {**os.environ, "PYTHONIOENCODING": "ascii", "PYTHONPATH": str(ROOT)}
    done = subprocess.run(row, capture_output=True, env=settings, cwd=ROOT, check=False)
    assert done.returncode == 0
    assert done.stdout.startswith(b"????")
    assert done.stderr.startswith(b"This terminal writes ascii alone")


@pytest.mark.parametrize(
    ("language", "said"),
    [("en", "Interrupted; nothing was written."), ("zh", "已中断；未写入任何内容。")],
)
def test_ctrl_c_in_a_verb_that_only_reads_says_that_nothing_was_written(
    monkeypatch: pytest.MonkeyPatch, language: str, said: str
) -> None:
    def broken_off(*_: object) -> None:
        raise KeyboardInterrupt

    monkeypatch.setattr("scripts.commands.field_look.load", broken_off)
    where = ["--link", "tcp:127.0.0.1:1", "--unit", "1", "--profile", "xy_md02"]
    result = meterline("field", "check", *where, "--lang", language)
    assert result.exit_code == 130
    assert result.output.strip() == said


def test_a_site_file_is_checked_by_a_dry_run_and_nothing_is_touched(tmp_path: Path) -> None:
    result = meterline("site", "init", SITE_FILE, "--dry-run")
    assert result.exit_code == 0
    assert "28 meters with 42 channels" in result.stdout
    assert list(tmp_path.iterdir()) == []


def test_a_wrong_site_file_is_refused_with_every_problem(tmp_path: Path) -> None:
    wrong = tmp_path / "site.toml"
    text = SITE_FILE.read_text().replace('place = "b2"', 'place = "moon"')
    wrong.write_text(text)
    result = meterline("site", "init", wrong, "--dry-run")
    assert result.exit_code == 2
    assert "place 'moon' is no place of this file" in result.output
    assert "nothing was written" in result.output


@pytest.mark.parametrize(
    "row", ["meter list", "site tree", "bill show", "journal verify", "db migrate"]
)
def test_without_a_database_there_is_no_contact_and_the_next_step(row: str) -> None:
    result = meterline(*row.split())
    assert result.exit_code == 3
    assert "No database answers" in result.output
    assert "`scripts/meterline db start`" in result.output


def test_output_comes_in_chinese_where_it_is_asked_for(monkeypatch: pytest.MonkeyPatch) -> None:
    assert "文件正确" in meterline("site", "init", SITE_FILE, "--dry-run", "--lang", "zh").stdout
    monkeypatch.setenv("METERLINE_LANG", "zh")
    assert "文件正确" in meterline("site", "init", SITE_FILE, "--dry-run").stdout
    assert meterline("site", "list", "--lang", "fr").exit_code == 2


def test_every_text_of_the_commands_has_both_languages() -> None:
    texts = {key: each for key, each in catalogue().items() if key.startswith("cli.")}
    assert len(texts) > 100
    assert [key for key, each in texts.items() if set(each) != {"en", "zh"}] == []


def test_every_text_that_a_command_names_is_in_the_catalogue() -> None:
    known = set(catalogue())
    named: set[str] = set()
    columns = 0
    for path in COMMANDS.glob("*.py"):
        text = path.read_text()
        named |= {f"cli.{key}" for key in re.findall(r'\bat\.text\("([a-z_.0-9]+)"', text)}
        named |= set(re.findall(r'"(cli\.[a-z_.0-9]+)"', text))
        places = set(re.findall(r'\bt\(\w+, f"([a-z_.]+)\.\{', text)) | {"cli.head"}
        places |= {
            f"cli.{place}"
            for each in (text, *_that_write_heads(text))
            for place in re.findall(r'\bat\.text\(f"([a-z_.]+)\.\{', each)
        }
        pages = re.findall(r'\bat\.say\(f"([a-z_.]+(?:\.head_|_head\.))\{', text)
        for row in re.findall(r"\b(?:keys|heads|sums) = \(([^)]*)\)", text):
            for key in re.findall(r'"([a-z_0-9]+)"', row):
                own = any(
                    each.endswith(f".head_{key}") for each in known if each.startswith("cli.")
                )
                told = own or any(f"{place}.{key}" in known for place in places)
                told = told or any(f"{page}{key}" in known for page in pages)
                assert told, f"{path.name}: {key}"
                columns += 1
    assert named - known == set()
    assert min(len(named), columns) > 60


def _that_write_heads(text: str) -> list[str]:
    """Return the modules whose `heads` a module of commands writes its columns with."""
    taken = re.findall(r"^from scripts\.commands\.(\w+) import (\([^)]*\)|.*)", text, re.MULTILINE)
    return [
        (COMMANDS / f"{module}.py").read_text()
        for module, names in taken
        if re.search(r"\bheads\b", names)
    ]


@pytest.mark.parametrize(("name", "code"), [("SIGHUP", 129), ("SIGTERM", 143)])
def test_a_closed_terminal_or_a_kill_ends_a_verb_as_ctrl_c_does(name: str, code: int) -> None:
    number = getattr(signal, name)
    before = signal.getsignal(number)
    signal.signal(number, signal.SIG_DFL)
    try:
        _leave_tidily()
        with pytest.raises(SystemExit) as ended:
            os.kill(os.getpid(), number)
    finally:
        signal.signal(number, before)
    assert ended.value.code == code

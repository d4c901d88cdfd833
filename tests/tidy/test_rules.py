"""Each tidy rule finds a seeded breach and lets good code pass."""

from __future__ import annotations

import ast

import pytest

from tests.tidy import rules


def test_a_function_of_61_lines_is_found_and_one_of_60_is_not() -> None:
    body = "def f():\n" + "    x = 1\n" * 60
    assert list(rules.limits("energy/x.py", body, ast.parse(body)))
    shorter = "def f():\n" + "    x = 1\n" * 59
    assert not list(rules.limits("energy/x.py", shorter, ast.parse(shorter)))


def test_a_module_of_401_lines_is_found_and_one_of_400_is_not() -> None:
    assert list(rules.limits("energy/x.py", "x = 1\n" * 401, ast.parse("")))
    assert not list(rules.limits("energy/x.py", "x = 1\n" * 400, ast.parse("")))


@pytest.mark.parametrize(
    "call",
    ["datetime.now(UTC)", "dt.datetime.now()", "date.today()", "time.time()", "time.sleep(1)"],
)
def test_a_call_to_the_machine_clock_is_found(call: str) -> None:
    assert list(rules.banned_calls("energy/metering/x.py", ast.parse(call)))
    assert not list(rules.banned_calls("energy/base/clock.py", ast.parse(call)))


@pytest.mark.parametrize("call", ["time.monotonic()", "clock.now()", "self.clock.now()"])
def test_an_injected_clock_passes(call: str) -> None:
    assert not list(rules.banned_calls("energy/metering/x.py", ast.parse(call)))


def test_a_test_with_a_number_of_examples_of_its_own_is_found() -> None:
    past = ast.parse("from hypothesis import given, settings")
    assert list(rules.examples_of_its_own("tests/energy/test_x.py", past))
    assert not list(rules.examples_of_its_own("tests/examples.py", past))
    through = ast.parse("from hypothesis import given\nfrom tests.examples import tried")
    assert not list(rules.examples_of_its_own("tests/energy/test_x.py", through))


@pytest.mark.parametrize("text", ["x = 1", '"""No full stop"""', '"""Two\n\nparagraphs."""'])
def test_a_module_without_a_first_sentence_is_found(text: str) -> None:
    assert list(rules.module_docstring("energy/x.py", ast.parse(text)))


def test_a_public_method_without_docstring_and_type_is_found() -> None:
    text = 'class A:\n    """A."""\n\n    def b(self):\n        pass\n'
    assert len(list(rules.public_promises("energy/x.py", ast.parse(text)))) == 2
    private = "def _b():\n    pass\n"
    assert not list(rules.public_promises("energy/x.py", ast.parse(private)))


@pytest.mark.parametrize(
    ("name", "vague"),
    [
        ("MeterInfo", True),
        ("get_data", True),
        ("HTTPHandler", True),
        ("dataclass_of", False),
        ("information_of", False),
        ("data_age", False),
        ("handle", False),
    ],
)
def test_a_vague_whole_word_is_found_in_a_name(name: str, *, vague: bool) -> None:
    tree = ast.parse(f"def {name}() -> None: ...")
    assert bool(list(rules.vague_names("energy/x.py", tree))) == vague


def test_a_vague_module_name_is_found() -> None:
    assert list(rules.vague_names("energy/base/utils.py", ast.parse("")))


@pytest.mark.parametrize(
    "row",
    [
        "# TO" + "DO later",
        "index = https://py" + "pi.org/simple",
        "open('/ro" + "ot/x')",
        "see /ho" + "me/anna/notes",
    ],
)
def test_a_stray_word_is_found(row: str) -> None:
    assert list(rules.stray_words("docs/x.md", row))


@pytest.mark.parametrize("row", ["network/root/x", "${HOME}/root/x", "~/work/x", "todos"])
def test_an_innocent_word_passes(row: str) -> None:
    assert not list(rules.stray_words("docs/x.md", row))


def test_a_row_of_101_characters_is_found() -> None:
    assert list(rules.long_rows("energy/x.py", "x" * 101))
    assert not list(rules.long_rows("energy/x.py", "x" * 100))
    assert not list(rules.long_rows("energy/x.py", "x" * 99 + "  # noqa: S608 - ours"))


@pytest.mark.parametrize(
    ("path", "strays"),
    [
        ("tests/energy/store/test_embedded.py", False),
        ("tests/energy/store/test_embedded_kill.py", False),
        ("tests/energy/test_store.py", False),
        ("tests/energy/store/test_nothing.py", True),
        ("tests/line/test_straight_line.py", False),
    ],
)
def test_a_test_stands_for_a_module(path: str, *, strays: bool) -> None:
    sources = {"energy/store/embedded.py", "energy/store"}
    assert bool(list(rules.unmirrored(path, sources))) == strays

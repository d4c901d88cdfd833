"""Sales handed to a command: its exit code is the answer, and no answer is none."""

from __future__ import annotations

import sys
from pathlib import Path

import pytest

from adapters.ic_card.hook import CommandHook
from adapters.ic_card.orders import FIELDS, NOT_WRITTEN, UNKNOWN, WRITTEN

ORDER = dict.fromkeys(FIELDS, "x") | {"sale": "s1", "card": "卡 1", "units": "12.50"}


def hook(tmp_path: Path, program: str, timeout_s: float = 20) -> CommandHook:
    file = tmp_path / "maker.py"
    file.write_text(program, encoding="utf-8")
    return CommandHook([sys.executable, str(file)], timeout_s)


@pytest.mark.parametrize(("code", "word"), [(0, WRITTEN), (1, NOT_WRITTEN), (7, UNKNOWN)])
def test_the_exit_code_is_the_answer(tmp_path: Path, code: int, word: str) -> None:
    told = hook(tmp_path, f"import sys; print('token 7'); sys.exit({code})").write(ORDER)
    assert told == (word, "token 7" if word != UNKNOWN else "exit code 7. token 7")


def test_the_order_comes_as_options(tmp_path: Path) -> None:
    program = "import sys; print('|'.join(sys.argv[1:]))"
    word, proof = hook(tmp_path, program).ask(ORDER)
    assert word == WRITTEN
    assert proof.startswith("ask|--sale|s1|--number|x|")
    assert "--card|卡 1|" in proof


def test_a_command_that_does_not_end_gives_no_answer(tmp_path: Path) -> None:
    program = "import threading; threading.Event().wait(60)"
    assert hook(tmp_path, program, 0.3).write(ORDER) == (UNKNOWN, "no end within 0.3 s")


def test_a_command_that_cannot_be_run_has_written_nothing(tmp_path: Path) -> None:
    word, proof = CommandHook([str(tmp_path / "nothing")], 1).write(ORDER)
    assert word == NOT_WRITTEN
    assert "No such file" in proof

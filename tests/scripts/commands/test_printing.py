"""What is printed: no sign of a file or a person steers the terminal."""

from __future__ import annotations

import pytest

from scripts.commands.printing import print_facts, print_table

HOSTILE = "\x1b[2J\x9b31m\u202egpj.exe\udcff"


def test_names_from_files_do_not_steer_the_terminal(capsys: pytest.CaptureFixture[str]) -> None:
    print_facts([(HOSTILE, HOSTILE), ("购电量\u3000kWh", "1\u00a0234,5")])
    print_table(["file"], [(HOSTILE,)])
    shown = capsys.readouterr().out
    assert not {"\x1b", "\x9b", "\u202e", "\udcff"} & set(shown)
    assert shown.count("?[2J?31m?gpj.exe?") == 3
    assert "购电量\u3000kWh  1\u00a0234,5" in shown.replace("   ", "")

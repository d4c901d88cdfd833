from __future__ import annotations

import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).parents[2]
STORY = """
import resource
from processes.open_files import room_for
resource.setrlimit(resource.RLIMIT_NOFILE, (256, 1024))
print(room_for(10))
print(resource.getrlimit(resource.RLIMIT_NOFILE))
print(room_for(800))
print(resource.getrlimit(resource.RLIMIT_NOFILE))
print(room_for(2000))
print(resource.getrlimit(resource.RLIMIT_NOFILE))
"""


def test_the_limit_of_open_files_is_raised_as_far_as_needed_and_what_lacks_is_said() -> None:
    command = [sys.executable, "-c", STORY]
    told = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=True).stdout
    enough, first, raised, second, short, third = told.splitlines()
    assert (enough, first) == ("None", "(256, 1024)")
    assert (raised, second) == ("None", "(1000, 1024)")
    assert "2000 connections need 2200 open files, this process may have 1024" in short
    assert "LimitNOFILE=2200" in short
    assert third == "(1024, 1024)"

